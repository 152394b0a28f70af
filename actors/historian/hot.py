"""The hot store: batches as they came, in SQLite, with how far every source has come and what is sealed.

One connection a thread; the transaction that stores a batch also moves `applied`, the one that registers
sealed files also removes what they hold.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from actors.codecs import HISTORY
from actors.historian.columns import Batch, check
from actors.messages import History, HistoryGap, HistoryTexts, Int32, TableDefined
from actors.wire import WireError

PAGE_BYTES = 32_768
"""Half the CPU of 4 KiB pages with bodies of 45 kB."""

ALWAYS = (-(1 << 62), 1 << 62)
"""All times, ns."""

_TABLES = """
CREATE TABLE IF NOT EXISTS applied (source TEXT, epoch TEXT, sequence INTEGER NOT NULL,
    PRIMARY KEY (source, epoch));
CREATE TABLE IF NOT EXISTS point (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS layout (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE,
    devices INTEGER NOT NULL, points INTEGER NOT NULL, ids BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS hot (id INTEGER PRIMARY KEY AUTOINCREMENT, layout INTEGER NOT NULL,
    is_text INTEGER NOT NULL, rows INTEGER NOT NULL, scans INTEGER NOT NULL,
    first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL,
    body BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS hot_time ON hot (layout, last_ns);
CREATE TABLE IF NOT EXISTS sealed (file TEXT PRIMARY KEY, is_text INTEGER NOT NULL, day TEXT NOT NULL,
    block INTEGER NOT NULL, level INTEGER NOT NULL, round INTEGER NOT NULL,
    first_point INTEGER NOT NULL, last_point INTEGER NOT NULL,
    first_ns INTEGER NOT NULL, last_ns INTEGER NOT NULL, rows INTEGER NOT NULL,
    distinct_rows INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS sealed_day ON sealed (day, block);
CREATE TABLE IF NOT EXISTS retired (file TEXT PRIMARY KEY, at_ns INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS gap (source TEXT NOT NULL, since_ns INTEGER NOT NULL, until_ns INTEGER NOT NULL,
    rows INTEGER NOT NULL, reason TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS quarantine (source TEXT, epoch TEXT, sequence INTEGER, error TEXT, body BLOB);
"""


def connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, timeout=30.0, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def create(path: Path) -> None:
    """Make the file and its tables where they are missing."""
    with contextlib.closing(connect(path)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_TABLES)


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, kind: str = "IMMEDIATE") -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@dataclass(frozen=True, slots=True)
class Layout:
    """Which points the rows and columns of a table are."""

    id: int
    ids: Int32
    """Shape (devices, points)."""


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A Parquet file below the history folder, sorted by (point, time)."""

    file: str
    """`<day>/<name>`"""
    is_text: bool
    day: str
    block: int
    level: int
    """0 as sealed, 1 merged."""
    round: int
    """Which sealing made it: the last batch it took."""
    first_point: int
    last_point: int
    first_ns: int
    last_ns: int
    rows: int
    distinct: int
    bytes: int


class HotStore:
    """A connection to the hot store; belongs to one thread."""

    def __init__(self, path: Path, open_file: Callable[[Path], sqlite3.Connection] = connect) -> None:
        self.connection = open_file(path)
        self._layouts: dict[str, Layout] = {}
        self.quarantined = 0

    def close(self) -> None:
        self.connection.close()

    # --- writing: inside a transaction ---

    def store(self, source: str, epoch: str, rows: Iterable[tuple[int, bytes]]) -> int:
        """Take over rows of a durable batch; returns how many values they hold.

        A row that is no history is set aside with its error, and the rest goes on (R-71)."""
        values = 0
        last = None
        done = self.applied(source, epoch)
        for sequence, body in rows:
            if sequence <= done:
                continue
            last = sequence
            try:
                values += self._store_body(source, body)
            except (WireError, ValueError) as error:
                self.quarantined += 1
                self.connection.execute(
                    "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?)",
                    (source, epoch, sequence, str(error), body),
                )
        if last is not None:
            self.connection.execute("INSERT OR REPLACE INTO applied VALUES (?, ?, ?)", (source, epoch, last))
        return values

    def forget_layouts(self) -> None:
        """After a transaction that failed: what it defined does not exist."""
        self._layouts.clear()

    def _store_body(self, source: str, body: bytes) -> int:
        message = HISTORY.decode(body)
        match message:
            case TableDefined():
                self._define(message)
                return 0
            case HistoryGap():
                self.connection.execute(
                    "INSERT INTO gap VALUES (?, ?, ?, ?, ?)",
                    (source, message.since_ns, message.until_ns, message.rows, message.reason),
                )
                return 0
        batch: Batch = message
        layout = self.layout(batch.table)
        check(batch, *layout.ids.shape)
        count = int(batch.quality.size)
        if count:
            self.connection.execute(
                "INSERT INTO hot (layout, is_text, rows, scans, first_ns, last_ns, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    layout.id,
                    isinstance(batch, HistoryTexts),
                    count,
                    len(batch.rows) if isinstance(batch, History) else 0,
                    int(batch.time_ns.min()),
                    int(batch.time_ns.max()),
                    body,
                ),
            )
        return count

    def _define(self, table: TableDefined) -> None:
        if self.connection.execute("SELECT 1 FROM layout WHERE digest = ?", (table.digest,)).fetchone():
            return
        names = [f"{device}/{point}" for device in table.devices for point in table.points]
        self.connection.executemany(
            "INSERT OR IGNORE INTO point (name) VALUES (?)", ((name,) for name in names)
        )
        find = "SELECT id FROM point WHERE name = ?"
        ids = np.array([self.connection.execute(find, (name,)).fetchone()[0] for name in names], dtype="<i4")
        self.connection.execute(
            "INSERT INTO layout (digest, devices, points, ids) VALUES (?, ?, ?, ?)",
            (table.digest, len(table.devices), len(table.points), ids.tobytes()),
        )

    # --- reading ---

    def applied(self, source: str, epoch: str) -> int:
        row = self.connection.execute(
            "SELECT sequence FROM applied WHERE source = ? AND epoch = ?", (source, epoch)
        ).fetchone()
        return 0 if row is None else int(row[0])

    def layout(self, digest: str) -> Layout:
        """Raises ValueError for a table that was never defined."""
        layout = self._layouts.get(digest)
        if layout is None:
            row = self.connection.execute(
                "SELECT id, devices, points, ids FROM layout WHERE digest = ?", (digest,)
            ).fetchone()
            if row is None:
                raise ValueError(f"table {digest} was never defined; a TableDefined comes before its history")
            layout = self._layouts[digest] = Layout(
                row[0], np.frombuffer(row[3], "<i4").reshape(row[1], row[2])
            )
        return layout

    def layouts(self) -> dict[int, Layout]:
        rows = self.connection.execute("SELECT digest FROM layout").fetchall()
        return {layout.id: layout for layout in (self.layout(row[0]) for row in rows)}

    def bodies(
        self, layout: Layout, ids: tuple[int, int], *, is_text: bool, span_ns: tuple[int, int] = ALWAYS
    ) -> Iterator[Batch]:
        """Batches of one table with first <= id <= last that touch since <= time < until, as they came."""
        with contextlib.closing(
            self.connection.execute(
                "SELECT body FROM hot WHERE layout = ? AND last_ns >= ? AND first_ns < ? AND is_text = ?"
                " AND id BETWEEN ? AND ? ORDER BY id",
                (layout.id, *span_ns, is_text, *ids),
            )
        ) as bodies:
            for (body,) in bodies:
                yield HISTORY.decode(body)

    def dense_rows(self, layout: Layout, ids: tuple[int, int]) -> int:
        """Scans in the dense batches of one table with first <= id <= last."""
        row = self.connection.execute(
            "SELECT coalesce(sum(scans), 0) FROM hot WHERE layout = ? AND id BETWEEN ? AND ?",
            (layout.id, *ids),
        ).fetchone()
        return int(row[0])

    def point_ids(self, names: Sequence[str]) -> dict[str, int]:
        """Ids of the names that exist."""
        find = "SELECT id FROM point WHERE name = ?"
        found = ((name, self.connection.execute(find, (name,)).fetchone()) for name in names)
        return {name: row[0] for name, row in found if row is not None}

    def sealed(self, since_ns: int, until_ns: int, *, is_text: bool = False) -> list[SealedFile]:
        rows = self.connection.execute(
            "SELECT * FROM sealed WHERE last_ns >= ? AND first_ns < ? AND is_text = ?"
            " ORDER BY first_ns, file",
            (since_ns, until_ns, is_text),
        )
        return [SealedFile(row[0], bool(row[1]), *row[2:]) for row in rows]

    def put_sealed(self, files: Iterable[SealedFile]) -> None:
        """Inside a transaction: the files exist from now on."""
        self.connection.executemany(
            "INSERT INTO sealed VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (astuple(file) for file in files),
        )

    def retire(self, files: Iterable[str], at_ns: int) -> None:
        """Inside a transaction: the files are not read any more, and deleted once no reader has them."""
        for file in files:
            self.connection.execute("DELETE FROM sealed WHERE file = ?", (file,))
            self.connection.execute("INSERT OR REPLACE INTO retired VALUES (?, ?)", (file, at_ns))

    def extent(self) -> tuple[int, int, int]:
        """(largest id, rows, bytes) of the hot batches."""
        row = self.connection.execute(
            "SELECT coalesce(max(id), 0), coalesce(sum(rows), 0), coalesce(sum(length(body)), 0) FROM hot"
        ).fetchone()
        return int(row[0]), int(row[1]), int(row[2])
