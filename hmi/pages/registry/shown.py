"""What one reading of the database gives a list to show."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from actors.said import in_language
from business.registry import views
from business.registry.conditions import ConditionRefused
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.paging import CursorRefused
from business.registry.queries import RecordPage, page, tags_of, titles
from hmi.pages.registry.address import Address
from hmi.pages.registry.drawn import Looks, looks
from hmi.pages.registry.values import Offered, offered
from hmi.view import View

MOST_COLUMNS = 60


@dataclass(frozen=True, slots=True)
class Shown:
    fields: dict[str, Field]
    columns: tuple[Field, ...]
    page: RecordPage
    looks: Looks
    tags: dict[int, tuple[str, ...]]
    views: tuple[views.ViewRow, ...]
    offered: Offered
    named: dict[tuple[str, str], str]
    """Titles of what conditions refer to, by entity and id as it is written."""
    problem: str


def read_list(session: Session, view: View, entities: Entities, entity: Entity, address: Address) -> Shown:
    language = view.language
    fields = fields_of(session, entity)
    columns = tuple(fields[one] for one in address.columns if one in fields) or tuple(
        one for one in fields.values() if one.listed
    )
    problem, found = "", RecordPage((), 0, None)
    reach = view.person.reach(entity.permission("read"))
    try:
        found = page(session, entity, reach, address.wanted())
    except (ConditionRefused, CursorRefused) as error:
        problem = in_language(str(error), language)
    return Shown(
        fields,
        columns,
        found,
        looks(session, entities, columns, found.rows, language),
        tags_of(session, entity, [row.id for row in found.rows]),
        views.offered(session, entity, view.person.user, reach),
        offered(session, view, fields),
        _named(session, view, entities, fields, address),
        problem,
    )


def _named(
    session: Session, view: View, entities: Entities, fields: dict[str, Field], address: Address
) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for one in address.conditions:
        field = fields.get(one.field)
        if field is not None and field.reference:
            ids = [int(part) for part in one.value.split("|") if part.isascii() and part.isdecimal()]
            target = entities[field.reference]
            named = titles(session, target, ids, view.person.reach(target.permission("read")))
            found |= {(field.reference, str(id_)): title for id_, title in named.items()}
    return found
