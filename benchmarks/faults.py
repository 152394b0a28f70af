"""Some devices die in every way there is: what the healthy notice of it, and how soon the dead are back.

kept_up_pct          scans of healthy devices that came within 10 % of their period, of all that were due
reconnect_max_s      from mending a device to its first good value in history, over all ways of dying
reconnect_WAY_max_s  the same by way: dead refuses, deaf never completes a connection, silent never answers,
                     slow answers after the time-out, and so on (see benchmarks.modbus_farm)
"""

import sys
import time
from collections.abc import Sequence

import numpy as np

from actors.messages import Int64, ReadHistory
from benchmarks.campus import EVER_NS, Campus
from benchmarks.modbus_farm import Farm
from benchmarks.report import Meter, report
from benchmarks.setting import begin, parser, until

WAYS = ("dead", "deaf", "silent", "slow", "babble", "partial", "wrong_id", "reset")
TIMEOUT_S, SLOW_S = 3.0, 5.0
TOLERANCE = 0.1
RECONNECT_S = 60.0


def main() -> int:
    flags = parser("faults", __doc__)
    flags.add_argument("--devices", type=int, default=500)
    flags.add_argument("--faulty", type=int, default=100)
    flags.add_argument("--registers", type=int, default=100)
    flags.add_argument("--period", type=float, default=1.0, help="seconds")
    flags.add_argument("--seconds", type=float, default=30.0, help="length of the window")
    flags.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS, help="in which the faulty die")
    told = flags.parse_args()
    begin(told.cores)
    ways: Sequence[str] = told.ways
    faults = {way: len(range(at, told.faulty, len(ways))) for at, way in enumerate(ways)}
    with (
        Farm(
            told.devices, registers=told.registers, period_s=told.period, delay_s=SLOW_S, faults=faults
        ) as farm,
        Campus(
            farm.endpoints,
            registers=told.registers,
            period_s=told.period,
            timeout_s=TIMEOUT_S,
            history="scan",
        ) as campus,
    ):
        faulty = dict(farm.modes)
        healthy = [device for device in range(told.devices) if device not in faulty]
        until(
            lambda: all(polls > 1 for at, polls in enumerate(farm.polls()) if at not in faulty),
            60.0,
            "every healthy device is polled",
        )
        time.sleep(5.0)
        with Meter(campus.pid) as steward:
            began_ns = time.time_ns()
            time.sleep(told.seconds)
            ended_ns = time.time_ns()
        connects_before = farm.connections()[1]
        mended_ns = {device: farm.mode(device, "ok") for device in faulty}
        back_s: dict[int, float] = {}

        def are_back() -> bool:
            for device in faulty.keys() - back_s.keys():
                if (after_s := first_good_s(campus, device, mended_ns[device])) is not None:
                    back_s[device] = after_s
            return len(back_s) == len(faulty)

        until(are_back, RECONNECT_S, "every mended device has a good value in history", every_s=1.0)
        connects = farm.connections()[1] - connects_before
        kept = [kept_up(times(campus, one, began_ns, ended_ns), told.period) for one in healthy]
    due = int((ended_ns - began_ns) / 1e9 / told.period) - 1
    report(
        "faults",
        devices=told.devices,
        faulty=len(faulty),
        kept_up_pct=100 * sum(min(count, due) for count, _ in kept) / (due * len(healthy)),
        worst_interval_s=max(longest_s for _, longest_s in kept),
        cores=steward.cores,
        reconnects=connects,
        reconnect_max_s=max(back_s.values()),
        **{
            f"reconnect_{way}_max_s": max(back_s[device] for device in faulty if faulty[device] == way)
            for way in ways
            if faults[way]
        },
    )
    return 0


def times(campus: Campus, device: int, since_ns: int, until_ns: int) -> Int64:
    """When the device was scanned, shape (n,)."""
    page = campus.query("historian", ReadHistory(f"d{device:05}/r000", since_ns, until_ns, 100_000))
    found: Int64 = page.time_ns
    return found


def kept_up(time_ns: Int64, period_s: float) -> tuple[int, float]:
    """How many intervals are within the tolerance of the period, and the longest one in seconds."""
    intervals_s = np.diff(time_ns) / 1e9
    if not len(intervals_s):
        return 0, float("inf")
    return int(np.sum(np.abs(intervals_s - period_s) <= TOLERANCE * period_s)), float(intervals_s.max())


def first_good_s(campus: Campus, device: int, since_ns: int) -> float | None:
    """Seconds until the first good value after `since_ns`; None when there is none yet."""
    page = campus.query("historian", ReadHistory(f"d{device:05}/r000", since_ns, EVER_NS, 1000))
    good = page.time_ns[page.quality == 0]
    return float(good[0] - since_ns) / 1e9 if len(good) else None


if __name__ == "__main__":
    sys.exit(main())
