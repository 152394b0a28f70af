"""The one search box over everything that its reader may see."""

from collections.abc import Mapping

from sqlalchemy import and_, or_
from sqlalchemy.orm import Session

from business.access import Reach, within
from business.fields.sealed import keyring_of
from business.property.people import tail_code
from business.search.model import SearchEntry
from business.search.queries import Hit, find

TAIL_DIGITS = 4


def search(session: Session, reaches: Mapping[str, Reach], text: str, limit: int) -> tuple[Hit, ...]:
    """The best hits; `reaches` says, by entity, how far the reader sees."""
    seen = or_(
        *(
            and_(SearchEntry.entity == entity, within(reach, SearchEntry.scope_id))
            for entity, reach in reaches.items()
        )
    )

    def opaque(query: str) -> tuple[str, ...]:
        digits = query.strip()
        if len(digits) == TAIL_DIGITS and digits.isascii() and digits.isdecimal():
            return (tail_code(keyring_of(session.get_bind()), digits),)
        return ()

    return find(session, text, limit=limit, entities=list(reaches), scope=seen, query_codes=opaque)
