"""Commands and events of the organisation. Days travel as '2026-03-01'."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.roles import DISPATCHER, OFFICE_STAFF, OPERATING, SECURITY, SYSTEM
from config.text import Text

READ = "organisation.read"
MANAGE = "organisation.manage"
PERMISSIONS: Mapping[str, Text] = {
    READ: Text("查看组织架构", "See the organisation"),
    MANAGE: Text("管理组织架构", "Manage the organisation"),
}
DEFAULTS: Mapping[str, frozenset[str]] = {
    READ: OFFICE_STAFF | OPERATING | {DISPATCHER, SECURITY, SYSTEM},
    MANAGE: frozenset({SYSTEM}),
}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateDepartment:
    label: ClassVar[Text] = Text("新建部门", "Create a department")
    permission: ClassVar[str] = MANAGE
    name: str
    parent: int = 0
    """Id of the department above it; 0 at the top."""


@dataclass(frozen=True, slots=True)
class ChangeDepartment:
    """Its name and the department above it; everything below goes with it."""

    label: ClassVar[Text] = Text("修改部门", "Change a department")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "departments/{department}"
    department: int
    name: str
    parent: int


@dataclass(frozen=True, slots=True)
class MoveDepartment:
    """Among its siblings."""

    label: ClassVar[Text] = Text("调整部门顺序", "Move a department")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "departments/{department}"
    department: int
    before: int
    """Id of the sibling that it is to stand before; 0 for the last place."""


@dataclass(frozen=True, slots=True)
class DisableDepartment:
    """Nobody can be assigned to it any more."""

    label: ClassVar[Text] = Text("停用部门", "Disable a department")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "departments/{department}"
    department: int


@dataclass(frozen=True, slots=True)
class EnableDepartment:
    label: ClassVar[Text] = Text("恢复部门", "Enable a department")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "departments/{department}"
    department: int


@dataclass(frozen=True, slots=True)
class RemoveDepartment:
    """One that has nothing below it and to which nobody ever belonged."""

    label: ClassVar[Text] = Text("删除部门", "Remove a department")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "departments/{department}"
    department: int


@dataclass(frozen=True, slots=True)
class CreatePost:
    label: ClassVar[Text] = Text("新建岗位", "Create a post")
    permission: ClassVar[str] = MANAGE
    name: str
    certificates: str = ""


@dataclass(frozen=True, slots=True)
class ChangePost:
    label: ClassVar[Text] = Text("修改岗位", "Change a post")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "posts/{post}"
    post: int
    name: str
    certificates: str


@dataclass(frozen=True, slots=True)
class DisablePost:
    """Nobody can be assigned to it any more."""

    label: ClassVar[Text] = Text("停用岗位", "Disable a post")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "posts/{post}"
    post: int


@dataclass(frozen=True, slots=True)
class EnablePost:
    label: ClassVar[Text] = Text("恢复岗位", "Enable a post")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "posts/{post}"
    post: int


@dataclass(frozen=True, slots=True)
class RemovePost:
    """One that nobody ever held."""

    label: ClassVar[Text] = Text("删除岗位", "Remove a post")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "posts/{post}"
    post: int


@dataclass(frozen=True, slots=True)
class AssignMember:
    """Somebody may belong to several departments at once, and once to each."""

    label: ClassVar[Text] = Text("安排人员", "Assign a member")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "users/{user}"
    user: str
    department: int
    post: int
    """0 for none."""
    since: str
    until: str = ""
    """The last day, itself included; '' for an open end."""


@dataclass(frozen=True, slots=True)
class ChangeMembership:
    """Its post and its days, also to end it."""

    label: ClassVar[Text] = Text("修改任职", "Change a membership")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "memberships/{membership}"
    membership: int
    post: int
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class RemoveMembership:
    """One that was entered by mistake; one that is over is ended by a last day and stays."""

    label: ClassVar[Text] = Text("删除任职", "Remove a membership")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "memberships/{membership}"
    membership: int


COMMANDS: tuple[type, ...] = (
    CreateDepartment,
    ChangeDepartment,
    MoveDepartment,
    DisableDepartment,
    EnableDepartment,
    RemoveDepartment,
    CreatePost,
    ChangePost,
    DisablePost,
    EnablePost,
    RemovePost,
    AssignMember,
    ChangeMembership,
    RemoveMembership,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DepartmentChanged:
    department: int


@dataclass(frozen=True, slots=True)
class PostChanged:
    post: int


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    membership: int
