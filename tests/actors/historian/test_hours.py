"""Hours of the site's clock, and what a point was like in one."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from actors.historian.buckets import combine, of_rows, trend
from actors.historian.columns import Columns
from actors.historian.hours import HOUR_NS, hour_mean, question, same_hours
from actors.messages import Trend
from config.calendar import Calendar, CalendarDay
from drivers.driver import Quality

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def ns(zone: ZoneInfo, month: int, day: int, hour: int, minute: int = 0) -> int:
    return int(datetime(2026, month, day, hour, minute, tzinfo=zone).timestamp()) * 10**9


def days(zone: ZoneInfo, starts: tuple[int, ...]) -> list[str]:
    return [datetime.fromtimestamp(start // 10**9, zone).strftime("%m-%d %H:%M") for start in starts]


def test_like_days_are_workdays_or_days_off_by_the_calendar() -> None:
    starts = same_hours(SHANGHAI, Calendar(), ns(SHANGHAI, 11, 20, 9, 40), 1)  # a Friday
    assert days(SHANGHAI, starts) == [
        "11-20 09:00", "11-19 09:00", "11-18 09:00", "11-17 09:00", "11-16 09:00", "11-13 09:00",
    ]  # fmt: skip
    off = same_hours(SHANGHAI, Calendar(), ns(SHANGHAI, 10, 11, 9), 1)  # a Sunday; the Saturday is made up
    assert days(SHANGHAI, off) == ["10-11 09:00", *(f"10-{day:02} 09:00" for day in (7, 6, 5, 4))]
    own = Calendar({date(2026, 11, 19): CalendarDay(date(2026, 11, 19), is_workday=False)})
    assert "11-19 09:00" not in days(SHANGHAI, same_hours(SHANGHAI, own, ns(SHANGHAI, 11, 20, 9), 1))
    assert len(same_hours(SHANGHAI, Calendar(), ns(SHANGHAI, 11, 20, 9), 0)) == 1


def test_an_hour_that_a_day_does_not_have_is_left_out() -> None:
    starts = same_hours(
        BERLIN, Calendar(), ns(BERLIN, 4, 5, 2, 30), 2
    )  # on the 29th of March two came after one
    assert days(BERLIN, starts)[0] == "04-05 02:00"
    assert not [each for each in days(BERLIN, starts) if each.startswith("03-29")]
    assert all(each.endswith("02:00") for each in days(BERLIN, starts))


HOUR = 100 * HOUR_NS


def answered(*rows: tuple[float, float, int]) -> Trend:
    """What the historian answers for (minute of the hour, value, quality)."""
    asked = question("d/p", HOUR)
    kept = [row for row in rows if asked.since_ns <= HOUR + row[0] * 60e9 < asked.until_ns]
    times = np.array([HOUR + int(minute * 60e9) for minute, _, _ in kept], np.int64)
    columns = Columns(
        np.ones(len(kept), np.int32), times, times, np.array([value for _, value, _ in kept], np.float64),
        np.array([quality for _, _, quality in kept], np.uint8),
    )  # fmt: skip
    width_ns = (asked.until_ns - asked.since_ns) // asked.buckets
    return trend(combine(of_rows(columns, asked.since_ns, width_ns)), 1, "d/p", asked.since_ns, width_ns)


def good(*rows: tuple[float, float]) -> list[tuple[float, float, int]]:
    return [(minute, value, Quality.GOOD) for minute, value in rows]


def test_a_value_that_does_not_change_counts_for_the_time_that_it_lasts() -> None:
    steady = [(minute, 10.0) for minute in range(-5, 30, 10)]
    wild = [(30 + at / 100, 10.0 + 10 * (at % 2)) for at in range(100)]  # a minute of unrest
    after = [(minute, 20.0) for minute in range(31, 60, 10)]
    assert hour_mean(answered(*good(*steady, *wild, *after)), HOUR) == pytest.approx(15.0, abs=0.6)


def test_what_was_so_before_the_hour_holds_until_the_next_record() -> None:
    assert hour_mean(answered(*good((-4, 8.0), (5, 8.0), (15, 8.0), (25, 8.0), (35, 8.0))), HOUR) == 8.0


def test_less_than_half_an_hour_is_no_hour() -> None:
    assert np.isnan(hour_mean(answered(*good((0, 8.0))), HOUR))
    assert np.isnan(hour_mean(answered(), HOUR))
    assert hour_mean(answered(*good((0, 8.0), (20, 8.0))), HOUR) == 8.0


def test_bad_values_are_holes_and_not_carried_on() -> None:
    rows = [
        (-4.0, 8.0, int(Quality.GOOD)),
        *((float(at), 99.0, int(Quality.BAD_COMM_LOSS)) for at in range(0, 60, 5)),
    ]
    assert np.isnan(hour_mean(answered(*rows), HOUR))
    rows = [*((float(at), 8.0, int(Quality.GOOD)) for at in range(0, 40, 5)), *rows[9:]]
    assert hour_mean(answered(*rows), HOUR) == 8.0
