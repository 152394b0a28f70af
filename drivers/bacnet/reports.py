"""What devices tell by themselves and of their past: changes, events, logs. Pure.

ANSI/ASHRAE 135, clauses 13.1 to 13.12 and 15.8. What is malformed raises Malformed.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from drivers.bacnet.address import ip_mac
from drivers.bacnet.apdu import enumerated
from drivers.bacnet.services import DEVICE, Ref, expect
from drivers.bacnet.tags import (
    Date,
    Datum,
    Malformed,
    ObjectId,
    Reader,
    Tag,
    Time,
    atom,
    bits,
    context,
    enclosed,
    encoded,
    object_id,
    unsigned,
)

BUFFER_READY = 10
"""The event type by which a log says that it has much to tell."""
ACKNOWLEDGEMENT = 2
"""The notify type of a mere acknowledgement."""
ALWAYS = (True,) * 7
ALL_TRANSITIONS = (True,) * 3


class Stamp(NamedTuple):
    """Of the device's own clock, which is local time."""

    date: Date
    time: Time


class Change(NamedTuple):
    """A COV notification."""

    device: int
    object: ObjectId
    values: dict[int, Sequence[Datum]]
    """By property."""


def change(payload: bytes) -> Change:
    reader = Reader(payload)
    reader.context(0)
    device, object_ = object_id(reader.context(1)), object_id(reader.context(2))
    reader.context(3)
    values: dict[int, Sequence[Datum]] = {}
    reader.open(4)
    for _ in reader.until(4):
        property_ = unsigned(reader.context(0))
        index = reader.optional(1)
        data = reader.data(2)
        reader.optional(3)
        if index is None:
            values[property_] = data
    return Change(device.instance, object_, values)


def subscribe(process: int, object_: ObjectId, *, confirmed: bool, lifetime_s: int) -> bytes:
    return cancel(process, object_) + context(2, bytes([confirmed])) + context(3, lifetime_s)


def cancel(process: int, object_: ObjectId) -> bytes:
    return context(0, process) + context(1, object_)


class Event(NamedTuple):
    """An event notification, or one entry of what GetEventInformation brings."""

    device: int
    object: ObjectId
    state: int
    stamp: Stamp | None
    """None where the device counts and has no clock."""
    type: int = -1


def event(payload: bytes) -> Event | None:
    """None of a notification that somebody has acknowledged something: the state in it is an old one."""
    reader = Reader(payload)
    reader.context(0)
    device, object_ = object_id(reader.context(1)), object_id(reader.context(2))
    reader.open(3)
    stamp = _stamp(reader)
    reader.close(3)
    reader.context(4)
    reader.context(5)
    type_ = unsigned(reader.context(6))
    reader.optional(7)
    if unsigned(reader.context(8)) == ACKNOWLEDGEMENT:
        return None
    reader.optional(9)
    reader.optional(10)
    return Event(device.instance, object_, unsigned(reader.context(11)), stamp, type_)


def get_event_information(after: ObjectId | None) -> bytes:
    return b"" if after is None else context(0, after)


def event_information(payload: bytes, device: int) -> tuple[list[Event], bool]:
    """What is not normal or not acknowledged, and whether there is more."""
    reader = Reader(payload)
    found = []
    reader.open(0)
    for _ in reader.until(0):
        object_, state = object_id(reader.context(0)), unsigned(reader.context(1))
        reader.context(2)
        reader.open(3)
        stamps = [_stamp(reader) for _ in range(3)]
        reader.close(3)
        reader.context(4)
        reader.context(5)
        reader.data(6)
        found.append(Event(device, object_, state, stamps[transition(state)]))
    return found, reader.context(1) != b"\0"


TO_OFFNORMAL, TO_FAULT, TO_NORMAL = range(3)


def transition(state: int) -> int:
    """By which a state is reached."""
    return {0: TO_NORMAL, 1: TO_FAULT}.get(state, TO_OFFNORMAL)


class Mark(NamedTuple):
    """The time stamp of a transition, which is also its name."""

    encoded: bytes
    stamp: Stamp | None
    """None where the device counts, or tells no date."""


def marks(content: bytes) -> list[Mark]:
    """Of the property event-time-stamps: to-offnormal, to-fault, to-normal."""
    reader = Reader(content)
    found = []
    while reader.more:
        found.append(_mark(reader))
    return found


def acknowledge_alarm(process: int, object_: ObjectId, state: int, mark: Mark, by: str, at: Stamp) -> bytes:
    """That `by` has seen, `at` our own time, that the object went into a state at the time of the mark."""
    source = context(4, bytes([0]) + by.encode())
    head = context(0, process) + context(1, object_) + context(2, state) + enclosed(3, mark.encoded)
    return head + source + enclosed(5, _encoded(at))


def _stamp(reader: Reader) -> Stamp | None:
    return _mark(reader).stamp


def _mark(reader: Reader) -> Mark:
    if reader.opens(2):
        stamp = _date_and_time(reader)
        reader.close(2)
        return Mark(_encoded(stamp), stamp)
    if (time := reader.optional(0)) is not None:
        return Mark(context(0, time), None)
    return Mark(context(1, reader.context(1)), None)


def _encoded(stamp: Stamp) -> bytes:
    return enclosed(2, encoded(Datum(Tag.DATE, stamp.date)), encoded(Datum(Tag.TIME, stamp.time)))


def _date_and_time(reader: Reader) -> Stamp:
    date, time = reader.datum().value, reader.datum().value
    if not isinstance(date, Date) or not isinstance(time, Time):
        raise Malformed("date and time are missing")
    return Stamp(date, time)


def destination(recipient: bytes, process: int, *, confirmed: bool) -> bytes:
    """An entry of a recipient list: at all times, of all transitions."""
    data = (
        Datum(Tag.BITS, ALWAYS),
        Datum(Tag.TIME, Time(0, 0, 0, 0)),
        Datum(Tag.TIME, Time(23, 59, 59, 99)),
    )
    more = (
        Datum(Tag.UNSIGNED, process),
        Datum(Tag.BOOLEAN, confirmed),
        Datum(Tag.BITS, ALL_TRANSITIONS),
    )
    return b"".join(map(encoded, data)) + recipient + b"".join(map(encoded, more))


def by_device(instance: int) -> bytes:
    """A recipient that the notifying device has to look up."""
    return context(0, ObjectId(DEVICE, instance))


def by_address(host: str, port: int) -> bytes:
    """A recipient on the same network."""
    mac = Datum(Tag.OCTETS, ip_mac(host, port))
    return enclosed(1, encoded(Datum(Tag.UNSIGNED, 0)), encoded(mac))


class Record(NamedTuple):
    """One entry of a log."""

    stamp: Stamp
    kind: int
    """Which of the `RECORD_KINDS`."""
    datum: Datum
    """The value; a status is its bits, a change of the clock its seconds."""
    flags: tuple[bool, ...]
    """Status flags of the logged object at that time; empty where they were not logged."""


STATUS, FAILURE, TIME_CHANGE, ANY = 0, 8, 9, 10
RECORD_KINDS = {
    STATUS: Tag.BITS,
    1: Tag.BOOLEAN,
    2: Tag.REAL,
    3: Tag.ENUMERATED,
    4: Tag.UNSIGNED,
    5: Tag.INTEGER,
    6: Tag.BITS,
    7: Tag.NULL,
    TIME_CHANGE: Tag.REAL,
}


def read_range(ref: Ref, first: int, count: int) -> bytes:
    """By sequence number."""
    which = encoded(Datum(Tag.UNSIGNED, first)) + encoded(Datum(Tag.INTEGER, count))
    return context(0, ref.object) + context(1, ref.property) + enclosed(6, which)


def range_read(payload: bytes, ref: Ref) -> tuple[int, list[Record]]:
    """The sequence number of the first record, and the records; an empty list where there are none."""
    reader = Reader(payload)
    expect(reader, ref, 0, 1)
    reader.context(3)
    reader.context(4)
    reader.open(5)
    records = list(_records(reader))
    first = reader.optional(6)
    if first is None and records:
        raise Malformed("records came without their sequence number")
    return (0 if first is None else unsigned(first)), records


def _records(reader: Reader) -> Iterator[Record]:
    for _ in reader.until(5):
        reader.open(0)
        stamp = _date_and_time(reader)
        reader.close(0)
        reader.open(1)
        kind, datum = _logged(reader)
        reader.close(1)
        flags = reader.optional(2)
        yield Record(stamp, kind, datum, () if flags is None else bits(flags))


def _logged(reader: Reader) -> tuple[int, Datum]:
    for kind, tag in RECORD_KINDS.items():
        if (content := reader.optional(kind)) is not None:
            return kind, Datum(tag, atom(tag, content))
    if reader.opens(FAILURE):
        enumerated(reader)
        code = enumerated(reader)
        reader.close(FAILURE)
        return FAILURE, Datum(Tag.ENUMERATED, code)
    data = reader.data(ANY)
    return ANY, data[0] if data else Datum(Tag.NULL, None)
