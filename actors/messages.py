"""What travels between processes: commands imperative, events past tense, all frozen.

Times are UTC nanoseconds, values engineering units, qualities `drivers.driver.Quality`. Rows are those of
`actors.table`: every process derives the same tables from the same configuration version.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]
Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]
UInt8 = NDArray[np.uint8]


# --- live: may be lost, newest wins ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Frame:
    """What every live frame says of itself, so that a subscriber sees gaps and restarts."""

    publisher: str
    epoch: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Scans:
    """Devices of one table that were due together."""

    version: int
    """Configuration version in which `table` and `rows` mean something."""
    table: str
    rows: Int32
    """Shape (n,)."""
    time_ns: Int64
    """Shape (n,)."""
    values: Float64
    """Shape (n, points), scaled; NaN where the quality is bad and nothing is known."""
    quality: UInt8
    """Shape (n, points)."""
    texts: tuple[tuple[int, tuple[str, ...]], ...]
    """Column of a text point and its n texts."""


class Link(StrEnum):
    """A device's link state."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"
    FAULTED = "faulted"
    """Its actor kept failing and was set aside; tried again every 10 minutes."""


@dataclass(frozen=True, slots=True)
class DeviceState:
    """How a device is reached, and what a person did to it."""

    device: str
    link: Link
    since_ns: int
    reason: str
    tag_note: str
    """Why a tag (挂牌) hangs on the device: no write passes. '' without a tag."""
    tag_by: str
    substituted: tuple[str, ...]
    """Points whose value a person substitutes."""


@dataclass(frozen=True, slots=True)
class SubsystemState:
    subsystem: str
    devices: int
    up: int
    faulted: int
    limit_set: str


class AlarmState(StrEnum):
    """ISA-18.2 states A to D."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    """Returned to normal, unacknowledged."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as lists show it. Its name is (device, point, rule)."""

    device: str
    point: str
    """'' for alarms of the device itself."""
    rule: str
    zone: str
    state: AlarmState
    priority: int
    """1 critical to 4 low."""
    event: int
    """Number of the occurrence; acknowledging names it, so that no later one is acknowledged unseen."""
    occurred_ns: int
    """Source time of the condition."""
    changed_ns: int
    value: float | None
    limit: float | None
    limit_set: str
    quality: int
    """Of the value now; bad while the device is lost or not yet read."""
    by: str
    """Who acknowledged."""
    note: str


@dataclass(frozen=True, slots=True)
class AlarmChanged:
    alarm: Alarm


@dataclass(frozen=True, slots=True)
class ConfigurationAnnounced:
    version: int


@dataclass(frozen=True, slots=True)
class Beat:
    """Sent every second by every process; a missed one makes everything of its publisher stale."""

    process: str
    pid: int
    started_ns: int
    wall_ns: int
    """The sender's clock, compared with `core`'s."""
    version: int
    rates: dict[str, float]


@dataclass(frozen=True, slots=True)
class CanaryHeard:
    """A canary came through field, outbox, core and journal to where a notification would be written."""

    id: str
    process: str
    sung_ns: int
    heard_ns: int
    text: str
    """The notification that would have gone out; it is rehearsed, not sent."""


# --- durable: conditions and results; then history -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class ConditionChanged:
    """A condition began or ended on the device (deadband and delays done)."""

    device: str
    point: str
    rule: str
    active: bool
    time_ns: int
    value: float | None
    quality: int
    limit: float | None
    limit_set: str
    version: int


@dataclass(frozen=True, slots=True)
class ActiveCondition:
    point: str
    rule: str
    since_ns: int
    value: float | None
    limit: float | None
    limit_set: str
    quality: int


@dataclass(frozen=True, slots=True)
class ConditionsRead:
    """The whole condition set of a device, from its first good scan after a start, a new configuration or a
    request: the zone takes the difference."""

    device: str
    version: int
    time_ns: int
    active: tuple[ActiveCondition, ...]
    complete: bool
    """False while the device is lost: only its own conditions (link, fault) are known, the rest stays."""


@dataclass(frozen=True, slots=True)
class CanarySung:
    """The watchdog's canary on its way through the chain that alarms take."""

    id: str
    process: str
    time_ns: int


class Stage(StrEnum):
    """How far a command came. Exactly one of the last five ends it."""

    ACCEPTED = "accepted"
    WRITTEN = "written"
    CONFIRMED = "confirmed"
    DONE = "done"
    """Carried out, with nothing to read back."""
    FAILED = "failed"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """It may or may not have taken effect; it is never repeated."""

    @property
    def is_final(self) -> bool:
        return self not in {Stage.ACCEPTED, Stage.WRITTEN}


@dataclass(frozen=True, slots=True)
class CommandResult:
    """How a command to a device ended, or how far it came."""

    id: str
    stage: Stage
    detail: str
    value: float | str | None
    """The value read back."""
    time_ns: int


@dataclass(frozen=True, slots=True)
class TableDefined:
    """What the rows and columns of later history mean; sent before the first batch of a table."""

    digest: str
    devices: tuple[str, ...]
    points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """Dense history: every point of these rows."""

    table: str
    """Digest of the `TableDefined`."""
    rows: Int32
    time_ns: Int64
    received_ns: Int64
    values: Float64
    quality: UInt8


@dataclass(frozen=True, slots=True)
class HistoryChanges:
    """Sparse history: only the points that moved. All columns have the shape (n,)."""

    table: str
    rows: Int32
    columns: Int32
    time_ns: Int64
    received_ns: Int64
    values: Float64
    quality: UInt8


@dataclass(frozen=True, slots=True)
class HistoryTexts:
    table: str
    rows: Int32
    columns: Int32
    time_ns: Int64
    received_ns: Int64
    texts: tuple[str, ...]
    quality: UInt8


@dataclass(frozen=True, slots=True)
class HistoryGap:
    """History that the source had to give up (disk budget), or scans it had to skip."""

    since_ns: int
    until_ns: int
    rows: int
    reason: str


# --- commands --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who asks, in which session, from which terminal. Checked again where the command is executed."""

    user: str
    session: str
    station: str


@dataclass(frozen=True, slots=True)
class SelectPoint:
    """First step of a write: check that this value may be written to this point now (S-60)."""

    device: str
    point: str
    value: float | str


@dataclass(frozen=True, slots=True)
class OperatePoint:
    """Second step: do it. Bound to one selection, one user, one point, one value, 10 s."""

    selection: str
    device: str
    point: str
    value: float | str


@dataclass(frozen=True, slots=True)
class WritePoint:
    """What the gate sends to `field` once a selection was operated."""

    device: str
    point: str
    value: float | str


@dataclass(frozen=True, slots=True)
class AcknowledgeAlarm:
    device: str
    point: str
    rule: str
    event: int
    note: str


@dataclass(frozen=True, slots=True)
class SubstitutePoint:
    """Replace the measured value until `until_ns` (a person's decision; marked everywhere)."""

    device: str
    point: str
    value: float
    reason: str
    until_ns: int


@dataclass(frozen=True, slots=True)
class EndSubstitution:
    device: str
    point: str


@dataclass(frozen=True, slots=True)
class HangTag:
    """Hang a tag (挂牌) on a device: no write passes until it is removed."""

    device: str
    reason: str


@dataclass(frozen=True, slots=True)
class RemoveTag:
    device: str


@dataclass(frozen=True, slots=True)
class RetryDevice:
    """Try a faulted device now."""

    device: str


@dataclass(frozen=True, slots=True)
class UseLimitSet:
    subsystem: str
    limit_set: str


@dataclass(frozen=True, slots=True)
class ApplyConfiguration:
    """Make a stored configuration version the running one."""

    version: int


@dataclass(frozen=True, slots=True)
class SingCanary:
    """The watchdog asks `field` to send a canary along the way of the alarms."""


@dataclass(frozen=True, slots=True)
class ReadConditions:
    """`core` asks `field` for the whole condition set of every device."""


# --- queries ---------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class ReadJournal:
    """A page of the alarm journal, newest first, before `cursor` (0: from the newest)."""

    cursor: int
    limit: int
    device: str
    """'' for all."""


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


@dataclass(frozen=True, slots=True)
class Journal:
    rows: tuple[JournalRow, ...]


@dataclass(frozen=True, slots=True)
class ReadCommands:
    """A page of the commands that `core` took, newest first, before `cursor` (0: from the newest)."""

    cursor: int
    limit: int


@dataclass(frozen=True, slots=True)
class CommandRow:
    number: int
    id: str
    kind: str
    body: bytes
    """The encoded command."""
    user: str
    station: str
    process: str
    """The field process that carries it out; '' for `core` itself."""
    received_ns: int
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
