"""What goes through the outboxes: conditions and results first, history after them."""

from dataclasses import dataclass
from enum import StrEnum

from actors.messages.columns import Float64, Int32, Int64, UInt8


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
    found: bool = False
    """Found so with the first value after a start, a new configuration or another limit, rather than seen to
    happen: nothing may be started by it."""


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
class DeviceAcknowledged:
    """What became of an acknowledgement that was passed on to the device."""

    device: str
    point: str
    rule: str
    event: int
    by: str
    error: str
    """Why the device has not taken it; '' if it has."""
    time_ns: int


@dataclass(frozen=True, slots=True)
class LimitSetUsed:
    """Which state a subsystem is in: said when it changes, and on request."""

    subsystem: str
    limit_set: str
    time_ns: int


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
    """The value read back; the selection of a point that was selected; the run of a plan that was started."""
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
