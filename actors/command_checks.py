"""What can be said of a command before it goes anywhere: is its target there, may it have the value. Pure."""

import difflib
from collections.abc import Iterable

from actors.alarm_requests import Request
from actors.messages import (
    EndSubstitution,
    HangTag,
    OperatePoint,
    RemoveTag,
    RetryDevice,
    SelectPoint,
    SubstitutePoint,
    UseLimitSet,
    WithdrawSelection,
    WritePoint,
)
from actors.said import in_chinese, said
from actors.write import refusal
from config.site import PointKind, Site
from config.writing import unfounded

OfPoint = SelectPoint | OperatePoint | WithdrawSelection | WritePoint | SubstitutePoint | EndSubstitution


def problem(site: Site, body: object) -> str | None:
    """Why this command cannot be meant, or None."""
    match body:
        case UseLimitSet(subsystem, limit_set):
            if subsystem not in site.subsystems:
                return _unknown("子系统", "subsystem", subsystem, site.subsystems)
            known = site.subsystems[subsystem].limit_sets
            if limit_set in known:
                return None
            return _unknown(f"{subsystem} 的限值组", f"limit set of {subsystem}", limit_set, known)
        case HangTag(device) | RemoveTag(device) | RetryDevice(device):
            return None if device in site.devices else _unknown("设备", "device", device, site.devices)
        case _ if isinstance(body, Request):
            known_places = {**site.devices, **site.nodes}
            place = body.device
            return None if place in known_places else _unknown("设备", "device", place, known_places)
        case SelectPoint(device, point) | SubstitutePoint(device, point) | EndSubstitution(device, point):
            return _of_point(site, body, device, point)
        case OperatePoint(_, device, point) | WritePoint(device, point):
            return _of_point(site, body, device, point)
        case WithdrawSelection(_, device, point):
            return _of_point(site, body, device, point)
        case _:
            return None


def processes_of(site: Site, body: object) -> tuple[str, ...]:
    """The field processes that carry the command out; () for `core` itself. `problem` must be None."""
    match body:
        case UseLimitSet(subsystem):
            return site.processes_of(subsystem)
        case (
            OperatePoint()
            | WritePoint()
            | HangTag()
            | RemoveTag()
            | RetryDevice()
            | SubstitutePoint()
            | EndSubstitution()
        ):
            return (site.devices[body.device].process,)
        case _:
            return ()


def zone_of(site: Site, device: str) -> str:
    """The id of the zone actor that keeps the alarms of a device or node."""
    owner = site.devices.get(device) or site.nodes[device]
    return site.alarm_zone(owner.zone)


def _of_point(site: Site, body: OfPoint, device_id: str, point_id: str) -> str | None:
    device = site.devices.get(device_id)
    if device is None:
        return _unknown("设备", "device", device_id, site.devices)
    if point_id not in device.template.index:
        known = device.template.index
        return _unknown(f"{in_chinese(device)}的测点", f"point of {device_id}", point_id, known)
    zh, en = in_chinese(device, point_id), f"{device_id}/{point_id}"
    point = device.template.point(point_id)
    match body:
        case WritePoint() if point.write is not None and point.write.two_person:
            return said(
                f"{zh}须由两人操作：一人提出，另一人执行；计划不能写入",
                f"{en} takes two persons, one who asks and one who carries it out; no plan writes it",
            )
        case SelectPoint() if (why := unfounded(point, body.reason)) is not None:
            return said(f"{zh}：{why.zh}", f"{en}: {why.en}")
        case SelectPoint() | OperatePoint() | WritePoint():
            return refusal(device, point_id, body.value)
        case SubstitutePoint() if point.kind is PointKind.TEXT:
            return said(f"{zh}是文本；只能对数值置数", f"{en} is a text; only numbers can be substituted")
        case SubstitutePoint() if not point.plausible_low <= body.value <= point.plausible_high:
            low, high, unit = f"{point.plausible_low:g}", f"{point.plausible_high:g}", point.unit
            return said(
                f"{body.value:g} {unit} 超出{zh}的可信范围 {low} 至 {high} {unit}；请置可信的数值",
                f"{body.value:g} {unit} is outside {low} to {high} {unit}, what {en} can be; "
                "substitute a plausible value",
            )
        case _:
            return None


def _unknown(zh: str, en: str, name: str, known: Iterable[str]) -> str:
    """`zh` and `en` say what kind of thing is not known by that name."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return said(
        f"没有{zh} {name}" + (f"；是否指 {near[0]}？" if near else ""),
        f"unknown {en} {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
    )
