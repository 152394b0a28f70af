"""Where the values of a field stand: in a column of their own, or in the record's `custom`."""

import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from business.registry.declare import Field
from business.registry.entity import Entity
from business.registry.record import Record
from business.registry.values import CUSTOM


def is_text(field: Field) -> bool:
    python: type = field.type.column().python_type
    return python is str


def column_of(entity: Entity, field: Field) -> Any:
    """What conditions and sorting compare."""
    if not field.custom:
        return entity.column(field.name)
    held = entity.model.custom[field.name.removeprefix(CUSTOM)]
    python: type = field.type.column().python_type
    if python is bool:
        return held.as_boolean()
    if python is int:
        return held.as_integer()
    if issubclass(python, Decimal | float):
        return held.as_float()
    return held.as_string()


def holds(session: Session, column: Any, text: str) -> ColumnElement[bool]:
    """Whether a text stands somewhere in it, in capitals or not.

    SQLite looks past that difference by itself: small letters would take as long to make as the search.
    """
    found: ColumnElement[bool] = (
        column.contains(text, autoescape=True)
        if session.get_bind().dialect.name == "sqlite"
        else column.icontains(text, autoescape=True)
    )
    return found


def value_of(record: Record, field: Field) -> Any:
    """The canonical value; None where empty."""
    if not field.custom:
        return getattr(record, field.name)
    held = record.custom.get(field.name.removeprefix(CUSTOM))
    return None if held is None else field.type.parse(held)


def set_value(record: Record, field: Field, value: Any) -> None:
    if not field.custom:
        setattr(record, field.name, value)
        return
    name = field.name.removeprefix(CUSTOM)
    kept = {key: held for key, held in record.custom.items() if key != name}
    # A new dictionary: the unit of work sees no change within the old one.
    record.custom = kept if value is None else {**kept, name: _plain(value)}


def _plain(value: Any) -> Any:
    """As JSON holds it, so that it compares as what it is."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value
