"""Shelved, suppressed by design, out of service; latched, silenced, reminded; tests and drills (N01, N06)."""

from dataclasses import replace

import pytest

from actors.alarm_book import AlarmBook
from actors.circumstances import Circumstances
from actors.messages import (
    AcknowledgeAlarm,
    AlarmState,
    Area,
    Mode,
    RecordVerdict,
    RemoveFromService,
    ResetAlarm,
    ReturnToService,
    ShelveAlarm,
    SilenceAlarm,
    TickStep,
    UnshelveAlarm,
    Verdict,
)
from config.alarms import NODE_RULES
from config.rules import COMM_LOSS, DEVICE_FAULT, NODE_OUT, AlarmClass, Priority
from config.site import Node, NodeKind
from tests.actors.alarm_zone import BERT, S, Zone, began, ended, read
from tests.actors.small_site import point, rule, site, text

HIGH = ("ahu-1", "t", "high")
LOW = ("ahu-1", "t", "low")
SMOKE = ("ahu-1", "t", "smoke")
EVENT = ("ahu-1", "t", "open")
LOST = ("ahu-1", "", COMM_LOSS)
SITE = site(
    point(
        "t",
        rule("high", suppressed_by=("t/low",), suppressed_in=("night",), first_out="trip"),
        rule("low", first_out="trip", re_alarm_s=300.0),
        rule("smoke", alarm_class="fire", latched=True),
        rule("open", alarm_class="event"),
    )
)


@pytest.fixture
def zone() -> Zone:
    return Zone(SITE)


def shelve(
    zone: Zone, name: tuple[str, str, str] = HIGH, minutes: float = 60, **more: bool
) -> list[str] | str:
    until_ns = round((zone.now_s + 60 * minutes) * S)
    return zone.ask(ShelveAlarm(*name, until_ns, more.get("one_shot", False), "nuisance"))


def area(mode: Mode, **more: str) -> Area:
    given = {"zone": "building-a", "device": "", "alarm_class": "", **more}
    return Area("a1", mode, **given, by="anna", reason="works", since_ns=0, until_ns=round(9e12))


# --- shelving


def test_what_is_shelved_is_tracked_and_comes_back_when_the_time_is_over(zone: Zone) -> None:
    assert shelve(zone) == ["shelve"]
    assert zone.state(HIGH) is AlarmState.SHELVED
    assert zone.begins(HIGH) == ["alarm_occurs"]
    assert zone.alarms[HIGH].active
    began_s = zone.now_s
    assert zone.wait(3600) == ["shelve_timeout!"]
    assert zone.state(HIGH) is AlarmState.UNACKNOWLEDGED
    assert zone.alarms[HIGH].occurred_ns == round(began_s * S)


def test_a_shelf_survives_a_restart(zone: Zone) -> None:
    zone.begins(HIGH)
    shelve(zone)
    zone.now_s += 600
    zone.start(SITE)
    assert zone.state(HIGH) is AlarmState.SHELVED
    assert zone.wait(2000) == []
    assert zone.wait(1000) == ["shelve_timeout!"]


def test_a_one_shot_ends_with_the_return(zone: Zone) -> None:
    zone.begins(HIGH)
    shelve(zone, one_shot=True)
    assert zone.ends(HIGH) == ["return_to_normal", "shelve_timeout"]
    assert zone.state(HIGH) is AlarmState.NORMAL
    assert zone.begins(HIGH) == ["alarm_occurs!"]


def test_unshelving_an_active_alarm_annunciates_anew(zone: Zone) -> None:
    zone.begins(HIGH)
    zone.acknowledge(HIGH)
    shelve(zone)
    assert zone.ask(UnshelveAlarm(*HIGH, "back")) == ["unshelve!"]
    assert zone.alarms[HIGH].event == 2
    assert zone.ask(UnshelveAlarm(*HIGH, "back")) == "nobody has shelved ahu-1/t/high"


def test_an_alarm_whose_rule_was_removed_takes_no_requests(zone: Zone) -> None:
    zone.begins(HIGH)
    zone.reconfigure(site(point("t", rule("low")), version=2))
    assert shelve(zone) == "there is no alarm ahu-1/t/high; look at the alarm list again"


@pytest.mark.parametrize(
    ("name", "minutes", "reason", "refusal"),
    [
        (HIGH, 60 * 9, "x", "ahu-1/t/high for 540 min is not within 0 to 480 min"),
        (HIGH, -1, "x", "ahu-1/t/high for -1 min is not within 0 to 480 min"),
        (HIGH, 60, " ", "to shelve ahu-1/t/high, give a reason"),
        (SMOKE, 60, "x", "alarms of class Fire cannot be shelved; set a test or works mode if need be"),
        (("ahu-1", "t", "none"), 60, "x",
         "there is no alarm ahu-1/t/none; look at the alarm list again"),
    ],
)  # fmt: skip
def test_what_may_not_be_shelved_is_refused(
    zone: Zone, name: tuple[str, str, str], minutes: float, reason: str, refusal: str
) -> None:
    until_ns = round((zone.now_s + 60 * minutes) * S)
    assert zone.ask(ShelveAlarm(*name, until_ns, False, reason)) == refusal
    assert zone.journal == []


# --- suppression adds up


def test_shelved_and_suppressed_must_both_end(zone: Zone) -> None:
    zone.begins(LOW)
    zone.told(holding=[LOW])
    assert zone.begins(HIGH) == ["suppress", "alarm_occurs"]
    assert zone.state(HIGH) is AlarmState.SUPPRESSED
    assert shelve(zone) == ["shelve"]
    assert zone.state(HIGH) is AlarmState.SHELVED
    assert zone.ask(UnshelveAlarm(*HIGH, "")) == ["unshelve"]
    assert zone.state(HIGH) is AlarmState.SUPPRESSED
    zone.ends(LOW)
    assert zone.told(holding=[]) == ["unsuppress!"]


def test_a_state_of_the_plant_suppresses_by_design(zone: Zone) -> None:
    zone.begins(HIGH)
    assert zone.told(limit_sets={"hvac": "night"}) == ["suppress"]
    zone.start(SITE)
    assert zone.state(HIGH) is AlarmState.SUPPRESSED
    assert zone.ends(HIGH) == ["return_to_normal"]
    assert zone.told(limit_sets={"hvac": "day"}) == ["unsuppress"]
    assert zone.state(HIGH) is AlarmState.NORMAL


def test_after_a_restart_nothing_is_let_go_before_the_plant_has_said_how_it_is(zone: Zone) -> None:
    zone.begins(HIGH)
    zone.told(limit_sets={"hvac": "night"})
    zone.circumstances = replace(zone.circumstances, limit_sets={})
    zone.start(SITE)
    assert zone.state(HIGH) is AlarmState.SUPPRESSED
    assert zone.told(areas=()) == []


def test_out_of_service_needs_a_work_order_and_shows_before_all_else(zone: Zone) -> None:
    zone.begins(HIGH)
    shelve(zone)
    order = RemoveFromService(*HIGH, 0, "WO-17", "sensor")
    assert zone.ask(replace(order, order=" ")) == (
        "ahu-1/t/high is taken out of service under a work order: name it"
    )
    assert zone.ask(order, BERT) == ["remove_from_service"]
    assert zone.state(HIGH) is AlarmState.OUT_OF_SERVICE
    assert [one.order for one in zone.alarms[HIGH].suppressions] == ["", "WO-17"]
    assert zone.wait(3600) == ["shelve_timeout"]
    assert zone.ask(ReturnToService(*HIGH, "done")) == ["return_to_service!"]


def test_out_of_service_may_end_by_itself(zone: Zone) -> None:
    zone.begins(HIGH)
    zone.ask(RemoveFromService(*HIGH, round((zone.now_s + 100) * S), "WO-17", "sensor"))
    assert zone.wait(101) == ["return_to_service!"]


def test_what_is_hidden_is_not_acknowledged(zone: Zone) -> None:
    zone.begins(HIGH)
    shelve(zone)
    assert "is shelved: nothing to acknowledge" in str(zone.acknowledge(HIGH))


def test_what_occurs_while_it_is_hidden_is_an_occurrence_of_its_own(zone: Zone) -> None:
    """A fire that came and went in between can be acknowledged, and asks for a verdict of its own."""
    zone.ask(RemoveFromService(*SMOKE, 0, "WO-1", "detector"))
    zone.begins(SMOKE)
    zone.ends(SMOKE)
    zone.ask(ReturnToService(*SMOKE, ""))
    assert zone.alarms[SMOKE].event == 1
    assert zone.acknowledge(SMOKE) == ["acknowledge"]
    assert "needs a verdict" in str(zone.ask(ResetAlarm(*SMOKE, 1, "")))


def test_two_reasons_that_begin_or_end_at_once_are_both_journaled(zone: Zone) -> None:
    """The journal knows a row by its alarm, key and transition."""
    zone.told(holding=[LOW], limit_sets={"hvac": "night"})
    assert zone.begins(HIGH) == ["suppress", "suppress", "alarm_occurs"]
    assert zone.told(holding=[], limit_sets={"hvac": "day"}) == ["unsuppress", "unsuppress!"]
    rows = [(change.key, change.row.transition) for change in zone.journal]
    assert len(rows) == len(set(rows))


def test_an_order_that_ended_while_the_zone_was_away_lets_go(zone: Zone) -> None:
    zone.begins(HIGH)
    zone.told(areas=(area(Mode.SHELVED, alarm_class="process"),))
    zone.circumstances = replace(zone.circumstances, areas=())
    zone.start(SITE)
    assert zone.state(HIGH) is AlarmState.UNACKNOWLEDGED


def test_also_when_the_board_spoke_before_the_alarms_were_loaded(zone: Zone) -> None:
    zone.begins(HIGH)
    zone.told(areas=(area(Mode.SHELVED, alarm_class="process"),))
    book = AlarmBook("building-a", SITE, started_ns=zone.wall_ns, annunciate_within_s=10)
    book.circumstances(Circumstances(), zone.wall_ns)
    assert zone.take(book.load(zone.kept.values(), zone.wall_ns)) == ["unshelve!"]


def test_what_comes_off_the_shelf_waits_for_a_source_that_is_behind(zone: Zone) -> None:
    """Its end may be in what is still to come."""
    zone.begins(HIGH)
    shelve(zone)
    zone.hear(began(*LOW, zone.now_s - 60), caught_up=False)
    assert zone.ask(UnshelveAlarm(*HIGH, "")) == ["unshelve"]
    assert zone.ends(HIGH) == ["return_to_normal", "annunciate!"]
    assert zone.journal[-1].record.name == LOW


def test_an_event_cannot_be_hidden_and_is_never_told(zone: Zone) -> None:
    zone.told(areas=(area(Mode.SHELVED),))
    assert zone.begins(EVENT) == ["event_begins"]
    assert zone.told(areas=()) == []
    assert "is an event: it is journaled and shown to nobody" in str(shelve(zone, EVENT))


# --- latching and verdicts


def test_a_latched_alarm_that_came_and_went_unheard_is_on_the_list(zone: Zone) -> None:
    zone.hear(began(*SMOKE, 900), caught_up=False)
    zone.hear(ended(*SMOKE, 950))
    assert zone.alarms[SMOKE].state is AlarmState.LATCHED
    assert zone.acknowledge(SMOKE) == ["acknowledge"]


def test_a_reset_asks_for_no_acknowledgement_that_its_class_does_not_want() -> None:
    quick = AlarmClass("quick", text("quick"), acknowledge_return=False)
    plant = site(point("t", rule("high", alarm_class="quick", latched=True)))
    zone = Zone(replace(plant, classes={"quick": quick, **plant.classes}))
    zone.begins(HIGH)
    zone.ends(HIGH)
    assert zone.ask(ResetAlarm(*HIGH, 1, "")) == ["reset", "auto_ack_rtn"]


def test_a_fire_alarm_stays_until_somebody_says_what_it_was_and_resets_it(zone: Zone) -> None:
    zone.begins(SMOKE)
    assert zone.acknowledge(SMOKE) == ["acknowledge"]
    assert zone.ask(ResetAlarm(*SMOKE, 1, "")) == (
        "the condition of ahu-1/t/smoke still holds; reset it when that is over"
    )
    assert zone.ends(SMOKE) == ["return_to_normal"]
    assert zone.state(SMOKE) is AlarmState.LATCHED_ACKNOWLEDGED
    assert "needs a verdict" in str(zone.ask(ResetAlarm(*SMOKE, 1, "")))
    verdict = RecordVerdict(*SMOKE, 1, Verdict.FALSE, "steam", "aired")
    assert zone.ask(verdict) == ["verdict"]
    assert zone.ask(ResetAlarm(*SMOKE, 1, "")) == ["reset"]
    assert zone.state(SMOKE) is AlarmState.NORMAL
    row = next(change.row for change in zone.journal if change.row.transition == "verdict")
    assert (row.verdict, row.user, row.station) == ("false", "anna", "west")


def test_a_latch_outlives_a_time_out_of_service(zone: Zone) -> None:
    zone.begins(SMOKE)
    zone.ask(RemoveFromService(*SMOKE, 0, "WO-1", "detector"))
    zone.ends(SMOKE)
    assert zone.ask(ReturnToService(*SMOKE, "")) == ["return_to_service"]
    assert zone.state(SMOKE) is AlarmState.LATCHED


def test_a_second_fire_rings_again_and_asks_for_its_own_verdict(zone: Zone) -> None:
    zone.begins(SMOKE)
    zone.ask(RecordVerdict(*SMOKE, 1, Verdict.TEST, "monthly test", ""))
    zone.ends(SMOKE)
    assert zone.begins(SMOKE) == ["re_alarm!"]
    zone.ends(SMOKE)
    assert zone.alarms[SMOKE].judgement is None
    assert "needs a verdict" in str(zone.ask(ResetAlarm(*SMOKE, 2, "")))


def test_what_is_acknowledged_and_latched_rings_again_when_it_comes_back(zone: Zone) -> None:
    zone.begins(SMOKE)
    zone.acknowledge(SMOKE)
    zone.ends(SMOKE)
    assert zone.begins(SMOKE) == ["re_alarm!"]
    assert zone.alarms[SMOKE].event == 2


def test_the_checklist_is_ticked_once_each(zone: Zone) -> None:
    zone.begins(SMOKE)
    assert zone.ask(TickStep(*SMOKE, 1, 0, "camera 3")) == ["response_step"]
    assert zone.ask(TickStep(*SMOKE, 1, 0, "again"), BERT) == []
    assert [(one.step, one.by) for one in zone.alarms[SMOKE].ticks] == [(0, "anna")]
    assert "has 6 steps, not 10" in str(zone.ask(TickStep(*SMOKE, 1, 9, "")))


# --- sound and time


def test_silence_is_not_acknowledgement_and_the_next_occurrence_sounds_again(zone: Zone) -> None:
    zone.begins(HIGH)
    assert zone.ask(SilenceAlarm(*HIGH, 1)) == ["silence"]
    assert zone.ask(SilenceAlarm(*HIGH, 1)) == []
    assert zone.alarms[HIGH].silenced_ns
    assert zone.state(HIGH) is AlarmState.UNACKNOWLEDGED
    zone.ends(HIGH)
    zone.begins(HIGH)
    assert not zone.alarms[HIGH].silenced_ns
    assert zone.alarms[HIGH].repeats == 2


def test_what_has_not_sounded_cannot_be_silenced(zone: Zone) -> None:
    zone.begins(LOST)
    zone.begins(HIGH)
    assert zone.ask(SilenceAlarm(*HIGH, 1)) == []
    assert zone.ends(LOST) == ["return_to_normal", "annunciate!"]
    assert not zone.alarms[HIGH].silenced_ns


def test_an_acknowledged_alarm_that_stays_rings_again(zone: Zone) -> None:
    zone.begins(LOW)
    assert zone.wait(1000) == []
    zone.acknowledge(LOW)
    assert zone.wait(299) == []
    assert zone.wait(2) == ["re_alarm!"]
    assert zone.alarms[LOW].event == 1
    zone.acknowledge(LOW)
    zone.ends(LOW)
    assert zone.wait(1000) == []


def test_a_reminder_that_falls_into_a_test_is_given_afterwards(zone: Zone) -> None:
    zone.begins(LOW)
    zone.acknowledge(LOW)
    zone.told(areas=(area(Mode.TEST),))
    assert zone.wait(301) == ["re_alarm"]
    assert zone.told(areas=()) == ["annunciate!"]


def test_an_alarm_that_becomes_more_urgent_rings_again(zone: Zone) -> None:
    zone.begins(HIGH)
    zone.acknowledge(HIGH)
    worse = site(point("t", rule("high", priority=Priority.CRITICAL), rule("low")), version=2)
    assert zone.take(zone.book.configuration(worse, zone.wall_ns)) == ["re_alarm!"]


def test_of_a_group_the_first_is_marked(zone: Zone) -> None:
    zone.begins(LOW)
    zone.begins(HIGH)
    assert (zone.alarms[LOW].first_out, zone.alarms[HIGH].first_out) == (True, False)
    zone.acknowledge(LOW)
    zone.acknowledge(HIGH)
    zone.ends(LOW, HIGH)
    zone.begins(HIGH)
    assert zone.alarms[HIGH].first_out


def test_one_on_the_shelf_that_is_not_there_is_not_the_first_of_its_group(zone: Zone) -> None:
    shelve(zone, LOW)
    zone.begins(HIGH)
    assert zone.alarms[HIGH].first_out


def test_an_event_is_journaled_and_shown_to_nobody(zone: Zone) -> None:
    assert zone.begins(EVENT) == ["event_begins"]
    assert zone.journal[-1].row.fresh
    assert zone.ends(EVENT) == ["event_ends"]
    assert zone.alarms == {}


def test_what_came_about_while_core_was_away_a_moment_ago_is_fresh_and_what_is_older_is_not(
    zone: Zone,
) -> None:
    """No plan misses what happened during a restart; none starts on what is old (S0-3.5.5)."""
    for ago_s, is_fresh in ((3, True), (30, False)):
        zone.start(zone.site)
        zone.hear(began(*EVENT, zone.now_s - ago_s))
        assert zone.journal[-1].row.fresh == is_fresh
        zone.ends(EVENT)


def test_no_plan_starts_on_what_is_hidden_or_explained(zone: Zone) -> None:
    shelve(zone)
    zone.begins(HIGH)
    assert not zone.journal[-1].row.fresh
    zone.begins(LOST, LOW)
    assert [change.row.fresh for change in zone.journal[-2:]] == [True, False]


# --- tests and drills


def test_in_a_test_alarms_are_marked_and_silent_and_what_lasts_is_told_afterwards(zone: Zone) -> None:
    zone.told(areas=(area(Mode.TEST),))
    assert zone.begins(HIGH) == ["alarm_occurs"]
    assert zone.alarms[HIGH].mode == "test"
    assert zone.begins(LOW) == ["alarm_occurs"]
    assert zone.ends(LOW) == ["return_to_normal"]
    assert zone.told(areas=()) == ["annunciate!"]
    assert zone.alarms[HIGH].mode == ""


def test_a_drill_sounds_and_is_marked(zone: Zone) -> None:
    zone.told(areas=(area(Mode.DRILL, zone="", device="ahu-1"),))
    assert zone.begins(HIGH) == ["alarm_occurs!"]
    assert zone.journal[-1].row.mode == "drill"


def test_of_a_drill_and_a_test_in_one_place_the_test_counts(zone: Zone) -> None:
    zone.told(areas=(area(Mode.DRILL), replace(area(Mode.TEST), id="a2")))
    assert zone.begins(HIGH) == ["alarm_occurs"]
    assert zone.alarms[HIGH].mode == "test"


def test_a_class_is_shelved_where_it_was_said(zone: Zone) -> None:
    zone.begins(HIGH)
    shelf = area(Mode.SHELVED, alarm_class="process")
    assert zone.told(areas=(shelf,)) == ["shelve"]
    assert zone.begins(SMOKE) == ["alarm_occurs!"]
    assert zone.told(areas=()) == ["unshelve!"]


# --- topology


def test_a_device_lost_for_another_reason_than_before_stays_one_alarm(zone: Zone) -> None:
    zone.hear(read("ahu-1", zone.now_s, ("", DEVICE_FAULT), complete=False))
    assert zone.begins(HIGH) == ["alarm_occurs"]
    now_lost = read("ahu-1", zone.now_s, ("", COMM_LOSS), complete=False)
    assert zone.hear(now_lost) == ["alarm_occurs!", "return_to_normal"]


def behind_a_gateway() -> Zone:
    both = site(point("t", rule("high")), devices=("ahu-1", "ahu-2"))
    devices = {name: replace(one, upstream=("gw",)) for name, one in both.devices.items()}
    node = Node("gw", text("gateway"), NodeKind.GATEWAY, "building-a", own_rules=NODE_RULES)
    return Zone(replace(both, devices=devices, nodes={"gw": node}))


def test_a_lost_gateway_is_one_alarm() -> None:
    """S4-7.5e"""
    zone = behind_a_gateway()
    other = ("ahu-2", "", COMM_LOSS)
    assert zone.begins(LOST) == ["alarm_occurs"]
    assert zone.begins(other) == ["alarm_occurs"]
    lost = zone.book.standing().lost
    assert zone.told(nodes_out={"gw": max(lost.values())}) == ["alarm_occurs!"]
    assert zone.wait(60) == []
    assert zone.alarms.keys() == {("gw", "", NODE_OUT)}
    assert zone.ends(other) == ["return_to_normal"]
    assert zone.told(nodes_out={}) == ["return_to_normal", "annunciate!"]
    assert zone.state(LOST) is AlarmState.UNACKNOWLEDGED


def test_a_node_goes_out_unheard_where_its_class_is_shelved() -> None:
    zone = behind_a_gateway()
    shelf = area(Mode.SHELVED, alarm_class="network")
    assert zone.told(areas=(shelf,), nodes_out={"gw": 1}) == ["shelve", "alarm_occurs"]
    assert zone.told(areas=()) == ["unshelve!"]


def test_a_node_that_was_held_back_is_told_after_a_restart_as_soon_as_nothing_explains_it() -> None:
    zone = behind_a_gateway()
    zone.told(areas=(area(Mode.TEST),), nodes_out={"gw": 1})
    zone.start(zone.site)
    assert zone.book.behind == set()
    assert zone.told(areas=()) == ["annunciate!"]


def test_a_device_that_is_lost_alone_is_told_after_a_moment() -> None:
    zone = behind_a_gateway()
    assert zone.begins(LOST) == ["alarm_occurs"]
    assert zone.wait(3) == ["annunciate!"]


def test_what_was_told_before_the_gateway_was_found_out_is_grouped_under_it() -> None:
    zone = behind_a_gateway()
    zone.begins(LOST)
    zone.wait(3)
    zone.begins(("ahu-2", "", COMM_LOSS))
    zone.told(nodes_out={"gw": 1})
    assert zone.book.seen(zone.kept[LOST]).root == f"gw//{NODE_OUT}"


def test_acknowledging_the_old_event_of_a_hidden_alarm_changes_nothing(zone: Zone) -> None:
    zone.begins(HIGH)
    shelve(zone)
    zone.ask(UnshelveAlarm(*HIGH, ""))
    assert "occurred again" in str(zone.ask(AcknowledgeAlarm(*HIGH, 1, "")))
