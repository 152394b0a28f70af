"""`notifier.db`: calls under way, every message and what came of it, codes, and what was followed how far.

What is personal is sealed: where a message goes, its codes, and all of a private one.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from actors.wire import WireError
from business.fields.keyring import Keyring
from business.notifier.calls import Call, Outbound
from business.notifier.escalation import Escalation
from business.notifier.messages import MessageState, TraceRow
from business.notifier.tables import CALLS, COLUMNS, OPEN_CALLS, SCHEMA, SECOND_NS, Hidden, outbound, traces

_AGAIN_NS: Final = f"tried_ns + min(1 << min(attempts - 1, 6), 60) * {SECOND_NS}"
"""When what was tried may be tried again."""
_BODY, _PLACE = "notifier.body", "notifier.place"


class NotifierStore:
    """The one connection that writes. For one thread."""

    def __init__(self, path: Path, keys: Keyring) -> None:
        self._keys = keys
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """On the disk when it is left."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    # --- marks, and what is done once

    def mark(self, name: str) -> int | None:
        row = self._db.execute("SELECT value FROM mark WHERE name = ?", (name,)).fetchone()
        return None if row is None else int(row[0])

    def set_mark(self, name: str, value: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO mark VALUES (?, ?)", (name, value))

    def first_time(self, id_: str, now_ns: int) -> bool:
        return self._db.execute("INSERT OR IGNORE INTO done VALUES (?, ?)", (id_, now_ns)).rowcount == 1

    def keep(self, name: str, body: bytes) -> None:
        sealed = self._keys.seal(body.hex(), f"notifier.{name}")
        self._db.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, sealed))

    def kept(self, name: str) -> bytes | None:
        row = self._db.execute("SELECT body FROM kept WHERE name = ?", (name,)).fetchone()
        return None if row is None else bytes.fromhex(self._keys.open(row[0], f"notifier.{name}"))

    # --- calls

    def open_calls(self) -> tuple[Call, ...]:
        found = self._db.execute(f"SELECT number, body FROM call WHERE {OPEN_CALLS} ORDER BY number")  # noqa: S608
        return tuple(self._call(row) for row in found)

    def forget_unreadable(self) -> Mapping[str, str]:
        """Open calls as another version wrote them: subjects by id. Their messages stay, so that a call that
        begins anew for the same cause tells nobody twice."""
        found = self._db.execute(f"SELECT id, subject, number, body FROM call WHERE {OPEN_CALLS}")  # noqa: S608
        lost = {row["id"]: row["subject"] for row in found.fetchall() if not self._is_readable(row)}
        self._db.executemany("DELETE FROM call WHERE id = ?", [(one,) for one in lost])
        return lost

    def _is_readable(self, row: sqlite3.Row) -> bool:
        try:
            self._call(row)
        except WireError:
            return False
        return True

    def has_call(self, id_: str) -> bool:
        return self._db.execute("SELECT 1 FROM call WHERE id = ?", (id_,)).fetchone() is not None

    def call(self, id_: str) -> Call | None:
        """None too for one that another version wrote."""
        row = self._db.execute("SELECT number, body FROM call WHERE id = ?", (id_,)).fetchone()
        return self._call(row) if row is not None and self._is_readable(row) else None

    def newest_call(self, subject: str) -> Call | None:
        row = self._db.execute(
            "SELECT number, body FROM call WHERE subject = ? ORDER BY number DESC LIMIT 1", (subject,)
        ).fetchone()
        return self._call(row) if row is not None and self._is_readable(row) else None

    @staticmethod
    def _call(row: sqlite3.Row) -> Call:
        call: Call = CALLS.decode(row["body"])
        return replace(call, number=row["number"])

    def save_call(self, call: Call, next_ns: int) -> None:
        escalation: Escalation = call.escalation
        self._db.execute(
            'INSERT INTO call (id, kind, subject, event, opened_ns, "end", owed, next_ns, body) '
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET event = excluded.event, "
            '"end" = excluded."end", owed = excluded.owed, next_ns = excluded.next_ns, body = excluded.body',
            (
                escalation.id, call.kind, call.subject, call.event, call.opened_ns, escalation.end.value,
                bool(call.owed), next_ns, CALLS.encode(call),
            ),
        )  # fmt: skip

    def unanswered(self, since_ns: int) -> int:
        """How many of the newest call of each subject since have ended without an answer."""
        (count,) = self._db.execute(
            'SELECT count(*) FROM (SELECT "end", max(number) FROM call WHERE opened_ns > ? GROUP BY subject) '
            "WHERE \"end\" = 'unanswered'",
            (since_ns,),
        ).fetchone()
        return int(count)

    # --- messages

    def add(self, message: Outbound, hidden: Hidden) -> bool:
        """Whether it is new: the same intent is one message, however often it is decided."""
        body = self._keys.seal(json.dumps(asdict(hidden), ensure_ascii=False), _BODY)
        values = (
            message.id, message.time_ns, message.event, message.call, message.subject, message.person,
            message.receiver, message.medium, message.account, message.only,
            message.priority, message.language, message.title, message.text, message.state, message.round,
            message.step, message.repeat, message.due_ns, message.until_ns, message.waits,
            self.place(hidden.to), 0, 0, 0, 0, 0, "", message.detail, 0, 0, body,
        )  # fmt: skip
        return (
            self._db.execute(
                f"INSERT OR IGNORE INTO message VALUES (NULL{', ?' * len(values)})",  # noqa: S608
                values,
            ).rowcount
            == 1
        )

    def message(self, id_: str) -> Outbound | None:
        row = self._db.execute(f"SELECT {COLUMNS} FROM message WHERE id = ?", (id_,)).fetchone()  # noqa: S608
        return None if row is None else outbound(row)

    def by_reference(self, account: str, reference: str) -> Outbound | None:
        """None for '', which is the reference of all that have none."""
        row = self._db.execute(
            f"SELECT {COLUMNS} FROM message WHERE account = ? AND reference = ? AND reference != ''",  # noqa: S608
            (account, reference),
        ).fetchone()
        return None if row is None else outbound(row)

    def of_call(self, call: str) -> tuple[Outbound, ...]:
        return self._messages("call = ? ORDER BY number", call)

    def waiting(self, now_ns: int, medium: str, most: int) -> tuple[Outbound, ...]:
        """What is to go now, the most urgent first, and of that what is about alarms. What was tried is tried
        again after one second, two, four, up to a minute. A time that is yet to come is that of a clock that
        was put back."""
        return self._messages(
            "state = 'waiting' AND (due_ns <= ?1 OR time_ns > ?1) AND until_ns > ?1 AND waits = '' "
            f"AND medium = ?2 AND (attempts = 0 OR tried_ns > ?1 OR {_AGAIN_NS} <= ?1) "
            "ORDER BY priority, call = '' AND subject = '', due_ns, number LIMIT ?3",
            now_ns, medium, most,
        )  # fmt: skip

    def waiting_count(self) -> int:
        (count,) = self._db.execute(
            "SELECT (SELECT count(*) FROM message WHERE state = 'waiting') "
            "+ (SELECT count(*) FROM message WHERE state = 'sending')"
        ).fetchone()
        return int(count)

    def sending(self) -> tuple[Outbound, ...]:
        """Under way when an earlier incarnation ended."""
        return self._messages("state = 'sending' ORDER BY number")

    def gathered(self, now_ns: int) -> tuple[Outbound, ...]:
        """What waits to go in a digest, of which the time has come."""
        return self._messages(
            "state = 'waiting' AND waits = 'digest' AND due_ns <= ? ORDER BY person, medium, number",
            now_ns,
        )

    def gathering(self, person: str, medium: str) -> tuple[Outbound, ...]:
        return self._messages(
            "state = 'waiting' AND waits = 'digest' AND person = ? AND medium = ? ORDER BY number",
            person,
            medium,
        )

    def late(self, due_ns: int) -> tuple[Outbound, ...]:
        """Of calls, what was due then and no provider has taken."""
        return self._messages(
            "state IN ('waiting', 'sending') AND (call != '' OR event = 'digest') AND waits = '' "
            "AND due_ns <= ?",
            due_ns,
        )

    def overdue(self, now_ns: int) -> tuple[Outbound, ...]:
        """What is worth nothing any more."""
        return self._messages("state = 'waiting' AND until_ns <= ?", now_ns)

    def members(self, digest: str) -> tuple[Outbound, ...]:
        return self._messages("state = 'gathered' AND reference = ? AND account = ''", digest)

    def has(self, id_: str) -> bool:
        return self._db.execute("SELECT 1 FROM message WHERE id = ?", (id_,)).fetchone() is not None

    def unheard(self, account: str, since_ns: int, most: int) -> tuple[Outbound, ...]:
        """Handed over since, and no receipt."""
        return self._messages(
            "state = 'handed' AND handed_ns > ? AND account = ? AND reference != '' "
            "ORDER BY tried_ns, number LIMIT ?",
            since_ns, account, most,
        )  # fmt: skip

    def recent(self, person: str, medium: str, since_ns: int, priority: int) -> int:
        """How many messages as urgent as that were meant for him since."""
        (count,) = self._db.execute(
            "SELECT count(*) FROM message WHERE person = ? AND medium = ? AND time_ns > ? AND priority <= ? "
            "AND call != '' AND state != 'gathered'",
            (person, medium, since_ns, priority),
        ).fetchone()
        return int(count)

    def to_place(self, place: bytes, account: str, since_ns: int, text: str | None = None) -> int:
        """How many went there by the account since, or are on their way; with `text` those that said the
        same."""
        more, values = ("", ()) if text is None else (" AND text = ?", (text,))
        (count,) = self._db.execute(
            "SELECT count(*) FROM message WHERE place = ? AND account = ? "  # noqa: S608
            f"AND (handed_ns > ? OR state = 'sending'){more}",
            (place, account, since_ns, *values),
        ).fetchone()
        return int(count)

    def sums(self, account: str, since_ns: int) -> tuple[int, int, int]:
        """How many a provider took since, how many failed, what those it took cost."""
        row = self._db.execute(
            "SELECT count(*) FILTER (WHERE handed_ns > ?1), count(*) FILTER (WHERE state = 'failed'), "
            "coalesce(sum(cost) FILTER (WHERE handed_ns > ?1), 0) FROM message "
            "WHERE tried_ns > ?1 AND account = ?2",
            (since_ns, account),
        ).fetchone()
        return tuple(row)

    def change(self, id_: str, **changes: Any) -> None:
        names = ", ".join(f"{name} = ?" for name in changes)
        self._db.execute(f"UPDATE message SET {names} WHERE id = ?", (*changes.values(), id_))  # noqa: S608

    def trace(self, message: str, time_ns: int, what: str, account: str = "", detail: str = "") -> None:
        self._db.execute(
            "INSERT INTO trace VALUES (?, ?, ?, ?, ?)", (message, time_ns, what, account, detail)
        )

    def hidden(self, message: Outbound) -> Hidden:
        return Hidden(**json.loads(self._keys.open(message.body, _BODY)))

    def withdraw(self, call: str, now_ns: int, detail: str) -> None:
        """What has not gone yet goes no more, nor does a digest of which nothing else is left."""
        waiting = self._messages("call = ? AND state = 'waiting'", call)
        digests = self._messages(
            "state = 'waiting' AND id IN "
            "(SELECT reference FROM message WHERE call = ? AND state = 'gathered')",
            call,
        )
        gathered = [one for digest in digests for one in self.members(digest.id) if one.call == call]
        for one in (*waiting, *gathered):
            self._withdraw(one, now_ns, detail)
        for digest in digests:
            if not self.members(digest.id):
                self._withdraw(digest, now_ns, detail)

    def _withdraw(self, message: Outbound, now_ns: int, detail: str) -> None:
        self.change(message.id, state=MessageState.WITHDRAWN.value, detail=detail)
        self.trace(message.id, now_ns, MessageState.WITHDRAWN.value, detail=detail)

    # --- codes and answers

    def add_code(self, code: str, call: str, person: str, until_ns: int, now_ns: int) -> bool:
        """False where it is another's and still valid."""
        return (
            self._db.execute(
                "INSERT INTO code VALUES (?, ?, ?, ?, 0) ON CONFLICT (mark) DO UPDATE SET "
                "call = excluded.call, person = excluded.person, until_ns = excluded.until_ns, used_ns = 0 "
                "WHERE code.until_ns <= ?",
                (self.code_mark(code), call, person, until_ns, now_ns),
            ).rowcount
            == 1
        )

    def code(self, code: str) -> tuple[str, str, int, int] | None:
        """Call, person, until when, when it was used."""
        for mark in self._keys.indexes(code, "notifier.code"):
            row = self._db.execute(
                "SELECT call, person, until_ns, used_ns FROM code WHERE mark = ?", (mark,)
            ).fetchone()
            if row is not None:
                return tuple(row)
        return None

    def use_code(self, code: str, now_ns: int) -> None:
        self._db.execute("UPDATE code SET used_ns = ? WHERE mark = ?", (now_ns, self.code_mark(code)))

    def say(
        self,
        way: str,
        id_: str,
        time_ns: int,
        person: str,
        sender: str,
        call: str,
        *,
        right: bool,
        detail: str,
    ) -> bool:
        """Whether nobody has said it before by that id."""
        values = (time_ns, way, id_, person, self.place(sender), call, right, detail)
        return (
            self._db.execute(
                "INSERT OR IGNORE INTO said VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)", values
            ).rowcount
            == 1
        )

    def is_said(self, way: str, id_: str) -> bool:
        found = self._db.execute("SELECT 1 FROM said WHERE way = ? AND id = ?", (way, id_))
        return found.fetchone() is not None

    def wrong_since(self, way: str, sender: str, since_ns: int, details: Sequence[str]) -> int:
        """How often he was wrong in that way, for one of these reasons."""
        (count,) = self._db.execute(
            "SELECT count(*) FROM said WHERE sender = ? AND time_ns > ? AND NOT is_right AND way = ? "  # noqa: S608
            f"AND detail IN ({', '.join('?' * len(details))})",
            (self.place(sender), since_ns, way, *details),
        ).fetchone()
        return int(count)

    # --- numbers that are none

    def bury(self, message: Outbound, now_ns: int, detail: str) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO dead VALUES (?, ?, ?, ?, ?, ?)",
            (message.place, message.person, message.medium, message.receiver, now_ns, detail),
        )

    def revive(self, message: Outbound) -> None:
        self._db.execute("DELETE FROM dead WHERE place = ?", (message.place,))

    def is_dead(self, place: bytes) -> bool:
        return self._db.execute("SELECT 1 FROM dead WHERE place = ?", (place,)).fetchone() is not None

    def dead(self) -> int:
        (count,) = self._db.execute("SELECT count(*) FROM dead").fetchone()
        return int(count)

    # --- what is old

    def purge(self, before_ns: int, most: int) -> int:
        """Forget what ended before; how many messages."""
        found = self._db.execute(
            "SELECT id FROM message WHERE time_ns < ? AND state NOT IN ('waiting', 'sending') LIMIT ?",
            (before_ns, most),
        ).fetchall()
        ids = [(row[0],) for row in found]
        self._db.executemany("DELETE FROM trace WHERE message = ?", ids)
        self._db.executemany("DELETE FROM message WHERE id = ?", ids)
        for table, column in (("code", "until_ns"), ("said", "time_ns"), ("done", "time_ns")):
            self._db.execute(f"DELETE FROM {table} WHERE {column} < ?", (before_ns,))  # noqa: S608
        self._db.execute("DELETE FROM call WHERE \"end\" != '' AND opened_ns < ?", (before_ns,))
        return len(ids)

    # --- helpers

    def place(self, to: str) -> bytes:
        """By which what goes to one receiver is found, without saying who that is."""
        return self._keys.index(to, _PLACE)

    def code_mark(self, code: str) -> bytes:
        return self._keys.index(code, "notifier.code")

    def traces(self, message: str) -> tuple[TraceRow, ...]:
        return traces(self._db, message)

    def _messages(self, where: str, *values: Any) -> tuple[Outbound, ...]:
        found = self._db.execute(f"SELECT {COLUMNS} FROM message WHERE {where}", values)  # noqa: S608
        return tuple(outbound(row) for row in found)
