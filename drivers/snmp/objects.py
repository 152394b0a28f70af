"""What a variable says: its content as number or text, and the other way round."""

import math
import struct
from ipaddress import IPv4Address

from drivers.errors import WriteError
from drivers.snmp import ber
from drivers.snmp.terms import Kind, Syntax

IP_ADDRESS = 0x40
COUNTER = 0x41
GAUGE = 0x42
TIMETICKS = 0x43
OPAQUE = 0x44
COUNTER64 = 0x46
UINTEGER = 0x47
NO_SUCH_OBJECT = 0x80
NO_SUCH_INSTANCE = 0x81
END_OF_VIEW = 0x82

MISSING = frozenset({NO_SUCH_OBJECT, NO_SUCH_INSTANCE, END_OF_VIEW})
"""In the place of a value: the agent does not have the variable."""

_UNSIGNED = {
    COUNTER: 2**32 - 1,
    GAUGE: 2**32 - 1,
    TIMETICKS: 2**32 - 1,
    UINTEGER: 2**32 - 1,
    COUNTER64: 2**64 - 1,
}
_FLOATS = {b"\x9f\x78\x04": ">f", b"\x9f\x79\x08": ">d"}
"""Opaque floats (draft-perkins-opaque): what stands before the octets."""

TAGS = {
    Syntax.INTEGER: ber.INTEGER,
    Syntax.GAUGE: GAUGE,
    Syntax.COUNTER: COUNTER,
    Syntax.TIMETICKS: TIMETICKS,
    Syntax.COUNTER64: COUNTER64,
    Syntax.OCTETS: ber.OCTETS,
    Syntax.OID: ber.OID,
    Syntax.ADDRESS: IP_ADDRESS,
    Syntax.FLOAT: OPAQUE,
}


def number(tag: int, content: bytes) -> float:
    """Integers of every type, opaque floats and decimals in a text; NaN where it is none of them.

    Agents that forget the sign octet of an unsigned number mean it all the same.
    """
    if tag == ber.INTEGER:
        return float(ber.whole(content))
    if (mask := _UNSIGNED.get(tag)) is not None:
        return float(ber.whole(content) & mask)
    if tag == OPAQUE:
        return _opaque(content)
    if tag == ber.OCTETS:
        return _decimal(content)
    return math.nan


def bit(kind: Kind, tag: int, content: bytes, at: int) -> float:
    """One bit as 0 or 1; NaN where there is none. Bits beyond the end of a BITS string are 0 (RFC 2578)."""
    if kind is Kind.BITS:
        if tag != ber.OCTETS:
            return math.nan
        return float(at < 8 * len(content) and content[at // 8] >> (7 - at % 8) & 1)
    if kind is Kind.FLAGS:
        flag = content[at : at + 1] if tag == ber.OCTETS else b""
        return float(flag == b"1") if flag in (b"0", b"1") else math.nan
    if kind is Kind.HEX:
        digits = hexadecimal(tag, content)
        return math.nan if digits is None else float(digits >> at & 1)
    value = number(tag, content)
    return float(int(value) >> at & 1) if math.isfinite(value) and value == int(value) else math.nan


def hexadecimal(tag: int, content: bytes) -> int | None:
    """Hexadecimal digits in a text, with or without 0x, blanks and colons; None for anything else."""
    digits = content.translate(None, b" :\0").removeprefix(b"0x")
    if tag != ber.OCTETS or not 0 < len(digits) <= 16:
        return None
    try:
        return int.from_bytes(bytes.fromhex(digits.rjust(16, b"0").decode("ascii")), "big")
    except ValueError:
        return None


def text(tag: int, content: bytes, encoding: str = "utf-8") -> str:
    if tag == ber.OCTETS:
        return content.decode(encoding, "replace").rstrip("\0 ")
    if tag == ber.OID:
        return ber.oid_text(content)
    if tag == IP_ADDRESS:
        return str(IPv4Address(content)) if len(content) == 4 else content.hex(".")
    if tag == ber.INTEGER:
        return str(ber.whole(content))
    if (mask := _UNSIGNED.get(tag)) is not None:
        return str(ber.whole(content) & mask)
    return f"{_opaque(content):g}" if tag == OPAQUE else ""


def says(tag: int, content: bytes, value: str | float) -> bool:
    """Whether the variable holds `value`: a number, a text, or an object identifier in numbers."""
    if isinstance(value, str):
        found = text(tag, content)
        return found == value.lstrip(".") if tag == ber.OID else found == value
    return number(tag, content) == value


def encoded(tag: int, value: float | str, encoding: str = "utf-8") -> bytes:
    """The content of a variable of this type that holds `value`. Raises WriteError where it does not fit."""
    if tag == ber.OCTETS:
        return (value if isinstance(value, str) else f"{value:.12g}").encode(encoding, "replace")
    if tag == ber.OID:
        try:
            return ber.oid_content(str(value))
        except ValueError:
            raise WriteError(
                f"{value} 不是数字形式的对象标识符", f"{value} is no object identifier in numbers"
            ) from None
    if tag == IP_ADDRESS:
        try:
            return IPv4Address(str(value)).packed
        except ValueError:
            raise WriteError(f"{value} 不是 IPv4 地址", f"{value} is no IPv4 address") from None
    try:
        amount = float(value)
    except ValueError:
        raise WriteError(f"{value!r} 不是数字", f"{value!r} is no number") from None
    if tag == OPAQUE:
        return b"\x9f\x78\x04" + _single(amount)
    return _whole(tag, amount)


def _single(amount: float) -> bytes:
    try:
        return struct.pack(">f", amount)
    except OverflowError:
        raise WriteError(
            f"{amount:g} 超出 32 位浮点数的范围", f"{amount:g} does not fit a float of 32 bits"
        ) from None


def _whole(tag: int, amount: float) -> bytes:
    low, high = (0, _UNSIGNED[tag]) if tag in _UNSIGNED else (-(2**31), 2**31 - 1)
    if tag != ber.INTEGER and tag not in _UNSIGNED:
        raise WriteError(f"类型为 {tag:#04x} 的变量不能写入", f"a variable of type {tag:#04x} cannot be set")
    if not math.isfinite(amount) or amount != int(amount) or not low <= amount <= high:
        raise WriteError(
            f"{amount:g} 不是 {low} 到 {high} 之间的整数",
            f"{amount:g} is no whole number from {low} to {high}",
        )
    return ber.integer(int(amount))[2:]


def _opaque(content: bytes) -> float:
    form = _FLOATS.get(content[:3])
    if form is None or len(content) != 3 + struct.calcsize(form):
        return math.nan
    value = float(struct.unpack(form, content[3:])[0])
    return value if math.isfinite(value) else math.nan


def _decimal(content: bytes) -> float:
    if len(content) > 64:
        return math.nan
    try:
        value = float(content.decode("ascii").strip("\0 "))
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
