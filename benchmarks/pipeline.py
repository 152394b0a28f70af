"""The whole path under load: devices over sockets to history, conditions and one browser on the overview.

points_per_s      points that the farm was polled for, a second
kept_up_pct       scans that came within 10 % of their period, of all that were due
late, missed      scans that came later than that, and those that did not come at all
lost              points that the farm was polled for since the start and that are not in history at the end
doubled           rows of history that are there twice
cpu_us_per_point  CPU of all of Steward's processes in the window, sealing and merging included
us_PROCESS        the same by process
cores             all of it as cores
sealed_rows       rows sealed in the window; 0 means that it was too short to include any sealing
pss_mb            the largest sum of their proportional set sizes
inbox_max         the deepest inbox of any actor since the start; inbox_before: the same as the window began
"""

import sys
import time
from contextlib import ExitStack

import psutil

from benchmarks.beats import Beats
from benchmarks.browser import chromium, log_in, open_page
from benchmarks.campus import USER, Campus
from benchmarks.modbus_farm import Farm
from benchmarks.report import Meter, report
from benchmarks.setting import begin, parser, until

TIMEOUT_S = 5.0
"""Of the devices. Longer than it takes to silence a farm: a lost device writes history too."""
DRAIN_S = 60.0


def main() -> int:
    flags = parser("pipeline", __doc__)
    flags.add_argument("--devices", type=int, default=500)
    flags.add_argument("--registers", type=int, default=100)
    flags.add_argument("--period", type=float, default=1.0, help="seconds")
    flags.add_argument("--seconds", type=float, default=30.0, help="length of the window")
    flags.add_argument("--warm-up", type=float, default=8.0, help="seconds before the window")
    flags.add_argument("--no-browser", action="store_true")
    told = flags.parse_args()
    begin(told.cores)
    with ExitStack() as open_ones:
        farm = open_ones.enter_context(Farm(told.devices, registers=told.registers, period_s=told.period))
        campus = open_ones.enter_context(
            Campus(
                farm.endpoints,
                registers=told.registers,
                period_s=told.period,
                timeout_s=TIMEOUT_S,
                history="scan",
            )
        )
        beats = open_ones.enter_context(Beats(campus))
        if not told.no_browser:
            page = open_ones.enter_context(chromium()).new_page()
            log_in(page, campus.address(), USER, campus.password)
            open_page(page, campus.address() + "/")
        until(lambda: min(farm.polls()) > 1, 60.0, "every device is polled")
        time.sleep(told.warm_up)
        inbox_before = campus.inbox_max()
        late, sealed = beats.fresh("field").rates["late"], beats.latest("historian").rates["sealed_rows"]
        with Meter(campus.pid) as steward, Meter(farm.pid) as load:
            began, polled = time.monotonic(), farm.polls()
            used = cpu_s(campus)
            time.sleep(told.seconds)
            window_s, polls = time.monotonic() - began, farm.polls()
            used = {name: then - used[name] for name, then in cpu_s(campus).items()}
        late = beats.fresh("field").rates["late"] - late
        sealed = beats.fresh("historian").rates["sealed_rows"] - sealed
        inboxes = campus.inbox_max()
        lost, doubled = settle(farm, campus, told.registers)
    scans = sum(polls) - sum(polled)
    due = int(window_s / told.period)
    missed = sum(max(0, due - (now - then)) for now, then in zip(polls, polled, strict=True))
    report(
        "pipeline",
        devices=told.devices,
        registers=told.registers,
        period_s=told.period,
        seconds=window_s,
        points_per_s=scans * told.registers / window_s,
        kept_up_pct=100 * (scans - late) / (scans + missed),
        late=late,
        missed=missed,
        sealed_rows=sealed,
        lost=lost,
        doubled=doubled,
        cpu_us_per_point=1e6 * steward.cpu_s / (scans * told.registers),
        cores=steward.cores,
        pss_mb=steward.pss_max_mb,
        inbox_before=inbox_before,
        inbox_max=inboxes,
        farm_cores=load.cores,
        **{f"us_{name}": 1e6 * spent_s / (scans * told.registers) for name, spent_s in used.items()},
    )
    return 0


def cpu_s(campus: Campus) -> dict[str, float]:
    """CPU seconds that each process used so far."""
    times = {name: psutil.Process(pid).cpu_times() for name, pid in campus.pids().items()}
    return {name: spent.user + spent.system for name, spent in times.items()}


def settle(farm: Farm, campus: Campus, registers: int) -> tuple[int, int]:
    """Silence the farm, wait until history has all that was polled or gets no more: (lost, doubled).

    Every connection begins with one read that is a question whether the unit is there, not a scan.
    """
    began = time.monotonic()
    for device in range(len(farm.endpoints)):
        farm.mode(device, "silent")
    if time.monotonic() - began > TIMEOUT_S / 2:
        raise RuntimeError("the farm could not be silenced before its devices counted as lost; count anew")
    silent_ns = time.time_ns()
    polled = (sum(farm.polls()) - farm.connections()[1]) * registers
    until_s = time.monotonic() + DRAIN_S
    while True:
        # Whoever is lost from now on is so a time-out after its last question: not before this.
        count = campus.count(until_ns=silent_ns + int(TIMEOUT_S * 0.4e9))
        if count.distinct >= polled or time.monotonic() > until_s:
            return polled - count.distinct, count.rows - count.distinct
        time.sleep(1.0)


if __name__ == "__main__":
    sys.exit(main())
