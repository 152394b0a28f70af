"""Who is on duty when: pure functions of cycles, absences and the calendar (G06, H03, S0-3.1.roster)."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from business.duty.roster import Absence, Cycle, Shift, ShiftLine, gaps, instant_ns, shifts
from config.calendar import Calendar, CalendarDay
from config.plans import DayKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR_NS = 3600 * 10**9
DAY_NS = 24 * HOUR_NS
MONDAY = date(2026, 3, 2)
EVERY_DAY = Cycle("guards", MONDAY, None, 1, (ShiftLine(0, 480, 1200, "li"), ShiftLine(0, 1200, 480, "wu")))


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 10**9


def on_duty(
    *cycles: Cycle, when: str, absences: tuple[Absence, ...] = (), calendar: Calendar | None = None
) -> list[str]:
    when_ns = at(when)
    found = shifts(cycles, absences, calendar or Calendar(), SHANGHAI, when_ns, when_ns + 1)
    assert all(one.holds(when_ns) for one in found)
    return [one.user for one in found]


def test_day_and_night_follow_each_other_and_the_night_belongs_to_its_evening() -> None:
    assert on_duty(EVERY_DAY, when="2026-03-04 07:59:59") == ["wu"]
    assert on_duty(EVERY_DAY, when="2026-03-04 08:00:00") == ["li"]
    assert on_duty(EVERY_DAY, when="2026-03-04 20:00:00") == ["wu"]
    assert on_duty(EVERY_DAY, when="2026-03-02 07:00:00") == [], "the first night begins on the first evening"
    last = Cycle("guards", MONDAY, date(2026, 3, 3), 1, EVERY_DAY.lines)
    assert on_duty(last, when="2026-03-04 07:00:00") == ["wu"], "the last night ends on the morning after"
    assert on_duty(last, when="2026-03-04 08:00:00") == []


def test_a_cycle_of_two_crews_repeats() -> None:
    """Two days of twelve hours, two days off, each crew."""
    lines = tuple(
        ShiftLine(day, 480, 1200, crew) for crew, days in (("a", (0, 1)), ("b", (2, 3))) for day in days
    )
    cycle = Cycle("guards", MONDAY, None, 4, lines)
    seen = [on_duty(cycle, when=f"{MONDAY + timedelta(days=day)} 12:00:00") for day in range(9)]
    assert seen == [["a"], ["a"], ["b"], ["b"]] * 2 + [["a"]]


def test_shifts_of_workdays_follow_the_calendar_of_the_law_and_of_the_site() -> None:
    """National Day 2026 and the Saturday that is worked for it; a day off of the site's own."""
    cycle = Cycle(
        "office", MONDAY, None, 1,
        (
            ShiftLine(0, 540, 1080, "day", (DayKind.WORKDAY,)),
            ShiftLine(0, 540, 1080, "stand-by", (DayKind.DAY_OFF,)),
        ),
    )  # fmt: skip
    assert on_duty(cycle, when="2026-09-30 12:00:00") == ["day"]
    assert on_duty(cycle, when="2026-10-01 12:00:00") == ["stand-by"]
    assert on_duty(cycle, when="2026-10-10 12:00:00") == ["day"], "a make-up workday on a Saturday"
    own = Calendar({date(2026, 9, 30): CalendarDay(date(2026, 9, 30), is_workday=False)})
    assert on_duty(cycle, when="2026-09-30 12:00:00", calendar=own) == ["stand-by"]


def test_whoever_is_away_is_replaced_for_just_that_time() -> None:
    away = Absence("li", "zhao", at("2026-03-04 10:00"), at("2026-03-04 12:00"))
    assert on_duty(EVERY_DAY, when="2026-03-04 09:59:59", absences=(away,)) == ["li"]
    assert on_duty(EVERY_DAY, when="2026-03-04 10:00:00", absences=(away,)) == ["zhao"]
    assert on_duty(EVERY_DAY, when="2026-03-04 12:00:00", absences=(away,)) == ["li"]
    nobody = Absence("li", "", away.since_ns, away.until_ns)
    assert on_duty(EVERY_DAY, when="2026-03-04 11:00:00", absences=(nobody,)) == [""]
    found = shifts(
        [EVERY_DAY], [nobody], Calendar(), SHANGHAI, at("2026-03-04 08:00"), at("2026-03-04 20:00")
    )
    assert [one.instead_of for one in found] == ["", "li", ""], "the night before ends as it begins"
    assert gaps(found, at("2026-03-04 08:00"), at("2026-03-04 20:00")) == (
        (nobody.since_ns, nobody.until_ns),
    )


def test_a_team_without_shifts_is_one_gap() -> None:
    assert gaps([], 5, 9) == ((5, 9),)
    assert gaps([Shift(6, 7, "t", "u"), Shift(7, 8, "t", "")], 5, 9) == ((5, 6), (7, 9))
    assert gaps([Shift(1, 20, "t", "u")], 5, 9) == ()


def test_an_hour_that_the_clock_skips_or_repeats_is_neither_lost_nor_doubled() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        start = instant_ns(day, 0, berlin)
        found = shifts(
            [Cycle("t", MONDAY, None, 1, EVERY_DAY.lines)], (), Calendar(), berlin, start, start + 2 * DAY_NS
        )
        assert gaps(found, start, start + 2 * DAY_NS) == ()
        assert all(one.until_ns == other.since_ns for one, other in itertools.pairwise(found))


LINES = st.builds(
    ShiftLine, st.integers(0, 4), st.integers(0, 1439), st.integers(0, 1440), st.sampled_from("abc"),
)  # fmt: skip
AWAY = st.builds(
    lambda user, by, since, hours: Absence(user, by, since * HOUR_NS, (since + hours) * HOUR_NS),
    st.sampled_from("abc"), st.sampled_from(["", "x", "y"]), st.integers(0, 300), st.integers(1, 60),
)  # fmt: skip
BASE_NS = at("2026-03-02 00:00")


@given(st.lists(LINES, min_size=1, max_size=6), st.lists(AWAY, max_size=3), st.integers(0, 240))
def test_what_holds_at_an_instant_is_what_the_lines_say(
    lines: list[ShiftLine], away: list[Absence], hour: int
) -> None:
    """Against a plain look at every line of every day around."""
    lines = [one for one in lines if one.start < 1440]
    absences = [Absence(one.user, one.by, BASE_NS + one.since_ns, BASE_NS + one.until_ns) for one in away]
    cycle = Cycle("t", MONDAY, None, 5, tuple(lines))
    now = BASE_NS + hour * HOUR_NS + 1
    expected = []
    for number in range(-1, 12):
        for line in lines:
            if number < 0 or line.day != number % 5:
                continue
            begin = BASE_NS + number * DAY_NS + line.start * 60 * 10**9
            length = (line.end - line.start) if line.end > line.start else line.end + 1440 - line.start
            if begin <= now < begin + length * 60 * 10**9:
                user = line.user
                for one in absences:
                    if one.user == line.user and one.since_ns <= now < one.until_ns:
                        user = one.by
                        break
                expected.append(user)
    found = shifts([cycle], absences, Calendar(), SHANGHAI, now, now + 1)
    assert sorted(one.user for one in found) == sorted(expected)


@pytest.mark.parametrize("hours", [1, 24, 24 * 14])
def test_shifts_come_whole_and_in_order(hours: int) -> None:
    since = at("2026-03-10 03:00")
    found = shifts([EVERY_DAY], (), Calendar(), SHANGHAI, since, since + hours * HOUR_NS)
    assert list(found) == sorted(found)
    assert found[0].since_ns <= since
    assert found[-1].until_ns >= since + hours * HOUR_NS
    assert all((one.until_ns - one.since_ns) == 12 * HOUR_NS for one in found)
    assert datetime.fromtimestamp(found[0].since_ns / 1e9, UTC).hour == 12, "20:00 in Shanghai"
