"""The permissions for the plant in words, and the default roles that have them."""

from collections.abc import Mapping
from typing import Final

from business.access.model import Duty
from business.access.roles import AUDITOR, CONTROL_ROOM, GUARD, MANAGER, OPERATING, SECURITY, SYSTEM
from config.text import Text

WATCH: Final = "plant.read"
"""The permission for the pages of the control room."""
PROCESSES: Final = "system.read"
"""The permission for the page that shows how Steward itself is."""

PICTURES: Final = "camera.read"
"""The permission for what cameras see."""

PERMISSIONS: Mapping[str, Text] = {
    WATCH: Text("查看设备与报警", "See the plant and its alarms"),
    PROCESSES: Text("查看系统状态", "See the state of Steward itself"),
    PICTURES: Text("查看摄像机画面", "See the pictures of cameras"),
    "point.operate": Text("操作设备", "Operate points"),
    "alarm.acknowledge": Text("确认、消音、复位与处置报警", "Acknowledge, silence, reset and answer alarms"),
    "alarm.shelve": Text("搁置报警", "Shelve alarms"),
    "alarm.service": Text("报警退出服务", "Take alarms out of service"),
    "alarm.mode": Text("设置测试、演练与施工状态", "Set test, drill and works modes"),
    "device.tag": Text("挂牌与摘牌", "Hang and remove tags"),
    "device.retry": Text("重试设备", "Retry devices"),
    "point.substitute": Text("人工置数", "Substitute values"),
    "subsystem.limit-set": Text("切换限值组", "Switch limit sets"),
    "configuration.apply": Text("应用配置", "Apply configurations"),
    "linkage.start": Text("手动启动联动预案", "Start linkage plans by hand"),
    "linkage.confirm": Text("核实联动信号", "Verify the signals of plans"),
    "linkage.stop": Text("停止与恢复联动", "Stop plans and restore what they wrote"),
}
DEFAULTS: Mapping[str, frozenset[str]] = {
    WATCH: CONTROL_ROOM,
    PROCESSES: CONTROL_ROOM | {SECURITY, AUDITOR},
    PICTURES: OPERATING | {GUARD, MANAGER},
    "point.operate": OPERATING,
    "alarm.acknowledge": OPERATING,
    "alarm.shelve": OPERATING,
    "alarm.service": OPERATING,
    "alarm.mode": OPERATING,
    "device.tag": OPERATING,
    "device.retry": OPERATING | {SYSTEM},
    "point.substitute": OPERATING,
    "subsystem.limit-set": OPERATING,
    "configuration.apply": frozenset({SYSTEM}),
    "linkage.start": OPERATING,
    "linkage.confirm": OPERATING,
    "linkage.stop": OPERATING,
}
DUTIES: Mapping[str, Duty] = {"configuration.apply": Duty.SYSTEM}
