"""Webhooks for system administrators: who is told of what, what became of it, send it again."""

import asyncio
import json
from typing import Any

from markupsafe import Markup
from nicegui import ui
from sqlalchemy.orm import Session

from business.happenings import types
from business.webhooks.messages import (
    MANAGE,
    ChangeWebhook,
    CreateWebhook,
    RemoveWebhook,
    RenewWebhookSecret,
    SendAgain,
    SendDeadAgain,
    TryWebhook,
)
from business.webhooks.model import Delivery, DeliveryState
from business.webhooks.queries import WebhookRow, deliveries
from business.webhooks.queries import webhooks as read_webhooks
from business.webhooks.signing import new_secret
from hmi import drawing, words
from hmi.commanding import carry_out
from hmi.once import Once
from hmi.shell import EMPTY, frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import programs as said
from hmi.words import refusals

READ_S = 2.0
SHOWN = 50
_BUTTON = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
_FIELD = "outlined dense maxlength={}"


class WebhooksPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._rows: tuple[WebhookRow, ...] = ()
        self._sent: tuple[tuple[Any, ...], ...] = ()
        self._changing = 0
        """The webhook in the dialog; 0 for a new one."""

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(said.WEBHOOKS)):
            html(Markup('<p class="sub">{}</p>').format(view.say(said.WEBHOOKS_HINT)))
            add = _BUTTON.format("add", "", view.say(said.ADD_WEBHOOK))
            html(Markup('<div class="toolbar">{}</div>').format(add))
            html(view.block(self._table, lambda: self._rows))
            html(Markup("<h2>{}</h2>").format(view.say(said.DELIVERIES)))
            html(view.block(self._log, lambda: self._sent))
            self._dialog()
            self._once = Once(view)
            ui.timer(READ_S, self._read)
        for act, handler in (
            ("add", self._open_new),
            ("change", self._open),
            ("renew", self._renew),
            ("try", self._try),
            ("again", self._again),
            ("all-again", self._all_again),
            ("remove", self._remove),
        ):
            view.on(act, MANAGE, handler)

    def _dialog(self) -> None:
        view = self._view
        kinds = {name: view.name(label) for name, label in types().items()}
        with ui.dialog() as self._editing, ui.card():
            self._title = ui.label().classes("text-weight-bold")
            self._name = ui.input(view.say(said.NAME)).props(_FIELD.format(64))
            self._url = ui.input(view.say(said.URL)).props(_FIELD.format(500))
            self._types = ui.select(kinds, multiple=True, label=view.say(said.TYPES)).props(
                "outlined dense use-chips"
            )
            self._prefix = ui.input(view.say(said.PREFIX)).props(_FIELD.format(64))
            self._enabled = ui.checkbox(view.say(said.ENABLED)).props("dense")
            with ui.element("div").classes("actions"):
                ui.button(view.say(words.CANCEL), on_click=self._editing.close).props("flat")
                ui.button(view.say(words.SAVE), on_click=self._save)

    async def _read(self) -> None:
        def read() -> None:
            with self._view.house.seats.authority.open() as session:
                self._rows = read_webhooks(session)
                self._sent = _last(session)

        await asyncio.to_thread(read)

    def _row_of(self, key: str) -> WebhookRow | None:
        return next((row for row in self._rows if str(row.id) == key), None)

    def _table(self) -> Markup:
        view = self._view
        heads = (
            ("", said.NAME),
            ("hide-small", said.TYPES),
            ("tight", words.STATE),
            *(("tight hide-small", text) for text in said.STATES.values()),
            ("", None),
        )
        return table(
            [(look, view.say(text) if text else "") for look, text in heads], map(self._row, self._rows)
        )

    def _row(self, row: WebhookRow) -> Markup:
        view = self._view
        known = types()
        kinds = "、".join(view.name(known[one]) if one in known else one for one in row.types)
        counts = EMPTY.join(
            Markup('<td class="tight hide-small">{}</td>').format(row.counts[state]) for state in said.STATES
        )
        acts = [("change", said.CHANGE), ("try", said.TRY), ("renew", said.RENEW)]
        if row.counts[DeliveryState.DEAD]:
            acts.append(("all-again", said.ALL_AGAIN))
        buttons = EMPTY.join(
            _BUTTON.format(act, row.id, view.say(text)) for act, text in (*acts, ("remove", said.REMOVE))
        )
        return Markup(
            '<tr><td><b>{}</b><div class="sub">{}</div></td><td class="hide-small">{} {}</td>'
            '<td class="tight">{}</td>{}<td>{}</td></tr>'
        ).format(
            row.name,
            row.url,
            kinds or view.say(said.ALL_TYPES),
            row.prefix,
            view.say(words.ENABLED if row.enabled else words.DISABLED),
            counts,
            buttons,
        )

    def _log(self) -> Markup:
        view = self._view
        if not self._sent:
            return Markup('<div class="scroll"><p class="empty">{}</p></div>').format(view.say(words.NO_ROWS))
        heads = (
            ("tight", words.TIME),
            ("", said.NAME),
            ("", said.EVENT),
            ("hide-small", said.OBJECTS),
            ("tight", words.STATE),
            ("tight hide-small", said.ATTEMPTS),
            ("hide-small", words.NOTE),
            ("tight", None),
        )
        return table(
            [(look, view.say(text) if text else "") for look, text in heads], map(self._entry, self._sent)
        )

    def _entry(self, row: tuple[Any, ...]) -> Markup:
        view = self._view
        number, webhook, kind, objects, state, attempts, trouble, at_ns = row
        hearer = self._row_of(str(webhook))
        label = types().get(kind)
        return Markup(
            '<tr><td class="tight">{}</td><td>{}</td><td>{}</td><td class="hide-small">{}</td>'
            '<td class="tight">{}</td><td class="tight hide-small">{}</td><td class="hide-small">{}</td>'
            '<td class="tight">{}</td></tr>'
        ).format(
            drawing.date_and_clock(view.zone, at_ns),
            hearer.name if hearer else webhook,
            view.name(label) if label else kind,
            objects,
            view.say(said.STATES[DeliveryState(state)]),
            attempts,
            refusals.refusal(view.language, trouble),
            EMPTY
            if state == DeliveryState.WAITING and not attempts
            else _BUTTON.format("again", number, view.say(said.AGAIN)),
        )

    async def _send(self, body: Any) -> bool:
        done = await carry_out(self._view, body, MANAGE, self._view.house.ports.office)
        await self._read()
        return done

    async def _open_new(self, _key: str) -> None:
        self._show(0, "", "", (), "", enabled=True)

    async def _open(self, key: str) -> None:
        row = self._row_of(key)
        if row is not None:
            self._show(row.id, row.name, row.url, row.types, row.prefix, enabled=row.enabled)

    def _show(
        self, webhook: int, name: str, url: str, kinds: tuple[str, ...], prefix: str, *, enabled: bool
    ) -> None:
        self._changing = webhook
        self._title.text = self._view.say(said.CHANGE_WEBHOOK if webhook else said.ADD_WEBHOOK)
        self._name.value, self._url.value, self._prefix.value = name, url, prefix
        self._types.value = [one for one in kinds if one in types()]
        self._enabled.value = enabled
        self._enabled.set_visibility(bool(webhook))
        self._editing.open()

    async def _save(self) -> None:
        name, url, prefix = (str(one.value or "") for one in (self._name, self._url, self._prefix))
        kinds = tuple(self._types.value or ())
        if self._changing:
            change = ChangeWebhook(
                self._changing, name, url, kinds, prefix, enabled=bool(self._enabled.value)
            )
            if await self._send(change):
                self._editing.close()
            return
        secret = new_secret()
        if await self._send(CreateWebhook(name, url, kinds, prefix, secret)):
            self._editing.close()
            self._once.show(name, secret)

    async def _renew(self, key: str) -> None:
        row = self._row_of(key)
        secret = new_secret()
        if row is not None and await self._send(RenewWebhookSecret(row.id, secret)):
            self._once.show(row.name, secret)

    async def _try(self, key: str) -> None:
        await self._about(key, TryWebhook)

    async def _all_again(self, key: str) -> None:
        await self._about(key, SendDeadAgain)

    async def _remove(self, key: str) -> None:
        await self._about(key, RemoveWebhook)

    async def _about(self, key: str, command: type[TryWebhook | SendDeadAgain | RemoveWebhook]) -> None:
        row = self._row_of(key)
        if row is not None:
            await self._send(command(row.id))

    async def _again(self, key: str) -> None:
        if key.isascii() and key.isdecimal():
            await self._send(SendAgain(int(key)))


def _last(session: Session) -> tuple[tuple[Any, ...], ...]:
    rows = session.scalars(deliveries().order_by(Delivery.id.desc()).limit(SHOWN))
    return tuple(
        (
            row.id,
            row.webhook_id,
            row.type,
            "、".join(json.loads(row.body)["data"]["objects"][:3]),
            row.state,
            row.attempts,
            row.trouble,
            row.tried_ns or row.created_ns,
        )
        for row in rows
    )


async def webhooks(view: View) -> None:
    await WebhooksPage(view).draw()
