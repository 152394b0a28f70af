"""Values that come one by one, whenever the device says so, as the scans that the cadence hands on."""

import math
from collections.abc import Collection, Iterator
from dataclasses import replace

from drivers.driver import BAD, Quality, Scan, Value
from drivers.readings import Readings

GRAIN_NS = 100_000_000
"""Values whose source times lie closer together than this share a scan."""
AHEAD_NS = 1_000_000_000
"""A source whose clock is ahead by more than this is not believed: the value is of now."""
LATE_NS = 10_000_000_000
"""A value that was so this long ago, and still is, is of now; so is what a wrong clock says."""
LONGEST_WAIT = 10_000
"""Values that wait to be handed on; the oldest go first beyond that, and are counted."""


class Samples:
    """The newest value of every point of one device, and what came since the last scan.

    A device that speaks only on change still makes a scan with every turn, for as long as its link is known
    to be good: that is what tells a value that does not change from one that nobody delivers any more.
    """

    def __init__(self, points: int, texts: Collection[int] = ()) -> None:
        """`texts` are the columns of text points."""
        self.dropped = 0
        self._values = [math.nan] * points
        self._quality = [int(Quality.BAD_NOT_READ)] * points
        self._texts = dict.fromkeys(texts, "")
        self._waiting: list[tuple[int, int, Value, int]] = []

    def put(self, column: int, value: Value, quality: int, time_ns: int) -> None:
        """A value came; `time_ns` is its source's, or that of its coming. What is bad needs no value."""
        self._waiting.append((time_ns, column, value, quality))
        if len(self._waiting) > LONGEST_WAIT:
            del self._waiting[0]
            self.dropped += 1

    def spoil(self, quality: Quality) -> None:
        """Nothing that was known is known any more, such as after the link was lost."""
        self._waiting.clear()
        self._values = [math.nan] * len(self._values)
        self._quality = [int(quality)] * len(self._quality)

    def doubt(self) -> None:
        """What was known may have changed since, and nobody would have said so."""
        good, stale = int(Quality.GOOD), int(Quality.UNCERTAIN_STALE)
        self._quality = [stale if one == good else one for one in self._quality]
        self._waiting = [
            (time_ns, column, value, stale if quality == good else quality)
            for time_ns, column, value, quality in self._waiting
        ]

    def scans(self, now_ns: int) -> Iterator[Scan]:
        """What came since, in the order of its time; how everything stands at `now_ns` where nothing came.

        Several values of one point are several scans. The newest of a point, however old, is how it is now;
        what it held longer than LATE_NS ago is past.
        """
        waiting, self._waiting = self._waiting, []
        if not waiting:
            yield self._scan(now_ns)
            return
        waiting.sort(key=lambda one: one[0])
        newest = {one[1]: at for at, one in enumerate(waiting)}
        live = []
        for at, (time_ns, column, value, quality) in enumerate(waiting):
            is_late = time_ns < now_ns - LATE_NS
            if is_late and newest[column] != at:
                yield self._past(time_ns, column, value, quality)
            else:
                is_odd = is_late or time_ns > now_ns + AHEAD_NS
                live.append((now_ns if is_odd else time_ns, column, value, quality))
        live.sort(key=lambda one: one[0])
        first_ns = last_ns = live[0][0]
        seen: set[int] = set()
        for time_ns, column, value, quality in live:
            if column in seen or time_ns - first_ns > GRAIN_NS:
                yield self._scan(last_ns)
                seen.clear()
                first_ns = time_ns
            last_ns = time_ns
            seen.add(column)
            self._take(column, value, quality)
        yield self._scan(last_ns)

    def _take(self, column: int, value: Value, quality: int) -> None:
        self._quality[column] = quality
        if column in self._texts:
            self._texts[column] = str(value)
        else:
            self._values[column] = math.nan if quality >= BAD else float(value)

    def _scan(self, time_ns: int) -> Scan:
        return Scan(time_ns, Readings(tuple(self._values), tuple(self._quality), dict(self._texts)))

    def _past(self, time_ns: int, column: int, value: Value, quality: int) -> Scan:
        alone = Samples(len(self._values), self._texts)
        alone._take(column, value, quality)
        return replace(alone._scan(time_ns), past=True)
