"""Rows of history in buckets of time: lowest, highest, mean, last, worst quality, count. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actors.historian.columns import Columns
from actors.messages import Float64, Int64, Trend, UInt8
from drivers.driver import BAD

NEVER_NS = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Buckets:
    """Sums of rows that share a bucket; every column has the shape (n,). A single row is a bucket too."""

    point: NDArray[np.int32]
    bucket: Int64
    low: Float64
    high: Float64
    total: Float64
    good: Int64
    """Rows that count in low, high, total and last; where 0, those mean nothing."""
    last: Float64
    last_ns: Int64
    worst: UInt8
    count: Int64


def of_rows(columns: Columns, since_ns: int, width_ns: int) -> Buckets:
    """Each row as a bucket of its own. Values that are bad or not finite count, and do nothing else."""
    values = columns.values.astype(np.float64)
    usable = (columns.quality < BAD) & np.isfinite(values)
    return Buckets(
        columns.point,
        (columns.time_ns - since_ns) // width_ns,
        np.where(usable, values, np.inf),
        np.where(usable, values, -np.inf),
        np.where(usable, values, 0.0),
        usable.astype(np.int64),
        values,
        np.where(usable, columns.time_ns, NEVER_NS),
        columns.quality,
        np.ones(len(columns), np.int64),
    )


def combine(*parts: Buckets) -> Buckets:
    """One bucket for each (point, bucket), sorted so."""
    names = Buckets.__slots__
    joined = Buckets(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    if not len(joined.point):
        return joined
    order = np.lexsort((joined.last_ns, joined.bucket, joined.point))
    sorted_ = Buckets(*(getattr(joined, name)[order] for name in names))
    is_new = (np.diff(sorted_.point) != 0) | (np.diff(sorted_.bucket) != 0)
    starts = np.concatenate(([0], np.flatnonzero(is_new) + 1))
    ends = np.concatenate((starts[1:], [len(order)])) - 1
    with np.errstate(over="ignore"):
        total = np.add.reduceat(sorted_.total, starts)
    return Buckets(
        sorted_.point[starts],
        sorted_.bucket[starts],
        np.minimum.reduceat(sorted_.low, starts),
        np.maximum.reduceat(sorted_.high, starts),
        total,
        np.add.reduceat(sorted_.good, starts),
        sorted_.last[ends],
        sorted_.last_ns[ends],
        np.maximum.reduceat(sorted_.worst, starts),
        np.add.reduceat(sorted_.count, starts),
    )


def trend(buckets: Buckets, point: int, name: str, since_ns: int, width_ns: int) -> Trend:
    """The buckets of one point; NaN where all values were bad."""
    at = buckets.point == point
    good = buckets.good[at]
    has = good > 0

    def known(column: Float64) -> Float64:
        return np.where(has, column, np.nan)

    return Trend(
        name,
        since_ns + buckets.bucket[at] * width_ns,
        known(buckets.low[at]),
        known(buckets.high[at]),
        known(buckets.total[at] / np.maximum(good, 1)),
        known(buckets.last[at]),
        buckets.worst[at],
        buckets.count[at],
    )
