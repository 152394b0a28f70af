"""The rows' own times, also in the hour that a clock put back shows twice."""

from datetime import timedelta
from math import inf
from zoneinfo import ZoneInfo

from drivers.stamps import stamp_ns

SLACK_NS = 30 * 60 * 10**9
"""A row may be older than the one before it by this, without its clock having been put back."""
HALF_A_DAY_NS = timedelta(hours=12) // timedelta(microseconds=1) * 1000


class RowTimes:
    """Of one table, whose rows come in the order of their watermark, and some of them again."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._second_from = inf
        """The watermark of the first row of the second such hour."""
        self._second_ns = 0

    def reading(self) -> "Reading":
        """For rows that follow each other."""
        return Reading(self)

    def of(self, mark: float, value: object, before_ns: int) -> int | None:
        again = mark >= self._second_from
        time_ns = stamp_ns(value, self._zone, self._second_ns if again else before_ns - SLACK_NS)
        if time_ns is None:
            return None
        if not again and stamp_ns(value, self._zone) != time_ns:
            self._second_from, self._second_ns = mark, time_ns
        elif again and time_ns > self._second_ns + HALF_A_DAY_NS:
            self._second_from = inf
        return time_ns


class Reading:
    def __init__(self, times: RowTimes) -> None:
        self._times = times
        self._before_ns = 0

    def of(self, mark: float, value: object) -> int | None:
        time_ns = self._times.of(mark, value, self._before_ns)
        if time_ns is not None:
            self._before_ns = time_ns
        return time_ns
