"""A card on one's own account: the browsers and phones to which messages are pushed."""

import asyncio

from markupsafe import Markup

from business.access import OWN
from business.push.messages import SubscribePush, UnsubscribePush
from business.push.queries import Device, devices
from hmi import drawing
from hmi.commanding import carry_out
from hmi.pages.sessions import browser_of
from hmi.shell import EMPTY, html
from hmi.view import Entered, View
from hmi.words import pushing as said


class PushCard:
    def __init__(self, view: View) -> None:
        self._view = view
        self._devices: tuple[Device, ...] = ()

    async def draw(self) -> None:
        view = self._view
        await self._read()
        html(Markup("<h2>{}</h2>").format(view.say(said.TITLE)))
        html(Markup('<div class="card push">{}{}</div>').format(self._offer(), self._list()))
        view.on_form("push", OWN, self._subscribe)
        view.on("unpush", OWN, self._unsubscribe)

    def _offer(self) -> Markup:
        """The button; what goes wrong in the browser is said there."""
        view = self._view
        if not (key := view.house.ports.push_key(view.live.site)):
            return Markup('<p class="sub">{}</p>').format(view.say(said.NOT_SET_UP))
        troubles = EMPTY.join(
            Markup('<p class="warning" data-push-trouble="{}" hidden>{}</p>').format(name, view.say(text))
            for name, text in said.TROUBLES.items()
        )
        return Markup(
            '<p class="sub">{}</p><div class="toolbar">'
            '<button class="plain" data-push-subscribe="{}">{}</button></div>{}'
        ).format(view.say(said.HINT), key, view.say(said.SUBSCRIBE), troubles)

    def _list(self) -> Markup:
        return self._view.block(self._rows, lambda: self._devices)

    def _rows(self) -> Markup:
        view = self._view
        if not self._devices:
            return Markup('<p class="sub">{}</p>').format(view.say(said.NONE))
        rows = EMPTY.join(
            Markup(
                '<tr data-push-device="{}"><td>{}<span class="this">{}</span></td><td class="tight">{}</td>'
                '<td class="tight"><button class="plain" data-act="unpush" data-key="{}">{}</button></td>'
                "</tr>"
            ).format(
                one.endpoint,
                one.name,
                view.say(said.HERE),
                drawing.date_and_clock(view.zone, one.created_ns),
                one.id,
                view.say(said.REMOVE),
            )
            for one in self._devices
        )
        return Markup("<table><tr><th>{}</th><th>{}</th><th></th></tr>{}</table>").format(
            view.say(said.DEVICE), view.say(said.SINCE), rows
        )

    async def _read(self) -> None:
        view = self._view

        def read() -> tuple[Device, ...]:
            with view.house.seats.authority.open() as session:
                return devices(session, view.person.user)

        self._devices = await asyncio.to_thread(read)

    async def _subscribe(self, entered: Entered) -> None:
        view = self._view
        agent = view.client.request.headers.get("user-agent", "")
        body = SubscribePush("".join(entered.get("subscription", ())), browser_of(agent))
        await carry_out(view, body, OWN, view.house.ports.office)
        await self._read()

    async def _unsubscribe(self, key: str) -> None:
        if key.isascii() and key.isdecimal():
            view = self._view
            await carry_out(view, UnsubscribePush(int(key)), OWN, view.house.ports.office)
            await self._read()
