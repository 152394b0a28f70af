"""Registered screens: wall displays that stay logged in and only show."""

import asyncio
from typing import Any

from markupsafe import Markup
from nicegui import ui

from business.access import OWN
from business.access.messages import USERS
from business.access.queries import ScopeRow
from business.access.queries import scopes as read_scopes
from business.identity.account_queries import ScreenRow
from business.identity.account_queries import screens as read_screens
from business.identity.messages import DisableUser, EnableUser, EndSession
from business.identity.screen_messages import CreateScreen, RenewScreenCode
from business.identity.totp import new_recovery_codes, recovery_fingerprint
from hmi import drawing, words
from hmi.commanding import carry_out
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import access as access_words
from hmi.words import account as said

READ_S = 5.0
_BUTTON = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
_FIELD = "outlined dense maxlength=64"


class ScreensPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._rows: tuple[ScreenRow, ...] = ()
        self._scopes: tuple[ScopeRow, ...] = ()
        self._shown = ("", "")
        """The screen whose code has just been made, and the code."""

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(said.SCREENS)):
            html(view.block(self._code, lambda: self._shown))
            toolbar = Markup('<div class="toolbar">{}</div>')
            html(toolbar.format(_BUTTON.format("add", "", view.say(said.ADD_SCREEN))))
            html(view.block(self._table, lambda: self._rows))
            ui.timer(READ_S, self._read)
        self._dialog()
        for act, handler in (
            ("add", self._open_add),
            ("renew", self._renew),
            ("enable", self._enable),
            ("disable", self._disable),
        ):
            view.on(act, USERS, handler)
        view.on("end", OWN, self._end)

    async def _read(self) -> None:
        view = self._view

        def read() -> None:
            with view.house.seats.authority.open() as session:
                reach = view.person.reach(USERS)
                self._rows = read_screens(session, reach)
                self._scopes = read_scopes(session, reach)

        await asyncio.to_thread(read)

    def _code(self) -> Markup:
        user, code = self._shown
        if not code:
            return EMPTY
        shown = self._view.say(said.SCREEN_CODE_IS, user=user, code=code)
        return Markup('<p class="notice" data-code="{}">{}</p>').format(code, shown)

    def _table(self) -> Markup:
        view = self._view
        if not self._rows:
            return Markup('<p class="sub">{}</p>').format(view.say(said.NO_SCREENS))
        heads = (("", words.USER_NAME), ("hide-small", words.DISPLAY_NAME), ("", words.STATE), ("", None))
        return table(
            [(look, view.say(text) if text else "") for look, text in heads], map(self._row, self._rows)
        )

    def _row(self, row: ScreenRow) -> Markup:
        view = self._view
        if row.disabled:
            state = view.say(words.DISABLED)
        elif row.since_ns is not None:
            since = drawing.date_and_clock(view.zone, row.since_ns)
            state = f"{view.say(said.SCREEN_SHOWS, time=since)} · {row.address}"
        elif row.code_until_ns is not None and row.code_until_ns > view.live.wall_ns():
            until = drawing.date_and_clock(view.zone, row.code_until_ns)
            state = view.say(said.SCREEN_WAITS, time=until)
        else:
            state = view.say(said.SCREEN_DARK)
        buttons = _BUTTON.format("renew", row.name, view.say(said.NEW_CODE))
        if row.session:
            buttons += _BUTTON.format("end", row.session, view.say(said.END_SCREEN))
        turn = ("enable", words.ENABLE) if row.disabled else ("disable", words.DISABLE)
        buttons += _BUTTON.format(turn[0], row.name, view.say(turn[1]))
        return Markup(
            '<tr><td><b>{}</b></td><td class="hide-small">{}</td><td>{}</td><td class="tight">{}</td></tr>'
        ).format(row.name, row.display, state, buttons)

    def _dialog(self) -> None:
        view = self._view
        scopes = {one.id: "　" * one.depth + view.name(one.name) for one in self._scopes}
        with ui.dialog() as self._adding, ui.card():
            ui.label(view.say(said.ADD_SCREEN)).classes("text-weight-bold")
            self._name = ui.input(view.say(words.USER_NAME)).props(_FIELD)
            self._display = ui.input(view.say(words.DISPLAY_NAME)).props(_FIELD)
            first = next(iter(scopes), None)
            self._scope = ui.select(scopes, value=first, label=view.say(access_words.SCOPE)).props(
                "outlined dense"
            )
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CANCEL), on_click=self._adding.close).props("flat")
                ui.button(view.say(words.SAVE), on_click=self._add)

    async def _open_add(self, _key: str) -> None:
        self._name.value = self._display.value = ""
        self._adding.open()

    async def _add(self) -> None:
        code, name = new_recovery_codes()[0], str(self._name.value or "")
        display, scope = str(self._display.value or ""), int(self._scope.value or 0)
        if await self._send(CreateScreen(name, display, recovery_fingerprint(code), scope)):
            self._shown = (name, code)
            self._adding.close()

    async def _renew(self, key: str) -> None:
        code = new_recovery_codes()[0]
        if await self._send(RenewScreenCode(key, recovery_fingerprint(code))):
            self._shown = (key, code)

    async def _end(self, key: str) -> None:
        await self._send(EndSession(key), OWN)

    async def _enable(self, key: str) -> None:
        await self._send(EnableUser(key))

    async def _disable(self, key: str) -> None:
        await self._send(DisableUser(key))

    async def _send(self, body: Any, permission: str = USERS) -> bool:
        done = await carry_out(self._view, body, permission, self._view.house.ports.office)
        await self._read()
        return done


async def screens(view: View) -> None:
    await ScreensPage(view).draw()
