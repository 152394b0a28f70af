"""What is kept and decided of alarms: records, their causes and the rows of the journal. Pure."""

from dataclasses import dataclass

from actors.alarm_states import Transition, Trigger
from actors.messages import Alarm, AlarmState, JournalRow
from config.site import COMM_LOSS, DEVICE_FAULT, Priority, Site

Name = tuple[str, str, str]
"""(device, point, rule)"""

OWN_RULES = {COMM_LOSS: Priority.HIGH, DEVICE_FAULT: Priority.HIGH}
"""The rules that every device has, and how urgent they are."""


@dataclass(frozen=True, slots=True)
class Key:
    """Where a change came from: applied once, whatever comes again."""

    source: str
    epoch: str
    sequence: int

    def follows(self, other: "Key") -> bool:
        return (self.source, self.epoch) != (other.source, other.epoch) or self.sequence > other.sequence


@dataclass(frozen=True, slots=True)
class Record:
    """An alarm as it is kept."""

    alarm: Alarm
    """Its quality is that of the condition; `AlarmBook.seen` gives the one to show."""
    told: bool
    """Whether this occurrence was annunciated."""
    shown: bool
    """Whether lists show the alarm: it was told, or an earlier occurrence is not yet acknowledged."""
    condition: Key
    """The last condition change applied."""

    @property
    def name(self) -> Name:
        return self.alarm.device, self.alarm.point, self.alarm.rule

    @property
    def held(self) -> bool:
        return self.alarm.state is AlarmState.UNACKNOWLEDGED and not self.told


@dataclass(frozen=True, slots=True)
class Change:
    """A transition to journal: the new record, its row, and the key that makes the row unique."""

    record: Record
    row: JournalRow
    key: Key


@dataclass(slots=True)
class Decision:
    """What to commit, and then whom to tell of which alarms."""

    changes: list[Change]
    show: dict[Name, Alarm]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why and when something happens to an alarm."""

    trigger: Trigger
    key: Key
    source_ns: int
    wall_ns: int
    late: bool = False
    note: str = ""
    user: str = ""
    station: str = ""


def priority_of(site: Site, name: Name) -> Priority | None:
    """How urgent an alarm is; None when the site has no such rule."""
    device_id, point_id, rule_name = name
    device = site.devices.get(device_id)
    if device is None:
        return None
    if not point_id:
        return OWN_RULES.get(rule_name)
    at = device.template.index.get(point_id)
    rules = device.template.points[at].rules if at is not None else ()
    return next((rule.priority for rule in rules if rule.name == rule_name), None)


def journal_row(record: Record, transition: Transition, cause: Cause, annunciated: bool) -> JournalRow:  # noqa: FBT001
    alarm = record.alarm
    return JournalRow(
        id=0,
        time_ns=cause.wall_ns,
        source_ns=cause.source_ns,
        device=alarm.device,
        point=alarm.point,
        rule=alarm.rule,
        zone=alarm.zone,
        event=alarm.event,
        transition=transition.name,
        state=alarm.state,
        priority=alarm.priority,
        value=alarm.value,
        limit=alarm.limit,
        limit_set=alarm.limit_set,
        user=cause.user,
        station=cause.station,
        note=cause.note,
        annunciated=annunciated,
    )
