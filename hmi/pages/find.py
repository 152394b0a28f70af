"""The combined query: what the box finds, and of one hit everything at one place (B16, S1-1.8a)."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from business.cards import CARDS
from business.property.around import Card, Line, Told, around
from business.property.chart import natural
from business.property.entities import ENTITIES
from business.registry.queries import one
from business.search.queries import Hit
from config.text import Text
from hmi.forms import options_of
from hmi.searching import hits_of, kind_of, path_of
from hmi.shell import EMPTY, frame, html
from hmi.view import View
from hmi.words import finding as words

LIMITS = (20, 50, 100, 200)
LINES = 8
"""Lines of one card."""


def _named(hit: Hit) -> Any:
    return natural(hit.title)


def _placed(hit: Hit) -> Any:
    return natural(hit.title if hit.entity == "house" else hit.subtitle)


_ORDERS: Mapping[str, tuple[Text, Callable[[Hit], Any] | None]] = {
    "": (words.BY_RELEVANCE, None),
    "name": (words.BY_NAME, _named),
    "-name": (words.BY_NAME_DOWN, _named),
    "place": (words.BY_PLACE, _placed),
    "-place": (words.BY_PLACE_DOWN, _placed),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    hits: tuple[Hit, ...]
    hit: Hit | None
    cards: tuple[tuple[Card, Told], ...]


class FindPage:
    def __init__(self, view: View) -> None:
        self._view = view
        asked = view.client.request.query_params
        self._text = asked.get("q", "").strip()[:80]
        kind = asked.get("kind", "")
        self._kind = kind if ENTITIES.get(kind) else ""
        order = asked.get("order", "")
        self._order = order if order in _ORDERS else ""
        self._limit = next((one for one in LIMITS if str(one) == asked.get("count")), LIMITS[0])
        self._hit = asked.get("hit", "")

    async def draw(self) -> None:
        view = self._view
        shown = await asyncio.to_thread(self._read)
        with frame(view, view.say(words.FIND)):
            html(self._form())
            if not self._text and shown.hit is None:
                html(self._told(view.say(words.TYPE_SOMETHING)))
            elif shown.hit is None:
                html(self._told(view.say(words.NOTHING_FITS, sought=self._text)))
            else:
                html(
                    Markup('<div class="found">{}<section aria-label="{}">{}</section></div>').format(
                        self._hits(shown), view.say(words.EVERYTHING_OF), self._cards(shown, shown.hit)
                    )
                )

    def _read(self) -> _Shown:
        view, person = self._view, self._view.person
        hits = hits_of(view, self._text, self._limit, self._kind) if self._text else ()
        key = _ORDERS[self._order][1]
        if key is not None:
            hits = tuple(sorted(hits, key=key, reverse=self._order.startswith("-")))
        hit = next((one for one in hits if path_of(one) == f"/{self._hit}"), hits[0] if hits else None)
        if hit is None:
            return _Shown(hits, None, ())
        entity = ENTITIES[hit.entity]
        with view.house.seats.authority.open() as session:
            record = one(session, entity, person.reach(entity.permission("read")), hit.record_id)
            if record is None:
                return _Shown(hits, hit, ())
            concerned = around(session, entity, record)
            told = (
                (card, card.told(session, person.reach(card.permission), concerned, view.language, LINES))
                for card in CARDS
                if person.may(card.permission)
            )
            return _Shown(hits, hit, tuple((card, found) for card, found in told if found.total))

    # -- drawing

    def _form(self) -> Markup:
        view, person = self._view, self._view.person
        kinds = [
            ("", view.say(words.EVERY_KIND)),
            *(
                (entity.name, view.name(entity.label))
                for entity in ENTITIES
                if entity.kind.has_page and person.may(entity.permission("read"))
            ),
        ]
        orders = [(name, view.say(text)) for name, (text, _) in _ORDERS.items()]
        limits = [(str(one), view.say(words.MOST, count=one)) for one in LIMITS]
        choice = Markup('<select name="{}" aria-label="{}">{}</select>')
        return Markup(
            '<form class="toolbar" method="get" action="/find"><input type="search" name="q" value="{}" '
            'size="32" maxlength="80" aria-label="{}" placeholder="{}">{}{}{}'
            '<button class="plain main">{}</button></form>'
        ).format(
            self._text,
            view.say(words.FIND),
            view.say(words.HINT),
            choice.format("kind", view.say(words.KIND), options_of(kinds, self._kind)),
            choice.format("order", view.say(words.ORDER), options_of(orders, self._order)),
            choice.format("count", view.say(words.LIMIT), options_of(limits, str(self._limit))),
            view.say(words.SEARCH),
        )

    @staticmethod
    def _told(text: str) -> Markup:
        return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(text)

    def _hits(self, shown: _Shown) -> Markup:
        view = self._view
        kept = {"q": self._text, "kind": self._kind, "order": self._order, "count": str(self._limit)}
        item = Markup('<li><a href="/find?{}"{}><i>{}</i> <b>{}</b> <small>{}</small></a></li>')
        here = Markup(' aria-current="true"')
        return Markup('<nav class="hits" aria-label="{}"><p class="sub">{}</p><ol>{}</ol></nav>').format(
            view.say(words.HITS),
            view.say(words.FOUND, count=len(shown.hits)),
            EMPTY.join(
                item.format(
                    urlencode(kept | {"hit": path_of(hit)[1:]}),
                    here if hit == shown.hit else EMPTY,
                    kind_of(view, hit),
                    hit.title,
                    hit.subtitle,
                )
                for hit in shown.hits
            ),
        )

    def _cards(self, shown: _Shown, hit: Hit) -> Markup:
        view = self._view
        head = Markup(
            '<div class="toolbar"><b class="name">{} {}</b><a class="plain main" href="{}">{}</a></div>'
        ).format(kind_of(view, hit), hit.title, path_of(hit), view.say(words.OPEN_RECORD))
        return head + Markup('<div class="packed">{}</div>').format(
            EMPTY.join(self._card(card, told) for card, told in shown.cards)
        )

    def _card(self, card: Card, told: Told) -> Markup:
        view = self._view
        others = told.total - len(told.lines)
        return Markup(
            '<div class="card" data-card="{}"><header><b>{}</b><span class="sub">{}</span></header>{}{}</div>'
        ).format(
            card.name,
            view.name(card.label),
            told.total,
            EMPTY.join(self._line(line) for line in told.lines),
            Markup('<p class="sub">{}</p>').format(view.say(words.OTHERS, count=others)) if others else EMPTY,
        )

    def _line(self, line: Line) -> Markup:
        view = self._view
        fact = Markup('<span><span class="sub">{}</span> {}</span>')
        return Markup('<div class="told{}"><a href="{}">{}</a>{} {}</div>').format(
            " over" if line.is_over else "",
            line.path,
            line.title,
            Markup(' <span class="tagged">{}</span>').format(view.say(words.ENDED))
            if line.is_over
            else EMPTY,
            EMPTY.join(fact.format(view.name(label), text) for label, text in line.facts),
        )


async def find(view: View) -> None:
    await FindPage(view).draw()
