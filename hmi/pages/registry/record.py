"""One record: its fields, everything related, its history; and the form that changes it."""

import asyncio
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from nicegui import ui

from actors.messages import Stage
from business.access.model import Scope
from business.privacy.looking import Look, looks_at
from business.registry.columns import value_of
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.history import history
from business.registry.messages import (
    ChangeRecord,
    EraseRecords,
    RemoveRecords,
    RestoreRecords,
    RevealFields,
    TagRecords,
)
from business.registry.queries import one, tags_of, titles
from business.registry.record import Record
from hmi import drawing
from hmi.commanding import carry_out
from hmi.pages.missing import missing
from hmi.pages.property.acts import acts_of
from hmi.pages.registry import circle
from hmi.pages.registry.address import Address
from hmi.pages.registry.crumbs import Crumb, crumbs, parents
from hmi.pages.registry.drawn import Looks, looks
from hmi.pages.registry.editing import Editor
from hmi.pages.registry.gallery import gallery
from hmi.pages.registry.trail import Deed, deeds, history_table, reveals_table
from hmi.shell import EMPTY, frame, html
from hmi.view import Entered, View
from hmi.words import registry as words
from hmi.words import reviews as review_words

HISTORY_ROWS = 50


@dataclass(frozen=True, slots=True)
class _Shown:
    record: Record
    title: str
    parents: tuple[Crumb, ...]
    fields: dict[str, Field]
    looks: Looks
    tags: tuple[str, ...]
    scope: str
    circle: circle.Circle
    history: tuple[Deed, ...]
    looks_at: tuple[Look, ...]


class RecordPage:
    def __init__(self, view: View, entities: Entities, entity: Entity, id_: int) -> None:
        self._view = view
        self._entities = entities
        self._entity = entity
        self._id = id_
        self._turn = 0
        self._open: frozenset[str] = frozenset()
        """Fields that were asked for unmasked."""
        self._editor: Editor | None = None
        self._shown: _Shown

    async def draw(self) -> None:
        view, entity = self._view, self._entity
        if not await self._read():
            missing(view)
            return
        above = crumbs(view, entity, self._shown.parents, self._shown.title)
        with frame(view, f"{view.name(entity.label)} {self._shown.title}", above):
            html(view.block(self._page, lambda: self._turn))
        for act, action, handler in (
            ("edit", "write", self._edit),
            ("cancel", "read", self._cancel),
            ("remove", "remove", self._remove),
            ("restore", "remove", self._restore),
            ("untag", "write", self._untag),
            ("suggest", "write", self._suggest),
        ):
            view.on(act, entity.permission(action), handler)
        view.on_form("record", entity.permission("write"), self._save)
        view.on_form("tag", entity.permission("write"), self._tag)
        view.on_form("reveal", entity.permission("unmask"), self._reveal)
        view.on_form("erase", entity.permission("remove"), self._erase)

    async def _read(self) -> bool:
        def read() -> _Shown | None:
            view, entity, entities = self._view, self._entity, self._entities
            person, language = view.person, view.language
            with view.house.seats.authority.open() as session:
                reach = person.reach(entity.permission("read"))
                record = one(session, entity, reach, self._id)
                if record is None:
                    return None
                fields = fields_of(session, entity)
                drawn = looks(session, entities, fields.values(), [record], language)
                reaches = {
                    other.name: person.reach(other.permission("read"))
                    for other in entities
                    if person.may(other.permission("read"))
                }
                scope = session.get_one(Scope, record.scope_id)
                trail = history(session, entity, reach, record.id, HISTORY_ROWS)
                return _Shown(
                    record,
                    titles(session, entity, [record.id])[record.id],
                    parents(session, entities, entity, record),
                    fields,
                    drawn,
                    tags_of(session, entity, [record.id]).get(record.id, ()),
                    scope.name_zh if language == "zh" else scope.name_en,
                    circle.circle(session, entities, entity, reaches, record.id, language),
                    deeds(session, entities, fields, drawn, trail),
                    looks_at(session, entity, reach, record.id, person.today),
                )

        shown = await asyncio.to_thread(read)
        if shown is None:
            return False
        self._shown = shown
        self._turn += 1
        return True

    # -- drawing

    def _page(self) -> Markup:
        if self._editor is not None:
            return self._editor.markup()
        view, shown = self._view, self._shown
        return (
            self._tools()
            + self._tags()
            + self._fields()
            + circle.markup(view, shown.circle)
            + history_table(view, shown.history)
            + reveals_table(view, shown.fields, shown.looks_at)
        )

    def _tools(self) -> Markup:
        view, entity, record = self._view, self._entity, self._shown.record
        button = Markup('<button class="plain{}" data-act="{}">{}</button>')
        may_remove = view.person.may(entity.permission("remove"))
        if record.removed_ns is not None:
            told = Markup('<span class="notice">{}</span>').format(view.say(words.IN_RECYCLE_BIN))
            parts = told + (button.format("", "restore", view.say(words.RESTORE)) if may_remove else EMPTY)
            return Markup('<div class="toolbar">{}</div>{}').format(
                parts, self._reasoned("erase", words.ERASE, words.ERASE_REASON) if may_remove else EMPTY
            )
        parts = EMPTY
        if view.person.may(entity.permission("write")):
            parts += button.format(" main", "edit", view.say(words.EDIT))
        link = Markup('<a class="plain" href="{}">{}</a>')
        if not view.person.may(entity.permission("write")) and view.person.may(entity.permission("submit")):
            path = f"/{entity.name}/propose?record={record.id}"
            parts += link.format(path, view.say(review_words.PROPOSE))
        parts += EMPTY.join(
            link.format(act.path.format(id=record.id), view.say(act.label))
            for act in acts_of(entity.name)
            if view.person.may(act.permission)
        )
        if self._may_reveal():
            parts += self._reasoned("reveal", words.SHOW_HIDDEN, words.HIDDEN_REASON)
        parts += Markup('<span class="grow"></span>')
        parts += Markup('<a class="plain" href="/print/{}/{}" target="_blank">{}</a>').format(
            entity.name, record.id, view.say(words.PRINT)
        )
        parts += button.format("", "remove", view.say(words.REMOVE)) if may_remove else EMPTY
        return Markup('<div class="toolbar">{}</div>').format(parts)

    def _reasoned(self, form: str, deed: Any, reason: Any) -> Markup:
        """An act that is done only by whoever says why."""
        view = self._view
        return Markup(
            '<details class="drop"><summary>{}</summary><form class="panel" data-form="{}">'
            '<label class="field">{}<input name="reason" size="32" maxlength="200" required></label>'
            '<div class="toolbar"><button class="plain main">{}</button></div></form></details>'
        ).format(view.say(deed), form, view.say(reason), view.say(deed))

    def _may_reveal(self) -> bool:
        masked = [field for field in self._shown.fields.values() if field.masked]
        held = any(value_of(self._shown.record, field) is not None for field in masked)
        return held and not self._open and self._view.person.may(self._entity.permission("unmask"))

    def _fields(self) -> Markup:
        view, shown = self._view, self._shown
        fact = Markup("<span>{}</span><span>{}</span>")
        groups: dict[str, Markup] = {}
        for field in shown.fields.values():
            heading = field.group or (words.OF_SITE if field.custom else words.GENERAL)
            value = (
                gallery(view, entity=self._entity.name, record=shown.record, field=field)
                if field.type.name == "files"
                else shown.looks.markup(shown.record, field, open_=field.name in self._open)
            )
            title = view.name(heading)
            groups[title] = groups.get(title, EMPTY) + fact.format(view.name(field.label), value)
        record = shown.record
        groups[view.say(words.RECORD)] = EMPTY.join(
            fact.format(view.say(label), value)
            for label, value in (
                (words.SCOPE, shown.scope),
                (words.CREATED_AT, drawing.date_and_clock(view.zone, record.created_ns)),
                (words.CHANGED_AT, drawing.date_and_clock(view.zone, record.changed_ns)),
                (words.EXTERNAL_ID, record.external_id),
            )
            if value
        )
        card = Markup('<div class="card"><header><b>{}</b></header><div class="facts">{}</div></div>')
        return Markup('<div class="packed">{}</div>').format(
            EMPTY.join(card.format(heading, facts) for heading, facts in groups.items())
        )

    def _tags(self) -> Markup:
        view, entity = self._view, self._entity
        may = view.person.may(entity.permission("write")) and self._shown.record.removed_ns is None
        drop = Markup(
            '<button type="button" class="quiet" data-act="untag" data-key="{}" title="{}">✕</button>'
        )
        tags = EMPTY.join(
            Markup('<span class="tagged"><a href="/{}?{}">{}</a>{}</span>').format(
                entity.name,
                Address(tag=tag).query(),
                tag,
                drop.format(tag, view.say(words.REMOVE)) if may else EMPTY,
            )
            for tag in self._shown.tags
        )
        if not may and not tags:
            return EMPTY
        adding = Markup(
            '<input name="tag" size="10" maxlength="32" placeholder="{0}" aria-label="{0}">'
            '<button class="plain">{1}</button>'
        ).format(view.say(words.TAG), view.say(words.ADD_TAG))
        return Markup('<form class="toolbar tight" data-form="tag"><span>{}</span>{}{}</form>').format(
            view.say(words.TAGS), tags, adding if may else EMPTY
        )

    # -- what a person does

    async def _edit(self, _key: str) -> None:
        editor = Editor(self._view, self._entities, self._entity, self._shown.fields)
        await editor.fill(self._shown.record)
        self._editor = editor
        self._turn += 1

    async def _cancel(self, _key: str) -> None:
        self._editor = None
        await self._read()

    async def _suggest(self, key: str) -> None:
        if self._editor is not None:
            await self._editor.suggestions.answer(key)

    async def _save(self, entered: Entered) -> None:
        if self._editor is None:
            return
        record = self._shown.record
        values = await self._editor.read(entered, changed_from=record)
        if values is None:
            self._turn += 1
            return
        if values:
            body = ChangeRecord(self._entity.name, record.id, record.version, values)
            result = await self._editor.send(body)
            if result.stage is not Stage.DONE:
                self._turn += 1
                return
        else:
            ui.notify(self._view.say(words.NOTHING_CHANGED))
        self._editor = None
        await self._read()

    async def _remove(self, _key: str) -> None:
        await self._do(RemoveRecords(self._entity.name, (self._id,)), "remove")

    async def _restore(self, _key: str) -> None:
        await self._do(RestoreRecords(self._entity.name, (self._id,)), "remove")

    async def _erase(self, entered: Entered) -> None:
        body = EraseRecords(self._entity.name, (self._id,), entered.get("reason", ("",))[0])
        permission = self._entity.permission("remove")
        if await carry_out(self._view, body, permission, self._view.house.ports.office):
            ui.navigate.to(f"/{self._entity.name}?removed=1")

    async def _tag(self, entered: Entered) -> None:
        tags = tuple(tag for tag in entered.get("tag", ()) if tag.strip())
        if tags:
            await self._do(TagRecords(self._entity.name, (self._id,), add=tags), "write")

    async def _untag(self, key: str) -> None:
        await self._do(TagRecords(self._entity.name, (self._id,), remove=(key,)), "write")

    async def _reveal(self, entered: Entered) -> None:
        hidden = tuple(one.name for one in self._shown.fields.values() if one.masked)
        body = RevealFields(self._entity.name, self._id, hidden, entered.get("reason", ("",))[0])
        if await self._do(body, "unmask"):
            self._open = frozenset(hidden)
            self._turn += 1

    async def _do(
        self, body: RemoveRecords | RestoreRecords | TagRecords | RevealFields, action: str
    ) -> bool:
        permission = self._entity.permission(action)
        done = await carry_out(self._view, body, permission, self._view.house.ports.office)
        if done:
            await self._read()
        return done


async def record(view: View, name: str, entities: Entities, entity: Entity) -> None:
    if not (name.isascii() and name.isdecimal() and len(name) < 10):
        missing(view)
        return
    await RecordPage(view, entities, entity, int(name)).draw()
