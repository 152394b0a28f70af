"""Many small files of a day become few, one merge at a time, each at once or not at all; old days go."""

import math
from collections.abc import Iterator

import duckdb

from actors.historian import parquet
from actors.historian.columns import in_order
from actors.historian.gather import PASS_ROWS
from actors.historian.hot import ALWAYS, HotStore, SealedFile, transaction
from actors.historian.seal import DAY_NS, Step, day_of, write_file
from actors.paths import HistoryPaths

MANY = 48
"""Sealings of one block of an unfinished day; then a trend opens about 100 files for 30 days."""
LATE_NS = 3_600 * 10**9
"""After midnight, a day waits this long for late history before it is merged."""
READERS_NS = 600 * 10**9
"""No query takes longer than this; until then it may still read a file that was merged or expired."""


class Merger:
    """Belongs to the sealing thread, so that files never change while they are sealed."""

    def __init__(
        self,
        paths: HistoryPaths,
        store: HotStore,
        duck: duckdb.DuckDBPyConnection,
        *,
        pass_rows: int = PASS_ROWS,
        many: int = MANY,
        step: Step = lambda name: None,
    ) -> None:
        self._paths = paths
        self._store = store
        self._duck = duck
        self._pass_rows = pass_rows
        self._many = many
        self._step = step

    def merge_one(self, now_ns: int) -> bool:
        """Merge the unmerged files of one block and day; False when none has too many."""
        row = self._store.connection.execute(
            "SELECT day, block, is_text FROM sealed WHERE level = 0 GROUP BY day, block, is_text"
            " HAVING count(DISTINCT round) >= iif(day < ?, 2, ?) ORDER BY day, block LIMIT 1",
            (day_of(now_ns - LATE_NS), self._many),
        ).fetchone()
        if row is None:
            return False
        day, block, is_text = row
        sources = [
            file
            for file in self._store.sealed(*ALWAYS, is_text=bool(is_text))
            if (file.day, file.block, file.level) == (day, block, 0)
        ]
        self._merge(sources, now_ns)
        return True

    def _merge(self, sources: list[SealedFile], now_ns: int) -> None:
        day, block, is_text = sources[0].day, sources[0].block, sources[0].is_text
        round_ = max(file.round for file in sources)
        merged = []
        for first, last in self._ranges(sources):
            paths = [
                self._paths.root / file.file
                for file in sources
                if file.first_point <= last and file.last_point >= first
            ]
            self._step("write")
            rows = in_order(parquet.read(self._duck, paths, (first, last), *ALWAYS))
            name = f"{block:04d}-m{round_}-{first}{'-text' if is_text else ''}"
            merged.append(
                write_file(
                    self._paths,
                    self._duck,
                    rows,
                    day=day,
                    block=block,
                    name=name,
                    level=1,
                    round_=round_,
                    is_text=is_text,
                )
            )
        if sum(file.rows for file in merged) != sum(file.rows for file in sources):
            raise RuntimeError(
                f"merging {day} block {block} would change its number of rows; nothing was merged"
            )
        self._step("register")
        with transaction(self._store.connection):
            self._store.put_sealed(merged)
            self._store.retire((file.file for file in sources), now_ns)
            self._step("commit")
        self._step("end")

    def _ranges(self, sources: list[SealedFile]) -> Iterator[tuple[int, int]]:
        """(first, last) points of each merged file, so that it holds about `pass_rows`."""
        counts = self._duck.execute(
            "SELECT point, count(*) FROM read_parquet($files) GROUP BY point ORDER BY point",
            {"files": [str(self._paths.root / file.file) for file in sources]},
        ).fetchall()
        first, size = counts[0][0], 0
        for (point, rows), (following, _) in zip(counts, [*counts[1:], (None, 0)], strict=True):
            size += rows
            if size >= self._pass_rows or following is None:
                yield first, point
                first, size = following, 0

    def expire(self, now_ns: int, keep_days: float) -> int:
        """Retire the files of days that are older than `keep_days`; returns how many."""
        oldest = "" if math.isinf(keep_days) else day_of(now_ns - int(keep_days * DAY_NS))
        files = [
            row[0]
            for row in self._store.connection.execute("SELECT file FROM sealed WHERE day < ?", (oldest,))
        ]
        if files:
            with transaction(self._store.connection):
                self._store.retire(files, now_ns)
        return len(files)

    def delete_retired(self, now_ns: int) -> int:
        """Delete retired files that no query reads any more; returns how many."""
        files = [
            row[0]
            for row in self._store.connection.execute(
                "SELECT file FROM retired WHERE at_ns <= ?", (now_ns - READERS_NS,)
            )
        ]
        return self._delete(files)

    def delete_oldest_day(self, now_ns: int) -> str:
        """The disk is full: delete the oldest finished day at once; returns it, '' when there is none."""
        row = self._store.connection.execute("SELECT min(day) FROM sealed").fetchone()
        if row[0] is None or row[0] >= day_of(now_ns):
            return ""
        files = [
            found[0] for found in self._store.connection.execute("SELECT file FROM sealed WHERE day = ?", row)
        ]
        with transaction(self._store.connection):
            self._store.retire(files, now_ns)
        self._delete(files)
        return str(row[0])

    def _delete(self, files: list[str]) -> int:
        for file in files:
            path = self._paths.root / file
            path.unlink(missing_ok=True)
            if path.parent.exists() and not any(path.parent.iterdir()):
                path.parent.rmdir()
        if files:
            with transaction(self._store.connection):
                self._store.connection.executemany(
                    "DELETE FROM retired WHERE file = ?", ((each,) for each in files)
                )
        return len(files)
