"""Alarm rules, and the classes that say what their alarms have in common."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from config.text import Text

COMM_LOSS = "comm-loss"
"""The name of the rule that every device has: its link is down."""
DEVICE_FAULT = "device-fault"
"""The name of the rule that every device has: its actor keeps failing and was set aside."""
NODE_OUT = "node-out"
"""The name of the rule that every topology node has: all that hangs on it is lost."""


class RuleKind(StrEnum):
    """Alarm conditions on one point; communication loss is a condition of the device itself."""

    HIGH_HIGH = "high-high"
    HIGH = "high"
    LOW = "low"
    LOW_LOW = "low-low"
    STATE = "state"
    """A discrete point equals `limit`, or one of `states`."""
    RATE = "rate"
    """The value moves faster than `limit` units a second, up or down."""
    DEVIATION = "deviation"
    """The value is further than `limit` from the point `reference`, up or down."""
    MISMATCH = "mismatch"
    """A feedback is further than `limit` from its command `reference`; two states differ by at least 1."""
    QUALITY = "quality"
    """The value is bad or stale, though the device answers."""
    UNMOVED = "unmoved"
    """The value has moved by no more than `limit` for `within_s`, while `reference`, if any, is not 0."""
    LEAP = "leap"
    """The value grew by more than `limit` between two readings, or a counter fell."""


class Priority(StrEnum):
    """IEC 62682 priorities, most urgent first: `rank` 1 to 4."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        return list(Priority).index(self) + 1


class Severity(StrEnum):
    """How bad it is if nobody answers an alarm."""

    MINOR = "minor"
    MODERATE = "moderate"
    MAJOR = "major"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Rule:
    """An alarm rule. An alarm is named (device, point, rule name); a device's own rules have point ''."""

    name: str
    kind: RuleKind
    limit: float
    """NaN where the kind has none."""
    deadband: float
    on_delay_s: float
    off_delay_s: float
    priority: Priority
    text: Text
    sets: Mapping[str, float] = field(default_factory=dict)
    """Limit set -> the limit that replaces `limit` while the subsystem uses that set."""
    reference: str = ""
    """The point of the same device that the value is compared with: setpoint, command, or what runs."""
    states: tuple[float, ...] = ()
    """Of a state rule: any of these, instead of `limit`."""
    within_s: float = 0.0
    """Of an unmoved rule: how long the value must stand. Of a leap: readings further apart share it out."""
    cause: Text | None = None
    consequence: Text | None = None
    action: Text | None = None
    alarm_class: str = "process"
    severity: Severity | None = None
    response_s: float = 0.0
    """How long the operator has until the consequence comes; 0 where nobody has said."""
    latched: bool = False
    """Stays until a person resets it, though the condition is over."""
    re_alarm_s: float = 0.0
    """Annunciates again when acknowledged for so long and still active; 0 for never."""
    first_out: str = ""
    """The group within its device of which the first to occur is marked."""
    sound: str = ""
    """'' for the sound of its priority."""
    prompt: Text | None = None
    """Spoken with the sound; the text where there is none."""
    suppressed_by: tuple[str, ...] = ()
    """Conditions, device/point/rule: while one of them holds, this alarm is suppressed by design."""
    suppressed_in: tuple[str, ...] = ()
    """Limit sets (states of the plant) in which it is suppressed by design."""
    follows: tuple[str, ...] = ()
    """What nobody has said of it and so follows from other things: priority, text, latched, re_alarm_s."""


@dataclass(frozen=True, slots=True)
class ResponseStep:
    """A line of the checklist that the operator ticks."""

    text: Text
    within_s: float
    """From the occurrence on; 0 for no hurry."""
    camera: str = ""
    """device/point of a camera's preset that the step calls up."""
    telephone: str = ""
    """A number that is shown and never dialled by the machine."""


@dataclass(frozen=True, slots=True)
class AlarmClass:
    """What alarms of one class have in common."""

    id: str
    name: Text
    event: bool = False
    """Journaled only: neither shown nor told to anybody."""
    acknowledge_return: bool = True
    """Whether an alarm that returned unseen waits for an acknowledgement."""
    latched: bool = False
    re_alarm_s: float = 0.0
    verdict: bool = False
    """It is reset only with a verdict (real, false, test, drill, works); such alarms latch."""
    shelve_limit_s: float = 8 * 3600.0
    """How long one may be shelved; 0 for never."""
    checklist: tuple[ResponseStep, ...] = ()
    order_team: str = ""
    """The team that gets a work order for each; '' for none."""
    order_priority: Priority = Priority.LOW
    """The least urgent that gets one."""
    order_after_s: float = 0.0
    """It gets one only when it still stands after so long."""
