"""What goes over the live channel: it may be lost, the newest wins."""

from dataclasses import dataclass, field
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
    """The states of ISA-18.2-2016, A to I."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    """Returned to normal, unacknowledged."""
    LATCHED = "latched"
    """The condition is over; it stays until it is acknowledged and reset."""
    LATCHED_ACKNOWLEDGED = "latched-acknowledged"
    SHELVED = "shelved"
    """By an operator, for a time or one shot."""
    SUPPRESSED = "suppressed"
    """By design: by logic or by the state of the plant."""
    OUT_OF_SERVICE = "out-of-service"


class Hiding(StrEnum):
    """Why an alarm is kept from the operator."""

    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    OUT_OF_SERVICE = "out-of-service"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One reason for which an alarm is hidden; several add up."""

    kind: Hiding
    cause: str
    """What hides it by itself: a condition, a limit set, an area order; '' for a person's own decision."""
    by: str
    reason: str
    since_ns: int
    until_ns: int = 0
    """0 for no end of its own."""
    one_shot: bool = False
    """Ends when the condition returns to normal."""
    order: str = ""
    """The work order under which it is out of service."""


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the checklist that somebody has done."""

    step: int
    by: str
    time_ns: int
    note: str = ""


class Verdict(StrEnum):
    """What an alarm turned out to be."""

    REAL = "real"
    FALSE = "false"
    TEST = "test"
    DRILL = "drill"
    WORKS = "works"


@dataclass(frozen=True, slots=True)
class Judgement:
    """How an occurrence was closed."""

    verdict: Verdict
    cause: str
    done: str
    by: str
    time_ns: int


class Mode(StrEnum):
    """What is going on in a part of the site, so that its alarms are not what they seem."""

    TEST = "test"
    DRILL = "drill"
    WORKS = "works"
    SHELVED = "shelved"
    """The alarms of a class are shelved there."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the site in a mode: `zone` with everything below, or one device; '' for any."""

    id: str
    mode: Mode
    zone: str
    device: str
    alarm_class: str
    """'' for all classes."""
    by: str
    reason: str
    since_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True)
class AreasChanged:
    """All that is in force now."""

    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class OpenSelection:
    """A write that waits for a second person."""

    id: str
    device: str
    point: str
    value: float | str
    by: str
    reason: str
    until_ns: int


@dataclass(frozen=True, slots=True)
class SelectionsOpen:
    """All that wait for a second person now."""

    selections: tuple[OpenSelection, ...]


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
    active: bool = False
    """The condition holds, whatever the state."""
    alarm_class: str = ""
    suppressions: tuple[Suppression, ...] = ()
    root: str = ""
    """device/point/rule of the alarm that explains this one; '' for none."""
    silenced_ns: int = 0
    """When somebody silenced this occurrence; 0 while it may sound."""
    mode: str = ""
    """The mode of its part of the site when it occurred: test, drill, works or ''."""
    first_out: bool = False
    """The first of its group."""
    repeats: int = 0
    """Occurrences since the last acknowledgement."""
    ticks: tuple[Tick, ...] = ()
    judgement: Judgement | None = None


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


@dataclass(frozen=True, slots=True)
class SpokenNotice:
    """The browsers of a station are to read this out: once for each id."""

    id: str
    station: str
    """'' for all."""
    language: str
    """zh or en"""
    text: str
    urgent: bool
    wav: bytes = field(repr=False)
    """Its speech; empty where the browser's own voice must do."""
    time_ns: int
