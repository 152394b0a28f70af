"""Reads `notifier.db` beside its writer: the message log, calls, and what a link shows."""

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from actors.wire import WireError
from business.fields.keyring import Keyring
from business.notifier.calls import Call, Outbound
from business.notifier.directory import DIRECTORY
from business.notifier.escalation import End, next_ns
from business.notifier.messages import (
    EscalationRow,
    Escalations,
    LinkRead,
    MessageFilter,
    MessageRead,
    MessageRow,
    Messages,
    MessageState,
    ReadEscalations,
    ReadLink,
    ReadMessage,
    ReadMessages,
)
from business.notifier.tables import CALLS, COLUMNS, OPEN_CALLS, outbound, traces

MOST: Final = 500
"""Rows of a page."""
MOST_SEARCHED: Final = 200
"""Characters of what is searched for: a database takes only so many conditions."""
_EXACT: Final = ("person", "medium", "account", "event", "state", "subject")


class NotifierReader:
    """A read-only connection of its own; from any thread, one call at a time. The file must exist."""

    def __init__(self, path: Path, keys: Keyring) -> None:
        self._path = path
        self._keys = keys
        self._lock = threading.Lock()
        self._db: sqlite3.Connection | None = None

    def close(self) -> None:
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def messages(self, query: ReadMessages) -> Iterator[Messages]:
        where, values = _where(query.wanted)
        found = self._all(
            f"SELECT {COLUMNS} FROM message WHERE number < ?{where} ORDER BY number DESC LIMIT ?",  # noqa: S608
            query.cursor or 1 << 62,
            *values,
            max(0, min(query.limit, MOST)),
        )
        yield Messages(tuple(_row(outbound(row)) for row in found))

    def message(self, query: ReadMessage) -> Iterator[MessageRead]:
        found = self._all(f"SELECT {COLUMNS} FROM message WHERE id = ?", query.id)  # noqa: S608
        if not found:
            yield MessageRead(None, ())
            return
        with self._lock:
            yield MessageRead(_row(outbound(found[0])), traces(self._connection(), query.id))

    def escalations(self, query: ReadEscalations) -> Iterator[Escalations]:
        where, values = "", []
        if query.open:
            where += f" AND ({OPEN_CALLS})"
        if query.subject:
            where += " AND subject = ?"
            values.append(query.subject)
        found = self._all(
            f"SELECT number, body FROM call WHERE number < ?{where} ORDER BY number DESC LIMIT ?",  # noqa: S608
            query.cursor or 1 << 62,
            *values,
            max(0, min(query.limit, MOST)),
        )
        read = ((_call(row), row["number"]) for row in found)
        yield Escalations(tuple(escalation_row(call, number) for call, number in read if call is not None))

    def link(self, query: ReadLink) -> Iterator[LinkRead]:
        nothing = LinkRead(None, "", "zh", 0)
        code = self._code(query.token)
        if code is None:
            yield nothing
            return
        calls, person, until_ns = code
        found = self._all("SELECT number, body FROM call WHERE id = ?", calls.split("\n")[0])
        call = _call(found[0]) if found else None
        if call is None:
            yield nothing
            return
        display, language = self._person(person)
        yield LinkRead(escalation_row(call, found[0]["number"]), display, language, until_ns)

    def _code(self, token: str) -> tuple[str, str, int] | None:
        for mark in self._keys.indexes(token, "notifier.code"):
            for row in self._all("SELECT call, person, until_ns FROM code WHERE mark = ?", mark):
                return row["call"], row["person"], row["until_ns"]
        return None

    def _person(self, user: str) -> tuple[str, str]:
        """Display name and language."""
        kept = self._all("SELECT body FROM kept WHERE name = 'directory'")
        if not kept:
            return user, "zh"
        body = bytes.fromhex(self._keys.open(kept[0]["body"], "notifier.directory"))
        try:
            person = DIRECTORY.decode(body).people.get(user)
        except WireError:
            person = None
        return (person.display, person.language) if person is not None else (user.removeprefix("@"), "zh")

    def _all(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection().execute(sql, values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        if self._db is None:
            self._db = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False
            )
            self._db.row_factory = sqlite3.Row
        return self._db


def _call(row: sqlite3.Row) -> Call | None:
    """None for one that another version wrote."""
    try:
        call: Call = CALLS.decode(row["body"])
    except WireError:
        return None
    return call


def escalation_row(call: Call, number: int) -> EscalationRow:
    escalation = call.escalation
    return EscalationRow(
        number,
        escalation.id,
        call.kind,
        call.subject,
        call.event,
        escalation.cause.zone,
        escalation.cause.priority,
        call.text,
        escalation.policy.id,
        call.team,
        call.opened_ns,
        escalation.round,
        escalation.progress,
        escalation.by,
        escalation.since_ns,
        (next_ns(escalation) or 0) if escalation.end is End.OPEN else 0,
        escalation.end.value,
    )


def _where(wanted: MessageFilter) -> tuple[str, list[Any]]:
    where, values = "", []
    for name in _EXACT:
        if value := getattr(wanted, name):
            where += f" AND {name} = ?"
            values.append(value)
    if wanted.escalation:
        where += " AND call = ?"
        values.append(wanted.escalation)
    if wanted.since_ns:
        where += " AND time_ns >= ?"
        values.append(wanted.since_ns)
    if wanted.until_ns:
        where += " AND time_ns < ?"
        values.append(wanted.until_ns)
    for word in wanted.text[:MOST_SEARCHED].split():
        where += " AND (title || ' ' || text || ' ' || person || ' ' || detail) LIKE ? ESCAPE '\\'"
        values.append("%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
    return where, values


def _row(message: Outbound) -> MessageRow:
    return MessageRow(
        message.number,
        message.id,
        message.time_ns,
        message.event,
        message.call,
        message.subject,
        message.person,
        message.receiver,
        message.medium,
        message.account,
        message.priority,
        message.language,
        message.title,
        message.text,
        MessageState(message.state),
        message.round,
        message.step,
        message.repeat,
        message.due_ns,
        message.attempts,
        message.handed_ns,
        message.detail,
        message.cost,
        message.answered_ns,
    )
