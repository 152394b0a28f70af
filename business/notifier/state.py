"""How the notifier is: for its beat, for the page of accounts, and in a file for the alarms about it."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from business.notifier.lines import Line
from business.notifier.messages import AccountRow, Accounts, ReadAccounts

WRITTEN_NS: Final = 5 * 10**9
SILENT_NS: Final = 60 * 10**9
"""A file that is older says that the notifier does not work."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of it; all counts."""

    open_calls: int = 0
    accounts_in_trouble: int = 0
    dear: int = 0
    """Accounts that have reached the day's cost ceiling."""
    dead_numbers: int = 0
    unanswered: int = 0
    """Calls that nobody has answered, of alarms that still stand, and people who did not answer a test."""
    uncovered: int = 0
    """Teams of policies for which nobody is on duty at some time of the next day."""
    waiting: int = 0


class State:
    """Written by the actor, read by others."""

    def __init__(self, file: Path, wall_ns: Callable[[], int]) -> None:
        self._file = file
        self._wall_ns = wall_ns
        self._lock = threading.Lock()
        self._figures = Figures()
        self._accounts = Accounts((), 0)
        self._written_ns = 0

    def report(self, figures: Figures, lines: Mapping[str, Line], directory_ns: int) -> None:
        rows = tuple(_row(one) for one in lines.values())
        with self._lock:
            self._figures = figures
            self._accounts = Accounts(rows, directory_ns)
        now_ns = self._wall_ns()
        if now_ns - self._written_ns >= WRITTEN_NS:
            self._written_ns = now_ns
            self._write(now_ns, figures)

    def rates(self) -> dict[str, float]:
        with self._lock:
            return {name: float(getattr(self._figures, name)) for name in Figures.__slots__}

    def accounts(self, _query: ReadAccounts) -> Iterator[Accounts]:
        with self._lock:
            yield self._accounts

    def _write(self, now_ns: int, figures: Figures) -> None:
        partial = self._file.with_suffix(".partial")
        told = {"time_ns": now_ns, **{name: getattr(figures, name) for name in Figures.__slots__}}
        partial.write_text(json.dumps(told))
        partial.replace(self._file)


def read_state(file: Path, now_ns: int) -> Figures | None:
    """What the notifier has written; None while it says nothing."""
    try:
        told = json.loads(file.read_text())
        if now_ns - int(told.pop("time_ns")) > SILENT_NS:
            return None
        return Figures(**told)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _row(line: Line) -> AccountRow:
    return AccountRow(
        line.account.id,
        line.problem,
        line.since_ns,
        line.last_ns,
        line.under_way,
        line.handed_today,
        line.failed_today,
        line.cost_today,
        line.is_dear,
    )
