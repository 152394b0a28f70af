"""Where a page stands: the list, what the record is within, the record itself."""

from markupsafe import Markup
from sqlalchemy.orm import Session

from business.registry.entity import Entities, Entity
from business.registry.queries import titles
from business.registry.record import Record
from hmi.shell import EMPTY
from hmi.view import View

Crumb = tuple[str, str]
"""Path and text."""
DEEPEST = 6


def parents(session: Session, entities: Entities, entity: Entity, record: Record) -> tuple[Crumb, ...]:
    """What the record is within, the largest first."""
    found: list[Crumb] = []
    while entity.kind.within and len(found) < DEEPEST:
        outer = entities[entity.by_name[entity.kind.within].reference]
        id_ = getattr(record, entity.kind.within)
        above = session.get(outer.model, id_) if id_ is not None else None
        if above is None:
            break
        found.append((f"/{outer.name}/{id_}", titles(session, outer, [id_])[id_]))
        entity, record = outer, above
    return tuple(reversed(found))


def crumbs(view: View, entity: Entity, above: tuple[Crumb, ...], here: str) -> Markup:
    link = Markup('<a href="{}">{}</a> <i>›</i> ')
    first = link.format(f"/{entity.name}", view.name(entity.label))
    return Markup('<nav class="crumbs">{}{}<span aria-current="page">{}</span></nav>').format(
        first, EMPTY.join(link.format(*one) for one in above), here
    )
