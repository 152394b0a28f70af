"""Values of records on pages."""

from collections.abc import Iterable

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.registry.columns import value_of
from business.registry.declare import Field
from business.registry.entity import Entities
from business.registry.record import Record
from business.registry.texts import Texts, texts
from hmi import drawing
from hmi.view import View


class Looks(Texts):
    """Texts, and links to what is referred to."""

    __slots__ = ()

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
    held = texts(session, entities, fields, rows, language)
    return Looks(held.language, held.labels, held.titles)


def look(field: Field) -> str:
    """The class of a column: numbers stand below each other, days do not break."""
    if field.type.name in {"integer", "decimal", "money", "area", "percent"}:
        return "number"
    return "date" if field.type.name == "date" else ""


def labelled(view: View, field: Field, value: Markup) -> Markup:
    """A cell that says what it is where a narrow screen has no room for headings."""
    return Markup('<td class="{}" data-label="{}">{}</td>').format(look(field), view.name(field.label), value)
