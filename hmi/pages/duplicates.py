"""Records that may be one thing twice: the pairs, and one pair side by side to merge or dismiss."""

import asyncio
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from nicegui import ui
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from business.access import Reach
from business.duplicates.messages import DismissDuplicate
from business.duplicates.queries import Pair, found, one
from business.property.entities import ENTITIES
from business.registry.columns import value_of
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.messages import MergeRecords
from business.registry.queries import titles
from business.registry.record import Record
from hmi import drawing
from hmi.commanding import carry_out
from hmi.pages.missing import missing
from hmi.pages.registry.drawn import Looks, looks
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import Entered, View
from hmi.words import duplicates as words

OLDER, NEWER = "older", "newer"


def reads(view: View) -> dict[str, Reach]:
    """How far the reader sees, by entity."""
    return {entity.name: view.person.reach(entity.permission("read")) for entity in ENTITIES}


class DuplicateList:
    def __init__(self, view: View) -> None:
        self._view = view
        self._dismissed = view.client.request.query_params.get("dismissed") == "1"
        self._rows: tuple[tuple[Pair, str, str], ...] = ()

    async def draw(self) -> None:
        view = self._view

        def read() -> tuple[tuple[Pair, str, str], ...]:
            with view.house.seats.authority.open() as session:
                rows = found(session, ENTITIES, reads(view), dismissed=self._dismissed)
                return tuple((pair, *_titles(session, pair)) for pair in rows)

        self._rows = await asyncio.to_thread(read)
        with frame(view, view.say(words.DUPLICATES)):
            html(view.block(self._page, lambda: 0))

    def _page(self) -> Markup:
        view = self._view
        tab = Markup('<a class="plain{}" href="/duplicates{}">{}</a>')
        tabs = tab.format("" if self._dismissed else " main", "", view.say(words.WAITING)) + tab.format(
            " main" if self._dismissed else "", "?dismissed=1", view.say(words.DISMISSED)
        )
        bar = Markup('<div class="toolbar">{}</div><p class="sub">{}</p>').format(tabs, view.say(words.HINT))
        if not self._rows:
            return bar + Markup('<div class="scroll"><p class="empty">{}</p></div>').format(
                view.say(words.NONE_WAIT)
            )
        heads = [words.KIND, words.ALIKE_IN, words.OLDER, words.NEWER, words.FOUND]
        if self._dismissed:
            heads += [words.DISMISSED_BY, words.DISMISS_REASON]
        return bar + table([*(("", view.say(head)) for head in heads), ("", "")], map(self._row, self._rows))

    def _row(self, shown: tuple[Pair, str, str]) -> Markup:
        view, (pair, older, newer) = self._view, shown
        entity = ENTITIES[pair.row.entity]
        link, cell = Markup('<a href="/{}/{}">{}</a>'), Markup("<td>{}</td>")
        cells = [
            view.name(entity.label),
            view.listed(view.name(entity.by_name[name].label) for name in pair.fields),
            link.format(entity.name, pair.older.id, older),
            link.format(entity.name, pair.newer.id, newer),
            drawing.date_and_clock(view.zone, pair.row.found_ns),
        ]
        if self._dismissed:
            cells += [pair.dismissed_by, pair.row.reason]
        cells.append(
            Markup('<a class="plain" href="/duplicates/{}">{}</a>').format(
                pair.row.id, view.say(words.COMPARE)
            )
        )
        return Markup("<tr>{}</tr>").format(EMPTY.join(map(cell.format, cells)))


def _titles(session: Session, pair: Pair) -> tuple[str, str]:
    known = titles(session, ENTITIES[pair.row.entity], (pair.older.id, pair.newer.id))
    return known[pair.older.id], known[pair.newer.id]


@dataclass(frozen=True, slots=True)
class _Shown:
    pair: Pair
    fields: dict[str, Field]
    looks: Looks
    titles: tuple[str, str]
    referring: tuple[int, int]
    """How many records refer to each."""


class Comparison:
    """One pair: field by field, which value stays."""

    def __init__(self, view: View, id_: int) -> None:
        self._view = view
        self._id = id_
        self._turn = 0
        self._shown: _Shown

    async def draw(self) -> None:
        view = self._view
        if not await self._read():
            missing(view)
            return
        entity = ENTITIES[self._shown.pair.row.entity]
        with frame(view, f"{view.say(words.DUPLICATES)} · {view.name(entity.label)}"):
            html(view.block(self._page, lambda: self._turn))
        view.on_form("merge", entity.permission("remove"), self._merge)
        view.on_form("dismiss", entity.permission("write"), self._dismiss)

    async def _read(self) -> bool:
        view = self._view

        def read() -> _Shown | None:
            with view.house.seats.authority.open() as session:
                pair = one(session, ENTITIES, reads(view), self._id)
                if pair is None:
                    return None
                entity = ENTITIES[pair.row.entity]
                fields = fields_of(session, entity)
                both = (pair.older, pair.newer)
                drawn = looks(session, ENTITIES, fields.values(), both, view.language)
                older, newer = (_referring(session, entity.name, record) for record in both)
                return _Shown(pair, fields, drawn, _titles(session, pair), (older, newer))

        shown = await asyncio.to_thread(read)
        if shown is None:
            return False
        self._shown = shown
        self._turn += 1
        return True

    def _page(self) -> Markup:
        view, shown = self._view, self._shown
        entity = ENTITIES[shown.pair.row.entity]
        may_merge = view.person.may(entity.permission("remove"))
        may_dismiss = view.person.may(entity.permission("write")) and shown.pair.row.dismissed_ns is None
        merge = Markup(
            '<form data-form="merge"><p class="sub">{}</p>{}<div class="toolbar">{}</div></form>'
        ).format(
            view.say(words.MERGE_HINT),
            self._beside(),
            Markup('<button class="plain main">{}</button>').format(view.say(words.MERGE))
            if may_merge
            else EMPTY,
        )
        dismiss = Markup(
            '<form class="toolbar" data-form="dismiss"><label class="field">{} '
            '<input name="reason" size="40" maxlength="200" required></label>'
            '<button class="plain">{}</button></form>'
        ).format(view.say(words.DISMISS_REASON), view.say(words.DISMISS))
        return merge + (dismiss if may_dismiss else EMPTY)

    def _beside(self) -> Markup:
        view, shown, pair = self._view, self._shown, self._shown.pair
        name = pair.row.entity
        link = Markup('<a href="/{}/{}">{}</a> <span class="sub">#{}</span>')
        older, newer = (
            link.format(name, record.id, title, record.id)
            for record, title in zip((pair.older, pair.newer), shown.titles, strict=True)
        )
        line = Markup("<tr{}><td>{}</td><td>{}</td><td>{}</td></tr>")
        rows = [
            line.format(EMPTY, EMPTY, older, newer),
            line.format(
                EMPTY,
                view.say(words.STAYS),
                _radio("keep", OLDER, EMPTY, chosen=True),
                _radio("keep", NEWER, EMPTY, chosen=False),
            ),
            line.format(EMPTY, view.say(words.REFERRED_BY), *shown.referring),
        ]
        for field in shown.fields.values():
            one_, other = value_of(pair.older, field), value_of(pair.newer, field)
            if one_ is None and other is None:
                continue
            texts = [
                shown.looks.text(record, field) or drawing.NOTHING for record in (pair.older, pair.newer)
            ]
            if one_ is not None and other is not None and one_ != other and not field.derived:
                choice = f"take.{field.name}"
                texts = [
                    _radio(choice, OLDER, texts[0], chosen=True),
                    _radio(choice, NEWER, texts[1], chosen=False),
                ]
            marked = Markup(' class="changed"') if one_ != other else EMPTY
            rows.append(line.format(marked, view.name(field.label), *texts))
        heads = (words.FIELD, words.OLDER, words.NEWER)
        return table([("", view.say(head)) for head in heads], rows)

    async def _merge(self, entered: Entered) -> None:
        shown, pair = self._shown, self._shown.pair
        keeps_older = entered.get("keep", (OLDER,))[0] != NEWER
        kept, other = (pair.older, pair.newer) if keeps_older else (pair.newer, pair.older)
        wanted = NEWER if keeps_older else OLDER
        taken = tuple(name for name in shown.fields if entered.get(f"take.{name}", ("",))[0] == wanted)
        body = MergeRecords(pair.row.entity, kept.id, other.id, taken, kept.version, other.version)
        if await self._send(body, "remove"):
            ui.navigate.to(f"/{pair.row.entity}/{kept.id}")

    async def _dismiss(self, entered: Entered) -> None:
        body = DismissDuplicate(self._shown.pair.row.entity, self._id, entered.get("reason", ("",))[0])
        if await self._send(body, "write"):
            ui.navigate.to("/duplicates")

    async def _send(self, body: MergeRecords | DismissDuplicate, action: str) -> bool:
        permission = ENTITIES[self._shown.pair.row.entity].permission(action)
        if await carry_out(self._view, body, permission, self._view.house.ports.office):
            return True
        if not await self._read():
            ui.navigate.to("/duplicates")
        return False


def _radio(name: str, value: str, text: Any, *, chosen: bool) -> Markup:
    return Markup('<label><input type="radio" name="{}" value="{}"{}> {}</label>').format(
        name, value, Markup(" checked") if chosen else EMPTY, text
    )


def _referring(session: Session, name: str, record: Record) -> int:
    return sum(
        session.scalar(
            select(func.count()).where(
                other.column(field.name) == record.id, other.model.removed_ns.is_(None)
            )
        )
        or 0
        for other, field in ENTITIES.referring.get(name, ())
    )


async def duplicates(view: View) -> None:
    await DuplicateList(view).draw()


async def duplicate(view: View, name: str) -> None:
    if not name.isascii() or not name.isdecimal() or len(name) > 9:
        missing(view)
        return
    await Comparison(view, int(name)).draw()
