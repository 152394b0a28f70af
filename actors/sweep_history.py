"""What of a sweep goes into the history: dense when nearly all of it moved, else point by point."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.messages import Float64, History, HistoryChanges, HistoryTexts, Int32, Int64, TableDefined, UInt8
from actors.table import Table
from config.site import HistoryPolicy, PointKind

Flags = NDArray[np.bool_]

DENSE = 0.5
"""From this share of moved points on, all points of the rows are cheaper than naming the moved ones."""


class HistoryWriter:
    """Appends the history of one table."""

    def __init__(self, table: Table, append: Callable[[Any], None]) -> None:
        self._table = table
        self._digest = table.digest
        self._append = append
        points = table.template.points
        self._may_be_dense = not any(
            point.history is HistoryPolicy.NONE or point.kind is PointKind.TEXT for point in points
        )

    def define(self) -> None:
        """Say what rows and columns mean; once before the first batch of every start."""
        table = self._table
        self._append(
            TableDefined(
                self._digest,
                tuple(device.id for device in table.devices),
                tuple(point.id for point in table.template.points),
            )
        )

    def write(
        self,
        rows: Int32,
        time_ns: Int64,
        received_ns: int,
        values: Float64,
        quality: UInt8,
        kept: Flags,
    ) -> None:
        """`values`, `quality` and `kept` have the shape (rows, points)."""
        count = int(kept.sum())
        if not count:
            return
        received = np.full(len(rows), received_ns, np.int64)
        if self._may_be_dense and count >= DENSE * kept.size:
            self._append(History(self._digest, rows, time_ns, received, values, quality))
            return
        at, column = np.nonzero(kept)
        self._append(
            HistoryChanges(
                self._digest,
                rows[at],
                column.astype(np.int32),
                time_ns[at],
                received[at],
                values[at, column],
                quality[at, column],
            )
        )

    def write_texts(
        self,
        rows: Int32,
        time_ns: Int64,
        received_ns: int,
        column: int,
        texts: Sequence[str],
        quality: UInt8,
        kept: Flags,
    ) -> None:
        """One column of texts; `kept` has the shape (rows,), `quality` (rows, points)."""
        at = np.flatnonzero(kept)
        if len(at):
            self._append(
                HistoryTexts(
                    self._digest,
                    rows[at],
                    np.full(len(at), column, np.int32),
                    time_ns[at],
                    np.full(len(at), received_ns, np.int64),
                    tuple(texts[int(row)] for row in at),
                    quality[at, column],
                )
            )
