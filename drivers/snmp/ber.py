"""The Basic Encoding Rules, as far as SNMP uses them (RFC 3417 section 8): definite lengths only."""

from collections.abc import Iterator

INTEGER = 0x02
OCTETS = 0x04
NULL = 0x05
OID = 0x06
SEQUENCE = 0x30

LAST_SUBIDENTIFIER = 2**32 - 1
LONGEST_OID = 128


class Malformed(ValueError):
    """What arrived is no SNMP message."""


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def integer(value: int, tag: int = INTEGER) -> bytes:
    return tlv(
        tag, value.to_bytes((value if value >= 0 else ~value).bit_length() // 8 + 1, "big", signed=True)
    )


def read(data: bytes, at: int = 0) -> tuple[int, int, int]:
    """Tag, start and end of the content of what stands at `at`. Raises Malformed."""
    try:
        tag, size = data[at], data[at + 1]
    except IndexError:
        raise Malformed(f"cut off at octet {at}") from None
    at += 2
    if size >= 0x80:
        octets = size & 0x7F
        if not 0 < octets <= 4 or at + octets > len(data):
            raise Malformed(f"a length of {octets} octets at octet {at - 1}")
        size = int.from_bytes(data[at : at + octets], "big")
        at += octets
    if at + size > len(data):
        raise Malformed(f"{size} octets announced at octet {at}, {len(data) - at} are left")
    return tag, at, at + size


def parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of everything in `data`, one after the other. Raises Malformed."""
    at = 0
    while at < len(data):
        tag, start, end = read(data, at)
        yield tag, data[start:end]
        at = end


def members(data: bytes, *tags: int) -> tuple[bytes, ...]:
    """The contents of exactly so many parts with these tags. Raises Malformed."""
    found = []
    at = 0
    for wanted in tags:
        tag, start, end = read(data, at)
        if tag != wanted:
            raise Malformed(f"tag {tag:#04x} where {wanted:#04x} belongs")
        found.append(data[start:end])
        at = end
    if at != len(data):
        raise Malformed(f"{len(data) - at} octets too many")
    return tuple(found)


def whole(content: bytes) -> int:
    """A signed number of at most 64 bits, and a sign. Raises Malformed."""
    if not 0 < len(content) <= 9:
        raise Malformed(f"a number of {len(content)} octets")
    return int.from_bytes(content, "big", signed=True)


def oid_content(text: str) -> bytes:
    """`1.3.6.1` as it travels, without tag and length. Raises ValueError."""
    numbers = [int(part) for part in text.removeprefix(".").split(".")]
    if not 1 < len(numbers) <= LONGEST_OID or not all(0 <= one <= LAST_SUBIDENTIFIER for one in numbers):
        raise ValueError(f"{text} is no object identifier")
    content = bytearray()
    for number in (numbers[0] * 40 + numbers[1], *numbers[2:]):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(0x80 | number & 0x7F)
        content += bytes(reversed(septets))
    return bytes(content)


def oid_text(content: bytes) -> str:
    """Raises Malformed."""
    if not content or content[-1] & 0x80:
        raise Malformed(f"the object identifier {content[:8].hex()} is cut off")
    numbers: list[int] = []
    number = 0
    for octet in content:
        number = number << 7 | octet & 0x7F
        if number > LAST_SUBIDENTIFIER + 80:
            raise Malformed("a sub-identifier of more than 32 bits")
        if not octet & 0x80:
            numbers.append(number)
            number = 0
    if len(numbers) >= LONGEST_OID:
        raise Malformed(f"an object identifier of more than {LONGEST_OID} numbers")
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))
