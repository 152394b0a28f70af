"""What a person needs to give each command to the plant."""

from collections.abc import Mapping
from types import MappingProxyType

from actors.messages import (
    AcknowledgeAlarm,
    ApplyConfiguration,
    ConfirmRun,
    EndArea,
    EndSubstitution,
    HangTag,
    OperatePoint,
    PushButton,
    RaiseEvent,
    RecordVerdict,
    RejectRun,
    ReleasePoint,
    RemoveFromService,
    RemoveTag,
    ResetAlarm,
    RestoreRun,
    RetryDevice,
    ReturnToService,
    SelectPoint,
    SetArea,
    ShelveAlarm,
    SilenceAlarm,
    StopRun,
    SubstitutePoint,
    TickStep,
    UnshelveAlarm,
    UseLimitSet,
    WithdrawSelection,
)

PERMISSIONS: Mapping[type, str] = MappingProxyType(
    {
        SelectPoint: "point.operate",
        OperatePoint: "point.operate",
        WithdrawSelection: "point.operate",
        AcknowledgeAlarm: "alarm.acknowledge",
        SilenceAlarm: "alarm.acknowledge",
        TickStep: "alarm.acknowledge",
        ResetAlarm: "alarm.acknowledge",
        RecordVerdict: "alarm.acknowledge",
        ShelveAlarm: "alarm.shelve",
        UnshelveAlarm: "alarm.shelve",
        RemoveFromService: "alarm.service",
        ReturnToService: "alarm.service",
        SetArea: "alarm.mode",
        EndArea: "alarm.mode",
        HangTag: "device.tag",
        RemoveTag: "device.tag",
        SubstitutePoint: "point.substitute",
        EndSubstitution: "point.substitute",
        RetryDevice: "device.retry",
        UseLimitSet: "subsystem.limit-set",
        ApplyConfiguration: "configuration.apply",
        PushButton: "linkage.start",
        RaiseEvent: "linkage.start",
        ConfirmRun: "linkage.confirm",
        RejectRun: "linkage.confirm",
        StopRun: "linkage.stop",
        RestoreRun: "linkage.stop",
        ReleasePoint: "linkage.stop",
    }
)
"""What a person needs for each command; a class that is missing here is refused to everybody."""
URGENT: frozenset[type] = frozenset({AcknowledgeAlarm, SilenceAlarm})
"""They depend neither on space for the audit (IEC 62443-3-3 SR 2.10: a log set aside takes them meanwhile)
nor on the business database: who was known last when its server went away may go on with them."""
LINKAGE: frozenset[type] = frozenset(
    {PushButton, RaiseEvent, ConfirmRun, RejectRun, StopRun, RestoreRun, ReleasePoint}
)
"""Commands that the executor of linkage carries out."""
