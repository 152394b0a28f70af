"""Commands, who gives them, and how far they come."""

from dataclasses import dataclass


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
