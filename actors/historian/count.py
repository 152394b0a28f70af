"""How many rows are stored, and how many of them are different: quick, because files know their own counts.

Only where two parts of history overlap in both points and time can a row be stored twice; only those spans
are read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb
import numpy as np

from actors.historian import parquet
from actors.historian.columns import Columns, blocks, count_distinct, in_order, join
from actors.historian.gather import chunk, gather
from actors.historian.hot import HotStore, SealedFile
from actors.historian.seal import BLOCK_POINTS
from actors.messages import CountHistory, HistoryCount
from actors.paths import HistoryPaths

Span = tuple[int, int]
"""First and last time, both inside, ns."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or the hot rows of a block, and what they cover."""

    points: Span
    times: Span
    rows: int
    distinct: int
    source: SealedFile | Columns


def count(
    paths: HistoryPaths, store: HotStore, duck: duckdb.DuckDBPyConnection, query: CountHistory
) -> HistoryCount:
    """Rows with since <= time < until, in `store`'s read transaction."""
    counter = _Counter(paths, store, duck, query)
    return counter.run()


def overlaps(parts: list[Part]) -> Iterator[tuple[list[int], list[Span]]]:
    """Groups of parts that may hold the same rows, by index, and the spans of time where they may. Pure."""
    owner = list(range(len(parts)))
    spans: dict[int, list[Span]] = {}

    def root(at: int) -> int:
        while owner[at] != at:
            owner[at] = owner[owner[at]]
            at = owner[at]
        return at

    order = sorted(range(len(parts)), key=lambda at: parts[at].times)
    active: list[int] = []
    for at in order:
        part = parts[at]
        active = [other for other in active if parts[other].times[1] >= part.times[0]]
        for other in active:
            if parts[other].points[0] <= part.points[1] and parts[other].points[1] >= part.points[0]:
                shared = (part.times[0], min(parts[other].times[1], part.times[1]))
                mine, its = root(at), root(other)
                owner[mine] = its
                found = spans.setdefault(its, [])
                found.append(shared)
                if mine != its:
                    found.extend(spans.pop(mine, []))
        active.append(at)
    for group, found in spans.items():
        yield [at for at in range(len(parts)) if root(at) == group], _union(found)


class _Counter:
    def __init__(
        self, paths: HistoryPaths, store: HotStore, duck: duckdb.DuckDBPyConnection, query: CountHistory
    ) -> None:
        self._paths = paths
        self._store = store
        self._duck = duck
        self._span = (query.since_ns, query.until_ns - 1)
        self._per_point = query.per_point
        self._counts: dict[int, int] = {}

    def run(self) -> HistoryCount:
        rows = distinct = 0
        for is_text in (False, True):
            sealed: dict[int, list[Part]] = {}
            for file in self._store.sealed(self._span[0], self._span[1] + 1, is_text=is_text):
                sealed.setdefault(file.block, []).append(self._of_file(file))
            for block, parts in self._hot(is_text=is_text).items():
                sealed.setdefault(block, []).extend(parts)
            for parts in sealed.values():
                rows += sum(part.rows for part in parts)
                distinct += self._distinct(parts)
        names = self._names()
        return HistoryCount(
            rows, distinct, tuple(names.values()), np.array([self._counts[at] for at in names], np.int64)
        )

    def _of_file(self, file: SealedFile) -> Part:
        points = (file.first_point, file.last_point)
        times = (max(file.first_ns, self._span[0]), min(file.last_ns, self._span[1]))
        is_whole = times == (file.first_ns, file.last_ns)
        if is_whole and not self._per_point:
            return Part(points, times, file.rows, file.distinct, file)
        rows = self._read(file, times)
        self._tally(rows)
        return Part(points, times, len(rows), count_distinct(rows), file)

    def _hot(self, *, is_text: bool) -> dict[int, list[Part]]:
        """The hot rows by block, without what is not counted."""
        found: dict[int, list[Part]] = {}
        last = 0
        while (ids := chunk(self._store, last)) is not None:
            last = ids[1]
            for piece in gather(self._store, ids, is_text=is_text):
                inside = piece.take((piece.time_ns >= self._span[0]) & (piece.time_ns <= self._span[1]))
                self._tally(inside)
                for block, rows in blocks(inside, BLOCK_POINTS):
                    found.setdefault(block, []).append(_of_rows(rows))
        return found

    def _distinct(self, parts: list[Part]) -> int:
        total = sum(part.distinct for part in parts)
        for group, spans in overlaps(parts):
            for span in spans:
                shared = [self._read(parts[at].source, span) for at in group]
                total += count_distinct(in_order(join(shared))) - sum(map(count_distinct, shared))
        return total

    def _read(self, source: SealedFile | Columns, span: Span) -> Columns:
        if isinstance(source, Columns):
            return source.take((source.time_ns >= span[0]) & (source.time_ns <= span[1]))
        points = (source.first_point, source.last_point)
        return parquet.read(self._duck, [self._paths.root / source.file], points, span[0], span[1] + 1)

    def _tally(self, rows: Columns) -> None:
        if self._per_point:
            points, counts = np.unique(rows.point, return_counts=True)
            for point, number in zip(points.tolist(), counts.tolist(), strict=True):
                self._counts[point] = self._counts.get(point, 0) + number

    def _names(self) -> dict[int, str]:
        if not self._counts:
            return {}
        names = self._store.connection.execute("SELECT id, name FROM point ORDER BY id")
        return {point: name for point, name in names if point in self._counts}


def _of_rows(rows: Columns) -> Part:
    nothing = np.broadcast_to(np.zeros(1), len(rows))
    return Part(
        (int(rows.point[0]), int(rows.point[-1])),
        (int(rows.time_ns.min()), int(rows.time_ns.max())),
        len(rows),
        count_distinct(rows),
        Columns(
            rows.point.copy(), rows.time_ns.copy(), nothing.view(np.int64), nothing, nothing.astype(np.uint8)
        ),
    )


def _union(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged
