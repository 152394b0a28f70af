"""Who is who, asked at every command and every page."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection, event, func, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from actors.messages import Issuer
from business.access.held import holding
from business.access.model import Scope, ScopeKind
from business.access.permission import EVERYBODY, ROOT, permission_of
from business.access.person import Person
from business.access.refusals import Refusal
from business.database import sessions
from business.identity.model import AccessVersion, Place, User, UserKind, UserSession
from business.identity.tokens import fingerprint
from business.packaging import WHOLE, Packaging

logger = logging.getLogger(__name__)

SECOND_NS = 1_000_000_000
IDLE_NS = 15 * 60 * SECOND_NS
"""After this long without a hand on it a session ends (office) or only watches (control room) (S-05).

An access token of the REST interface lives as long: `seen_ns` of its session is when it was given.
"""
REFRESH_NS = 7 * 86_400 * SECOND_NS
"""How long the session of a program can be taken up again after its access token has run out."""
LIFETIME_NS = {
    Place.CONTROL: 30 * 86_400 * SECOND_NS,
    Place.OFFICE: 12 * 3_600 * SECOND_NS,
    Place.API: 30 * 86_400 * SECOND_NS,
}
"""After this long a session ends in any case."""
LAST_KNOWN_NS = 12 * 3_600 * SECOND_NS
"""A shift: for so long after his last click somebody is known while the server is away."""
REMEMBER_S = 10.0
LOOK_S = 0.05
"""How old the access version may be that a server was asked for; a file is asked every time."""

_VERSION = str(select(AccessVersion.version))


def _read_version(connection: PoolProxiedConnection) -> Any:
    driver: Any = connection.dbapi_connection
    return driver.execute(_VERSION).fetchall()


@dataclass(frozen=True, slots=True)
class _Seat:
    """A session and its person, as of some access version."""

    person: Person
    created_ns: int
    seen_ns: int
    until_ns: int
    """When one of its grants begins or ends, or the day does, and it must be read anew."""

    def at(self, now_ns: int) -> Person | None:
        """Who acts in it now; None when it is over, or must be read anew."""
        if self.person.screen:  # it hangs there until somebody ends it
            return self.person if now_ns < self.until_ns else None
        idle = now_ns - self.seen_ns > IDLE_NS
        place = self.person.place
        if now_ns >= self.until_ns or now_ns - self.created_ns > LIFETIME_NS[place]:
            return None
        if not idle:
            return self.person
        return replace(self.person, idle=True) if place is Place.CONTROL else None


@dataclass(slots=True)
class _Known:
    """What was read under one access version."""

    version: int
    seats: dict[str, _Seat] = field(default_factory=dict)
    here: str = ""


class Authority:
    """Knows who is who at every question, so that a demoted or logged-out user is refused at once.

    Whatever gives or takes access counts the access version up; what was read under an older one is
    forgotten.
    """

    def __init__(
        self,
        engine: Engine,
        wall_ns: Callable[[], int],
        project: str = "",
        *,
        urgent: frozenset[type] = frozenset(),
        packaging: Packaging = WHOLE,
        zone: tzinfo = UTC,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`project` is the code of the site whose plant is commanded; '' where there is none.

        `urgent` are the commands that who was there last may give while a server is away.

        `zone` says when the site's day begins, on which a house may change hands.
        """
        self.packaging = packaging
        self._engine = engine
        self._sessions = sessions(engine)
        self._wall_ns = wall_ns
        self._project = project
        self._zone = zone
        self._clock = clock
        self._look_s = 0.0 if engine.dialect.name == "sqlite" else LOOK_S
        self._looked_s = -LOOK_S
        self._lock = threading.Lock()
        self._connection: PoolProxiedConnection | None = None
        self._known = _Known(-1)
        self._urgent = urgent
        self._last = _Known(-1)
        """Who was there when that could last be read."""
        self._remembered_s = -REMEMBER_S
        event.listen(engine, "engine_disposed", self._close)

    def refusal(
        self, issuer: Issuer, command: Any, scope: str | None = None, *, own: bool = False
    ) -> str | None:
        """Why this command of this issuer is not carried out now; None when it may be.

        `scope` is the path of what it touches; without one it touches the plant of this site. `own` says that
        all of it belongs to the issuer.
        """
        wanted = permission_of(command)
        if wanted is None:
            return Refusal.NOT_PERMITTED
        if wanted == EVERYBODY:
            return None
        if (why := self.packaging.refusal(wanted)) is not None:
            return why
        try:
            known = self._up_to_date()
            person = self._person(known, issuer.session)
            where = self._here(known) if scope is None else scope
        except OperationalError as error:  # a server that is away: nobody can be told from anybody
            logger.critical("the business database cannot be read: %s", error.orig)
            if type(command) not in self._urgent:
                return Refusal.NOT_RECORDED
            person = self._remembered(issuer.session)
            where = self._here(self._last) if scope is None else scope
        if person is None or person.user != issuer.user:
            return Refusal.NOT_LOGGED_IN
        return person.refusal(wanted, where, own=own)

    def remember(self) -> None:
        """Look who is in the control rooms, for as long as the server will be away; a file never is."""
        if not self._urgent or not self._look_s or self._clock() - self._remembered_s < REMEMBER_S:
            return
        self._remembered_s = self._clock()
        since_ns = self._wall_ns() - LAST_KNOWN_NS
        there = select(UserSession.id).where(
            UserSession.place == Place.CONTROL, UserSession.ended_ns.is_(None), UserSession.seen_ns > since_ns
        )
        try:
            known = self._up_to_date()
            with self._sessions() as session:
                ids = session.scalars(there).all()
            seats = {id_: known.seats[id_] for id_ in ids if self._person(known, id_) is not None}
            self._last = _Known(known.version, seats, self._here(known))
        except OperationalError:
            pass  # what was known last stays

    def _remembered(self, session_id: str) -> Person | None:
        """Idleness and the end of a grant wait until they can be read again: an alarm that nobody may answer
        is worse."""
        seat = self._last.seats.get(session_id)
        if seat is None or self._wall_ns() - seat.seen_ns > LAST_KNOWN_NS:
            return None
        return seat.person

    def person(self, session_id: str) -> Person | None:
        """Who acts in the session; None when it does not exist or is over."""
        return self._person(self._up_to_date(), session_id)

    def _person(self, known: _Known, session_id: str) -> Person | None:
        now_ns = self._wall_ns()
        seat = known.seats.get(session_id)
        person = seat.at(now_ns) if seat is not None else None
        if person is None or person.idle:  # a hand on the keys ends idleness, and is no change of access
            seat = self._seat(UserSession.id == session_id, now_ns) if session_id else None
            if seat is None:
                return None
            known.seats[session_id] = self._last.seats[session_id] = seat
            person = seat.at(now_ns)
        return person

    def bearer(self, token: str) -> Person | None:
        """Who holds the token of a cookie."""
        now_ns = self._wall_ns()
        seat = self._seat(UserSession.token_hash == fingerprint(token), now_ns) if token else None
        return seat.at(now_ns) if seat is not None else None

    def here(self) -> str:
        """The path of this site; ROOT while it stands in no tree, so that only grants at the group count."""
        return self._here(self._up_to_date())

    def _here(self, known: _Known) -> str:
        if not known.here:
            which = select(Scope.path).where(Scope.kind == ScopeKind.PROJECT, Scope.code == self._project)
            with self._sessions() as session:
                known.here = self._last.here = session.scalar(which) or ROOT
        return known.here

    def version(self) -> int:
        """Changes whenever what anybody may do has changed, idleness apart."""
        dialect = self._engine.dialect
        try:
            if self._look_s:
                with closing(self._engine.raw_connection()) as connection:
                    rows = _read_version(connection)
            else:
                with self._lock:
                    rows = _read_version(self._own_connection())
        except dialect.loaded_dbapi.Error as error:
            self._close()
            raise DBAPIError.instance(
                _VERSION, None, error, dialect.loaded_dbapi.Error, dialect=dialect
            ) from error
        return int(rows[0][0]) if rows else 0

    def _own_connection(self) -> PoolProxiedConnection:
        """To a file, which is asked at every command: taking one from the pool would cost as much again."""
        if self._connection is None:
            self._connection = self._engine.raw_connection()
        return self._connection

    def _close(self, _engine: Engine | None = None) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def look_again(self) -> None:
        """Somebody's access may just have changed: believe nothing that was read before."""
        self._looked_s = -LOOK_S

    def has_users(self) -> bool:
        with self._sessions() as session:
            return bool(session.scalar(select(func.count()).select_from(User)))

    def open(self) -> Session:
        """A session for the query functions of the modules; it cannot write."""
        return self._sessions()

    def _up_to_date(self) -> _Known:
        known, now_s = self._known, self._clock()
        if self._look_s and now_s - self._looked_s < self._look_s:
            return known
        version = self.version()
        self._looked_s = now_s
        if known.version != version:
            known = self._known = _Known(version)
        return known

    def _seat(self, which: Any, now_ns: int) -> _Seat | None:
        query = select(UserSession, User).join(User).where(which)
        with self._sessions() as session:
            row = session.execute(
                query.where(UserSession.ended_ns.is_(None), User.disabled.is_(False))
            ).one_or_none()
            if row is None:
                return None
            seat, user = row
            held = holding(session, user.id, now_ns)
        today = datetime.fromtimestamp(now_ns // SECOND_NS, self._zone)
        midnight = today.replace(hour=0, minute=0, second=0) + timedelta(days=1)
        tomorrow_ns = int(midnight.timestamp()) * SECOND_NS
        person = Person(
            session=seat.id,
            user=user.name,
            display=user.display,
            place=Place(seat.place),
            idle=False,
            locked=seat.locked_ns is not None,
            grants=held.grants,
            person_id=user.person_id,
            screen=user.kind == UserKind.SCREEN,
            packaging=self.packaging,
            company_id=user.company_id,
            today=today.date(),
        )
        return _Seat(person, seat.created_ns, seat.seen_ns, min(held.until_ns, tomorrow_ns))
