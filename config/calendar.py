"""The Chinese calendar of a site: the law's holidays and make-up workdays, and what the site says instead."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import chinese_calendar
from chinese_calendar.constants import holidays as legal_holidays
from chinese_calendar.constants import workdays as make_up_days

from config.plans import DayKind, Occasion, Trigger, TriggerKind
from config.text import Text

WARN_FROM_MONTH = 12
"""The State Council publishes a year in the November before it; missing in December, somebody must act."""
SEARCH_DAYS = 40
"""Longer than any holiday with the make-up days around it."""
_WEEK = (
    DayKind.MONDAY, DayKind.TUESDAY, DayKind.WEDNESDAY, DayKind.THURSDAY, DayKind.FRIDAY, DayKind.SATURDAY,
    DayKind.SUNDAY,
)  # fmt: skip
HOLIDAY_NAMES: Mapping[str, Text] = {
    "new-year": Text("元旦", "New Year's Day"),
    "spring-festival": Text("春节", "Spring Festival"),
    "tomb-sweeping": Text("清明节", "Tomb-sweeping Day"),
    "labour-day": Text("劳动节", "Labour Day"),
    "dragon-boat": Text("端午节", "Dragon Boat Festival"),
    "mid-autumn": Text("中秋节", "Mid-autumn Festival"),
    "national-day": Text("国庆节", "National Day"),
}
_LEGAL = {
    chinese_calendar.Holiday.new_years_day.value: "new-year",
    chinese_calendar.Holiday.spring_festival.value: "spring-festival",
    chinese_calendar.Holiday.tomb_sweeping_day.value: "tomb-sweeping",
    chinese_calendar.Holiday.labour_day.value: "labour-day",
    chinese_calendar.Holiday.dragon_boat_festival.value: "dragon-boat",
    chinese_calendar.Holiday.mid_autumn_festival.value: "mid-autumn",
    chinese_calendar.Holiday.national_day.value: "national-day",
}


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """What the site says of one day; it counts instead of the law's."""

    day: date
    is_workday: bool
    holiday: str = ""
    """Of a day off: the holiday that it belongs to, one of `HOLIDAY_NAMES` or any other id."""
    name: Text | None = None


@dataclass(frozen=True)
class Calendar:
    days: Mapping[date, CalendarDay] = field(default_factory=dict)

    def knows(self, year: int) -> bool:
        """Whether anybody has said what this year is like; otherwise only weekends are days off."""
        return year in legal_years() or any(day.year == year for day in self.days)

    def missing(self, today: date) -> int:
        """The year that somebody should enter: this one, or from December the next; 0 when all is known."""
        if not self.knows(today.year):
            return today.year
        late = today.month >= WARN_FROM_MONTH
        return today.year + 1 if late and not self.knows(today.year + 1) else 0

    def holiday(self, day: date) -> str:
        """The holiday to which a day off belongs; '' for a workday and a plain weekend."""
        if (own := self.days.get(day)) is not None:
            return "" if own.is_workday else own.holiday
        name = legal_holidays.get(day)
        return _LEGAL.get(name, "other") if name else ""

    def is_workday(self, day: date) -> bool:
        if (own := self.days.get(day)) is not None:
            return own.is_workday
        if day in legal_holidays:
            return False
        return day in make_up_days or day.weekday() < 5

    def is_make_up(self, day: date) -> bool:
        return day.weekday() >= 5 and self.is_workday(day)

    def is_kind(self, day: date, kind: DayKind) -> bool:
        match kind:
            case DayKind.WORKDAY:
                return self.is_workday(day)
            case DayKind.DAY_OFF:
                return not self.is_workday(day)
            case DayKind.HOLIDAY:
                return bool(self.holiday(day))
            case DayKind.MAKE_UP:
                return self.is_make_up(day)
            case _:
                return _WEEK[day.weekday()] is kind

    def is_any(self, day: date, kinds: Collection[DayKind]) -> bool:
        """Whether the day is of any of these kinds; every day is of none."""
        return not kinds or any(self.is_kind(day, kind) for kind in kinds)

    def is_occasion(self, day: date, occasion: Occasion, holiday: str = "") -> bool:
        """Whether the day is such a day of `holiday`, '' for any."""
        match occasion:
            case Occasion.FIRST_DAY_OF_HOLIDAY:
                return self._begins(day, holiday, -1)
            case Occasion.LAST_DAY_OF_HOLIDAY:
                return self._begins(day, holiday, 1)
            case Occasion.LAST_WORKDAY_BEFORE_HOLIDAY:
                return self._next_to_holiday(day, holiday, 1)
            case Occasion.FIRST_WORKDAY_AFTER_HOLIDAY:
                return self._next_to_holiday(day, holiday, -1)
            case Occasion.MAKE_UP_WORKDAY:
                return self.is_make_up(day)

    def fits(self, day: date, trigger: Trigger) -> bool:
        """Whether a schedule or calendar trigger means this day."""
        if trigger.season is not None and not trigger.season.holds(day):
            return False
        if trigger.kind is TriggerKind.CALENDAR:
            return self.is_occasion(day, trigger.occasion, trigger.holiday)
        return self.is_any(day, trigger.weekdays) and self.is_any(day, trigger.days)

    def known_days(self) -> Iterator[date]:
        """Every day of the last three years of the law and of the years that the site speaks of."""
        years = {*sorted(legal_years())[-3:], *(day.year for day in self.days)}
        for year in sorted(years):
            day = date(year, 1, 1)
            while day.year == year:
                yield day
                day += timedelta(1)

    def _begins(self, day: date, holiday: str, before: int) -> bool:
        name = self.holiday(day)
        if not name or (holiday and name != holiday):
            return False
        return self.holiday(day + timedelta(before)) != name

    def _next_to_holiday(self, day: date, holiday: str, way: int) -> bool:
        """A workday, and the days off that follow (or came before) hold such a holiday."""
        if not self.is_workday(day):
            return False
        for step in range(1, SEARCH_DAYS):
            other = day + timedelta(way * step)
            if self.is_workday(other):
                return False
            name = self.holiday(other)
            if name and (not holiday or name == holiday):
                return True
        return False


@lru_cache(1)
def legal_years() -> frozenset[int]:
    """Years whose holidays are known by law. The last has days of its own, not only the turn of the year."""
    return frozenset(day.year for day in legal_holidays if day.month > 3)
