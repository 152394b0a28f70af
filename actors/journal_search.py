"""The search index of the journal: every row as a few terms, so that filters combined are one walk.

For each term FTS5 keeps the ids of its rows in order. Rows that have several are found by leaping from list
to list, newest first, from any id on: it matters little how many rows there are, or how rare the match is.
A term is a letter and the value in hexadecimal: no value can be mistaken for another, or for syntax.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from actors.messages import AlarmKind, JournalFilter

_TERMS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "d": ("device",), "k": ("profile",), "a": ("point", "rule"), "z": ("zone",), "s": ("subsystem",),
        "p": ("priority",), "c": ("alarm_class",), "t": ("transition",), "u": ("user",),
        "n": ("annunciated",), "m": ("mode",), "r": ("root",),
    }
)  # fmt: skip
"""By letter, the columns of a row that it stands for."""


def _terms_of(row: str) -> str:
    """SQL for all terms of a row; `row` goes before each column."""

    def value(columns: tuple[str, ...]) -> str:
        return " || 'x' || ".join(f'hex({row}"{column}")' for column in columns)

    return " || ' ' || ".join(f"'{letter}' || {value(columns)}" for letter, columns in _TERMS.items())


_FILL: Final = "INSERT INTO journal_terms (rowid, terms)"
INDEX: Final = (
    """CREATE VIRTUAL TABLE journal_terms
    USING fts5(terms, content='', detail=none, tokenize='ascii')""",
    f"{_FILL} SELECT id, {_terms_of('')} FROM journal ORDER BY id",  # noqa: S608
    f"""CREATE TRIGGER journal_indexed AFTER INSERT ON journal BEGIN
    {_FILL} VALUES (new.id, {_terms_of("new.")}); END""",  # noqa: S608
)
"""Statements that make the index of the rows there are, and keep it."""

NEWEST: Final = 1 << 62
"""Every id is below it."""
LATEST_NS: Final = (1 << 63) - 1
"""The last time that a column holds."""
_MANY: Final = 50
"""Devices from which on it pays to look which of them ever had an alarm."""
_SLACK_NS: Final = 60 * 10**9
"""Rows are in the order of their commits, which may differ so much from that of their times."""


def query(
    db: sqlite3.Connection, wanted: JournalFilter, columns: str, before: int
) -> tuple[str, tuple[int | str, ...]]:
    """SQL and its values for the rows that match with ids below `before`, newest first."""
    first, last = bounds(db, wanted)
    source, conditions = "journal", ["journal.id >= ?", "journal.id < ?"]
    values: list[int | str] = [first, min(last, before)]
    for comparison, bound in ((">=", wanted.since_ns), ("<", wanted.until_ns)):
        if bound:
            conditions.append(f"time_ns {comparison} ?")
            values.append(bound)
    match = matching(_narrowed(db, wanted))
    if match:
        source = "journal_terms CROSS JOIN journal ON journal.id = journal_terms.rowid"
        conditions[:2] = ["journal_terms MATCH ?", "journal_terms.rowid >= ?", "journal_terms.rowid < ?"]
        values.insert(0, match)
    order = "journal_terms.rowid" if match else "journal.id"
    where = " AND ".join(conditions)
    return f"SELECT {columns} FROM {source} WHERE {where} ORDER BY {order} DESC", tuple(values)  # noqa: S608


def _narrowed(db: sqlite3.Connection, wanted: JournalFilter) -> JournalFilter:
    """The same without devices that never had an alarm; one of them stays, which no row is of."""
    if len(wanted.devices) <= _MANY:
        return wanted
    found = db.execute(
        "SELECT DISTINCT device FROM alarm WHERE device IN (SELECT value FROM json_each(?))",
        (json.dumps(wanted.devices),),
    )
    return replace(wanted, devices=tuple(device for (device,) in found) or wanted.devices[:1])


def bounds(db: sqlite3.Connection, wanted: JournalFilter) -> tuple[int, int]:
    """The first id that may lie in the time, and the first that no longer can."""

    def place(condition: str, bound_ns: int, otherwise: int) -> int:
        sql = f"SELECT id FROM journal WHERE time_ns {condition} LIMIT 1"  # noqa: S608
        found = db.execute(sql, (bound_ns,)).fetchone()
        return int(found[0]) if found else otherwise

    before, after = wanted.since_ns - _SLACK_NS, min(wanted.until_ns + _SLACK_NS, LATEST_NS)
    return (
        place("< ? ORDER BY time_ns DESC", before, 0) if wanted.since_ns else 0,
        place(">= ? ORDER BY time_ns", after, NEWEST) if wanted.until_ns else NEWEST,
    )


def matching(wanted: JournalFilter) -> str:
    """The FTS5 expression; '' where only the time counts."""
    annunciated = () if wanted.annunciated is None else (int(wanted.annunciated),)
    whose = [*_each("d", wanted.devices), *_each("k", wanted.profiles)]
    alarms = [_alarm(kind) for kind in wanted.alarms]
    groups = (
        whose, alarms, _each("z", wanted.zones), _each("s", wanted.subsystems), _each("p", wanted.priorities),
        _each("c", wanted.classes), _each("t", wanted.transitions), _each("u", wanted.users),
        _each("m", wanted.modes), _each("r", wanted.roots), _each("n", annunciated),
    )  # fmt: skip
    return " AND ".join(f"({' OR '.join(group)})" for group in groups if group)


def _each(letter: str, values: Iterable[object]) -> list[str]:
    return [_term(letter, value) for value in values]


def _term(letter: str, *parts: object) -> str:
    return letter + "x".join(str(part).encode().hex() for part in parts)


def _alarm(kind: AlarmKind) -> str:
    term = _term("a", kind.point, kind.rule)
    return f"({term} AND {_term('k', kind.profile)})" if kind.profile else term
