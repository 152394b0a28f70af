"""Rows of the journal as columns, read from `alarms.db` a million in a second or so."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from actors.journal_search import bounds
from actors.messages import JournalFilter

OTHER, OCCURS, AGAIN, ENDS, ACKNOWLEDGES = range(5)
"""What occurs again may have held until then, or not."""
KINDS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "alarm_occurs": OCCURS,
        "re_alarm": AGAIN,
        "return_to_normal": ENDS,
        "remove": ENDS,
        "acknowledge": ACKNOWLEDGES,
    }
)
"""What a transition means for the life of an alarm."""
LIVED: Final = (OCCURS, AGAIN, ENDS)
ROW: Final = np.dtype(
    [("time", "i8"), ("alarm", "i4"), ("event", "i8"), ("kind", "i1"), ("priority", "i1"), ("sounded", "?")]
)
_KIND_OF: Final = " ".join(f"WHEN '{name}' THEN {kind}" for name, kind in KINDS.items())
_ROWS: Final = (
    f"SELECT time_ns, alarm, event, CASE transition {_KIND_OF} ELSE {OTHER} END, priority, annunciated "  # noqa: S608
    "FROM journal WHERE id >= ? AND id < ? ORDER BY id"
)
_BEGUN: Final = "('alarm_occurs', 're_alarm')"
_ENDED: Final = "('return_to_normal', 'remove')"
_NEXT: Final = (
    f"SELECT alarm, CASE transition {_KIND_OF} END, min(id) FROM journal WHERE id >= ? AND time_ns >= ? "  # noqa: S608
    f"AND (transition IN {_BEGUN} OR transition IN {_ENDED}) GROUP BY alarm"
)
_SINCE: Final = (
    f"SELECT min(time_ns) FROM journal WHERE alarm = ? AND time_ns < ? AND transition IN {_BEGUN} AND id > "  # noqa: S608
    f"(SELECT coalesce(max(id), 0) FROM journal WHERE alarm = ? AND time_ns < ? AND transition IN {_ENDED})"
)

Rows = npt.NDArray[Any]
"""Of dtype ROW, in the order of the journal."""
Times = npt.NDArray[np.int64]
Ranks = npt.NDArray[np.int8]
"""Priorities, 1 to 4."""


@dataclass(frozen=True, slots=True)
class Named:
    """An alarm, and whether it holds now."""

    device: str
    point: str
    rule: str
    zone: str
    active: bool

    @property
    def name(self) -> tuple[str, str, str]:
        return self.device, self.point, self.rule


@dataclass(frozen=True, slots=True)
class Period:
    """Rows of a time, and what must be known of the time before."""

    since_ns: int
    until_ns: int
    rows: Rows
    alarms: Mapping[int, Named]
    """By the number that the rows name."""
    held: Mapping[int, int]
    """Alarms that held when it began -> since when."""

    def of(self, alarms: Iterable[int]) -> "Period":
        """The same of some alarms only."""
        wanted = frozenset(alarms)
        chosen = np.isin(self.rows["alarm"], np.fromiter(wanted, np.int64, len(wanted)))
        return Period(
            self.since_ns,
            self.until_ns,
            self.rows[chosen],
            {number: one for number, one in self.alarms.items() if number in wanted},
            {number: since for number, since in self.held.items() if number in wanted},
        )


def connect(path: Path) -> sqlite3.Connection:
    """Read-only, for the calling thread. Raises sqlite3.OperationalError where there is no file yet."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def read(path: Path, since_ns: int, until_ns: int) -> Period:
    with closing(connect(path)) as db:
        first, last = bounds(db, JournalFilter(since_ns=since_ns, until_ns=until_ns))
        rows = np.fromiter(db.execute(_ROWS, (first, last)), ROW)
        rows = rows[(rows["time"] >= since_ns) & (rows["time"] < until_ns)]
        alarms = {
            number: Named(device, point, rule, zone, bool(active))
            for number, device, point, rule, zone, active in db.execute(
                "SELECT id, device, point, rule, zone, active FROM alarm"
            )
        }
        return Period(since_ns, until_ns, rows, alarms, _held(db, rows, alarms, since_ns, until_ns))


def _held(
    db: sqlite3.Connection, rows: Rows, alarms: Mapping[int, Named], since_ns: int, until_ns: int
) -> dict[int, int]:
    """Alarms that end or are reminded of before they occur, and those that hold with no change since."""
    lived = rows[np.isin(rows["kind"], LIVED)]
    numbers, at = np.unique(lived["alarm"], return_index=True)
    first, _ = bounds(db, JournalFilter(since_ns=until_ns))
    next_kind = {number: kind for number, kind, _ in db.execute(_NEXT, (first, until_ns))}
    next_kind.update(zip(numbers.tolist(), lived["kind"][at].tolist(), strict=True))
    found = {}
    for number, one in alarms.items():
        if next_kind.get(number, ENDS if one.active else OCCURS) != OCCURS:
            (since,) = db.execute(_SINCE, (number, since_ns, number, since_ns)).fetchone()
            if since is not None:
                found[number] = since
    return found
