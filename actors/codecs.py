"""Which messages travel on which channel of the plant. `business` declares its own beside these."""

from collections.abc import Sequence

from actors import messages as m
from actors.wire import Codec

CONDITIONS = Codec(m.ConditionChanged, m.ConditionsRead, m.CommandResult)
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
    m.ReadAlarms,
    m.Alarms,
    m.ReadJournal,
    m.Journal,
    m.ReadConfiguration,
    m.Configuration,
)
"""Queries and their answers, every process."""


def condense(bodies: Sequence[bytes]) -> list[bytes]:
    """What is kept of history that is given up: the definitions later rows need, and one gap."""
    kept: list[bytes] = []
    times: list[int] = []
    rows = 0
    for body in bodies:
        message = HISTORY.decode(body)
        match message:
            case m.TableDefined():
                kept.append(body)
            case m.HistoryGap(since_ns, until_ns, count):
                times += [since_ns, until_ns]
                rows += count
            case m.History():
                times += [int(message.time_ns.min()), int(message.time_ns.max())]
                rows += message.values.size
            case _:
                times += [int(message.time_ns.min()), int(message.time_ns.max())]
                rows += len(message.time_ns)
    if times:
        reason = "the outbox reached its budget while the historian was away"
        kept.append(HISTORY.encode(m.HistoryGap(min(times), max(times), rows, reason)))
    return kept
