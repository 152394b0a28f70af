"""How long to wait before the next attempt: first not at all, then ever longer, never beyond a limit."""

import random
from collections.abc import Callable

LONGEST_S = 5.0
FIRST_S = 0.25


class Backoff:
    """Counts the failures of one thing. The interval runs from attempt to attempt.

    So an attempt that itself takes seconds does not push the next one further out. `jitter` gives numbers
    from 0 to 1 and spreads attempts over the upper half of the interval.
    """

    __slots__ = ("_failures", "_jitter", "_started_s", "longest_s")

    def __init__(self, jitter: Callable[[], float] = random.random, longest_s: float = LONGEST_S) -> None:
        self._jitter = jitter
        self._failures = 0
        self._started_s = 0.0
        self.longest_s = longest_s

    def started(self, now_s: float) -> None:
        """An attempt begins. Until `succeeded` says otherwise it counts as a failure."""
        self._failures += 1
        self._started_s = now_s

    def succeeded(self) -> None:
        self._failures = 0

    def delay_s(self, now_s: float) -> float:
        """Seconds to wait before the next attempt; 0 for the first and the first after a success."""
        if not self._failures:
            return 0.0
        interval_s: float = min(FIRST_S * 2 ** min(self._failures - 1, 10), self.longest_s)
        return max(0.0, self._started_s + interval_s * (0.5 + 0.5 * self._jitter()) - now_s)
