"""What the twin of a server plays: variables and conditions, as clients see them."""

import math
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from asyncua import ua
from asyncua.common.events import Event as ServerEvent

from config.site import Point
from drivers.opcua.addresses import NodeAddress, PathAddress
from drivers.opcua.events import ALARM
from drivers.opcua.nodes import node
from drivers.opcua.schema import Show
from drivers.twin import Fault

_FAULTS = {
    Fault.SILENT: ua.StatusCodes.BadNoCommunication,
    Fault.BUSY: ua.StatusCodes.BadWaitingForInitialData,
    Fault.FAILED: ua.StatusCodes.BadDeviceFailure,
}
"""A device behind a server that answers: what the server says of its nodes."""


@dataclass(slots=True)
class Variable:
    """One variable and the points that show it: one, or elements of it by index."""

    device: str
    kind: ua.VariantType
    address: NodeAddress | PathAddress
    root: NodeAddress
    id: ua.NodeId | None = None
    points: dict[int | None, Point] = field(default_factory=dict)
    values: dict[int | None, float | str] = field(default_factory=dict)

    def data_value(self, fault: Fault) -> ua.DataValue:
        now = datetime.now(UTC)
        status = ua.StatusCode(ua.UInt32(_FAULTS.get(fault, ua.StatusCodes.Good)))
        if None in self.points:
            held: Any = self._typed(self.values[None])
            if isinstance(held, float) and math.isnan(held) and fault is Fault.NONE:
                status = ua.StatusCode(ua.UInt32(ua.StatusCodes.BadSensorFailure))
        else:
            size = 1 + max(index for index in self.points if index is not None)
            held = [self._typed(self.values.get(at, 0.0)) for at in range(size)]
        return ua.DataValue(ua.Variant(held, self.kind), status, now, now)  # type: ignore[arg-type]

    def take(self, held: Any) -> list[tuple[Point, float | str]]:
        """What a client wrote, unscaled, by the points that it changes."""
        parts = {None: held} if None in self.points else dict(enumerate(held))
        changed = []
        for index, value in parts.items():
            value = value if isinstance(value, str) else float(value)
            if index in self.points and self.values[index] != value:
                self.values[index] = value
                changed.append((self.points[index], value))
        return changed

    def _typed(self, value: float | str) -> Any:
        if isinstance(value, str) or self.kind is ua.VariantType.Double:
            return value
        return 0 if math.isnan(value) else round(value)


@dataclass(slots=True)
class PlayedCondition:
    source: str
    name: str
    active: bool = False
    acknowledged: bool = True
    severity: int = 500
    message: str = ""
    event_id: bytes = b""
    """Names its present state, also after a restart."""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    """When it went into that."""

    @property
    def id(self) -> ua.NodeId:
        return node(f"{self.source}/{self.name}", 1)

    def acknowledge(self, event_id: object) -> ua.StatusCode:
        """As the method of Part 9 answers."""
        code = ua.StatusCodes.Good
        if event_id != self.event_id:
            code = ua.StatusCodes.BadEventIdUnknown
        elif self.acknowledged:
            code = ua.StatusCodes.BadConditionBranchAlreadyAcked
        else:
            self.acknowledged = True
            self._changed()
        return ua.StatusCode(ua.UInt32(code))

    def put(self, show: Show, value: float | str) -> None:
        self._changed()
        match show:
            case Show.ACTIVE:
                self.active = bool(value)
            case Show.ACKNOWLEDGED:
                self.acknowledged = bool(value)
            case Show.SEVERITY if not isinstance(value, str):
                self.severity = round(value)
            case Show.MESSAGE:
                self.message = str(value)
            case _:
                pass  # of the rest: nothing here raises what nobody names

    def value(self, show: Show) -> float | str:
        match show:
            case Show.ACKNOWLEDGED:
                return float(self.acknowledged)
            case Show.SEVERITY:
                return float(self.severity if self.active else 0)
            case Show.MESSAGE | Show.LATEST:
                return self.message
            case _:
                return float(self.active)

    def event(self, source_node: ua.NodeId) -> ServerEvent:
        text, flag, id_ = ua.VariantType.String, ua.VariantType.Boolean, ua.VariantType.NodeId
        told: dict[str, tuple[Any, ua.VariantType]] = {
            "EventId": (self.event_id, ua.VariantType.ByteString),
            "EventType": (node(ALARM), id_),
            "SourceNode": (source_node, id_),
            "SourceName": (self.source, text),
            "Time": (self.since, ua.VariantType.DateTime),
            "Message": (ua.LocalizedText(self.message), ua.VariantType.LocalizedText),
            "Severity": (self.severity, ua.VariantType.UInt16),
            "NodeId": (self.id, id_),
            "ConditionName": (self.name, text),
            "Retain": (self.active or not self.acknowledged, flag),
            "EnabledState/Id": (True, flag),
            "AckedState/Id": (self.acknowledged, flag),
            "ActiveState/Id": (self.active, flag),
        }
        event = ServerEvent(node(ua.ObjectIds.Server))
        for name, (value, kind) in told.items():
            event.add_property(name, value, kind)
        return event

    def _changed(self) -> None:
        self.event_id, self.since = uuid.uuid4().bytes, datetime.now(UTC)
