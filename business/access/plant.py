"""The permissions for the plant in words, and the default roles that have them."""

from collections.abc import Mapping
from typing import Final

from business.access.model import Duty
from business.access.roles import AUDITOR, CONTROL_ROOM, OPERATING, SECURITY, SYSTEM
from config.site import Text

WATCH: Final = "plant.read"
"""The permission for the pages of the control room."""
PROCESSES: Final = "system.read"
"""The permission for the page that shows how Steward itself is."""

PERMISSIONS: Mapping[str, Text] = {
    WATCH: Text("查看设备与报警", "See the plant and its alarms"),
    PROCESSES: Text("查看系统状态", "See the state of Steward itself"),
    "point.operate": Text("操作设备", "Operate points"),
    "alarm.acknowledge": Text("确认报警", "Acknowledge alarms"),
    "device.tag": Text("挂牌与摘牌", "Hang and remove tags"),
    "device.retry": Text("重试设备", "Retry devices"),
    "point.substitute": Text("人工置数", "Substitute values"),
    "subsystem.limit-set": Text("切换限值组", "Switch limit sets"),
    "configuration.apply": Text("应用配置", "Apply configurations"),
}
DEFAULTS: Mapping[str, frozenset[str]] = {
    WATCH: CONTROL_ROOM,
    PROCESSES: CONTROL_ROOM | {SECURITY, AUDITOR},
    "point.operate": OPERATING,
    "alarm.acknowledge": OPERATING,
    "device.tag": OPERATING,
    "device.retry": OPERATING | {SYSTEM},
    "point.substitute": OPERATING,
    "subsystem.limit-set": OPERATING,
    "configuration.apply": frozenset({SYSTEM}),
}
DUTIES: Mapping[str, Duty] = {"configuration.apply": Duty.SYSTEM}
