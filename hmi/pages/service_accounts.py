"""Service accounts and their keys, for security administrators and those to whom they have delegated."""

import asyncio

from markupsafe import Markup
from nicegui import ui

from business.access.messages import DELEGATE, USERS
from business.access.queries import roles as read_roles
from business.access.queries import scopes as read_scopes
from business.identity.messages import DisableUser, EnableUser
from business.identity.token_messages import CreateServiceAccount, CreateServiceKey, RevokeServiceKey
from business.identity.token_queries import AccountRow, KeyRow, accounts
from business.identity.tokens import fingerprint, new_token
from hmi import drawing, words
from hmi.commanding import carry_out
from hmi.days import day_after_ns
from hmi.once import Once
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import access as access_words
from hmi.words import programs as said

_BUTTON = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
_FIELD = "outlined dense maxlength=64"

Body = CreateServiceAccount | CreateServiceKey | RevokeServiceKey | DisableUser | EnableUser


class ServiceAccountsPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._rows: tuple[AccountRow, ...] = ()
        self._roles: dict[str, str] = {}
        self._scopes: dict[int, str] = {}
        self._turn = 0
        self._whose = ""

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(said.ACCOUNTS)):
            html(Markup('<p class="sub">{}</p>').format(view.say(said.ACCOUNTS_HINT)))
            add = _BUTTON.format("add", "", view.say(said.ADD_ACCOUNT))
            html(Markup('<div class="toolbar">{}</div>').format(add))
            html(view.block(self._table, lambda: self._turn))
            self._dialogs()
            self._once = Once(view)
        for act, handler in (
            ("add", self._open_add),
            ("key", self._open_key),
            ("revoke", self._revoke),
            ("disable", self._disable),
            ("enable", self._enable),
        ):
            view.on(act, USERS, handler)

    def _dialogs(self) -> None:
        view = self._view
        with ui.dialog() as self._adding, ui.card():
            ui.label(view.say(said.ADD_ACCOUNT)).classes("text-weight-bold")
            self._name = ui.input(view.say(words.USER_NAME)).props(_FIELD)
            self._display = ui.input(view.say(words.DISPLAY_NAME)).props(_FIELD)
            self._role = ui.select(self._roles, label=view.say(words.ROLE)).props("outlined dense clearable")
            self._scope = ui.select(
                self._scopes, value=next(iter(self._scopes), None), label=view.say(access_words.SCOPE)
            ).props("outlined dense")
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CANCEL), on_click=self._adding.close).props("flat")
                ui.button(view.say(words.SAVE), on_click=self._add)
        with ui.dialog() as self._keying, ui.card():
            self._title = ui.label().classes("text-weight-bold")
            self._purpose = ui.input(view.say(said.KEY_NAME)).props(_FIELD)
            self._until = ui.input(view.say(access_words.LAST_DAY)).props("outlined dense maxlength=10")
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CANCEL), on_click=self._keying.close).props("flat")
                ui.button(view.say(words.SAVE), on_click=self._add_key)

    async def _read(self) -> None:
        view, person = self._view, self._view.person

        def read() -> None:
            with view.house.seats.authority.open() as session:
                self._rows = accounts(session, person.reach(USERS))
                self._roles = {one.name: view.name(one.label) for one in read_roles(session)}
                self._scopes = {
                    one.id: "　" * one.depth + view.name(one.name)
                    for one in read_scopes(session, person.reach(DELEGATE))
                }

        await asyncio.to_thread(read)
        self._turn += 1

    def _table(self) -> Markup:
        view = self._view
        heads = (
            ("", words.USER_NAME),
            ("hide-small", access_words.GRANTS),
            ("", said.KEYS),
            ("tight", words.STATE),
            ("", None),
        )
        return table(
            [(look, view.say(text) if text else "") for look, text in heads], map(self._row, self._rows)
        )

    def _row(self, row: AccountRow) -> Markup:
        view = self._view
        held = "、".join(
            view.say(access_words.GRANTED, role=view.name(one.role), scope=view.name(one.scope))
            for one in row.grants
        )
        keys = EMPTY.join(map(self._key, row.keys)) or view.say(said.NO_KEYS)
        act, text = ("enable", words.ENABLE) if row.disabled else ("disable", words.DISABLE)
        return Markup(
            '<tr><td><b>{}</b><div class="sub">{}</div></td><td class="hide-small">{}</td><td>{}</td>'
            '<td class="tight">{}</td><td>{}{}</td></tr>'
        ).format(
            row.name,
            row.display,
            held or view.say(access_words.NO_GRANTS),
            keys,
            view.say(words.DISABLED if row.disabled else words.ENABLED),
            _BUTTON.format("key", row.name, view.say(said.ADD_KEY)),
            _BUTTON.format(act, row.name, view.say(text)),
        )

    def _key(self, key: KeyRow) -> Markup:
        view = self._view
        until = (
            view.say(access_words.UNTIL, time=drawing.date_and_clock(view.zone, key.expires_ns))
            if key.expires_ns
            else ""
        )
        return Markup('<div class="grant">{} {} {}</div>').format(
            key.name, until, _BUTTON.format("revoke", key.id, view.say(said.REVOKE))
        )

    async def _send(self, body: Body) -> bool:
        done = await carry_out(self._view, body, USERS, self._view.house.ports.office)
        await self._read()
        return done

    async def _open_add(self, _key: str) -> None:
        self._adding.open()

    async def _add(self) -> None:
        body = CreateServiceAccount(
            str(self._name.value or ""),
            str(self._display.value or ""),
            str(self._role.value or ""),
            int(self._scope.value or 0),
        )
        if await self._send(body):
            self._adding.close()
            self._name.value = self._display.value = ""

    async def _open_key(self, key: str) -> None:
        self._whose = key
        self._title.text = self._view.say(said.ADD_KEY_TO, user=key)
        self._keying.open()

    async def _add_key(self) -> None:
        try:
            until = day_after_ns(str(self._until.value or ""), self._view.zone)
        except ValueError:
            ui.notify(self._view.say(words.NOT_A_DATE, day=self._until.value), type="warning")
            return
        secret = new_token()
        body = CreateServiceKey(self._whose, str(self._purpose.value or ""), fingerprint(secret), until or 0)
        if await self._send(body):
            self._keying.close()
            self._purpose.value = self._until.value = ""
            self._once.show(self._whose, secret)

    async def _revoke(self, key: str) -> None:
        if key.isascii() and key.isdecimal():
            await self._send(RevokeServiceKey(int(key)))

    async def _disable(self, key: str) -> None:
        await self._send(DisableUser(key))

    async def _enable(self, key: str) -> None:
        await self._send(EnableUser(key))


async def service_accounts(view: View) -> None:
    await ServiceAccountsPage(view).draw()
