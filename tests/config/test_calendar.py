"""The Chinese calendar: the law's days, the site's own, and years that nobody knows (S2-5.3)."""

from datetime import date

import pytest

from config.calendar import Calendar, CalendarDay
from config.plans import DayKind, Occasion, Season, Trigger, TriggerKind

LAW = Calendar()


def schedule(*days: DayKind, weekdays: tuple[DayKind, ...] = (), season: Season | None = None) -> Trigger:
    return Trigger(TriggerKind.SCHEDULE, days=days, weekdays=weekdays, season=season)


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (date(2026, 10, 1), {DayKind.DAY_OFF, DayKind.HOLIDAY, DayKind.THURSDAY}),
        (date(2026, 10, 10), {DayKind.WORKDAY, DayKind.MAKE_UP, DayKind.SATURDAY}),
        (date(2026, 10, 12), {DayKind.WORKDAY, DayKind.MONDAY}),
        (date(2026, 10, 17), {DayKind.DAY_OFF, DayKind.SATURDAY}),
    ],
)
def test_a_day_is_of_the_kinds_that_the_law_makes_it(day: date, kinds: set[DayKind]) -> None:
    assert {kind for kind in DayKind if LAW.is_kind(day, kind)} == kinds


@pytest.mark.parametrize(
    ("occasion", "holiday", "days"),
    [
        (Occasion.FIRST_DAY_OF_HOLIDAY, "national-day", {date(2026, 10, 1)}),
        (Occasion.LAST_DAY_OF_HOLIDAY, "national-day", {date(2026, 10, 7)}),
        (Occasion.LAST_WORKDAY_BEFORE_HOLIDAY, "national-day", {date(2026, 9, 30)}),
        (Occasion.FIRST_WORKDAY_AFTER_HOLIDAY, "spring-festival", {date(2026, 2, 24)}),
        (Occasion.FIRST_DAY_OF_HOLIDAY, "spring-festival", {date(2026, 2, 15)}),
    ],
)
def test_an_occasion_is_the_day_that_people_mean(occasion: Occasion, holiday: str, days: set[date]) -> None:
    year = [day for day in LAW.known_days() if day.year == 2026]
    assert {day for day in year if LAW.is_occasion(day, occasion, holiday)} == days


def test_every_make_up_workday_of_2026_is_an_occasion() -> None:
    days = [day for day in LAW.known_days() if day.year == 2026]
    found = [day for day in days if LAW.is_occasion(day, Occasion.MAKE_UP_WORKDAY)]
    assert found
    assert all(day.weekday() >= 5 and LAW.is_workday(day) for day in found)


def test_what_the_site_says_of_a_day_counts_instead_of_the_law() -> None:
    thursday, saturday = date(2026, 10, 15), date(2026, 10, 1)
    calendar = Calendar(
        {
            thursday: CalendarDay(thursday, is_workday=False, holiday="anniversary"),
            saturday: CalendarDay(saturday, is_workday=True),
        }
    )
    assert not calendar.is_workday(thursday)
    assert calendar.holiday(thursday) == "anniversary"
    assert calendar.is_occasion(thursday, Occasion.FIRST_DAY_OF_HOLIDAY, "anniversary")
    assert calendar.is_workday(saturday)
    assert calendar.holiday(saturday) == ""
    assert calendar.is_occasion(date(2026, 10, 2), Occasion.FIRST_DAY_OF_HOLIDAY, "national-day")


def test_a_year_that_nobody_knows_is_told_from_december_on() -> None:
    last = max(day.year for day in LAW.known_days())
    assert LAW.missing(date(last, 11, 30)) == 0
    assert LAW.missing(date(last, 12, 1)) == last + 1
    assert LAW.missing(date(last + 1, 3, 1)) == last + 1
    first = date(last + 1, 1, 1)
    entered = Calendar({first: CalendarDay(first, is_workday=False, holiday="new-year")})
    assert entered.missing(date(last, 12, 1)) == 0
    assert entered.missing(date(last + 1, 3, 1)) == 0


def test_days_and_weekdays_must_both_fit_and_a_season_may_go_over_the_turn_of_the_year() -> None:
    saturday_of_work = schedule(DayKind.WORKDAY, weekdays=(DayKind.SATURDAY,))
    assert LAW.fits(date(2026, 10, 10), saturday_of_work)
    assert not LAW.fits(date(2026, 10, 17), saturday_of_work)
    assert not LAW.fits(date(2026, 10, 12), saturday_of_work)
    winter = schedule(season=Season((11, 15), (3, 15)))
    assert LAW.fits(date(2026, 11, 15), winter)
    assert LAW.fits(date(2026, 1, 2), winter)
    assert not LAW.fits(date(2026, 3, 16), winter)
