"""Whose an account is: the part of the page of users that links it with a resident or a company."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from markupsafe import Markup
from nicegui import ui

from business.access.messages import USERS
from business.identity.queries import UserRow
from business.property.box import search
from business.property.entities import ENTITIES
from business.property.messages import LinkUser
from business.registry.queries import titles
from hmi.editing import Editor, Field, Values
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import linking as said

_FIELDS = (Field("person", said.PERSON, longest=80), Field("company", said.COMPANY, longest=80))


@dataclass(frozen=True, slots=True)
class _Named:
    """What the accounts are linked with, by entity and id."""

    titles: dict[tuple[str, int], str]

    def markup(self, entity: str, id_: int | None) -> Markup:
        if id_ is None:
            return EMPTY
        title = self.titles.get((entity, id_), f"#{id_}")
        return Markup('<div><a href="/{}/{}">{}</a></div>').format(entity, id_, title)


class Linking:
    def __init__(self, view: View, send: Callable[[LinkUser, str], Awaitable[bool]]) -> None:
        self._view = view
        self._send = send
        self._named = _Named({})
        self._editor: Editor

    def dialog(self) -> None:
        """Beside the other dialogs of the page."""
        self._editor = Editor(self._view, _FIELDS)

    async def read(self, rows: tuple[UserRow, ...]) -> None:
        """Names are for those who may read the records; others see numbers."""
        person = self._view.person

        def read() -> _Named:
            found: dict[tuple[str, int], str] = {}
            with self._view.house.seats.authority.open() as session:
                for name, ids in (
                    ("person", [row.person_id for row in rows if row.person_id is not None]),
                    ("company", [row.company_id for row in rows if row.company_id is not None]),
                ):
                    known = titles(session, ENTITIES[name], ids, person.reach(f"{name}.read"))
                    found |= {(name, id_): title for id_, title in known.items()}
            return _Named(found)

        self._named = await asyncio.to_thread(read)

    def markup(self, row: UserRow) -> Markup:
        return self._named.markup("person", row.person_id) + self._named.markup("company", row.company_id)

    def open(self, row: UserRow) -> None:
        held = {"person": row.person_id, "company": row.company_id}
        values = {name: str(id_) for name, id_ in held.items() if id_ is not None}

        async def save(entered: Values) -> bool:
            ids = [await self._id(name, entered[name].strip()) for name in ("person", "company")]
            if None in ids:
                return False
            person, company = (id_ or None for id_ in ids)
            return await self._send(LinkUser(row.name, person, company), USERS)

        self._editor.open(self._view.say(said.LINK_OF, user=row.name), values, save)

    async def _id(self, entity: str, text: str) -> int | None:
        """0 for nobody; None, and a notice, for what is not just one record that the person may see."""
        if not text:
            return 0
        if text.isascii() and text.isdecimal() and len(text) < 10:
            return int(text)
        reach = self._view.person.reach(f"{entity}.read")

        def find() -> list[int]:
            with self._view.house.seats.authority.open() as session:
                hits = search(session, {entity: reach}, text, 50)
                return [hit.record_id for hit in hits if text in (hit.title, hit.subtitle)] or [
                    hit.record_id for hit in hits
                ]

        found = await asyncio.to_thread(find)
        if len(found) == 1:
            return found[0]
        ui.notify(self._view.say(said.NOT_ONE, typed=text, count=len(found)), type="warning")
        return None
