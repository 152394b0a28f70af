"""From a register's change to the tone of its alarm in a real browser: one JSON line.

    python -m benchmarks.alarms_sound [--alarms 100] [--period 0.2]

A whole site polls simulated devices; a browser stands at its alarm list, which grows meanwhile. The page
notes when the wave of the tone is really there, by the analyser that its tones go through. The poll is
included: a change waits for it for half a period on average.
"""

import random
import sys
import time
from contextlib import ExitStack
from typing import Final

from playwright.sync_api import Page

from benchmarks.browser import chromium, log_in, open_page
from benchmarks.campus import USER, Campus
from benchmarks.follow import Drive, name_of
from benchmarks.modbus_farm import Farm
from benchmarks.report import report
from benchmarks.setting import begin, parser, percentile, until

AUTOPLAY: Final = "--autoplay-policy=no-user-gesture-required"
CLOCK: Final = "() => Math.abs(performance.timeOrigin + performance.now() - Date.now())"
CLOCK_LIMIT_MS: Final = 5.0
PATIENCE_MS: Final = 10_000.0


def sound(alarms: int, period_s: float = 0.2, seed: int = 1) -> dict[str, float]:
    """Alarm after alarm, none of which anybody answers."""
    chance = random.Random(seed)
    with ExitStack() as open_ones:
        farm = open_ones.enter_context(Farm(alarms, registers=10, period_s=period_s))
        drive = Drive(farm)
        campus = open_ones.enter_context(Campus(farm.endpoints, registers=10, period_s=period_s))
        page = open_ones.enter_context(chromium(AUTOPLAY)).new_page()
        log_in(page, campus.address(), USER, campus.password)
        open_page(page, f"{campus.address()}/alarms")
        page.wait_for_function("sounding.runs")
        off_ms = page.evaluate(CLOCK)
        if off_ms > CLOCK_LIMIT_MS:
            raise RuntimeError(f"the browser's clock is {off_ms:.1f} ms off the machine's")
        until(lambda: min(farm.polls()) > 2, 60.0, "every device is polled")
        time.sleep(3.0)
        delays = [_delay(page, drive, device, chance) for device in range(alarms)]
    return {
        "sound_alarms": float(alarms),
        "sound_poll_ms": period_s * 1000,
        "sound_p50_ms": percentile(delays, 0.5),
        "sound_p99_ms": percentile(delays, 0.99),
        "sound_max_ms": max(delays),
    }


def _delay(page: Page, drive: Drive, device: int, chance: random.Random) -> float:
    """Until the alarm of the device was heard."""
    key = f"{name_of(device)}/r000/high#1"
    changed_ns = drive.toggle(device)
    page.wait_for_function("key => key in sounding.heard", arg=key, timeout=PATIENCE_MS)
    heard_ms = page.evaluate("key => sounding.heard[key]", key)
    page.wait_for_timeout(chance.uniform(50.0, 900.0))
    return float(heard_ms) - changed_ns / 1e6


def main() -> int:
    flags = parser("alarms_sound", __doc__)
    flags.add_argument("--alarms", type=int, default=100)
    flags.add_argument("--period", type=float, default=0.2, help="seconds between polls of a device")
    told = flags.parse_args()
    begin(told.cores)
    report("alarms_sound", **sound(told.alarms, told.period))
    return 0


if __name__ == "__main__":
    sys.exit(main())
