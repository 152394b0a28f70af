"""Values of records as a person reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.dictionaries.queries import labels
from business.registry.columns import value_of
from business.registry.declare import Field
from business.registry.entity import Entities
from business.registry.queries import referred
from business.registry.record import Record
from hmi import drawing
from hmi.view import View


@dataclass(frozen=True, slots=True)
class Looks:
    """What values need to be shown, read once for all rows of a page."""

    language: str
    labels: Mapping[str, Mapping[str, str]]
    """By dictionary and code."""
    titles: Mapping[str, Mapping[int, str]]
    """By entity and id."""

    def text(self, record: Record, field: Field, *, open_: bool = False) -> str:
        """The value as text, masked unless `open_`; '' where there is none."""
        value = value_of(record, field)
        if value is None:
            return ""
        if field.masked and field.type.mask is not None and not open_:
            return field.type.mask(value)
        return self.shown(field, value)

    def shown(self, field: Field, value: Any) -> str:
        if field.dictionary:
            return self.labels.get(field.dictionary, {}).get(value, str(value))
        if field.reference:
            return self.titles.get(field.reference, {}).get(value, f"#{value}")
        return field.type.show(value, self.language)

    def markup(self, record: Record, field: Field, *, open_: bool = False, with_unit: bool = True) -> Markup:
        """The value as part of a page: what it refers to is a link."""
        text = self.text(record, field, open_=open_)
        if not text:
            return Markup("{}").format(drawing.NOTHING)
        if field.reference:
            return Markup('<a href="/{}/{}">{}</a>').format(field.reference, value_of(record, field), text)
        return Markup("{}{}").format(text, f" {field.unit}" if field.unit and with_unit else "")


def looks(
    session: Session, entities: Entities, fields: Iterable[Field], rows: Iterable[Record], language: str
) -> Looks:
    fields = tuple(fields)
    dictionaries = {field.dictionary for field in fields if field.dictionary}
    return Looks(
        language,
        {name: labels(session, name, language) for name in dictionaries},
        referred(session, entities, fields, rows),
    )


def look(field: Field) -> str:
    """The class of a column: numbers stand below each other, days do not break."""
    if field.type.name in {"integer", "decimal", "money", "area", "percent"}:
        return "number"
    return "date" if field.type.name == "date" else ""


def labelled(view: View, field: Field, value: Markup) -> Markup:
    """A cell that says what it is where a narrow screen has no room for headings."""
    return Markup('<td class="{}" data-label="{}">{}</td>').format(look(field), view.name(field.label), value)
