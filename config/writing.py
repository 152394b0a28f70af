"""What may be written to a point: the same for a person's command, a plan and the device itself."""

import math

from config.names import in_chinese
from config.site import Device, Point, PointKind
from config.text import Text


def unfounded(point: Point, reason: str) -> Text | None:
    """Why a write of the point may not be given this reason, or None. A reason is the Chinese of one of those
    that are allowed, or begins so and goes on after a semicolon."""
    write = point.write
    if write is None or not (write.two_person or write.reasons):
        return None
    if not write.reasons:
        return None if reason.strip() else Text("请写明理由", "give the reason")
    if any(reason == one.zh or reason.startswith(f"{one.zh}；") for one in write.reasons):
        return None
    return Text(
        f"理由须为以下之一：{'、'.join(one.zh for one in write.reasons)}",
        f"the reason must be one of: {'; '.join(one.en for one in write.reasons)}",
    )


def reason_in_both(point: Point, reason: str) -> Text:
    """One that may be given, translated; what somebody has added stays as it is."""
    for one in point.write.reasons if point.write is not None else ():
        if reason == one.zh or reason.startswith(f"{one.zh}；"):
            added = reason.removeprefix(one.zh)
            return Text(reason, one.en + added.replace("；", "; ", 1))
    return Text(reason, reason)


def unwritable(device: Device, point_id: str, value: float | str) -> Text | None:
    """Why `value` can never be written to the point, or None. Names value, limit, unit and way out."""
    template = device.template
    point = template.point(point_id)
    zh, en, write = in_chinese(device, point_id), f"{device.id}/{point_id}", point.write
    if write is None:
        return Text(
            f"{zh}只读；要允许写入，请在设备模板 {template.profile} 中声明 write",
            f"{en} is read only; declare `write` in profile {template.profile} to allow it",
        )
    if point.kind is PointKind.TEXT:
        return (
            None
            if isinstance(value, str)
            else Text(f"{zh}须为文本，而不是 {value!r}", f"{en} takes a text, not {value!r}")
        )
    if isinstance(value, str) or not math.isfinite(value):
        return Text(f"{zh}须为数值，而不是 {value!r}", f"{en} takes a number, not {value!r}")
    if not write.low <= value <= write.high:
        unit = f" {point.unit}" if point.unit else ""
        return Text(
            f"{value:g}{unit} 超出{zh}的允许范围 {write.low:g} 至 {write.high:g}{unit}",
            f"{value:g}{unit} is outside {write.low:g} to {write.high:g}{unit}, what may be written to {en}",
        )
    if point.states and value not in point.states:
        states = sorted(point.states.items())
        return Text(
            f"{value:g} 不是{zh}的状态；状态有：{'、'.join(f'{code} {text.zh}' for code, text in states)}",
            f"{value:g} is not a state of {en}; "
            f"the states are {', '.join(f'{code} {text.en}' for code, text in states)}",
        )
    return None
