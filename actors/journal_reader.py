"""Reads `alarms.db` beside its writer: alarms, pages of the journal and of commands, what was applied."""

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from actors.alarm_tables import (
    ALARM_COLUMNS,
    COMMAND_COLUMNS,
    JOURNAL_COLUMNS,
    command_row_of,
    journal_row_of,
    record_of,
)
from actors.journal import stages_of
from actors.messages import Alarm, CommandRow, JournalRow

MAX_ROWS = 10_000
"""Of one page."""


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

    def page(
        self,
        cursor: int = 0,
        limit: int = 100,
        *,
        device: str = "",
        rule: str = "",
        since_ns: int = 0,
        until_ns: int | None = None,
    ) -> tuple[JournalRow, ...]:
        """Rows before `cursor` (0: from the newest), newest first; '' for every device or rule.

        `since_ns` and `until_ns` bound the system time of the transition.
        """
        conditions, values = ["id < ?"], [cursor or 1 << 62]
        for name, wanted in (("device", device), ("rule", rule)):
            if wanted:
                conditions.append(f"{name} = ?")
                values.append(wanted)  # type: ignore[arg-type]
        # Ids ascend with the time of the commit, so that a time is a place among them.
        for comparison, bound in (("id >= ", since_ns or None), ("id < ", until_ns)):
            if bound is not None:
                place = self._all(
                    "SELECT id FROM journal WHERE time_ns >= ? ORDER BY time_ns, id LIMIT 1", bound
                )
                conditions.append(f"{comparison}?")
                values.append(place[0][0] if place else 1 << 62)
        found = self._all(
            f"SELECT id, {JOURNAL_COLUMNS} FROM journal WHERE {' AND '.join(conditions)} "  # noqa: S608
            "ORDER BY id DESC LIMIT ?",
            *values,
            min(limit, MAX_ROWS),
        )
        return tuple(journal_row_of(row) for row in found)

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
