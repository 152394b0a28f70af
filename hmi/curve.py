"""What was stored of a point as a curve to look at: where it holds, and where nothing is known. Pure."""

from dataclasses import dataclass

import numpy as np

from actors.history_filter import REFRESH_S
from actors.messages import Float64, Int64, Trend
from config.site import HistoryPolicy, Point
from drivers.driver import BAD

LOOK_BACK_NS = round((REFRESH_S + 60.0) * 1e9)
"""What does not change is stored again within this time, with a minute for the way into history."""
SCANS = 3.0
"""A point stored with every scan, and missing for this many, is not known."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Columns of the shape (n,); NaN where nothing is known."""

    time_ns: Int64
    low: Float64
    high: Float64
    last: Float64


def is_held(point: Point) -> bool:
    """Whether a stored value stands until the next one: it is stored only when it changes."""
    return point.history is not HistoryPolicy.SCAN


def curve(
    point: Point,
    trend: Trend | None,
    *,
    since_ns: int,
    until_ns: int,
    width_ns: int,
    period_s: float,
    live: float | None,
) -> Curve:
    """The curve from `since_ns` to `until_ns`, out of buckets of `width_ns` from before `since_ns` on.

    `live` is the good value of now; None when there is none.
    """
    held = is_held(point)
    patience_ns = LOOK_BACK_NS if held else round(SCANS * max(width_ns, period_s * 1e9))
    rows: list[tuple[int, float, float, float]] = []
    nothing = (np.nan, np.nan, np.nan)
    if trend is not None:
        count = len(trend.time_ns)
        for at, start in enumerate(trend.time_ns.tolist()):
            row = start, float(trend.low[at]), float(trend.high[at]), float(trend.last[at])
            if rows and start - rows[-1][0] > patience_ns:
                rows.append((rows[-1][0] + width_ns, *nothing))
            rows.append(row)
            # Good and bad in one bucket: which came last is not known, unless it is the present.
            is_present = at == count - 1 and live is not None
            if held and trend.worst[at] >= BAD and np.isfinite(row[3]) and not is_present:
                rows.append((start + width_ns, *nothing))
    if live is not None:
        if rows and until_ns - rows[-1][0] > patience_ns:
            rows.append((rows[-1][0] + width_ns, *nothing))
        rows.append((until_ns, live, live, live))
    shown = [row for row in rows if row[0] >= since_ns]
    before = [row for row in rows if row[0] < since_ns]
    if held and before:
        shown.insert(0, (since_ns, *before[-1][1:]))
    columns = np.array(shown, dtype=np.float64).reshape(-1, 4).T
    return Curve(np.array([row[0] for row in shown], np.int64), columns[1], columns[2], columns[3])
