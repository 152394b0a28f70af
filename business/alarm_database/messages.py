"""The command that defines alarms, and who may see and define them.

Defining is a permission of its own: the engineer who knows the plant says what its alarms mean, without a
hand on networks, secrets and people. What is defined counts when a version is put in force, which is another
permission.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from business.access.roles import AUDITOR, CONTROL_ROOM, ENGINEER, SYSTEM
from config.text import Text

READ: Final = "alarm-definition.read"
DEFINE: Final = "alarm-definition.change"
PERMISSIONS: Mapping[str, Text] = {
    READ: Text("查看报警主数据库", "See the master alarm database"),
    DEFINE: Text("修改报警定义", "Define alarms"),
}
DEFAULTS: Mapping[str, frozenset[str]] = {
    READ: CONTROL_ROOM | {AUDITOR},
    DEFINE: frozenset({ENGINEER, SYSTEM}),
}


@dataclass(frozen=True, slots=True)
class AlarmDefinition:
    """What one device has instead of what its profile says of one alarm."""

    device: str
    point: str
    """'' for an alarm that every device has."""
    rule: str
    table: str
    """JSON, as it stands in an `[[alarm]]` table; 'null' for what the profile says, and nothing else."""


@dataclass(frozen=True, slots=True)
class DefineAlarms:
    """Store a new version of the configuration in which some alarms are others, and nothing else is."""

    label: ClassVar[Text] = Text("修改报警定义", "Define alarms")
    permission: ClassVar[str] = DEFINE
    base: int
    """The version that was edited."""
    newest: int
    """The newest version that the author has seen; with a newer one, somebody was faster."""
    alarms: tuple[AlarmDefinition, ...]
    reason: str


COMMANDS: tuple[type, ...] = (DefineAlarms,)
"""Carried out by the module of the configuration: what they make is a version."""
