"""The tables of `notifier.db`, and how rows become messages and calls."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from actors.wire import Codec
from business.notifier.calls import Call, Outbound
from business.notifier.messages import TraceRow

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS call (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    subject TEXT NOT NULL, event INTEGER NOT NULL, opened_ns INTEGER NOT NULL, "end" TEXT NOT NULL,
    owed INTEGER NOT NULL, next_ns INTEGER NOT NULL, body BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS call_open ON call (number) WHERE "end" = '' OR owed;
CREATE INDEX IF NOT EXISTS call_subject ON call (subject, number);
CREATE TABLE IF NOT EXISTS message (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, time_ns INTEGER NOT NULL,
    event TEXT NOT NULL, call TEXT NOT NULL, subject TEXT NOT NULL, person TEXT NOT NULL,
    receiver TEXT NOT NULL, medium TEXT NOT NULL, account TEXT NOT NULL,
    only TEXT NOT NULL, priority INTEGER NOT NULL, language TEXT NOT NULL, title TEXT NOT NULL,
    text TEXT NOT NULL, state TEXT NOT NULL, round INTEGER NOT NULL, step INTEGER NOT NULL,
    repeat INTEGER NOT NULL, due_ns INTEGER NOT NULL, until_ns INTEGER NOT NULL, waits TEXT NOT NULL,
    place BLOB NOT NULL, written INTEGER NOT NULL, attempts INTEGER NOT NULL,
    unclear INTEGER NOT NULL, tried_ns INTEGER NOT NULL, handed_ns INTEGER NOT NULL,
    reference TEXT NOT NULL, detail TEXT NOT NULL, cost INTEGER NOT NULL, answered_ns INTEGER NOT NULL,
    body BLOB NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS message_waiting
    ON message (medium, priority, call = '' AND subject = '', due_ns, number)
    WHERE state = 'waiting' AND waits = '';
CREATE INDEX IF NOT EXISTS message_sending ON message (number) WHERE state = 'sending';
CREATE INDEX IF NOT EXISTS message_late ON message (due_ns)
    WHERE state IN ('waiting', 'sending') AND (call != '' OR event = 'digest') AND waits = '';
CREATE INDEX IF NOT EXISTS message_until ON message (until_ns) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS message_gathering ON message (due_ns) WHERE state = 'waiting' AND waits = 'digest';
CREATE INDEX IF NOT EXISTS message_call ON message (call, number);
CREATE INDEX IF NOT EXISTS message_subject ON message (subject, number);
CREATE INDEX IF NOT EXISTS message_reference ON message (account, reference);
CREATE INDEX IF NOT EXISTS message_tried ON message (tried_ns);
CREATE INDEX IF NOT EXISTS message_place ON message (place, handed_ns);
CREATE INDEX IF NOT EXISTS message_person ON message (person, number);
CREATE INDEX IF NOT EXISTS message_time ON message (time_ns);
CREATE TABLE IF NOT EXISTS trace (
    message TEXT NOT NULL, time_ns INTEGER NOT NULL, what TEXT NOT NULL, account TEXT NOT NULL,
    detail TEXT NOT NULL) STRICT;
CREATE INDEX IF NOT EXISTS trace_message ON trace (message);
CREATE TABLE IF NOT EXISTS code (
    mark BLOB PRIMARY KEY, call TEXT NOT NULL, person TEXT NOT NULL, until_ns INTEGER NOT NULL,
    used_ns INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS code_call ON code (call, person);
CREATE TABLE IF NOT EXISTS said (
    number INTEGER PRIMARY KEY AUTOINCREMENT, time_ns INTEGER NOT NULL, way TEXT NOT NULL,
    id TEXT NOT NULL, person TEXT NOT NULL, sender BLOB NOT NULL, call TEXT NOT NULL,
    is_right INTEGER NOT NULL, detail TEXT NOT NULL, UNIQUE (way, id)) STRICT;
CREATE INDEX IF NOT EXISTS said_wrong ON said (sender, time_ns) WHERE NOT is_right;
CREATE TABLE IF NOT EXISTS dead (
    place BLOB PRIMARY KEY, person TEXT NOT NULL, medium TEXT NOT NULL, receiver TEXT NOT NULL,
    since_ns INTEGER NOT NULL, detail TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done (id TEXT PRIMARY KEY, time_ns INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""
SECOND_NS: Final = 10**9
COLUMNS: Final = (
    "number, id, time_ns, event, call, subject, person, receiver, medium, account, only, priority, language, "
    "title, text, state, round, step, repeat, due_ns, until_ns, waits, place, written, attempts, unclear, "
    "tried_ns, handed_ns, reference, detail, cost, answered_ns, body"
)
CALLS: Final = Codec(Call)
OPEN_CALLS: Final = "\"end\" = '' OR owed"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Of a message what nobody but its receiver may read."""

    to: str
    values: Mapping[str, str]
    link: str = ""
    code: str = ""
    text: str = ""


def outbound(row: sqlite3.Row | Sequence[Any]) -> Outbound:
    """Of a row of `COLUMNS`."""
    return Outbound(*row)


def traces(db: sqlite3.Connection, message: str) -> tuple[TraceRow, ...]:
    found = db.execute(
        "SELECT time_ns, what, account, detail FROM trace WHERE message = ? ORDER BY rowid", (message,)
    )
    return tuple(TraceRow(*row) for row in found)


def create(path: Path) -> None:
    """The file with its tables, so that readers find them before the notifier has started."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.executescript(SCHEMA)
