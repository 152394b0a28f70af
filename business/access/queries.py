"""What the pages read of scopes, roles and grants; nothing here writes."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.access.model import Duty, Grant, Role, RolePermission, Scope
from business.access.person import Reach, within
from business.identity.model import User
from config.text import Text


@dataclass(frozen=True, slots=True)
class ScopeRow:
    id: int
    parent_id: int | None
    kind: str
    code: str
    name: Text
    path: str
    depth: int


@dataclass(frozen=True, slots=True)
class RoleRow:
    name: str
    label: Text
    built_in: bool
    duty: Duty
    permissions: frozenset[str]
    users: int
    """How many have it somewhere."""


@dataclass(frozen=True, slots=True)
class GrantRow:
    id: int
    user_id: int
    role: Text
    scope: Text
    own: bool
    since_ns: int | None
    until_ns: int | None


def scopes(session: Session, reach: Reach) -> tuple[ScopeRow, ...]:
    """Those within the reach, each before what is below it, siblings in the order of their codes."""
    rows = list(session.scalars(select(Scope).where(within(reach, Scope.id))))
    codes = {str(row.id): row.code for row in rows}
    rows.sort(key=lambda row: [codes.get(step, "") for step in row.path.strip("/").split("/")])
    top = min((row.path.count("/") for row in rows), default=0)
    return tuple(
        ScopeRow(
            row.id,
            row.parent_id,
            row.kind,
            row.code,
            Text(row.name_zh, row.name_en),
            row.path,
            row.path.count("/") - top,
        )
        for row in rows
    )


def roles(session: Session) -> tuple[RoleRow, ...]:
    """The built-in ones first, as they came."""
    permissions: dict[int, set[str]] = {}
    for one in session.scalars(select(RolePermission)):
        permissions.setdefault(one.role_id, set()).add(one.permission)
    users: dict[int, set[int]] = {}
    for role_id, user_id in session.execute(select(Grant.role_id, Grant.user_id)):
        users.setdefault(role_id, set()).add(user_id)
    return tuple(
        RoleRow(
            role.name,
            Text(role.label_zh, role.label_en),
            role.built_in,
            Duty(role.duty),
            frozenset(permissions.get(role.id, ())),
            len(users.get(role.id, ())),
        )
        for role in session.scalars(select(Role).order_by(Role.built_in.desc(), Role.id))
    )


def grants(session: Session) -> tuple[GrantRow, ...]:
    """Of all users, also those that are over."""
    query = select(Grant, Role, Scope).join(Role).join(Scope).order_by(Grant.id)
    return tuple(
        GrantRow(
            grant.id,
            grant.user_id,
            Text(role.label_zh, role.label_en),
            Text(scope.name_zh, scope.name_en),
            grant.own,
            grant.since_ns,
            grant.until_ns,
        )
        for grant, role, scope in session.execute(query)
    )


def vacant_duties(session: Session) -> tuple[Duty, ...]:
    """The administrators' duties that nobody has whose account is enabled."""
    query = select(Role.duty).join(Grant).join(User, User.id == Grant.user_id)
    taken = set(session.scalars(query.where(User.disabled.is_(False)).distinct()))
    return tuple(duty for duty in Duty if duty and duty not in taken)
