"""Words of the pages of users, roles and scopes."""

from typing import Final

from business.access.model import Duty, ScopeKind
from config.text import Text

ROLES = Text("角色", "Roles")
SCOPES = Text("组织范围", "Scopes")
GRANTS = Text("角色与范围", "Roles and scopes")
GRANTED = Text("{scope}的{role}", "{role} @ {scope}")
GRANTED_OWN = Text("{scope}的{role}（仅本人）", "{role} @ {scope} (own only)")
SINCE = Text("自 {time}", "from {time}")
UNTIL = Text("至 {time}", "until {time}")
NO_GRANTS = Text("没有角色：只能登录", "No role: may only log in")
GRANT = Text("授予角色", "Grant a role")
GRANT_TO = Text("授予 {user} 角色", "Grant {user} a role")
WITHDRAW = Text("收回", "Withdraw")
SCOPE = Text("范围", "Scope")
OWN_ONLY = Text("仅限本人名下", "Only over what is their own")
LAST_DAY = Text("最后一天（可不填），如 2026-12-31", "Last day (may be empty), such as 2026-12-31")
VACANT = Text(
    "还没有人担任：{duties}。请新建用户并授予相应角色。",
    "Nobody has: {duties}. Add a user and grant the role.",
)
DUTY = Text("管理职责", "Duty")
DUTIES: Final[dict[Duty, Text]] = {
    Duty.NONE: Text("无", "None"),
    Duty.SYSTEM: Text("系统管理", "System administration"),
    Duty.SECURITY: Text("安全管理", "Security administration"),
    Duty.AUDIT: Text("审计", "Audit"),
}
KINDS: Final[dict[ScopeKind, Text]] = {
    ScopeKind.GROUP: Text("集团", "Group"),
    ScopeKind.COMPANY: Text("公司", "Company"),
    ScopeKind.PROJECT: Text("项目", "Project"),
    ScopeKind.BUILDING: Text("楼栋", "Building"),
}
CODE = Text("代号", "Code")
CHINESE_NAME = Text("中文名称", "Chinese name")
ENGLISH_NAME = Text("英文名称", "English name")
BUILT_IN = Text("内置", "Built in")
HOLDERS = Text("用户数", "Users")
PERMISSION = Text("权限", "Permission")
PERMISSIONS = Text("权限矩阵", "Permission matrix")
PERMISSIONS_OF = Text("{role} 的权限", "Permissions of {role}")
ADD_ROLE = Text("新建角色", "Add role")
CHANGE = Text("修改权限", "Change")
REMOVE = Text("删除", "Remove")
ADD_BELOW = Text("新建下级", "Add below")
ADD_BELOW_OF = Text("在 {scope} 之下新建", "Add below {scope}")
RENAME = Text("重命名", "Rename")
RENAME_OF = Text("重命名 {scope}", "Rename {scope}")
MOVE = Text("移动", "Move")
MOVE_OF = Text("把 {scope} 移到", "Move {scope} below")
