"""History as columns of points, however it arrived: dense, sparse or as texts. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.codecs import HISTORY
from actors.messages import (
    Float64,
    History,
    HistoryChanges,
    HistoryGap,
    HistoryTexts,
    Int32,
    Int64,
    TableDefined,
    UInt8,
)

Batch = History | HistoryChanges | HistoryTexts
Texts = NDArray[np.object_]
Values = Float64 | Texts


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of history. All columns have the shape (n,); `values` are numbers or texts."""

    point: Int32
    time_ns: Int64
    received_ns: Int64
    values: Values
    quality: UInt8

    def __len__(self) -> int:
        return len(self.point)

    def take(self, at: Any) -> "Columns":
        """The rows at the given places, slice or mask."""
        return Columns(
            self.point[at], self.time_ns[at], self.received_ns[at], self.values[at], self.quality[at]
        )


def check(batch: Batch, devices: int, points: int) -> None:
    """Raises ValueError when the columns of a batch do not fit each other or its table."""
    rows = len(batch.rows)
    lengths = [len(batch.time_ns), len(batch.received_ns)]
    if isinstance(batch, History):
        if batch.values.shape != (rows, points) or batch.quality.shape != (rows, points):
            raise ValueError(f"values of shape {batch.values.shape} for {rows} rows of {points} points")
    else:
        values = len(batch.texts) if isinstance(batch, HistoryTexts) else len(batch.values)
        lengths += [len(batch.columns), len(batch.quality), values]
        _within(batch.columns, points, "column")
    if lengths != [rows] * len(lengths):
        raise ValueError(f"columns of {lengths} values for {rows} rows")
    _within(batch.rows, devices, "row")


def _within(places: Int32, size: int, what: str) -> None:
    if len(places) and (int(places.min()) < 0 or int(places.max()) >= size):
        raise ValueError(f"{what} {places.min()} to {places.max()} in a table of {size}")


def select(batch: Batch, ids: Int32, wanted: NDArray[np.bool_] | None = None) -> Columns:
    """The rows of a batch; with `wanted`, of the shape (devices, points) like `ids`, only of those points."""
    if isinstance(batch, History):
        rows = (
            np.arange(len(batch.rows))
            if wanted is None
            else np.flatnonzero(np.any(wanted, axis=1)[batch.rows])
        )
        at = batch.rows[rows]
        mask = np.ones((len(at), ids.shape[1]), np.bool_) if wanted is None else wanted[at]
        counts = np.count_nonzero(mask, axis=1)
        return Columns(
            ids[at][mask],
            np.repeat(batch.time_ns[rows], counts),
            np.repeat(batch.received_ns[rows], counts),
            batch.values[rows][mask],
            batch.quality[rows][mask],
        )
    values = batch.values if isinstance(batch, HistoryChanges) else np.array(batch.texts, dtype=np.object_)
    everything = Columns(
        ids[batch.rows, batch.columns], batch.time_ns, batch.received_ns, values, batch.quality
    )
    return everything if wanted is None else everything.take(wanted[batch.rows, batch.columns])


def join(parts: Sequence[Columns]) -> Columns:
    """One after the other; at least one."""
    return Columns(
        np.concatenate([part.point for part in parts]),
        np.concatenate([part.time_ns for part in parts]),
        np.concatenate([part.received_ns for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.quality for part in parts]),
    )


def in_order(columns: Columns) -> Columns:
    """Sorted by (point, time), stable; costs little when it is already so."""
    step = np.diff(columns.point)
    if np.all((step > 0) | ((step == 0) & (np.diff(columns.time_ns) >= 0))):
        return columns
    return columns.take(np.lexsort((columns.time_ns, columns.point)))


def count_distinct(ordered: Columns) -> int:
    """Different (point, time) in columns sorted that way."""
    if not len(ordered):
        return 0
    same = (ordered.point[1:] == ordered.point[:-1]) & (ordered.time_ns[1:] == ordered.time_ns[:-1])
    return len(ordered) - int(np.count_nonzero(same))


def blocks(columns: Columns, size: int) -> Iterator[tuple[int, Columns]]:
    """(block, rows) for every block of `size` point ids; `columns` are sorted by point."""
    first = columns.point // size
    edges = np.flatnonzero(np.diff(first)) + 1
    starts = [0, *edges.tolist(), len(columns)]
    for start, end in pairwise(starts):
        if end > start:
            yield int(first[start]), columns.take(slice(start, end))


def condense(bodies: Sequence[bytes]) -> list[bytes]:
    """What a history outbox sends for rows it gave up: the table definitions, then one gap."""
    kept: list[bytes] = []
    gaps: list[HistoryGap] = []
    for body in bodies:
        message = HISTORY.decode(body)
        match message:
            case TableDefined():
                if body not in kept:
                    kept.append(body)
            case HistoryGap():
                gaps.append(message)
            case History() | HistoryChanges() | HistoryTexts() if len(message.rows):
                first, last = int(message.time_ns.min()), int(message.time_ns.max())
                gaps.append(
                    HistoryGap(first, last, int(message.quality.size), "the outbox was over its budget")
                )
    if gaps:
        kept.append(
            HISTORY.encode(
                HistoryGap(
                    min(gap.since_ns for gap in gaps),
                    max(gap.until_ns for gap in gaps),
                    sum(gap.rows for gap in gaps),
                    gaps[-1].reason,
                )
            )
        )
    return kept
