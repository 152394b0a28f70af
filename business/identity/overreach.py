"""Locking a session that keeps trying what its person may not do (S1-4.6b)."""

from sqlalchemy.orm import Session

from business.identity.model import UserSession, count_access_up

LIMIT = 3
"""More attempts than this lock the session: it alone, never the address, behind which an office may sit."""


def overreached(session: Session, seat_id: str, now_ns: int) -> None:
    """Count one refused attempt of a session; what nobody is logged in for is not counted."""
    seat = session.get(UserSession, seat_id) if seat_id else None
    if seat is None or seat.ended_ns is not None or seat.locked_ns is not None:
        return
    seat.overreaches += 1
    if seat.overreaches > LIMIT:
        seat.locked_ns = now_ns
        count_access_up(session)
