"""From the change of a register to the pixel of a real Chromium, and to the journal row of its alarm.

pixel_p50_ms, pixel_p99_ms                     to the frame that shows the new value on the device's page
journal_p50_ms, journal_p99_ms                 until another process reads the alarm's row as committed
journal_beside_office_p50_ms, ..._p99_ms       the same while `office` validates and dumps 100,000-row lists
journal_beside_commands_p50_ms, ..._p99_ms     the same beside business commands, 200 a second where it can
beside_commands_per_s                          how many of those were done

Registers change at random moments, so a sample holds the wait for the next scan. Alarms and their returns
count alike. Values ride along on every other register, which changes with every scan.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from playwright.sync_api import Page

from benchmarks.browser import chromium, log_in, open_page
from benchmarks.campus import USER, Campus
from benchmarks.follow import Drive, Follower, name_of
from benchmarks.modbus_farm import Farm
from benchmarks.report import report
from benchmarks.setting import begin, parser, percentile, until

SHOWN = 1
"""Register of device 0 that the browser watches."""
FIRST = 1000
WATCH = """point => {
    window.seen = {};
    const cell = document.querySelector(`[data-point="${point}"]`);
    new MutationObserver(() => {
        const text = String(Math.round(Number(cell.textContent.replaceAll(',', ''))));
        requestAnimationFrame(() => { window.seen[text] ??= performance.timeOrigin + performance.now(); });
    }).observe(cell, {childList: true, characterData: true, subtree: true});
    return Math.abs(performance.timeOrigin + performance.now() - Date.now());
}"""
CLOCK_LIMIT_MS = 5.0


def main() -> int:
    flags = parser("latency", __doc__)
    flags.add_argument("--devices", type=int, default=50)
    flags.add_argument("--registers", type=int, default=100)
    flags.add_argument("--period", type=float, default=0.2, help="seconds")
    flags.add_argument("--samples", type=int, default=150)
    flags.add_argument("--seed", type=int, default=1)
    told = flags.parse_args()
    begin(told.cores)
    chance = random.Random(told.seed)
    site = {"registers": told.registers, "period_s": told.period, "history": "scan"}
    with Farm(told.devices, registers=told.registers, period_s=told.period) as farm:
        drive = Drive(farm)
        with ExitStack() as open_ones:
            campus = open_ones.enter_context(Campus(farm.endpoints, **site))
            page = open_ones.enter_context(chromium()).new_page()
            watch(page, campus)
            pixels, alone = measure(farm, drive, campus, told.samples, chance, page)
        drive = Drive(
            farm
        )  # calm again: an alarm that stands at the start would be taken for the first change
        with Campus(farm.endpoints, instead={"office": "benchmarks.heavy_office"}, **site) as campus:
            _, beside = measure(farm, drive, campus, told.samples, chance)
        drive = Drive(farm)
        with Campus(farm.endpoints, **site) as campus, clerks(campus) as commands:
            _, beside_commands = measure(farm, drive, campus, told.samples, chance)
    report(
        "latency",
        devices=told.devices,
        registers=told.registers,
        period_s=told.period,
        samples=told.samples,
        pixel_p50_ms=percentile(pixels, 0.5),
        pixel_p99_ms=percentile(pixels, 0.99),
        pixel_max_ms=max(pixels),
        pixels_not_drawn=told.samples - len(pixels),
        journal_p50_ms=percentile(alone, 0.5),
        journal_p99_ms=percentile(alone, 0.99),
        journal_max_ms=max(alone),
        journal_beside_office_p50_ms=percentile(beside, 0.5),
        journal_beside_office_p99_ms=percentile(beside, 0.99),
        journal_beside_office_max_ms=max(beside),
        journal_beside_commands_p50_ms=percentile(beside_commands, 0.5),
        journal_beside_commands_p99_ms=percentile(beside_commands, 0.99),
        journal_beside_commands_max_ms=max(beside_commands),
        beside_commands_per_s=commands["done"] / commands["seconds"],
    )
    return 0


@contextmanager
def clerks(campus: Campus) -> Iterator[dict[str, float]]:
    """Business commands within the block; what came of them stands in the result after it."""
    arguments = [sys.executable, "-m", "benchmarks.clerks", str(campus.paths.root), campus.password]
    found: dict[str, float] = {}
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield found
        found |= json.loads(process.communicate()[0])


def watch(page: Page, campus: Campus) -> None:
    log_in(page, campus.address(), USER, campus.password)
    open_page(page, f"{campus.address()}/device/d00000")
    off_ms = page.evaluate(WATCH, f"d00000/r{SHOWN:03}")
    if off_ms > CLOCK_LIMIT_MS:
        raise RuntimeError(
            f"the browser's clock is {off_ms:.1f} ms off the machine's; pixels cannot be timed"
        )


def measure(
    farm: Farm, drive: Drive, campus: Campus, samples: int, chance: random.Random, page: Page | None = None
) -> tuple[Sequence[float], Sequence[float]]:
    """Change registers `samples` times; ms until each was drawn (none without a page) and journaled."""
    devices = len(farm.endpoints)
    drawn_from: dict[str, int] = {}
    driven: list[tuple[str, int, int]] = []
    """Device, the number of its change, when it took effect."""
    until(lambda: min(farm.polls()) > 1, 60.0, "every device is polled")
    time.sleep(3.0)
    with Follower(campus) as journal:
        for number in range(samples):
            device = number % devices
            changed_ns = drive.toggle(device)
            driven.append((name_of(device), drive.driven[device], changed_ns))
            _pause(page, chance.uniform(0.0, 2 * farm.period_ns / 1e9))
            if page is not None:
                drawn_from[str(FIRST + number)] = farm.set(0, SHOWN, FIRST + number)
            # Longer than a scan: a register that changes back within one was never seen by anybody.
            _pause(page, chance.uniform(1.0, 2.0) * farm.period_ns / 1e9)
        journaled = [
            (journal.wait_for(device, change, 10.0).seen_ns - changed_ns) / 1e6
            for device, change, changed_ns in driven
        ]
    seen: dict[str, float] = page.evaluate("window.seen") if page is not None else {}
    # Of two changes within one frame only the newer is drawn.
    pixels = [seen[text] - changed_ns / 1e6 for text, changed_ns in drawn_from.items() if text in seen]
    if len(pixels) < 0.9 * len(drawn_from):
        raise RuntimeError(f"only {len(pixels)} of {len(drawn_from)} values were drawn")
    return pixels, journaled


def _pause(page: Page | None, seconds: float) -> None:
    if page is None:
        time.sleep(seconds)
    else:
        page.wait_for_timeout(seconds * 1000)  # keeps playwright's own loop going


if __name__ == "__main__":
    sys.exit(main())
