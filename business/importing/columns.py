"""The columns that a file of an entity may have."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import String
from sqlalchemy.orm import Session

from business.dictionaries.queries import choices
from business.exchange.columns import Column
from business.fields.choices import dictionary
from business.fields.field_type import FieldType
from business.fields.texts import text
from business.fields.written import as_text, line, short
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entity
from business.registry.record import EXTERNAL_ID_LENGTH
from config.text import Text

WRITTEN_LENGTH = 200
EXTERNAL_ID: Final = Column(
    "external_id",
    Text("外部编号", "External id"),
    text(EXTERNAL_ID_LENGTH),
    synonyms=("外部ID", "原系统编号", "原编号", "第三方编号", "externalid"),
)


def _written(value: object) -> str:
    return short(line(as_text(value)), WRITTEN_LENGTH)


WRITTEN: Final[FieldType[str]] = FieldType(
    "written", Text("名称", "Name"), lambda: String(WRITTEN_LENGTH), _written, lambda value, _language: value
)
"""Another record, as people write it; which one that is, is found out chunk by chunk."""


def columns(session: Session, entity: Entity, special: Iterable[Column] = ()) -> tuple[Column, ...]:
    """`special` are the columns that mean more than one field, in front of the others."""
    fields = fields_of(session, entity).values()
    own = (column_of(session, field) for field in fields if not field.derived)
    return (*special, *own, EXTERNAL_ID)


def column_of(session: Session, field: Field) -> Column:
    """Not required as such: a file that corrects records holds what it corrects alone."""
    return Column(field.name, field.label, _type(session, field), synonyms=field.synonyms)


def _type(session: Session, field: Field) -> FieldType[Any]:
    if field.reference:
        return WRITTEN
    if field.dictionary:
        options: Mapping[str, Text] = {one.code: one.label for one in choices(session, field.dictionary)}
        return dictionary(field.dictionary, lambda _name: options)
    return field.type
