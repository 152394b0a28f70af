"""One's own sessions; an administrator sees everybody's sessions."""

import asyncio

from markupsafe import Markup
from nicegui import ui

from business.access import OWN
from business.access.messages import USERS
from business.identity.messages import EndSession, ReleaseSession
from business.identity.model import Place
from business.identity.queries import SessionRow, open_sessions
from hmi import drawing, words
from hmi.commanding import carry_out, in_words, is_trouble, send
from hmi.shell import frame, html
from hmi.tabular import table
from hmi.view import View
from hmi.words import account as said


class SessionsPage:
    def __init__(self, view: View) -> None:
        self._view = view
        self._rows: tuple[SessionRow, ...] = ()
        self._turn = 0

    async def draw(self) -> None:
        view = self._view
        await self._read()
        with frame(view, view.say(words.SESSIONS)):
            html(view.block(self._table, lambda: self._turn))
        view.on("revoke", OWN, self._revoke)
        view.on("release", USERS, self._release)

    async def _read(self) -> None:
        view = self._view
        person = view.person

        def read() -> tuple[SessionRow, ...]:
            with view.house.seats.authority.open() as session:
                return open_sessions(session, person.user, view.live.wall_ns(), person.reach(USERS))

        self._rows = await asyncio.to_thread(read)
        self._turn += 1

    def _table(self) -> Markup:
        view = self._view
        heads = (
            ("", words.USER_NAME),
            ("tight hide-small", words.ENTRANCE),
            ("tight hide-small", said.WAY),
            ("tight hide-small", words.ADDRESS),
            ("hide-small", words.BROWSER),
            ("hide-small", words.CREATED),
            ("", words.LAST_SEEN),
        )
        titles = [(look, view.say(text)) for look, text in heads]
        return table([*titles, ("", "")], map(self._row, self._rows))

    def _row(self, row: SessionRow) -> Markup:
        view = self._view
        return Markup(
            '<tr><td>{}</td><td class="tight hide-small">{}</td><td class="tight hide-small">{}</td>'
            '<td class="tight hide-small">{}</td>'
            '<td class="hide-small" title="{}">{}</td><td class="tight hide-small">{}</td>'
            '<td class="tight">{}</td><td class="tight">{}</td></tr>'
        ).format(
            row.user,
            view.say(words.PLACES[Place(row.place)]),
            said.way(view.language, row.way),
            row.address,
            row.browser,
            browser_of(row.browser),
            drawing.date_and_clock(view.zone, row.created_ns),
            drawing.date_and_clock(view.zone, row.seen_ns),
            self._actions(row),
        )

    def _actions(self, row: SessionRow) -> Markup:
        view = self._view
        if row.id == view.person.session:
            return Markup("{}").format(view.say(words.THIS_SESSION))
        button = Markup('<button class="plain" data-act="{}" data-key="{}">{}</button> ')
        revoke = button.format("revoke", row.id, view.say(words.REVOKE))
        if not row.locked:
            return revoke
        locked = Markup("<b>{}</b> ").format(view.say(words.LOCKED))
        release = button.format("release", row.id, view.say(words.RELEASE))
        return locked + (release if view.person.may(USERS) else "") + revoke

    async def _revoke(self, key: str) -> None:
        view = self._view
        result = await send(view, EndSession(key), lambda _result: None, view.house.ports.office)
        ui.notify(in_words(view, result), type="warning" if is_trouble(result) else "info")
        await self._read()

    async def _release(self, key: str) -> None:
        await carry_out(self._view, ReleaseSession(key), USERS, self._view.house.ports.office)
        await self._read()


def browser_of(agent: str) -> str:
    """Browser and system, as people call them, of what a browser says of itself; '—' for anything else."""
    browsers = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"))
    phones = (("Android", "Android"), ("iPhone", "iPhone"))
    systems = (*phones, ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))
    found = [
        next((name for mark, name in marks if mark in agent), "")
        for marks in ((*browsers, ("Safari/", "Safari")), systems)
    ]
    return " · ".join(name for name in found if name) or drawing.NOTHING


async def sessions(view: View) -> None:
    await SessionsPage(view).draw()
