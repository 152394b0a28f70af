"""Pages of a sorted list by keyset: the hundredth page costs what the first does, and none is skipped."""

import base64
import binascii
import datetime
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from actors.said import said


class CursorRefused(ValueError):
    """A cursor that is none of ours: its text, `said` in both languages, tells the way out."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: its value of the sorting column, and its id."""

    value: Any
    id: int

    def text(self) -> str:
        """Opaque, for addresses."""
        held = [_tagged(self.value), self.id]
        return base64.urlsafe_b64encode(json.dumps(held, ensure_ascii=False).encode()).decode().rstrip("=")


def cursor(text: str) -> Cursor:
    """Raises CursorRefused."""
    try:
        held = json.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
        (kind, value), id_ = held
        if type(id_) is not int:
            raise ValueError(id_)
        return Cursor(_UNTAG[kind](value), id_)
    except (ValueError, TypeError, KeyError, ArithmeticError, binascii.Error) as error:
        raise CursorRefused(
            said(
                "翻页位置无效，请从第一页重新开始",
                "the cursor is none of this list; begin with the first page",
            )
        ) from error


def beyond(
    column: Any, id_column: Any, at: Cursor, *, ascending: bool, nulls_low: bool
) -> ColumnElement[bool]:
    """The rows after `at` in this order; `nulls_low` is how the database sorts what is empty."""
    further = id_column > at.id if ascending else id_column < at.id
    if at.value is None:
        tie = and_(column.is_(None), further)
        # Everything that is not empty still comes when the empty come first in this direction.
        return or_(tie, column.is_not(None)) if nulls_low is ascending else tie
    # The bound comes first, and alone: an index is read from there, and not from its beginning.
    bound, past = (
        (column >= at.value, column > at.value) if ascending else (column <= at.value, column < at.value)
    )
    found = and_(bound, or_(past, further))
    no_more_empty = nulls_low is ascending or not getattr(column.expression, "nullable", True)
    return found if no_more_empty else or_(found, column.is_(None))


def _tagged(value: Any) -> list[Any]:
    if isinstance(value, Decimal):
        return ["decimal", str(value)]
    if isinstance(value, datetime.date):
        return ["date", value.isoformat()]
    return ["plain", value]


def _plain(value: Any) -> Any:
    if value is not None and not isinstance(value, str | int | float | bool):
        raise ValueError(value)
    return value


_UNTAG: dict[str, Callable[[Any], Any]] = {
    "decimal": Decimal,
    "date": datetime.date.fromisoformat,
    "plain": _plain,
}
