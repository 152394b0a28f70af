"""How the sender reads an outbox: from memory while it keeps up, from disk after an absence."""

import contextlib
import threading
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from actors.channels.outbox_file import connect

Row = tuple[int, bytes]


class Window:
    """The newest committed rows that nobody has acknowledged, as many as `limit_bytes` holds."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._lock = threading.Lock()
        self._rows: deque[Row] = deque()
        self._bytes = 0
        self._before = 0
        """Rows after this sequence are all in memory."""
        self._forgotten = 0

    @property
    def is_behind(self) -> bool:
        return self._forgotten < self._before

    def restart(self, last: int, *, behind: bool) -> None:
        """The file ends at `last`; `behind` when it still holds rows."""
        self._before = last
        self._forgotten = 0 if behind else last

    def append(self, first: int, bodies: Sequence[bytes]) -> None:
        with self._lock:
            self._rows.extend(enumerate(bodies, first))
            self._bytes += sum(map(len, bodies))
            while self._bytes > self._limit_bytes:
                self._pop()

    def forget(self, to: int) -> None:
        """Rows up to and including `to` were acknowledged or given up."""
        with self._lock:
            self._forgotten = max(self._forgotten, to)
            while self._rows and self._rows[0][0] <= to:
                self._pop()

    def read(self, after: int, max_rows: int, max_bytes: int) -> list[Row] | None:
        """Rows after `after`; None when some of them are no longer in memory."""
        with self._lock:
            if after < self._before:
                return None
            skip = max(0, after - self._rows[0][0] + 1) if self._rows else 0
            return take(islice(self._rows, skip, None), max_rows, max_bytes)

    def _pop(self) -> None:
        sequence, body = self._rows.popleft()
        self._bytes -= len(body)
        self._before = max(self._before, sequence)


class OutboxReader:
    """Belongs to the thread that made it."""

    def __init__(self, path: Path, window: Window) -> None:
        self._connection = connect(path)
        self._window = window

    def rows(self, after: int, max_rows: int, max_bytes: int) -> tuple[list[Row], bool]:
        """At least one of the rows after `after`, if there is one, and whether they came from disk."""
        rows = self._window.read(after, max_rows, max_bytes)
        if rows is not None:
            return rows, False
        with contextlib.closing(
            self._connection.execute(
                "SELECT sequence, body FROM row WHERE sequence > ? ORDER BY sequence", (after,)
            )
        ) as stored:
            return take(stored, max_rows, max_bytes), True

    def close(self) -> None:
        self._connection.close()


def take(rows: Iterable[Row], max_rows: int, max_bytes: int) -> list[Row]:
    """The first rows, at least one, at most `max_rows`, and no further one beyond `max_bytes`."""
    taken: list[Row] = []
    size = 0
    for row in rows:
        size += len(row[1])
        if taken and size > max_bytes:
            break
        taken.append(row)
        if len(taken) == max_rows:
            break
    return taken
