"""How the bytes of Chinese meters are to be read: the formats that the tables of the standards use. Pure.

    XXXXXX.XX       decimal digits, two a byte; with a minus before them the highest bit is their sign
    YYMMDDhhmmss    a time, or any part of one (WW is the day of the week, CC the century)
    NNNNNN          digits that name something and are not counted with
    BBBB            bits, each letter four of them
    AAAA            ASCII, each letter one

The lowest byte comes first. Several fields are joined by commas, in the order in which a table lists them.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache

from drivers import bcd

MOST_BYTES = 200
_TIME = re.compile(r"(CC|YY|MM|DD|WW|hh|mm|ss)+")
_NUMBER = re.compile(r"(-?)(X+)(?:\.(X+))?")
_LETTERS = re.compile(r"N+|B+|A+")


class Kind(StrEnum):
    NUMBER = "number"
    TIME = "time"
    DIGITS = "digits"
    BITS = "bits"
    ASCII = "ascii"


@dataclass(frozen=True, slots=True)
class Field:
    kind: Kind
    size: int
    """Bytes."""
    decimals: int = 0
    signed: bool = False
    parts: tuple[str, ...] = ()
    """Of a time, from the highest byte down: YY, MM, ..."""


class Unset(ValueError):
    """The meter has nothing to say there: a time at which nothing has happened yet."""


@cache
def fields(form: str) -> tuple[Field, ...]:
    """Of a format as above. Raises ValueError."""
    found = tuple(_field(one.strip()) for one in form.split(","))
    if (size := sum(field.size for field in found)) > MOST_BYTES:
        raise ValueError(f"format {form!r} takes {size} bytes, a frame has {MOST_BYTES}")
    return found


def size_of(form: str) -> int:
    return sum(field.size for field in fields(form))


def _field(form: str) -> Field:
    if _TIME.fullmatch(form):
        parts = tuple(form[at : at + 2] for at in range(0, len(form), 2))
        if len(set(parts)) == len(parts):
            return Field(Kind.TIME, len(parts), parts=parts)
    elif found := _NUMBER.fullmatch(form):
        minus, whole, rest = found[1], found[2], found[3] or ""
        if not len(whole + rest) % 2:
            return Field(Kind.NUMBER, len(whole + rest) // 2, len(rest), bool(minus))
    elif _LETTERS.fullmatch(form):
        if form[0] == "A":
            return Field(Kind.ASCII, len(form))
        if not len(form) % 2:
            return Field(Kind.DIGITS if form[0] == "N" else Kind.BITS, len(form) // 2)
    raise ValueError(
        f"format {form!r} is not known; use digits XXXXXX.XX (two make a byte, -XX.XX with a sign), a time "
        "YYMMDDhhmmss, NNNN for a number that names something, BBBB for bits or AAAA for ASCII"
    )


def number(field: Field, data: bytes, utc_offset_s: float) -> float:
    """A time as seconds since 1970, UTC. Raises ValueError where the bytes hold no value."""
    match field.kind:
        case Kind.NUMBER:
            whole: float = bcd.number(data, signed=field.signed) / 10**field.decimals
            return whole
        case Kind.BITS:
            return float(int.from_bytes(data, "little"))
        case Kind.DIGITS:
            return float(bcd.number(data))
        case Kind.TIME:
            return moment(field, data).timestamp() - utc_offset_s
        case Kind.ASCII:
            written = float(_ascii(data))
            if not math.isfinite(written):
                raise ValueError(f"{written} is no number to go on with")
            return written


def text(field: Field, data: bytes) -> str:
    """Raises ValueError where the bytes hold no value."""
    match field.kind:
        case Kind.NUMBER:
            return f"{bcd.number(data, signed=field.signed) / 10**field.decimals:.{field.decimals}f}"
        case Kind.BITS:
            return data[::-1].hex().upper()
        case Kind.DIGITS:
            bcd.number(data)
            return data[::-1].hex()
        case Kind.ASCII:
            return _ascii(data)
        case Kind.TIME:
            return _written(_parts(field, data))


def moment(field: Field, data: bytes) -> datetime:
    """The time by the meter's clock, as if that were UTC. Raises ValueError; Unset where it is all zero."""
    parts = _parts(field, data)
    if not {"YY", "MM", "DD"} <= parts.keys():
        raise ValueError(f"a time of {''.join(field.parts)} names no day")
    return datetime(
        100 * parts.get("CC", 20) + parts["YY"], parts["MM"], parts["DD"],
        parts.get("hh", 0), parts.get("mm", 0), parts.get("ss", 0), tzinfo=UTC,
    )  # fmt: skip


def encoded(field: Field, value: float | str) -> bytes:
    """`value` as it travels. Raises ValueError where it does not fit."""
    try:
        return _encoded(field, value)
    except OverflowError:
        raise ValueError(f"{value} does not fit {field.size} bytes") from None


def _encoded(field: Field, value: float | str) -> bytes:
    match field.kind:
        case Kind.NUMBER:
            return bcd.packed(round(float(value) * 10**field.decimals), field.size, signed=field.signed)
        case Kind.BITS:
            return round(float(value)).to_bytes(field.size, "little")
        case Kind.DIGITS:
            return bcd.packed(int(value), field.size)
        case Kind.ASCII:
            return str(value).encode("ascii").ljust(field.size, b" ")[: field.size][::-1]
        case Kind.TIME:
            return timed(field, datetime.fromisoformat(str(value)))


def timed(field: Field, when: datetime) -> bytes:
    """`when`, by the meter's clock, as it travels; Sunday is day 0 of the week."""
    names = {"CC": "20", "YY": "%y", "MM": "%m", "DD": "%d", "WW": "0%w", "hh": "%H", "mm": "%M", "ss": "%S"}
    return bytes.fromhex("".join(when.strftime(names[part]) for part in field.parts))[::-1]


def _parts(field: Field, data: bytes) -> dict[str, int]:
    if not any(data) and "MM" in field.parts:
        raise Unset("the time is all zero: nothing has happened yet")
    return {part: bcd.number(data[at : at + 1]) for at, part in enumerate(reversed(field.parts))}


def _written(parts: Mapping[str, int]) -> str:
    day = "-".join(f"{parts[part]:02d}" for part in ("YY", "MM", "DD") if part in parts)
    clock = ":".join(f"{parts[part]:02d}" for part in ("hh", "mm", "ss") if part in parts)
    century = f"{parts.get('CC', 20):02d}" if "YY" in parts else ""
    return " ".join(one for one in (century + day, clock) if one)


def _ascii(data: bytes) -> str:
    """Text travels low byte first too, so its first letter comes last."""
    return "".join(chr(byte) for byte in data[::-1] if 0x20 <= byte < 0x7F).strip()
