"""What the services of reading and writing say (clauses 13.14, 15.5, 15.7, 15.9, 16.10). Pure.

Every function that takes an answer raises Malformed, also for an answer to something else.
"""

from collections.abc import Sequence
from typing import NamedTuple

from config.text import Text
from drivers.bacnet.apdu import enumerated
from drivers.bacnet.names import ErrorClass, ErrorCode, error_text, object_name, property_name
from drivers.bacnet.tags import (
    Datum,
    Malformed,
    ObjectId,
    Reader,
    Tag,
    closing,
    context,
    enclosed,
    encoded,
    object_id,
    opening,
    unsigned,
)

DEVICE = 8
ANYBODY = 4194303
"""The instance that stands for whichever device answers."""


class Ref(NamedTuple):
    """One property of one object, or one element of it."""

    object: ObjectId
    property: int
    element: int | None = None

    def __str__(self) -> str:
        told = f"{object_name(*self.object)} {property_name(self.property)}"
        return told if self.element is None else f"{told}[{self.element}]"


class Refusal(NamedTuple):
    """Why a property was not read."""

    error_class: int
    code: int

    @property
    def is_missing(self) -> bool:
        """Whether the device does not have it, or never shows it."""
        return self.error_class in (ErrorClass.OBJECT, ErrorClass.PROPERTY) and self.code in _MISSING

    @property
    def why(self) -> Text:
        return error_text(self.error_class, self.code)

    def __str__(self) -> str:
        return self.why.en


_MISSING = (
    ErrorCode.UNKNOWN_OBJECT,
    ErrorCode.UNKNOWN_PROPERTY,
    ErrorCode.UNSUPPORTED_OBJECT_TYPE,
    ErrorCode.INVALID_ARRAY_INDEX,
    ErrorCode.PROPERTY_IS_NOT_AN_ARRAY,
    ErrorCode.READ_ACCESS_DENIED,
)

Answer = Sequence[Datum] | Refusal
"""What a property holds: one value, several of an array or a list, none; or why it was not read."""


def read_property(ref: Ref) -> bytes:
    return context(0, ref.object) + _reference(1, ref)


def property_read(payload: bytes, ref: Ref) -> Sequence[Datum]:
    """The answer to `read_property(ref)`."""
    reader = Reader(payload)
    expect(reader, ref, 0, 1)
    return reader.data(3)


def raw_property(payload: bytes, ref: Ref) -> bytes:
    """The answer to `read_property(ref)`, its value still encoded."""
    head = read_property(ref) + opening(3)
    if not payload.startswith(head) or payload[-1:] != closing(3):
        raise Malformed(f"something else came than {ref}")
    return payload[len(head) : -1]


def read_property_multiple(refs: Sequence[Ref]) -> bytes:
    """References of one object that follow each other share its identifier."""
    parts: list[bytes] = []
    last: ObjectId | None = None
    for ref in refs:
        if ref.object != last:
            if last is not None:
                parts.append(closing(1))
            last = ref.object
            parts += [context(0, last), opening(1)]
        parts.append(_reference(0, ref))
    return b"".join(parts) + closing(1)


def properties_read(payload: bytes, refs: Sequence[Ref]) -> list[Answer]:
    """The answers to `read_property_multiple(refs)`, in the same order."""
    reader = Reader(payload)
    found: list[Answer] = []
    at = 0
    while at < len(refs):
        object_ = refs[at].object
        if (came := object_id(reader.context(0))) != object_:
            raise Malformed(f"{object_name(*came)} was not asked for now, {object_name(*object_)} was")
        reader.open(1)
        while not reader.closes(1):
            if at == len(refs):
                raise Malformed("more properties came than were asked for")
            ref = refs[at]
            at += 1
            if ref.object != object_:
                raise Malformed(f"more of {object_name(*object_)} came than was asked for")
            _expect_property(reader, ref, 2)
            if reader.opens(5):
                found.append(Refusal(enumerated(reader), enumerated(reader)))
                reader.close(5)
            else:
                found.append(reader.data(4))
    if reader.more:
        raise Malformed("more objects came than were asked for")
    return found


def write_property(ref: Ref, datum: Datum, priority: int | None) -> bytes:
    """Raises ValueError or OverflowError for a value that its type cannot hold."""
    head = context(0, ref.object) + _reference(1, ref) + enclosed(3, encoded(datum))
    return head if priority is None else head + context(4, priority)


def add_or_remove(ref: Ref, element: bytes) -> bytes:
    """AddListElement and RemoveListElement say the same."""
    return context(0, ref.object) + _reference(1, ref) + enclosed(3, element)


def who_is(low: int, high: int) -> bytes:
    return context(0, low) + context(1, high)


def asked_who(payload: bytes, instance: int) -> bool:
    """Whether a Who-Is is meant for `instance`."""
    reader = Reader(payload)
    if not reader.more:
        return True
    return unsigned(reader.context(0)) <= instance <= unsigned(reader.context(1))


class IAm(NamedTuple):
    instance: int
    max_apdu: int
    segmentation: int
    vendor: int


def i_am(told: IAm) -> bytes:
    data = (
        Datum(Tag.OBJECT, ObjectId(DEVICE, told.instance)),
        Datum(Tag.UNSIGNED, told.max_apdu),
        Datum(Tag.ENUMERATED, told.segmentation),
        Datum(Tag.UNSIGNED, told.vendor),
    )
    return b"".join(encoded(datum) for datum in data)


def who_is_it(payload: bytes) -> IAm:
    reader = Reader(payload)
    device, max_apdu, segmentation, vendor = (reader.datum() for _ in range(4))
    if not isinstance(device.value, ObjectId) or device.value.type != DEVICE:
        raise Malformed("an I-Am without a device")
    numbers = max_apdu.value, segmentation.value, vendor.value
    if not all(isinstance(number, int) for number in numbers):
        raise Malformed("an I-Am without its numbers")
    return IAm(device.value.instance, *(int(number) for number in numbers if isinstance(number, int)))


def asked_property(payload: bytes) -> Ref:
    """What a ReadProperty asks for."""
    reader = Reader(payload)
    object_, property_ = object_id(reader.context(0)), unsigned(reader.context(1))
    index = reader.optional(2)
    return Ref(object_, property_, None if index is None else unsigned(index))


def property_answer(ref: Ref, data: Sequence[Datum]) -> bytes:
    """The answer to a ReadProperty."""
    return read_property(ref) + enclosed(3, *(encoded(datum) for datum in data))


def _reference(number: int, ref: Ref) -> bytes:
    """Property and index under tags `number` and the next."""
    head = context(number, ref.property)
    return head if ref.element is None else head + context(number + 1, ref.element)


def expect(reader: Reader, ref: Ref, object_tag: int, property_tag: int) -> None:
    """Read over object, property and index, which must be those of `ref`."""
    if (came := object_id(reader.context(object_tag))) != ref.object:
        raise Malformed(f"{object_name(*came)} answered for {object_name(*ref.object)}")
    _expect_property(reader, ref, property_tag)


def _expect_property(reader: Reader, ref: Ref, tag: int) -> None:
    property_ = unsigned(reader.context(tag))
    index = reader.optional(tag + 1)
    if property_ != ref.property or (None if index is None else unsigned(index)) != ref.element:
        raise Malformed(f"{property_name(property_)} answered for {ref}")
