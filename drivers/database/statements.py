"""The few statements that are ever sent; all of them read."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, literal_column, select, text
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.expression import BindParameter, ColumnElement
from sqlalchemy.types import NullType

TOP = "top_mark"


class Statements:
    """About one table. Every name is quoted, every value bound; percent signs are the compiler's matter."""

    def __init__(self, dialect: Dialect, name: str, watermark: str) -> None:
        self._quote = dialect.identifier_preparer.quote_identifier
        self._from = text(".".join(map(self._quote, name.split("."))))
        self._watermark = self._column(watermark)

    def nothing(self) -> Select[Any]:
        """No row, but the names of all columns."""
        return select(literal_column("*")).select_from(self._from).where(text("1 = 0"))

    def top(self, last: object = None) -> Select[Any]:
        """The highest watermark, or the highest up to `last`."""
        top = select(func.max(self._watermark).label(TOP)).select_from(self._from)
        return top if last is None else top.where(self._watermark <= _bound("last", last))

    def since(self, columns: Iterable[str], bound: object, limit: int) -> Select[Any]:
        """The rows from a watermark on, in its order."""
        return (
            self._rows(columns)
            .where(self._watermark >= _bound("watermark", bound))
            .order_by(self._watermark)
            .limit(limit)
        )

    def newest(
        self, columns: Iterable[str], match: Mapping[str, str], last: object, limit: int
    ) -> Select[Any]:
        """The rows with the highest watermarks up to `last`, downwards, that hold what `match` says."""
        held = [
            self._column(name) == _bound(f"match_{at}", value)
            for at, (name, value) in enumerate(match.items())
        ]
        return (
            self._rows(columns)
            .where(and_(self._watermark <= _bound("last", last), *held))
            .order_by(self._watermark.desc())
            .limit(limit)
        )

    def _rows(self, columns: Iterable[str]) -> Select[Any]:
        return select(*(self._column(name).label(name) for name in columns)).select_from(self._from)

    def _column(self, name: str) -> ColumnElement[Any]:
        return literal_column(self._quote(name))


def asked(query: str, bound: object, limit: int) -> TextClause:
    """A query of the configuration's own, filled in."""
    return text(query).bindparams(_bound("watermark", bound), _bound("limit", limit))


def _bound(name: str, value: object) -> BindParameter[Any]:
    """Without a type, so that the database takes it for whatever the column is."""
    return bindparam(name, value, type_=NullType())
