"""What a server publishes, decoded: as asyncua decodes it, faster, and within bounds."""

import math
import struct
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import ua
from asyncua.common.utils import NotEnoughData
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary, variant_from_binary
from hypothesis import given
from hypothesis import strategies as st

from drivers.driver import Quality
from drivers.opcua.bounded import Bounded
from drivers.opcua.nodes import node
from drivers.opcua.notices import data_changes, nanoseconds, notice
from drivers.opcua.schema import Source
from drivers.opcua.structures import Definition, Field, Kind, opened, structure, unknown
from drivers.opcua.values import Selector

KINDS: dict[ua.VariantType, st.SearchStrategy[Any]] = {
    ua.VariantType.Boolean: st.booleans(),
    ua.VariantType.SByte: st.integers(-128, 127),
    ua.VariantType.UInt16: st.integers(0, 2**16 - 1),
    ua.VariantType.Int32: st.integers(-(2**31), 2**31 - 1),
    ua.VariantType.UInt64: st.integers(0, 2**64 - 1),
    ua.VariantType.Float: st.floats(width=32, allow_nan=False),
    ua.VariantType.Double: st.floats(allow_nan=False),
    ua.VariantType.String: st.text(max_size=10),
}
TIMES = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
LIMIT_S = 0.05


@st.composite
def items(draw: st.DrawFn) -> ua.MonitoredItemNotification:
    kind = draw(st.sampled_from(list(KINDS)))
    is_array = draw(st.booleans())
    value = draw(st.lists(KINDS[kind], max_size=3) if is_array else KINDS[kind])
    status = draw(st.sampled_from([0, 0, 0x4090_0000, 0x808C_0000]))
    source: Any = draw(TIMES)
    server: Any = draw(TIMES)
    code = ua.StatusCode(ua.UInt32(status))
    held = ua.DataValue(ua.Variant(value, kind, is_array=is_array), code, source, server)
    return ua.MonitoredItemNotification(ua.UInt32(draw(st.integers(0, 2**32 - 1))), held)


def _ns(moment: datetime | None) -> int:
    return 0 if moment is None else ua.datetime_to_win_epoch(moment) * 100 - 116_444_736 * 10**11


@given(st.lists(items(), max_size=8))
def test_values_are_as_they_were_sent(sent: list[ua.MonitoredItemNotification]) -> None:
    answer = ua.PublishResponse()
    answer.Parameters.SubscriptionId = ua.UInt32(7)
    answer.Parameters.NotificationMessage.SequenceNumber = ua.UInt32(9)
    changes = ua.DataChangeNotification(MonitoredItems=sent)
    answer.Parameters.NotificationMessage.NotificationData = [changes]
    encoded = struct_to_binary(answer)
    _, found = notice(Bounded(encoded))
    assert (found.subscription, found.sequence, found.is_empty) == (7, 9, False)
    by_library = struct_from_binary(ua.PublishResponse, Bounded(encoded)).Parameters.NotificationMessage
    expected = []
    for item in by_library.NotificationData[0].MonitoredItems:
        held = item.Value
        moment = _ns(held.SourceTimestamp) or _ns(held.ServerTimestamp)
        status = held.StatusCode.value if held.StatusCode is not None else 0
        expected.append((item.ClientHandle, held.Value.Value, status, moment))
    assert found.data == expected


def test_picoseconds_stand_where_the_standard_has_them() -> None:
    """Part 6, 5.2.2.17; asyncua reads them elsewhere."""
    body = struct.pack("<iIBBdIqHqH", 1, 5, 0x3F, 11, 2.5, 0, 133_486_500_450_000_000, 7, 1, 9)
    assert data_changes(body) == [(5, 2.5, 0, 1_704_176_445_000_000_000)]
    as_text = struct.pack("<iIBBi2sIqHqH", 1, 5, 0x3F, 12, 2, b"ok", 0, 133_486_500_450_000_000, 7, 1, 9)
    assert data_changes(as_text) == [(5, "ok", 0, 1_704_176_445_000_000_000)]


@pytest.mark.parametrize("ticks", [0, -1, 2_650_467_743_990_000_000, 2**63 - 1])
def test_a_time_that_is_none_is_none(ticks: int) -> None:
    assert nanoseconds(ticks) == 0


@pytest.mark.parametrize(
    "body",
    [
        struct.pack("<i", 2**31 - 1),
        struct.pack("<iIBB", 3, 5, 1, 11),
        struct.pack("<iIBBd", 2, 5, 1, 11, 2.5),
        struct.pack("<iIBBi", 1, 5, 1, 12, 2**31 - 1),
    ],
)
def test_a_torn_notification_is_refused(body: bytes) -> None:
    with pytest.raises((ua.UaError, struct.error)):
        data_changes(body)


@pytest.mark.parametrize(
    "variant",
    [
        pytest.param(b"\x80" + struct.pack("<i", 2**31 - 1), id="an array of nulls takes no bytes"),
        pytest.param(b"\x8c" + struct.pack("<ii", 2**31 - 1, -8), id="a length below zero goes back"),
        pytest.param(b"\x98" + struct.pack("<iBi", 5, 0x80, 2**31 - 1), id="nulls within variants"),
        pytest.param(b"\xc6" + struct.pack("<iii", 0, 1, 2**31 - 1), id="dimensions that promise much"),
        pytest.param(b"\x98\x01\0\0\0" * 5000, id="variants within variants"),
    ],
)
def test_a_few_bytes_cost_neither_minutes_nor_memory(variant: bytes) -> None:
    """S-42."""
    began = time.thread_time()
    with pytest.raises((NotEnoughData, ua.UaError, RecursionError)):
        variant_from_binary(Bounded(variant))
    assert time.thread_time() - began < LIMIT_S * 10


OUTER = node(5002, 2)
INNER = Definition("Inner", Kind.OPTIONAL, [
    Field("low", ua.VariantType.Double, is_optional=True), Field("high", ua.VariantType.Double),
])  # fmt: skip
CHOICE = Definition(
    "Choice", Kind.UNION, [Field("n", ua.VariantType.Int32), Field("s", ua.VariantType.String)]
)
TYPES = {
    OUTER: Definition("Outer", Kind.PLAIN, [
        Field("inner", INNER), Field("many", INNER, 1), Field("table", ua.VariantType.Int16, 2),
        Field("choice", CHOICE), Field("none", CHOICE),
    ])
}  # fmt: skip
BODY = b"".join((
    struct.pack("<Id", 0, 2.5),
    struct.pack("<iIddId", 2, 1, 1.0, 2.0, 0, 3.0),
    struct.pack("<iii4h", 2, 2, 2, 1, 2, 3, 4),
    struct.pack("<Ii2s", 2, 2, b"ok"),
    struct.pack("<I", 0),
))  # fmt: skip


def test_a_structure_is_read_by_its_definition() -> None:
    sent = ua.ExtensionObject(OUTER, ua.ByteString(BODY))
    assert unknown(sent, {}) == OUTER
    assert unknown(sent, TYPES) is None
    assert opened(sent, TYPES) == {
        "inner": {"low": None, "high": 2.5},
        "many": [{"low": 1.0, "high": 2.0}, {"low": None, "high": 3.0}],
        "table": [[1, 2], [3, 4]],
        "choice": {"s": "ok"},
        "none": {},
    }


@pytest.mark.parametrize(
    ("source", "value", "quality"),
    [
        (Source(node="i=1", field="inner.high"), 2.5, Quality.GOOD),
        (Source(node="i=1", field="inner.low"), math.nan, Quality.BAD_NOT_READ),
        (Source(node="i=1", field="many[0].low"), 1.0, Quality.GOOD),
        (Source(node="i=1", field="many.high", index=1), 3.0, Quality.GOOD),
        (Source(node="i=1", field="table", index=(1, 0)), 3.0, Quality.GOOD),
        (Source(node="i=1", field="table[0][1]"), 2.0, Quality.GOOD),
        (Source(node="i=1", field="choice.n"), math.nan, Quality.BAD_ADDRESS),
        (Source(node="i=1", field="many", index=7), math.nan, Quality.BAD_ADDRESS),
        (Source(node="i=1"), math.nan, Quality.BAD_ADDRESS),
    ],
)
def test_a_point_shows_its_part_of_a_structure(source: Source, value: float, quality: Quality) -> None:
    whole = opened(ua.ExtensionObject(OUTER, ua.ByteString(BODY)), TYPES)
    shown, held = Selector(source, is_text=False).reading(whole, 0)
    assert held is quality or held == quality
    assert shown == value or (math.isnan(value) and isinstance(shown, float) and math.isnan(shown))


def test_structures_within_themselves_end() -> None:
    endless = Definition("Endless")
    endless.fields.append(Field("again", endless))
    with pytest.raises(ua.UaError, match="structures within each other"):
        structure(endless, Bounded(b""), 0)


@pytest.mark.parametrize(
    ("value", "number", "text"),
    [
        (True, 1.0, "1"),
        (7, 7.0, "7"),
        (21.5, 21.5, "21.5"),
        ("3.5", 3.5, "3.5"),
        (ua.LocalizedText("空调"), None, "空调"),
        (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), 1704164645.0, "2024-01-02T03:04:05+00:00"),
        (ua.ServerState.Suspended, 3.0, "Suspended"),
        (b"\1\2", None, "0102"),
        (node("x", 2), None, "ns=2;s=x"),
        (ua.QualifiedName("q", ua.UInt16(1)), None, "q"),
        (ua.StatusCode(ua.UInt32(0)), 0.0, "Good"),
        (ua.Variant(5), 5.0, "5"),
        ([1, 2], None, "[1, 2]"),
    ],
)
def test_every_kind_of_value_is_a_number_or_a_text(value: Any, number: float | None, text: str) -> None:
    whole = Source(node="i=1")
    assert Selector(whole, is_text=True).reading(value, 0) == (text, 0)
    shown, quality = Selector(whole, is_text=False).reading(value, 0)
    assert (shown if quality == 0 else None) == number
    assert quality in (0, Quality.BAD_ADDRESS)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_finite_number_is_a_fault_of_the_sensor(value: float) -> None:
    shown, quality = Selector(Source(node="i=1"), is_text=False).reading(value, 0)
    assert quality is Quality.BAD_SENSOR_FAULT
    assert shown != shown
