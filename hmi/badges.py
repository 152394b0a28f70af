"""How much waits behind a link of the navigation, for its reader."""

import asyncio
from collections.abc import Mapping

from business.access import Authority, Person
from business.identity.model import Place
from business.property.entities import ENTITIES
from business.reviews.messages import READ
from business.reviews.queries import waiting_count


async def badges(authority: Authority, person: Person) -> Mapping[str, int]:
    """By the path of the page; nothing for what nobody waits for."""
    if person.place is not Place.OFFICE or not person.may(READ):
        return {}
    writes = {one.name: person.reach(one.permission("write")) for one in ENTITIES}

    def count() -> int:
        with authority.open() as session:
            return waiting_count(session, writes)

    return {"/reviews": waiting} if (waiting := await asyncio.to_thread(count)) else {}
