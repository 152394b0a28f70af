"""Records offered while somebody types what another one refers to."""

import asyncio
from collections.abc import Iterable

from markupsafe import Markup
from nicegui import json

from business.property.box import search
from business.registry.entity import Entities
from business.search.queries import Hit
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import registry as words

SUGGESTIONS = 8


class Suggestions:
    """Of one page; only the answer to what was typed last is shown."""

    def __init__(self, view: View, entities: Entities) -> None:
        self._view = view
        self._entities = entities
        self._asked = 0

    async def answer(self, key: str) -> None:
        """`key` holds the entity, the id of the list, and the text, separated by tabs."""
        entity, listed, text = (*key.split("\t", 2), "", "")[:3]
        if not text.strip() or not listed.replace("-", "").replace("_", "").isalnum():
            return
        self._asked += 1
        mine = self._asked
        hits = await self.hits(entity, text)
        if mine == self._asked:
            shown = _options(hits, text) or _nothing(self._view)
            patch = json.dumps([[listed, str(shown)]])
            self._view.client.run_javascript(f"steward.patch({patch})")

    async def hits(self, entity: str, text: str) -> tuple[Hit, ...]:
        """The records of an entity that the person may see and that the text finds."""
        target = self._entities.get(entity)
        if target is None:
            return ()
        reaches = {entity: self._view.person.reach(target.permission("read"))}

        def look() -> tuple[Hit, ...]:
            with self._view.house.seats.authority.open() as session:
                return search(session, reaches, text, SUGGESTIONS)

        return await asyncio.to_thread(look)


def _options(hits: Iterable[Hit], text: str) -> Markup:
    return EMPTY.join(
        Markup(
            '<li role="option" data-pick="{}" data-title="{}" data-for="{}"><b>{}</b> <small>{}</small></li>'
        ).format(hit.record_id, hit.title, text.strip(), hit.title, hit.subtitle)
        for hit in hits
    )


def _nothing(view: View) -> Markup:
    return Markup('<li class="sub">{}</li>').format(view.say(words.NOTHING_FOUND))
