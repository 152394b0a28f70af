"""Who sits at which open page, and what happens to the page when the session ends."""

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from nicegui import Client, core
from sqlalchemy.exc import SQLAlchemyError

from actors.messages import Issuer
from business.access import Authority, Person
from business.identity.messages import ContinueSession, NoteOverreach
from business.menus.arranging import Saved
from business.menus.queries import saved
from hmi.ports import Commands

if TYPE_CHECKING:
    from hmi.view import View

logger = logging.getLogger(__name__)

LOOK_S = 0.5
"""How often the access version is read: an ended session's pages are gone within a second (S-07)."""
IDLE_LOOKS = 20
"""Idleness changes without a version: every so many looks everybody is read again."""
TOUCH_S = 60.0
"""At most this often a session's activity is written."""
TTL_S = 10.0


class Seats:
    """The open pages of this process. All methods run on its asyncio loop; reads go to a thread."""

    def __init__(self, authority: Authority, office: Commands, clock: Callable[[], float]) -> None:
        self.authority = authority
        self._office = office
        self._clock = clock
        self.views: dict[str, View] = {}
        self._touched: dict[str, float] = {}

    def add(self, view: "View") -> None:
        self.views[view.client.id] = view
        view.client.on_delete(lambda: self.views.pop(view.client.id, None))

    def session_of(self, client_id: str) -> str | None:
        """The session for which a page was built."""
        view = self.views.get(client_id)
        return view.person.session if view else None

    async def bearer(self, token: str) -> Person | None:
        return await asyncio.to_thread(self.authority.bearer, token)

    async def current(self, session: str) -> Person | None:
        return await asyncio.to_thread(self.authority.person, session)

    async def here(self) -> str:
        """The path of this site's scope."""
        return await asyncio.to_thread(self.authority.here)

    async def menu(self) -> Saved:
        """What an administrator made of the navigation."""

        def read() -> Saved:
            with self.authority.open() as session:
                return saved(session)

        return await asyncio.to_thread(read)

    async def touch(self, issuer: Issuer) -> None:
        """Somebody's hand is on a page."""
        now = self._clock()
        if now - self._touched.get(issuer.session, -TOUCH_S) < TOUCH_S:
            return
        self._touched[issuer.session] = now
        async for _ in self._office.send(ContinueSession(), issuer, TTL_S):
            pass

    async def note_overreach(self, issuer: Issuer, permission: str) -> None:
        """A page has refused what its person may not do."""
        async for _ in self._office.send(NoteOverreach(permission), issuer, TTL_S):
            pass

    async def watch(self) -> None:
        """Until cancelled: take down the pages of sessions that end, tell others when their rights change."""
        version, looks, broken = -1, 0, False
        while True:
            try:
                now = await asyncio.to_thread(self.authority.version)
                looks += 1
                if now != version or looks % IDLE_LOOKS == 0:
                    await self._review()
                    version = now
                if broken:
                    broken = False
                    logger.info("the business database can be read again")
            except SQLAlchemyError as error:
                if not broken:
                    broken = True
                    logger.warning("the business database cannot be read: %s", error)
            await asyncio.sleep(LOOK_S)

    async def _review(self) -> None:
        sessions = {view.person.session for view in self.views.values()}
        people = {session: await self.current(session) for session in sessions}
        for view in list(self.views.values()):
            person = people.get(view.person.session, view.person)
            if person is None:
                await take_down(view.client)
            elif person != view.person:
                view.person = person
                view.client.run_javascript("window.location.reload()")
            else:
                view.person = person  # as of today
        self._touched = {one: at for one, at in self._touched.items() if people.get(one)}


async def take_down(client: Client) -> None:
    """Send the browser to the log-in page, and forget the page at once: its events reach nothing any more."""
    sockets = [sid for sid, _ in core.sio.manager.get_participants("/", client.id)]
    await core.sio.emit(
        "open", {"path": "/login", "new_tab": False, "_id": client.outbox.next_message_id}, room=client.id
    )
    if not client.is_deleted:
        client.delete()
    for sid in sockets:
        await core.sio.leave_room(sid, client.id)
