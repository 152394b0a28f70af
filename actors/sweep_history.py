"""What of a sweep goes into the history: dense when nearly all of it moved, else point by point."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors.messages import Float64, History, HistoryChanges, HistoryTexts, Int32, Int64, TableDefined, UInt8
from actors.table import Table
from config.site import HistoryPolicy, PointKind
from drivers.driver import Quality, Scan

Flags = NDArray[np.bool_]

DENSE = 0.5
"""From this share of moved points on, all points of the rows are cheaper than naming the moved ones."""


class HistoryWriter:
    """Gathers the history of one table, and appends it with `commit`."""

    def __init__(
        self, table: Table, append: Callable[[Sequence[Any], Mapping[str, bytes | None]], None]
    ) -> None:
        self._table = table
        self._digest = table.digest
        self._outlet = append
        self._messages: list[Any] = []
        self._keeps: dict[str, bytes | None] = {}
        self._append = self._messages.append
        points = table.template.points
        recorded = [at for at, point in enumerate(points) if point.history is not HistoryPolicy.NONE]
        self._texts = {at for at in recorded if points[at].kind is PointKind.TEXT}
        self._numbers = np.zeros(len(points), np.bool_)
        self._numbers[[at for at in recorded if at not in self._texts]] = True
        self._may_be_dense = bool(self._numbers.all())

    def keep(self, scans: Iterable[Scan]) -> None:
        """These were written: what is kept of their devices changes with them."""
        for scan in scans:
            self._keeps.update(scan.keeps)

    def commit(self) -> None:
        """Append what was written, in one transaction with what is kept."""
        if self._messages or self._keeps:
            self._outlet(tuple(self._messages), self._keeps)
            self._messages.clear()
            self._keeps = {}

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
        self.commit()

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
        self._append_changes(rows, time_ns, received, values, quality, kept)

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

    def write_past(
        self,
        rows: Int32,
        time_ns: Int64,
        received_ns: int,
        values: Float64,
        quality: UInt8,
        texts: Mapping[int, Sequence[str]],
    ) -> None:
        """What devices recorded themselves; a row may come several times. What a scan does not bring has
        BAD_NOT_READ and is left out."""
        brought = quality != Quality.BAD_NOT_READ
        kept = brought & self._numbers
        if kept.any():
            received = np.full(len(rows), received_ns, np.int64)
            self._append_changes(rows, time_ns, received, values, quality, kept)
        for column in texts.keys() & self._texts:
            self.write_texts(rows, time_ns, received_ns, column, texts[column], quality, brought[:, column])

    def _append_changes(
        self, rows: Int32, time_ns: Int64, received: Int64, values: Float64, quality: UInt8, kept: Flags
    ) -> None:
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
