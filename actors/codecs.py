"""Which messages travel on which channel of the plant. `business` declares its own beside these."""

from actors import messages as m
from actors.wire import Codec

CONDITIONS = Codec(m.ConditionChanged, m.ConditionsRead, m.CommandResult, m.CanarySung)
"""Durable, field to core."""

HISTORY = Codec(m.TableDefined, m.History, m.HistoryChanges, m.HistoryTexts, m.HistoryGap)
"""Durable, field to historian."""

FIELD_COMMANDS = Codec(
    m.WritePoint,
    m.HangTag,
    m.RemoveTag,
    m.SubstitutePoint,
    m.EndSubstitution,
    m.RetryDevice,
    m.UseLimitSet,
    m.ReadConditions,
    m.SingCanary,
)
"""Commands, core to field."""

CORE_COMMANDS = Codec(
    m.SelectPoint,
    m.OperatePoint,
    m.AcknowledgeAlarm,
    m.HangTag,
    m.RemoveTag,
    m.SubstitutePoint,
    m.EndSubstitution,
    m.RetryDevice,
    m.UseLimitSet,
    m.ApplyConfiguration,
)
"""Commands, anyone to core's gate."""

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
    m.Journal,
    m.ReadCommands,
    m.ReadEndedCommands,
    m.Commands,
    m.ReadConfiguration,
    m.Configuration,
)
"""Queries and their answers, every process."""
