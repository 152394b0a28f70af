"""Which limit set the schedule of a subsystem puts in force, by the site's time zone and calendar. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from config.calendar import Calendar
from config.problems import Problems, Where
from config.schema import LimitSpanTable
from config.site import LimitSpan, Site, Subsystem

AHEAD_DAYS = 14
"""As far as a schedule is looked through for its next change: longer than any holiday."""


@dataclass(frozen=True, slots=True)
class LimitSchedule:
    """Hours are those of the wall clock: a span that begins at 19:00 does so through every change of summer
    time. One that would begin in an hour that is left out begins when that hour is over."""

    spans: tuple[LimitSpan, ...]
    otherwise: str
    zone: ZoneInfo
    calendar: Calendar

    @classmethod
    def of(cls, site: Site, subsystem: Subsystem) -> "LimitSchedule":
        zone, calendar = ZoneInfo(site.timezone), Calendar(site.calendar)
        return cls(subsystem.limit_schedule, subsystem.limit_sets[0], zone, calendar)

    def __bool__(self) -> bool:
        return bool(self.spans)

    def at(self, now_ns: int) -> str:
        """The set that is in force by the schedule."""
        return self._at(now_ns, [*self._around(now_ns, 1)])

    def next_boundary_ns(self, now_ns: int) -> int:
        """When a span begins or ends next, within a day; else in a day."""
        ends = [at for span in self._around(now_ns, 2) for at in span[:2] if at > now_ns]
        return min([*ends, now_ns + 86_400 * 10**9])

    def next_change_ns(self, now_ns: int) -> int:
        """When another set than now comes into force; if none does, the end of what was looked through."""
        spans = [*self._around(now_ns, AHEAD_DAYS + 1)]
        present, last_ns = self._at(now_ns, spans), now_ns + AHEAD_DAYS * 86_400 * 10**9
        for at in sorted({at for span in spans for at in span[:2] if now_ns < at < last_ns}):
            if self._at(at, spans) != present:
                return at
        return last_ns

    def _at(self, now_ns: int, spans: Iterable[tuple[int, int, str]]) -> str:
        return next((name for start, end, name in spans if start <= now_ns < end), self.otherwise)

    def _around(self, now_ns: int, days: int) -> Iterator[tuple[int, int, str]]:
        """(start, end, limit set) of every span that begins from yesterday on until `days` from now, those
        that count first in front."""
        today = datetime.fromtimestamp(now_ns // 10**9, self.zone).date()
        for span in self.spans:
            for ahead in range(-1, days + 1):
                day = today + timedelta(ahead)
                if self.calendar.is_any(day, span.days):
                    over = day if span.end > span.start else day + timedelta(1)
                    yield self._instant(day, span.start), self._instant(over, span.end), span.limit_set

    def _instant(self, day: date, minute: int) -> int:
        there = datetime(day.year, day.month, day.day, *divmod(minute, 60), tzinfo=self.zone)
        return int(there.timestamp()) * 10**9


def spans_of(
    tables: Iterable[LimitSpanTable], limit_sets: Iterable[str], where: Where, problems: Problems
) -> tuple[LimitSpan, ...]:
    """The schedule of a subsystem; sets that it does not have go to `problems`."""
    spans = []
    for at, table in enumerate(tables):
        if table.limit_set not in limit_sets:
            problems.unknown(where.at("limit_schedule", at, "set"), "limit set", table.limit_set, limit_sets)
        spans.append(LimitSpan(table.limit_set, _minute(table.start), _minute(table.end), tuple(table.days)))
    return tuple(spans)


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
