"""One open page: which parts of it show what, and the patches that bring it up to date.

Values are static HTML with ids. A refresh compares what is shown with what is so, and sends the difference as
one message; that costs a fortieth of an element for every value.
"""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from markupsafe import Markup
from nicegui import Client, json, ui
from nicegui.events import GenericEventArguments
from sqlalchemy.exc import SQLAlchemyError

from actors.messages import Issuer
from actors.permissions import PERMISSIONS, URGENT
from business.access import ANYWHERE, ROOT, Person, Refusal
from business.menus.arranging import Saved
from config.site import Point
from config.text import Text
from hmi import drawing, words
from hmi.alarm_index import AlarmIndex
from hmi.drawing import Drawn
from hmi.live import Live, Rows
from hmi.ports import Ports
from hmi.seats import Seats
from hmi.stations import EVERYWHERE, Stations
from hmi.words import refusals

KEY_LENGTH = 400
"""Characters of the longest key that a click may carry."""

FORM_LENGTH = 100_000
"""Characters of all that a form may carry."""

_URGENT = frozenset(PERMISSIONS[command] for command in URGENT)

Patch = list[Any]
Handler = Callable[[str], Awaitable[None]]
Entered = dict[str, tuple[str, ...]]
"""What a person entered into a form: by name, all values."""
FormHandler = Callable[[Entered], Awaitable[None]]


@dataclass(frozen=True)
class House:
    """What all pages of a process share."""

    live: Live
    ports: Ports
    seats: Seats

    @cached_property
    def alarms(self) -> AlarmIndex:
        return AlarmIndex(self.live)

    @cached_property
    def stations(self) -> Stations:
        """A station is answered for while one of its pages can be heard."""

        def open_() -> list[str]:
            return [view.station for view in self.seats.views.values() if view.is_heard]

        return Stations(self.live, self.alarms, open_)


@dataclass(slots=True)
class Cell:
    """A value on the page. Elements: `id` the value, `id`q quality word, `id`a age, `id`m mark on a bar."""

    id: str
    rows: Rows
    row: int
    column: int
    point: Point
    with_age: bool
    shown: Drawn
    age: str = ""


@dataclass(slots=True)
class Block:
    """A part that is drawn anew as a whole, when `watch` has changed."""

    id: str
    render: Callable[[], Markup]
    watch: Callable[[], Hashable]
    key: Hashable
    shown: Markup


class View:
    """Belongs to one NiceGUI client, for one person, in one language."""

    def __init__(
        self,
        house: House,
        client: Client,
        person: Person,
        language: str,
        scope: str = ANYWHERE,
        here: str = ROOT,
        menu: Saved = Saved(),  # noqa: B008  # frozen
    ) -> None:
        """`scope` is the path of what the page acts on, `here` that of this site."""
        self.house = house
        self.live = house.live
        self.client = client
        self.person = person
        self.language = language
        self.scope = scope
        self.here = here
        self.menu = menu
        self.badges: Mapping[str, int] = {}
        """How much waits behind links of the navigation, by path."""
        """The navigation, as an administrator arranged it."""
        self.station = EVERYWHERE
        """The operator's station at which the browser stands."""
        self.sounds = False
        """Whether the browser may play tones."""
        self.path = client.request.url.path
        self.zone = ZoneInfo(house.live.site.timezone)
        self._cells: dict[tuple[str, str, str], Cell] = {}
        self._by_table: dict[str, tuple[Rows, list[Cell], Any]] | None = None
        self._blocks: list[Block] = []
        self._acts: dict[str, tuple[str, Handler]] = {}
        self._forms: dict[str, tuple[str, FormHandler]] = {}
        self._since = house.live.revision
        self._ids = 0
        ui.on("steward", self._act)

    # -- drawing

    def say(self, text: Text, **values: object) -> str:
        return words.say(self.language, text, **values)

    def name(self, text: Text) -> str:
        return text.in_language(self.language)

    def listed(self, names: Iterable[str]) -> str:
        """Side by side, as the reader's language separates them."""
        return ("、" if self.language == "zh" else ", ").join(names)

    def value(self, device: str, point: str, *, role: str = "") -> Markup:
        """A value with its unit. `role` tells apart several appearances of the same point on the page."""
        cell = self.cell(device, point, role=role)
        return Markup(
            '<span class="value" data-quality="{quality}" data-word="{word}"><span class="v{on}" id="{id}"'
            ' data-point="{name}" data-quality="{quality}">{text}</span><i class="unit">{unit}</i></span>'
        ).format(
            id=cell.id,
            name=f"{device}/{point}",
            quality=cell.shown.quality,
            word=cell.shown.word,
            text=cell.shown.text,
            unit=cell.point.unit,
            on=" on" if cell.shown.on else "",
        )

    def cell(self, device: str, point: str, *, role: str = "", with_age: bool = False) -> Cell:
        """Register a value for refreshing. Raises KeyError for a point that the site does not have."""
        key = (device, point, role)
        if key not in self._cells:
            rows, row = self.live.place(device)
            column = rows.table.template.index[point]
            definition = rows.table.template.points[column]
            shown = drawing.draw(self.language, definition, self.live.read(rows, row, column))
            self._cells[key] = Cell(self._next_id(), rows, row, column, definition, with_age, shown)
            self._by_table = None
        return self._cells[key]

    def block(self, render: Callable[[], Markup], watch: Callable[[], Hashable], tag: str = "div") -> Markup:
        """A part drawn by `render`, again whenever the result of `watch` has changed."""
        shown = render()
        block = Block(self._next_id(), render, watch, watch(), shown)
        self._blocks.append(block)
        return Markup('<{tag} id="{id}" class="block">{shown}</{tag}>').format(
            tag=Markup(tag),  # noqa: S704  # from the program, never from a person
            id=block.id,
            shown=shown,
        )

    def slowly(self, render: Callable[[], Markup], tag: str = "span") -> Markup:
        """A small part that is looked at once a second."""
        return self.block(render, lambda: int(self.live.clock()), tag)

    def _next_id(self) -> str:
        self._ids += 1
        return f"s{self._ids}"

    # -- refreshing

    def refresh(self, *, slow: bool) -> None:
        """Send what has changed. With `slow` also what changes without a message: ages and staleness."""
        if not self.client.has_socket_connection:
            return
        patches = self.patches(slow=slow)
        if patches:
            self._send(patches)

    def greet(self) -> None:
        """What has changed while the browser took the page; it comes even when nothing has."""
        self._send(self.patches(slow=True))

    def _send(self, patches: list[Patch]) -> None:
        self.client.run_javascript(f"steward.patch({json.dumps(patches)})")

    def patches(self, *, slow: bool) -> list[Patch]:
        """What differs from what the page shows; from now on it counts as shown."""
        since, self._since = self._since, self.live.revision
        patches: list[Patch] = []
        if slow or since != self._since:
            for rows, cells, places in self._tables():
                if slow:
                    moved = cells
                else:
                    at = np.flatnonzero(rows.changed[places] > since)
                    moved = [cells[index] for index in at]
                for cell in moved:
                    self._compare(cell, patches, slow=slow)
        for block in self._blocks:
            key = block.watch()
            if key != block.key:
                block.key = key
                shown = block.render()
                if shown != block.shown:
                    block.shown = shown
                    patches.append([block.id, str(shown)])
        return patches

    def _compare(self, cell: Cell, patches: list[Patch], *, slow: bool) -> None:
        reading = self.live.read(cell.rows, cell.row, cell.column)
        drawn = drawing.draw(self.language, cell.point, reading)
        if drawn != cell.shown:
            cell.shown = drawn
            patches.append([cell.id, drawn.text, drawn.quality, drawn.word, drawn.on, drawn.fraction])
        if cell.with_age and slow:
            age = drawing.age(self.language, reading.age_s)
            if age != cell.age:
                cell.age = age
                patches.append([cell.id + "a", age])

    def _tables(self) -> list[tuple[Rows, list[Cell], Any]]:
        if self._by_table is None:
            groups: dict[str, tuple[Rows, list[Cell]]] = {}
            for cell in self._cells.values():
                groups.setdefault(cell.rows.table.id, (cell.rows, []))[1].append(cell)
            self._by_table = {
                table: (rows, cells, np.array([cell.row for cell in cells]))
                for table, (rows, cells) in groups.items()
            }
        return list(self._by_table.values())

    # -- what a person does

    def issuer(self) -> Issuer:
        return Issuer(self.person.user, self.person.session, self.client.ip)

    def plant_issuer(self) -> Issuer:
        """The same person as the alarm journal names them: with their station."""
        where = f"{self.station} {self.client.ip}" if self.station else str(self.client.ip)
        return Issuer(self.person.user, self.person.session, where)

    @property
    def is_heard(self) -> bool:
        return self.sounds and self.client.has_socket_connection

    def on(self, act: str, permission: str, handler: Handler) -> None:
        """Clicks on elements with data-act=`act` come to `handler` with their data-key."""
        self._acts[act] = (permission, handler)

    def can(self, permission: str) -> bool:
        """Whether the page offers it to its person."""
        return self.person.may(permission, self.scope)

    def on_form(self, name: str, permission: str, handler: FormHandler) -> None:
        """What is entered into the form with data-form=`name` comes to `handler`."""
        self._forms[name] = (permission, handler)

    async def may(self, permission: str) -> bool:
        """Whether the person may do this now, read afresh; says why not on the page."""
        try:
            person = await self.house.seats.current(self.person.session)
        except SQLAlchemyError:
            if permission in _URGENT:  # `core` knows who was there last
                return True
            ui.notify(refusals.refusal(self.language, Refusal.NOT_RECORDED), type="warning")
            return False
        if person is None:
            ui.navigate.to("/login")
            return False
        self.person = person
        reason = person.refusal(permission, self.scope)
        if reason is None:
            return True
        ui.notify(refusals.refusal(self.language, reason), type="warning")
        if reason is Refusal.NOT_PERMITTED:
            await self.house.seats.note_overreach(self.issuer(), permission)
        return False

    async def _act(self, event: GenericEventArguments) -> None:
        match event.args:
            case {"act": "active"}:
                await self.house.seats.touch(self.issuer())
            case {"act": str(act), "key": str(key)} if act in self._acts and len(key) <= KEY_LENGTH:
                permission, handler = self._acts[act]
                if not permission or await self.may(permission):
                    await handler(key)
            case {"form": str(name), "fields": list(pairs)} if name in self._forms:
                permission, submit = self._forms[name]
                entered = _entered(pairs)
                if entered is not None and (not permission or await self.may(permission)):
                    await submit(entered)
            case _:
                pass


def _entered(pairs: list[Any]) -> Entered | None:
    """The pairs of name and value that a browser sent; None when they are not that."""
    found: Entered = {}
    length = 0
    for pair in pairs:
        match pair:
            case [str(name), str(value)]:
                found[name] = (*found.get(name, ()), value)
                length += len(name) + len(value)
            case _:
                return None
    return found if length <= FORM_LENGTH else None
