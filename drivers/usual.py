"""What inputs usually are at this hour: mean and spread of the same hour on like days of recent weeks."""

import asyncio
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean, stdev

from drivers.driver import History, Quality
from drivers.errors import LinkError

LEAST_WEEKS = 3
"""With less history nobody can say what is usual."""
AHEAD_NS = 15 * 60 * 10**9
"""The next hour is asked for so long before it begins."""
RETRY_S = 60.0
_HOUR_NS = 3600 * 10**9
_HALF_DAY_NS = 12 * _HOUR_NS
"""Days are counted so that an hour more or less (summer time) makes no difference."""
_WEEK_NS = 7 * 24 * _HOUR_NS
_KEPT = ("hour", "mean", "spread", "weeks")

Key = tuple[str, int]
"""device/point, and over how many weeks."""


@dataclass(frozen=True, slots=True)
class Usually:
    """Of one input in one hour."""

    hour_ns: int
    mean: float
    spread: float
    """Standard deviation of that hour from day to day."""
    weeks: int
    """How many of the weeks are known."""

    @property
    def is_known(self) -> bool:
        return self.weeks >= LEAST_WEEKS


def usually(hour_ns: int, means: Mapping[int, float]) -> Usually:
    """From the means of the earlier hours, by their starts; what is not known of one is NaN."""
    known = {start: mean for start, mean in means.items() if math.isfinite(mean)}
    weeks = len({(hour_ns - start - _HALF_DAY_NS) // _WEEK_NS for start in known})
    if weeks < LEAST_WEEKS:
        return Usually(hour_ns, math.nan, math.nan, weeks)
    return Usually(hour_ns, fmean(known.values()), stdev(known.values()), weeks)


class Usual:
    """The inputs of one device. Everything runs on the asyncio loop."""

    def __init__(
        self,
        wanted: Iterable[Key],
        history: History | None,
        clock: Callable[[], float],
        wall_ns: Callable[[], int],
    ) -> None:
        self._wanted = tuple(dict.fromkeys(wanted))
        self._history = history
        self._clock = clock
        self._wall_ns = wall_ns
        self._known: dict[tuple[Key, int], Usually] = {}
        self._last: dict[Key, Usually] = {}
        self._hour_ns = 0
        self._retry_at = -math.inf
        self._asking: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Ask when it is time; with every scan. Raises what only a defect can raise while asking."""
        if self._history is None or not self._wanted:
            return
        if self._asking is not None and self._asking.done():
            asked, self._asking = self._asking, None
            asked.result()
        now_ns = self._wall_ns()
        if not self._hour_ns <= now_ns < self._hour_ns + _HOUR_NS:
            self._hour_ns = self._history.hours(now_ns, 0)[0]
            self._known = {at: one for at, one in self._known.items() if one.hour_ns >= self._hour_ns}
        hours = [self._hour_ns]
        if now_ns >= self._hour_ns + _HOUR_NS - AHEAD_NS:
            hours.append(self._hour_ns + _HOUR_NS)
        missing = [(key, hour) for hour in hours for key in self._wanted if (key, hour) not in self._known]
        if missing and self._asking is None and self._clock() >= self._retry_at:
            self._asking = asyncio.create_task(self._ask(self._history, missing))

    def of(self, key: Key) -> tuple[Usually | None, int]:
        """What is usual, and how far to trust it: that of an hour gone by is stale."""
        if (now := self._known.get((key, self._hour_ns))) is not None:
            return now, Quality.GOOD if now.is_known else Quality.BAD_INPUT
        last = self._last.get(key)
        return last, Quality.UNCERTAIN_STALE if last is not None and last.is_known else Quality.BAD_INPUT

    def state(self) -> dict[str, float]:
        """Hours as seconds: a double holds them exactly."""
        told = {}
        for (point, weeks), one in self._last.items():
            values = one.hour_ns // 10**9, one.mean, one.spread, one.weeks
            for name, value in zip(_KEPT, values, strict=True):
                told[f"{point}.{weeks}.{name}"] = float(value)
        return told

    def restore(self, state: Mapping[str, float]) -> None:
        for key in self._wanted:
            point, weeks = key
            kept = [state.get(f"{point}.{weeks}.{name}") for name in _KEPT]
            if None not in kept:
                hour, mean, spread, known = (float(value or 0) for value in kept)
                self._keep(key, Usually(int(hour) * 10**9, mean, spread, int(known)))

    def cancel(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    async def _ask(self, history: History, missing: Iterable[tuple[Key, int]]) -> None:
        for key, hour_ns in missing:
            point, weeks = key
            _, *earlier = history.hours(hour_ns, weeks)
            try:
                means = {start: await history.mean(point, start) for start in earlier}
            except LinkError:
                self._retry_at = self._clock() + RETRY_S
            else:
                self._keep(key, usually(hour_ns, means))

    def _keep(self, key: Key, one: Usually) -> None:
        self._known[key, one.hour_ns] = one
        self._last[key] = one
