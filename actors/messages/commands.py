"""Commands, who gives them, and how far they come."""

from dataclasses import dataclass

from actors.messages.live import Mode, Verdict


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
    reason: str = ""
    """Where the point asks for one; see `config.writing.unfounded`."""


@dataclass(frozen=True, slots=True)
class OperatePoint:
    """Second step: do it. Bound to one selection, one user, one point, one value, 10 s; where it takes two
    persons, to any other user who may, within 5 minutes (S-62)."""

    selection: str
    device: str
    point: str
    value: float | str


@dataclass(frozen=True, slots=True)
class WithdrawSelection:
    """What waits for a second person is not to be done: he declines, or the first thinks better of it."""

    selection: str
    device: str
    point: str


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
class PassAcknowledgement:
    """What the zone sends to `field` once an alarm is acknowledged that the device raised itself."""

    device: str
    point: str
    rule: str
    event: int
    note: str
    seen_ns: int = 0
    """When the person did, where that is a while ago; 0 for just now."""


@dataclass(frozen=True, slots=True)
class SilenceAlarm:
    """Stop the sound of an occurrence; it blinks on."""

    device: str
    point: str
    rule: str
    event: int


@dataclass(frozen=True, slots=True)
class ResetAlarm:
    """Let go of a latched alarm whose condition is over."""

    device: str
    point: str
    rule: str
    event: int
    note: str


@dataclass(frozen=True, slots=True)
class ShelveAlarm:
    """Keep an alarm from the operator until `until_ns`, or (one shot) until it returns if that is sooner."""

    device: str
    point: str
    rule: str
    until_ns: int
    one_shot: bool
    reason: str


@dataclass(frozen=True, slots=True)
class UnshelveAlarm:
    device: str
    point: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class RemoveFromService:
    """Take an alarm out of service under a work order, until `until_ns` (0: until it is put back)."""

    device: str
    point: str
    rule: str
    until_ns: int
    order: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReturnToService:
    device: str
    point: str
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class TickStep:
    """A line of the response checklist is done."""

    device: str
    point: str
    rule: str
    event: int
    step: int
    """From 0."""
    note: str


@dataclass(frozen=True, slots=True)
class RecordVerdict:
    """What an alarm turned out to be, and what was done."""

    device: str
    point: str
    rule: str
    event: int
    verdict: Verdict
    cause: str
    done: str


@dataclass(frozen=True, slots=True)
class SetArea:
    """Put a zone (with everything below) or a device into a mode, or shelve a class there, until a time."""

    mode: Mode
    zone: str
    device: str
    alarm_class: str
    until_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class EndArea:
    area: str
    """`Area.id`"""
    reason: str


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


@dataclass(frozen=True, slots=True)
class TakePost:
    """What an outside system posted to a device's webhook; the field process knows its secret."""

    hook: str
    id: str
    at_s: int
    """When it was signed, by the sender's clock."""
    signatures: str
    body: str
