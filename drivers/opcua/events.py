"""Which fields of events are asked for, and what they say (Part 5, 6.4; Part 9, 5)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from asyncua import ua

from drivers.opcua.conditions import Occurrence
from drivers.opcua.nodes import node
from drivers.opcua.values import text

BASE, CONDITION, ACKNOWLEDGEABLE, ALARM = 2041, 2782, 2881, 2915
"""Event types."""
REFRESH_START, REFRESH_END, REFRESH_REQUIRED = 2787, 2788, 2789
QUEUE_OVERFLOW = 3035
CONDITION_REFRESH, ACKNOWLEDGE, CONFIRM = 3875, 9111, 9113
"""Methods of ConditionType and AcknowledgeableConditionType."""

_FIELDS: Sequence[tuple[int, tuple[str, ...]]] = (
    (BASE, ("EventType",)),
    (BASE, ("SourceNode",)),
    (BASE, ("SourceName",)),
    (BASE, ("Time",)),
    (BASE, ("Message",)),
    (BASE, ("Severity",)),
    (CONDITION, ()),  # its node id: the ConditionId
    (CONDITION, ("ConditionName",)),
    (CONDITION, ("BranchId",)),
    (CONDITION, ("Retain",)),
    (CONDITION, ("EnabledState", "Id")),
    (ACKNOWLEDGEABLE, ("AckedState", "Id")),
    (ALARM, ("ActiveState", "Id")),
    (BASE, ("EventId",)),
    (ACKNOWLEDGEABLE, ("ConfirmedState", "Id")),
)
_HOUSEKEEPING = frozenset(
    number
    for name, number in vars(ua.ObjectIds).items()
    if name.endswith("EventType") and (name.startswith("Audit") or "Change" in name or "Refresh" in name)
) | {QUEUE_OVERFLOW}
"""What a server tells of itself: no event of the plant."""


def event_filter() -> ua.EventFilter:
    clauses = [
        ua.SimpleAttributeOperand(
            TypeDefinitionId=node(kind),
            BrowsePath=[ua.QualifiedName(step, 0) for step in path],
            AttributeId=ua.AttributeIds.Value if path else ua.AttributeIds.NodeId,
        )
        for kind, path in _FIELDS
    ]
    return ua.EventFilter(SelectClauses=clauses)


def refresh_request(subscription: int) -> ua.CallRequest:
    """Ask for an event of each condition that is retained (Part 9, 5.5.7)."""
    return _call(node(CONDITION), CONDITION_REFRESH, ua.Variant(subscription, ua.VariantType.UInt32))


def answer_request(method: int, event: Occurrence, comment: str) -> ua.CallRequest:
    """ACKNOWLEDGE or CONFIRM the state of a condition that this event told (Part 9, 5.7.3 and 5.7.4)."""
    return _call(
        ua.NodeId.from_string(event.condition_node),
        method,
        ua.Variant(event.event_id, ua.VariantType.ByteString),
        ua.Variant(ua.LocalizedText(comment), ua.VariantType.LocalizedText),
    )


def _call(object_: ua.NodeId, method: int, *arguments: ua.Variant) -> ua.CallRequest:
    request = ua.CallRequest()
    request.Parameters.MethodsToCall = [
        ua.CallMethodRequest(ObjectId=object_, MethodId=node(method), InputArguments=list(arguments))
    ]
    return request


def kind_of(fields: Sequence[Any]) -> int:
    """The number of its event type where that is of the standard itself, else 0."""
    kind = fields[0] if fields else None
    if isinstance(kind, ua.NodeId) and not kind.NamespaceIndex and isinstance(kind.Identifier, int):
        return kind.Identifier
    return 0


def occurrence(fields: Sequence[Any], now_ns: int) -> Occurrence | None:
    """None for what a server tells of itself, and for what has not the fields that were asked for."""
    if len(fields) != len(_FIELDS) or kind_of(fields) in _HOUSEKEEPING:
        return None
    _, node, source, time, message, severity, id_, name, branch, retain, enabled, acked, active = fields[:13]
    event_id, confirmed = fields[13:]
    source_node, condition = _id(node), text(name) or ""
    return Occurrence(
        source=text(source) or "",
        source_node=source_node,
        condition=condition,
        id=_id(id_) or (f"{source_node}/{condition}" if condition else ""),
        branch=_id(branch),
        retain=bool(retain),
        active=active if isinstance(active, bool) else None,
        acknowledged=acked is not False,
        enabled=enabled is not False,
        severity=severity if isinstance(severity, int) else 0,
        message=text(message) or "",
        time_ns=_nanoseconds(time) or now_ns,
        event_id=event_id if isinstance(event_id, bytes) else b"",
        condition_node=_id(id_),
        confirmed=confirmed is not False,
    )


def _id(node: Any) -> str:
    if not isinstance(node, ua.NodeId) or node.is_null():
        return ""
    return str(node.to_string())


def _nanoseconds(time: Any) -> int:
    if not isinstance(time, datetime):
        return 0
    seconds = time.replace(tzinfo=time.tzinfo or UTC).timestamp()
    return int(seconds * 1e6) * 1000 if 0 < seconds < 2**33 else 0
