"""Rosters by the usual patterns, from people who take turns. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from business.duty.messages import RosterLine


@dataclass(frozen=True, slots=True)
class Pattern:
    crews: int
    """So many people, or a multiple of it, share the turns."""
    length: Callable[[int], int]
    """Days of the cycle, by the number of crews' members."""
    lines: Callable[[Sequence[str]], list[RosterLine]]
    first: Callable[[date], date] = lambda day: day
    """The day on which the first cycle begins, for a first day that somebody wishes."""

    def fits(self, people: int) -> bool:
        return people > 0 and people % self.crews == 0


def _rotating(spans: Sequence[tuple[str, str] | None]) -> Callable[[Sequence[str]], list[RosterLine]]:
    """Each crew goes through the spans day by day (None for a day off), each a day behind the next."""

    def lines(people: Sequence[str]) -> list[RosterLine]:
        return [
            RosterLine(day + 1, *span, user)
            for at, user in enumerate(people)
            for day in range(len(spans))
            if (span := spans[(day - at) % len(spans)]) is not None
        ]

    return lines


def _in_turn(days: int) -> Callable[[Sequence[str]], list[RosterLine]]:
    def lines(people: Sequence[str]) -> list[RosterLine]:
        return [
            RosterLine(at * days + day + 1, "08:00", "08:00", user)
            for at, user in enumerate(people)
            for day in range(days)
        ]

    return lines


def _together(people: Sequence[str]) -> list[RosterLine]:
    return [RosterLine(1, "09:00", "18:00", user, ("workday",)) for user in people]


PATTERNS: Mapping[str, Pattern] = {
    "two": Pattern(4, lambda _: 4, _rotating([("08:00", "20:00"), ("20:00", "08:00"), None, None])),
    "three": Pattern(
        4, lambda _: 4, _rotating([("08:00", "16:00"), ("16:00", "24:00"), ("00:00", "08:00"), None])
    ),
    "daily": Pattern(1, lambda people: people, _in_turn(1)),
    "weekly": Pattern(
        1, lambda people: 7 * people, _in_turn(7), lambda day: day - timedelta(days=day.weekday())
    ),
    "workdays": Pattern(1, lambda _: 1, _together),
}
