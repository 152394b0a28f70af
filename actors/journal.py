"""The one writer of `alarms.db`: alarms, their journal, commands. What has come is committed together."""

import logging
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from actors.actor import Actor
from actors.alarm_tables import ALARM_COLUMNS, CommandRecord, record_of, writer
from actors.journal_entries import (
    Commit,
    Entry,
    KeepStanding,
    LoadAlarms,
    LoadOpenCommands,
    LoadStanding,
    MarkApplied,
    RecordCommand,
    RecordStage,
)
from actors.journal_rows import (
    add_change,
    keep_standing,
    mark,
    record_command,
    record_stage,
    stages_of,
    standing,
)
from actors.life import Listener
from actors.messages import CommandResult, Stage
from actors.spare_log import SpareLog

logger = logging.getLogger(__name__)

RETRY_S = 1.0
"""How long to wait for space on a full disk before the next attempt."""


@dataclass(frozen=True, slots=True)
class _Flush:
    """Told by the journal to itself behind what had come when a group began."""


Inbox = Entry | _Flush


class CommitMeter:
    """How long commits take and how many rows they brought; read from any thread."""

    def __init__(self) -> None:
        self.rows = 0
        self.latency_s: deque[float] = deque(maxlen=1000)
        """From an entry's arrival in the group to its commit."""

    def rates(self) -> dict[str, float]:
        """For the beat."""
        seen = sorted(self.latency_s.copy())
        if not seen:
            return {"journal_rows": float(self.rows)}
        return {
            "journal_rows": float(self.rows),
            "journal_p50_ms": 1e3 * seen[len(seen) // 2],
            "journal_p99_ms": 1e3 * seen[len(seen) * 99 // 100],
        }


class Journal(Actor):
    """Has its own thread. Its failure ends the process: zones that have decided more than is on disk must not
    go on.

    on_disk_full: called whenever a commit finds no space; frees the ballast.
    on_commit: called after each, for those who follow.
    spare: takes urgent commands meanwhile; they come into the database with the first commit that succeeds.
    """

    def __init__(
        self,
        path: Path,
        supervisor: Listener | None = None,
        *,
        on_disk_full: Callable[[], object],
        spare: SpareLog | None = None,
        meter: CommitMeter | None = None,
        on_commit: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__("journal", supervisor)
        self._path = path
        self._on_disk_full = on_disk_full
        self._spare = spare
        self._on_commit = on_commit
        self._is_full = False
        self._clock = clock
        self._sleep = sleep
        self._db: sqlite3.Connection | None = None
        self._group: list[tuple[float, Entry]] = []
        self._meter = meter or CommitMeter()

    def setup(self) -> None:
        self._db = writer(str(self._path))
        if self._spare is not None:
            self._spare.open()

    def handle(self, message: Inbox) -> None:
        match message:
            case _Flush():
                self._commit()
            case _:
                self._group.append((self._clock(), message))
                if len(self._group) == 1 and not self.tell_self(_Flush()):
                    self._commit()  # draining: nothing more can be told

    def teardown(self) -> None:
        if self._db is not None:
            try:
                self._commit()
            finally:
                self._db.close()
                self._db = None
                if self._spare is not None:
                    self._spare.close()

    def _commit(self) -> None:
        """Write the group as one transaction, then call everybody back.

        While the disk is full the group waits, and what comes meanwhile is heard: a command that cannot be
        recorded is refused within a second, an urgent one goes on.
        """
        group, self._group = self._group, []
        if not group:
            return
        calls = self._try(group)
        if calls is None and not self._is_full:
            logger.critical("the disk is full: %s cannot grow; free space on it", self._path)
            self._on_disk_full()
            calls = self._try(group)
            self._is_full = calls is None
        while calls is None:
            group = self._survivors(group)
            self._sleep(RETRY_S)
            self._on_disk_full()
            self._group = group
            if self.tell_self(_Flush()):
                return
            self._group = []  # draining: nothing more can be told
            calls = self._try(group)
        if self._is_full:
            self._is_full = False
            logger.warning("%s is written again", self._path)
        now = self._clock()
        self._meter.latency_s.extend(now - since for since, _ in group)
        for call in calls:
            call()
        self._on_commit()

    def _try(self, group: list[tuple[float, Entry]]) -> list[Callable[[], object]] | None:
        """The calls to make once the group is on disk; None when the disk is full."""
        try:
            return self._write([entry for _, entry in group])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                raise
            return None

    def _write(self, entries: list[Entry]) -> list[Callable[[], object]]:
        assert self._db is not None
        db, journaled = self._db, 0
        calls: list[Callable[[], object]] = []
        spare = self._spare.commands() if self._spare is not None else ()
        try:
            db.execute("BEGIN IMMEDIATE")
            for command in spare:
                accepted = CommandResult(command.id, Stage.ACCEPTED, "", None, command.received_ns)
                record_command(db, RecordCommand(command, (accepted,), lambda _known: None, None))
            for entry in entries:
                match entry:
                    case Commit(changes, then):
                        journaled += sum(add_change(db, change) for change in changes)
                        calls.append(then)
                    case LoadAlarms(then_load):
                        kept = db.execute(f"SELECT {ALARM_COLUMNS} FROM alarm WHERE device != ''")  # noqa: S608
                        calls.append(partial(then_load, tuple(record_of(row) for row in kept)))
                    case KeepStanding(then=then):
                        journaled += keep_standing(db, entry)
                        calls.append(then)
                    case LoadStanding(then_standing):
                        calls.append(partial(then_standing, standing(db)))
                    case LoadOpenCommands(then_open):
                        found = db.execute("SELECT id, process FROM command WHERE NOT ended ORDER BY number")
                        calls.append(partial(then_open, tuple(found.fetchall())))
                    case MarkApplied(source, epoch, sequence, then):
                        mark(db, source, epoch, sequence)
                        calls.append(then)
                    case RecordCommand():
                        calls.append(partial(entry.then, record_command(db, entry)))
                    case RecordStage(result, then_stage):
                        calls.append(partial(then_stage, record_stage(db, result)))
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        if spare and self._spare is not None:
            self._spare.clear()
        self._meter.rows += journaled
        return calls

    def _survivors(self, group: list[tuple[float, Entry]]) -> list[tuple[float, Entry]]:
        """Alarms outlive the audit of commands: what is not written is not carried out either."""
        kept: list[tuple[float, Entry]] = []
        for at, entry in group:
            if not isinstance(entry, RecordCommand):
                kept.append((at, entry))
            elif entry.refused is not None:
                entry.refused()
            elif self._is_spared(entry.command):
                entry.then(None)
            else:
                kept.append((at, entry))
        return kept

    def _is_spared(self, command: CommandRecord) -> bool:
        """Whether the spare log has it; one that the database knows waits for that to answer."""
        assert self._db is not None
        known = stages_of(self._db, command.id)
        return self._spare is not None and not known and self._spare.append(command)
