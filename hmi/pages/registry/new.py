"""A new record of an entity. The address may set fields beforehand: the pets of a house know their house."""

import asyncio

from nicegui import ui

from actors.messages import Stage
from business.fields.choices import choice
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entities, Entity
from business.registry.messages import CreateRecord
from business.registry.places import ProjectRow, projects
from hmi.pages.registry.crumbs import crumbs
from hmi.pages.registry.editing import AGAIN, Editor
from hmi.shell import frame, html
from hmi.view import Entered, View
from hmi.words import registry as words

PROJECT = "@project"
"""Where a record belongs that is within no other, when there are several projects: no field's own name."""


class NewRecord:
    def __init__(self, view: View, entities: Entities, entity: Entity) -> None:
        self._view = view
        self._entities = entities
        self._entity = entity
        self._turn = 0
        self._editor: Editor

    async def draw(self) -> None:
        view, entity = self._view, self._entity

        def gather() -> tuple[dict[str, Field], tuple[ProjectRow, ...]]:
            with view.house.seats.authority.open() as session:
                reach = view.person.reach(entity.permission("write"))
                return fields_of(session, entity), projects(session, reach)

        fields, places = await asyncio.to_thread(gather)
        offered: dict[str, tuple[tuple[str, str], ...]] = {}
        if len(places) > 1 and not self._within_is_required():
            names = {str(place.id): place.name for place in places}
            offered[PROJECT] = tuple((id_, view.name(name)) for id_, name in names.items())
            project = Field(PROJECT, words.PROJECT, choice(names), required=not entity.kind.within)
            fields = {PROJECT: project, **fields}
        self._editor = Editor(view, self._entities, entity, fields, offered)
        asked = view.client.request.query_params
        preset = {name: value[:200] for name, value in asked.items() if name in fields}
        await self._editor.fill(None, preset)
        here = view.say(words.NEW)
        with frame(view, f"{here} · {view.name(entity.label)}", crumbs(view, entity, (), here)):
            html(view.block(self._editor.markup, lambda: self._turn))
        write = entity.permission("write")
        view.on("suggest", write, self._editor.suggestions.answer)
        view.on("cancel", write, self._leave)
        view.on_form("record", write, self._save)

    def _within_is_required(self) -> bool:
        within = self._entity.kind.within
        return bool(within) and self._entity.by_name[within].required

    async def _leave(self, _key: str) -> None:
        ui.navigate.to(f"/{self._entity.name}")

    async def _save(self, entered: Entered) -> None:
        values = await self._editor.read(entered)
        if values is not None:
            scope = values.pop(PROJECT, None)
            body = CreateRecord(self._entity.name, values, int(str(scope)) if scope else None)
            result = await self._editor.send(body)
            if result.stage is Stage.DONE:
                ui.navigate.to(self._next(entered, result.value))
                return
        self._turn += 1

    def _next(self, entered: Entered, made: object) -> str:
        """The new record; or another form, with what its address had set."""
        home = f"/{self._entity.name}"
        if AGAIN in entered.get("do", ()):
            query = self._view.client.request.url.query
            return f"{home}/new?{query}" if query else f"{home}/new"
        return f"{home}/{made}" if made else f"{home}?sort=-created_ns"


async def new(view: View, entities: Entities, entity: Entity) -> None:
    await NewRecord(view, entities, entity).draw()
