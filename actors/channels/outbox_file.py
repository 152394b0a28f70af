"""The SQLite file of an outbox: its tables and the changes that are made inside one transaction."""

import contextlib
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

Condense = Callable[[Sequence[bytes]], Sequence[bytes]]
"""What is sent in the place of rows given up; never more rows than it was given."""

DAY_NS = 86_400 * 10**9
HOUR_NS = DAY_NS // 24
DROP_BYTES = 32 * 1024 * 1024
"""Read at once while rows are given up."""
BULK_PAGE_BYTES = 32_768
"""For large bodies: half the CPU of 4 KiB pages (0.02 µs a point); small rows would only write more."""

_TABLES = """
CREATE TABLE IF NOT EXISTS row (sequence INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS state (key TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, at_ns INTEGER NOT NULL, finished INTEGER NOT NULL)
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (epoch TEXT NOT NULL);
"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection without implicit transactions; every commit reaches the disk."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10.0, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def is_full(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL


def renew(path: Path) -> int:
    """Make a restored outbox one that nobody has heard of: its numbers were used again since.

    Rows that wait are given up, for they may have arrived; state and seen commands stay. Returns how many.
    """
    with contextlib.closing(connect(path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        given_up = connection.execute("DELETE FROM row").rowcount
        connection.execute("UPDATE file SET epoch = ?", (secrets.token_hex(8),))
        connection.execute("COMMIT")
    return given_up


class OutboxFile:
    """Rows are numbered without a hole as long as none is given up; a number is never used twice."""

    def __init__(self, connection: sqlite3.Connection, clock_ns: Callable[[], int], is_bulk: bool) -> None:  # noqa: FBT001
        self._connection = connection
        self._clock_ns = clock_ns
        if is_bulk:
            connection.execute(f"PRAGMA page_size = {BULK_PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA journal_size_limit = {64 * 1024 * 1024}")
        connection.executescript(_TABLES)
        self.epoch = self._draw_epoch()
        self.last = self._number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'row'")
        self.rows = self._number("SELECT count(*) FROM row")
        self.bytes = self._number("SELECT coalesce(sum(length(body)), 0) FROM row")
        self.deleted_to = 0
        self.dropped_to = 0
        self._forget()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, in the file and in the counts beside it."""
        before = (self.last, self.rows, self.bytes, self.deleted_to, self.dropped_to)
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            self.last, self.rows, self.bytes, self.deleted_to, self.dropped_to = before
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def insert(self, bodies: Sequence[bytes]) -> int:
        """Add rows; returns the sequence of the first."""
        first = self.last + 1
        self._put(first, bodies)
        self.last += len(bodies)
        return first

    def delete(self, to: int) -> None:
        """Rows up to and including `to` are no longer needed."""
        if to <= self.deleted_to:
            return
        self.bytes -= self._number("SELECT coalesce(sum(length(body)), 0) FROM row WHERE sequence <= ?", to)
        self.rows -= self._connection.execute("DELETE FROM row WHERE sequence <= ?", (to,)).rowcount
        self.deleted_to = to

    def drop(self, excess_bytes: int, condense: Condense) -> int:
        """Give up the oldest rows until `excess_bytes` are free; what stands for them keeps their place.

        Returns how many rows were given up. At most 32 MiB a call, so that memory stays bounded.
        """
        oldest: list[tuple[int, bytes]] = []
        size = 0
        with contextlib.closing(
            self._connection.execute("SELECT sequence, body FROM row ORDER BY sequence")
        ) as rows:
            for sequence, body in rows:
                oldest.append((sequence, body))
                size += len(body)
                if size >= min(excess_bytes + excess_bytes // 20, DROP_BYTES):
                    break
        if not oldest:
            return 0
        last = oldest[-1][0]
        instead = condense([body for _, body in oldest])
        if len(instead) > len(oldest):
            raise ValueError(
                f"{len(oldest)} rows were condensed to {len(instead)}; there is no room for more"
            )
        self.delete(last)
        self._put(last - len(instead) + 1, instead)
        self.deleted_to = 0
        self.dropped_to = last
        return len(oldest) - len(instead)

    def put_state(self, state: Mapping[str, bytes | None]) -> None:
        for key, body in state.items():
            if body is None:
                self._connection.execute("DELETE FROM state WHERE key = ?", (key,))
            else:
                self._connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (key, body))

    def see(self, command: str) -> bool:
        if self._clock_ns() - self._forgotten_ns > HOUR_NS:
            self._forget()
        cursor = self._connection.execute(
            "INSERT OR IGNORE INTO seen VALUES (?, ?, 0)", (command, self._clock_ns())
        )
        return cursor.rowcount == 1

    def finish(self, command: str) -> None:
        self._connection.execute("UPDATE seen SET finished = 1 WHERE id = ?", (command,))

    def _forget(self) -> None:
        """Commands that ended a day ago are not remembered any more."""
        self._forgotten_ns = self._clock_ns()
        before_ns = self._forgotten_ns - DAY_NS
        self._connection.execute("DELETE FROM seen WHERE finished AND at_ns < ?", (before_ns,))

    def _put(self, first: int, bodies: Sequence[bytes]) -> None:
        self._connection.executemany("INSERT INTO row VALUES (?, ?)", enumerate(bodies, first))
        self.rows += len(bodies)
        self.bytes += sum(map(len, bodies))

    def _draw_epoch(self) -> str:
        row = self._connection.execute("SELECT epoch FROM file").fetchone()
        if row is not None:
            return str(row[0])
        epoch = secrets.token_hex(8)
        self._connection.execute("INSERT INTO file VALUES (?)", (epoch,))
        return epoch

    def _number(self, query: str, *parameters: int) -> int:
        return int(self._connection.execute(query, parameters).fetchone()[0])
