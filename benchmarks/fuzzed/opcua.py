"""OPC UA: chunks of a channel, and what they bring: values, events, structures, answers to browsing.

`opcua` begins with the socket; the others begin where its message is complete, so that more of their mutants
get as far as the values.
"""

import asyncio
import struct
from datetime import UTC, datetime
from typing import Any

from asyncua import ua
from asyncua.client.ua_client import UASocketState
from asyncua.crypto.security_policies import SecurityPolicyNone
from asyncua.ua.ua_binary import struct_to_binary, uatcp_to_binary

from benchmarks.fuzzed.target import Target
from drivers.driver import BAD
from drivers.errors import LinkError
from drivers.opcua.addresses import NodeAddress
from drivers.opcua.bounded import Bounded
from drivers.opcua.conditions import Conditions, Watcher
from drivers.opcua.events import event_filter
from drivers.opcua.items import NodeItem, NotifierItem, View, Viewer
from drivers.opcua.nodes import node
from drivers.opcua.reading import published, read_results
from drivers.opcua.schema import Event, Show, Source
from drivers.opcua.structures import Definition, Field, Kind
from drivers.opcua.values import Selector
from drivers.opcua.wire import Refused, Wire, decoded
from drivers.samples import Samples

_NOW = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
_NOW_NS = 1_704_164_645_000_000_000
_CHANNEL, _TOKEN = 7, 13
_OUTER = node(5002, 2)
_INNER_TYPE = Definition("Inner", Kind.OPTIONAL, [Field("low", ua.VariantType.Double, is_optional=True)])
_TYPES = {
    _OUTER: Definition(
        "Outer",
        Kind.PLAIN,
        [
            Field("label", ua.VariantType.String),
            Field("limits", _INNER_TYPE),
            Field("history", _INNER_TYPE, dimensions=1),
            Field("table", ua.VariantType.Variant, dimensions=2),
            Field("nothing", Definition("Nothing"), dimensions=1),
            Field("any", ua.VariantType.ExtensionObject),
        ],
    )
}
_ANSWERS = (
    ua.BrowseResponse,
    ua.CreateMonitoredItemsResponse,
    ua.CallResponse,
    ua.TranslateBrowsePathsToNodeIdsResponse,
    ua.WriteResponse,
    ua.CreateSessionResponse,
)


class _Nowhere:
    """A transport to nobody."""

    def write(self, data: bytes) -> None: ...

    def abort(self) -> None: ...


def _points() -> tuple[Samples, dict[int, NodeItem | NotifierItem]]:
    samples = Samples(6, {1, 4})
    viewer = Viewer(samples)
    sources = (
        Source(node="i=1"),
        Source(node="i=1"),
        Source(node="i=1", index=1),
        Source(node="i=1", field="limits.low"),
    )
    items: dict[int, NodeItem | NotifierItem] = {}
    for handle in range(4):
        item = NodeItem(handle, NodeAddress(1), NodeAddress(85), -1, 1)
        item.views = [
            View(viewer, at, Selector(source, is_text=at == 1)) for at, source in enumerate(sources)
        ]
        items[handle] = item
    notifier = NotifierItem(9, NodeAddress(2253), NodeAddress(85), Conditions())
    for column, show in ((4, Show.MESSAGE), (5, Show.ACTIVE)):
        watcher = Watcher(None, samples, column, Event(source="AHU1"), show, is_text=column == 4)
        notifier.watch(watcher, _NOW_NS)
    items[9] = notifier
    return samples, items


def _take(data: bytes) -> None:
    samples, items = _points()
    try:
        found = published(Bounded(data))
    except (LinkError, Refused):
        return
    for handle, value, status, time_ns in found.data:
        item = items.get(handle)
        if isinstance(item, NodeItem):
            item.take(value, status, time_ns, _NOW_NS, _TYPES)
    for handle, fields in found.events:
        notifier = items.get(handle)
        if isinstance(notifier, NotifierItem):
            notifier.hear(fields, _NOW_NS)
    for scan in samples.scans(_NOW_NS):
        for value, quality in zip(scan.raw.values, scan.raw.quality, strict=True):
            assert quality >= BAD or value != float("inf")


def _answers(data: bytes) -> None:
    for answer in _ANSWERS:
        try:
            decoded(answer, Bounded(data), "")
        except (LinkError, Refused):
            continue
    try:
        read_results(Bounded(data), 2)
    except (LinkError, Refused):
        return


def _stream(received: bytes) -> None:
    """What the socket does with them; complete answers go on to their decoding."""
    wire = Wire(1.0, SecurityPolicyNone())  # type: ignore[no-untyped-call]
    wire.transport = _Nowhere()  # type: ignore[assignment]
    wire.state = UASocketState.OPEN
    connection = wire._connection
    connection._open = True
    connection.security_token.ChannelId = ua.UInt32(_CHANNEL)
    connection.security_token.TokenId = ua.UInt32(_TOKEN)
    bodies: list[Any] = []
    for request in range(4):
        wire._callbackmap[request] = _Answer(bodies)  # type: ignore[assignment]
    half = len(received) // 2
    wire.data_received(received[:half])
    wire.data_received(received[half:])
    for body in bodies:
        if isinstance(body, Bounded):
            _take(bytes(body))
            _answers(bytes(body))


class _Answer:
    """The future of a request, without a loop."""

    def __init__(self, bodies: list[Any]) -> None:
        self._bodies = bodies

    def done(self) -> bool:
        return False

    def set_result(self, body: Any) -> None:
        self._bodies.append(body)

    def set_exception(self, error: BaseException) -> None:
        assert not isinstance(error, asyncio.CancelledError)


def _chunk(body: bytes, request: int, sequence: int, kind: bytes = b"F") -> bytes:
    rest = struct.pack("<IIII", _CHANNEL, _TOKEN, sequence, request) + body
    return b"MSG" + kind + (8 + len(rest)).to_bytes(4, "little") + rest


def _publication(*parts: Any) -> bytes:
    answer = ua.PublishResponse()
    answer.Parameters.SubscriptionId = ua.UInt32(3)
    answer.Parameters.AvailableSequenceNumbers = [ua.UInt32(1), ua.UInt32(2)]
    answer.Parameters.NotificationMessage.NotificationData = list(parts)
    return struct_to_binary(answer)


def _changes(*values: ua.Variant) -> ua.DataChangeNotification:
    moment: Any = _NOW
    items = []
    for at, value in enumerate(values):
        status = ua.StatusCode(ua.UInt32(0x480 * (at % 2)))
        held = ua.DataValue(value, status, moment, moment)
        items.append(ua.MonitoredItemNotification(ua.UInt32(at % 4), held))
    return ua.DataChangeNotification(MonitoredItems=items)


def _event() -> ua.EventNotificationList:
    said: tuple[tuple[Any, ua.VariantType], ...] = (
        (node(2915), ua.VariantType.NodeId),
        (node("AHU1", 2), ua.VariantType.NodeId),
        ("AHU1", ua.VariantType.String),
        (_NOW, ua.VariantType.DateTime),
        (ua.LocalizedText("高"), ua.VariantType.LocalizedText),
        (700, ua.VariantType.UInt16),
        (node("alarm", 2), ua.VariantType.NodeId),
        ("Level", ua.VariantType.String),
        (ua.NodeId(), ua.VariantType.NodeId),
        *((True, ua.VariantType.Boolean),) * 4,
        (b"event", ua.VariantType.ByteString),
        (False, ua.VariantType.Boolean),
    )
    assert len(said) == len(event_filter().SelectClauses)
    fields = [ua.Variant(value, kind) for value, kind in said]
    return ua.EventNotificationList(Events=[ua.EventFieldList(ua.UInt32(9), fields)])


def _structure() -> ua.Variant:
    label = struct.pack("<i", 6) + "风机".encode()
    inner = struct.pack("<Id", 1, 2.5)
    table = struct.pack("<iii", 2, 1, 2) + b"\x06\1\0\0\0" + b"\x0b" + struct.pack("<d", 1.5)
    body = label + inner + struct.pack("<i", 2) + inner + inner + table + struct.pack("<i", 3) + b"\0\0\0"
    return ua.Variant(ua.ExtensionObject(_OUTER, ua.ByteString(body)), ua.VariantType.ExtensionObject)


def _browsed() -> ua.BrowseResponse:
    there: Any = ua.ExpandedNodeId("s", 2)  # type: ignore[arg-type]
    reference = ua.ReferenceDescription(NodeId=there, BrowseName=ua.QualifiedName("温度", ua.UInt16(2)))
    return ua.BrowseResponse(Results=[ua.BrowseResult(ContinuationPoint=b"next", References=[reference])])


_VALUES = _publication(
    _changes(
        ua.Variant(1.5),
        ua.Variant(7, ua.VariantType.UInt16),
        ua.Variant("二十", ua.VariantType.String),
        ua.Variant([1.0, 2.0, 3.0], ua.VariantType.Float),
        ua.Variant([[1, 2], [3, 4]], ua.VariantType.Int32),
        ua.Variant(_NOW, ua.VariantType.DateTime),
        _structure(),
    )
)
_EVENTS = _publication(_event(), ua.StatusChangeNotification(Status=ua.StatusCode(ua.UInt32(0x800A_0000))))
_READ = struct_to_binary(ua.ReadResponse(Results=[ua.DataValue(ua.Variant(1.5)), ua.DataValue(_structure())]))
_CALLED = struct_to_binary(
    ua.CallResponse(
        Results=[ua.CallMethodResult(OutputArguments=[ua.Variant([1, 2], ua.VariantType.UInt32)])]
    )
)
_CREATED = struct_to_binary(ua.CreateMonitoredItemsResponse(Results=[ua.MonitoredItemCreateResult()]))
_FAULT = struct_to_binary(ua.ServiceFault())
_BROWSED = struct_to_binary(_browsed())

TARGETS = (
    Target(
        "opcua",
        (
            uatcp_to_binary(ua.MessageType.Acknowledge, ua.Acknowledge()),  # type: ignore[arg-type]
            _chunk(_VALUES, 1, 51),
            _chunk(_READ[:40], 1, 51, b"C") + _chunk(_READ[40:], 1, 52) + _chunk(_FAULT, 2, 53),
            _chunk(_EVENTS, 1, 51) + _chunk(_BROWSED, 2, 52),
        ),
        _stream,
    ),
    Target("opcua-published", (_VALUES, _EVENTS, _publication()), _take),
    Target("opcua-answers", (_READ, _CALLED, _CREATED, _FAULT, _BROWSED), _answers),
)
