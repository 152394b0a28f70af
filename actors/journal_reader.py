"""Reads `alarms.db` beside its writer: alarms, pages of the journal and of commands, what was applied."""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from actors.alarm_tables import (
    ALARM_COLUMNS,
    COMMAND_COLUMNS,
    JOURNAL_COLUMNS,
    command_row_of,
    journal_row_of,
    record_of,
)
from actors.journal_rows import stages_of, standing
from actors.journal_search import NEWEST, query
from actors.messages import COUNTED, Alarm, Area, CommandResult, CommandRow, JournalFilter, JournalRow

MAX_ROWS = 10_000
"""Of one page."""
EVERYTHING: Final = JournalFilter()


class JournalReader:
    """A read-only connection of its own; from any thread, one call at a time. The file must exist."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def __enter__(self) -> "JournalReader":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def alarms(self) -> tuple[Alarm, ...]:
        """All alarms that lists show, the most urgent and newest first. Held back ones are not among them."""
        rows = self._all(
            f"SELECT {ALARM_COLUMNS} FROM alarm WHERE state != 'normal' AND shown "  # noqa: S608
            "ORDER BY priority, occurred_ns DESC"
        )
        return tuple(record_of(row).alarm for row in rows)

    def areas(self) -> tuple[Area, ...]:
        """The parts of the site that are in a mode."""
        with self._lock:
            return standing(self._connection()).areas

    def page(
        self, wanted: JournalFilter = EVERYTHING, cursor: int = 0, limit: int = 100
    ) -> tuple[JournalRow, ...]:
        """Rows that match before `cursor` (0: from the newest), newest first."""
        with self._lock:
            db = self._connection()
            sql, values = query(db, wanted, f"id, {JOURNAL_COLUMNS}", cursor or NEWEST)
            found = db.execute(f"{sql} LIMIT ?", (*values, min(limit, MAX_ROWS)))
            return tuple(journal_row_of(row) for row in found)

    def count(self, wanted: JournalFilter = EVERYTHING) -> int:
        """How many rows match; no more than `COUNTED` are counted."""
        with self._lock:
            db = self._connection()
            sql, values = query(db, wanted, "id", NEWEST)
            (count,) = db.execute(f"SELECT count(*) FROM ({sql} LIMIT ?)", (*values, COUNTED)).fetchone()  # noqa: S608
            return int(count)

    def since(self, cursor: int, limit: int = 1000) -> tuple[JournalRow, ...]:
        """Rows after `cursor`, oldest first: for those who follow. No row ever comes in before it."""
        found = self._all(
            f"SELECT id, {JOURNAL_COLUMNS} FROM journal WHERE id > ? ORDER BY id LIMIT ?",  # noqa: S608
            cursor,
            min(limit, MAX_ROWS),
        )
        return tuple(journal_row_of(row) for row in found)

    def commands(self, cursor: int = 0, limit: int = 100) -> tuple[CommandRow, ...]:
        """Commands before `cursor` (0: from the newest), newest first, each with its stages."""
        found = self._all(
            f"SELECT {COMMAND_COLUMNS} FROM command WHERE number < ? ORDER BY number DESC LIMIT ?",  # noqa: S608
            cursor or 1 << 62,
            min(limit, MAX_ROWS),
        )
        return self._with_stages(found)

    def ended_commands(self, after: int, limit: int = 1000) -> tuple[CommandRow, ...]:
        """Commands in the order of their ends, after the `after`th: for those who follow."""
        found = self._all(
            f"SELECT {COMMAND_COLUMNS} FROM command WHERE ended > ? ORDER BY ended LIMIT ?",  # noqa: S608
            after,
            min(limit, MAX_ROWS),
        )
        return self._with_stages(found)

    def commands_since(self, number: int, kind: str, limit: int = 1000) -> tuple[CommandRow, ...]:
        """Commands of one kind after the `number`th, oldest first: for those who follow."""
        found = self._all(
            f"SELECT {COMMAND_COLUMNS} FROM command WHERE number > ? AND kind = ? ORDER BY number LIMIT ?",  # noqa: S608
            number,
            kind,
            min(limit, MAX_ROWS),
        )
        return self._with_stages(found)

    def stages(self, command: str) -> tuple[CommandResult, ...]:
        """How far a command came; () for one that was never recorded."""
        with self._lock:
            return stages_of(self._connection(), command)

    def has_begun(self, row: JournalRow) -> bool:
        """Whether an earlier row tells of the same occurrence of the alarm."""
        found = self._all(
            "SELECT 1 FROM journal WHERE alarm = (SELECT alarm FROM journal WHERE id = ?) AND event = ? "
            "AND id < ? LIMIT 1",
            *(row.id, row.event, row.id),
        )
        return bool(found)

    def newest(self) -> tuple[int, int]:
        """The last row of the journal and the last command; 0 where there is none."""
        (row,) = self._all("SELECT (SELECT max(id) FROM journal), (SELECT max(number) FROM command)")
        return row[0] or 0, row[1] or 0

    def applied(self, source: str, epoch: str) -> int:
        """The last sequence of an outbox that is applied; 0 for an unknown one."""
        found = self._all("SELECT sequence FROM applied WHERE source = ? AND epoch = ?", source, epoch)
        return int(found[0][0]) if found else 0

    def _with_stages(self, rows: Sequence[Sequence[Any]]) -> tuple[CommandRow, ...]:
        with self._lock:
            db = self._connection()
            return tuple(command_row_of(row, stages_of(db, row[1])) for row in rows)

    def _all(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection().execute(sql, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            address = f"{self._path.absolute().as_uri()}?mode=ro"
            self._db = sqlite3.connect(address, uri=True, check_same_thread=False)
        return self._db
