"""Who is on duty when, worked out of rosters. Pure.

A roster is a cycle of days that repeats, with shifts on some of its days: a week, a fortnight of two crews,
or a day that is the same every day. A shift belongs to the day on which it begins.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.calendar import Calendar
from config.plans import DayKind

SECOND_NS = 10**9


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """One shift of the cycle."""

    day: int
    """Of the cycle, 0 for its first."""
    start: int
    """Minutes of the day, on the site's clock."""
    end: int
    """Not after `start`: on the day that follows."""
    user: str
    days: tuple[DayKind, ...] = ()
    """It takes place on days of any of these kinds; () for every day."""


@dataclass(frozen=True, slots=True)
class Cycle:
    team: str
    first_day: date
    """Day 0 of the cycle."""
    last_day: date | None
    """The last day on which a shift begins; None for no end."""
    length: int
    """Days."""
    lines: tuple[ShiftLine, ...]


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody does none of his shifts between these times."""

    user: str
    by: str
    """Who stands in; '' for nobody."""
    since_ns: int
    until_ns: int


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """Time that somebody is on duty."""

    since_ns: int
    until_ns: int
    team: str
    user: str
    """'' where nobody stands in for who is away."""
    instead_of: str = ""

    def holds(self, at_ns: int) -> bool:
        return self.since_ns <= at_ns < self.until_ns


def shifts(
    cycles: Iterable[Cycle],
    absences: Sequence[Absence],
    calendar: Calendar,
    zone: ZoneInfo,
    since_ns: int,
    until_ns: int,
) -> tuple[Shift, ...]:
    """All that touch the time from `since_ns` to `until_ns`, whole, in the order of their beginnings."""
    found: list[Shift] = []
    for cycle in cycles:
        for planned in _planned(cycle, calendar, zone, since_ns, until_ns):
            found += _with_absences(planned, absences)
    return tuple(sorted(one for one in found if one.until_ns > since_ns and one.since_ns < until_ns))


def gaps(found: Iterable[Shift], since_ns: int, until_ns: int) -> tuple[tuple[int, int], ...]:
    """The times between the two at which none of the shifts has somebody; sorted."""
    left: list[tuple[int, int]] = []
    at_ns = since_ns
    for one in sorted(found):
        if not one.user:
            continue
        if one.since_ns > at_ns:
            left.append((at_ns, min(one.since_ns, until_ns)))
        at_ns = max(at_ns, one.until_ns)
        if at_ns >= until_ns:
            break
    if at_ns < until_ns:
        left.append((at_ns, until_ns))
    return tuple(left)


def _planned(
    cycle: Cycle, calendar: Calendar, zone: ZoneInfo, since_ns: int, until_ns: int
) -> Iterator[Shift]:
    # One that began the day before may still last.
    day = max(_day(since_ns, zone) - timedelta(days=1), cycle.first_day)
    last = _day(until_ns, zone)
    if cycle.last_day is not None:
        last = min(last, cycle.last_day)
    while day <= last:
        at = (day - cycle.first_day).days % cycle.length
        for line in cycle.lines:
            if line.day == at and calendar.is_any(day, line.days):
                end = day if line.end > line.start else day + timedelta(days=1)
                yield Shift(
                    instant_ns(day, line.start, zone), instant_ns(end, line.end, zone), cycle.team, line.user
                )
        day += timedelta(days=1)


def _with_absences(shift: Shift, absences: Iterable[Absence]) -> list[Shift]:
    """What becomes of a shift: the parts that he does, and those that another does for him.

    Who stands in is asked no more whether he is away himself: whoever enters that is told.
    """
    parts = [shift]
    for away in absences:
        if away.user != shift.user:
            continue
        cut: list[Shift] = []
        for part in parts:
            since_ns, until_ns = max(part.since_ns, away.since_ns), min(part.until_ns, away.until_ns)
            if part.instead_of or since_ns >= until_ns:
                cut.append(part)
                continue
            if part.since_ns < since_ns:
                cut.append(replace(part, until_ns=since_ns))
            cut.append(
                replace(part, since_ns=since_ns, until_ns=until_ns, user=away.by, instead_of=part.user)
            )
            if until_ns < part.until_ns:
                cut.append(replace(part, since_ns=until_ns))
        parts = cut
    return parts


def instant_ns(day: date, minutes: int, zone: ZoneInfo) -> int:
    """When the site's clock shows so many minutes of that day; 1440 is the end of it."""
    whole, minutes = divmod(minutes, 1440)
    at = datetime.combine(day + timedelta(days=whole), time(minutes // 60, minutes % 60), zone)
    return round(at.timestamp()) * SECOND_NS


def _day(at_ns: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_ns / SECOND_NS, zone).date()
