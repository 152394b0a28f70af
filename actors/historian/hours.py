"""Hours of the site's clock, and what a point was like in one of them. Pure."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from actors.messages import ReadTrend, Trend
from config.calendar import Calendar

HOUR_NS = 3600 * 10**9
WIDTH_NS = HOUR_NS // 12
CARRIED = 3
"""Buckets for which the last value stands: what does not change is recorded every ten minutes."""
_BEFORE = 2
"""Buckets that are read before the hour begins, for the value that it begins with."""


def same_hours(zone: ZoneInfo, calendar: Calendar, wall_ns: int, weeks: int) -> tuple[int, ...]:
    """The start of the hour that holds `wall_ns`, then that of the same hour on every earlier day that is a
    workday, or a day off, like this one; newest first. A day without that hour (summer time) is left out."""
    there = datetime.fromtimestamp(wall_ns // 10**9, zone).replace(minute=0, second=0, microsecond=0)
    starts = [there]
    for back in range(1, 7 * weeks + 1):
        day = there.replace(fold=0) - timedelta(back)
        exists = day.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == day.replace(tzinfo=None)
        if exists and calendar.is_workday(day.date()) == calendar.is_workday(there.date()):
            starts.append(day)
    return tuple(int(each.timestamp()) * 10**9 for each in starts)


def question(point: str, hour_ns: int) -> ReadTrend:
    """What to ask the historian for `hour_mean`."""
    since_ns = hour_ns - _BEFORE * WIDTH_NS
    return ReadTrend((point,), since_ns, hour_ns + HOUR_NS, 12 + _BEFORE)


def hour_mean(trend: Trend, hour_ns: int) -> float:
    """The mean over the time of the hour, not over its records, of which there are more while it moves; NaN
    when less than half of the hour is known."""
    buckets = np.full(12 + _BEFORE, np.nan)
    at = (trend.time_ns - hour_ns) // WIDTH_NS + _BEFORE
    rows = {int(bucket): row for row, bucket in enumerate(at)}
    carried, age = np.nan, 0
    for bucket in range(len(buckets)):
        if (row := rows.get(bucket)) is not None:
            buckets[bucket], carried, age = trend.mean[row], trend.last[row], 0
        elif age < CARRIED:
            buckets[bucket], age = carried, age + 1
    hour = buckets[_BEFORE:]
    known = hour[np.isfinite(hour)]
    return float(known.mean()) if len(known) * 2 >= len(hour) else float("nan")
