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
from actors.alarm_records import Change, Record
from actors.alarm_tables import (
    ALARM_COLUMNS,
    JOURNAL_COLUMNS,
    CommandRecord,
    alarm_row,
    journal_values,
    record_of,
    result_of,
    writer,
)
from actors.life import Listener
from actors.messages import CommandResult, Stage
from actors.spare_log import SpareLog

logger = logging.getLogger(__name__)

_ALARM_NAMES = ALARM_COLUMNS.split(", ")
_KEEP_ALARM = (
    f"INSERT INTO alarm ({ALARM_COLUMNS}) VALUES ({', '.join('?' for _ in _ALARM_NAMES)}) "  # noqa: S608
    "ON CONFLICT (device, point, rule) DO UPDATE SET "
    f"{', '.join(f'{name} = excluded.{name}' for name in _ALARM_NAMES)} RETURNING id"
)
_ROW_NAMES = f"{JOURNAL_COLUMNS}, alarm, source, epoch, sequence"
_ADD_ROW = (
    f"INSERT INTO journal ({_ROW_NAMES}) VALUES ({', '.join('?' for _ in _ROW_NAMES.split(', '))}) "  # noqa: S608
    "ON CONFLICT (alarm, source, epoch, sequence, transition) DO NOTHING"
)

RETRY_S = 1.0
"""How long to wait for space on a full disk before the next attempt."""


@dataclass(frozen=True, slots=True)
class Commit:
    """Journal these transitions, then call `then` in the journal's thread: it must only pass things on."""

    changes: tuple[Change, ...]
    then: Callable[[], object]


@dataclass(frozen=True, slots=True)
class LoadAlarms:
    """Hand over all alarms as they are behind every earlier `Commit`."""

    then: Callable[[tuple[Record, ...]], object]


@dataclass(frozen=True, slots=True)
class LoadOpenCommands:
    """Hand over the ids and processes of all commands that have no end, behind every earlier record."""

    then: Callable[[tuple[tuple[str, str], ...]], object]


@dataclass(frozen=True, slots=True)
class MarkApplied:
    """Everything of an outbox up to `sequence` is applied."""

    source: str
    epoch: str
    sequence: int
    then: Callable[[], object]


@dataclass(frozen=True, slots=True)
class RecordCommand:
    """Record a command before it is carried out, with its first stages.

    `then` hears what is known of an earlier command with this id, None for a new one. On a disk that stays
    full, `refused` is called instead: no audit, no command. One without it is urgent: it is recorded in the
    spare log, and goes on.
    """

    command: CommandRecord
    stages: tuple[CommandResult, ...]
    then: Callable[[tuple[CommandResult, ...] | None], object]
    refused: Callable[[], object] | None


@dataclass(frozen=True, slots=True)
class RecordStage:
    """Record how far a command came, once. `then` hears whether that was news: a final stage ends a command,
    and only a certain one may still replace *unknown*."""

    result: CommandResult
    then: Callable[[bool], object]


@dataclass(frozen=True, slots=True)
class _Flush:
    """Told by the journal to itself behind what had come when a group began."""


Entry = Commit | LoadAlarms | LoadOpenCommands | MarkApplied | RecordCommand | RecordStage
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
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__("journal", supervisor)
        self._path = path
        self._on_disk_full = on_disk_full
        self._spare = spare
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
                _command(db, RecordCommand(command, (accepted,), lambda _known: None, None))
            for entry in entries:
                match entry:
                    case Commit(changes, then):
                        journaled += sum(_journal(db, change) for change in changes)
                        calls.append(then)
                    case LoadAlarms(then_load):
                        kept = db.execute(f"SELECT {ALARM_COLUMNS} FROM alarm")  # noqa: S608
                        calls.append(partial(then_load, tuple(record_of(row) for row in kept)))
                    case LoadOpenCommands(then_open):
                        found = db.execute("SELECT id, process FROM command WHERE NOT ended ORDER BY number")
                        calls.append(partial(then_open, tuple(found.fetchall())))
                    case MarkApplied(source, epoch, sequence, then):
                        _mark(db, source, epoch, sequence)
                        calls.append(then)
                    case RecordCommand():
                        calls.append(partial(entry.then, _command(db, entry)))
                    case RecordStage(result, then_stage):
                        calls.append(partial(then_stage, _stage(db, result)))
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


def _journal(db: sqlite3.Connection, change: Change) -> int:
    """Keep the record and its row; 0 when the row was journaled before."""
    (alarm,) = db.execute(_KEEP_ALARM, alarm_row(change.record)).fetchone()
    key = change.key
    return db.execute(
        _ADD_ROW, (*journal_values(change.row), alarm, key.source, key.epoch, key.sequence)
    ).rowcount


def _mark(db: sqlite3.Connection, source: str, epoch: str, sequence: int) -> None:
    db.execute(
        "INSERT INTO applied VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)",
        (source, epoch, sequence),
    )


def _next_end(db: sqlite3.Connection) -> int:
    """The number of the next end of a command."""
    last: int | None = db.execute("SELECT max(ended) FROM command").fetchone()[0]
    return (last or 0) + 1


def _command(db: sqlite3.Connection, entry: RecordCommand) -> tuple[CommandResult, ...] | None:
    command = entry.command
    ended = _next_end(db) if any(result.stage.is_final for result in entry.stages) else 0
    new = db.execute(
        "INSERT INTO command (id, kind, body, user, session, station, process, ttl_s, received_ns, ended) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (
            command.id, command.kind, command.body, command.issuer.user, command.issuer.session,
            command.issuer.station, command.process, command.ttl_s, command.received_ns, ended,
        ),
    ).rowcount  # fmt: skip
    if not new:
        return stages_of(db, command.id)
    for result in entry.stages:
        _insert_stage(db, result)
    return None


def _stage(db: sqlite3.Connection, result: CommandResult) -> bool:
    known = db.execute("SELECT 1 FROM command WHERE id = ?", (result.id,)).fetchone()
    if known is None:
        return False
    stages = {each.stage for each in stages_of(db, result.id)}
    ends = {stage for stage in stages if stage.is_final} - {Stage.UNKNOWN}
    if result.stage in stages or ends or (Stage.UNKNOWN in stages and not result.stage.is_final):
        return False
    _insert_stage(db, result)
    if result.stage.is_final:
        # One that ended as unknown and is heard of later keeps its place.
        end = (_next_end(db), result.id)
        db.execute("UPDATE command SET ended = ? WHERE id = ? AND NOT ended", end)
    return True


def _insert_stage(db: sqlite3.Connection, result: CommandResult) -> None:
    db.execute(
        "INSERT INTO command_stage VALUES (?, ?, ?, ?, ?)",
        (result.id, result.stage.value, result.detail, result.value, result.time_ns),
    )


def stages_of(db: sqlite3.Connection, id_: str) -> tuple[CommandResult, ...]:
    """How far a command came, in the order in which that was recorded."""
    found = db.execute(
        "SELECT id, stage, detail, value, time_ns FROM command_stage WHERE id = ? ORDER BY rowid", (id_,)
    )
    return tuple(result_of(row) for row in found)
