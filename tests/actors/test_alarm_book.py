"""What a zone decides: what is told, when, and how often (R-60, R-61, R-62). All by `test_alarm_model.py`."""

from dataclasses import replace

import pytest

from actors.alarm_records import Key, Name
from actors.messages import AcknowledgeAlarm, AlarmState, ConditionChanged, ConditionsRead, Issuer
from actors.said import in_language
from config.rules import COMM_LOSS
from drivers.driver import Quality
from tests.actors.alarm_zone import ANNA, BERT, S, Zone, began, ended, read
from tests.actors.small_site import point, site
from tests.actors.small_site import rule as rule_of

SITE = site(point("t", rule_of("high"), rule_of("low")))
SMALLER = site(point("t", rule_of("low")), version=2)
HIGH: Name = ("ahu-1", "t", "high")
LOST: Name = ("ahu-1", "", COMM_LOSS)


@pytest.fixture
def zone() -> Zone:
    return Zone(SITE)


def rows(
    zone: Zone, now_s: float, *messages: ConditionChanged | ConditionsRead, caught_up: bool = True
) -> list[str]:
    zone.now_s = now_s
    return zone.hear(*messages, caught_up=caught_up)


def acknowledge(zone: Zone, event: int, who: Issuer = ANNA) -> list[str] | str:
    return zone.ask(AcknowledgeAlarm(*HIGH, event, "seen"), who)


def restart(zone: Zone, now_s: float) -> None:
    zone.now_s = now_s
    zone.alarms.clear()
    zone.start(SITE)


def test_an_alarm_lives_through_its_states(zone: Zone) -> None:
    assert rows(zone, 1001, began(*HIGH, 1001)) == ["alarm_occurs!"]
    assert zone.alarms[HIGH].state is AlarmState.UNACKNOWLEDGED
    assert rows(zone, 1002, ended(*HIGH, 1002)) == ["return_to_normal"]
    assert rows(zone, 1003, began(*HIGH, 1003)) == ["re_alarm!"]
    assert zone.kept[HIGH].alarm.event == 2
    assert acknowledge(zone, 2) == ["acknowledge"]
    assert rows(zone, 1004, ended(*HIGH, 1004)) == ["return_to_normal"]
    assert zone.alarms[HIGH].state is AlarmState.NORMAL
    assert zone.kept[HIGH].alarm.by == "anna"


def test_of_two_who_acknowledge_at_once_one_wins_and_the_other_is_told_so(zone: Zone) -> None:
    """R-62"""
    rows(zone, 1001, began(*HIGH, 1001))
    assert acknowledge(zone, 1, ANNA) == ["acknowledge"]
    assert acknowledge(zone, 1, BERT) == "ahu-1/t/high event 1 was acknowledged by anna already"


@pytest.mark.parametrize(
    ("event", "refusal"),
    [
        (1, "ahu-1/t/high occurred again: event 1 is past, now it is 2; look again"),
        (3, "ahu-1/t/high has no event 3; look at the alarm list again"),
    ],
)
def test_an_acknowledge_must_name_the_event_that_its_person_saw(zone: Zone, event: int, refusal: str) -> None:
    rows(zone, 1001, began(*HIGH, 1001), ended(*HIGH, 1002), began(*HIGH, 1003))
    assert acknowledge(zone, event) == refusal


def test_what_nobody_knows_cannot_be_acknowledged(zone: Zone) -> None:
    assert acknowledge(zone, 1) == "ahu-1/t/high has no event 1; look at the alarm list again"


def test_a_condition_that_came_and_went_during_an_absence_is_journaled_and_not_told(zone: Zone) -> None:
    assert rows(zone, 1001, began(*HIGH, 900), ended(*HIGH, 950)) == ["alarm_occurs", "return_to_normal"]
    assert zone.alarms == {}
    assert zone.kept[HIGH].alarm.state is AlarmState.NORMAL


def test_also_when_it_came_and_went_in_two_batches(zone: Zone) -> None:
    assert rows(zone, 1001, began(*HIGH, 900), caught_up=False) == ["alarm_occurs"]
    assert zone.alarms == {}
    assert acknowledge(zone, 1) == "ahu-1/t/high event 1 needs no acknowledgement: it is unacknowledged"
    assert rows(zone, 1002, ended(*HIGH, 950)) == ["return_to_normal"]
    assert zone.alarms == {}


def test_one_that_lasts_is_told_once_with_the_time_at_which_it_occurred(zone: Zone) -> None:
    assert rows(zone, 1001, began(*HIGH, 900), caught_up=False) == ["alarm_occurs"]
    assert rows(zone, 1001, read("ahu-1", 1001, HIGH[1:])) == ["annunciate!"]
    assert zone.kept[HIGH].alarm.occurred_ns == 900 * S
    assert rows(zone, 1002, read("ahu-1", 1002, HIGH[1:])) == []


def test_one_that_is_held_back_stays_so_across_a_restart(zone: Zone) -> None:
    rows(zone, 1001, began(*HIGH, 900), caught_up=False)
    restart(zone, 1010)
    assert zone.alarms == {}
    assert zone.book.behind == {"field-1"}
    assert rows(zone, 1011) == ["annunciate!"]


def test_an_old_row_is_held_back_also_when_core_was_up(zone: Zone) -> None:
    assert rows(zone, 2000, began(*HIGH, 1500), caught_up=False) == ["alarm_occurs"]
    assert rows(zone, 2000, began("ahu-2", "t", "high", 1995)) == ["alarm_occurs!", "annunciate!"]


def test_a_lost_device_is_one_alarm_and_the_values_of_the_others_are_bad(zone: Zone) -> None:
    rows(zone, 1001, began(*HIGH, 1001))
    assert rows(zone, 1002, began(*LOST, 1002)) == ["alarm_occurs!"]
    assert zone.alarms[HIGH].quality == Quality.BAD_COMM_LOSS
    assert zone.alarms[HIGH].state is AlarmState.UNACKNOWLEDGED
    low = ("ahu-1", "t", "low")
    assert rows(zone, 1003, began(*low, 1003)) == ["alarm_occurs"]
    assert low not in zone.alarms
    assert rows(zone, 1004, ended(*LOST, 1004)) == ["return_to_normal", "annunciate!"]
    assert zone.alarms[HIGH].quality == Quality.GOOD
    assert zone.alarms[low].state is AlarmState.UNACKNOWLEDGED


def test_a_whole_set_makes_the_difference(zone: Zone) -> None:
    rows(zone, 1001, began(*HIGH, 1001), began(*LOST, 1001.5), ended(*LOST, 1001.6))
    assert rows(zone, 1002, read("ahu-1", 1002, ("t", "low"))) == ["return_to_normal", "alarm_occurs!"]
    assert in_language(zone.journal[-2].row.note, "en") == "found clear after restart"
    assert rows(zone, 1003, read("ahu-1", 1003, ("t", "low"))) == []


def test_an_incomplete_set_touches_only_the_conditions_of_the_device_itself(zone: Zone) -> None:
    rows(zone, 1001, began(*HIGH, 1001), began(*LOST, 1001))
    assert rows(zone, 1002, read("ahu-1", 1002, complete=False)) == ["return_to_normal"]
    assert zone.kept[HIGH].alarm.state is AlarmState.UNACKNOWLEDGED
    assert zone.kept[LOST].alarm.state is AlarmState.RETURNED


def test_a_device_that_was_not_read_since_the_start_keeps_its_alarms_with_bad_quality(zone: Zone) -> None:
    rows(zone, 1001, began(*HIGH, 1001))
    restart(zone, 1010)
    assert (zone.alarms[HIGH].state, zone.alarms[HIGH].quality) == (
        AlarmState.UNACKNOWLEDGED,
        Quality.BAD_NOT_READ,
    )
    assert rows(zone, 1011, read("ahu-1", 1011, HIGH[1:])) == []
    assert zone.alarms[HIGH].quality == Quality.GOOD


def test_rows_that_come_again_change_nothing(zone: Zone) -> None:
    """R-61: redelivered rows are applied once."""
    sent = (began(*HIGH, 1001), read("ahu-1", 1002, HIGH[1:]), ended(*HIGH, 1003), began(*HIGH, 1004))
    rows(zone, 1005, *sent)
    before = list(zone.journal)
    zone.sequence = 0
    assert rows(zone, 1006, *sent) == []
    restart(zone, 1010)
    zone.sequence = 0
    assert rows(zone, 1011, *sent) == []
    assert zone.journal == before


def test_a_new_outbox_counts_from_one_and_is_heard(zone: Zone) -> None:
    rows(zone, 1001, began(*HIGH, 1001), ended(*HIGH, 1002), began(*HIGH, 1003))
    zone.book.row(ended(*HIGH, 1004), Key("field-1", "other", 1), 1004 * S)
    assert zone.take(zone.book.decided()) == ["return_to_normal"]


def test_a_removed_rule_retires_its_alarm(zone: Zone) -> None:
    rows(zone, 1001, began(*HIGH, 1001))
    assert zone.reconfigure(SMALLER) == ["remove"]
    assert in_language(zone.journal[-1].row.note, "en") == "removed by version 2"
    assert zone.alarms[HIGH].state is AlarmState.NORMAL
    assert rows(zone, 1003, began(*HIGH, 1003)) == []  # evaluated by version 1, which is past
    zone.kept[HIGH] = replace(
        zone.kept[HIGH], alarm=replace(zone.kept[HIGH].alarm, state=AlarmState.ACKNOWLEDGED)
    )
    zone.start(SMALLER)
    assert zone.journal[-1].row.transition == "remove"


def test_a_rule_that_only_the_field_knows_yet_alarms_all_the_same(zone: Zone) -> None:
    newer = replace(began("ahu-1", "t", "brand-new", 1001), version=2)
    assert rows(zone, 1001, newer) == ["alarm_occurs!"]
