"""How far somebody reaches who is not in a session now: work that he asked for goes on without him."""

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.access.held import holding
from business.access.person import NOWHERE, Reach, reach_by
from business.identity.model import User


def reach_of(session: Session, user: str, permission: str, now_ns: int) -> Reach:
    """Where the user holds the permission; nowhere for one who is disabled or gone."""
    row = session.scalar(select(User).where(User.name == user, User.disabled.is_(False)))
    if row is None:
        return NOWHERE
    grants = holding(session, row.id, now_ns).grants
    today = datetime.fromtimestamp(now_ns / 1e9, UTC).date()
    return reach_by(grants, permission, row.person_id, row.company_id, today)
