"""What a request wants of a list of records, checked before the database is asked."""

import datetime
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from actors.said import said
from business.registry.conditions import Condition, ConditionRefused, Operator, clause
from business.registry.custom import fields_of
from business.registry.entity import Entity
from business.registry.paging import Cursor, CursorRefused, cursor
from business.registry.queries import PLAIN, Wanted, order
from business.rest.paging import Paging
from business.rest.problems import Refusing
from business.rest.shapes import LARGEST

OPERATORS = ", ".join(f"`{one}`" for one in Operator)


def page_wanted(
    session: Session,
    entity: Entity,
    filters: Sequence[str],
    text: str,
    sort: str,
    tag: str,
    *,
    removed: bool,
    paging: Paging,
) -> Wanted:
    """Raises Refusing."""
    fields = fields_of(session, entity)
    try:
        conditions = tuple(_condition(one) for one in filters)
        clause(session, entity, fields, conditions)
        name = sort.removeprefix("-")
        if name and (name not in PLAIN and (name not in fields or fields[name].masked)):
            raise ConditionRefused(said(f"不能按“{name}”排序", f"a list cannot be sorted by {name!r}"))
        wanted = Wanted(
            conditions=conditions,
            text=text,
            tags=(tag,) if tag else (),
            removed=removed,
            sort=name,
            descending=sort.startswith("-") if sort else None,
            limit=paging.limit,
        )
        if paging.cursor:
            after = _fit(session, entity, wanted, cursor(paging.cursor))
            wanted = replace(wanted, after=after)
    except CursorRefused as why:
        raise Refusing(422, str(why), code="unfit-cursor") from why
    except ConditionRefused as why:
        raise Refusing(422, str(why), code="unfit-filter") from why
    return wanted


def _condition(text: str) -> Condition:
    field, _, rest = text.partition(":")
    operator, _, value = rest.partition(":")
    if operator not in set(Operator):
        raise ConditionRefused(
            said(
                f"条件“{text}”须形如 字段:运算:值，运算为 {', '.join(Operator)}",
                f"the condition {text!r} is like field:operator:value, with one of {', '.join(Operator)}",
            )
        )
    return Condition(field, Operator(operator), value)


def _fit(session: Session, entity: Entity, wanted: Wanted, at: Cursor) -> Cursor:
    """A cursor holds a value of the sorting column; another list's holds anything. Raises CursorRefused."""
    column, _ = order(session, entity, wanted)
    kind: Any = column.type.python_type
    fits = {
        bool: isinstance(at.value, bool),
        int: type(at.value) is int and abs(at.value) <= LARGEST,
        str: isinstance(at.value, str) and at.value.isprintable(),
        Decimal: isinstance(at.value, Decimal) and at.value.is_finite() and abs(at.value) < LARGEST,
        float: isinstance(at.value, float | int) and -LARGEST < at.value < LARGEST,
        datetime.date: isinstance(at.value, datetime.date),
    }
    if not 0 < at.id <= LARGEST or not (at.value is None or fits.get(kind, False)):
        raise CursorRefused(
            said("翻页位置不属于这个列表，请从第一页重新开始", "the cursor is none of this list; begin anew")
        )
    return at
