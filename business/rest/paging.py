"""Lists in pages by keyset: a page costs the same wherever it stands, and new rows shift nothing."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from business.rest.problems import Refusing
from business.rest.shapes import LARGEST
from config.text import Text

MOST = 200
T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    """Some rows of a list, and where the next ones begin."""

    items: list[T]
    next: str | None = Field(None, description="`cursor` of the next page; null when this is the last")


@dataclass(frozen=True, slots=True)
class Paging:
    """What a request says about the page it wants."""

    limit: Annotated[int, Query(ge=1, le=MOST, description="Rows of the page at most")] = 50
    cursor: Annotated[str, Query(max_length=1000, description="`next` of the page before")] = ""


Wanted = Annotated[Paging, Depends()]
Key = Sequence[InstrumentedAttribute[Any]]


def page(
    session: Session,
    query: Select[*tuple[Any, ...]],
    key: Key,
    wanted: Paging,
    shape: Callable[..., T],
    *,
    newest_first: bool = False,
) -> Page[T]:
    """A page of the rows of `query`, sorted by `key`, whose columns together are unique and never null.

    `shape` is called with the columns of a row. Raises Refusing for a cursor that is not of this list.
    """
    entities = len(query.column_descriptions)
    order = [column.desc() if newest_first else column.asc() for column in key]
    found = query.add_columns(*key).order_by(*order).limit(wanted.limit + 1)
    if wanted.cursor:
        there = tuple_(*_read(wanted.cursor, key))
        here = tuple_(*key)
        found = found.where(here < there if newest_first else here > there)
    rows = session.execute(found).all()
    shown = rows[: wanted.limit]
    following = _write(shown[-1][entities:]) if len(rows) > wanted.limit else None
    return Page(items=[shape(*row[:entities]) for row in shown], next=following)


def _write(values: Sequence[Any]) -> str:
    text = json.dumps(list(values), ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(cursor: str, key: Key) -> list[Any]:
    kinds = [column.type.python_type for column in key]
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        values = json.loads(raw)
    except (ValueError, RecursionError):
        values = None
    fits = isinstance(values, list) and len(values) == len(kinds)
    if not fits or not all(_is_fit(value, kind) for value, kind in zip(values, kinds, strict=True)):
        unfit = Text("不是本列表给出的 cursor", "is no cursor that this list gave")
        raise Refusing(422, unfit, code="unfit-cursor")
    found: list[Any] = values
    return found


def _is_fit(value: object, kind: type) -> bool:
    if kind is int:
        return type(value) is int and abs(value) <= LARGEST
    return isinstance(value, str) and value.isprintable()
