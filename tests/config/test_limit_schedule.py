"""Schedules of limits: hours of the wall clock, kinds of days, summer time (issue 4)."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import Calendar, CalendarDay
from config.driver_schema import DriverSchema
from config.limit_schedule import LimitSchedule
from config.load import load_site
from config.plans import DayKind
from config.problems import Problem
from config.site import LimitSpan

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NIGHT = LimitSpan("night", 19 * 60, 7 * 60)
REST = LimitSpan("weekend", 0, 0, (DayKind.DAY_OFF,))


def schedule(*spans: LimitSpan, zone: ZoneInfo = SHANGHAI, calendar: Calendar | None = None) -> LimitSchedule:
    return LimitSchedule(spans, "normal", zone, calendar or Calendar())


def ns(year: int, month: int, day: int, hour: int = 0, minute: int = 0, *, zone: ZoneInfo = SHANGHAI) -> int:
    return int(datetime(year, month, day, hour, minute, tzinfo=zone).timestamp()) * 10**9


def told(made: LimitSchedule, *whens: tuple[int, ...]) -> list[str]:
    return [made.at(ns(*when, zone=made.zone)) for when in whens]


def test_a_span_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    workdays = schedule(LimitSpan("night", 19 * 60, 7 * 60, (DayKind.WORKDAY,)))
    friday, saturday = (2026, 11, 20), (2026, 11, 21)
    assert told(workdays, (*friday, 18, 59), (*friday, 19, 0), (*saturday, 6, 59), (*saturday, 7, 0),
                (*saturday, 19, 0)) == ["normal", "night", "night", "normal", "normal"]  # fmt: skip


def test_days_are_those_of_the_chinese_calendar_and_of_the_site() -> None:
    day = date(2026, 11, 18)
    rest = schedule(REST, calendar=Calendar({day: CalendarDay(day, is_workday=False)}))
    assert told(rest, (2026, 10, 10, 12), (2026, 10, 1, 12), (2026, 11, 18, 12), (2026, 11, 19, 12)) == [
        "normal", "weekend", "weekend", "normal",
    ]  # fmt: skip


def test_the_first_span_that_holds_counts() -> None:
    assert told(schedule(REST, NIGHT), (2026, 11, 21, 23), (2026, 11, 20, 23)) == ["weekend", "night"]
    assert told(schedule(NIGHT, REST), (2026, 11, 21, 23)) == ["night"]


def test_the_hours_are_those_of_the_wall_clock_through_summer_time() -> None:
    night = schedule(NIGHT, zone=BERLIN)
    # The clock goes forward, and back, in the night that follows.
    for month, day, hours in ((3, 28, 11), (10, 24, 13)):
        begins = night.next_change_ns(ns(2026, month, day, 12, zone=BERLIN))
        ends = night.next_change_ns(begins)
        assert begins == ns(2026, month, day, 19, zone=BERLIN)
        assert ends == ns(2026, month, day + 1, 7, zone=BERLIN)
        assert ends - begins == hours * 3600 * 10**9


def test_what_would_begin_in_an_hour_that_is_left_out_begins_after_it() -> None:
    gap = schedule(LimitSpan("dark", 2 * 60 + 30, 5 * 60), zone=BERLIN)
    begins = gap.next_change_ns(ns(2026, 3, 29, 0, zone=BERLIN))
    assert datetime.fromtimestamp(begins / 1e9, BERLIN).strftime("%d %H:%M") == "29 03:30"


def test_an_hour_that_comes_twice_begins_nothing_twice() -> None:
    twice = schedule(LimitSpan("dark", 2 * 60 + 30, 5 * 60), zone=BERLIN)
    begins = twice.next_change_ns(ns(2026, 10, 25, 0, zone=BERLIN))
    assert twice.next_change_ns(begins) - begins == 3.5 * 3600 * 10**9


def test_one_that_never_changes_is_looked_through_for_two_weeks() -> None:
    always = schedule(LimitSpan("night", 0, 0))
    now = ns(2026, 11, 21, 12)
    assert always.at(now) == "night"
    assert always.next_change_ns(now) - now == 14 * 86_400 * 10**9


minutes = st.integers(0, 1439)
kinds = st.lists(st.sampled_from(DayKind), max_size=2, unique=True).map(tuple)
some_spans = st.lists(st.builds(LimitSpan, st.sampled_from("abc"), minutes, minutes, kinds), max_size=4)
some_time = st.integers(ns(2026, 9, 1) // 10**9, ns(2026, 11, 30) // 10**9).map(lambda s: s * 10**9)


def plainly(made: LimitSchedule, now_ns: int) -> str:
    """By the wall clock, as a person reads the plan."""
    there = datetime.fromtimestamp(now_ns // 10**9, made.zone)
    minute = there.hour * 60 + there.minute
    for span in made.spans:

        def begins_on(day: date, days: tuple[DayKind, ...] = span.days) -> bool:
            return not days or any(made.calendar.is_kind(day, kind) for kind in days)

        today, yesterday = there.date(), there.date() - timedelta(1)
        if span.start < span.end:
            holds = begins_on(today) and span.start <= minute < span.end
        else:
            holds = (begins_on(today) and minute >= span.start) or (
                begins_on(yesterday) and minute < span.end
            )
        if holds:
            return span.limit_set
    return "normal"


@given(some_spans, some_time)
def test_a_schedule_is_what_a_person_reads_in_it(spans: list[LimitSpan], now_ns: int) -> None:
    made = schedule(*spans)
    assert made.at(now_ns) == plainly(made, now_ns)


@given(some_spans, some_time, st.floats(0, 1, exclude_max=True))
def test_until_its_next_change_a_schedule_says_the_same(
    spans: list[LimitSpan], now_ns: int, part: float
) -> None:
    made = schedule(*spans)
    change_ns = made.next_change_ns(now_ns)
    assert now_ns < change_ns
    assert made.at(now_ns + int((change_ns - now_ns) * part)) == made.at(now_ns)
    if change_ns - now_ns < 14 * 86_400 * 10**9:
        assert made.at(change_ns) != made.at(now_ns)
    assert now_ns < made.next_boundary_ns(now_ns) <= max(change_ns, now_ns + 86_400 * 10**9)


HVAC = 'limit_sets = ["normal", "night"]'


def test_a_site_says_when_which_set_holds(site: Path, drivers: Mapping[str, DriverSchema]) -> None:
    spans = '{ set = "night", from = "19:00", to = "07:00", days = ["workday", "saturday"] }'
    text = (site / "site.toml").read_text("utf-8")
    (site / "site.toml").write_text(text.replace(HVAC, f"{HVAC}\nlimit_schedule = [{spans}]"), "utf-8")
    loaded = load_site(site, drivers)
    assert loaded.subsystems["hvac"].limit_schedule == (
        LimitSpan("night", 19 * 60, 7 * 60, (DayKind.WORKDAY, DayKind.SATURDAY)),
    )
    made = LimitSchedule.of(loaded, loaded.subsystems["hvac"])
    assert (made.at(ns(2026, 11, 20, 20)), made.at(ns(2026, 11, 22, 20))) == ("night", "normal")


@pytest.mark.parametrize(
    ("span", "words"),
    [
        ('{ set = "nihgt", from = "19:00", to = "07:00" }', ["unknown limit set 'nihgt'", "'night'"]),
        ('{ set = "night", from = "25:00", to = "07:00" }', ["from is '25:00'", "HH:MM"]),
        ('{ set = "night", from = "19:00" }', ["'to' is missing", "time of day"]),
        ('{ set = "night", from = "19:00", to = "07:00", days = ["sometimes"] }', ["'sometimes'", "workday"]),
    ],
)
def test_a_mistake_in_a_schedule_is_named(
    wrong: Callable[..., list[Problem]], span: str, words: list[str]
) -> None:
    (problem,) = wrong(HVAC, f"{HVAC}\nlimit_schedule = [{span}]")
    assert "limit_schedule[0]" in str(problem)
    for word in words:
        assert word in str(problem)
