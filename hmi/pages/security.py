"""How everybody logs in, for security administrators: who is locked out, second factors, contact details."""

import asyncio
from typing import Any

from markupsafe import Markup
from nicegui import ui

from business.access.messages import USERS
from business.identity.account_messages import (
    ResetSecondFactor,
    SetContact,
    SetUserKind,
    UnlockAddress,
    UnlockUser,
)
from business.identity.account_queries import AccountRow, IdentityRow, accounts, identities, lockouts
from business.identity.external_messages import DropIdentity, LinkIdentity
from business.identity.lockout import Lockout
from business.identity.model import UserKind
from hmi import drawing, words
from hmi.commanding import carry_out
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import account as said

READ_S = 5.0
_BUTTON = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
_KINDS = (UserKind.STAFF, UserKind.OWNER, UserKind.TENANT, UserKind.SERVICE)
"""A screen becomes one by registering."""


class SecurityPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._locked: tuple[Lockout, ...] = ()
        self._accounts: tuple[AccountRow, ...] = ()
        self._identities: tuple[IdentityRow, ...] = ()
        self._whose = ""
        self._which = 0

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(said.SECURITY)):
            html(Markup("<h2>{}</h2>").format(view.say(said.LOCKED_OUT)))
            html(view.block(self._lockouts, lambda: self._locked))
            html(Markup("<h2>{}</h2>").format(view.say(said.ACCOUNTS)))
            html(view.block(self._table, lambda: self._accounts))
            if view.live.site.settings.security.providers or self._identities:
                html(Markup("<h2>{}</h2>").format(view.say(said.IDENTITIES)))
                html(view.block(self._identity_table, lambda: self._identities))
            ui.timer(READ_S, self._read)
        self._dialog()
        self._link_dialog()
        view.on("link", USERS, self._open_link)
        view.on("drop", USERS, self._drop)
        view.on("unlock", USERS, self._unlock)
        view.on("reset", USERS, self._reset)
        view.on("contact", USERS, self._open_contact)

    async def _read(self) -> None:
        view = self._view

        def read() -> None:
            with view.house.seats.authority.open() as session:
                reach = view.person.reach(USERS)
                self._locked = lockouts(session, reach, view.live.wall_ns())
                self._accounts = accounts(session, reach)
                self._identities = identities(session, reach)

        await asyncio.to_thread(read)

    def _lockouts(self) -> Markup:
        view = self._view
        if not self._locked:
            return Markup('<p class="sub">{}</p>').format(view.say(said.NOBODY_LOCKED))
        heads = [("", said.SUBJECT), ("tight", said.FAILURES), ("tight", said.LOCKED_UNTIL)]
        return table(
            [*((look, view.say(text)) for look, text in heads), ("", "")], map(self._lockout, self._locked)
        )

    def _lockout(self, row: Lockout) -> Markup:
        view = self._view
        kind, _, name = row.subject.partition(":")
        shown = EMPTY if kind == "phone" else name
        button = EMPTY if kind == "phone" else _BUTTON.format("unlock", row.subject, view.say(said.UNLOCK))
        return Markup(
            '<tr><td>{} <b>{}</b></td><td class="tight">{}</td><td class="tight">{}</td>'
            '<td class="tight">{}</td></tr>'
        ).format(
            view.say(said.SUBJECTS[kind]),
            shown,
            row.failures,
            drawing.date_and_clock(view.zone, row.until_ns),
            button,
        )

    def _table(self) -> Markup:
        view = self._view
        heads = (
            ("", words.USER_NAME),
            ("tight", said.ACCOUNT_KIND),
            ("hide-small", said.CONTACT),
            ("tight hide-small", said.SECOND_FACTOR),
        )
        return table(
            [*((look, view.say(text)) for look, text in heads), ("", "")], map(self._row, self._accounts)
        )

    def _row(self, row: AccountRow) -> Markup:
        view = self._view
        since = row.second_factor_ns
        reset = _BUTTON.format("reset", row.name, view.say(said.RESET_SECOND_FACTOR)) if since else EMPTY
        contact = [row.email, view.say(said.PHONE) if row.has_phone else ""]
        return Markup(
            '<tr><td><b>{}</b></td><td class="tight">{}</td><td class="hide-small">{}</td>'
            '<td class="tight hide-small">{}</td><td class="tight">{}{}</td></tr>'
        ).format(
            row.name,
            view.say(said.KINDS[UserKind(row.kind)]),
            " · ".join(filter(None, contact)) or drawing.NOTHING,
            drawing.date_and_clock(view.zone, since or 0),
            _BUTTON.format("contact", row.name, view.say(said.EDIT_CONTACT)),
            reset,
        )

    def _identity_table(self) -> Markup:
        view = self._view
        if not self._identities:
            return Markup('<p class="sub">{}</p>').format(view.say(said.NO_IDENTITIES))
        heads = (
            ("", words.DISPLAY_NAME),
            ("tight", said.PROVIDER),
            ("hide-small", said.EMAIL),
            ("tight hide-small", said.ASKED),
            ("", said.LINKED_TO),
        )
        return table(
            [*((look, view.say(text)) for look, text in heads), ("", "")],
            map(self._identity, self._identities),
        )

    def _identity(self, row: IdentityRow) -> Markup:
        view = self._view
        return Markup(
            '<tr><td><b title="{}">{}</b></td><td class="tight">{}</td><td class="hide-small">{}</td>'
            '<td class="tight hide-small">{}</td><td>{}</td><td class="tight">{}{}</td></tr>'
        ).format(
            row.subject,
            row.name,
            row.provider,
            row.email or drawing.NOTHING,
            drawing.date_and_clock(view.zone, row.asked_ns),
            row.user or view.say(said.CONSENT_WANTED),
            EMPTY if row.user else _BUTTON.format("link", row.id, view.say(said.LINK)),
            _BUTTON.format("drop", row.id, view.say(said.DROP)),
        )

    def _link_dialog(self) -> None:
        view = self._view
        with ui.dialog() as self._linking, ui.card():
            self._link_title = ui.label().classes("text-weight-bold")
            self._to = ui.input(view.say(words.USER_NAME)).props("outlined dense maxlength=64")
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CANCEL), on_click=self._linking.close).props("flat")
                ui.button(view.say(said.LINK), on_click=self._link)

    async def _open_link(self, key: str) -> None:
        row = next((one for one in self._identities if str(one.id) == key), None)
        if row is None:
            return
        self._which, self._to.value = row.id, ""
        self._link_title.text = self._view.say(said.LINK_OF, name=row.name)
        self._linking.open()

    async def _link(self) -> None:
        if await self._send(LinkIdentity(self._which, str(self._to.value or ""))):
            self._linking.close()

    async def _drop(self, key: str) -> None:
        if key.isascii() and key.isdecimal():
            await self._send(DropIdentity(int(key)))

    def _dialog(self) -> None:
        view = self._view
        kinds = {kind.value: view.say(said.KINDS[kind]) for kind in _KINDS}
        with ui.dialog() as self._editing, ui.card():
            self._title = ui.label().classes("text-weight-bold")
            self._kind = ui.select(kinds, label=view.say(said.ACCOUNT_KIND)).props("outlined dense")
            self._phone = ui.input(view.say(said.PHONE)).props("outlined dense maxlength=40")
            ui.label(view.say(said.PHONE_KEPT)).classes("sub")
            self._email = ui.input(view.say(said.EMAIL)).props("outlined dense maxlength=254")
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CANCEL), on_click=self._editing.close).props("flat")
                ui.button(view.say(words.SAVE), on_click=self._save)

    async def _open_contact(self, key: str) -> None:
        row = next((one for one in self._accounts if one.name == key), None)
        if row is None:
            return
        self._whose = row.name
        self._title.text = self._view.say(said.CONTACT_OF, user=row.name)
        self._kind.value = row.kind if row.kind in self._kind.options else None
        self._phone.value, self._email.value = "", row.email
        self._editing.open()

    async def _save(self) -> None:
        row = next((one for one in self._accounts if one.name == self._whose), None)
        kind = str(self._kind.value or "")
        phone = str(self._phone.value or "").strip()
        body = SetContact(self._whose, phone or None, str(self._email.value or ""))
        done = await self._send(body)
        if done and row is not None and kind and kind != row.kind:
            done = await self._send(SetUserKind(self._whose, kind))
        if done:
            self._editing.close()

    async def _unlock(self, key: str) -> None:
        kind, _, name = key.partition(":")
        await self._send(UnlockAddress(name) if kind == "address" else UnlockUser(name))

    async def _reset(self, key: str) -> None:
        await self._send(ResetSecondFactor(key))

    async def _send(self, body: Any) -> bool:
        done = await carry_out(self._view, body, USERS, self._view.house.ports.office)
        await self._read()
        return done


async def security(view: View) -> None:
    await SecurityPage(view).draw()
