"""kill -9 of any process at random moments, under load and with alarms that come and go.

lost              what is missing afterwards: scans that the history outbox had committed, scans of a time
                  in which the field process lived, and changes of alarms that the journal lacks
doubled           rows of history, and changes of alarms in the journal, that are there twice
alive_again_max_s from a kill to the new process's beat and its answer, or its page
run_leave_max_s   from a kill of `steward run` itself until all its processes have left by themselves
run_ready_max_s   from starting it again until all work

A process that failed more than 5 times a minute is set aside for half a minute, so none is killed more often.
"""

import os
import random
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field

import numpy as np

from actors.messages import Int64, ReadHistory
from benchmarks.beats import Beats
from benchmarks.campus import EVER_NS, PROCESSES, Campus, answers
from benchmarks.follow import Drive, Follower, name_of
from benchmarks.modbus_farm import Farm
from benchmarks.report import report
from benchmarks.setting import begin, parser, until
from benchmarks.witness import Witness

RUN = "steward run"
OFTEN, OFTEN_S = 4, 60.0
ALIVE_S = 60.0
UNCOMMITTED_NS = 2_500_000_000
"""Before a kill of the field process: scans of this time may not have been committed, which is allowed."""
BACK_NS = 3_000_000_000
"""After its first beat: every device has connected by then."""
TOGGLE_S = 0.1


def main() -> int:
    flags = parser("kill", __doc__)
    flags.add_argument("--kills", type=int, default=20)
    flags.add_argument("--devices", type=int, default=50)
    flags.add_argument("--registers", type=int, default=100)
    flags.add_argument("--period", type=float, default=1.0, help="seconds")
    flags.add_argument("--run-every", type=int, default=10, help="every so many kills it is `steward run`")
    flags.add_argument("--seed", type=int, default=None)
    told = flags.parse_args()
    begin(told.cores)
    seed = random.randrange(1 << 31) if told.seed is None else told.seed
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    with ExitStack() as open_ones:
        farm = open_ones.enter_context(Farm(told.devices, registers=told.registers, period_s=told.period))
        drive = Drive(farm)
        campus = open_ones.enter_context(
            Campus(farm.endpoints, registers=told.registers, period_s=told.period, history="scan")
        )
        beats = open_ones.enter_context(Beats(campus))
        journal = open_ones.enter_context(Follower(campus))
        witness = open_ones.enter_context(Witness(campus))
        until(lambda: min(farm.polls()) > 2, 60.0, "every device is polled")
        for process in PROCESSES:
            beats.latest(process)
        lived_ns = time.time_ns()
        killer = Killer(campus, beats, chance)
        with Toggling(drive, journal):
            for number in range(told.kills):
                time.sleep(chance.uniform(0.2, 2.5))
                killer.kill_run() if number % told.run_every == told.run_every // 2 else killer.kill_one()
            time.sleep(2.0)
        drive.settle(journal, 60.0)
        for device in range(told.devices):
            farm.mode(device, "silent")
        silent_ns = time.time_ns()
        until(witness.all_applied, 60.0, "history has all that the outbox had committed", every_s=0.3)
        count = campus.count()
        found = {device: _times(campus, device) for device in range(told.devices)}
    alarms_lost, alarms_doubled = drive.compare(journal)
    stored = {(name_of(device), int(time_ns)) for device, times in found.items() for time_ns in times}
    committed_lost = len(witness.scans - stored)
    holes = sum(missing(times, killer.outages, lived_ns, silent_ns, told.period) for times in found.values())
    report(
        "kill",
        seed=seed,
        kills=told.kills,
        killed=" ".join(f"{name}:{killer.killed.count(name)}" for name in (*PROCESSES, RUN)),
        points_per_s=told.devices * told.registers / told.period,
        scans_witnessed=len(witness.scans),
        alarm_changes=sum(drive.driven),
        lost=(committed_lost + holes) * told.registers + alarms_lost,
        lost_committed_scans=committed_lost,
        lost_other_scans=holes,
        lost_alarm_changes=alarms_lost,
        doubled=count.rows - count.distinct + alarms_doubled,
        doubled_alarm_changes=alarms_doubled,
        alive_again_max_s=max(killer.alive_s, default=0.0),
        run_leave_max_s=max(killer.leave_s, default=0.0),
        run_ready_max_s=max(killer.ready_s, default=0.0),
    )
    return 0


@dataclass
class Killer:
    """Chooses, kills, and waits until what it killed lives again."""

    campus: Campus
    beats: Beats
    chance: random.Random
    killed: list[str] = field(default_factory=list)
    alive_s: list[float] = field(default_factory=list)
    leave_s: list[float] = field(default_factory=list)
    ready_s: list[float] = field(default_factory=list)
    outages: list[tuple[int, int]] = field(default_factory=list)
    """Times (ns) in which the field process did not poll."""
    _recent: dict[str, deque[float]] = field(default_factory=dict)

    def kill_one(self) -> None:
        now_s = time.monotonic()
        able = [name for name in PROCESSES if self._may(name, now_s)]
        victim = self.chance.choice(able)
        self._recent[victim].append(now_s)
        self.killed.append(victim)
        pid = self.campus.pids()[victim]
        killed_ns = time.time_ns()
        os.kill(pid, signal.SIGKILL)
        self.beats.wait_for_another(victim, pid, ALIVE_S)
        until(lambda: self._answers(victim), ALIVE_S, f"{victim} answers")
        self.alive_s.append((time.time_ns() - killed_ns) / 1e9)
        if victim == "field":
            self.outages.append((killed_ns, time.time_ns()))

    def kill_run(self) -> None:
        self.killed.append(RUN)
        self._recent.clear()
        killed_ns = time.time_ns()
        self.leave_s.append(self.campus.kill())
        self.campus.start()
        self.ready_s.append(self.campus.wait_ready())
        pids = self.campus.pids()
        until(
            lambda: all(self.beats.pid(name) == pids[name] for name in PROCESSES), ALIVE_S, "everybody beats"
        )
        self.outages.append((killed_ns, time.time_ns()))

    def _may(self, name: str, now_s: float) -> bool:
        recent = self._recent.setdefault(name, deque(maxlen=OFTEN))
        return len(recent) < OFTEN or now_s - recent[0] > OFTEN_S

    def _answers(self, name: str) -> bool:
        if not name.startswith("web"):
            return name == "watchdog" or answers(self.campus, name)
        try:
            with urllib.request.urlopen(
                f"{self.campus.address(name.removeprefix('web-'))}/health", timeout=1.0
            ) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


class Toggling:
    """A thread that makes alarms come and go, each again once its last change is in the journal."""

    def __init__(self, drive: Drive, journal: Follower) -> None:
        self._drive = drive
        self._journal = journal
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="toggling")

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        device = 0
        while not self._stop.wait(TOGGLE_S):
            device = (device + 1) % len(self._drive.driven)
            if self._drive.is_journaled(device, self._journal):
                self._drive.toggle(device)


def _times(campus: Campus, device: int) -> Int64:
    page = campus.query("historian", ReadHistory(f"{name_of(device)}/r001", 0, EVER_NS, 100_000))
    return np.asarray(page.time_ns[page.quality == 0])


def missing(
    time_ns: Int64, outages: list[tuple[int, int]], since_ns: int, until_ns: int, period_s: float
) -> int:
    """Scans that are not there though the field process polled: holes that no outage of it explains."""
    holes = 0
    inside = time_ns[(time_ns >= since_ns) & (time_ns <= until_ns)]
    for before, after in zip(inside[:-1].tolist(), inside[1:].tolist(), strict=True):
        skipped = round((after - before) / 1e9 / period_s) - 1
        if skipped > 0 and not any(
            before < back + BACK_NS and after > killed - UNCOMMITTED_NS for killed, back in outages
        ):
            holes += skipped
    return holes


if __name__ == "__main__":
    sys.exit(main())
