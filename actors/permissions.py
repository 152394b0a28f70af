"""What a person needs to give each command to the plant."""

from collections.abc import Mapping
from types import MappingProxyType

from actors.messages import (
    AcknowledgeAlarm,
    ApplyConfiguration,
    EndSubstitution,
    HangTag,
    OperatePoint,
    RemoveTag,
    RetryDevice,
    SelectPoint,
    SubstitutePoint,
    UseLimitSet,
)

PERMISSIONS: Mapping[type, str] = MappingProxyType(
    {
        SelectPoint: "point.operate",
        OperatePoint: "point.operate",
        AcknowledgeAlarm: "alarm.acknowledge",
        HangTag: "device.tag",
        RemoveTag: "device.tag",
        SubstitutePoint: "point.substitute",
        EndSubstitution: "point.substitute",
        RetryDevice: "device.retry",
        UseLimitSet: "subsystem.limit-set",
        ApplyConfiguration: "configuration.apply",
    }
)
"""What a person needs for each command; a class that is missing here is refused to everybody."""
URGENT: frozenset[type] = frozenset({AcknowledgeAlarm})
"""They depend neither on space for the audit (IEC 62443-3-3 SR 2.10: a log set aside takes them meanwhile)
nor on the business database: who was known last when its server went away may go on with them."""
