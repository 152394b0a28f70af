"""Limits, states and rates by example; every kind against a slow model is in `test_condition_model`."""

import time

import numpy as np
import pytest

from actors.condition_plan import ConditionPlan, compile_rules
from actors.condition_set import conditions_read, load, messages, stored
from actors.condition_state import ConditionState
from actors.conditions import Changes, evaluate
from config.rules import Rule, RuleKind
from drivers.driver import Quality
from tests.actors.small_site import point, rule, template

GOOD, BAD, STALE = Quality.GOOD, Quality.BAD_SENSOR_FAULT, Quality.UNCERTAIN_STALE
SUBSTITUTED = Quality.UNCERTAIN_SUBSTITUTED


class One:
    """One device with one point."""

    def __init__(self, *rules: Rule) -> None:
        self.plan = compile_rules(template(point("a", *rules)))
        self.state = ConditionState(self.plan, 1)

    def scan(self, value: float, at_s: float, quality: int = GOOD) -> list[tuple[str, bool]]:
        return named(self.plan, scan(self.plan, self.state, [[value]], [[quality]], at_s))


def scan(plan: ConditionPlan, state: ConditionState, values: object, quality: object, at_s: float) -> Changes:
    matrix = np.array(values, float)
    return evaluate(
        plan, state, np.arange(len(matrix)), matrix, np.array(quality, np.uint8),
        np.full(len(matrix), round(at_s * 1e9), np.int64), at_s,
    )  # fmt: skip


def named(plan: ConditionPlan, changes: Changes) -> list[tuple[str, bool]]:
    return [
        (plan.rules[rule].name, bool(active))
        for rule, active in zip(changes.rules, changes.active, strict=True)
    ]


def test_a_limit_is_exceeded_beyond_it_and_left_beyond_the_deadband() -> None:
    one = One(rule("high", RuleKind.HIGH, 30, deadband=2), rule("low", RuleKind.LOW, 10, deadband=1))
    assert one.scan(30, 1) == []
    assert one.scan(30.1, 2) == [("high", True)]
    assert one.scan(28.1, 3) == []
    assert one.scan(28, 4) == [("high", False)]
    assert one.scan(9, 5) == [("low", True)]
    assert one.scan(10.9, 6) == []
    assert one.scan(11, 7) == [("low", False)]


def test_one_jump_raises_both_limits_it_passes() -> None:
    one = One(rule("high", RuleKind.HIGH, 30), rule("high-high", RuleKind.HIGH_HIGH, 40))
    assert one.scan(50, 1) == [("high", True), ("high-high", True)]
    assert one.scan(35, 2) == [("high-high", False)]


def test_a_state_holds_while_the_value_is_equal() -> None:
    one = One(rule("tripped", RuleKind.STATE, 2))
    assert [one.scan(value, at) for at, value in enumerate([0, 2, 2, 3, 2], 1)] == [
        [], [("tripped", True)], [], [("tripped", False)], [("tripped", True)],
    ]  # fmt: skip


def test_a_rate_counts_units_a_second_of_source_time_in_both_directions() -> None:
    one = One(rule("fast", RuleKind.RATE, 2.0, deadband=0.5))
    assert one.scan(10, 0) == []
    assert one.scan(14, 2) == []
    assert one.scan(10, 3) == [("fast", True)]
    assert one.scan(12, 4.1) == []
    assert one.scan(12, 5) == [("fast", False)]


def test_a_rate_does_not_take_the_same_scan_for_a_standstill() -> None:
    one = One(rule("fast", RuleKind.RATE, 2.0, off_delay_s=60))
    one.scan(10, 0)
    assert one.scan(20, 1) == [("fast", True)]
    assert one.scan(20, 1) == []
    assert one.state.running == 0


def test_a_delay_starts_anew_when_the_value_goes_back_in_between() -> None:
    one = One(rule("high", RuleKind.HIGH, 30, on_delay_s=5))
    one.scan(31, 0)
    one.scan(29, 4)
    assert one.state.next_due() == float("inf")
    assert one.scan(31, 5) == []
    assert one.scan(31, 9.9) == []
    assert one.scan(31, 10) == [("high", True)]


def test_a_delay_ends_between_scans_when_the_last_scan_is_judged_again() -> None:
    one = One(rule("high", RuleKind.HIGH, 30, on_delay_s=5))
    one.scan(31, 100)
    assert one.state.next_due() == 105
    assert list(one.state.due_rows(104.9)) == []
    assert list(one.state.due_rows(105)) == [0]
    again = evaluate(
        one.plan, one.state, np.array([0]), np.array([[31.0]]), np.zeros((1, 1), np.uint8),
        np.array([100_000_000_000]), 105, 105_000_000_000,
    )  # fmt: skip
    assert named(one.plan, again) == [("high", True)]
    assert list(again.time_ns) == [105_000_000_000]
    assert one.state.next_due() == float("inf")


@pytest.mark.parametrize("quality", [BAD, STALE])
def test_what_cannot_be_used_neither_raises_nor_clears_and_stops_delays(quality: int) -> None:
    one = One(rule("high", RuleKind.HIGH, 30, on_delay_s=5))
    assert one.scan(99, 0, quality) == []
    one.scan(99, 1)
    assert one.scan(99, 7, quality) == []
    assert one.state.next_due() == float("inf")
    one.scan(99, 8)
    assert one.scan(99, 13) == [("high", True)]
    assert one.scan(0, 14, quality) == []
    assert one.scan(float("nan"), 15, quality) == []
    assert one.scan(0, 16) == [("high", False)]


def test_a_substituted_value_is_judged_and_says_so() -> None:
    one = One(rule("high", RuleKind.HIGH, 30))
    changes = scan(one.plan, one.state, [[31]], [[SUBSTITUTED]], 1)
    assert list(changes.quality) == [SUBSTITUTED]


def test_a_value_that_is_no_number_stops_delays_whatever_its_quality_says() -> None:
    one = One(rule("high", RuleKind.HIGH, 30, on_delay_s=5))
    one.scan(31, 0)
    assert one.scan(float("nan"), 6) == []
    assert one.state.running == 0


def test_another_limit_set_judges_the_last_scan_at_once_and_starts_delays_anew() -> None:
    one = One(
        rule("high", RuleKind.HIGH, 30, sets={"night": 20}),
        rule("higher", RuleKind.HIGH_HIGH, 31, on_delay_s=5, sets={"night": 22}),
    )
    assert one.scan(25, 0) == []
    one.state.use_limit_set(one.plan, np.array([0]), "night")
    assert one.scan(25, 3) == [("high", True)]
    assert one.state.next_due() == 8
    one.state.use_limit_set(one.plan, np.array([0]), "day")
    assert one.scan(25, 4) == [("high", False)]
    assert one.state.next_due() == float("inf")


def test_a_condition_inside_its_deadband_survives_a_restart() -> None:
    one = One(rule("high", RuleKind.HIGH, 30, deadband=2))
    changes = scan(one.plan, one.state, [[31]], [[GOOD]], 7)
    (message,) = messages(one.plan, changes, ["ahu"], 4, one.state)
    assert (message.device, message.point, message.rule, message.active) == ("ahu", "a", "high", True)
    assert (message.value, message.limit, message.limit_set, message.version) == (31, 30, "", 4)
    key, body = stored(message)
    assert key == "ahu/a/high"
    assert body is not None

    plan = compile_rules(template(point("new"), point("a", rule("high", RuleKind.HIGH, 30, deadband=2))))
    state = ConditionState(plan, 2)
    kept = {key: body, "other/a/high": body, "ahu/a/removed": body, "ahu//comm-loss": body}
    assert load(plan, state, ["aaa", "ahu"], kept) == ["ahu/a/removed"]
    values = [[0.0, 28.5], [0.0, 28.5]]
    assert named(plan, scan(plan, state, values, [[GOOD, GOOD]] * 2, 9)) == []
    read = conditions_read(plan, state, 1, "ahu", 5, 9, np.array(values[1]), np.zeros(2, np.uint8))
    assert [(each.point, each.rule, each.since_ns) for each in read.active] == [("a", "high", 7_000_000_000)]
    assert (
        conditions_read(plan, state, 0, "aaa", 5, 9, np.array(values[0]), np.zeros(2, np.uint8)).active == ()
    )

    changes = scan(plan, state, [[0, 28.5], [0, 28.0]], [[GOOD, GOOD]] * 2, 10)
    (message,) = messages(plan, changes, ["aaa", "ahu"], 5, state)
    assert stored(message) == ("ahu/a/high", None)


def test_two_rules_of_one_point_need_two_names() -> None:
    with pytest.raises(ValueError, match="two rules named 'high'"):
        compile_rules(template(point("a", rule("high", RuleKind.HIGH, 1), rule("high", RuleKind.LOW, 0))))


def test_a_calm_sweep_of_500_devices_and_200_000_rules_stays_cheap() -> None:
    limits = [(RuleKind.HIGH_HIGH, 95), (RuleKind.HIGH, 90), (RuleKind.LOW, 10), (RuleKind.LOW_LOW, 5)]
    plan = compile_rules(
        template(*(point(f"p{p}", *(rule(k, k, v, deadband=1) for k, v in limits)) for p in range(100)))
    )
    state = ConditionState(plan, 500)
    random = np.random.default_rng(1)
    quality = np.zeros((500, 100), np.uint8)
    spent = []
    for at in range(30):
        values = random.uniform(20, 80, (500, 100))
        values[at, at] = 99.0
        begun = time.perf_counter()
        changes = scan(plan, state, values, quality, at)
        spent.append(time.perf_counter() - begun)
        assert changes.active.sum() == 2
    assert min(spent[1:]) < 0.0015
