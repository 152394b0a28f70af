"""The wire format of Protocol Buffers, as much of it as Sparkplug needs: fields of numbers and bytes."""

from collections.abc import Iterator

from drivers.mqtt.malformed import Malformed

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
U64 = (1 << 64) - 1


def fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of each: an unsigned number, or bytes; fixed numbers come as their bytes.

    Raises Malformed.
    """
    at, end = 0, len(data)
    while at < end:
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        if kind == VARINT:
            value, at = _varint(data, at)
            yield number, value
            continue
        if kind == BYTES:
            size, at = _varint(data, at)
        elif kind in (FIXED32, FIXED64):
            size = 4 if kind == FIXED32 else 8
        else:
            raise Malformed("not Protocol Buffers")
        if at + size > end:
            raise Malformed("not Protocol Buffers")
        yield number, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise Malformed("not Protocol Buffers")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & U64, at
    raise Malformed("not Protocol Buffers")


def varint(number: int) -> bytes:
    number &= U64
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def number_field(number: int, value: int) -> bytes:
    return varint(number << 3 | VARINT) + varint(value)


def bytes_field(number: int, value: bytes) -> bytes:
    return varint(number << 3 | BYTES) + varint(len(value)) + value


def fixed_field(number: int, value: bytes) -> bytes:
    return varint(number << 3 | (FIXED32 if len(value) == 4 else FIXED64)) + value
