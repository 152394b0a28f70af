"""Users and their roles, for administrators."""

import asyncio

from markupsafe import Markup
from nicegui import ui

from business.identity.messages import CreateUser, DisableUser, EnableUser, SetPassword, SetRole
from business.identity.model import Role
from business.identity.queries import UserRow
from business.identity.queries import users as read_users
from hmi import drawing, words
from hmi.commanding import carry_out
from hmi.pages.missing import forbidden
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View

MANAGE = "user.manage"


class UsersPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._rows: tuple[UserRow, ...] = ()
        self._turn = 0
        self._whose = ""

    async def draw(self) -> None:
        view = self._view
        await self._read()
        roles = {role.value: view.say(text) for role, text in words.ROLES.items()}
        with frame(view, view.say(words.USERS)):
            html(
                Markup('<div class="toolbar"><button class="plain" data-act="add">{}</button></div>').format(
                    view.say(words.ADD_USER)
                )
            )
            html(view.block(self._table, lambda: self._turn))
            with ui.dialog() as self._adding, ui.card():
                ui.label(view.say(words.ADD_USER)).classes("text-weight-bold")
                self._name = ui.input(view.say(words.USER_NAME)).props("outlined dense maxlength=64")
                self._display = ui.input(view.say(words.DISPLAY_NAME)).props("outlined dense maxlength=64")
                self._role = ui.select(roles, value=Role.VIEWER.value, label=view.say(words.ROLE)).props(
                    "outlined dense"
                )
                self._password = ui.input(view.say(words.PASSWORD), password=True).props(
                    "outlined dense autocomplete=new-password"
                )
                ui.label(view.say(words.PASSWORD_HINT)).classes("sub")
                with ui.element("div").classes("actions"):
                    ui.button(view.say(words.CANCEL), on_click=self._adding.close).props("flat")
                    ui.button(view.say(words.SAVE), on_click=self._add)
            with ui.dialog() as self._changing, ui.card():
                self._title = ui.label().classes("text-weight-bold")
                self._new = ui.input(view.say(words.NEW_PASSWORD), password=True).props(
                    "outlined dense autocomplete=new-password"
                )
                ui.label(view.say(words.PASSWORD_HINT)).classes("sub")
                with ui.element("div").classes("actions"):
                    ui.button(view.say(words.CANCEL), on_click=self._changing.close).props("flat")
                    ui.button(view.say(words.SAVE), on_click=self._set_password)
        for act, handler in (
            ("add", self._open_add),
            ("password", self._open_password),
            ("disable", self._disable),
            ("enable", self._enable),
            ("role", self._set_role),
        ):
            view.on(act, MANAGE, handler)

    async def _read(self) -> None:
        def read() -> tuple[UserRow, ...]:
            with self._view.house.seats.authority.open() as session:
                return read_users(session)

        self._rows = await asyncio.to_thread(read)
        self._turn += 1

    def _table(self) -> Markup:
        view = self._view
        heads = (
            ("", words.USER_NAME),
            ("hide-small", words.DISPLAY_NAME),
            ("", words.ROLE),
            ("", words.STATE),
            ("hide-small", words.CREATED),
        )
        said = [(look, view.say(text)) for look, text in heads]
        return table([*said, ("", "")], map(self._row, self._rows))

    def _row(self, row: UserRow) -> Markup:
        view = self._view
        button = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
        roles = EMPTY.join(
            Markup('<button class="plain" data-act="role" data-key="{}"{}>{}</button> ').format(
                f"{role.value} {row.name}",
                Markup(' disabled aria-pressed="true"') if role == row.role else EMPTY,
                view.say(text),
            )
            for role, text in words.ROLES.items()
        )
        return Markup(
            '<tr><td><b>{}</b></td><td class="hide-small">{}</td><td class="tight">{}</td><td>{}'
            '</td><td class="tight hide-small">{}'
            '</td><td class="tight">{}{}</td></tr>'
        ).format(
            row.name,
            row.display,
            roles,
            view.say(words.DISABLED if row.disabled else words.ENABLED),
            drawing.date_and_clock(view.zone, row.created_ns),
            button.format("password", row.name, view.say(words.SET_PASSWORD)),
            button.format("enable", row.name, view.say(words.ENABLE))
            if row.disabled
            else button.format("disable", row.name, view.say(words.DISABLE)),
        )

    async def _send(self, body: CreateUser | SetPassword | SetRole | DisableUser | EnableUser) -> bool:
        done = await carry_out(self._view, body, MANAGE, self._view.house.ports.office)
        await self._read()
        return done

    async def _open_add(self, _key: str) -> None:
        self._adding.open()

    async def _add(self) -> None:
        body = CreateUser(
            str(self._name.value or ""),
            str(self._display.value or ""),
            str(self._role.value),
            str(self._password.value or ""),
        )
        if await self._send(body):
            self._adding.close()
            self._name.value = self._display.value = ""
        self._password.value = ""

    async def _open_password(self, key: str) -> None:
        self._whose = key
        self._title.text = self._view.say(words.SET_PASSWORD_OF, user=key)
        self._changing.open()

    async def _set_password(self) -> None:
        if await self._send(SetPassword(self._whose, str(self._new.value or ""))):
            self._changing.close()
        self._new.value = ""

    async def _disable(self, key: str) -> None:
        await self._send(DisableUser(key))

    async def _enable(self, key: str) -> None:
        await self._send(EnableUser(key))

    async def _set_role(self, key: str) -> None:
        role, _, name = key.partition(" ")
        await self._send(SetRole(name, role))


async def users(view: View) -> None:
    if not view.person.may(MANAGE):
        forbidden(view)
        return
    await UsersPage(view).draw()
