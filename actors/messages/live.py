"""What goes over the live channel: it may be lost, the newest wins."""

from dataclasses import dataclass
from enum import StrEnum

from actors.messages.columns import Float64, Int32, Int64, UInt8


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
