"""What the page reads of service accounts and their keys; nothing here writes."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.access import Reach
from business.access.queries import GrantRow, grants
from business.identity.model import User, UserKind
from business.identity.queries import reached
from business.identity.token_model import ServiceKey


@dataclass(frozen=True, slots=True)
class KeyRow:
    id: int
    name: str
    created_ns: int
    expires_ns: int | None


@dataclass(frozen=True, slots=True)
class AccountRow:
    name: str
    display: str
    disabled: bool
    grants: tuple[GrantRow, ...]
    keys: tuple[KeyRow, ...]
    """Those that are not revoked."""


def accounts(session: Session, reach: Reach) -> tuple[AccountRow, ...]:
    """The programs that hold a role within the reach."""
    held: dict[int, list[GrantRow]] = {}
    for grant in grants(session):
        held.setdefault(grant.user_id, []).append(grant)
    keys: dict[int, list[KeyRow]] = {}
    for key in session.scalars(
        select(ServiceKey).where(ServiceKey.revoked_ns.is_(None)).order_by(ServiceKey.id)
    ):
        row = KeyRow(key.id, key.name, key.created_ns, key.expires_ns)
        keys.setdefault(key.user_id, []).append(row)
    users = select(User).where(User.kind == UserKind.SERVICE, reached(reach)).order_by(User.name)
    return tuple(
        AccountRow(
            user.name,
            user.display,
            user.disabled,
            tuple(held.get(user.id, ())),
            tuple(keys.get(user.id, ())),
        )
        for user in session.scalars(users)
    )
