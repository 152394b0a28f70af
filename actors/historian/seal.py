"""Sealing: hot batches become Parquet files sorted by (point, time), at once or not at all.

The files are on disk before one transaction registers them and removes the batches. A crash before it leaves
files that nobody knows, which `sweep` removes at the next start; a crash after it leaves nothing to do.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterator

import duckdb
import numpy as np

from actors.historian import parquet
from actors.historian.columns import Columns, blocks, count_distinct
from actors.historian.gather import CHUNK_BYTES, PASS_ROWS, chunk, gather
from actors.historian.hot import HotStore, SealedFile, transaction
from actors.paths import HistoryPaths

logger = logging.getLogger(__name__)

DAY_NS = 86_400 * 10**9
BLOCK_POINTS = 65_536
"""Neighbouring point ids that are merged together."""

Step = Callable[[str], None]
"""Told before each step that a crash may separate from the last one."""


def day_of(time_ns: int) -> str:
    """The UTC day, YYYY-MM-DD."""
    return (dt.date(1970, 1, 1) + dt.timedelta(days=time_ns // DAY_NS)).isoformat()


class Sealer:
    """Belongs to one thread, with its connection and its DuckDB."""

    def __init__(
        self,
        paths: HistoryPaths,
        store: HotStore,
        duck: duckdb.DuckDBPyConnection,
        *,
        pass_rows: int = PASS_ROWS,
        chunk_bytes: int = CHUNK_BYTES,
        step: Step = lambda name: None,
    ) -> None:
        self._paths = paths
        self._store = store
        self._duck = duck
        self._pass_rows = pass_rows
        self._chunk_bytes = chunk_bytes
        self._step = step

    def seal(self) -> int:
        """Seal all that is hot now; returns the number of rows."""
        sealed = 0
        last = self._store.extent()[0]
        while (ids := chunk(self._store, 0, self._chunk_bytes)) is not None and ids[0] <= last:
            sealed += self._seal(ids)
        return sealed

    def _seal(self, ids: tuple[int, int]) -> int:
        files = [
            file
            for is_text in (False, True)
            for piece, columns in enumerate(
                gather(self._store, ids, is_text=is_text, max_rows=self._pass_rows)
            )
            for file in self._write(columns, ids[1], piece, is_text=is_text)
        ]
        self._step("register")
        with transaction(self._store.connection):
            self._store.put_sealed(files)
            self._step("delete")
            self._store.connection.execute("DELETE FROM hot WHERE id <= ?", (ids[1],))
            self._step("commit")
        self._step("end")
        return sum(file.rows for file in files)

    def _write(self, columns: Columns, round_: int, piece: int, *, is_text: bool) -> Iterator[SealedFile]:
        """One file for each day and block."""
        for day_number, of_day in _days(columns):
            for block, rows in blocks(of_day, BLOCK_POINTS):
                self._step("write")
                yield write_file(
                    self._paths,
                    self._duck,
                    rows,
                    day=day_of(day_number * DAY_NS),
                    block=block,
                    name=f"{block:04d}-{round_}-{piece}{'-text' if is_text else ''}",
                    level=0,
                    round_=round_,
                    is_text=is_text,
                )


def write_file(
    paths: HistoryPaths,
    duck: duckdb.DuckDBPyConnection,
    rows: Columns,
    *,
    day: str,
    block: int,
    name: str,
    level: int,
    round_: int,
    is_text: bool,
) -> SealedFile:
    """Write sorted rows of one day and block; the file is on disk when this returns."""
    folder = paths.day(day)
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}.parquet"
    size = parquet.write(duck, path, rows)
    return SealedFile(
        f"{day}/{path.name}",
        is_text,
        day,
        block,
        level,
        round_,
        int(rows.point[0]),
        int(rows.point[-1]),
        int(rows.time_ns.min()),
        int(rows.time_ns.max()),
        len(rows),
        count_distinct(rows),
        size,
    )


def sweep(paths: HistoryPaths, store: HotStore) -> int:
    """Before anything reads or seals: remove files that no transaction registered. Returns how many."""
    known = {row[0] for row in store.connection.execute("SELECT file FROM sealed")}
    removed = 0
    for path in sorted(paths.root.glob("*/*.parquet*")):
        if f"{path.parent.name}/{path.name}" not in known:
            path.unlink()
            removed += 1
    with transaction(store.connection):
        store.connection.execute("DELETE FROM retired")
    for file in known:
        if not (paths.root / file).exists():
            logger.error("history file %s is registered and missing; restore it from a backup", file)
    return removed


def _days(columns: Columns) -> Iterator[tuple[int, Columns]]:
    days = columns.time_ns // DAY_NS
    first, last = int(days.min()), int(days.max())
    if first == last:
        yield first, columns
        return
    for day in np.unique(days).tolist():
        yield day, columns.take(days == day)
