"""Takes hot batches apart into columns sorted by (point, time), a bounded number of rows at once.

Dense batches of a table are stacked into one matrix and turned device by device, which needs no sorting and
costs a tenth of it; sparse ones and texts are sorted.
"""

from collections.abc import Iterator

import numpy as np

from actors.historian.columns import Columns, Values, in_order, join, select
from actors.historian.hot import HotStore, Layout
from actors.messages import Float64, History, Int32, Int64, UInt8

PASS_ROWS = 1_000_000
"""Rows of a piece, 30 MB, and so of a file."""
CHUNK_BYTES = 64 * 1024 * 1024
"""Of batches that are taken apart together: 7 million values."""

Range = tuple[int, int]


def chunk(store: HotStore, after: int, max_bytes: int = CHUNK_BYTES) -> Range | None:
    """(first, last) ids of the next hot batches after id `after`; None when there is none."""
    row = store.connection.execute(
        "SELECT min(id), max(id) FROM (SELECT id, sum(length(body)) OVER (ORDER BY id) - length(body)"
        " AS before FROM hot WHERE id > ?) WHERE before < ?",
        (after, max_bytes),
    ).fetchone()
    return None if row[0] is None else (row[0], row[1])


def gather(store: HotStore, ids: Range, *, is_text: bool, max_rows: int = PASS_ROWS) -> Iterator[Columns]:
    """The rows of the batches with first <= id <= last in pieces of about `max_rows`, each sorted."""
    waiting: list[Columns] = []
    size = 0
    for piece in _pieces(store, ids, is_text=is_text, max_rows=max_rows):
        waiting.append(piece)
        size += len(piece)
        if size >= max_rows:
            yield _sorted(waiting)
            waiting, size = [], 0
    if waiting:
        yield _sorted(waiting)


def _sorted(pieces: list[Columns]) -> Columns:
    return in_order(pieces[0] if len(pieces) == 1 else join(pieces))


def _pieces(store: HotStore, ids: Range, *, is_text: bool, max_rows: int) -> Iterator[Columns]:
    for layout in store.layouts().values():
        dense = _Stack(layout, 0 if is_text else store.dense_rows(layout, ids))
        parts: list[Columns] = []
        size = 0
        for batch in store.bodies(layout, ids, is_text=is_text):
            if isinstance(batch, History):
                dense.add(batch)
                continue
            parts.append(select(batch, layout.ids))
            size += len(parts[-1])
            if size >= max_rows:
                yield join(parts)
                parts, size = [], 0
        if parts:
            yield join(parts)
        yield from dense.by_device(max_rows)


class _Stack:
    """The dense batches of one table, one scan of one device under the other."""

    def __init__(self, layout: Layout, scans: int) -> None:
        points = layout.ids.shape[1]
        self._ids = layout.ids
        self._size = 0
        self._rows: Int32 = np.empty(scans, np.int32)
        self._time_ns: Int64 = np.empty(scans, np.int64)
        self._received_ns: Int64 = np.empty(scans, np.int64)
        self._values: Float64 = np.empty((scans, points))
        self._quality: UInt8 = np.empty((scans, points), np.uint8)

    def add(self, batch: History) -> None:
        here = slice(self._size, self._size + len(batch.rows))
        self._rows[here] = batch.rows
        self._time_ns[here] = batch.time_ns
        self._received_ns[here] = batch.received_ns
        self._values[here] = batch.values
        self._quality[here] = batch.quality
        self._size = here.stop

    def by_device(self, max_rows: int) -> Iterator[Columns]:
        """Pieces of whole devices in the order of their point ids."""
        points = self._ids.shape[1]
        order = np.lexsort((self._time_ns, self._rows))
        devices, starts = np.unique(self._rows[order], return_index=True)
        segments = np.split(order, starts[1:])
        at = np.argsort(self._ids[devices, 0]) if len(devices) else devices
        group: list[int] = []
        size = 0
        for place in at.tolist():
            group.append(place)
            size += len(segments[place]) * points
            if size >= max_rows:
                yield self._turn([(int(devices[each]), segments[each]) for each in group], size)
                group, size = [], 0
        if group:
            yield self._turn([(int(devices[each]), segments[each]) for each in group], size)

    def _turn(self, devices: list[tuple[int, Int64]], size: int) -> Columns:
        """One column after the other of one device after the other."""
        points = self._ids.shape[1]
        point, time_ns, received_ns = (
            np.empty(size, np.int32),
            np.empty(size, np.int64),
            np.empty(size, np.int64),
        )
        values: Values = np.empty(size)
        quality = np.empty(size, np.uint8)
        start = 0
        for device, scans in devices:
            here = slice(start, start + len(scans) * points)
            shape = (points, len(scans))
            point[here].reshape(shape)[:] = self._ids[device][:, None]
            time_ns[here].reshape(shape)[:] = self._time_ns[scans]
            received_ns[here].reshape(shape)[:] = self._received_ns[scans]
            values[here].reshape(shape)[:] = self._values[scans].T
            quality[here].reshape(shape)[:] = self._quality[scans].T
            start = here.stop
        return Columns(point, time_ns, received_ns, values, quality)
