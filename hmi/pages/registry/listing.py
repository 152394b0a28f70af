"""The list of an entity: search, conditions, sorting, views, many at once; its address says it all."""

import asyncio
from typing import Any

from markupsafe import Markup
from nicegui import json, ui

from business.registry.conditions import WITHOUT_VALUE, Condition, Operator, operators
from business.registry.entity import Entities, Entity
from business.registry.messages import (
    MANY,
    ChangeRecords,
    EraseRecords,
    Raws,
    RemoveRecords,
    RemoveView,
    RestoreRecords,
    SaveView,
    TagRecords,
)
from business.registry.queries import ids_of
from hmi.commanding import carry_out
from hmi.pages.registry.address import Address
from hmi.pages.registry.lines import Lines
from hmi.pages.registry.shown import Shown, read_list
from hmi.pages.registry.suggesting import Suggestions
from hmi.pages.registry.tools import OPERAND, VALUE, Tools
from hmi.shell import frame, html
from hmi.view import Entered, View
from hmi.words import registry as words


class Listing:
    def __init__(self, view: View, entities: Entities, entity: Entity) -> None:
        self._view = view
        self._entities = entities
        self._entity = entity
        self._address = Address.read(view.client.request.query_params)
        self._turn = 0
        self._shown: Shown

    async def draw(self) -> None:
        view, entity = self._view, self._entity
        await self._read()
        title = view.name(entity.label)
        if self._address.removed:
            title += f" · {view.say(words.RECYCLE_BIN)}"
        with frame(view, title):
            html(view.block(self._page, lambda: self._turn))
        see = entity.permission("read")
        view.on("operand", see, self._follow)
        view.on("suggest", see, Suggestions(view, self._entities).answer)
        view.on("drop-view", see, self._drop_view)
        view.on_form("condition", see, self._add_condition)
        view.on_form("view", see, self._save_view)
        view.on_form("many", "", self._many)

    async def _read(self) -> None:
        def read() -> Shown:
            with self._view.house.seats.authority.open() as session:
                return read_list(session, self._view, self._entities, self._entity, self._address)

        self._shown = await asyncio.to_thread(read)
        self._turn += 1

    def _page(self) -> Markup:
        place = (self._view, self._entity, self._address, self._shown)
        problem = Markup('<p class="notice" role="alert">{}</p>').format(self._shown.problem)
        return Tools(*place).markup() + (problem if self._shown.problem else Lines(*place).markup())

    # -- what a person does

    async def _follow(self, key: str) -> None:
        """A field was chosen: ask for what it takes."""
        target, _, name = key.partition("\t")
        field = self._shown.fields.get(name)
        place = (self._view, self._entity, self._address, self._shown)
        if field is None or target not in {OPERAND, VALUE}:
            return
        drawn = Tools(*place).operand(field) if target == OPERAND else Lines(*place).value(field)
        patch = json.dumps([[target, str(drawn)]])
        self._view.client.run_javascript(f"steward.patch({patch})")

    async def _add_condition(self, entered: Entered) -> None:
        field = self._shown.fields.get(_first(entered, "field"))
        asked = _first(entered, "operator")
        if field is None or asked not in set(operators(field)):
            ui.notify(self._view.say(words.MAY_NOT_BE_ASKED), type="warning")
            return
        operator = Operator(asked)
        given = [one.strip() for one in entered.get("value", ()) if one.strip()]
        if operator not in WITHOUT_VALUE and not given:
            ui.notify(self._view.say(words.MAY_NOT_BE_ASKED), type="warning")
            return
        value = "" if operator in WITHOUT_VALUE else "|".join(given)
        condition = Condition(field.name, operator, value)
        ui.navigate.to(f"/{self._entity.name}?{self._address.with_condition(condition).query()}")

    async def _save_view(self, entered: Entered) -> None:
        query = self._address.query()
        body = SaveView(self._entity.name, _first(entered, "name"), query, "shared" in entered)
        await self._send(body, "read")

    async def _drop_view(self, key: str) -> None:
        if key.isascii() and key.isdecimal():
            await self._send(RemoveView(int(key)), "read")

    async def _many(self, entered: Entered) -> None:
        name, deed = self._entity.name, _first(entered, "do")
        ids = await self._chosen(entered)
        field = self._shown.fields.get(_first(entered, "field"))
        reason = _first(entered, "reason").strip()
        match deed:
            case "change" if field is not None:
                values: Raws = {field.name: _first(entered, "value")}
                await self._send(ChangeRecords(name, ids, values), "write")
            case "tag" if tag := _first(entered, "tag").strip():
                await self._send(TagRecords(name, ids, add=(tag,)), "write")
            case "remove":
                await self._send(RemoveRecords(name, ids, reason), "remove")
            case "restore":
                await self._send(RestoreRecords(name, ids), "remove")
            case "erase":
                await self._send(EraseRecords(name, ids, reason), "remove")

    async def _chosen(self, entered: Entered) -> tuple[int, ...]:
        """The ticked ones, or all that the list has found."""
        if "everything" not in entered:
            return tuple(int(one) for one in entered.get("record", ()) if one.isascii() and one.isdecimal())

        def read() -> tuple[int, ...]:
            with self._view.house.seats.authority.open() as session:
                reach = self._view.person.reach(self._entity.permission("read"))
                return ids_of(session, self._entity, reach, self._address.wanted(MANY))

        return await asyncio.to_thread(read)

    async def _send(self, body: Any, action: str) -> None:
        permission = self._entity.permission(action)
        if await carry_out(self._view, body, permission, self._view.house.ports.office):
            await self._read()


def _first(entered: Entered, name: str) -> str:
    return entered.get(name, ("",))[0]


async def listing(view: View, entities: Entities, entity: Entity) -> None:
    await Listing(view, entities, entity).draw()
