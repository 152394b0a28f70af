"""What is kept and decided of alarms: records, their causes and the rows of the journal. Pure."""

from dataclasses import dataclass

from actors.alarm_states import HIDDEN, Facts, Trigger
from actors.messages import Alarm, AlarmState, Hiding, JournalRow
from config.rules import Rule
from config.site import Site
from drivers.driver import BAD, Quality

Name = tuple[str, str, str]
"""(device, point, rule); a node stands where its alarm has no device."""


@dataclass(frozen=True, slots=True)
class Key:
    """Where a change came from: applied once, whatever comes again."""

    source: str
    epoch: str
    sequence: int

    def follows(self, other: "Key") -> bool:
        return (self.source, self.epoch) != (other.source, other.epoch) or self.sequence > other.sequence


NEVER = Key("", "", 0)


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
    latch: bool = False
    """The condition has held since the last reset, and the rule latches."""
    untold_ns: int = 0
    """When a person acknowledged what the device's process has not taken over yet; 0 where there is none."""

    @property
    def name(self) -> Name:
        return self.alarm.device, self.alarm.point, self.alarm.rule

    @property
    def held(self) -> bool:
        return self.alarm.state is AlarmState.UNACKNOWLEDGED and not self.told

    @property
    def hidden(self) -> bool:
        return self.alarm.state in HIDDEN

    @property
    def stands(self) -> bool:
        """There is something to hide, or to wait for a person."""
        return self.alarm.active or self.latch or self.alarm.state is AlarmState.RETURNED

    def facts(self, *, event: bool) -> Facts:
        kinds = {one.kind for one in self.alarm.suppressions}
        return Facts(
            active=self.alarm.active,
            latching=self.latch,
            event=event,
            shelved=Hiding.SHELVED in kinds,
            suppressed=Hiding.SUPPRESSED in kinds,
            out_of_service=Hiding.OUT_OF_SERVICE in kinds,
        )


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
    found: bool = False
    """Found at a start rather than seen to happen."""
    note: str = ""
    user: str = ""
    station: str = ""
    verdict: str = ""


def blank(name: Name, zone: str, rule: Rule) -> Record:
    """An alarm that has never occurred."""
    alarm = Alarm(
        *name, zone, AlarmState.NORMAL, rule.priority.rank, 0, 0, 0, None, None, "", 0, "", "",
        alarm_class=rule.alarm_class,
    )  # fmt: skip
    return Record(alarm, told=False, shown=False, condition=NEVER)


FRESH_NS = 10 * 10**9
"""No plan starts on what is older when it is journaled."""
_UNFIT = {Quality.UNCERTAIN_SUBSTITUTED, Quality.UNCERTAIN_STALE, Quality.UNCERTAIN_IN_TEST}


def is_fresh(record: Record, cause: Cause) -> bool:
    """Whether a plan may start on what just happened: not on old, found, stale, substituted or bad data.

    What came about while `core` was restarted is not annunciated before its source has caught up, but it was
    seen to begin a moment ago: no plan is to miss it. What is hidden or explained elsewhere starts none.
    """
    alarm = record.alarm
    is_old = cause.wall_ns - cause.source_ns > FRESH_NS
    is_usable = alarm.quality < BAD and alarm.quality not in _UNFIT
    return is_usable and not (is_old or cause.found or record.hidden or alarm.root)


def journal_row(
    record: Record, transition: str, cause: Cause, site: Site, *, annunciated: bool
) -> JournalRow:
    alarm = record.alarm
    device = site.devices.get(alarm.device)
    return JournalRow(
        id=0,
        time_ns=cause.wall_ns,
        source_ns=cause.source_ns,
        device=alarm.device,
        point=alarm.point,
        rule=alarm.rule,
        zone=alarm.zone,
        event=alarm.event,
        transition=transition,
        state=alarm.state,
        priority=alarm.priority,
        value=alarm.value,
        limit=alarm.limit,
        limit_set=alarm.limit_set,
        user=cause.user,
        station=cause.station,
        note=cause.note,
        annunciated=annunciated,
        alarm_class=alarm.alarm_class,
        profile=device.template.profile if device else "",
        subsystem=device.subsystem if device else "",
        root=alarm.root,
        mode=alarm.mode,
        fresh=is_fresh(record, cause),
        verdict=cause.verdict,
    )
