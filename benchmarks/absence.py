"""`core` away while alarms come and go: what it makes of them when it is back, and how soon it is itself.

It is stopped where it stands, so that nothing restarts it, and killed at the end, so that it starts anew.

lost, doubled        changes of alarms during the absence and after it that the journal lacks, or has twice
annunciated_gone     alarms that came and went meanwhile and were announced all the same; must be 0
annunciated_standing announcements of the `standing` alarms that came meanwhile and still stand; one each
journal_p99_ms       from a register to its alarm's committed row for alarms that come once core beats again,
                     so the wait behind the backlog is in it; journal_p50_ms likewise
catch_up_s           from the end of the absence, core's start included, until its last change is journaled
"""

import os
import random
import signal
import sys
import time
from contextlib import ExitStack

from benchmarks.beats import Beats
from benchmarks.campus import Campus
from benchmarks.follow import Drive, Follower, name_of
from benchmarks.modbus_farm import Farm
from benchmarks.report import report
from benchmarks.setting import begin, parser, percentile, until

HOLD = 2.5
"""Periods for which a register keeps its value: a change back within one scan would be seen by nobody."""


def main() -> int:
    flags = parser("absence", __doc__)
    flags.add_argument("--seconds", type=float, default=60.0, help="how long core is away")
    flags.add_argument("--devices", type=int, default=50)
    flags.add_argument("--registers", type=int, default=100)
    flags.add_argument("--period", type=float, default=0.2, help="seconds")
    flags.add_argument("--pause", type=float, default=10.0, help="seconds between changes of one device")
    flags.add_argument("--samples", type=int, default=150, help="alarms driven during catch-up")
    flags.add_argument("--seed", type=int, default=1)
    told = flags.parse_args()
    begin(told.cores)
    chance = random.Random(told.seed)
    if told.devices < 5:
        raise SystemExit(f"--devices {told.devices}: there must be 5 or more")
    coming = range(told.devices // 2)
    standing = range(coming.stop, coming.stop + max(1, told.devices // 10))
    later = range(standing.stop, told.devices)
    with ExitStack() as open_ones:
        farm = open_ones.enter_context(Farm(told.devices, registers=told.registers, period_s=told.period))
        drive = Drive(farm)
        campus = open_ones.enter_context(
            Campus(farm.endpoints, registers=told.registers, period_s=told.period)
        )
        beats = open_ones.enter_context(Beats(campus))
        journal = open_ones.enter_context(Follower(campus))
        until(lambda: min(farm.polls()) > 2, 60.0, "every device is polled")
        core = beats.latest("core").pid
        time.sleep(5.0)
        os.kill(core, signal.SIGSTOP)
        away(drive, coming, standing, told.seconds, max(told.pause, HOLD * told.period))
        time.sleep(HOLD * told.period)
        clear(drive, coming)
        time.sleep(2 * HOLD * told.period)
        ended_ns = time.time_ns()
        os.kill(core, signal.SIGKILL)
        beats.wait_for_another("core", core, 60.0)
        driven = []
        for number in range(told.samples):
            device = later[number % len(later)]
            driven.append((device, drive.driven[device] + 1, drive.toggle(device)))
            time.sleep(max(chance.uniform(1, 3) * told.period, HOLD * told.period / len(later)))
        drive.settle(journal, 60.0 + told.seconds / 10)
        lost, doubled = drive.compare(journal)
        took_ms = [
            (journal.wait_for(name_of(device), change, 1.0).seen_ns - changed_ns) / 1e6
            for device, change, changed_ns in driven
        ]
        caught_up_ns = max(journal.changes(name_of(device))[-1].seen_ns for device in (*coming, *standing))
        told_of = {
            device: sum(seen.row.annunciated for seen in journal.rows(name_of(device)))
            for device in (*coming, *standing)
        }
    report(
        "absence",
        away_s=told.seconds,
        devices=told.devices,
        period_s=told.period,
        changes_while_away=sum(drive.driven[device] for device in (*coming, *standing)),
        lost=lost,
        doubled=doubled,
        annunciated_gone=sum(told_of[device] for device in coming),
        standing=len(standing),
        annunciated_standing=sum(told_of[device] for device in standing),
        annunciated_standing_twice=sum(told_of[device] > 1 for device in standing),
        catch_up_s=(caught_up_ns - ended_ns) / 1e9,
        samples=len(took_ms),
        journal_p50_ms=percentile(took_ms, 0.5),
        journal_p99_ms=percentile(took_ms, 0.99),
        journal_max_ms=max(took_ms),
    )
    return 0


def away(drive: Drive, coming: range, standing: range, seconds: float, pause_s: float) -> None:
    """Alarms of `coming` come and go for so long, those of `standing` come."""
    ends_s = time.monotonic() + seconds
    for device in standing:
        drive.toggle(device)
    step_s = pause_s / len(coming)
    while time.monotonic() < ends_s:
        for device in coming:
            drive.toggle(device)
            time.sleep(step_s)


def clear(drive: Drive, coming: range) -> None:
    for device in coming:
        if drive.active[device]:
            drive.toggle(device)


if __name__ == "__main__":
    sys.exit(main())
