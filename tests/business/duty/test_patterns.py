"""The usual patterns leave no hour without anybody, and treat everybody alike (G06, S3-8.3)."""

import itertools
from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from business.duty.patterns import PATTERNS
from business.duty.roster import Cycle, ShiftLine, gaps, instant_ns, shifts
from business.duty.rostering import minutes_of
from config.calendar import Calendar
from config.plans import DayKind

ZONE = ZoneInfo("Asia/Shanghai")
START = date(2026, 3, 4)
HOUR_NS = 3600 * 10**9


def cycle(name: str, people: list[str]) -> Cycle:
    pattern = PATTERNS[name]
    assert pattern.fits(len(people))
    lines = tuple(
        ShiftLine(
            one.day - 1, minutes_of(one.start), minutes_of(one.end), one.user, tuple(map(DayKind, one.days))
        )
        for one in pattern.lines(people)
    )
    return Cycle("t", pattern.first(START), None, pattern.length(len(people)), lines)


@pytest.mark.parametrize(
    ("name", "people"),
    [
        ("two", list("abcd")),
        ("two", list("abcdefgh")),
        ("three", list("abcd")),
        ("daily", list("abc")),
        ("weekly", list("ab")),
    ],
)
def test_somebody_is_always_there_and_the_hours_are_shared(name: str, people: list[str]) -> None:
    made = cycle(name, people)
    since = instant_ns(START, 1440, ZONE)
    until = since + made.length * 4 * 24 * HOUR_NS
    found = shifts([made], (), Calendar(), ZONE, since, until)
    assert gaps(found, since, until) == ()
    hours: Counter[str] = Counter()
    for one in found:
        hours[one.user] += (min(one.until_ns, until) - max(one.since_ns, since)) // HOUR_NS
    assert set(hours) == set(people)
    assert len(set(hours.values())) == 1, "whole cycles share alike"
    assert all(one.until_ns - one.since_ns <= 24 * HOUR_NS for one in found)


def test_whoever_worked_a_night_rests_before_the_next_shift() -> None:
    for name in ("two", "three"):
        made = cycle(name, list("abcd"))
        since = instant_ns(START, 1440, ZONE)
        found = shifts([made], (), Calendar(), ZONE, since, since + 30 * 24 * HOUR_NS)
        for user in "abcd":
            own = [one for one in found if one.user == user]
            assert all(b.since_ns - a.until_ns >= 0 for a, b in itertools.pairwise(own))
            nights = [
                (a, b)
                for a, b in itertools.pairwise(own)
                if (a.until_ns - since) % (24 * HOUR_NS) == 8 * HOUR_NS
            ]
            assert nights
            assert all(b.since_ns - a.until_ns >= 24 * HOUR_NS for a, b in nights)


def test_a_week_begins_on_its_monday_and_office_hours_on_workdays() -> None:
    assert PATTERNS["weekly"].first(START) == date(2026, 3, 2)
    made = cycle("workdays", ["a", "b"])
    noon = instant_ns(date(2026, 3, 7), 720, ZONE)
    assert shifts([made], (), Calendar(), ZONE, noon, noon + 1) == ()
    assert len(shifts([made], (), Calendar(), ZONE, noon + 48 * HOUR_NS, noon + 48 * HOUR_NS + 1)) == 2


def test_four_shifts_need_four_crews() -> None:
    assert [PATTERNS["two"].fits(count) for count in (0, 3, 4, 6, 8)] == [False, False, True, False, True]
