"""Who may do what: roles, permissions, and the one place that is asked at the moment of execution."""

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.permissions import PERMISSIONS
from business.database import sessions
from business.identity.model import AccessVersion, Place, Role, User, UserSession
from business.identity.tokens import fingerprint

logger = logging.getLogger(__name__)

SECOND_NS = 1_000_000_000
IDLE_NS = 15 * 60 * SECOND_NS
"""After this long without a hand on it a session ends (office) or only watches (control room) (S-05)."""
LIFETIME_NS = {Place.CONTROL: 30 * 86_400 * SECOND_NS, Place.OFFICE: 12 * 3_600 * SECOND_NS}
"""After this long a session ends in any case."""

EVERYBODY = ""
"""The permission of what needs none: logging in, the first administrator."""
OWN = "own"
"""The permission of what anybody logged in may do to himself."""

_OPERATOR = frozenset(
    {
        OWN,
        "point.operate",
        "alarm.acknowledge",
        "device.tag",
        "point.substitute",
        "device.retry",
        "subsystem.limit-set",
    }
)
_ROLES: Mapping[Role, frozenset[str]] = {
    Role.VIEWER: frozenset({OWN}),
    Role.OPERATOR: _OPERATOR,
    Role.ADMINISTRATOR: _OPERATOR
    | {
        "backup.manage",
        "configuration.apply",
        "dictionary.manage",
        "job.manage",
        "numbering.manage",
        "organisation.manage",
        "organisation.read",
        "printing.manage",
        "user.manage",
    },
    Role.AUDITOR: frozenset({OWN, "audit.read"}),
}


_VERSION = str(select(AccessVersion.version))


class Refusal(StrEnum):
    """Why a command is refused, as `CommandResult.detail`; the pages have the words."""

    NOT_LOGGED_IN = "not-logged-in"
    NOT_RECORDED = "not-recorded"
    ID_TAKEN = "id-taken"
    IDLE = "idle"
    SESSION_LOCKED = "session-locked"
    NOT_LOCKED = "not-locked"
    NOT_PERMITTED = "not-permitted"
    LOG_IN_FAILED = "log-in-failed"
    LOCKED_OUT = "locked-out"
    NAME_TAKEN = "name-taken"
    NAME_EMPTY = "name-empty"
    UNKNOWN_USER = "unknown-user"
    UNKNOWN_ROLE = "unknown-role"
    UNKNOWN_SESSION = "unknown-session"
    LAST_ADMINISTRATOR = "last-administrator"
    ALREADY_STARTED = "already-started"
    WRONG_CODE = "wrong-code"
    WRONG_PASSWORD = "wrong-password"  # noqa: S105  # a reason
    PASSWORD_LENGTH = "password-length"  # noqa: S105
    PASSWORD_CLASSES = "password-classes"  # noqa: S105
    PASSWORD_HAS_NAME = "password-has-name"  # noqa: S105
    PASSWORD_COMMON = "password-common"  # noqa: S105


def permission(role: Role) -> frozenset[str]:
    return _ROLES[role]


def permission_of(command: type) -> str | None:
    """What a command demands, as it says itself or the gate says; None when no person may send it."""
    named: str | None = getattr(command, "permission", None)
    return named if named is not None else PERMISSIONS.get(command)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a session, as of now."""

    session: str
    user: str
    display: str
    role: Role
    place: Place
    idle: bool
    """In the control room: sees everything and commands nothing until the next log-in."""
    locked: bool = False
    """Tried too often what is not permitted: sees, and commands nothing until released."""

    def may(self, wanted: str) -> bool:
        """Whether the pages offer it. Who is idle or locked watches, and may still leave."""
        return wanted in permission(self.role) and (wanted == OWN or not (self.idle or self.locked))

    def refusal(self, wanted: str) -> Refusal | None:
        """Why not; None when it may be."""
        if wanted not in permission(self.role):
            return Refusal.NOT_PERMITTED
        if self.may(wanted):
            return None
        return Refusal.SESSION_LOCKED if self.locked else Refusal.IDLE


@dataclass(frozen=True, slots=True)
class _Seat:
    """A session and its person, as of some access version."""

    session: str
    user: str
    display: str
    role: Role
    place: Place
    created_ns: int
    seen_ns: int
    locked: bool

    def person(self, now_ns: int) -> Person | None:
        """Who acts in it now; None when it is over."""
        idle = now_ns - self.seen_ns > IDLE_NS
        if now_ns - self.created_ns > LIFETIME_NS[self.place] or (idle and self.place is Place.OFFICE):
            return None
        return Person(self.session, self.user, self.display, self.role, self.place, idle, self.locked)


class Authority:
    """Knows who is who at every question, so that a demoted or logged-out user is refused at once.

    Whatever gives or takes access counts the access version up; what was read under an older one is
    forgotten.
    """

    def __init__(self, engine: Engine, wall_ns: Callable[[], int]) -> None:
        self._engine = engine
        self._sessions = sessions(engine)
        self._wall_ns = wall_ns
        self._known: tuple[int, dict[str, _Seat]] = (-1, {})

    def refusal(self, issuer: Issuer, command: Any) -> Refusal | None:
        """Why this command of this issuer is not carried out now; None when it may be."""
        wanted = permission_of(type(command))
        if wanted is None:
            return Refusal.NOT_PERMITTED
        if wanted == EVERYBODY:
            return None
        try:
            person = self.person(issuer.session)
        except OperationalError as error:  # a server that is away: nobody can be told from anybody
            logger.critical("the business database cannot be read: %s", error.orig)
            return Refusal.NOT_RECORDED
        if person is None or person.user != issuer.user:
            return Refusal.NOT_LOGGED_IN
        return person.refusal(wanted)

    def person(self, session_id: str) -> Person | None:
        """Who acts in the session; None when it does not exist or is over."""
        if not session_id:
            return None
        version, now_ns = self.version(), self._wall_ns()
        known_version, seats = self._known
        if known_version != version:
            seats = {}
            self._known = (version, seats)
        seat = seats.get(session_id)
        person = seat.person(now_ns) if seat is not None else None
        if person is None or person.idle:  # a hand on the keys ends idleness, and is no change of access
            seat = self._seat(UserSession.id == session_id)
            if seat is None:
                return None
            seats[session_id] = seat
            person = seat.person(now_ns)
        return person

    def bearer(self, token: str) -> Person | None:
        """Who holds the token of a cookie."""
        seat = self._seat(UserSession.token_hash == fingerprint(token)) if token else None
        return seat.person(self._wall_ns()) if seat is not None else None

    def version(self) -> int:
        """Changes whenever what anybody may do has changed, idleness apart."""
        # Asked at every command: past the session, which would take four times as long.
        try:
            with closing(self._engine.raw_connection()) as connection:
                driver: Any = connection.driver_connection
                rows = driver.execute(_VERSION).fetchall()
        except self._engine.dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(
                _VERSION, None, error, self._engine.dialect.loaded_dbapi.Error, dialect=self._engine.dialect
            ) from error
        return int(rows[0][0]) if rows else 0

    def has_users(self) -> bool:
        with self._sessions() as session:
            return bool(session.scalar(select(func.count()).select_from(User)))

    def open(self) -> Session:
        """A session for the query functions of the modules; it cannot write."""
        return self._sessions()

    def _seat(self, which: Any) -> _Seat | None:
        query = select(UserSession, User).join(User).where(which)
        with self._sessions() as session:
            row = session.execute(
                query.where(UserSession.ended_ns.is_(None), User.disabled.is_(False))
            ).one_or_none()
        if row is None:
            return None
        seat, user = row
        return _Seat(
            session=seat.id,
            user=user.name,
            display=user.display,
            role=Role(user.role),
            place=Place(seat.place),
            created_ns=seat.created_ns,
            seen_ns=seat.seen_ns,
            locked=seat.locked_ns is not None,
        )
