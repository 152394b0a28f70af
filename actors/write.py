"""A write to a device: what may be written, and when it counts as confirmed. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from actors.device_words import no_point
from actors.messages import CommandResult, Stage
from actors.said import said
from config.site import Device, Point, Verify
from config.writing import unwritable

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
    if point_id not in device.template.index:
        return no_point(device, point_id)
    why = unwritable(device, point_id, value)
    return said(why.zh, why.en) if why is not None else None


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
            return device.template.point(point.write.feedback)
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
