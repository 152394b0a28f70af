"""Reads `linkage.db` beside its writer: pages of runs, one run with all that came of it, requests."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

from actors.linkage.store import RUN, of_run, run_row
from actors.messages import ReadRuns, RequestRow, RunRead, RunRow

MAX_ROWS = 1_000
"""Of one page."""


class LinkageReader:
    """A read-only connection of its own; from any thread, one call at a time. The file must exist."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def runs(self, query: ReadRuns) -> tuple[RunRow, ...]:
        """Newest first; '' and 0 are any (S0-3.5.6)."""
        conditions, wanted = ["id < ?"], [query.cursor or 1 << 62]
        for name, value in (
            ("plan", query.plan), ('"group"', query.group), ("level", query.level),
            ("trigger", query.trigger), ("outcome", query.outcome),
        ):  # fmt: skip
            if value:
                conditions.append(f"{name} = ?")
                wanted.append(value)  # type: ignore[arg-type]
        for comparison, at_ns in ((">=", query.since_ns), ("<", query.until_ns)):
            if at_ns:
                conditions.append(f"opened_ns {comparison} ?")
                wanted.append(at_ns)
        found = self._all(
            f"SELECT {RUN} FROM run WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?",  # noqa: S608
            *wanted,
            max(1, min(query.limit, MAX_ROWS)),
        )
        return tuple(map(run_row, found))

    def run(self, id_: int) -> RunRead:
        with self._lock:
            db = self._connection()
            found = db.execute(f"SELECT {RUN} FROM run WHERE id = ?", (id_,)).fetchone()  # noqa: S608
            steps, orders, signals = of_run(db, id_)
        return RunRead(run_row(found) if found else None, tuple(signals), tuple(steps), tuple(orders))

    def requests(self, after: int, limit: int) -> tuple[RequestRow, ...]:
        found = self._all(
            "SELECT id, run, plan, step, kind, target, text, priority, device, zone, mode, time_ns "
            "FROM request WHERE id > ? ORDER BY id LIMIT ?",
            after,
            max(1, min(limit, MAX_ROWS)),
        )
        return tuple(RequestRow(*each) for each in found)

    def _all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection().execute(sql, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            address = f"{self._path.absolute().as_uri()}?mode=ro"
            self._db = sqlite3.connect(address, uri=True, check_same_thread=False)
        return self._db
