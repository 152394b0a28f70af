"""The tables of `alarms.db` and how records become rows and come back."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from actors.alarm_records import Key, Record
from actors.alarm_versions import bring_forward
from actors.messages import (
    Alarm,
    AlarmState,
    CommandResult,
    CommandRow,
    Issuer,
    JournalRow,
    Judgement,
    Stage,
    Suppression,
    Tick,
)
from actors.wire import Codec

SCHEMA = """
CREATE TABLE IF NOT EXISTS alarm (
    id INTEGER PRIMARY KEY, device TEXT NOT NULL, point TEXT NOT NULL, rule TEXT NOT NULL, zone TEXT NOT NULL,
    state TEXT NOT NULL, priority INTEGER NOT NULL, event INTEGER NOT NULL, occurred_ns INTEGER NOT NULL,
    changed_ns INTEGER NOT NULL, value REAL, threshold REAL, limit_set TEXT NOT NULL,
    quality INTEGER NOT NULL, acknowledged_by TEXT NOT NULL, note TEXT NOT NULL,
    told INTEGER NOT NULL, shown INTEGER NOT NULL,
    source TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    UNIQUE (device, point, rule)) STRICT;
CREATE TABLE IF NOT EXISTS journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, time_ns INTEGER NOT NULL, source_ns INTEGER NOT NULL,
    device TEXT NOT NULL, point TEXT NOT NULL, rule TEXT NOT NULL, zone TEXT NOT NULL, event INTEGER NOT NULL,
    transition TEXT NOT NULL, state TEXT NOT NULL, priority INTEGER NOT NULL, value REAL, threshold REAL,
    limit_set TEXT NOT NULL, user TEXT NOT NULL, station TEXT NOT NULL, note TEXT NOT NULL,
    annunciated INTEGER NOT NULL, alarm INTEGER NOT NULL REFERENCES alarm,
    source TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    UNIQUE (alarm, source, epoch, sequence, transition)) STRICT;
CREATE INDEX IF NOT EXISTS journal_time ON journal (time_ns);
CREATE TABLE IF NOT EXISTS applied (
    source TEXT NOT NULL, epoch TEXT NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (source, epoch)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS command (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, body BLOB NOT NULL,
    user TEXT NOT NULL, session TEXT NOT NULL, station TEXT NOT NULL, process TEXT NOT NULL,
    ttl_s REAL NOT NULL, received_ns INTEGER NOT NULL, ended INTEGER NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS command_open ON command (number) WHERE NOT ended;
CREATE INDEX IF NOT EXISTS command_ended ON command (ended) WHERE ended;
CREATE TABLE IF NOT EXISTS command_stage (
    id TEXT NOT NULL REFERENCES command (id), stage TEXT NOT NULL, detail TEXT NOT NULL, value ANY,
    time_ns INTEGER NOT NULL, PRIMARY KEY (id, stage)) STRICT;
"""
"""Version 0, which stays as it is: `alarm_versions` has what came later."""

ALARM_COLUMNS = (
    "device, point, rule, zone, state, priority, event, occurred_ns, changed_ns, value, threshold, "
    "limit_set, quality, acknowledged_by, note, active, alarm_class, root, silenced_ns, mode, first_out, "
    "repeats, more, told, shown, latch, source, epoch, sequence, "
    "untold_ns"
)
JOURNAL_COLUMNS = (
    "time_ns, source_ns, device, point, rule, zone, event, transition, state, priority, value, threshold, "
    "limit_set, user, station, note, annunciated, alarm_class, profile, subsystem, root, mode, fresh, verdict"
)
COMMAND_COLUMNS = "number, id, kind, body, user, session, station, process, ttl_s, received_ns, ended"
"""`ended` counts the ends of commands; 0 while one is open."""


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """A command as the gate took it; `body` is the encoded message."""

    id: str
    kind: str
    body: bytes
    issuer: Issuer
    process: str
    """The field process that carries it out; '' for `core` itself."""
    ttl_s: float
    received_ns: int


@dataclass(frozen=True, slots=True)
class More:
    """What an alarm has several of, or rarely has: kept as one value."""

    suppressions: tuple[Suppression, ...]
    ticks: tuple[Tick, ...]
    judgement: Judgement | None


_MORE = Codec(More)
_NO_MORE = More((), (), None)


def alarm_row(record: Record) -> tuple[Any, ...]:
    alarm, key = record.alarm, record.condition
    more = More(alarm.suppressions, alarm.ticks, alarm.judgement)
    return (
        alarm.device, alarm.point, alarm.rule, alarm.zone, alarm.state.value, alarm.priority, alarm.event,
        alarm.occurred_ns, alarm.changed_ns, alarm.value, alarm.limit, alarm.limit_set, alarm.quality,
        alarm.by, alarm.note, alarm.active, alarm.alarm_class, alarm.root, alarm.silenced_ns, alarm.mode,
        alarm.first_out, alarm.repeats, b"" if more == _NO_MORE else _MORE.encode(more),
        record.told, record.shown, record.latch, key.source, key.epoch, key.sequence, record.untold_ns,
    )  # fmt: skip


def record_of(row: Sequence[Any]) -> Record:
    """The record of a row with `ALARM_COLUMNS`."""
    more: More = _MORE.decode(row[22]) if row[22] else _NO_MORE
    alarm = Alarm(
        *(
            *row[:4], AlarmState(row[4]), *row[5:15], bool(row[15]), row[16], more.suppressions, *row[17:20],
            bool(row[20]), row[21], more.ticks, more.judgement,
        )
    )  # fmt: skip
    return Record(
        alarm,
        told=bool(row[23]),
        shown=bool(row[24]),
        latch=bool(row[25]),
        condition=Key(*row[26:29]),
        untold_ns=row[29],
    )


def journal_values(row: JournalRow) -> tuple[Any, ...]:
    return (
        row.time_ns, row.source_ns, row.device, row.point, row.rule, row.zone, row.event, row.transition,
        row.state.value, row.priority, row.value, row.limit, row.limit_set, row.user, row.station, row.note,
        row.annunciated, row.alarm_class, row.profile, row.subsystem, row.root, row.mode, row.fresh,
        row.verdict,
    )  # fmt: skip


def journal_row_of(row: Sequence[Any]) -> JournalRow:
    """The row of `id` and `JOURNAL_COLUMNS`."""
    return JournalRow(
        *(*row[:9], AlarmState(row[9]), *row[10:17], bool(row[17]), *row[18:23], bool(row[23]), row[24])
    )


def command_row_of(row: Sequence[Any], stages: Sequence[CommandResult]) -> CommandRow:
    """What people see of a command: a row of `COMMAND_COLUMNS`, and how far it came."""
    number, id_, kind, body, user, session, station, process, _ttl_s, received_ns, ended = row
    return CommandRow(
        number, id_, kind, body, user, session, station, process, received_ns, ended, tuple(stages)
    )


def result_of(row: Sequence[Any]) -> CommandResult:
    """The result of a row (id, stage, detail, value, time_ns)."""
    return CommandResult(row[0], Stage(row[1]), *row[2:5])


def writer(path: str) -> sqlite3.Connection:
    """The one connection that writes, its tables made. For one thread."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.executescript(SCHEMA)
    bring_forward(connection)
    return connection
