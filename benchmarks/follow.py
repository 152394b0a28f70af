"""Follows the alarm journal from outside: what is committed, and when it could first be read."""

import contextlib
import sqlite3
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from types import TracebackType
from typing import Self

from actors.journal_reader import JournalReader
from actors.messages import JournalRow
from benchmarks.campus import Campus
from benchmarks.modbus_farm import Farm
from benchmarks.setting import until

LOOK_S = 0.004
RULE = "high"
"""The rule of a bench site that `ALARM` breaks and `CALM` does not."""
ALARM, CALM = 35_000, 100
"""Values of a device's r000: above its high limit and below its high-high one, and ordinary."""
BEGINS = frozenset({"alarm_occurs", "re_alarm"})
ENDS = frozenset({"return_to_normal"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A journal row of the rule, and the wall clock (ns) when a reader first found it committed."""

    row: JournalRow
    seen_ns: int

    @property
    def active(self) -> bool | None:
        """Whether the condition began or ended with it; None for rows that say neither."""
        name = self.row.transition
        return True if name in BEGINS else False if name in ENDS else None


class Follower:
    """`with Follower(campus) as journal: journal.rows`. Its own connection sees what is committed."""

    def __init__(self, campus: Campus) -> None:
        self._path = campus.paths.alarms
        self._rows: dict[str, list[Seen]] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def rows(self, device: str) -> list[Seen]:
        """All so far of the device's r000 and `RULE`, in the order of the journal."""
        return [*self._rows.get(device, ())]

    def changes(self, device: str) -> list[Seen]:
        """Those with which the condition began or ended."""
        return [seen for seen in self.rows(device) if seen.active is not None]

    def wait_for(self, device: str, changes: int, timeout_s: float) -> Seen:
        """The change with that number, from 1."""
        until(
            lambda: len(self.changes(device)) >= changes,
            timeout_s,
            f"{device} has {changes} changes in the journal",
            every_s=0.01,
        )
        return self.changes(device)[changes - 1]

    def _run(self) -> None:
        cursor = 0
        reader = JournalReader(self._path)
        while not self._stop.is_set():
            try:
                rows = reader.since(cursor, 10_000)
            except sqlite3.OperationalError:  # the writer was killed and is recovering: look again
                reader.close()
                rows = ()
            now_ns = time.time_ns()
            for row in rows:
                if row.point == "r000" and row.rule == RULE:
                    self._rows.setdefault(row.device, []).append(Seen(row, now_ns))
            if rows:
                cursor = rows[-1].id
            self._stop.wait(LOOK_S)
        reader.close()


class Drive:
    """Sets and clears alarms by registers, and knows how many changes the journal must hold."""

    def __init__(self, farm: Farm) -> None:
        self._farm = farm
        self.active = [False] * len(farm.endpoints)
        self.driven = [0] * len(farm.endpoints)
        for device in range(len(farm.endpoints)):
            farm.set(device, 0, CALM)

    def toggle(self, device: int) -> int:
        """The wall clock (ns) at which the register changed."""
        self.active[device] = not self.active[device]
        self.driven[device] += 1
        return self._farm.set(device, 0, ALARM if self.active[device] else CALM)

    def is_journaled(self, device: int, journal: Follower) -> bool:
        return len(journal.changes(name_of(device))) >= self.driven[device]

    def settle(self, journal: Follower, timeout_s: float) -> None:
        """Wait until every change is journaled, at most `timeout_s`; `compare` tells which are not."""
        with contextlib.suppress(TimeoutError):
            until(
                lambda: all(self.is_journaled(device, journal) for device in range(len(self.driven))),
                timeout_s,
                "every change is journaled",
            )

    def compare(self, journal: Follower) -> tuple[int, int]:
        """Changes that the journal lacks, and those that it has too many or out of turn: (lost, doubled)."""
        lost = doubled = 0
        for device, driven in enumerate(self.driven):
            found = [seen.active for seen in journal.changes(name_of(device))]
            repeated = sum(now is before for before, now in pairwise([False, *found]))
            lost += max(0, driven - len(found) + repeated)
            doubled += max(repeated, len(found) - driven)
        return lost, doubled


def name_of(device: int) -> str:
    return f"d{device:05}"
