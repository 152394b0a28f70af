"""The one search box in the top bar: suggestions while one types, over everything that one may see."""

import asyncio
from urllib.parse import urlencode

from markupsafe import Markup
from nicegui import json

from business.property.box import search
from business.property.entities import ENTITIES
from business.search.queries import Hit
from hmi.view import View
from hmi.words import finding as words

SUGGESTIONS = 10
LIST = "find-suggestions"


class SearchBox:
    """Of one page; only the answer to what was typed last is shown."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._asked = 0

    def markup(self) -> Markup:
        view = self._view
        return Markup(
            '<form id="find" role="search" method="get" action="/find" data-suggest="find">'
            '<input type="search" name="q" maxlength="80" autocomplete="off" placeholder="{hint}" '
            'aria-label="{label}" data-hotkey="/" role="combobox" aria-autocomplete="list" '
            'aria-expanded="false" aria-controls="{listed}"><kbd></kbd>'
            '<ul class="block suggestions" id="{listed}" role="listbox"></ul></form>'
        ).format(hint=view.say(words.HINT), label=view.say(words.FIND), listed=LIST)

    async def suggest(self, text: str) -> None:
        self._asked += 1
        mine = self._asked
        hits = await asyncio.to_thread(hits_of, self._view, text, SUGGESTIONS)
        if mine == self._asked:
            patch = json.dumps([[LIST, str(self._options(hits, text.strip()))]])
            self._view.client.run_javascript(f"steward.patch({patch})")

    def _options(self, hits: tuple[Hit, ...], text: str) -> Markup:
        option = Markup(
            '<li role="option" data-href="{}" data-for="{}"><i>{}</i> <b>{}</b> <small>{}</small></li>'
        )
        found = [
            option.format(path_of(hit), text, kind_of(self._view, hit), hit.title, hit.subtitle)
            for hit in hits
        ]
        everything = Markup('<li role="option" data-href="/find?{}">{}</li>').format(
            urlencode({"q": text}), self._view.say(words.ALL_HITS)
        )
        if not found:
            return Markup('<li class="sub">{}</li>').format(self._view.say(words.NOTHING))
        return Markup("").join([*found, everything])


def hits_of(view: View, text: str, limit: int, kind: str = "") -> tuple[Hit, ...]:
    """Of everything, or of one kind, that the person may see. Reads the database: ask it in a thread."""
    person = view.person
    reaches = {
        entity.name: person.reach(entity.permission("read"))
        for entity in ENTITIES
        if person.may(entity.permission("read")) and kind in {"", entity.name}
    }
    if not reaches:
        return ()
    with view.house.seats.authority.open() as session:
        return search(session, reaches, text, limit)


def path_of(hit: Hit) -> str:
    return f"/{hit.entity}/{hit.record_id}"


def kind_of(view: View, hit: Hit) -> str:
    return view.name(ENTITIES[hit.entity].label)
