"""Roles and what each may do: the matrix, and a dialog that changes one column of it."""

import asyncio

from markupsafe import Markup
from nicegui import ui

from business.access.catalogue import PERMISSIONS
from business.access.messages import MANAGE, ChangeRole, CreateRole, RemoveRole
from business.access.queries import RoleRow
from business.access.queries import roles as read_roles
from hmi import words
from hmi.commanding import carry_out
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import access as said

_BUTTON = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
_FIELD = "outlined dense maxlength=80"


class RolesPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._rows: tuple[RoleRow, ...] = ()
        self._turn = 0
        self._which = ""
        """Name of the role that is being changed; '' for a new one."""

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(said.ROLES)):
            toolbar = Markup('<div class="toolbar">{}</div>')
            html(toolbar.format(_BUTTON.format("add", "", view.say(said.ADD_ROLE))))
            html(view.block(self._list, lambda: self._turn))
            html(Markup("<h2>{}</h2>").format(view.say(said.PERMISSIONS)))
            html(view.block(self._matrix, lambda: self._turn))
            self._dialog()
        view.on("add", MANAGE, self._open)
        view.on("change", MANAGE, self._open)
        view.on("remove", MANAGE, self._remove)

    def _dialog(self) -> None:
        view = self._view
        with ui.dialog() as self._changing, ui.card():
            self._title = ui.label().classes("text-weight-bold")
            with ui.element("div").classes("full-width") as self._naming:
                self._name = ui.input(view.say(said.CODE)).props(_FIELD)
                self._zh = ui.input(view.say(said.CHINESE_NAME)).props(_FIELD)
                self._en = ui.input(view.say(said.ENGLISH_NAME)).props(_FIELD)
            with ui.element("div").classes("choices"):
                self._boxes = {
                    name: ui.checkbox(view.say(label)).props(f'dense data-permission="{name}"')
                    for name, label in PERMISSIONS.items()
                }
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CANCEL), on_click=self._changing.close).props("flat")
                ui.button(view.say(words.SAVE), on_click=self._save)

    async def _read(self) -> None:
        def read() -> tuple[RoleRow, ...]:
            with self._view.house.seats.authority.open() as session:
                return read_roles(session)

        self._rows = await asyncio.to_thread(read)
        self._turn += 1

    def _list(self) -> Markup:
        view = self._view
        columns = (
            ("", said.ROLES),
            ("hide-small", said.CODE),
            ("hide-small", said.DUTY),
            ("number", said.HOLDERS),
            ("tight", None),
        )
        heads = [(look, view.say(text) if text else "") for look, text in columns]
        return table(heads, map(self._row, self._rows))

    def _row(self, row: RoleRow) -> Markup:
        view = self._view
        change = _BUTTON.format("change", row.name, view.say(said.CHANGE))
        remove = EMPTY if row.built_in else _BUTTON.format("remove", row.name, view.say(said.REMOVE))
        return Markup(
            '<tr><td><b>{}</b></td><td class="hide-small">{} <small>{}</small></td>'
            '<td class="hide-small">{}</td><td class="number">{}</td><td class="tight">{}{}</td></tr>'
        ).format(
            view.name(row.label),
            row.name,
            view.say(said.BUILT_IN) if row.built_in else "",
            view.say(said.DUTIES[row.duty]),
            row.users,
            change,
            remove,
        )

    def _matrix(self) -> Markup:
        view = self._view
        heads = [("", view.say(said.PERMISSION)), *(("turned", view.name(row.label)) for row in self._rows)]
        return table(heads, map(self._line, PERMISSIONS), look="matrix")

    def _line(self, permission: str) -> Markup:
        held = Markup('<td class="number" data-role="{}">{}</td>')
        cells = EMPTY.join(
            held.format(row.name, "✓" if permission in row.permissions else "") for row in self._rows
        )
        return Markup('<tr data-permission="{}"><td>{} <small>{}</small></td>{}</tr>').format(
            permission, self._view.say(PERMISSIONS[permission]), permission, cells
        )

    async def _open(self, key: str) -> None:
        view = self._view
        row = next((one for one in self._rows if one.name == key), None)
        self._which = row.name if row else ""
        self._title.text = (
            view.say(said.PERMISSIONS_OF, role=view.name(row.label)) if row else view.say(said.ADD_ROLE)
        )
        self._naming.set_visibility(row is None)
        for name, box in self._boxes.items():
            box.value = row is not None and name in row.permissions
        self._changing.open()

    async def _save(self) -> None:
        chosen = tuple(name for name, box in self._boxes.items() if box.value)
        name, zh, en = (str(field.value or "") for field in (self._name, self._zh, self._en))
        body = ChangeRole(self._which, chosen) if self._which else CreateRole(name, zh, en, chosen)
        if await self._send(body):
            self._changing.close()
            for field in (self._name, self._zh, self._en):
                field.value = ""

    async def _remove(self, key: str) -> None:
        await self._send(RemoveRole(key))

    async def _send(self, body: CreateRole | ChangeRole | RemoveRole) -> bool:
        done = await carry_out(self._view, body, MANAGE, self._view.house.ports.office)
        await self._read()
        return done


async def roles(view: View) -> None:
    await RolesPage(view).draw()
