"""What the pages read of users and sessions; nothing here writes."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import Session

from business.access import IDLE_NS, LIFETIME_NS, REFRESH_NS, Reach, within
from business.access.model import Grant
from business.access.person import EVERYTHING, NOWHERE
from business.access.queries import GrantRow, grants
from business.identity.model import Place, User, UserKind, UserSession

_QUIET_NS = {Place.CONTROL: LIFETIME_NS[Place.CONTROL], Place.OFFICE: IDLE_NS, Place.API: REFRESH_NS}
"""After this long without a sign of life a session is over."""


@dataclass(frozen=True, slots=True)
class UserRow:
    name: str
    display: str
    disabled: bool
    created_ns: int
    grants: tuple[GrantRow, ...]
    person_id: int | None
    company_id: int | None


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: str
    user: str
    place: str
    address: str
    browser: str
    way: str
    created_ns: int
    seen_ns: int
    locked: bool


def users(session: Session, reach: Reach = EVERYTHING) -> tuple[UserRow, ...]:
    """Those who have a grant within the reach."""
    held: dict[int, list[GrantRow]] = {}
    for grant in grants(session):
        held.setdefault(grant.user_id, []).append(grant)
    rows = session.scalars(select(User).where(reached(reach)).order_by(User.name).limit(1000))
    return tuple(
        UserRow(
            u.name,
            u.display,
            u.disabled,
            u.created_ns,
            tuple(held.get(u.id, ())),
            u.person_id,
            u.company_id,
        )
        for u in rows
    )


def open_sessions(session: Session, user: str, now_ns: int, reach: Reach = NOWHERE) -> tuple[SessionRow, ...]:
    """Sessions that are not over, the newest first: of one user, and of all with a grant within the reach."""
    query = every_session(user, now_ns, reach).order_by(UserSession.created_ns.desc()).limit(200)
    return tuple(session_row(seat, name) for seat, name in session.execute(query))


def every_session(user: str, now_ns: int, reach: Reach = NOWHERE) -> Select[UserSession, str]:
    """Those, in no order; `session_row` reads a row."""
    lives = (
        and_(
            UserSession.place == place.value,
            UserSession.created_ns >= now_ns - LIFETIME_NS[place],
            UserSession.seen_ns >= now_ns - _QUIET_NS[place],
        )
        for place in Place
    )
    stays = User.kind == UserKind.SCREEN
    whose = or_(User.name == user, reached(reach))
    return (
        select(UserSession, User.name)
        .join(User)
        .where(UserSession.ended_ns.is_(None), or_(stays, *lives), whose)
    )


def session_row(seat: UserSession, user: str) -> SessionRow:
    return SessionRow(
        id=seat.id,
        user=user,
        place=seat.place,
        address=seat.address,
        browser=seat.browser,
        way=seat.way,
        created_ns=seat.created_ns,
        seen_ns=seat.seen_ns,
        locked=seat.locked_ns is not None,
    )


def reached(reach: Reach) -> ColumnElement[bool]:
    """The users with a grant within the reach."""
    if reach.everything:
        return true()
    return User.id.in_(select(Grant.user_id).where(within(reach, Grant.scope_id)))
