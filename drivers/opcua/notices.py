"""What a server publishes, decoded: values, events and the end of a subscription.

Values come ten thousand at a time, and nearly all of them are one number with its times: such a one is read
by a single format. asyncua takes some 18 µs for each, and reads the picoseconds of a value out of place.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from asyncua import ua
from asyncua.ua.ua_binary import nodeid_from_binary, struct_from_binary, variant_from_binary

from drivers.opcua.bounded import Bounded

DATA_CHANGE, EVENTS, STATUS_CHANGE = 811, 916, 820
"""Node ids of the binary encodings (Part 6)."""
PUBLISH_RESPONSE = 829
_EPOCH_TICKS = 116_444_736_000_000_000
"""Of 1970 in the ticks of a DateTime: 100 ns since 1601."""
_LAST_TICKS = 2_650_467_743_990_000_000
"""Of the end of the year 9999."""

VALUE, STATUS, SOURCE_TIME, SERVER_TIME, SOURCE_PICOSECONDS, SERVER_PICOSECONDS = (1 << at for at in range(6))
_AFTER_VALUE = (
    (STATUS, "I"),
    (SOURCE_TIME, "q"),
    (SOURCE_PICOSECONDS, "H"),
    (SERVER_TIME, "q"),
    (SERVER_PICOSECONDS, "H"),
)
"""In the order of their travel (Part 6, 5.2.2.17)."""
_NUMBERS = {1: "?", 2: "b", 3: "B", 4: "h", 5: "H", 6: "i", 7: "I", 8: "q", 9: "Q", 10: "f", 11: "d"}
"""Built-in types that are one number (Part 6, 5.1.2) and their formats."""

Datum = tuple[Any, int, int]
"""One value as it travelled: a number, a text, a list of several, what asyncua makes of other types, or None;
its status; its time in ns UTC, its source's, else the server's, 0 where neither is said."""
Change = tuple[int, Any, int, int]
"""Client handle, and the value."""


@dataclass(slots=True)
class Notice:
    """One PublishResponse."""

    subscription: int = 0
    sequence: int = 0
    more: bool = False
    data: list[Change] = field(default_factory=list)
    """In the order of their travel."""
    events: list[tuple[int, Sequence[Any]]] = field(default_factory=list)
    """(client handle, the fields that were asked for)."""
    ended: int | None = None
    """The status with which the server gave the subscription up."""
    is_empty: bool = True
    """A keep-alive."""


class _Shape(NamedTuple):
    """Of a value that one format reads: handle, mask, type, value, and what the mask says."""

    format: struct.Struct
    status: int
    time: int
    """Where these stand among the fields, 0 for nowhere."""


def nanoseconds(ticks: int) -> int:
    """Since 1970; 0 for a time that is none (its beginning, its end)."""
    return (ticks - _EPOCH_TICKS) * 100 if 0 < ticks < _LAST_TICKS else 0


def notice(data: Bounded) -> tuple[ua.ResponseHeader, Notice]:
    """A PublishResponse from its type id on. Raises whatever asyncua or struct raise for what is none."""
    if (kind := nodeid_from_binary(data)).Identifier != PUBLISH_RESPONSE:
        raise ua.UaError(f"{kind} is no PublishResponse")
    header = struct_from_binary(ua.ResponseHeader, data)
    found = Notice()
    if header.ServiceResult.value >> 30:
        return header, found
    found.subscription, available = struct.unpack("<Ii", data.read(8))
    data.skip(4 * max(available, 0))
    found.more, found.sequence, _, parts = struct.unpack("<?Iqi", data.read(17))
    for _ in range(parts):
        _part(data, found)
    return header, found


def data_values(data: Bounded) -> list[Datum]:
    """The results of a ReadResponse, from its array on."""
    count = _count(data)
    return [_datum(data) for _ in range(count)]


def data_changes(body: bytes) -> list[Change]:
    """The monitored items of a DataChangeNotification, from its array on."""
    changes: list[Change] = []
    if len(body) < 4:
        return changes
    (count,) = struct.unpack_from("<i", body)
    whole, at, last = memoryview(body), 4, len(body)
    while len(changes) < count:
        if at + 6 > last:
            raise ua.UaError("a DataChangeNotification ends too early")
        mask, kind = body[at + 4], body[at + 5]
        shape = _shape(mask, kind) if mask & VALUE else None
        if shape is None:
            (handle,) = struct.unpack_from("<I", body, at)
            rest = Bounded(body, at + 4)
            changes.append((handle, *_datum(rest)))
            at = rest.position
        else:
            before = len(changes)
            size = shape.format.size
            alike = whole[at : at + min((last - at) // size, count - before) * size]
            _run(shape, mask, kind, alike, changes)
            if len(changes) == before:
                raise ua.UaError("a DataChangeNotification ends within a value")
            at += (len(changes) - before) * size
    return changes


def _run(shape: "_Shape", mask: int, kind: int, alike: memoryview, changes: list[Change]) -> None:
    """Adds the values until one is of another shape."""
    status, time = shape.status, shape.time
    for fields in shape.format.iter_unpack(alike):
        if fields[1] != mask or fields[2] != kind:
            return
        ticks = fields[time] if time else 0
        changes.append((
            fields[0],
            fields[3],
            fields[status] if status else 0,
            (ticks - _EPOCH_TICKS) * 100 if 0 < ticks < _LAST_TICKS else 0,
        ))  # fmt: skip


def event_fields(data: Bounded) -> Iterator[tuple[int, Sequence[Any]]]:
    """The events of an EventNotificationList, from its array on."""
    for _ in range(_count(data)):
        handle, count = struct.unpack("<Ii", data.read(8))
        yield handle, [variant_from_binary(data).Value for _ in range(count)]


def _part(data: Bounded, found: Notice) -> None:
    kind = nodeid_from_binary(data)
    encoding, length = struct.unpack("<Bi", data.read(5))
    if encoding != 1:
        raise ua.UaError(f"a notification is encoded in a way of its own, {encoding}")
    body = data.copy(max(length, 0))
    data.skip(max(length, 0))
    found.is_empty = False
    if kind.Identifier == DATA_CHANGE:
        found.data += data_changes(body.read(len(body)))
    elif kind.Identifier == EVENTS:
        found.events += event_fields(body)
    elif kind.Identifier == STATUS_CHANGE:
        (found.ended,) = struct.unpack("<I", body.read(4))


def _count(data: Bounded) -> int:
    (count,) = struct.unpack("<i", data.read(4))
    return int(count)


def _datum(data: Bounded) -> Datum:
    mask = data.read(1)[0]
    value = variant_from_binary(data).Value if mask & VALUE else None
    status = source = server = 0
    if mask & STATUS:
        (status,) = struct.unpack("<I", data.read(4))
    if mask & SOURCE_TIME:
        (source,) = struct.unpack("<q", data.read(8))
    if mask & SOURCE_PICOSECONDS:
        data.skip(2)
    if mask & SERVER_TIME:
        (server,) = struct.unpack("<q", data.read(8))
    if mask & SERVER_PICOSECONDS:
        data.skip(2)
    return value, status, nanoseconds(source) or nanoseconds(server)


@cache
def _shape(mask: int, kind: int) -> _Shape | None:
    number = _NUMBERS.get(kind)
    if number is None or mask > 63:
        return None
    places, text = {}, ""
    for bit, letter in _AFTER_VALUE:
        if mask & bit:
            places[bit] = 4 + len(text)
            text += letter
    time = places.get(SOURCE_TIME) or places.get(SERVER_TIME, 0)
    return _Shape(struct.Struct(f"<IBB{number}{text}"), places.get(STATUS, 0), time)
