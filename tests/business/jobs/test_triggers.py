"""When schedules fire: cron on the wall of the site, intervals, days of 23 and 25 hours, leap days."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business.jobs.triggers import LONGEST, UnfitTrigger, read_trigger
from tests.business.jobs.bench import NEW_YORK, SHANGHAI, START_NS, ns

HOUR = 3_600_000_000_000
DAY = 24 * HOUR


def fires(text: str, zone: ZoneInfo, after: int, count: int, anchor: int = 0) -> list[int]:
    trigger, found = read_trigger(text, zone, after), []
    for _ in range(count):
        at = trigger.after(after, anchor)
        assert at is not None
        found.append(at)
        after = at
    return found


def test_a_daily_job_fires_at_its_time_on_the_wall_of_the_site() -> None:
    found = fires("0 3 * * *", SHANGHAI, ns(SHANGHAI, 2027, 6, 1, 3), 2)
    assert found == [ns(SHANGHAI, 2027, 6, 2, 3), ns(SHANGHAI, 2027, 6, 3, 3)]


def test_weekdays_are_names_and_monday_is_monday() -> None:
    assert fires("0 8 * * mon", SHANGHAI, ns(SHANGHAI, 2027, 6, 1), 1) == [ns(SHANGHAI, 2027, 6, 7, 8)]


def test_when_the_hour_does_not_come_the_job_runs_once_an_hour_later() -> None:
    found = fires("30 2 * * *", NEW_YORK, ns(NEW_YORK, 2027, 3, 13, 12), 2)
    assert found == [ns(NEW_YORK, 2027, 3, 14, 3, 30), ns(NEW_YORK, 2027, 3, 15, 2, 30)]


def test_when_the_hour_comes_twice_the_job_runs_once() -> None:
    found = fires("30 1 * * *", NEW_YORK, ns(NEW_YORK, 2027, 11, 6, 12), 2)
    assert found == [ns(NEW_YORK, 2027, 11, 7, 1, 30), ns(NEW_YORK, 2027, 11, 8, 1, 30)]


@pytest.mark.parametrize("day", [(2027, 3, 14), (2027, 11, 7)])
def test_an_hourly_job_fires_every_hour_of_a_day_of_23_and_of_25_hours(day: tuple[int, int, int]) -> None:
    start = ns(NEW_YORK, *day)
    assert fires("0 * * * *", NEW_YORK, start, 26) == [start + HOUR * step for step in range(1, 27)]


def test_a_job_of_the_leap_day_waits_for_the_leap_year() -> None:
    found = fires("0 0 29 2 *", SHANGHAI, ns(SHANGHAI, 2027, 1, 1), 2)
    assert found == [ns(SHANGHAI, 2028, 2, 29), ns(SHANGHAI, 2032, 2, 29)]
    assert fires("0 0 last 2 *", SHANGHAI, ns(SHANGHAI, 2027, 1, 1), 1) == [ns(SHANGHAI, 2027, 2, 28)]


def test_an_interval_of_hours_is_elapsed_time_and_one_of_days_keeps_its_time_of_day() -> None:
    anchor = ns(NEW_YORK, 2027, 3, 13, 9)
    assert fires("every 36 hours", NEW_YORK, anchor, 1, anchor) == [anchor + 36 * HOUR]
    assert fires("every 2 days", NEW_YORK, anchor, 2, anchor) == [
        ns(NEW_YORK, 2027, 3, 15, 9),
        ns(NEW_YORK, 2027, 3, 17, 9),
    ]
    assert ns(NEW_YORK, 2027, 3, 15, 9) - anchor == 47 * HOUR


def test_days_between_shifts_of_the_clock_neither_repeat_nor_leave_one_out() -> None:
    """Counted from 02:30, an hour that one day does not have, and from 01:30, which one day has twice."""
    for hour, month in ((2, 3), (1, 11)):
        anchor = ns(NEW_YORK, 2027, month, 1, hour, 30)
        found = fires("every 1 days", NEW_YORK, anchor, 20, anchor)
        gaps = {after - before for before, after in zip([anchor, *found], found, strict=False)}
        assert gaps <= {23 * HOUR, DAY, 25 * HOUR}
        assert found[-1] == ns(NEW_YORK, 2027, month, 21, hour, 30)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0 8 * * 1", "weekday"),
        ("61 * * * *", "cannot be read"),
        ("0 3 * *", "cannot be read"),
        ("", "cannot be read"),
        ("0 0 30 2 *", "never comes"),
        ("every 0 minutes", "10000"),
        ("every 10001 days", "10000"),
        ("every 5 weeks", "cannot be read"),
        ("every ５ minutes", "cannot be read"),
        ("0,1 " * LONGEST, f"longer than {LONGEST}"),
    ],
)
def test_an_unfit_trigger_is_refused_with_the_way_out(text: str, says: str) -> None:
    with pytest.raises(UnfitTrigger, match=says) as refused:
        read_trigger(text, SHANGHAI, START_NS)
    assert "every 15 minutes" in str(refused.value)


triggers = st.sampled_from(
    ["0 3 * * *", "*/20 2 * * *", "30 1 * * *", "15 */6 * * sun", "0 0 31 * *", "7 1-3 * 3,11 *"]
) | st.builds("every {} {}".format, st.integers(1, 400), st.sampled_from(["minutes", "hours", "days"]))
zones = st.sampled_from([SHANGHAI, NEW_YORK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")])
times = st.integers(START_NS - 300 * DAY, START_NS + 600 * DAY)


@given(triggers, zones, times, times, st.integers(0, 40 * DAY))
def test_the_next_time_is_later_and_none_lies_between(
    text: str, zone: ZoneInfo, after: int, anchor: int, earlier: int
) -> None:
    """Asked from anywhere before it, a time of firing is the same one: whoever restarts plans the same."""
    trigger = read_trigger(text, zone, after)
    at = trigger.after(after, anchor)
    assert at is not None
    assert at > after
    assert at % 1_000_000_000 == 0
    assert trigger.after(at - 1, anchor) == at
    before = trigger.after(after - earlier, anchor)
    assert before is not None
    assert before == at or before <= after
