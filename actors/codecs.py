"""Which messages travel on which channel of the plant. `business` declares its own beside these."""

from actors import messages as m
from actors.wire import Codec

CONDITIONS = Codec(
    m.ConditionChanged,
    m.ConditionsRead,
    m.DeviceAcknowledged,
    m.LimitSetUsed,
    m.CommandResult,
    m.CanarySung,
)
"""Durable, field to core."""

HISTORY = Codec(m.TableDefined, m.History, m.HistoryChanges, m.HistoryTexts, m.HistoryGap)
"""Durable, field to historian."""

FIELD_COMMANDS = Codec(
    m.WritePoint,
    m.PassAcknowledgement,
    m.HangTag,
    m.RemoveTag,
    m.SubstitutePoint,
    m.EndSubstitution,
    m.RetryDevice,
    m.UseLimitSet,
    m.ReadConditions,
    m.SingCanary,
    m.TakePost,
)
"""Commands, core to field."""

POSTS = Codec(m.TakePost)
"""What the office site hands to field: posts of outside systems, and no other command."""

CORE_COMMANDS = Codec(
    m.SelectPoint,
    m.OperatePoint,
    m.WithdrawSelection,
    m.AcknowledgeAlarm,
    m.SilenceAlarm,
    m.ResetAlarm,
    m.ShelveAlarm,
    m.UnshelveAlarm,
    m.RemoveFromService,
    m.ReturnToService,
    m.TickStep,
    m.RecordVerdict,
    m.SetArea,
    m.EndArea,
    m.HangTag,
    m.RemoveTag,
    m.SubstitutePoint,
    m.EndSubstitution,
    m.RetryDevice,
    m.UseLimitSet,
    m.ApplyConfiguration,
    m.PushButton,
    m.ConfirmRun,
    m.RejectRun,
    m.StopRun,
    m.RestoreRun,
    m.ReleasePoint,
    m.RaiseEvent,
)
"""Commands, anyone to core's gate."""

RECORDED = CORE_COMMANDS.with_further(m.WritePoint)
"""What the gate records: commands of persons, and what plans write."""

QUERIES = Codec(
    m.ReadSnapshot,
    m.Snapshot,
    m.ReadTree,
    m.Tree,
    m.ReadTrend,
    m.Trend,
    m.ReadHistory,
    m.HistoryPage,
    m.CountHistory,
    m.HistoryCount,
    m.ReadAlarms,
    m.Alarms,
    m.ReadJournal,
    m.FollowJournal,
    m.Journal,
    m.ReadCommands,
    m.ReadEndedCommands,
    m.Commands,
    m.ReadConfiguration,
    m.Configuration,
    m.ReadRuns,
    m.Runs,
    m.ReadRun,
    m.RunRead,
    m.ReadHeldPoints,
    m.HeldPoints,
    m.ReadRequests,
    m.Requests,
    m.ReadPoints,
    m.PointsRead,
)
"""Queries and their answers, every process."""
