"""How much waits behind a link of the navigation, for its reader."""

import asyncio
from collections.abc import Mapping

from business.access import Authority, Person, Reach
from business.duplicates import messages as duplicates
from business.duplicates.queries import waiting_count as duplicates_waiting
from business.identity.model import Place
from business.property.entities import ENTITIES
from business.reviews import messages as reviews
from business.reviews.queries import waiting_count as reviews_waiting


async def badges(authority: Authority, person: Person) -> Mapping[str, int]:
    """By the path of the page; nothing for what nobody waits for."""
    if person.place is not Place.OFFICE:
        return {}

    def reaches(action: str) -> dict[str, Reach]:
        return {one.name: person.reach(one.permission(action)) for one in ENTITIES}

    def count() -> dict[str, int]:
        found = {}
        with authority.open() as session:
            if person.may(reviews.READ):
                found["/reviews"] = reviews_waiting(session, reaches("write"))
            if person.may(duplicates.READ):
                found["/duplicates"] = duplicates_waiting(session, ENTITIES, reaches("read"))
        return {path: waiting for path, waiting in found.items() if waiting}

    return await asyncio.to_thread(count)
