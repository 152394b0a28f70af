"""Saved views, as a list offers them."""

from dataclasses import dataclass

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from business.access import Reach
from business.identity.model import User
from business.registry.entity import Entity
from business.registry.model import SavedView


@dataclass(frozen=True, slots=True)
class ViewRow:
    id: int
    name: str
    query: str
    own: bool
    """Whether the reader saved it himself, and may remove it."""


def offered(session: Session, entity: Entity, user: str, reach: Reach) -> tuple[ViewRow, ...]:
    """One's own and those that others share with who looks after records as they do."""
    shared = SavedView.shared.is_(True) if reach.paths else false()
    rows = session.execute(
        select(SavedView, User.name)
        .join(User, User.id == SavedView.user_id)
        .where(SavedView.entity == entity.name, or_(User.name == user, shared))
        .order_by(SavedView.name)
    )
    return tuple(ViewRow(row.id, row.name, row.query, name == user) for row, name in rows)
