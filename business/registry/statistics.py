"""Counting and adding up records by what they have in common (S1-1.8b)."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import extract, func
from sqlalchemy.orm import Session

from actors.said import said
from business.access import Reach
from business.registry.columns import column_of
from business.registry.conditions import ConditionRefused
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entity
from business.registry.queries import Wanted, matching

GROUPS = 500
"""The most lines of one table of statistics."""
_ADDED = (int, Decimal, float)


@dataclass(frozen=True, slots=True)
class Line:
    """One group: what its records have in common, how many they are, and their sums."""

    keys: tuple[Any, ...]
    """A value for each field grouped by; of a date its year; None where empty."""
    count: int
    sums: tuple[Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    by: tuple[Field, ...]
    added: tuple[Field, ...]
    lines: tuple[Line, ...]
    total: Line


def groupable(field: Field) -> bool:
    """Whether records can be grouped by it: coded values, references, yes or no, whole numbers, years."""
    if field.sealed or field.masked or field.unique:
        return False
    python = field.type.column().python_type
    return bool(field.dictionary or field.reference) or issubclass(python, bool | int | datetime.date)


def addable(field: Field) -> bool:
    python = field.type.column().python_type
    return (
        not field.masked
        and issubclass(python, _ADDED)
        and not issubclass(python, bool)
        and not field.reference
        and bool(field.unit or field.type.name == "money")
    )


def statistics(
    session: Session,
    entity: Entity,
    reach: Reach,
    wanted: Wanted,
    by: tuple[str, ...],
    added: tuple[str, ...] = (),
) -> Statistics:
    """The records wanted, in groups, the largest first. Raises ConditionRefused."""
    fields = fields_of(session, entity)
    groups = tuple(_chosen(fields, name, groupable) for name in by)
    sums = tuple(_chosen(fields, name, addable) for name in added)
    records = matching(session, entity, reach, wanted)
    keys = [_key(entity, field) for field in groups]
    measures = [func.count(), *(func.sum(column_of(entity, field)) for field in sums)]
    rows = session.execute(
        records.with_only_columns(*keys, *measures)
        .group_by(*keys)
        .order_by(func.count().desc(), *keys)
        .limit(GROUPS)
    ).all()
    (whole,) = session.execute(records.with_only_columns(*measures)).all()
    at = len(keys)
    lines = tuple(Line(tuple(row[:at]), row[at], _exact(row[at + 1 :])) for row in rows)
    return Statistics(groups, sums, lines, Line((), whole[0], _exact(whole[1:])))


def _key(entity: Entity, field: Field) -> Any:
    column = column_of(entity, field)
    python = field.type.column().python_type
    return extract("year", column) if issubclass(python, datetime.date) else column


def _chosen(fields: Mapping[str, Field], name: str, fits: Any) -> Field:
    field = fields.get(name)
    if field is None or not fits(field):
        raise ConditionRefused(
            said(
                f"不能按“{name}”统计，请选择列出的字段",
                f"{name!r} cannot be counted by: choose a listed field",
            )
        )
    return field


def _exact(sums: Any) -> tuple[Decimal | None, ...]:
    """Sums as they are, without the noise of doubles: no field has more than six decimals."""
    return tuple(
        None if one is None else Decimal(str(one)).quantize(Decimal("0.000001")).normalize() for one in sums
    )
