"""Commands and events of access: scopes, roles, grants."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.model import Duty
from business.access.roles import REGIONAL_MANAGER, SECURITY
from config.text import Text

MANAGE = "access.manage"
DELEGATE = "access.delegate"
SCOPES = "scope.manage"
USERS = "user.manage"
"""Of identity, which owns the users; here for the roles that go with it."""

PERMISSIONS: Mapping[str, Text] = {
    MANAGE: Text("管理角色与授权", "Manage roles and grants"),
    DELEGATE: Text("在辖区内转授角色", "Pass on roles within one's scope"),
    SCOPES: Text("管理组织范围", "Manage scopes"),
    USERS: Text("管理用户", "Manage users"),
}
DEFAULTS: Mapping[str, frozenset[str]] = {
    MANAGE: frozenset({SECURITY}),
    DELEGATE: frozenset({SECURITY, REGIONAL_MANAGER}),
    SCOPES: frozenset({SECURITY}),
    USERS: frozenset({SECURITY, REGIONAL_MANAGER}),
}
DUTIES: Mapping[str, Duty] = dict.fromkeys(PERMISSIONS, Duty.SECURITY)

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PrepareAccess:
    """What the program itself begins with: default roles, the group, a company, the project of its site."""

    label: ClassVar[Text] = Text("建立默认角色与范围", "Set up default roles and scopes")
    about: ClassVar[str] = "scopes/{project}"
    project: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class CreateScope:
    """Below the scope `parent`, of the kind that stands there."""

    label: ClassVar[Text] = Text("新建范围", "Create a scope")
    permission: ClassVar[str] = SCOPES
    parent: int
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RenameScope:
    label: ClassVar[Text] = Text("重命名范围", "Rename a scope")
    permission: ClassVar[str] = SCOPES
    about: ClassVar[str] = "scopes/{scope}"
    scope: int
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class MoveScope:
    """With everything below it."""

    label: ClassVar[Text] = Text("移动范围", "Move a scope")
    permission: ClassVar[str] = SCOPES
    about: ClassVar[str] = "scopes/{scope}"
    scope: int
    parent: int


@dataclass(frozen=True, slots=True)
class RemoveScope:
    """Only while nothing is below it, at it or of it."""

    label: ClassVar[Text] = Text("删除范围", "Remove a scope")
    permission: ClassVar[str] = SCOPES
    about: ClassVar[str] = "scopes/{scope}"
    scope: int


@dataclass(frozen=True, slots=True)
class CreateRole:
    label: ClassVar[Text] = Text("新建角色", "Create a role")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "roles/{role}"
    role: str
    zh: str
    en: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeRole:
    """All of its permissions, as they are to be from now on."""

    label: ClassVar[Text] = Text("修改角色权限", "Change a role")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "roles/{role}"
    role: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RemoveRole:
    label: ClassVar[Text] = Text("删除角色", "Remove a role")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "roles/{role}"
    role: str


@dataclass(frozen=True, slots=True)
class GrantRole:
    """Give a user a role at a scope and everything below it."""

    label: ClassVar[Text] = Text("授予角色", "Grant a role")
    permission: ClassVar[str] = DELEGATE
    about: ClassVar[str] = "users/{user}"
    user: str
    role: str
    scope: int = 0
    """0 for the whole group."""
    own: bool = False
    since_ns: int | None = None
    until_ns: int | None = None


@dataclass(frozen=True, slots=True)
class WithdrawGrant:
    label: ClassVar[Text] = Text("收回角色", "Withdraw a grant")
    permission: ClassVar[str] = DELEGATE
    about: ClassVar[str] = "grants/{grant}"
    grant: int


COMMANDS: tuple[type, ...] = (
    PrepareAccess,
    CreateScope,
    RenameScope,
    MoveScope,
    RemoveScope,
    CreateRole,
    ChangeRole,
    RemoveRole,
    GrantRole,
    WithdrawGrant,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ScopeCreated:
    scope: int

    @property
    def answer(self) -> str:
        return str(self.scope)


@dataclass(frozen=True, slots=True)
class ScopesChanged:
    scope: int


@dataclass(frozen=True, slots=True)
class RolesChanged:
    role: str


@dataclass(frozen=True, slots=True)
class RoleGranted:
    user: str
    grant: int

    @property
    def answer(self) -> str:
        return str(self.grant)


@dataclass(frozen=True, slots=True)
class GrantsChanged:
    user: str
