"""What every database begins with: default roles, the group, a company, the project of its site."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.access import scopes
from business.access.catalogue import DEFAULTS, PERMISSIONS, duties_of
from business.access.model import NAME_LENGTH, Duty, Grant, Role, RolePermission, Scope, ScopeKind, Shipped
from business.access.roles import DEFAULT_ROLES
from business.identity.model import count_access_up
from config.text import Text

COMPANY = "company"
_SHIPPED = frozenset(f"role:{name}" for name in DEFAULT_ROLES) | {f"permission:{one}" for one in PERMISSIONS}


def is_prepared(session: Session, project: str) -> bool:
    """Whether nothing is to be written: the usual start."""
    return _shipped(session) >= _SHIPPED and scopes.project(session, project) is not None


def prepare(session: Session, project: str, name: Text) -> None:
    """Write what has not been written yet; what somebody has changed or removed since stays so."""
    shipped = _shipped(session)
    for role in DEFAULT_ROLES:
        if f"role:{role}" not in shipped:
            _role(session, role)
    roles = {role.name: role for role in session.scalars(select(Role))}
    given = {(one.role_id, one.permission) for one in session.scalars(select(RolePermission))}
    for permission in PERMISSIONS:
        if f"permission:{permission}" not in shipped:
            for role in sorted(DEFAULTS.get(permission, frozenset()) & roles.keys()):
                if (roles[role].id, permission) not in given:
                    _add(session, roles[role], permission)
    session.add_all(Shipped(name=one) for one in sorted(_SHIPPED - shipped))
    group = scopes.group(session) or scopes.create(session, None, "group", Text("集团", "Group"))
    if scopes.project(session, project) is None:
        first = select(Scope).where(Scope.kind == ScopeKind.COMPANY).order_by(Scope.id).limit(1)
        company = session.scalar(first) or scopes.create(session, group, COMPANY, Text("公司", "Company"))
        # A site's name may be longer than a scope's.
        scopes.create(session, company, project, Text(name.zh[:NAME_LENGTH], name.en[:NAME_LENGTH]))
    count_access_up(session)


def _role(session: Session, name: str) -> None:
    role = session.scalar(select(Role).where(Role.name == name))
    if role is None:  # a migration may have made it, for those who had it before roles were data
        role = Role(name=name)
        session.add(role)
    label = DEFAULT_ROLES[name]
    role.label_zh, role.label_en, role.built_in, role.duty = label.zh, label.en, True, Duty.NONE
    session.flush()


def _add(session: Session, role: Role, permission: str) -> None:
    """Unless somebody has made of the role what may not have this permission (S-21)."""
    duty = next(iter(duties_of((permission,))), Duty.NONE)
    if duty:
        holders = select(Grant.user_id).where(Grant.role_id == role.id)
        others = select(Role.duty).join(Grant).where(Grant.user_id.in_(holders)).distinct()
        if {role.duty, *session.scalars(others)} - {Duty.NONE, duty}:
            return
        role.duty = duty
    session.add(RolePermission(role_id=role.id, permission=permission))


def _shipped(session: Session) -> set[str]:
    return set(session.scalars(select(Shipped.name)))
