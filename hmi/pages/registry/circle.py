"""What refers to a record, as tables, and the ways to register more of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.access import Reach
from business.registry.conditions import Condition, Operator
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.queries import Related, related
from hmi import drawing
from hmi.pages.registry.address import Address
from hmi.pages.registry.drawn import Looks, labelled, look, looks
from hmi.shell import EMPTY
from hmi.tabular import table
from hmi.view import View
from hmi.words import registry as words

ROWS = 8


@dataclass(frozen=True, slots=True)
class Circle:
    """Everything around one record, as far as the reader sees; also what there is none of."""

    of: int
    found: tuple[tuple[Related, Looks], ...]


def circle(
    session: Session,
    entities: Entities,
    entity: Entity,
    reaches: Mapping[str, Reach],
    id_: int,
    language: str,
) -> Circle:
    """What lies within the record comes first: owners, residents, payers, states."""
    found = related(session, entities, entity, reaches, id_, ROWS)
    ordered = sorted(found, key=lambda one: one.entity.kind.has_page)
    return Circle(
        id_,
        tuple((one, looks(session, entities, _columns(one), one.page.rows, language)) for one in ordered),
    )


def _columns(one: Related) -> list[Field]:
    return [field for field in one.entity.fields if field.listed and field.name != one.field.name]


def markup(view: View, around: Circle) -> Markup:
    tables = EMPTY.join(_table(view, around, one, shown) for one, shown in around.found if one.page.rows)
    return tables + _adding(view, around)


def _table(view: View, around: Circle, one: Related, shown: Looks) -> Markup:
    columns = _columns(one)
    name = one.entity.name
    link = Markup('<a href="/{}/{}">{}</a>')

    def line(row: Any) -> Markup:
        cells, opened = EMPTY, not one.entity.kind.has_page
        for field in columns:
            value = shown.markup(row, field)
            if not opened and not field.reference:
                opened = True
                value = link.format(name, row.id, shown.text(row, field) or drawing.NOTHING)
            cells += labelled(view, field, value)
        opening = link.format(name, row.id, view.say(words.OPEN))
        return Markup('<tr>{}<td class="tight">{}</td></tr>').format(cells, opening)

    query = Address(conditions=(Condition(one.field.name, Operator.IS, str(around.of)),)).query()
    more = Markup('<a href="/{}?{}">{}</a>').format(name, query, view.say(words.ALL_OF_THEM))
    heads = [*((look(field), view.name(field.label)) for field in columns), ("", "")]
    return Markup('<h2 class="related" data-of="{}">{} <span>{}</span> {}{}</h2>{}').format(
        name,
        _called(view, around, one),
        one.page.total,
        more if one.page.next is not None else EMPTY,
        _add(view, around, one, "＋") if view.person.may(one.entity.permission("write")) else EMPTY,
        table(heads, (line(row) for row in one.page.rows), "records"),
    )


def _called(view: View, around: Circle, one: Related) -> str:
    """The kind of record, and through which field where several lead here."""
    label = view.name(one.entity.label)
    ways = sum(other.entity is one.entity for other, _ in around.found)
    return label if ways == 1 else f"{label}（{view.name(one.field.label)}）"


def _adding(view: View, around: Circle) -> Markup:
    """Ways to register the first of a kind."""
    links = EMPTY.join(
        _add(view, around, one, f"＋ {_called(view, around, one)}")
        for one, _ in around.found
        if not one.page.rows and view.person.may(one.entity.permission("write"))
    )
    return Markup('<div class="toolbar tight adding">{}</div>').format(links) if links else EMPTY


def _add(view: View, around: Circle, one: Related, text: str) -> Markup:
    said = view.say(words.ADD, what=view.name(one.entity.label))
    return Markup('<a class="add" href="/{}/new?{}={}" title="{}">{}</a>').format(
        one.entity.name, one.field.name, around.of, said, text
    )
