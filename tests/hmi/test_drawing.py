"""How values, qualities, ages and alarms are put into text."""

import math
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.plans import DayKind
from config.rules import AlarmClass, RuleKind
from config.site import LimitSpan, Point, PointKind
from drivers.driver import Quality
from hmi import drawing
from hmi.live import Reading
from tests.actors.small_site import rule
from tests.hmi.campus import AIR_HANDLER, alarm, campus

SITE = campus()
TEMPERATURE, _, FAN, _, FILTER, ENERGY, MODE = AIR_HANDLER.points


def reading(value: float, quality: int = 0, *, stale: bool = False, text: str = "") -> Reading:
    return Reading(value, quality, 1, 0.5, text, stale)


@pytest.mark.parametrize(
    ("point", "value", "text"),
    [
        (TEMPERATURE, 21.04, "21.0"),
        (FILTER, 146.7, "147"),
        (ENERGY, 1234567.89, "1,234,567.9"),
        (FAN, 1.0, "运行"),
        (FAN, 7.0, "7"),
        (TEMPERATURE, math.nan, "—"),
        (TEMPERATURE, math.inf, "—"),
    ],
)
def test_values_have_the_decimals_of_their_point_and_states_their_name(
    point: Point, value: float, text: str
) -> None:
    assert drawing.value("zh", point, value) == text


def test_a_text_point_shows_its_text() -> None:
    assert drawing.draw("zh", MODE, reading(0.0, text="auto")).text == "auto"


@pytest.mark.parametrize(
    ("code", "stale", "look", "word"),
    [
        (Quality.GOOD, False, "good", ""),
        (Quality.GOOD, True, "stale", "Stale"),
        (Quality.UNCERTAIN_SUBSTITUTED, False, "substituted", "Substituted"),
        (Quality.UNCERTAIN_IN_TEST, False, "test", "In test"),
        (Quality.BAD_COMM_LOSS, True, "bad", "No link"),
        (Quality.BAD_STALE, False, "stale", "Stale"),
        (Quality.BAD_SENSOR_FAULT, False, "bad", "Sensor fault"),
        (0x41, False, "uncertain", "Uncertain"),
        (0xFF, False, "bad", "Bad"),
    ],
)
def test_every_quality_has_a_look_and_a_word(code: int, stale: bool, look: str, word: str) -> None:
    assert drawing.quality("en", code, stale=stale) == (look, word)


@given(st.integers(0, 255), st.booleans())
def test_only_good_and_fresh_is_drawn_plain(code: int, stale: bool) -> None:
    look, word = drawing.quality("zh", code, stale=stale)
    assert (look == "good") == (code < 0x40 and not stale and (code == 0))
    assert bool(word) == (look != "good")


@given(st.integers(0, 255), st.booleans())
def test_a_point_that_is_only_written_is_neither_bad_nor_stale(code: int, stale: bool) -> None:
    command = replace(FAN, write_only=True)
    drawn = drawing.draw("en", command, reading(math.nan if code else 1.0, code, stale=stale))
    assert drawn == drawing.Drawn("—", "write-only", "Write only", None, on=False)


@given(
    st.floats(allow_nan=True, allow_infinity=True), st.sampled_from(AIR_HANDLER.points), st.integers(0, 255)
)
def test_anything_can_be_drawn(value: float, point: Point, quality: int) -> None:
    drawn = drawing.draw("en", point, reading(value, quality))
    assert drawn.text
    assert drawn.fraction is None or 0.0 <= drawn.fraction <= 1.0
    assert drawn.on is False or point.kind is PointKind.DISCRETE


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.4, "0 s"), (99.0, "99 s"), (600, "10 min"), (7200, "2 h"), (10**6, "11 d"), (math.inf, "never")],
)
def test_ages_are_read_at_a_glance(seconds: float, text: str) -> None:
    assert drawing.age("en", seconds) == text


def test_times_stand_in_the_site_s_time_zone() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert drawing.clock(shanghai, 1_800_000_000_000_000_000) == "16:00:00"
    assert drawing.date_and_clock(shanghai, 1_800_000_000_000_000_000) == "2027-01-15 16:00:00"
    assert drawing.clock(shanghai, 0) == "—"


def test_an_alarm_names_place_device_value_and_limit() -> None:
    said = drawing.alarm("en", SITE, alarm("hvac-1"))
    assert said == drawing.AlarmText("Floor 1", "Air handler 1", "Supply air too warm", "31.2 °C", "30.0 °C")


@pytest.mark.parametrize(
    ("point", "kind", "judged", "limit"),
    [
        (TEMPERATURE, RuleKind.HIGH, "31.0 °C", "2.0 °C"),
        (TEMPERATURE, RuleKind.DEVIATION, "31.0 °C", "±2.0 °C"),
        (TEMPERATURE, RuleKind.MISMATCH, "31.0 °C", "±2.0 °C"),
        (FAN, RuleKind.MISMATCH, "31", "—"),
        (FAN, RuleKind.STATE, "31", "—"),
        (TEMPERATURE, RuleKind.RATE, "31 °C/s", "2 °C/s"),
        (ENERGY, RuleKind.LEAP, "+31.0 kWh", "+2.0 kWh"),
        (ENERGY, RuleKind.UNMOVED, "31.0 kWh", "—"),
        (TEMPERATURE, RuleKind.QUALITY, "31.0 °C", "—"),
    ],
)
def test_a_limit_is_drawn_as_what_it_is(point: Point, kind: RuleKind, judged: str, limit: str) -> None:
    one = rule("r", kind, 2.0)
    assert drawing.judged("en", point, one, 31.0) == judged
    assert drawing.limit("en", point, one, 2.0) == limit
    assert drawing.limit("en", point, one, None) == "—"
    assert drawing.judged("en", point, one, None) == "—"


def test_the_limits_of_a_point_are_those_in_force_and_no_plan_s() -> None:
    rules = (
        rule("high", RuleKind.HIGH, 30.0, sets={"night": 35.0}),
        rule("low", RuleKind.LOW, 10.0),
        rule("deviation", RuleKind.DEVIATION, 2.0, reference="setpoint"),
        rule("plan.x.0", RuleKind.HIGH, 25.0, alarm_class="event"),
    )
    point = replace(TEMPERATURE, rules=rules)
    event = AlarmClass("event", TEMPERATURE.name, event=True)
    site = replace(SITE, classes={"event": event})
    assert drawing.bounds(site, point, "") == ([10.0], [30.0])
    assert drawing.bounds(site, point, "night") == ([10.0], [35.0])


def test_a_schedule_of_limits_is_read_in_one_line() -> None:
    spans = (
        LimitSpan("night", 19 * 60, 7 * 60, (DayKind.WORKDAY, DayKind.SATURDAY)),
        LimitSpan("holiday", 0, 0),
    )
    assert drawing.limit_schedule("zh", spans) == (
        "时间表：night 19:00–07:00 工作日/周六 · holiday 00:00–00:00 每天"
    )
    assert drawing.limit_schedule("en", spans[:1]) == "Scheduled: night 19:00–07:00 workdays/Saturdays"
    assert drawing.limit_schedule("en", ()) == ""


def test_an_alarm_of_what_the_site_no_longer_has_keeps_its_names() -> None:
    said = drawing.alarm("en", SITE, alarm("gone-1", rule="odd", point="x"))
    assert (said.device, said.message, said.value) == ("gone-1", "odd", "—")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("21.5", 21.5),
        (" -3 ", -3.0),
        ("1,234", 1234.0),
        ("1，234", 1234.0),
        ("nan", None),
        ("inf", None),
        ("二十", None),
    ],
)
def test_numbers_are_read_as_people_type_them(text: str, number: float | None) -> None:
    assert drawing.number(text) == number
