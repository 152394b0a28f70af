"""What the commands of access do, each in one transaction."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import scopes
from business.access.catalogue import PERMISSIONS, duties_of
from business.access.first import prepare
from business.access.granting import (
    check_duties,
    give,
    giver,
    keeping_a_security_administrator,
    permissions_of,
    roles_of,
    take,
)
from business.access.held import path_of
from business.access.messages import (
    ChangeRole,
    CreateRole,
    CreateScope,
    GrantRole,
    GrantsChanged,
    MoveScope,
    PrepareAccess,
    RemoveRole,
    RemoveScope,
    RenameScope,
    RoleGranted,
    RolesChanged,
    ScopeCreated,
    ScopesChanged,
    WithdrawGrant,
)
from business.access.model import CODE_LENGTH, NAME_LENGTH, Duty, Grant, Role, RolePermission, Scope
from business.access.permission import ROOT
from business.access.refusals import Refusal
from business.access.roles import ALWAYS_OWN
from business.gate import Refused
from business.identity.model import User, count_access_up, plain_name
from config.text import Text


class Access:
    """The module of `BusinessActor` that owns scopes, roles and grants."""

    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """Roles are the group's; everything else is at a scope. Raises Refused."""
        match command:
            case CreateScope():
                return (path_of(scopes.find(session, command.parent)),)
            case RenameScope() | RemoveScope() | GrantRole():
                return (path_of(scopes.find(session, command.scope)),)
            case MoveScope():
                # What holds both, so that nobody carries a scope into or out of what is not his.
                return (_common(scopes.find(session, command.scope), scopes.find(session, command.parent)),)
            case WithdrawGrant():
                return (path_of(session.get_one(Scope, _grant(session, command.grant).scope_id)),)
            case _:
                return ()

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case PrepareAccess():
                prepare(session, command.project, Text(command.zh, command.en))
                return (ScopesChanged(0),)
            case CreateScope():
                parent = scopes.find(session, command.parent)
                made = scopes.create(session, parent, command.code, Text(command.zh, command.en))
                return (ScopeCreated(made.id),)
            case RenameScope():
                scopes.rename(scopes.find(session, command.scope), Text(command.zh, command.en))
                return (ScopesChanged(command.scope),)
            case MoveScope():
                scope = scopes.find(session, command.scope)
                scopes.move(session, scope, scopes.find(session, command.parent))
                return (ScopesChanged(scope.id),)
            case RemoveScope():
                scopes.remove(session, scopes.find(session, command.scope))
                return (ScopesChanged(command.scope),)
            case CreateRole():
                return self._create_role(session, command)
            case ChangeRole():
                return self._change_role(session, issuer, command)
            case RemoveRole():
                return self._remove_role(session, command)
            case GrantRole():
                return self._grant(session, issuer, command)
            case WithdrawGrant():
                grant = _grant(session, command.grant)
                take(session, giver(session, issuer, self._wall_ns()), grant)
                return (GrantsChanged(session.get_one(User, grant.user_id).name),)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of access")

    def _create_role(self, session: Session, command: CreateRole) -> tuple[Any, ...]:
        name = command.role.strip()
        if not 1 <= len(name) <= CODE_LENGTH or not all(
            1 <= len(part.strip()) <= NAME_LENGTH for part in (command.zh, command.en)
        ):
            raise Refused(
                said(
                    f"角色代号要有 1 到 {CODE_LENGTH} 个字符，中英文名称各 1 到 {NAME_LENGTH} 个字",
                    f"a role's name has 1 to {CODE_LENGTH} characters, each label 1 to {NAME_LENGTH}",
                )
            )
        if _find_role(session, name) is not None:
            raise Refused(
                said(
                    f"已有角色“{name}”；请换一个代号",
                    f"there is a role {name!r}; choose another name",
                )
            )
        role = Role(
            name=name,
            label_zh=command.zh.strip(),
            label_en=command.en.strip(),
            duty=_duty(command.permissions),
        )
        session.add(role)
        session.flush()
        _set_permissions(session, role, command.permissions)
        return (RolesChanged(role.name),)

    def _change_role(self, session: Session, issuer: Issuer, command: ChangeRole) -> tuple[Any, ...]:
        role, duty = existing_role(session, command.role), _duty(command.permissions)
        holders = session.scalars(select(User).join(Grant).where(Grant.role_id == role.id).distinct()).all()
        by = giver(session, issuer, self._wall_ns())
        if any(user.id == by.user_id for user in holders):
            raise Refused(
                said(
                    f"您自己担任角色“{role.label_zh}”，不能修改它；请由另一位安全管理员办理",
                    f"you hold the role {role.name!r} yourself and cannot change it; "
                    "ask another security administrator",
                )
            )
        role.duty = duty
        session.flush()
        for user in holders:
            check_duties(user, {each.duty for each in roles_of(session, user.id)})
        with keeping_a_security_administrator(session):
            _set_permissions(session, role, command.permissions)
        count_access_up(session)
        return (RolesChanged(role.name),)

    def _remove_role(self, session: Session, command: RemoveRole) -> tuple[Any, ...]:
        role = existing_role(session, command.role)
        if role.built_in:
            raise Refused(
                said(
                    f"“{role.label_zh}”是内置角色，可以修改，不能删除",
                    f"{role.name!r} came with the program: it can be changed, not removed",
                )
            )
        if session.scalar(select(Grant.id).where(Grant.role_id == role.id).limit(1)):
            raise Refused(
                said(
                    f"角色“{role.label_zh}”仍授予用户；请先全部收回",
                    f"the role {role.name!r} is still granted; withdraw it from everybody first",
                )
            )
        _set_permissions(session, role, ())
        session.flush()
        session.delete(role)
        return (RolesChanged(role.name),)

    def _grant(self, session: Session, issuer: Issuer, command: GrantRole) -> tuple[Any, ...]:
        user = session.scalar(select(User).where(User.name == plain_name(command.user)))
        if user is None:
            raise Refused(Refusal.UNKNOWN_USER)
        since, until = command.since_ns, command.until_ns
        if until is not None and until <= max(since or 0, self._wall_ns()):
            raise Refused(
                said("截止时间要在开始时间与现在之后", "the end must be after the beginning and after now")
            )
        role, scope = existing_role(session, command.role), scopes.find(session, command.scope)
        own = command.own or role.name in ALWAYS_OWN
        same = select(Grant.id).where(
            Grant.user_id == user.id,
            Grant.role_id == role.id,
            Grant.scope_id == scope.id,
            Grant.own == own,
        )
        if session.scalar(same):
            raise Refused(
                said(
                    f"用户“{user.name}”在“{scope.name_zh}”已有角色“{role.label_zh}”；要改期限请先收回",
                    f"user {user.name!r} has the role {role.name!r} at {scope.name_en!r} already; "
                    "withdraw it first to change its time",
                )
            )
        grant = Grant(role_id=role.id, scope_id=scope.id, own=own, since_ns=since, until_ns=until)
        give(session, giver(session, issuer, self._wall_ns()), user, grant)
        session.flush()
        return (RoleGranted(user.name, grant.id),)


def existing_role(session: Session, name: str) -> Role:
    """Raises Refused."""
    role = _find_role(session, name)
    if role is None:
        raise Refused(Refusal.UNKNOWN_ROLE)
    return role


def _find_role(session: Session, name: str) -> Role | None:
    return session.scalar(select(Role).where(Role.name == name))


def _grant(session: Session, grant_id: int) -> Grant:
    grant = session.get(Grant, grant_id)
    if grant is None:
        raise Refused(
            said(
                f"没有编号为 {grant_id} 的授权；请刷新列表", f"there is no grant {grant_id}; reload the list"
            )
        )
    return grant


def _duty(permissions: Iterable[str]) -> Duty:
    """The one duty of a role. Raises Refused for unknown permissions and for two duties."""
    if unknown := sorted(set(permissions) - set(PERMISSIONS)):
        raise Refused(
            said(
                f"没有权限“{unknown[0]}”；请刷新",
                f"there is no permission {unknown[0]!r}; reload the page",
            )
        )
    duties = duties_of(permissions)
    if len(duties) > 1:
        raise Refused(
            said(
                "一个角色不能兼有系统管理、安全管理与审计中两类权限（三员分立）；请分成两个角色",
                "a role cannot mix permissions of two of system, security and audit (separation of duties); "
                "make two roles",
            )
        )
    return next(iter(duties), Duty.NONE)


def _set_permissions(session: Session, role: Role, permissions: Iterable[str]) -> None:
    wanted, held = set(permissions), permissions_of(session, role)
    for name in sorted(held - wanted):
        session.delete(session.get_one(RolePermission, (role.id, name)))
    session.add_all(RolePermission(role_id=role.id, permission=name) for name in sorted(wanted - held))


def _common(scope: Scope, parent: Scope) -> str:
    above = scope.path.removesuffix(f"{scope.id}/")
    while not parent.path.startswith(above):
        above = above[: above.rstrip("/").rfind("/") + 1]
    return ROOT if above.count("/") <= 2 else above  # '/1/' is the group
