"""What the pages read of users and sessions; nothing here writes."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from business.access import IDLE_NS, LIFETIME_NS, Reach, within
from business.access.model import Grant
from business.access.person import EVERYTHING, NOWHERE
from business.access.queries import GrantRow, grants
from business.identity.model import Place, User, UserKind, UserSession


@dataclass(frozen=True, slots=True)
class UserRow:
    name: str
    display: str
    disabled: bool
    created_ns: int
    grants: tuple[GrantRow, ...]


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
        UserRow(u.name, u.display, u.disabled, u.created_ns, tuple(held.get(u.id, ()))) for u in rows
    )


def open_sessions(session: Session, user: str, now_ns: int, reach: Reach = NOWHERE) -> tuple[SessionRow, ...]:
    """Sessions that are not over, the newest first: of one user, and of all with a grant within the reach."""
    query = (
        select(UserSession, User.name, User.kind)
        .join(User)
        .where(UserSession.ended_ns.is_(None), or_(User.name == user, reached(reach)))
        .order_by(UserSession.created_ns.desc())
        .limit(200)
    )
    return tuple(
        SessionRow(
            id=s.id,
            user=name,
            place=s.place,
            address=s.address,
            browser=s.browser,
            way=s.way,
            created_ns=s.created_ns,
            seen_ns=s.seen_ns,
            locked=s.locked_ns is not None,
        )
        for s, name, kind in session.execute(query)
        if kind == UserKind.SCREEN
        or (
            now_ns - s.created_ns <= LIFETIME_NS[Place(s.place)]
            and (s.place == Place.CONTROL or now_ns - s.seen_ns <= IDLE_NS)
        )
    )


def reached(reach: Reach) -> ColumnElement[bool]:
    """The users with a grant within the reach."""
    if reach.everything:
        return true()
    return User.id.in_(select(Grant.user_id).where(within(reach, Grant.scope_id)))
