"""One's own account: password, second factor, recovery codes, and where messages are pushed."""

import asyncio
from typing import Any

from markupsafe import Markup
from nicegui import ui

from business.access import OWN
from business.identity.account_messages import DisableSecondFactor, EnrolSecondFactor, RenewRecoveryCodes
from business.identity.account_queries import OwnAccount, own_account
from business.identity.messages import ChangePassword
from business.identity.model import UserKind
from business.identity.totp import new_recovery_codes, new_secret, recovery_fingerprint
from hmi import drawing, words
from hmi.commanding import in_words, is_trouble, send
from hmi.pages.pushing import PushCard
from hmi.second_factor import offer, recovery_list
from hmi.shell import EMPTY, frame, html
from hmi.view import View
from hmi.words import account as said

_BUTTON = Markup('<button class="plain" data-act="{}" data-key="">{}</button> ')


class AccountPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._own: OwnAccount | None = None
        self._paper: tuple[str, ...] = ()
        self._secret = ""

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(said.ACCOUNT)):
            html(view.block(self._about, lambda: self._own))
            html(Markup("<h2>{}</h2>").format(view.say(said.SECOND_FACTOR)))
            html(view.block(self._second_factor, lambda: (self._own, self._paper)))
            await PushCard(view).draw()
            self._password_card()
        self._dialogs()
        view.on("enrol", OWN, self._open_enrol)
        view.on("recovery", OWN, self._open_recovery)
        view.on("stop", OWN, self._open_stop)

    async def _read(self) -> None:
        view = self._view
        security = view.live.site.settings.security

        def read() -> OwnAccount | None:
            with view.house.seats.authority.open() as session:
                now_ns = view.live.wall_ns()
                return own_account(session, security, view.person.user, view.client.ip, now_ns)

        self._own = await asyncio.to_thread(read)

    def _about(self) -> Markup:
        view, own = self._view, self._own
        if own is None:
            return EMPTY
        row = own.row
        ends = (
            view.say(said.PASSWORD_ENDS, time=drawing.date_and_clock(view.zone, own.password_ends_ns))
            if own.password_ends_ns is not None
            else view.say(said.PASSWORD_LASTS)
        )
        return Markup(
            '<div class="card"><header><b>{}</b></header><p>{} · {} · {}</p><p class="sub">{}</p></div>'
        ).format(
            row.display,
            row.name,
            view.say(said.KINDS[UserKind(row.kind)]),
            row.email or drawing.NOTHING,
            ends,
        )

    def _second_factor(self) -> Markup:
        view, own = self._view, self._own
        if own is None:
            return EMPTY
        row = own.row
        if row.second_factor_ns is None:
            state = view.say(said.NOT_ENABLED)
            buttons = _BUTTON.format("enrol", view.say(said.ENROL))
        else:
            since = drawing.date_and_clock(view.zone, row.second_factor_ns)
            state = view.say(said.ENABLED_SINCE, time=since, count=row.recovery_left)
            buttons = EMPTY.join(
                _BUTTON.format(act, view.say(text))
                for act, text in (
                    ("enrol", said.REPLACE),
                    ("recovery", said.RENEW_RECOVERY),
                    ("stop", said.STOP),
                )
                if act != "stop" or not own.factor_demanded
            )
        demanded = (
            Markup('<p class="sub">{}</p>').format(view.say(said.DEMANDED)) if own.factor_demanded else EMPTY
        )
        paper = recovery_list(view.language, self._paper) if self._paper else EMPTY
        return Markup(
            '<div class="card"><p>{}</p><p class="sub">{}</p><div class="toolbar">{}</div>{}</div>'
        ).format(state, demanded, buttons, paper)

    def _password_card(self) -> None:
        view = self._view
        with ui.card().classes("card"):
            ui.label(view.say(words.CHANGE_PASSWORD)).classes("text-weight-bold")
            self._old, self._new, self._again = (
                ui.input(view.say(text), password=True).props(f"outlined dense autocomplete={kind}")
                for text, kind in (
                    (words.OLD_PASSWORD, "current-password"),
                    (words.NEW_PASSWORD, "new-password"),
                    (words.PASSWORD_AGAIN, "new-password"),
                )
            )
            ui.label(view.say(words.PASSWORD_HINT)).classes("sub")
            ui.button(view.say(words.CHANGE_PASSWORD), on_click=self._change)

    def _dialogs(self) -> None:
        view = self._view
        with ui.dialog() as self._enrolling, ui.card():
            ui.label(view.say(said.SECOND_FACTOR)).classes("text-weight-bold")
            self._offer = ui.html("", sanitize=False).classes("raw")
            self._code = ui.input(view.say(said.CODE)).props(
                "outlined dense autocomplete=one-time-code maxlength=10"
            )
            self._enrol_password = self._own_password()
            self._buttons(self._enrolling, said.ENROL, self._enrol)
        with ui.dialog() as self._confirming, ui.card():
            self._title = ui.label().classes("text-weight-bold")
            self._confirm_password = self._own_password()
            self._buttons(self._confirming, said.CONTINUE, self._confirm)
        self._confirmed: Any = None

    def _own_password(self) -> ui.input:
        return ui.input(self._view.say(said.OWN_PASSWORD), password=True).props(
            "outlined dense autocomplete=current-password"
        )

    def _buttons(self, dialog: ui.dialog, text: Any, handler: Any) -> None:
        with ui.element("div").classes("actions"):
            ui.button(self._view.say(words.CANCEL), on_click=dialog.close).props("flat")
            ui.button(self._view.say(text), on_click=handler)

    async def _open_enrol(self, _key: str) -> None:
        view = self._view
        self._secret = new_secret()
        site = view.name(view.live.site.name)
        self._offer.content = str(offer(view.language, self._secret, view.person.user, site))
        self._code.value = self._enrol_password.value = ""
        self._enrolling.open()

    async def _enrol(self) -> None:
        paper = new_recovery_codes()
        body = EnrolSecondFactor(
            str(self._enrol_password.value or ""),
            self._secret,
            str(self._code.value or ""),
            tuple(map(recovery_fingerprint, paper)),
        )
        self._enrol_password.value = ""
        if await self._send(body):
            self._enrolling.close()
            self._secret = self._offer.content = ""
            self._paper = paper

    async def _open_recovery(self, _key: str) -> None:
        self._ask(said.RENEW_RECOVERY, self._renew_recovery)

    async def _renew_recovery(self, password: str) -> bool:
        paper = new_recovery_codes()
        done = await self._send(RenewRecoveryCodes(password, tuple(map(recovery_fingerprint, paper))))
        self._paper = paper if done else self._paper
        return done

    async def _open_stop(self, _key: str) -> None:
        self._ask(said.STOP, self._stop)

    async def _stop(self, password: str) -> bool:
        done = await self._send(DisableSecondFactor(password))
        self._paper = () if done else self._paper
        return done

    def _ask(self, title: Any, then: Any) -> None:
        """Do something only with one's own password."""
        self._title.text = self._view.say(title)
        self._confirm_password.value = ""
        self._confirmed = then
        self._confirming.open()

    async def _confirm(self) -> None:
        password = str(self._confirm_password.value or "")
        self._confirm_password.value = ""
        if await self._confirmed(password):
            self._confirming.close()

    async def _send(self, body: Any) -> bool:
        view = self._view
        if not await view.may(OWN):
            return False
        result = await send(view, body, lambda _result: None, view.house.ports.office)
        ui.notify(in_words(view, result), type="warning" if is_trouble(result) else "info")
        await self._read()
        return not is_trouble(result)

    async def _change(self) -> None:
        view = self._view
        if self._new.value != self._again.value:
            ui.notify(view.say(words.PASSWORDS_DIFFER), type="warning")
            return
        body = ChangePassword(str(self._old.value or ""), str(self._new.value or ""))
        for entry in (self._old, self._new, self._again):
            entry.value = ""
        if await self._send(body):
            ui.notify(view.say(words.PASSWORD_CHANGED), type="info")


async def account(view: View) -> None:
    await AccountPage(view).draw()
