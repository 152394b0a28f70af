"""What a user holds, read from the tables."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.access.model import Grant, Role, RolePermission, Scope
from business.access.permission import ROOT
from business.access.person import Held
from business.access.roles import ALWAYS_OWN
from config.text import Text

FOREVER_NS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Holding:
    grants: tuple[Held, ...]
    until_ns: int
    """When one of the user's grants begins or ends next."""


def holding(session: Session, user_id: int, now_ns: int) -> Holding:
    """The grants of a user that are in force."""
    rows = session.execute(
        select(Grant, Role, Scope).join(Role).join(Scope).where(Grant.user_id == user_id).order_by(Grant.id)
    ).all()
    permissions: dict[int, set[str]] = {role.id: set() for _, role, _ in rows}
    for one in session.scalars(select(RolePermission).where(RolePermission.role_id.in_(permissions))):
        permissions[one.role_id].add(one.permission)
    held, changes = [], [FOREVER_NS]
    for grant, role, scope in rows:
        since, until = grant.since_ns or 0, grant.until_ns or FOREVER_NS
        changes += [at for at in (since, until) if at > now_ns]
        if since <= now_ns < until:
            label = Text(role.label_zh, role.label_en)
            given = frozenset(permissions[role.id])
            own = grant.own or role.name in ALWAYS_OWN
            held.append(Held(role.name, label, path_of(scope), given, own))
    return Holding(tuple(held), min(changes))


def path_of(scope: Scope) -> str:
    """ROOT for the group, so that it reaches what is nowhere in particular, too."""
    return ROOT if scope.parent_id is None else scope.path
