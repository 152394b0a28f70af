"""The one search box over everything that its reader may see."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from business.access import Reach, below
from business.fields.sealed import keyring_of
from business.property.entities import ENTITIES
from business.property.people import tail_code
from business.registry.queries import owned
from business.search.model import SearchEntry
from business.search.queries import Hit, find

TAIL_DIGITS = 4


def search(session: Session, reaches: Mapping[str, Reach], text: str, limit: int) -> tuple[Hit, ...]:
    """The best hits; `reaches` says, by entity, how far the reader sees."""
    seen = or_(
        false(), *(and_(SearchEntry.entity == name, _seen(name, reach)) for name, reach in reaches.items())
    )

    def opaque(query: str) -> tuple[str, ...]:
        digits = query.strip()
        if len(digits) == TAIL_DIGITS and digits.isascii() and digits.isdecimal():
            return (tail_code(keyring_of(session.get_bind()), digits),)
        return ()

    return find(session, text, limit=limit, entities=list(reaches), scope=seen, query_codes=opaque)


def _seen(name: str, reach: Reach) -> ColumnElement[bool]:
    seen = below(reach.paths, SearchEntry.scope_id)
    if not reach.own:
        return seen
    entity = ENTITIES[name]
    return or_(seen, SearchEntry.record_id.in_(select(entity.model.id).where(owned(entity, reach))))
