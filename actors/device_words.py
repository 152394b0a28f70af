"""What a device answers to the persons who act on it."""

from actors.messages import Link
from actors.said import in_chinese, in_language, said
from config.site import Device


def tagged(device: Device, reason: str) -> str:
    return said(f"{in_chinese(device)}已挂牌：{reason}", f"a tag hangs on {device.id}: {reason}")


def untagged(device: Device) -> str:
    return said(f"{in_chinese(device)}已摘牌", f"the tag was removed from {device.id}")


def prevented_by_tag(device: Device, by: str, note: str) -> str:
    return said(
        f"{in_chinese(device)}已挂牌（{by}：{note}）；请先摘牌",
        f"a tag hangs on {device.id} ({by}: {note}); remove it first",
    )


def prevented_by_link(device: Device, link: Link, reason: str) -> str:
    return said(
        f"{in_chinese(device)}不在线：{in_language(reason, 'zh') or '尚未连上'}；没有发送",
        f"{device.id} is {link}: {in_language(reason, 'en') or 'not reached yet'}; nothing was sent",
    )


def substituted(device: Device, point: str, value: float) -> str:
    return said(
        f"{in_chinese(device, point)}已人工置数为 {value:g}",
        f"{device.id}/{point} is substituted by {value:g}",
    )


def measured_again(device: Device, point: str) -> str:
    return said(
        f"{in_chinese(device, point)}恢复显示实测值",
        f"{device.id}/{point} shows the measured value again",
    )


def substitution_is_past(device: Device, point: str) -> str:
    return said(
        f"{in_chinese(device, point)}的置数截止时间已过",
        f"the end of the substitution of {device.id}/{point} lies in the past",
    )


def no_point(device: Device, point: str) -> str:
    return said(f"{in_chinese(device)}没有测点 {point}", f"{device.id} has no point {point!r}")


def unknown_command(command: object) -> str:
    kind = type(command).__name__
    return said(f"设备不认识命令 {kind}", f"a device does not know {kind}")


def nothing_to_acknowledge(device: Device) -> str:
    return said(
        f"{in_chinese(device)}的协议没有报警确认",
        f"the protocol of {device.id} has no acknowledgement of alarms",
    )
