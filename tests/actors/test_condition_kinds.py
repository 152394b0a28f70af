"""S0-2.9: deviation, mismatch, quality, standstill and leap by example, and what was found, not seen."""

import numpy as np
import pytest

from actors.condition_plan import compile_rules
from actors.condition_set import conditions_read, messages
from actors.condition_state import ConditionState
from actors.conditions import evaluate
from actors.messages import ConditionChanged
from config.rules import Rule, RuleKind
from config.site import Point, PointKind
from drivers.driver import Quality
from tests.actors.small_site import point, rule, template

GOOD, FAULT, LOST = Quality.GOOD, Quality.BAD_SENSOR_FAULT, Quality.BAD_COMM_LOSS
NAN = float("nan")


class One:
    """One device. Its scans are told as `[(rule, active, found)]`."""

    def __init__(self, *points: Point) -> None:
        self.plan = compile_rules(template(*points))
        self.state = ConditionState(self.plan, 1)
        self.last: tuple[list[float], list[int], float] = ([], [], 0.0)
        self.told: list[ConditionChanged] = []

    def scan(
        self, *values: float, at: float, quality: int | list[int] = GOOD
    ) -> list[tuple[str, bool, bool]]:
        codes = quality if isinstance(quality, list) else [quality] * len(values)
        self.last = (list(values), codes, at)
        return self.wait(at)

    def wait(self, now: float) -> list[tuple[str, bool, bool]]:
        values, codes, at = self.last
        changes = evaluate(
            self.plan, self.state, np.array([0]), np.array([values]), np.array([codes], np.uint8),
            np.array([round(at * 1e9)]), now,
        )  # fmt: skip
        self.told = list(messages(self.plan, changes, ["ahu"], 1, self.state))
        return [(each.rule, each.active, each.found) for each in self.told]

    def use(self, limit_set: str, now: float) -> list[tuple[str, bool, bool]]:
        self.state.use_limit_set(self.plan, np.array([0]), limit_set)
        return self.wait(now)


def compared(kind: RuleKind, limit: float, **more: object) -> tuple[Point, Point]:
    return point("value", rule("r", kind, limit, reference="wanted", **more)), point("wanted")


# --- deviation and mismatch


def test_a_deviation_counts_in_both_directions_and_is_left_by_the_deadband() -> None:
    one = One(*compared(RuleKind.DEVIATION, 2.0, deadband=0.5))
    assert one.scan(7, 7, at=0) == []
    assert one.scan(9, 7, at=1) == []
    assert one.scan(9.1, 7, at=2) == [("r", True, False)]
    assert (one.told[0].value, one.told[0].limit) == (9.1, 2.0)
    assert one.scan(8.6, 7, at=3) == []
    assert one.scan(8.5, 7, at=4) == [("r", False, False)]
    assert one.scan(4.9, 7, at=5) == [("r", True, False)]


def test_a_setpoint_that_moves_away_is_a_deviation_too() -> None:
    one = One(*compared(RuleKind.DEVIATION, 2.0))
    one.scan(7, 7, at=0)
    assert one.scan(7, 10, at=1) == [("r", True, False)]


def test_a_feedback_has_its_delay_to_follow_its_command() -> None:
    feedback = point("value", rule("r", RuleKind.MISMATCH, 0.5, reference="wanted", on_delay_s=10.0),
                     kind=PointKind.DISCRETE)  # fmt: skip
    one = One(feedback, point("wanted", kind=PointKind.DISCRETE))
    one.scan(0, 0, at=0)
    one.scan(0, 1, at=1)
    assert one.scan(0, 1, at=10) == []
    assert one.wait(11) == [("r", True, False)]
    assert one.scan(1, 1, at=12) == [("r", False, False)]
    one.scan(1, 0, at=13)
    assert one.scan(0, 0, at=20) == []
    assert one.state.next_due() == float("inf")


@pytest.mark.parametrize("codes", [[FAULT, GOOD], [GOOD, FAULT], [LOST, LOST]])
def test_nothing_is_compared_with_what_is_not_known(codes: list[int]) -> None:
    one = One(*compared(RuleKind.DEVIATION, 2.0, on_delay_s=5.0))
    one.scan(7, 7, at=0)
    one.scan(10, 7, at=1)
    assert one.scan(10, 7, at=4, quality=codes) == []
    assert one.scan(10, 7, at=7) == []
    assert one.wait(12) == [("r", True, False)]
    assert one.scan(7, 7, at=13, quality=codes) == []
    assert one.scan(7, NAN, at=14) == []
    assert one.scan(7, 7, at=15) == [("r", False, False)]


# --- quality


@pytest.mark.parametrize(
    "code", [FAULT, Quality.BAD_STALE, Quality.BAD_FROZEN, Quality.BAD_NOT_READ, Quality.UNCERTAIN_STALE]
)
def test_a_quality_rule_holds_while_the_value_is_bad_or_stale(code: int) -> None:
    one = One(point("value", rule("r", RuleKind.QUALITY, NAN, on_delay_s=5.0, off_delay_s=2.0)))
    one.scan(7, at=0)
    assert one.scan(7, at=1, quality=code) == []
    assert one.wait(6) == [("r", True, False)]
    assert (one.told[0].limit, one.told[0].quality) == (None, code)
    one.scan(7, at=7)
    assert one.wait(9) == [("r", False, False)]


def test_a_lost_device_neither_raises_nor_clears_what_is_said_of_quality() -> None:
    one = One(point("value", rule("r", RuleKind.QUALITY, NAN, on_delay_s=5.0)))
    one.scan(7, at=0)
    one.scan(7, at=1, quality=FAULT)
    assert one.scan(7, at=3, quality=LOST) == []
    assert one.wait(30) == []
    one.scan(NAN, at=31, quality=FAULT)
    assert one.wait(36) == [("r", True, False)]
    assert one.told[0].value is None
    assert one.scan(7, at=37, quality=LOST) == []
    assert one.scan(7, at=38, quality=Quality.UNCERTAIN_SUBSTITUTED) == [("r", False, False)]


def test_a_text_can_be_bad_too() -> None:
    one = One(point("value", rule("r", RuleKind.QUALITY, NAN), kind=PointKind.TEXT))
    assert one.scan(NAN, at=0) == []
    assert one.scan(NAN, at=1, quality=FAULT) == [("r", True, False)]


# --- unmoved


def standing(**more: object) -> Rule:
    return rule("r", RuleKind.UNMOVED, 0.0, within_s=60.0, **more)


def test_a_meter_that_stands_alarms_without_another_scan() -> None:
    one = One(point("value", standing(), kind=PointKind.COUNTER))
    one.scan(100, at=0)
    one.scan(101, at=10)
    assert one.state.next_due() == 70
    assert one.wait(69.9) == []
    assert list(one.state.due_rows(70)) == [0]
    assert one.wait(70) == [("r", True, False)]
    assert one.state.next_due() == float("inf")
    assert one.scan(101, at=80) == []
    assert one.scan(102, at=90) == [("r", False, False)]


def test_what_moves_within_its_limit_stands() -> None:
    one = One(point("value", rule("r", RuleKind.UNMOVED, 0.5, within_s=60.0)))
    one.scan(20.0, at=0)
    one.scan(21.0, at=1)
    for at in range(2, 61):
        assert one.scan(21.0 + 0.5 * (at % 2), at=at) == []
    assert one.scan(20.5, at=61) == [("r", True, False)]


def test_what_does_not_run_may_stand() -> None:
    one = One(point("value", standing(reference="running")), point("running", kind=PointKind.DISCRETE))
    one.scan(100, 0, at=0)
    assert one.scan(100, 0, at=500) == []
    one.scan(100, 1, at=600)
    assert one.wait(659) == []
    assert one.wait(660) == [("r", True, False)]
    assert one.scan(100, 0, at=700) == [("r", False, False)]


def test_the_time_of_bad_values_does_not_count_as_standing() -> None:
    one = One(point("value", standing()))
    one.scan(100, at=0)
    one.scan(101, at=1)
    one.scan(101, at=50, quality=FAULT)
    assert one.wait(300) == []
    one.scan(101, at=301)
    assert one.wait(360) == []
    assert one.wait(361) == [("r", True, False)]


def test_a_standstill_that_holds_outlives_a_gap_and_a_restart() -> None:
    one = One(point("value", standing()))
    one.scan(99, at=-1)
    one.scan(100, at=0)
    assert one.wait(60) == [("r", True, False)]
    assert one.scan(100, at=70, quality=LOST) == []
    assert one.scan(100, at=80) == []
    one.state = ConditionState(one.plan, 1)
    one.state.active[0, 0] = True
    assert one.scan(100, at=90) == []
    assert one.scan(100, at=100) == []
    assert one.scan(100.1, at=101) == [("r", False, True)]


# --- leap


def test_a_leap_is_growth_beyond_the_limit_between_two_readings() -> None:
    one = One(point("value", rule("r", RuleKind.LEAP, 50.0), kind=PointKind.COUNTER))
    assert one.scan(1000, at=0) == []
    assert one.scan(1050, at=1) == []
    assert one.scan(1101, at=2) == [("r", True, False)]
    assert (one.told[0].value, one.told[0].limit) == (51, 50)
    assert one.wait(2) == []
    assert one.scan(1102, at=3) == [("r", False, False)]


def test_a_counter_does_not_fall_but_a_level_may() -> None:
    leap = rule("r", RuleKind.LEAP, 50.0)
    counter, level = One(point("v", leap, kind=PointKind.COUNTER)), One(point("v", leap))
    for one in (counter, level):
        one.scan(1000, at=0)
    assert counter.scan(999, at=1) == [("r", True, False)]
    assert level.scan(10, at=1) == []


def test_readings_before_and_after_a_gap_are_compared() -> None:
    one = One(point("value", rule("r", RuleKind.LEAP, 50.0)))
    one.scan(1000, at=0)
    assert one.scan(NAN, at=1, quality=FAULT) == []
    assert one.scan(1060, at=2) == [("r", True, False)]


def test_growth_over_a_long_gap_is_shared_out() -> None:
    one = One(point("value", rule("r", RuleKind.LEAP, 50.0, within_s=60.0), kind=PointKind.COUNTER))
    one.scan(1000, at=0)
    assert one.scan(1500, at=600) == []
    assert one.scan(1551, at=601) == [("r", True, False)]
    assert one.scan(1551 + 500, at=1201) == [("r", False, False)]
    assert one.scan(1551 + 500 + 501, at=1801) == [("r", True, False)]
    assert one.told[0].value == pytest.approx(50.1)


def test_after_a_restart_the_first_reading_only_begins() -> None:
    one = One(point("value", rule("r", RuleKind.LEAP, 50.0), kind=PointKind.COUNTER))
    one.state.active[0, 0] = True
    assert one.scan(99999, at=0) == []
    read = conditions_read(
        one.plan, one.state, 0, "ahu", 1, 0, np.array([99999.0]), np.zeros(1, np.uint8)
    )  # fmt: skip
    assert [(each.rule, each.value) for each in read.active] == [("r", None)]
    assert one.scan(99999, at=1) == [("r", False, False)]


# --- several states


def test_any_of_several_states_holds_and_goes_over_into_another() -> None:
    one = One(point("value", rule("r", RuleKind.STATE, NAN, states=(2.0, 5.0)), kind=PointKind.DISCRETE))
    told = [one.scan(value, at=at) for at, value in enumerate([0, 2, 5, 3, 4, 5, 0])]
    assert told == [[], [("r", True, False)], [], [("r", False, False)], [], [("r", True, False)],
                    [("r", False, False)]]  # fmt: skip
    assert one.scan(2, at=9) == [("r", True, False)]
    assert one.told[0].limit is None


# --- found


def test_what_the_first_value_shows_is_found_and_what_follows_is_seen() -> None:
    one = One(point("value", rule("r", limit=30.0)))
    assert one.scan(40, at=0) == [("r", True, True)]
    assert one.scan(20, at=1) == [("r", False, False)]
    assert one.scan(40, at=2) == [("r", True, False)]


def test_a_delay_that_the_first_value_started_ends_in_something_found() -> None:
    one = One(point("value", rule("r", limit=30.0, on_delay_s=5.0)))
    one.scan(40, at=0)
    one.scan(40, at=3, quality=FAULT)
    one.scan(41, at=4)
    assert one.wait(9) == [("r", True, True)]


def test_bad_values_show_nothing() -> None:
    one = One(point("value", rule("r", limit=30.0)))
    one.scan(20, at=0, quality=FAULT)
    assert one.scan(40, at=1) == [("r", True, True)]


def test_a_value_that_was_seen_below_its_limit_starts_a_delay_that_is_seen() -> None:
    one = One(point("value", rule("r", limit=30.0, on_delay_s=5.0)))
    one.scan(20, at=0)
    one.scan(40, at=1)
    assert one.wait(6) == [("r", True, False)]


def test_what_was_kept_and_is_over_is_found_over() -> None:
    one = One(point("value", rule("r", limit=30.0)))
    one.state.active[0, 0] = True
    assert one.scan(20, at=0) == [("r", False, True)]


def test_another_limit_finds_and_leaves_other_rules_alone() -> None:
    one = One(
        point(
            "value",
            rule("at-night", limit=30.0, sets={"night": 15.0}),
            rule("always", RuleKind.HIGH_HIGH, 19.0, on_delay_s=5.0),
        )
    )
    one.scan(10, at=0)
    one.scan(20, at=1)
    assert one.use("night", 3) == [("at-night", True, True)]
    assert one.wait(6) == [("always", True, False)]
    assert one.use("", 7) == [("at-night", False, True)]


def test_a_standstill_since_the_first_value_is_found() -> None:
    one = One(point("value", standing()))
    one.scan(100, at=0)
    assert one.wait(60) == [("r", True, True)]
