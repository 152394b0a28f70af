"""What is due when, as a heap of calls.  Pure: it is told the time."""

import heapq
from collections.abc import Callable
from itertools import count


class Timetable:
    """Calls in the order in which they fall due; those due together in the order in which they were noted."""

    __slots__ = ("_due", "_order")

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def note(self, at_s: float, call: Callable[[], None]) -> None:
        heapq.heappush(self._due, (at_s, next(self._order), call))

    def next_s(self) -> float | None:
        """When the next call is due; None when none is."""
        return self._due[0][0] if self._due else None

    def pop_due(self, now_s: float) -> Callable[[], None] | None:
        """The next call that is due at `now_s`, or None."""
        if self._due and self._due[0][0] <= now_s:
            return heapq.heappop(self._due)[2]
        return None
