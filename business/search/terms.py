"""The index of terms in the form of each database: an FTS5 table of SQLite, a tsvector of PostgreSQL."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, FromClause, cast, column, delete, insert, select, table
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Session


class Field(Enum):
    """Where a term comes from."""

    CODES = "codes"
    TITLE = "title"
    WORDS = "words"
    PINYIN = "pinyin"


Terms = Mapping[Field, Sequence[str]]
"""Terms are made of letters, digits and the signs '=', '-' and ':' alone."""


@dataclass(frozen=True, slots=True)
class Has:
    """A term, or one that begins so, in one of some fields."""

    term: str
    fields: tuple[Field, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple["Sought", ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple["Sought", ...]


Sought = Has | Every | Some


class Fts5:
    """SQLite. The tokenizer only splits at spaces: what is a term was decided before."""

    SECURE_DELETE = sqlite3.sqlite_version_info >= (3, 42)
    """Before that version removed terms stay in the file until `scrub` has merged the index."""
    MERGE_PAGES = 1_000
    """That a step of `scrub` rewrites, about 20 ms of work."""

    _table = table("search_terms", column("rowid"), *(column(field.value) for field in Field))
    _insert = insert(_table)
    key: ColumnElement[Any] = _table.c.rowid

    def add(self, session: Session, terms: Mapping[int, Terms]) -> None:
        rows = [
            {"rowid": id_, **{field.value: " ".join(each[field]) for field in Field}}
            for id_, each in terms.items()
        ]
        session.connection().execute(self._insert, rows)

    def remove(self, session: Session, ids: Collection[int]) -> None:
        session.execute(delete(self._table).where(self.key.in_(ids)))

    def ids(self, sought: Sought) -> FromClause:
        """The `id`s of the entries."""
        matches = column("search_terms").bool_op("MATCH")(self._said(sought))
        return select(self.key.label("id")).select_from(self._table).where(matches).subquery()

    def scrub(self, session: Session, *, first: bool) -> bool:
        """A step towards an index without a trace of what was removed; whether there is more to do."""
        if self.SECURE_DELETE:
            return False
        connection = session.connection()
        before = connection.exec_driver_sql("SELECT total_changes()").scalar_one()
        pages = -self.MERGE_PAGES if first else self.MERGE_PAGES
        connection.exec_driver_sql(
            "INSERT INTO search_terms(search_terms, rank) VALUES ('merge', ?)", (pages,)
        )
        return bool(connection.exec_driver_sql("SELECT total_changes()").scalar_one() - before >= 2)

    def _said(self, sought: Sought) -> str:
        match sought:
            case Has(term, fields, prefix):
                columns = " ".join(field.value for field in fields)
                return f'{{{columns}}} : "{term}"{" *" * prefix}'
            case Every(parts):
                return "(" + " AND ".join(map(self._said, parts)) + ")"
            case Some(parts):
                return "(" + " OR ".join(map(self._said, parts)) + ")"


class TsVector:
    """PostgreSQL. The vectors are written as such: its own parser would take codes apart.

    A term begins with the first letter of its field: an index does not know the weights of a vector, so that
    each row found would have to be read to see where its term stands.
    """

    _table = table("search_terms", column("entry_id"), column("terms", TSVECTOR))
    _insert = insert(_table)
    key: ColumnElement[Any] = _table.c.entry_id

    def add(self, session: Session, terms: Mapping[int, Terms]) -> None:
        rows = [{"entry_id": id_, "terms": self._vector(each)} for id_, each in terms.items()]
        session.connection().execute(self._insert, rows)

    def remove(self, session: Session, ids: Collection[int]) -> None:
        session.execute(delete(self._table).where(self.key.in_(ids)))

    def ids(self, sought: Sought) -> FromClause:
        """The `id`s of the entries, asked for apart: a planner that wants a few only and believes in many
        would read through the table instead of the index."""
        matches = self._table.c.terms.bool_op("@@")(cast(self._said(sought), TSQUERY))
        return select(self.key.label("id")).where(matches).cte("sought").prefix_with("MATERIALIZED")

    def scrub(self, _session: Session, *, first: bool) -> bool:
        """The server's own vacuum does it."""
        return False

    @staticmethod
    def _vector(terms: Terms) -> str:
        return " ".join(f"'{field.value[0]}{term}'" for field in Field for term in terms[field])

    def _said(self, sought: Sought) -> str:
        match sought:
            case Has(term, fields, prefix):
                ways = " | ".join(f"'{field.value[0]}{term}'{':*' * prefix}" for field in fields)
                return f"({ways})"
            case Every(parts):
                return "(" + " & ".join(map(self._said, parts)) + ")"
            case Some(parts):
                return "(" + " | ".join(map(self._said, parts)) + ")"


Index = Fts5 | TsVector
_INDEXES: dict[str, Index] = {"sqlite": Fts5(), "postgresql": TsVector()}


def index_of(session: Session) -> Index:
    return _INDEXES[session.get_bind().dialect.name]
