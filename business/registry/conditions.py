"""Conditions on any field of an entity, as a person or a program states them, and as SQL."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.orm import Session

from actors.said import said
from business.fields.field_type import FieldError
from business.fields.sealed import equals
from business.registry.columns import column_of, holds, is_text
from business.registry.declare import Field
from business.registry.entity import Entity


class Operator(StrEnum):
    IS = "is"
    IS_NOT = "is-not"
    CONTAINS = "contains"
    BEGINS = "begins"
    FROM = "from"
    """At least."""
    TO = "to"
    """At most."""
    EMPTY = "empty"
    NOT_EMPTY = "not-empty"


_SEVERAL = frozenset({Operator.IS, Operator.IS_NOT})
WITHOUT_VALUE = frozenset({Operator.EMPTY, Operator.NOT_EMPTY})
MOST = 20
"""The most conditions of one list."""


@dataclass(frozen=True, slots=True)
class Condition:
    field: str
    operator: Operator
    value: str = ""
    """As text, which the field's type parses; for `is` and `is-not`, several values separated by '|'."""


class ConditionRefused(ValueError):
    """A condition that makes no sense: its text, `said` in both languages, tells why."""


def operators(field: Field) -> tuple[Operator, ...]:
    """What may be asked of a field; what is hidden is found only by its whole value, not letter by letter."""
    if field.sealed or field.masked:
        return (Operator.IS, Operator.EMPTY, Operator.NOT_EMPTY)
    common = (Operator.IS, Operator.IS_NOT, Operator.EMPTY, Operator.NOT_EMPTY)
    if field.dictionary or field.reference or field.type.name == "boolean":
        return common
    if is_text(field):
        return (Operator.CONTAINS, Operator.BEGINS, *common)
    return (*common[:2], Operator.FROM, Operator.TO, *common[2:])


def clause(
    session: Session, entity: Entity, fields: Mapping[str, Field], conditions: tuple[Condition, ...]
) -> ColumnElement[bool]:
    """All of them. Raises ConditionRefused."""
    if len(conditions) > MOST:
        raise ConditionRefused(
            said(
                f"条件有 {len(conditions)} 个，最多 {MOST} 个",
                f"{len(conditions)} conditions; at most {MOST}",
            )
        )
    return and_(true(), *(_one(session, entity, fields, condition) for condition in conditions))


def _one(
    session: Session, entity: Entity, fields: Mapping[str, Field], condition: Condition
) -> ColumnElement[bool]:
    field = fields.get(condition.field)
    if field is None:
        raise ConditionRefused(
            said(f"没有“{condition.field}”这个字段", f"there is no field {condition.field!r}")
        )
    if condition.operator not in operators(field):
        raise ConditionRefused(
            said(
                f"“{field.label.zh}”不支持条件 {condition.operator}",
                f"{field.label.en} cannot be asked for {condition.operator!r}",
            )
        )
    column = column_of(entity, field)
    if condition.operator is Operator.EMPTY:
        return _empty(field, column)
    if condition.operator is Operator.NOT_EMPTY:
        return ~_empty(field, column)
    if condition.operator is Operator.CONTAINS:
        return holds(session, column, condition.value)
    if condition.operator is Operator.BEGINS:
        return cast(ColumnElement[bool], column.istartswith(condition.value, autoescape=True))
    texts = condition.value.split("|") if condition.operator in _SEVERAL else [condition.value]
    values = [_parsed(field, text) for text in texts]
    if field.sealed:
        return or_(*(equals(session, column, value) for value in values))
    return _COMPARE[condition.operator](column, values)


def _parsed(field: Field, text: str) -> Any:
    try:
        return field.type.parse(text)
    except FieldError as error:
        raise ConditionRefused(str(error)) from error


def _empty(field: Field, column: Any) -> ColumnElement[bool]:
    absent: ColumnElement[bool] = column.is_(None)
    return or_(absent, column == "") if is_text(field) and not field.sealed else absent


_COMPARE: Mapping[Operator, Callable[[Any, list[Any]], ColumnElement[bool]]] = {
    Operator.IS: lambda column, values: column.in_(values),
    Operator.IS_NOT: lambda column, values: or_(column.not_in(values), column.is_(None)),
    Operator.FROM: lambda column, values: column >= values[0],
    Operator.TO: lambda column, values: column <= values[0],
}
