"""A write to a device: what may be written, and when it counts as confirmed. Pure."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from actors.device_words import no_point
from actors.messages import CommandResult, Stage
from actors.said import in_chinese, said
from config.site import Device, Point, PointKind, Verify

Reply = Callable[[CommandResult], None]


@dataclass(frozen=True, slots=True)
class Order:
    """A command to a device on its way: executed at most once, not after `deadline` (monotonic seconds)."""

    id: str
    by: str
    deadline: float
    body: object
    reply: Reply


@dataclass(slots=True)
class Writing:
    """A write that left and is not yet confirmed."""

    order: Order
    point: Point
    value: float | str
    answered: bool = False
    """False while, or because, the device has not answered the write itself."""


def refusal(device: Device, point_id: str, value: float | str) -> str | None:
    """Why `value` can never be written to the point, or None.  Names value, limit, unit and way out."""
    template = device.template
    if point_id not in template.index:
        return no_point(device, point_id)
    point = template.points[template.index[point_id]]
    zh, en, write = in_chinese(device, point_id), f"{device.id}/{point_id}", point.write
    if write is None:
        return said(
            f"{zh}只读；要允许写入，请在设备模板 {template.profile} 中声明 write",
            f"{en} is read only; declare `write` in profile {template.profile} to allow it",
        )
    if point.kind is PointKind.TEXT:
        return (
            None
            if isinstance(value, str)
            else said(f"{zh}须为文本，而不是 {value!r}", f"{en} takes a text, not {value!r}")
        )
    if isinstance(value, str) or not math.isfinite(value):
        return said(f"{zh}须为数值，而不是 {value!r}", f"{en} takes a number, not {value!r}")
    if not write.low <= value <= write.high:
        unit = f" {point.unit}" if point.unit else ""
        return said(
            f"{value:g}{unit} 超出{zh}的允许范围 {write.low:g} 至 {write.high:g}{unit}",
            f"{value:g}{unit} is outside {write.low:g} to {write.high:g}{unit}, what may be written to {en}",
        )
    if point.states and value not in point.states:
        states = sorted(point.states.items())
        return said(
            f"{value:g} 不是{zh}的状态；状态有：{'、'.join(f'{code} {text.zh}' for code, text in states)}",
            f"{value:g} is not a state of {en}; "
            f"the states are {', '.join(f'{code} {text.en}' for code, text in states)}",
        )
    return None


def unscaled(point: Point, value: float | str) -> float | str:
    """The raw value that stands for an engineering value."""
    return value if isinstance(value, str) else (value - point.offset) / point.scale


def confirming_point(device: Device, point: Point) -> Point | None:
    """The point whose value shows that the write took effect; None when nothing can."""
    assert point.write is not None
    match point.write.verify:
        case Verify.READ_BACK:
            return point
        case Verify.FEEDBACK:
            return device.template.points[device.template.index[point.write.feedback]]
        case Verify.NONE:
            return None


def confirms(point: Point, wanted: float | str, seen: float | str) -> bool:
    """Whether the value seen is the value wanted, within the write's tolerance or half a raw step."""
    if isinstance(wanted, str) or isinstance(seen, str):
        return wanted == seen
    assert point.write is not None
    # Float32 registers keep about seven digits, so that an exact comparison would never confirm them.
    tolerance = max(point.write.tolerance, abs(point.scale) / 2, 1e-6 * abs(wanted))
    return abs(wanted - seen) <= tolerance


def result(
    order: Order, stage: Stage, detail: str, wall_ns: int, value: float | str | None = None
) -> CommandResult:
    return CommandResult(order.id, stage, detail, value, wall_ns)
