"""Giving and taking roles (S-21): three duties in three hands, nobody for himself, no more than one has."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access.catalogue import PERMISSIONS
from business.access.held import holding, path_of
from business.access.messages import DELEGATE, MANAGE, USERS
from business.access.model import Duty, Grant, Role, RolePermission, Scope
from business.access.permission import ROOT
from business.access.person import Held, union
from business.access.refusals import Refusal
from business.access.roles import ALWAYS_OWN
from business.gate import Refused
from business.identity.model import User, UserKind, count_access_up
from config.text import Text

DUTIES: dict[Duty, Text] = {
    Duty.SYSTEM: Text("系统管理", "system administration"),
    Duty.SECURITY: Text("安全管理", "security administration"),
    Duty.AUDIT: Text("审计", "audit"),
}


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives or takes; the program itself is nobody and may everything."""

    user_id: int | None
    grants: tuple[Held, ...]

    def has(self, path: str) -> frozenset[str]:
        """His permissions over the whole of a scope."""
        return frozenset(PERMISSIONS) if self.user_id is None else union(self.grants, path)


def giver(session: Session, issuer: Issuer, now_ns: int) -> Giver:
    """A command without a session is the program's own: the gate lets no person send one that grants."""
    if not issuer.session:
        return Giver(None, ())
    user = session.scalars(select(User).where(User.name == issuer.user)).one()
    return Giver(user.id, holding(session, user.id, now_ns).grants)


def give(session: Session, by: Giver, user: User, grant: Grant) -> None:
    """Add a grant of a role that exists, at a scope that exists. Raises Refused."""
    role, scope = session.get_one(Role, grant.role_id), session.get_one(Scope, grant.scope_id)
    check_giver(session, by, user.id, role, path_of(scope))
    duties = {each.duty for each in roles_of(session, user.id)} | {role.duty}
    check_duties(user, duties)
    grant.user_id = user.id
    grant.own = grant.own or role.name in ALWAYS_OWN
    session.add(grant)
    count_access_up(session)


def take(session: Session, by: Giver, grant: Grant) -> None:
    """Remove a grant. Raises Refused."""
    role, scope = session.get_one(Role, grant.role_id), session.get_one(Scope, grant.scope_id)
    check_giver(session, by, grant.user_id, role, path_of(scope))
    with keeping_a_security_administrator(session):
        session.delete(grant)
    count_access_up(session)


def check_giver(session: Session, by: Giver, user_id: int | None, role: Role, path: str) -> None:
    """Raises Refused unless he may give this role there to this user, or take it from him."""
    if by.user_id is not None and by.user_id == user_id:
        raise Refused(
            said(
                "不能给自己授予或收回角色；请由另一位安全管理员办理",
                "nobody grants or withdraws for himself; ask another security administrator",
            )
        )
    if DELEGATE not in by.has(path):
        raise Refused(Refusal.NOT_PERMITTED)
    _check_has(session, by, role, path)


def _check_has(session: Session, by: Giver, role: Role, path: str) -> None:
    """Raises Refused unless he has all that the role gives there, or manages access there."""
    has = by.has(path)
    lacking = sorted(permissions_of(session, role) - has)
    if lacking and MANAGE not in has:
        labels = [PERMISSIONS.get(one, Text(one, one)) for one in lacking[:5]]
        raise Refused(
            said(
                f"角色“{role.label_zh}”含有您在此范围没有的权限：{'、'.join(one.zh for one in labels)}；"
                "请由安全管理员办理",
                f"the role {role.name!r} holds what you do not have there: "
                f"{', '.join(one.en for one in labels)}; ask a security administrator",
            )
        )


def check_above(session: Session, by: Giver, user: User) -> None:
    """Raises Refused when taking over the user's account would give more than one has oneself."""
    if by.user_id in {None, user.id}:
        return
    for grant in session.scalars(select(Grant).where(Grant.user_id == user.id)):
        role, scope = session.get_one(Role, grant.role_id), session.get_one(Scope, grant.scope_id)
        _check_has(session, by, role, path_of(scope))


def check_duties(user: User, duties: set[str]) -> None:
    """Raises Refused when one user would have two of the three duties."""
    both = sorted(duties - {Duty.NONE})
    if len(both) > 1:
        one, other = (DUTIES[Duty(name)] for name in both[:2])
        raise Refused(
            said(
                f"用户“{user.name}”不能同时承担{one.zh}与{other.zh}（三员分立）；请先收回其一",
                f"user {user.name!r} cannot have both {one.en} and {other.en} (separation of duties); "
                "withdraw one of them first",
            )
        )


def roles_of(session: Session, user_id: int) -> tuple[Role, ...]:
    """Of all his grants, also those that begin later or are over."""
    return tuple(session.scalars(select(Role).join(Grant).where(Grant.user_id == user_id).distinct()))


def permissions_of(session: Session, role: Role) -> frozenset[str]:
    query = select(RolePermission.permission).where(RolePermission.role_id == role.id)
    return frozenset(session.scalars(query))


@contextmanager
def keeping_a_security_administrator(session: Session) -> Iterator[None]:
    """Raises Refused when what happens inside leaves nobody who can give a role at the group for good."""
    before = security_administrators(session)
    yield
    session.flush()
    if before and not security_administrators(session):
        raise Refused(Refusal.LAST_ADMINISTRATOR)


def security_administrators(session: Session) -> int:
    """How many persons may create users and manage access of the whole group, for good."""
    may = (_holders(session, permission) for permission in (MANAGE, DELEGATE, USERS))
    return len(set.intersection(*may))


def _holders(session: Session, permission: str) -> set[int]:
    query = (
        select(User.id)
        .join(Grant, Grant.user_id == User.id)
        .join(RolePermission, RolePermission.role_id == Grant.role_id)
        .join(Scope, Scope.id == Grant.scope_id)
        .where(
            RolePermission.permission == permission,
            Scope.parent_id.is_(None),
            User.disabled.is_(False),
            User.kind == UserKind.STAFF,
            Grant.own.is_(False),
            Grant.since_ns.is_(None),
            Grant.until_ns.is_(None),
        )
    )
    return set(session.scalars(query))


def home_of(session: Session, user_id: int) -> str:
    """The path of the smallest scope that holds all grants of a user; ROOT for one without any."""
    rows = session.scalars(select(Scope).join(Grant).where(Grant.user_id == user_id))
    steps = [path_of(scope).strip("/").split("/") for scope in rows]
    common = []
    for level in zip(*steps, strict=False):
        if len(set(level)) > 1 or not level[0]:
            break
        common.append(level[0])
    return f"/{'/'.join(common)}/" if common else ROOT
