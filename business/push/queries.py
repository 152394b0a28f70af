"""Who has subscribed which browsers."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, load_only

from business.identity.model import User
from business.push.model import PushSubscription


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that its person has subscribed."""

    id: int
    endpoint: str
    """Its fingerprint."""
    name: str
    created_ns: int


def devices(session: Session, user: str) -> tuple[Device, ...]:
    """Somebody's, the newest first. Opens nothing that is sealed."""
    row = PushSubscription
    query = (
        select(row.id, row.endpoint, row.device, row.created_ns)
        .join(User, User.id == row.user_id)
        .where(User.name == user)
        .order_by(row.created_ns.desc(), row.id.desc())
    )
    return tuple(Device(*one) for one in session.execute(query))


def receivers(session: Session) -> tuple[tuple[int, str], ...]:
    """Where messages are pushed, as the channel takes it, each with the id of its user."""
    query = select(PushSubscription).options(load_only(PushSubscription.user_id, PushSubscription.body))
    return tuple((row.user_id, row.body) for row in session.scalars(query.order_by(PushSubscription.id)))
