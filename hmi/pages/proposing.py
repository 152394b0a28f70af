"""Proposing a new record of one's own, or other values for one."""

import asyncio

from nicegui import ui

from actors.messages import Stage
from business.property.entities import ENTITIES
from business.registry.custom import fields_of
from business.registry.declare import Field
from business.registry.entity import Entity
from business.registry.queries import one
from business.registry.record import Record
from business.reviews.messages import SubmitRecord
from hmi.pages.missing import missing
from hmi.pages.registry.editing import Editor
from hmi.shell import frame, html
from hmi.view import Entered, View
from hmi.words import reviews as words


class Proposing:
    """`/ENTITY/propose` for a new record, `/ENTITY/propose?record=ID` for one that there is."""

    def __init__(self, view: View, entity: Entity) -> None:
        self._view = view
        self._entity = entity
        self._record: Record | None = None
        self._turn = 0
        self._editor: Editor

    async def draw(self) -> None:
        view, entity = self._view, self._entity
        asked = view.client.request.query_params
        text = asked.get("record", "")
        id_ = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0

        def gather() -> tuple[dict[str, Field], Record | None]:
            with view.house.seats.authority.open() as session:
                reach = view.person.reach(entity.permission("read"))
                return fields_of(session, entity), one(session, entity, reach, id_) if id_ else None

        fields, self._record = await asyncio.to_thread(gather)
        if text and self._record is None:
            missing(view)
            return
        self._editor = Editor(view, ENTITIES, entity, fields)
        preset = {name: value[:200] for name, value in asked.items() if name in fields}
        await self._editor.fill(self._record, preset)
        what = view.name(entity.label)
        title = view.say(words.PROPOSE) if self._record else view.say(words.PROPOSE_NEW, what=what)
        with frame(view, f"{title} · {what}" if self._record else title):
            ui.label(view.say(words.PROPOSED_HINT)).classes("sub")
            html(view.block(self._editor.markup, lambda: self._turn))
        submit = entity.permission("submit")
        view.on("suggest", submit, self._editor.suggestions.answer)
        view.on("cancel", submit, self._leave)
        view.on_form("record", submit, self._save)

    async def _leave(self, _key: str) -> None:
        ui.navigate.to("/submissions")

    async def _save(self, entered: Entered) -> None:
        values = await self._editor.read(entered, changed_from=self._record)
        if values is not None:
            record = self._record
            body = SubmitRecord(
                self._entity.name,
                values,
                record.id if record is not None else None,
                record.version if record is not None else 0,
            )
            if (await self._editor.send(body)).stage is Stage.DONE:
                ui.navigate.to("/submissions")
                return
        self._turn += 1


async def propose(view: View, entity: Entity) -> None:
    await Proposing(view, entity).draw()
