"""Writes: a value in the type that the node has, and what the server's answer means."""

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from asyncua import ua

from drivers.driver import Value, WriteError
from drivers.opcua.structures import Definition

_RANGES = {
    ua.VariantType.SByte: (-(2**7), 2**7 - 1),
    ua.VariantType.Byte: (0, 2**8 - 1),
    ua.VariantType.Int16: (-(2**15), 2**15 - 1),
    ua.VariantType.UInt16: (0, 2**16 - 1),
    ua.VariantType.Int32: (-(2**31), 2**31 - 1),
    ua.VariantType.UInt32: (0, 2**32 - 1),
    ua.VariantType.Int64: (-(2**63), 2**63 - 1),
    ua.VariantType.UInt64: (0, 2**64 - 1),
    ua.VariantType.StatusCode: (0, 2**32 - 1),
}
_LARGEST_FLOAT = 3.4028234663852886e38
_TEXTS = (ua.VariantType.String, ua.VariantType.LocalizedText, ua.VariantType.ByteString, ua.VariantType.Guid)
_WHOLE = 1e-6
"""A number this close to a whole one is meant as that."""


def variant_type(data_type: Definition | ua.VariantType, current: Any) -> ua.VariantType:
    """As what a value travels; of an abstract type (Number) as the current value does. Raises WriteError."""
    if isinstance(data_type, Definition) or data_type is ua.VariantType.ExtensionObject:
        raise WriteError(
            "节点为结构，不能写入；请写入其字段自己的节点",
            "the node holds a structure, which cannot be written; write a node of its own fields",
        )
    if data_type is not ua.VariantType.Variant:
        return data_type
    match current:
        case bool():
            return ua.VariantType.Boolean
        case str():
            return ua.VariantType.String
        case float():
            return ua.VariantType.Double
        case int():
            return ua.VariantType.Int32 if -(2**31) <= current < 2**31 else ua.VariantType.Int64
        case _:
            raise WriteError(
                "节点可为任意类型而尚无值，无法确定类型",
                "the node may hold any type and holds no value yet, so that none can be chosen",
            )


def variant(value: Value, kind: ua.VariantType) -> ua.Variant:
    """Raises WriteError where the value does not fit the type."""
    if kind in _TEXTS:
        return ua.Variant(_text(str(value) if isinstance(value, str) else f"{value:g}", kind), kind)
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            raise WriteError(
                f"节点类型为 {kind.name}，{value!r} 不是数",
                f"the node holds a {kind.name}, and {value!r} is no number",
            ) from None
    if not math.isfinite(value):
        raise WriteError(
            f"{value} 不能写入；只能写有限的数", f"{value} cannot be written; only a finite number can"
        )
    if kind is ua.VariantType.Boolean:
        if value not in (0, 1):
            raise WriteError(
                f"节点类型为 Boolean；{value:g} 不是 0 或 1",
                f"the node holds a Boolean; {value:g} is neither 0 nor 1",
            )
        return ua.Variant(bool(value), kind)
    if kind in _RANGES:
        return ua.Variant(_whole(value, kind), kind)
    if kind is ua.VariantType.Float and abs(value) > _LARGEST_FLOAT:
        raise WriteError(
            f"{value:g} 超出 Float 的最大值 {_LARGEST_FLOAT:g}",
            f"{value:g} is beyond {_LARGEST_FLOAT:g}, the largest that a Float holds",
        )
    if kind in (ua.VariantType.Float, ua.VariantType.Double):
        return ua.Variant(float(value), kind)
    if kind is ua.VariantType.DateTime:
        try:
            return ua.Variant(datetime.fromtimestamp(value, UTC), kind)
        except (OverflowError, ValueError, OSError):
            raise WriteError(
                f"{value:g} 不是 1970 年以来的秒数", f"{value:g} is no time in seconds since 1970"
            ) from None
    raise _unwritable(kind)


def index_range(indices: Sequence[int]) -> str:
    """Part 4, 7.27: of one element."""
    return ",".join(str(index) for index in indices)


def write_value(node: ua.NodeId, what: ua.Variant, indices: Sequence[int]) -> ua.WriteValue:
    """Without times or status, which many servers refuse."""
    if indices:
        value: Any = what.Value
        for _ in indices:
            value = [value]
        dimensions = [ua.Int32(1)] * len(indices) if len(indices) > 1 else None
        what = ua.Variant(value, what.VariantType, dimensions, is_array=True)
    held = ua.DataValue(what)
    held.StatusCode = None
    return ua.WriteValue(
        NodeId=node, AttributeId=ua.AttributeIds.Value, IndexRange=index_range(indices) or None, Value=held
    )


def only(held: Any, indices: Sequence[int]) -> Any:
    """What the node, or the element that alone was asked for, holds now. Raises WriteError.

    A server that answers with the whole array would take one element for all of it.
    """
    for _ in indices:
        if not isinstance(held, list) or len(held) != 1:
            raise WriteError(
                "服务器不区分数组的元素，不能写入单个元素",
                "the server does not tell elements of an array apart, so none can be written",
            )
        held = held[0]
    if isinstance(held, list):
        raise WriteError(
            "节点为数组；请以 index 指明元素", "the node holds an array; name an element of it by index"
        )
    return held


def _whole(value: float, kind: ua.VariantType) -> int:
    whole = round(value)
    if abs(value - whole) > _WHOLE:
        raise WriteError(
            f"节点类型为 {kind.name}，只接受整数，不接受 {value:g}",
            f"the node holds a {kind.name}, which takes whole numbers only, not {value:g}",
        )
    low, high = _RANGES[kind]
    if not low <= whole <= high:
        raise WriteError(
            f"{whole} 超出 {kind.name} 的范围 {low} 至 {high}",
            f"{whole} is not within {low} to {high}, what a {kind.name} holds",
        )
    return whole


def _text(text: str, kind: ua.VariantType) -> Any:
    if kind is ua.VariantType.LocalizedText:
        return ua.LocalizedText(text)
    if kind is ua.VariantType.String:
        return text
    raise _unwritable(kind)


def _unwritable(kind: ua.VariantType) -> WriteError:
    return WriteError(
        f"节点类型为 {kind.name}，不能由测点写入",
        f"the node holds a {kind.name}, which cannot be written from a point",
    )
