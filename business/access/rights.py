"""How far somebody reaches who is not in a session now: work that he asked for goes on without him."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.access.held import holding
from business.access.person import NOWHERE, Reach, reach_by
from business.identity.model import User


def reach_of(session: Session, user: str, permission: str, now_ns: int) -> Reach:
    """Where the user holds the permission; nowhere for one who is disabled or gone."""
    return reaches_of(session, user, now_ns)(permission)


def reaches_of(session: Session, user: str, now_ns: int) -> Callable[[str], Reach]:
    """The same for every permission, of what is read once."""
    row = session.scalar(select(User).where(User.name == user, User.disabled.is_(False)))
    if row is None:
        return lambda _permission: NOWHERE
    grants, person, company = holding(session, row.id, now_ns).grants, row.person_id, row.company_id
    today = datetime.fromtimestamp(now_ns / 1e9, UTC).date()
    return cache(lambda permission: reach_by(grants, permission, person, company, today))
