"""Queries and their answers: read-only, repeatable."""

from dataclasses import dataclass
from typing import Any

from actors.messages.columns import Float64, Int64, UInt8
from actors.messages.durable import CommandResult
from actors.messages.live import Alarm, AlarmState, Area, Frame


@dataclass(frozen=True, slots=True)
class ReadSnapshot:
    """Everything a publisher has published, as of one sequence."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Answer of the publisher itself: messages to apply, then live frames after `sequence`.

    Comes in chunks; `bodies` are encoded live messages."""

    frame: Frame
    bodies: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class ReadTrend:
    """History of points between two times, in at most `buckets` buckets."""

    points: tuple[str, ...]
    """device/point"""
    since_ns: int
    until_ns: int
    buckets: int


@dataclass(frozen=True, slots=True)
class Trend:
    """One point's buckets. All columns have the shape (n,), n <= buckets; empty buckets are left out."""

    point: str
    time_ns: Int64
    """Start of each bucket."""
    low: Float64
    high: Float64
    mean: Float64
    last: Float64
    worst: UInt8
    """Worst quality in the bucket. Bad values never enter low, high, mean or last."""
    count: Int64


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """Raw values of one point, oldest first: at most `limit` (up to 100,000) of those after `after_ns`."""

    point: str
    """device/point"""
    after_ns: int
    until_ns: int
    limit: int


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Columns of the shape (n,). Go on with `after_ns` = the last time; `is_last` when there is no more.

    A text point has `texts`, and NaN for `values`; any other point has no `texts`."""

    point: str
    time_ns: Int64
    received_ns: Int64
    values: Float64
    texts: tuple[str, ...]
    quality: UInt8
    is_last: bool


@dataclass(frozen=True, slots=True)
class CountHistory:
    """How much is stored with since <= time < until."""

    since_ns: int
    until_ns: int
    per_point: bool


@dataclass(frozen=True, slots=True)
class HistoryCount:
    rows: int
    distinct: int
    """Different (point, time): less than `rows` when something was stored twice."""
    points: tuple[str, ...]
    """device/point; empty unless asked for."""
    counts: Int64


@dataclass(frozen=True, slots=True)
class ReadAlarms:
    """All alarms that are not normal."""


@dataclass(frozen=True, slots=True)
class Alarms:
    alarms: tuple[Alarm, ...]
    areas: tuple[Area, ...] = ()
    """The parts of the site that are in a mode."""


@dataclass(frozen=True, slots=True)
class AlarmKind:
    """The alarms of one rule, on whichever device."""

    point: str
    rule: str
    profile: str = ""
    """'' for that rule of every type of devices."""


MOST_NAMES = 1000
"""Devices, and kinds of alarms, that one filter may name."""


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """Which rows of the journal: all that are said, any of the values of each; nothing said is everything."""

    devices: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    """Types of devices, beside `devices`: a row is of one of those, or of any device of these."""
    alarms: tuple[AlarmKind, ...] = ()
    zones: tuple[str, ...] = ()
    subsystems: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    classes: tuple[str, ...] = ()
    transitions: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    annunciated: bool | None = None
    """Whether it sounded; None for both."""
    since_ns: int = 0
    """System time of the transition; 0 for no bound."""
    until_ns: int = 0
    """Before this; 0 for no bound."""

    @property
    def is_too_long(self) -> bool:
        return max(len(self.devices), len(self.alarms), len(self.profiles)) > MOST_NAMES


@dataclass(frozen=True, slots=True)
class ReadJournal:
    """A page of the alarm journal, newest first, before `cursor` (0: from the newest)."""

    cursor: int
    limit: int
    wanted: JournalFilter = JournalFilter()


@dataclass(frozen=True, slots=True)
class FollowJournal:
    """A page of the alarm journal after the `after`th row, oldest first: for those who follow by cursor.

    No row ever comes in before one that was told; the answer counts nothing.
    """

    after: int
    limit: int


@dataclass(frozen=True, slots=True)
class JournalRow:
    id: int
    time_ns: int
    """System time of the transition."""
    source_ns: int
    device: str
    point: str
    rule: str
    zone: str
    event: int
    transition: str
    state: AlarmState
    priority: int
    value: float | None
    limit: float | None
    limit_set: str
    user: str
    station: str
    note: str
    annunciated: bool
    alarm_class: str = ""
    profile: str = ""
    """The type of the device."""
    subsystem: str = ""
    root: str = ""
    """device/point/rule of the cause under which it is grouped; '' for none."""
    mode: str = ""
    """test, drill or works; '' for none."""
    fresh: bool = False
    """It was seen to begin, in time and by a usable value: a plan may start on it."""
    verdict: str = ""
    """Of a row that records one."""


@dataclass(frozen=True, slots=True)
class Journal:
    rows: tuple[JournalRow, ...]
    count: int = 0
    """How many match, on every page; no more than `COUNTED` are counted."""


COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class ReadCommands:
    """A page of the commands that `core` took, newest first, before `cursor` (0: from the newest)."""

    cursor: int
    limit: int


@dataclass(frozen=True, slots=True)
class ReadEndedCommands:
    """Commands of `core` that have ended, in the order of their ends, after the `after`th end."""

    after: int
    limit: int


@dataclass(frozen=True, slots=True)
class CommandRow:
    number: int
    id: str
    kind: str
    body: bytes
    """The encoded command."""
    user: str
    session: str
    station: str
    process: str
    """The field process that carries it out; '' for `core` itself."""
    received_ns: int
    ended: int
    """Which end of a command this was, counted from 1; 0 while it is open."""
    stages: tuple[CommandResult, ...]
    """In the order in which they came."""


@dataclass(frozen=True, slots=True)
class Commands:
    rows: tuple[CommandRow, ...]


@dataclass(frozen=True, slots=True)
class ReadTree:
    """The supervision tree of a process."""


@dataclass(frozen=True, slots=True)
class Tree:
    process: str
    pid: int
    root: Any
    """Nested plain maps: name, kind, state, restarts, inbox, inbox_max, messages, error, children."""


@dataclass(frozen=True, slots=True)
class ReadConfiguration:
    version: int
    """0 for the running one."""


@dataclass(frozen=True, slots=True)
class Configuration:
    version: int
    documents: str
    """JSON of the documents that `config.build` takes."""
