"""Follows the alarm journal from outside: what is committed, and when it could first be read."""

import threading
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from actors.journal_reader import JournalReader
from actors.messages import JournalRow
from benchmarks.campus import Campus
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
        self._rows: list[Seen] = []
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

    @property
    def rows(self) -> list[Seen]:
        """All so far, of point r000 and `RULE`, in the order of the journal."""
        return self._rows.copy()

    def of(self, device: str) -> list[Seen]:
        return [seen for seen in self.rows if seen.row.device == device]

    def state(self, device: str) -> bool:
        """Whether the journal says now that the condition holds."""
        changes = [seen.active for seen in self.of(device) if seen.active is not None]
        return bool(changes and changes[-1])

    def wait_for(self, device: str, changes: int, timeout_s: float) -> Seen:
        """The change with that number, from 1."""
        found: list[Seen] = []

        def is_there() -> bool:
            found[:] = [seen for seen in self.of(device) if seen.active is not None]
            return len(found) >= changes

        until(is_there, timeout_s, f"{device} has {changes} changes in the journal", every_s=0.01)
        return found[changes - 1]

    def _run(self) -> None:
        cursor = 0
        with JournalReader(self._path) as reader:
            while not self._stop.is_set():
                rows = reader.since(cursor, 10_000)
                now_ns = time.time_ns()
                if rows:
                    cursor = rows[-1].id
                    self._rows += [
                        Seen(row, now_ns) for row in rows if row.point == "r000" and row.rule == RULE
                    ]
                self._stop.wait(LOOK_S)
