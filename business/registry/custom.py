"""Fields that a site adds to an entity."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.fields.choices import boolean
from business.fields.field_type import FieldType
from business.fields.numbers import decimal, integer
from business.fields.texts import note, text
from business.fields.times import day
from business.registry.declare import Field
from business.registry.entity import Entity
from business.registry.model import CustomField
from business.registry.values import CUSTOM
from business.remembered import remembered
from config.text import Text

TYPES: Mapping[str, FieldType[Any]] = {
    "text": text(),
    "note": note(),
    "integer": integer(),
    "decimal": decimal(4),
    "date": day(),
    "boolean": boolean(),
}
"""What a site may choose from; a dictionary's entries are texts with a dictionary."""
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")


def rows_of(session: Session, entity: Entity) -> tuple[CustomField, ...]:
    """All that the site has added, disabled ones too, in their order."""
    query = select(CustomField).where(CustomField.entity == entity.name)
    return tuple(session.scalars(query.order_by(CustomField.position, CustomField.id)))


def custom_fields(session: Session, entity: Entity) -> tuple[Field, ...]:
    """The fields that the site has added and uses."""
    return remembered(session, CustomField, entity.name, lambda: tuple(_read(session, entity)))


def _read(session: Session, entity: Entity) -> Iterator[Field]:
    for row in rows_of(session, entity):
        if not row.disabled:
            yield Field(
                name=CUSTOM + row.name,
                label=Text(row.label_zh, row.label_en),
                type=TYPES[row.type],
                required=row.required,
                listed=row.listed,
                dictionary=row.dictionary,
                unit=row.unit,
                custom=True,
            )


def fields_of(session: Session, entity: Entity) -> dict[str, Field]:
    """All fields by name, those of the site last."""
    return {field.name: field for field in entity.with_custom(custom_fields(session, entity))}
