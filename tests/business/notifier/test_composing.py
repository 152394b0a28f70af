"""What messages say, and what of it fits a provider's template (S0-3.5)."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actors.messages import AlarmState, JournalRow
from business.notifier.composing import (
    approval_for,
    clock,
    level_of,
    line_of,
    of_alarm,
    place_of,
    shortened,
    tidy,
    variables_of,
    worded,
)
from config.notification import Approval, Medium, Review, Variable, VariableKind, Wording
from config.notify_events import ALARM
from tests.actors.small_site import point, rule, site

SITE = site(point("t", rule("high")))
SHANGHAI = ZoneInfo("Asia/Shanghai")


def row(**given: Any) -> JournalRow:
    return JournalRow(**{
        "id": 1, "time_ns": 0, "source_ns": 0, "device": "ahu-1", "point": "t", "rule": "high",
        "zone": "building-a", "event": 1, "transition": "alarm_occurs", "state": AlarmState.UNACKNOWLEDGED,
        "priority": 1, "value": 31.0, "limit": 30.0, "limit_set": "", "user": "", "station": "", "note": "",
        "annunciated": True, "alarm_class": "process", "fresh": True, **given,
    })  # fmt: skip


@pytest.mark.parametrize(
    ("text", "most", "left"),
    [
        ("一号楼 二层 机房", 20, "一号楼 二层 机房"),
        ("一号楼 二层 机房", 5, "二层 机房"),
        ("一号楼 二层 机房", 2, "机房"),
        ("地下二层水泵房", 4, "地下二层"),
        ("", 3, ""),
        ("anything", 0, ""),
    ],
)
def test_what_is_narrow_in_a_place_stays_when_it_is_shortened(text: str, most: int, left: str) -> None:
    assert shortened(text, most) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("紧急报警：，冷机，温度高 （03:00）。", "紧急报警：冷机，温度高（03:00）。"),
        ("Critical alarm: , a, , b  c .", "Critical alarm: a, b c."),
        ("、甲、、乙、", "甲、乙"),
        ("nothing", "nothing"),
    ],
)
def test_an_empty_variable_leaves_no_hole(text: str, left: str) -> None:
    assert tidy(text) == left


def test_an_alarm_is_told_in_english_too() -> None:
    values = of_alarm(SITE, row(), SHANGHAI)
    _, text = worded((), ALARM, "sms", "en", {**values["en"], "answer": "4711"})
    assert "31.0" in text
    assert "08:00" in text
    assert not any("\u4e00" <= one <= "\u9fff" for one in text), text
    assert "\x1e" in line_of(ALARM, values), "in both languages"


@pytest.mark.parametrize(
    "given",
    [
        {"value": None},
        {"value": float("nan")},
        {"device": "gone"},
        {"point": "gone"},
        {"state": AlarmState.RETURNED},
    ],
)
def test_a_value_that_says_nothing_is_left_out(given: dict[str, Any]) -> None:
    assert of_alarm(SITE, row(**given), SHANGHAI)["zh"]["value"] == ""


def test_what_the_site_no_longer_has_is_told_all_the_same() -> None:
    values = of_alarm(SITE, row(device="gone", rule="gone", zone="gone", priority=9), SHANGHAI)["en"]
    assert values["device"]
    assert values["what"]
    assert place_of(SITE, "gone", "zh") == ""
    assert level_of(0, "en") == level_of(1, "en")
    assert clock(0, SHANGHAI) == "08:00"


def test_the_wording_of_the_medium_counts_before_that_of_all_and_that_before_ours() -> None:
    wordings = (
        Wording("w1", ALARM, "zh", Medium.VOICE, "", "请注意 {device}"),
        Wording("w2", ALARM, "zh", None, "标题 {device}", "全部 {device} {no-such}"),
    )
    values = {"device": "冷机"}
    assert worded(wordings, ALARM, "voice", "zh", values) == ("标题 冷机", "请注意 冷机")
    title, text = worded(wordings, ALARM, "sms", "zh", values)
    assert (title, text.startswith("全部 冷机")) == ("标题 冷机", True)
    assert "冷机" in worded(wordings, ALARM, "sms", "en", values)[1]


def approval(language: str = "zh", review: Review = Review.APPROVED, *variables: Variable) -> Approval:
    return Approval(f"{language}-{review}", "ali", ALARM, language, "SMS_1", variables, review)


def test_an_alarm_goes_by_a_template_of_another_language_rather_than_not() -> None:
    english, waiting = approval("en"), approval("zh", Review.WAITING)
    assert approval_for((english, waiting), "ali", ALARM, "zh") is english
    assert approval_for((waiting,), "ali", ALARM, "zh") is None
    assert approval_for((english,), "other", ALARM, "en") is None


def test_variables_hold_what_the_provider_lets_stand_in_them_and_are_never_empty() -> None:
    told = approval(
        "zh",
        Review.APPROVED,
        Variable("1", "place", 4),
        Variable("2", "value", 5, VariableKind.DIGITS),
        Variable("3", "device", 9, VariableKind.CHARACTERS),
        Variable("4", "what", 9, VariableKind.LETTERS),
        Variable("5", "missing", 9),
    )
    values = {"place": "【甲】\n一层", "value": "31.05 °C", "device": "AHU-1 冷机", "what": "1 号故障"}
    assert variables_of(told, values) == {"1": "一层", "2": "3105", "3": "AHU1", "4": "号故障", "5": "-"}
