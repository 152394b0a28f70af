"""Which account may take a message now, how fast, and how it comes back (S0-3.5)."""

from dataclasses import replace
from typing import Any

import pytest

from business.notifier.calls import Outbound
from business.notifier.lines import AT_ONCE, LONGEST_PAUSE_S, OUT_S, Line, Lines
from config.notification import Account, Duties, Medium
from tests.business.notifier.call_bench import Kind, Provider, account

ORDER = Outbound(
    1, "m", 0, "order", "", "", "li", "", "sms", "", "", 3, "zh", "", "", "waiting", 0, 0, 0, 0, 1, ""
)
ALARM = replace(ORDER, event="alarm", call="alarm/1", priority=2)
CRITICAL = replace(ALARM, priority=1)


def line(id_: str = "sms", **more: Any) -> Line:
    told: Account = account(id_, **more)
    return Line(told, Kind(Medium.SMS), Provider(Kind(Medium.SMS), told))  # type: ignore[arg-type]


def goes(one: Line, message: Outbound, now_s: float, most: int = 1000) -> int:
    """How many at once."""
    count = 0
    while count < most and one.is_free(message, now_s):
        one.begin(now_s)
        one.well(0, 0)
        count += 1
    return count


def test_a_slow_account_keeps_one_place_for_what_is_critical() -> None:
    one = line(per_minute=6)
    assert goes(one, ORDER, 1000.0) == 1
    assert goes(one, CRITICAL, 1000.0) == 1
    assert goes(one, CRITICAL, 1009.0) == 0
    assert goes(one, CRITICAL, 1010.0) == 1


def test_rest_saves_up_a_second_of_messages_and_no_more() -> None:
    one = line(per_minute=600)
    assert goes(one, CRITICAL, 1e6) == 10
    assert goes(one, CRITICAL, 2e6) == 10


def test_the_rate_holds_over_time() -> None:
    one = line(per_minute=30)
    assert 58 <= sum(goes(one, ORDER, 1000 + tenth / 10) for tenth in range(1200)) <= 62


def test_the_last_place_of_those_under_way_is_kept_for_what_is_critical() -> None:
    one = line()
    for _ in range(AT_ONCE - 1):
        assert one.is_free(ORDER, 0.0)
        one.begin(0.0)
    assert not one.is_free(ORDER, 0.0)
    assert one.is_free(CRITICAL, 0.0)
    one.begin(0.0)
    assert not one.is_free(CRITICAL, 0.0)


def test_pauses_grow_with_each_receiver_that_is_put_off_and_end_with_success() -> None:
    one, pauses = line(), []
    for number in range(10):
        one.begin(0.0)
        one.paused(0.0, 0, "away", 0.0, bytes([number]))
        pauses.append(one.closed_until_s)
    assert pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert pauses[-1] == LONGEST_PAUSE_S
    one.begin(100.0)
    one.well(5, 0)
    assert (one.problem, one.closed_until_s, one.failures, one.under_way) == ("", 0.0, 0, 0)


def test_a_pause_that_the_provider_asks_for_holds_even_for_the_same_receiver() -> None:
    one = line()
    for at_s in (0.0, 10.0):
        one.begin(at_s)
        one.paused(at_s, 0, "throttled", 30.0, b"li")
    assert not one.is_free(CRITICAL, 39.0)
    assert one.is_free(CRITICAL, 40.0)


def test_an_account_that_refuses_us_comes_back_once_it_says_that_it_works() -> None:
    one = line()
    one.begin(0.0)
    one.out(0.0, 7, "no balance")
    assert one.takes(CRITICAL, ()) == "no balance"
    one.checked(OUT_S - 1, 8, "")
    assert one.is_out
    one.checked(OUT_S, 9, "still no balance")
    assert (one.is_out, one.since_ns) == (True, 7)
    one.checked(OUT_S + 1, 10, "")
    assert (one.is_out, one.problem, one.takes(CRITICAL, ())) == (False, "", "")


def test_what_is_under_way_counts_for_the_ceiling_of_costs() -> None:
    one = line(cost_each=10, cost_a_day=25)
    for _ in range(3):
        assert one.takes(ORDER, ()) == ""
        one.begin(0.0)
    assert one.is_dear
    assert one.takes(ALARM, ())
    assert one.takes(CRITICAL, ()) == ""
    one.refused()
    assert not one.is_dear


@pytest.mark.parametrize(
    ("more", "message", "takes"),
    [
        ({"duties": Duties.ALARMS}, ALARM, True),
        ({"duties": Duties.ALARMS}, ORDER, False),
        ({"duties": Duties.BUSINESS}, ORDER, True),
        ({"duties": Duties.BUSINESS}, CRITICAL, False),
        ({"duties": Duties.BUSINESS}, replace(ALARM, only="sms"), True),
        ({"languages": ("en",)}, ALARM, False),
        ({"languages": ("en", "zh")}, ALARM, True),
        ({}, replace(ALARM, only="other"), False),
    ],
)
def test_an_account_takes_what_it_is_for(more: dict[str, Any], message: Outbound, takes: bool) -> None:
    assert (line(**more).takes(message, ()) == "") is takes


def test_the_first_that_is_free_and_able_is_chosen() -> None:
    first, second = line("a"), line("b", languages=("zh",))
    lines = Lines({"a": first, "b": second})
    assert lines.choose(ALARM, 0.0, lambda _: "").line is first
    first.closed_until_s = 9.0
    assert lines.choose(ALARM, 0.0, lambda _: "").line is second
    waits = lines.choose(replace(ALARM, language="en"), 0.0, lambda _: "")
    assert (waits.line, waits.why) == (None, ""), "the only one that speaks it will be free"
    used_up = lines.choose(ALARM, 10.0, lambda one: f"{one.account.id} is used up")
    assert (used_up.line, used_up.why) == (None, "a is used up")
    first.closed_until_s = 99.0
    assert lines.choose(ALARM, 10.0, lambda _: "used up").why == "", "the other may still take it"


def test_the_watchdogs_account_is_nobody_elses() -> None:
    lines = Lines({"w": line("w", duties=Duties.WATCHDOG)})
    assert lines.of("sms") == ()
    assert lines.choose(replace(CRITICAL, only="w"), 0.0, lambda _: "").why
