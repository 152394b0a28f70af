"""What a zone decides: single rules first, then random histories against a model in other words (R-60)."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from actors.alarm_book import AlarmBook
from actors.alarm_records import Change, Decision, Key, Name, Record
from actors.messages import (
    AcknowledgeAlarm,
    ActiveCondition,
    AlarmState,
    ConditionChanged,
    ConditionsRead,
    Issuer,
)
from actors.said import in_language
from config.site import COMM_LOSS, Site
from drivers.driver import Quality
from tests.actors.small_site import point, site
from tests.actors.small_site import rule as rule_of

S = 1_000_000_000
ANNA, BERT = Issuer("anna", "s1", "west"), Issuer("bert", "s2", "east")
SITE = site(point("t", rule_of("high"), rule_of("low")))
SMALLER = site(point("t", rule_of("low")), version=2)


def began(device: str, point_: str, rule_: str, at_s: float, *, active: bool = True) -> ConditionChanged:
    return ConditionChanged(device, point_, rule_, active, round(at_s * S), 31.0, 0, 30.0, "", 1)


def ended(device: str, point_: str, rule_: str, at_s: float) -> ConditionChanged:
    return began(device, point_, rule_, at_s, active=False)


def read(device: str, at_s: float, *names: tuple[str, str], complete: bool = True) -> ConditionsRead:
    active = tuple(ActiveCondition(*name, round(at_s * S), 31.0, 30.0, "", 0) for name in names)
    return ConditionsRead(device, 1, round(at_s * S), active, complete)


class Zone:
    """A book with the journal and the screens that a real zone has; started at 1000 s."""

    def __init__(self) -> None:
        self.journal: list[Change] = []
        self.shown: dict[Name, AlarmState] = {}
        self.qualities: dict[Name, int] = {}
        self.kept: dict[Name, Record] = {}
        self.sequence = 0
        self.start(SITE, 1000)

    def start(self, site_: Site, at_s: float) -> None:
        self.book = AlarmBook("building-a", site_, started_ns=round(at_s * S), annunciate_within_s=10)
        self.take(self.book.load(self.kept.values(), round(at_s * S)))

    def take(self, decision: Decision) -> list[str]:
        for change in decision.changes:
            self.kept[change.record.name] = change.record
        self.journal += decision.changes
        self.shown |= {name: alarm.state for name, alarm in decision.show.items()}
        self.qualities |= {name: alarm.quality for name, alarm in decision.show.items()}
        return [
            change.row.transition + ("!" if change.row.annunciated else "") for change in decision.changes
        ]

    def rows(
        self, now_s: float, *messages: ConditionChanged | ConditionsRead, caught_up: bool = True
    ) -> list[str]:
        for message in messages:
            self.sequence += 1
            self.book.row(message, Key("field-1", "e", self.sequence), round(now_s * S))
        if caught_up:
            self.book.caught_up("field-1", round(now_s * S))
        return self.take(self.book.decided())

    def acknowledge(self, name: Name, event: int, who: Issuer = ANNA, now_s: float = 2000) -> list[str] | str:
        command = AcknowledgeAlarm(*name, event, "seen")
        answer = self.book.acknowledge(f"c{event}{who.user}", command, who, round(now_s * S))
        return in_language(answer, "en") if isinstance(answer, str) else self.take(answer)


HIGH: Name = ("ahu-1", "t", "high")
LOST: Name = ("ahu-1", "", COMM_LOSS)


@pytest.fixture
def zone() -> Zone:
    return Zone()


def test_an_alarm_lives_through_its_states(zone: Zone) -> None:
    assert zone.rows(1001, began(*HIGH, 1001)) == ["alarm_occurs!"]
    assert zone.shown == {HIGH: AlarmState.UNACKNOWLEDGED}
    assert zone.rows(1002, ended(*HIGH, 1002)) == ["return_to_normal"]
    assert zone.rows(1003, began(*HIGH, 1003)) == ["re_alarm!"]
    assert zone.kept[HIGH].alarm.event == 2
    assert zone.acknowledge(HIGH, 2) == ["acknowledge"]
    assert zone.rows(1004, ended(*HIGH, 1004)) == ["return_to_normal"]
    assert zone.shown == {HIGH: AlarmState.NORMAL}
    assert zone.kept[HIGH].alarm.by == "anna"


def test_of_two_who_acknowledge_at_once_one_wins_and_the_other_is_told_so(zone: Zone) -> None:
    """R-62"""
    zone.rows(1001, began(*HIGH, 1001))
    assert zone.acknowledge(HIGH, 1, ANNA) == ["acknowledge"]
    assert zone.acknowledge(HIGH, 1, BERT) == "ahu-1/t/high event 1 was acknowledged by anna already"


@pytest.mark.parametrize(
    ("event", "refusal"),
    [
        (1, "ahu-1/t/high occurred again: event 1 is past, now it is 2; look again"),
        (3, "ahu-1/t/high has no event 3; look at the alarm list again"),
    ],
)
def test_an_acknowledge_must_name_the_event_that_its_person_saw(zone: Zone, event: int, refusal: str) -> None:
    zone.rows(1001, began(*HIGH, 1001), ended(*HIGH, 1002), began(*HIGH, 1003))
    assert zone.acknowledge(HIGH, event) == refusal


def test_what_nobody_knows_cannot_be_acknowledged(zone: Zone) -> None:
    assert zone.acknowledge(HIGH, 1) == "ahu-1/t/high has no event 1; look at the alarm list again"


def test_a_condition_that_came_and_went_during_an_absence_is_journaled_and_not_told(zone: Zone) -> None:
    assert zone.rows(1001, began(*HIGH, 900), ended(*HIGH, 950)) == ["alarm_occurs", "return_to_normal"]
    assert zone.shown == {}
    assert zone.kept[HIGH].alarm.state is AlarmState.NORMAL


def test_also_when_it_came_and_went_in_two_batches(zone: Zone) -> None:
    assert zone.rows(1001, began(*HIGH, 900), caught_up=False) == ["alarm_occurs"]
    assert zone.shown == {}
    assert zone.acknowledge(HIGH, 1) == "ahu-1/t/high event 1 needs no acknowledgement: it is unacknowledged"
    assert zone.rows(1002, ended(*HIGH, 950)) == ["return_to_normal"]
    assert zone.shown == {}


def test_one_that_lasts_is_told_once_with_the_time_at_which_it_occurred(zone: Zone) -> None:
    assert zone.rows(1001, began(*HIGH, 900), caught_up=False) == ["alarm_occurs"]
    assert zone.rows(1001, read("ahu-1", 1001, HIGH[1:])) == ["annunciate!"]
    assert zone.kept[HIGH].alarm.occurred_ns == 900 * S
    assert zone.rows(1002, read("ahu-1", 1002, HIGH[1:])) == []


def test_one_that_is_held_back_stays_so_across_a_restart(zone: Zone) -> None:
    zone.rows(1001, began(*HIGH, 900), caught_up=False)
    zone.start(SITE, 1010)
    assert zone.shown == {}
    assert zone.book.behind == {"field-1"}
    assert zone.rows(1011) == ["annunciate!"]


def test_an_old_row_is_held_back_also_when_core_was_up(zone: Zone) -> None:
    assert zone.rows(2000, began(*HIGH, 1500), caught_up=False) == ["alarm_occurs"]
    assert zone.rows(2000, began("ahu-2", "t", "high", 1995)) == ["alarm_occurs!", "annunciate!"]


def test_a_lost_device_is_one_alarm_and_the_values_of_the_others_are_bad(zone: Zone) -> None:
    zone.rows(1001, began(*HIGH, 1001))
    assert zone.rows(1002, began(*LOST, 1002)) == ["alarm_occurs!"]
    assert zone.qualities[HIGH] == Quality.BAD_COMM_LOSS
    assert zone.shown[HIGH] is AlarmState.UNACKNOWLEDGED
    low = ("ahu-1", "t", "low")
    assert zone.rows(1003, began(*low, 1003)) == ["alarm_occurs"]
    assert low not in zone.shown
    assert zone.rows(1004, ended(*LOST, 1004)) == ["return_to_normal", "annunciate!"]
    assert zone.qualities[HIGH] == Quality.GOOD
    assert zone.shown[low] is AlarmState.UNACKNOWLEDGED


def test_a_whole_set_makes_the_difference(zone: Zone) -> None:
    zone.rows(1001, began(*HIGH, 1001), began(*LOST, 1001.5), ended(*LOST, 1001.6))
    assert zone.rows(1002, read("ahu-1", 1002, ("t", "low"))) == ["return_to_normal", "alarm_occurs!"]
    assert in_language(zone.journal[-2].row.note, "en") == "found clear after restart"
    assert zone.rows(1003, read("ahu-1", 1003, ("t", "low"))) == []


def test_an_incomplete_set_touches_only_the_conditions_of_the_device_itself(zone: Zone) -> None:
    zone.rows(1001, began(*HIGH, 1001), began(*LOST, 1001))
    assert zone.rows(1002, read("ahu-1", 1002, complete=False)) == ["return_to_normal"]
    assert zone.kept[HIGH].alarm.state is AlarmState.UNACKNOWLEDGED
    assert zone.kept[LOST].alarm.state is AlarmState.RETURNED


def test_a_device_that_was_not_read_since_the_start_keeps_its_alarms_with_bad_quality(zone: Zone) -> None:
    zone.rows(1001, began(*HIGH, 1001))
    zone.start(SITE, 1010)
    assert (zone.shown[HIGH], zone.qualities[HIGH]) == (AlarmState.UNACKNOWLEDGED, Quality.BAD_NOT_READ)
    assert zone.rows(1011, read("ahu-1", 1011, HIGH[1:])) == []
    assert zone.qualities[HIGH] == Quality.GOOD


def test_rows_that_come_again_change_nothing(zone: Zone) -> None:
    """R-61: redelivered rows are applied once."""
    rows = (began(*HIGH, 1001), read("ahu-1", 1002, HIGH[1:]), ended(*HIGH, 1003), began(*HIGH, 1004))
    zone.rows(1005, *rows)
    before = list(zone.journal)
    zone.sequence = 0
    assert zone.rows(1006, *rows) == []
    zone.start(SITE, 1010)
    zone.sequence = 0
    assert zone.rows(1011, *rows) == []
    assert zone.journal == before


def test_a_new_outbox_counts_from_one_and_is_heard(zone: Zone) -> None:
    zone.rows(1001, began(*HIGH, 1001), ended(*HIGH, 1002), began(*HIGH, 1003))
    zone.book.row(ended(*HIGH, 1004), Key("field-1", "other", 1), 1004 * S)
    assert zone.take(zone.book.decided()) == ["return_to_normal"]


def test_a_removed_rule_retires_its_alarm(zone: Zone) -> None:
    zone.rows(1001, began(*HIGH, 1001))
    assert zone.take(zone.book.configuration(SMALLER, 1002 * S)) == ["remove"]
    assert in_language(zone.journal[-1].row.note, "en") == "removed by version 2"
    assert zone.shown[HIGH] is AlarmState.NORMAL
    assert zone.rows(1003, began(*HIGH, 1003)) == []  # evaluated by version 1, which is past
    zone.kept[HIGH] = replace(
        zone.kept[HIGH], alarm=replace(zone.kept[HIGH].alarm, state=AlarmState.ACKNOWLEDGED)
    )
    zone.start(SMALLER, 1010)
    assert zone.journal[-1].row.transition == "remove"


def test_a_rule_that_only_the_field_knows_yet_alarms_all_the_same(zone: Zone) -> None:
    newer = replace(began("ahu-1", "t", "brand-new", 1001), version=2)
    assert zone.rows(1001, newer) == ["alarm_occurs!"]


# --- the model -------------------------------------------------------------------------------------------


@dataclass
class Told:
    """An alarm in four words."""

    active: bool = False
    pending: bool = False
    """A person is to acknowledge something."""
    seen: bool = False
    """This occurrence was told or acknowledged."""
    event: int = 0

    @property
    def state(self) -> AlarmState:
        if self.active:
            return AlarmState.ACKNOWLEDGED if self.seen and not self.pending else AlarmState.UNACKNOWLEDGED
        return AlarmState.RETURNED if self.pending else AlarmState.NORMAL


NAMES: list[Name] = [HIGH, ("ahu-1", "t", "low"), LOST, ("ahu-2", "t", "high")]


class Histories(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.zone = Zone()
        self.now = 1001.0
        self.started = 1000.0
        self.model = {name: Told() for name in NAMES}
        self.sent: list[ConditionChanged | ConditionsRead] = []
        self.behind = False
        self.annunciations = 0

    def lost(self, device: str) -> bool:
        return device == "ahu-1" and self.model[LOST].active

    def tell(self, told: Told) -> None:
        told.seen = told.pending = True
        self.annunciations += 1

    def begin(self, name: Name, *, late: bool) -> None:
        told = self.model[name]
        if not told.active:
            told.active, told.seen = True, False
            told.event += 1
            if not late and not (name[1] and self.lost(name[0])):
                self.tell(told)

    def finish(self, name: Name) -> None:
        if self.model[name].active:
            self.model[name].active = False
            if name == LOST and not self.behind:
                self.release("ahu-1")

    def release(self, *devices: str) -> None:
        for name, told in self.model.items():
            held = told.active and not told.seen
            if name[0] in devices and held and not (name[1] and self.lost(name[0])):
                self.tell(told)

    def send(self, message: ConditionChanged | ConditionsRead) -> None:
        self.sent.append(message)
        self.zone.rows(self.now, message, caught_up=False)

    @rule(name=st.sampled_from(NAMES), active=st.booleans(), age_s=st.sampled_from([0, 0, 60]))
    def a_condition_changes(self, name: Name, active: bool, age_s: int) -> None:
        self.now += 1
        at = self.now - age_s
        late = at < self.started or age_s > 10
        self.behind |= late
        if active:
            self.begin(name, late=late)
        else:
            self.finish(name)
        self.send(began(*name, at, active=active))

    @rule(names=st.sets(st.sampled_from(NAMES[:2])), lost=st.booleans(), complete=st.booleans())
    def a_device_is_read(self, names: set[Name], lost: bool, complete: bool) -> None:
        self.now += 1
        found = {*names, *([LOST] if lost else [])}
        known = NAMES[:3] if complete else [LOST]
        ordered = [name for name in NAMES if name in found]
        for name in known:
            if name not in found:
                self.finish(name)
        for name in reversed(ordered):
            if name in known:
                self.begin(name, late=False)
        self.send(read("ahu-1", self.now, *(name[1:] for name in ordered), complete=complete))

    @rule(back=st.integers(1, 8))
    @precondition(lambda self: self.sent)
    def rows_come_again(self, back: int) -> None:
        again = self.sent[-back:]
        self.zone.sequence -= len(again)
        self.behind |= any(m.time_ns < self.started * S or self.now * S - m.time_ns > 10 * S for m in again)
        self.zone.rows(self.now, *again, caught_up=False)

    @rule()
    def the_source_has_caught_up(self) -> None:
        self.now += 1
        self.behind = False
        self.release("ahu-1", "ahu-2")
        self.zone.rows(self.now)

    @rule(name=st.sampled_from(NAMES), older=st.sampled_from([0, 0, 1]))
    def somebody_acknowledges(self, name: Name, older: int) -> None:
        told = self.model[name]
        may = told.pending and older == 0
        answer = self.zone.acknowledge(name, told.event - older, now_s=self.now)
        assert isinstance(answer, list) == may
        if may:
            told.pending, told.seen = False, True

    @rule()
    def the_process_restarts(self) -> None:
        self.now += 1
        self.started = self.now
        self.behind = any(told.active and not told.seen for told in self.model.values())
        self.zone.start(SITE, self.now)

    @invariant()
    def the_zone_agrees_with_the_model(self) -> None:
        for name, told in self.model.items():
            record = self.zone.kept.get(name)
            assert (record.alarm.state if record else AlarmState.NORMAL) is told.state
            assert (record.alarm.event if record else 0) == told.event
            hidden = told.active and not told.seen and not told.pending
            visible = told.state is not AlarmState.NORMAL and not hidden
            assert (self.zone.shown.get(name, AlarmState.NORMAL) is not AlarmState.NORMAL) == visible
        assert sum(change.row.annunciated for change in self.zone.journal) == self.annunciations

    @invariant()
    def no_transition_is_journaled_twice(self) -> None:
        keys = [(change.record.name, change.key, change.row.transition) for change in self.zone.journal]
        assert len(keys) == len(set(keys))


def test_random_histories_agree_with_the_model() -> None:
    run_state_machine_as_test(
        Histories, settings=settings(max_examples=150, stateful_step_count=25, deadline=None)
    )


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_ten_thousand_random_histories_agree_with_the_model() -> None:
    run_state_machine_as_test(
        Histories, settings=settings(max_examples=10_000, stateful_step_count=25, deadline=None)
    )
