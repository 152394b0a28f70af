"""What the pages read of users and sessions; nothing here writes."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.access import IDLE_NS, LIFETIME_NS
from business.identity.model import Place, User, UserSession


@dataclass(frozen=True, slots=True)
class UserRow:
    name: str
    display: str
    role: str
    disabled: bool
    created_ns: int


@dataclass(frozen=True, slots=True)
class SessionRow:
    id: str
    user: str
    place: str
    address: str
    browser: str
    created_ns: int
    seen_ns: int
    locked: bool


def users(session: Session) -> tuple[UserRow, ...]:
    rows = session.scalars(select(User).order_by(User.name).limit(1000))
    return tuple(UserRow(u.name, u.display, u.role, u.disabled, u.created_ns) for u in rows)


def open_sessions(session: Session, user: str, now_ns: int) -> tuple[SessionRow, ...]:
    """Sessions that are not over, the newest first; of one user, or of all with ''."""
    query = (
        select(UserSession, User.name)
        .join(User)
        .where(UserSession.ended_ns.is_(None))
        .order_by(UserSession.created_ns.desc())
        .limit(200)
    )
    if user:
        query = query.where(User.name == user)
    return tuple(
        SessionRow(
            s.id, name, s.place, s.address, s.browser, s.created_ns, s.seen_ns, s.locked_ns is not None
        )
        for s, name in session.execute(query)
        if now_ns - s.created_ns <= LIFETIME_NS[Place(s.place)]
        and (s.place == Place.CONTROL or now_ns - s.seen_ns <= IDLE_NS)
    )
