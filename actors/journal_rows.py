"""Writes one entry of the journal into its open transaction."""

import sqlite3

from actors.alarm_records import Change
from actors.alarm_tables import ALARM_COLUMNS, JOURNAL_COLUMNS, alarm_row, journal_values, result_of
from actors.journal_entries import KeepStanding, Kept, RecordCommand
from actors.messages import Area, CommandResult, Stage
from actors.wire import Codec

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

_AREA = Codec(Area)


def add_change(db: sqlite3.Connection, change: Change) -> int:
    """Keep the record and its row; 0 when the row was journaled before."""
    (alarm,) = db.execute(_KEEP_ALARM, alarm_row(change.record)).fetchone()
    key = change.key
    return db.execute(
        _ADD_ROW, (*journal_values(change.row), alarm, key.source, key.epoch, key.sequence)
    ).rowcount


def keep_standing(db: sqlite3.Connection, entry: KeepStanding) -> int:
    """How many rows it brought to the journal."""
    for subsystem, limit_set in entry.limit_sets.items():
        db.execute("REPLACE INTO standing VALUES ('limit-set', ?, ?)", (subsystem, limit_set.encode()))
    rows = 0
    for change in entry.areas:
        if change.area is None:
            news = db.execute("DELETE FROM standing WHERE kind = 'area' AND key = ?", (change.id,)).rowcount
        else:
            body = _AREA.encode(change.area)
            kept = "INSERT INTO standing VALUES ('area', ?, ?) ON CONFLICT DO NOTHING"
            news = db.execute(kept, (change.id, body)).rowcount
        if news:
            key = change.key
            (alarm,) = db.execute("SELECT id FROM alarm WHERE device = '' AND rule = 'area'").fetchone()
            values = (*journal_values(change.row), alarm, key.source, key.epoch, key.sequence)
            rows += db.execute(_ADD_ROW, values).rowcount
    return rows


def standing(db: sqlite3.Connection) -> Kept:
    """What the board knew."""
    found = db.execute("SELECT kind, key, body FROM standing").fetchall()
    areas = [_AREA.decode(body) for kind, _, body in found if kind == "area"]
    return Kept(
        {key: body.decode() for kind, key, body in found if kind == "limit-set"},
        tuple(sorted(areas, key=lambda area: (area.since_ns, area.id))),
    )


def mark(db: sqlite3.Connection, source: str, epoch: str, sequence: int) -> None:
    db.execute(
        "INSERT INTO applied VALUES (?, ?, ?) "
        "ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)",
        (source, epoch, sequence),
    )


def _next_end(db: sqlite3.Connection) -> int:
    """The number of the next end of a command."""
    last: int | None = db.execute("SELECT max(ended) FROM command").fetchone()[0]
    return (last or 0) + 1


def record_command(db: sqlite3.Connection, entry: RecordCommand) -> tuple[CommandResult, ...] | None:
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


def record_stage(db: sqlite3.Connection, result: CommandResult) -> bool:
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
