"""Payloads of Sparkplug B (Eclipse Sparkplug 3.0, chapter 6): metrics, as their published schema says."""

import math
import struct
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from drivers.driver import Quality, Value, WriteError
from drivers.mqtt.malformed import Malformed
from drivers.mqtt.protobuf import bytes_field, fields, fixed_field, number_field

NAMESPACE = "spBv1.0"
REBIRTH = "Node Control/Rebirth"
BD_SEQ = "bdSeq"
SEQUENCE = 256


class DataType(IntEnum):
    INT8 = 1
    INT16 = 2
    INT32 = 3
    INT64 = 4
    UINT8 = 5
    UINT16 = 6
    UINT32 = 7
    UINT64 = 8
    FLOAT = 9
    DOUBLE = 10
    BOOLEAN = 11
    STRING = 12
    DATETIME = 13
    TEXT = 14
    UUID = 15


_BITS = {
    DataType.INT8: 8, DataType.INT16: 16, DataType.INT32: 32, DataType.INT64: 64,
    DataType.UINT8: 8, DataType.UINT16: 16, DataType.UINT32: 32, DataType.UINT64: 64,
}  # fmt: skip
_SIGNED = frozenset({DataType.INT8, DataType.INT16, DataType.INT32, DataType.INT64})
_TEXTS = frozenset({DataType.STRING, DataType.TEXT, DataType.UUID})
_QUALITIES = {0: Quality.BAD_SENSOR_FAULT, 500: Quality.UNCERTAIN_STALE}
"""What the property `Quality` of a metric may say; 192 is good."""


class Metric(NamedTuple):
    name: str = ""
    """'' where only the alias is said."""
    alias: int | None = None
    time_ms: int | None = None
    datatype: int = 0
    """0 where the birth certificate has said it."""
    is_historical: bool = False
    is_null: bool = False
    value: int | bytes | None = None
    """As it travels; see `value_of`."""
    quality: int = 0


class Payload(NamedTuple):
    time_ms: int | None
    seq: int | None
    metrics: tuple[Metric, ...]


def decoded(data: bytes) -> Payload:
    """Raises Malformed."""
    time_ms = seq = None
    metrics: list[Metric] = []
    for number, value in fields(data):
        match number, value:
            case 1, int():
                time_ms = value
            case 2, bytes():
                metrics.append(_metric(value))
            case 3, int():
                seq = value
            case 1 | 2 | 3, _:
                raise Malformed("not Sparkplug")
            case _:
                pass
    return Payload(time_ms, seq, tuple(metrics))


def _metric(data: bytes) -> Metric:
    found: dict[str, object] = {}
    for number, value in fields(data):
        match number, value:
            case 1, bytes():
                found["name"] = _text(value)
            case 2, int():
                found["alias"] = value
            case 3, int():
                found["time_ms"] = value
            case 4, int():
                found["datatype"] = value
            case 5, int():
                found["is_historical"] = bool(value)
            case 7, int():
                found["is_null"] = bool(value)
            case 9, bytes():
                found["quality"] = _quality(value)
            case (10 | 11 | 14, int()) | (12 | 13 | 15, bytes()):
                found["value"] = value
            case 1 | 2 | 3 | 4 | 5 | 7 | 9 | 10 | 11 | 12 | 13 | 14 | 15, _:
                raise Malformed("not Sparkplug")
            case _:
                pass  # metadata, bytes, data sets and templates are no values of points
    return Metric(**found)  # type: ignore[arg-type]


def _quality(data: bytes) -> int:
    keys: list[bytes] = []
    values: list[bytes] = []
    for number, value in fields(data):
        if isinstance(value, bytes) and number in (1, 2):
            (keys if number == 1 else values).append(value)
    for key, value in zip(keys, values, strict=False):
        if key == b"Quality":
            said = [code for number, code in fields(value) if number in (3, 4) and isinstance(code, int)]
            return int(_QUALITIES.get(said[0], 0)) if said else 0
    return 0


def value_of(metric: Metric, datatype: int) -> Value | bool | None:
    """None for null and for what is no value of a point. Raises Malformed where value and type disagree."""
    value = metric.value
    if metric.is_null or value is None:
        return None
    if isinstance(value, int):
        if datatype == DataType.BOOLEAN:
            return value != 0
        bits = _BITS.get(DataType(datatype), 64) if datatype in _DATATYPES else 64
        value &= (1 << bits) - 1
        if datatype in _SIGNED and value >> (bits - 1):
            value -= 1 << bits
        return value
    if datatype in _TEXTS:
        return _text(value)
    if datatype in (DataType.FLOAT, DataType.DOUBLE, 0) and len(value) in (4, 8):
        number: float = struct.unpack("<f" if len(value) == 4 else "<d", value)[0]
        return number
    raise Malformed("not of its type")


_DATATYPES = frozenset(DataType)


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Malformed("not UTF-8") from None


def encoded(metrics: Iterable[bytes], time_ms: int, seq: int | None) -> bytes:
    payload = number_field(1, time_ms) + b"".join(bytes_field(2, metric) for metric in metrics)
    return payload if seq is None else payload + number_field(3, seq)


def encoded_metric(name: str, alias: int | None, datatype: int, value: Value | None, time_ms: int) -> bytes:
    """By its name, or by its alias where `name` is ''. Raises WriteError for a wrong value."""
    head = bytes_field(1, name.encode()) if name else b""
    if alias is not None:
        head += number_field(2, alias)
    head += number_field(3, time_ms) + number_field(4, datatype)
    if value is None:
        return head + number_field(7, 1)
    if datatype in _TEXTS:
        return head + bytes_field(15, str(value).encode())
    number = float(value) if not isinstance(value, str) else math.nan
    if not math.isfinite(number):
        raise WriteError(f"{value!r} 不是 {_name(datatype)}", f"{value!r} is no {_name(datatype)}")
    if datatype == DataType.BOOLEAN:
        return head + number_field(14, int(number != 0))
    if datatype == DataType.DOUBLE:
        return head + fixed_field(13, struct.pack("<d", number))
    if datatype == DataType.FLOAT:
        try:
            return head + fixed_field(12, struct.pack("<f", number))
        except OverflowError:
            raise WriteError(f"{value} 对 Float 太大", f"{value} is too large for a Float") from None
    if datatype == DataType.DATETIME:
        return head + number_field(11, int(number))
    if datatype not in _BITS:
        raise WriteError(
            f"类型为 {_name(datatype)} 的指标不能写入", f"metrics of type {_name(datatype)} cannot be written"
        )
    bits = _BITS[DataType(datatype)]
    low = -(1 << bits - 1) if datatype in _SIGNED else 0
    whole = int(value) if number.is_integer() else None
    if whole is None or not low <= whole < low + (1 << bits):
        high = low + (1 << bits) - 1
        raise WriteError(
            f"{value} 不是 {_name(datatype)}（{low} 至 {high}）",
            f"{value} is no {_name(datatype)} ({low} to {high})",
        )
    return head + number_field(11 if bits == 64 else 10, whole & ((1 << max(bits, 32)) - 1))


def _name(datatype: int) -> str:
    return DataType(datatype).name if datatype in _DATATYPES else str(datatype)
