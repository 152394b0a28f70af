"""Answers questions about history from the hot and the sealed part together, as of one moment."""

from collections.abc import Iterator, Sequence

import numpy as np

from actors.channels.query import QueryFailed
from actors.historian import buckets, parquet
from actors.historian.columns import Columns, in_order, join, select
from actors.historian.count import count
from actors.historian.gather import PASS_ROWS
from actors.historian.hot import ALWAYS, HotStore, SealedFile, transaction
from actors.messages import CountHistory, HistoryCount, HistoryPage, ReadHistory, ReadTrend, Trend
from actors.paths import HistoryPaths

MAX_BUCKETS = 2_000
MAX_POINTS = 100
MAX_PAGE = 100_000


class HistoryReader:
    """Belongs to one thread. Every answer is one read transaction and never waits for the writers."""

    def __init__(self, paths: HistoryPaths, *, memory_mb: int = 128) -> None:
        self._paths = paths
        self._store = HotStore(paths.hot)
        self._duck = parquet.session(memory_mb)

    def close(self) -> None:
        self._duck.close()
        self._store.close()

    def trend(self, query: ReadTrend) -> Iterator[Trend]:
        """One `Trend` a point, in the order of the query. Raises QueryFailed."""
        _check_span(query.since_ns, query.until_ns)
        if not 1 <= query.buckets <= MAX_BUCKETS:
            raise QueryFailed(f"{query.buckets} buckets; ask for 1 to {MAX_BUCKETS}")
        if not 1 <= len(query.points) <= MAX_POINTS:
            raise QueryFailed(f"{len(query.points)} points; ask for 1 to {MAX_POINTS} at once")
        width_ns = -(-(query.until_ns - query.since_ns) // query.buckets)
        with transaction(self._store.connection, "DEFERRED"):
            ids = _ids(self._store, query.points)
            parts: list[buckets.Buckets] = []
            for columns in self._parts(list(ids.values()), query.since_ns, query.until_ns):
                rows = buckets.of_rows(columns, query.since_ns, width_ns)
                parts = [buckets.combine(*parts, rows)]
        for name in query.points:
            yield (
                buckets.trend(parts[0], ids[name], name, query.since_ns, width_ns)
                if parts
                else _no_trend(name)
            )

    def page(self, query: ReadHistory) -> Iterator[HistoryPage]:
        """One page of raw values. Raises QueryFailed."""
        _check_span(query.after_ns, query.until_ns)
        if not 1 <= query.limit <= MAX_PAGE:
            raise QueryFailed(f"a page of {query.limit} values; ask for 1 to {MAX_PAGE}")
        with transaction(self._store.connection, "DEFERRED"):
            point = _ids(self._store, [query.point])[query.point]
            span = (query.after_ns + 1, query.until_ns)
            numbers = list(self._parts([point], *span, limit=query.limit + 1))
            texts = [] if numbers else list(self._parts([point], *span, limit=query.limit + 1, is_text=True))
        if not numbers and not texts:
            nothing = np.empty(0)
            times = nothing.astype(np.int64)
            yield HistoryPage(query.point, times, times, nothing, (), nothing.astype(np.uint8), is_last=True)
            return
        found = in_order(join(numbers or texts))
        is_last = len(found) <= query.limit
        if not is_last:
            found = _cut(found, query.limit)
        yield HistoryPage(
            query.point,
            found.time_ns,
            found.received_ns,
            found.values.astype(np.float64) if numbers else np.full(len(found), np.nan),
            () if numbers else tuple(found.values.tolist()),
            found.quality,
            is_last,
        )

    def count(self, query: CountHistory) -> Iterator[HistoryCount]:
        """How much is stored, hot and sealed."""
        _check_span(query.since_ns, query.until_ns)
        with transaction(self._store.connection, "DEFERRED"):
            counted = count(self._paths, self._store, self._duck, query)
        yield counted

    def _parts(
        self,
        points: list[int],
        since_ns: int,
        until_ns: int,
        *,
        limit: int | None = None,
        is_text: bool = False,
    ) -> Iterator[Columns]:
        """Rows of the points, a bounded number at once, in no order; with `limit` that many of each part."""
        first, last = min(points), max(points)
        wanted = np.array(points, np.int32)
        for files in _groups(
            [
                file
                for file in self._store.sealed(since_ns, until_ns, is_text=is_text)
                if file.first_point <= last and file.last_point >= first
            ],
            last - first + 1,
        ):
            paths = [self._paths.root / file.file for file in files]
            found = parquet.read(self._duck, paths, (first, last), since_ns, until_ns, limit)
            if len(found):
                yield found if len(wanted) == 1 else found.take(np.isin(found.point, wanted))
        yield from self._hot(wanted, since_ns, until_ns, is_text=is_text)

    def _hot(
        self,
        wanted: np.ndarray[tuple[int], np.dtype[np.int32]],
        since_ns: int,
        until_ns: int,
        *,
        is_text: bool,
    ) -> Iterator[Columns]:
        for layout in self._store.layouts().values():
            mask = np.isin(layout.ids, wanted)
            if not mask.any():
                continue
            parts: list[Columns] = []
            size = 0
            for batch in self._store.bodies(layout, ALWAYS, is_text=is_text, span_ns=(since_ns, until_ns)):
                found = select(batch, layout.ids, mask)
                inside = found.take((found.time_ns >= since_ns) & (found.time_ns < until_ns))
                if not len(inside):
                    continue
                parts.append(inside)
                size += len(inside)
                if size > PASS_ROWS:
                    yield join(parts)
                    parts, size = [], 0
            if parts:
                yield join(parts)


def _groups(files: list[SealedFile], points: int) -> Iterator[list[SealedFile]]:
    """Files to read together: about PASS_ROWS rows of `points` points, evenly spread."""
    group: list[SealedFile] = []
    rows = 0
    for file in files:
        group.append(file)
        rows += (
            file.rows
            * min(points, file.last_point - file.first_point + 1)
            // (file.last_point - file.first_point + 1)
        )
        if rows > PASS_ROWS:
            yield group
            group, rows = [], 0
    if group:
        yield group


def _ids(store: HotStore, names: Sequence[str]) -> dict[str, int]:
    ids = store.point_ids(names)
    missing = [name for name in names if name not in ids]
    if missing:
        raise QueryFailed(f"no history of {', '.join(missing[:5])}; a point is named device/point")
    return ids


def _check_span(since_ns: int, until_ns: int) -> None:
    if since_ns >= until_ns:
        raise QueryFailed(f"from {since_ns} to {until_ns} ns is no time; the end lies after the beginning")


def _cut(found: Columns, limit: int) -> Columns:
    """At most `limit` rows and no time that continues on the next page, unless that is all there is."""
    whole = found.time_ns[:limit] < found.time_ns[limit]
    return found.take(slice(0, limit)).take(whole) if whole.any() else found.take(slice(0, limit))


def _no_trend(name: str) -> Trend:
    nothing = np.empty(0)
    whole = nothing.astype(np.int64)
    return Trend(name, whole, nothing, nothing, nothing, nothing, nothing.astype(np.uint8), whole)
