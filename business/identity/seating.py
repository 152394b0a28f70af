"""Sessions begin and end here, whatever way their person came in."""

import secrets
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.identity.entry_messages import Visit
from business.identity.messages import LoggedIn, SessionsEnded
from business.identity.model import Place, User, UserSession, count_access_up
from business.identity.token_model import RefreshToken


def open_seat(
    session: Session, user: User, visit: Visit, way: str, now_ns: int, *, key: int | None = None
) -> tuple[Any, ...]:
    """A new session with a new id; the one that the same browser held until now ends (S-07).

    `key` is that of a service account which has opened it.
    """
    ended = end_seats(session, now_ns, UserSession.id == visit.previous) if visit.previous else ()
    seat = UserSession(
        id=secrets.token_hex(16),
        token_hash=visit.token_hash,
        user_id=user.id,
        place=Place(visit.place).value,
        address=visit.address[:64],
        browser=visit.browser[:200],
        way=way[:80],
        created_ns=now_ns,
        seen_ns=now_ns,
    )
    session.add(seat)
    if visit.refresh_hash:
        session.flush()
        session.add(
            RefreshToken(fingerprint=visit.refresh_hash, session_id=seat.id, key_id=key, issued_ns=now_ns)
        )
    return (*ended, LoggedIn(user.name, seat.id))


def end_seats(session: Session, now_ns: int, *which: Any) -> tuple[Any, ...]:
    seats = session.scalars(select(UserSession).where(UserSession.ended_ns.is_(None), *which)).all()
    if not seats:
        return ()
    for seat in seats:
        seat.ended_ns = now_ns
    count_access_up(session)
    return (SessionsEnded(tuple(seat.id for seat in seats)),)
