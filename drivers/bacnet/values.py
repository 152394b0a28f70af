"""From what a property holds to the value and quality of a point, and from a written value back. Pure."""

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from drivers.bacnet.names import OBJECT_TYPES, PROPERTIES
from drivers.bacnet.services import Ref
from drivers.bacnet.tags import NULL, Date, Datum, ObjectId, Tag, Time
from drivers.driver import Quality, Value, WriteError

RELINQUISH = "relinquish"
"""Written instead of a value, it gives up command; so does NaN."""
IN_ALARM, FAULT, OVERRIDDEN, OUT_OF_SERVICE = range(4)
"""Places in status flags."""
_ANY = 255
_NO_SENSOR, _OVER_RANGE, _UNDER_RANGE = 1, 2, 3
_COMMUNICATION_FAILURE = 12

_TAGS_OF_OBJECTS = {
    Tag.REAL: "analog-input analog-output analog-value loop lighting-output pulse-converter",
    Tag.DOUBLE: "large-analog-value",
    Tag.ENUMERATED: "binary-input binary-output binary-value binary-lighting-output access-door",
    Tag.UNSIGNED: "multi-state-input multi-state-output multi-state-value positive-integer-value "
    "accumulator command staging",
    Tag.INTEGER: "integer-value",
    Tag.TEXT: "characterstring-value",
    Tag.DATE: "date-value",
    Tag.TIME: "time-value",
}
_USUAL = {OBJECT_TYPES[name]: tag for tag, names in _TAGS_OF_OBJECTS.items() for name in names.split()}
_TAG_NAMES = {tag.value: tag.name.lower() for tag in Tag}


@dataclass(frozen=True, slots=True)
class Form:
    """How a property becomes a point."""

    text: bool = False
    bit: int | None = None
    one_of: frozenset[int] = frozenset()
    is_null: bool = False
    """1 while there is no value, as in an element of a priority array, else 0."""
    is_list: bool = False
    """Any number of values, of which a point tells how many there are or whether one of some is there."""


def shown(data: Sequence[Datum], form: Form) -> tuple[Value, Quality]:
    """The value and, as far as it depends on the value, its quality; NaN or "" where that is bad."""
    if form.is_null:
        return float(list(data) == [NULL]), Quality.GOOD
    if form.text:
        is_read = bool(data) and not any(datum.value is None and datum != NULL for datum in data)
        return _text(data), Quality.GOOD if is_read or (form.is_list and not data) else Quality.BAD_INPUT
    if form.is_list:
        told = any(one.value in form.one_of for one in data) if form.one_of else len(data)
        return float(told), Quality.GOOD
    number = _number(data, form.bit)
    if form.one_of and not math.isnan(number):
        number = float(number in form.one_of)
    return number, Quality.BAD_INPUT if math.isnan(number) else Quality.GOOD


def quality(flags: Sequence[bool], reliability: int) -> Quality:
    """What status flags and reliability (0 where it is not known) say of a present value."""
    _, fault, overridden, out_of_service = (*flags, *[False] * 4)[:4]
    if out_of_service:  # somebody has put a value there: whether the sensor is well no longer matters
        return Quality.UNCERTAIN_IN_TEST
    if fault or reliability:
        match reliability:
            case _ if reliability in (_OVER_RANGE, _UNDER_RANGE):
                return Quality.BAD_OUT_OF_RANGE
            case _ if reliability == _COMMUNICATION_FAILURE:
                return Quality.BAD_COMM_LOSS
            case _:
                return Quality.BAD_SENSOR_FAULT
    return Quality.UNCERTAIN_SUBSTITUTED if overridden else Quality.GOOD


def usual_tag(ref: Ref) -> Tag | None:
    """The type in which a present value is written, as far as its object's type says."""
    return _USUAL.get(ref.object.type) if ref.property == PROPERTIES["present-value"] else None


def written(value: Value, tag: int) -> Datum:
    """`value` as a property of that type takes it. Raises WriteError."""
    if value == RELINQUISH or (isinstance(value, float) and math.isnan(value)):
        return NULL
    if isinstance(value, str):
        return _from_text(value, tag)
    match tag:
        case Tag.TEXT:
            return Datum(tag, f"{value:g}")
        case Tag.REAL:
            try:
                struct.pack(">f", value)
            except OverflowError:
                raise WriteError(
                    f"{value:g} 超出 32 位数的范围", f"{value:g} does not fit a 32-bit number"
                ) from None
            return Datum(tag, float(value))
        case Tag.DOUBLE:
            return Datum(tag, float(value))
        case Tag.BOOLEAN if value in (0, 1):
            return Datum(tag, bool(value))
        case Tag.UNSIGNED | Tag.ENUMERATED | Tag.INTEGER:
            if not math.isfinite(value) or value != int(value):
                raise WriteError(
                    f"{value:g} 不是整数，而该属性只接受整数",
                    f"{value:g} is no whole number, and the property takes only those",
                )
            low, high = (-(2**31), 2**31 - 1) if tag == Tag.INTEGER else (0, 2**32 - 1)
            if not low <= value <= high:
                raise WriteError(
                    f"{value:g} 超出范围 {low} 至 {high}", f"{value:g} is not within {low} to {high}"
                )
            return Datum(tag, int(value))
        case _:
            kind = _TAG_NAMES.get(tag, tag)
            raise WriteError(f"{value:g} 不能作为 {kind} 写入", f"{value:g} cannot be written as {kind}")


def _from_text(text: str, tag: int) -> Datum:
    try:
        match tag:
            case Tag.TEXT:
                return Datum(tag, text)
            case Tag.DATE:
                day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
                return Datum(tag, Date(day.year, day.month, day.day, day.isoweekday()))
            case Tag.TIME:
                time = datetime.strptime(text, "%H:%M:%S").replace(tzinfo=UTC)
                return Datum(tag, Time(time.hour, time.minute, time.second, 0))
            case _:
                return written(float(text), tag)
    except ValueError:
        kind = _TAG_NAMES.get(tag, tag)
        raise WriteError(f"“{text}” 不能作为 {kind} 写入", f"{text!r} cannot be written as {kind}") from None


def _number(data: Sequence[Datum], bit: int | None) -> float:
    if len(data) == 2 and isinstance(data[0].value, Date) and isinstance(data[1].value, Time):
        return _seconds(data[0].value) + _of_day(data[1].value)
    if len(data) != 1:
        return math.nan
    match data[0].value:
        case tuple() as bits if data[0].tag == Tag.BITS:
            if bit is not None:
                return float(bits[bit]) if bit < len(bits) else math.nan
            return float(sum(1 << at for at, set_ in enumerate(bits) if set_))
        case Date() as date:
            return _seconds(date)
        case Time() as time:
            return _of_day(time)
        case ObjectId() as object_:
            return float(object_.instance)
        case str() as text:
            return _parsed(text)
        case bool() | int() | float() as number:
            whole = int(number) >> bit & 1 if bit is not None and math.isfinite(number) else number
            return float(whole) if math.isfinite(whole) else math.nan
        case _:
            return math.nan


def _parsed(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def _seconds(date: Date) -> float:
    """Since 1970 by the device's own clock."""
    try:
        return datetime(date.year, date.month, date.day, tzinfo=UTC).timestamp()
    except ValueError:
        return math.nan


def _of_day(time: Time) -> float:
    if _ANY in time:
        return math.nan
    return time.hour * 3600 + time.minute * 60 + time.second + time.hundredths / 100


def _text(data: Sequence[Datum]) -> str:
    return " ".join(_one_text(datum) for datum in data)


def _one_text(datum: Datum) -> str:
    match datum.value:
        case None:
            return ""
        case bool() as flag:
            return str(int(flag))
        case float() as number:
            return f"{number:.7g}" if datum.tag == Tag.REAL else repr(number)
        case bytes() as octets:
            return octets.hex()
        case Date() as date:
            return f"{date.year:04}-{date.month:02}-{date.day:02}"
        case Time() as time:
            return f"{time.hour:02}:{time.minute:02}:{time.second:02}"
        case ObjectId() as object_:
            return f"{object_.type},{object_.instance}"
        case tuple() as bits:
            return "".join(str(int(bool(bit))) for bit in bits)
        case other:
            return str(other)
