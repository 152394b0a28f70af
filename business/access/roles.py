"""The roles that come with the program. Modules say beside their permissions which of them get those."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from config.text import Text

OPERATOR: Final = "operator"
SHIFT_LEADER: Final = "shift-leader"
ENGINEER: Final = "engineer"
DISPATCHER: Final = "dispatcher"
TECHNICIAN: Final = "technician"
CASHIER: Final = "cashier"
ACCOUNTANT: Final = "accountant"
STEWARD: Final = "steward"
GUARD: Final = "guard"
MANAGER: Final = "manager"
REGIONAL_MANAGER: Final = "regional-manager"
OWNER: Final = "owner"
TENANT: Final = "tenant"
COMPANY_CLERK: Final = "company-clerk"
VIEWER: Final = "viewer"
AUDITOR: Final = "auditor"
SYSTEM: Final = "system-administrator"
SECURITY: Final = "security-administrator"

DEFAULT_ROLES: Mapping[str, Text] = MappingProxyType(
    {
        OPERATOR: Text("值班员", "Control room operator"),
        SHIFT_LEADER: Text("值班长", "Shift leader"),
        ENGINEER: Text("工程师", "Engineer"),
        DISPATCHER: Text("调度员", "Dispatcher"),
        TECHNICIAN: Text("维修工", "Technician"),
        CASHIER: Text("收费员", "Cashier"),
        ACCOUNTANT: Text("会计", "Accountant"),
        STEWARD: Text("客服管家", "Customer steward"),
        GUARD: Text("保安", "Guard"),
        MANAGER: Text("项目经理", "Manager"),
        REGIONAL_MANAGER: Text("区域经理", "Regional manager"),
        OWNER: Text("业主", "Owner"),
        TENANT: Text("租户", "Tenant"),
        COMPANY_CLERK: Text("入驻企业专员", "Company clerk"),
        VIEWER: Text("观察员", "Viewer"),
        AUDITOR: Text("审计管理员", "Auditor"),
        SYSTEM: Text("系统管理员", "System administrator"),
        SECURITY: Text("安全管理员", "Security administrator"),
    }
)

OPERATING: Final = frozenset({OPERATOR, SHIFT_LEADER, ENGINEER})
"""Who has a hand on the plant."""
CONTROL_ROOM: Final = OPERATING | {DISPATCHER, TECHNICIAN, GUARD, MANAGER, REGIONAL_MANAGER, VIEWER, SYSTEM}
"""Who sees the plant."""
MANAGING: Final = frozenset({MANAGER, REGIONAL_MANAGER})
OFFICE_STAFF: Final = MANAGING | {STEWARD, CASHIER, ACCOUNTANT}
"""Who works with the register of houses and people."""
RESIDENTS: Final = frozenset({OWNER, TENANT})
ALWAYS_OWN: Final = RESIDENTS | {COMPANY_CLERK}
"""Over what is their own alone, however they are granted."""
