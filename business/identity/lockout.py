"""Who failed too often to log in, by user name, phone number or address (S-03).

Behind one address an office may sit: the lock of an address keeps out those whom it has never seen log in
right, and nobody else.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from business.access import SECOND_NS
from business.identity.model import FailedLogIns, User, UserSession

FAILURES = 5
LOCKED_NS = 15 * 60 * SECOND_NS
"""How long a subject is locked out after FAILURES failures."""
KNOWN_NS = 30 * 86_400 * SECOND_NS
"""So long somebody is known at an address from which he has logged in."""


@dataclass(frozen=True, slots=True)
class Lockout:
    """Somebody who has to wait."""

    subject: str
    failures: int
    until_ns: int


def of_user(name: str) -> str:
    return f"user:{name}"


def of_address(address: str) -> str:
    return f"address:{address[:64]}"


def of_phone(mark: str) -> str:
    return f"phone:{mark}"


def is_locked(session: Session, subjects: Sequence[str], now_ns: int) -> bool:
    query = select(FailedLogIns).where(FailedLogIns.subject.in_(subjects), *_locked(now_ns))
    return session.scalars(query).first() is not None


def locked_out(session: Session, now_ns: int) -> tuple[Lockout, ...]:
    """Everybody who is locked out now, the longest first."""
    rows = session.scalars(
        select(FailedLogIns).where(*_locked(now_ns)).order_by(FailedLogIns.last_ns.desc()).limit(500)
    )
    return tuple(Lockout(row.subject, row.failures, row.last_ns + LOCKED_NS) for row in rows)


def is_known_at(session: Session, user: User | None, address: str, now_ns: int) -> bool:
    """Whether this user has logged in right from there of late, so that the address's lock is not his."""
    if user is None:
        return False
    query = select(UserSession.id).where(
        UserSession.user_id == user.id,
        UserSession.address == address[:64],
        UserSession.created_ns > now_ns - KNOWN_NS,
    )
    return session.scalar(query.limit(1)) is not None


def count_failure(session: Session, subjects: Sequence[str], now_ns: int) -> None:
    session.execute(delete(FailedLogIns).where(FailedLogIns.last_ns <= now_ns - LOCKED_NS))
    for subject in subjects:
        row = session.get(FailedLogIns, subject)
        if row is None:
            session.add(FailedLogIns(subject=subject, failures=1, last_ns=now_ns))
        else:
            row.failures += 1
            row.last_ns = now_ns
    session.flush()


def take_back(session: Session, subject: str, address: str) -> None:
    """Somebody has logged in right: his failures are forgotten, also those of an address not yet locked."""
    own = session.get(FailedLogIns, subject)
    shared = session.get(FailedLogIns, of_address(address))
    if own is None:
        return
    if shared is not None and shared.failures < FAILURES:
        shared.failures -= own.failures
        if shared.failures <= 0:
            session.delete(shared)
    session.delete(own)


def forget(session: Session, subjects: Sequence[str]) -> int:
    """Their failures, and how many subjects had any."""
    rows = session.scalars(select(FailedLogIns).where(FailedLogIns.subject.in_(subjects))).all()
    for row in rows:
        session.delete(row)
    return len(rows)


def _locked(now_ns: int) -> tuple[ColumnElement[bool], ...]:
    return (FailedLogIns.failures >= FAILURES, FailedLogIns.last_ns > now_ns - LOCKED_NS)
