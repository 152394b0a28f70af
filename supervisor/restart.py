"""How often and how soon something that failed is started again.  Pure: time and chance are arguments."""

from collections import deque
from dataclasses import dataclass


class RestartLimit:
    """At most `intensity` restarts within any `period_s` seconds (OTP's MaxR and MaxT)."""

    __slots__ = ("_restarts", "intensity", "period_s")

    def __init__(self, intensity: int, period_s: float) -> None:
        if intensity < 0:
            raise ValueError(f"intensity is {intensity} restarts; it must be 0 or more")
        if period_s <= 0:
            raise ValueError(f"period_s is {period_s} s; it must be more than 0")
        self.intensity = intensity
        self.period_s = period_s
        self._restarts: deque[float] = deque()

    def allows(self, now_s: float) -> bool:
        """Count one more restart at `now_s` and say whether it is still within the limit."""
        while self._restarts and now_s - self._restarts[0] > self.period_s:
            self._restarts.popleft()
        self._restarts.append(now_s)
        return len(self._restarts) <= self.intensity


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waiting times that grow by `factor` from `first_s` up to `most_s`, each spread by `jitter`."""

    first_s: float = 0.5
    most_s: float = 30.0
    factor: float = 2.0
    jitter: float = 0.1
    """The share of the waiting time by which it is spread in either direction, 0 to 1."""

    def __post_init__(self) -> None:
        if not 0 < self.first_s <= self.most_s:
            raise ValueError(f"first_s is {self.first_s} s; it must be above 0 and at most {self.most_s} s")
        if self.factor < 1:
            raise ValueError(f"factor is {self.factor}; it must be 1 or more")
        if not 0 <= self.jitter <= 1:
            raise ValueError(f"jitter is {self.jitter}; it must be a share from 0 to 1")

    def delay_s(self, failures: int, chance: float) -> float:
        """How long to wait after the `failures`-th failure in a row (from 1), with `chance` in [0, 1)."""
        if failures < 1:
            raise ValueError(f"failures is {failures}; there is nothing to wait for before the first")
        delay_s = self.first_s
        for _ in range(failures - 1):
            delay_s = min(delay_s * self.factor, self.most_s)
            if delay_s >= self.most_s:
                break
        return min(delay_s * (1 + self.jitter * (2 * chance - 1)), self.most_s)


@dataclass(frozen=True, slots=True)
class Breaker:
    """A limit of one child's own: after `failures` within `period_s` it is set aside as faulted.

    It is tried again every `retry_s`; a failure during the `period_s` after such a try sets it aside again
    at once, and having lived through them it counts as healed.
    """

    failures: int = 3
    period_s: float = 60.0
    retry_s: float = 600.0

    def __post_init__(self) -> None:
        if self.failures < 1:
            raise ValueError(f"failures is {self.failures}; it must be 1 or more")
        if self.period_s <= 0 or self.retry_s <= 0:
            raise ValueError(
                f"period_s is {self.period_s} s, retry_s {self.retry_s} s; they must be more than 0"
            )

    def limit(self) -> RestartLimit:
        return RestartLimit(self.failures - 1, self.period_s)
