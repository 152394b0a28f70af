"""The encoding of BACnet's data: tags and what they hold (ANSI/ASHRAE 135, clause 20.2). Pure.

Written out here because the library's decoder takes fifty times as long (100 us a property), holds no types
and raises whatever comes; what is malformed raises `Malformed` here and nothing else.
"""

import math
import struct
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple


class Malformed(ValueError):
    """Bytes that are no BACnet encoding, or not the one that stands in this place."""


class Tag(IntEnum):
    """Application tags."""

    NULL = 0
    BOOLEAN = 1
    UNSIGNED = 2
    INTEGER = 3
    REAL = 4
    DOUBLE = 5
    OCTETS = 6
    TEXT = 7
    BITS = 8
    ENUMERATED = 9
    DATE = 10
    TIME = 11
    OBJECT = 12


class Date(NamedTuple):
    """255 (or year 255 + 1900) where any will do."""

    year: int
    month: int
    day: int
    weekday: int = 255


class Time(NamedTuple):
    hour: int
    minute: int
    second: int
    hundredths: int


class ObjectId(NamedTuple):
    type: int
    instance: int


Atom = None | bool | int | float | bytes | str | tuple[bool, ...] | Date | Time | ObjectId


class Datum(NamedTuple):
    """One value with the type in which it came."""

    tag: int
    value: Atom


OPENING, CLOSING = 6, 7
NULL = Datum(Tag.NULL, None)
_UNICODE = 0
_CHARSETS = {1: "cp850", 2: "shift_jis", 3: "utf-32-be", 4: "utf-16-be", 5: "latin-1"}
_LONGEST_INT = 8
_REAL, _DOUBLE = struct.Struct(">f"), struct.Struct(">d")
_INSTANCE_BITS = 22
_LAST_INSTANCE = (1 << _INSTANCE_BITS) - 1


class Reader:
    """Walks through encoded data. Every method raises Malformed where something else stands."""

    __slots__ = ("_at", "_data", "_length", "_next", "_number", "_type")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._next = self._at = self._length = 0
        self._type = self._number = -1
        self._advance()

    @property
    def more(self) -> bool:
        """Whether anything is left."""
        return self._type >= 0

    def opens(self, number: int) -> bool:
        """Whether opening tag `number` stands here; it is consumed if so."""
        return self._took(OPENING, number)

    def closes(self, number: int) -> bool:
        """Whether closing tag `number` stands here; it is consumed if so."""
        return self._took(CLOSING, number)

    def open(self, number: int) -> None:
        if not self.opens(number):
            raise Malformed(f"opening tag {number} is missing")

    def close(self, number: int) -> None:
        if not self.closes(number):
            raise Malformed(f"closing tag {number} is missing")

    def context(self, number: int) -> bytes:
        """The contents of context tag `number`."""
        found = self.optional(number)
        if found is None:
            raise Malformed(f"context tag {number} is missing")
        return found

    def optional(self, number: int) -> bytes | None:
        """The contents of context tag `number`, None where something else stands."""
        if self._type != 1 or self._number != number:
            return None
        return self._content()

    def datum(self) -> Datum:
        """One application-tagged value."""
        if self._type != 0:
            raise Malformed("an application tag is missing")
        number, length = self._number, self._length
        if number == Tag.BOOLEAN:
            self._length = 0
            self._content()
            return Datum(Tag.BOOLEAN, length != 0)
        return Datum(number, atom(number, self._content()))

    def data(self, number: int) -> list[Datum]:
        """The values between opening and closing tag `number`; what is nested deeper is left out.

        One that its type cannot hold is None: it spoils nothing around it.
        """
        self.open(number)
        found = []
        while not self.closes(number):
            if self._type != 0:
                self.skip()
            elif self._number == Tag.BOOLEAN:
                found.append(self.datum())
            else:
                tag, content = self._number, self._content()
                try:
                    found.append(Datum(tag, atom(tag, content)))
                except Malformed:
                    found.append(Datum(tag, None))
        return found

    def skip(self) -> None:
        """Pass over one element with all that it holds."""
        depth = 0
        while True:
            if self._type < 0:
                raise Malformed("the data ends too early")
            if self._type == OPENING:
                depth += 1
            elif self._type == CLOSING:
                depth -= 1
            elif self._type == 0 and self._number == Tag.BOOLEAN:
                self._length = 0
            self._content()
            if depth <= 0:
                return

    def until(self, number: int) -> Iterator[None]:
        """Once for every element up to closing tag `number`, which is consumed."""
        while not self.closes(number):
            if self._type < 0:
                raise Malformed(f"closing tag {number} is missing")
            before = self._at
            yield
            if self._at == before:
                raise Malformed("an element is empty")

    def _took(self, kind: int, number: int) -> bool:
        if self._type != kind or self._number != number:
            return False
        self._content()
        return True

    def _content(self) -> bytes:
        end = self._at + self._length
        if end > len(self._data):
            raise Malformed(f"{self._length} bytes are promised and {len(self._data) - self._at} came")
        content = self._data[self._at : end]
        self._next = end
        self._advance()
        return content

    def _advance(self) -> None:
        """Read the tag at `_next`. `_type`: 0 application, 1 context, OPENING, CLOSING, -1 at the end."""
        data, at = self._data, self._next
        if at >= len(data):
            self._type, self._number, self._length, self._at = -1, -1, 0, at
            return
        first = data[at]
        at += 1
        try:
            number = first >> 4
            if number == 15:  # the number follows
                number = data[at]
                at += 1
            length = first & 7
            if first & 8 and length >= OPENING:
                self._type, length = length, 0
            else:
                self._type = first >> 3 & 1
                if length == 5:  # the length follows
                    length = data[at]
                    at += 1
                    if length >= 254:  # in two bytes or four
                        wide = 2 if length == 254 else 4
                        length = int.from_bytes(data[at : at + wide], "big")
                        at += wide
        except IndexError:
            raise Malformed("the data ends within a tag") from None
        self._number, self._length, self._at = number, length, at


def atom(tag: int, content: bytes) -> Atom:
    """The value of one application tag; a boolean's, whose value is its length, is not among them."""
    size = len(content)
    match tag:
        case Tag.REAL if size == _REAL.size:
            (value,) = _REAL.unpack(content)
            return float(value)
        case Tag.UNSIGNED | Tag.ENUMERATED if 0 < size <= _LONGEST_INT:
            return int.from_bytes(content, "big")
        case Tag.BITS:
            return bits(content)
        case Tag.NULL if not size:
            return None
        case Tag.BOOLEAN if size == 1:
            return content != b"\0"
        case Tag.INTEGER if 0 < size <= _LONGEST_INT:
            return int.from_bytes(content, "big", signed=True)
        case Tag.DOUBLE if size == _DOUBLE.size:
            (value,) = _DOUBLE.unpack(content)
            return float(value)
        case Tag.OCTETS:
            return content
        case Tag.TEXT:
            return _text(content[0], content[1:]) if size else ""  # some leave the character set out, too
        case Tag.DATE if size == 4:
            return Date(content[0] + 1900, *content[1:])
        case Tag.TIME if size == 4:
            return Time(*content)
        case Tag.OBJECT if size == 4:
            return object_id(content)
        case _:
            raise Malformed(f"application tag {tag} holds {content[:16].hex()}")


def bits(content: bytes) -> tuple[bool, ...]:
    if not content or content[0] > 7:
        raise Malformed(f"{content[:16].hex()} is no bit string")
    found = [bool(byte >> bit & 1) for byte in content[1:] for bit in range(7, -1, -1)]
    return tuple(found[: len(found) - content[0]])


def object_id(content: bytes) -> ObjectId:
    if len(content) != 4:
        raise Malformed(f"{content[:16].hex()} is no object identifier")
    number = int.from_bytes(content, "big")
    return ObjectId(number >> _INSTANCE_BITS, number & _LAST_INSTANCE)


def unsigned(content: bytes) -> int:
    if not 0 < len(content) <= _LONGEST_INT:
        raise Malformed(f"{content[:16].hex()} is no unsigned number")
    return int.from_bytes(content, "big")


def encoded(datum: Datum) -> bytes:
    """With its application tag. Raises ValueError or OverflowError for what its type cannot hold."""
    tag, value = datum
    if tag == Tag.BOOLEAN:
        return bytes([tag << 4 | bool(value)])
    content = _content(tag, value)
    return _head(tag, 0, len(content)) + content


def context(number: int, content: bytes | int | ObjectId) -> bytes:
    """Under a context tag; numbers as unsigned."""
    if isinstance(content, int):
        content = _content(Tag.UNSIGNED, content)
    elif isinstance(content, ObjectId):
        content = _content(Tag.OBJECT, content)
    return _head(number, 8, len(content)) + content


def opening(number: int) -> bytes:
    return bytes([number << 4 | 8 | OPENING])


def closing(number: int) -> bytes:
    return bytes([number << 4 | 8 | CLOSING])


def enclosed(number: int, *contents: bytes) -> bytes:
    """Between opening and closing tag `number`."""
    return opening(number) + b"".join(contents) + closing(number)


def _head(number: int, kind: int, length: int) -> bytes:
    """`kind` is 0 for application, 8 for context."""
    if length < 5:
        return bytes([number << 4 | kind | length])
    if length < 254:
        return bytes([number << 4 | kind | 5, length])
    return bytes([number << 4 | kind | 5, 254]) + length.to_bytes(2, "big")


def _content(tag: int, value: Atom) -> bytes:
    match tag, value:
        case Tag.NULL, None:
            return b""
        case ((Tag.UNSIGNED | Tag.ENUMERATED), int()):
            return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
        case Tag.INTEGER, int():
            return value.to_bytes(max(value, ~value).bit_length() // 8 + 1, "big", signed=True)
        case Tag.REAL, (float() | int()):
            return _REAL.pack(value)
        case Tag.DOUBLE, (float() | int()):
            return _DOUBLE.pack(value)
        case Tag.OCTETS, bytes():
            return value
        case Tag.TEXT, str():
            return bytes([_UNICODE]) + value.encode()
        case Tag.OBJECT, ObjectId():
            return (value.type << _INSTANCE_BITS | value.instance).to_bytes(4, "big")
        case Tag.DATE, Date():
            return bytes([min(value.year - 1900, 255), *value[1:]])
        case Tag.TIME, Time():
            return bytes(value)
        case Tag.BITS, tuple():
            unused = -len(value) % 8
            number = sum(bool(bit) << at for at, bit in enumerate(reversed(value))) << unused
            return bytes([unused]) + number.to_bytes(math.ceil(len(value) / 8), "big")
        case _:
            raise ValueError(f"{value!r} is no value of application tag {tag}")


def _text(charset: int, content: bytes) -> str:
    """Devices made in China often send GBK where they say UTF-8."""
    if charset == _UNICODE:
        try:
            return content.decode()
        except UnicodeDecodeError:
            return content.decode("gb18030", "replace")
    return content.decode(_CHARSETS.get(charset, "latin-1"), "replace")
