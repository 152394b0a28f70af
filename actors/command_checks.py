"""What can be said of a command before it goes anywhere: is its target there, may it have the value. Pure."""

import difflib
from collections.abc import Iterable

from actors.messages import (
    AcknowledgeAlarm,
    EndSubstitution,
    HangTag,
    OperatePoint,
    RemoveTag,
    RetryDevice,
    SelectPoint,
    SubstitutePoint,
    UseLimitSet,
)
from actors.write import refusal
from config.site import PointKind, Site

OfPoint = SelectPoint | OperatePoint | SubstitutePoint | EndSubstitution
OfDevice = OfPoint | AcknowledgeAlarm | HangTag | RemoveTag | RetryDevice


def problem(site: Site, body: object) -> str | None:
    """Why this command cannot be meant, or None."""
    match body:
        case UseLimitSet(subsystem, limit_set):
            if subsystem not in site.subsystems:
                return _unknown("subsystem", subsystem, site.subsystems)
            known = site.subsystems[subsystem].limit_sets
            return None if limit_set in known else _unknown(f"limit set of {subsystem}", limit_set, known)
        case AcknowledgeAlarm(device) | HangTag(device) | RemoveTag(device) | RetryDevice(device):
            return None if device in site.devices else _unknown("device", device, site.devices)
        case SelectPoint(device, point) | SubstitutePoint(device, point) | EndSubstitution(device, point):
            return _of_point(site, body, device, point)
        case OperatePoint(_, device, point):
            return _of_point(site, body, device, point)
        case _:
            return None


def process_of(site: Site, body: object) -> str:
    """The field process that carries the command out; '' for `core` itself. `problem` must be None."""
    match body:
        case UseLimitSet(subsystem):
            return site.subsystems[subsystem].field
        case OperatePoint() | HangTag() | RemoveTag() | RetryDevice() | SubstitutePoint() | EndSubstitution():
            return site.subsystems[site.devices[body.device].subsystem].field
        case _:
            return ""


def _of_point(site: Site, body: OfPoint, device_id: str, point_id: str) -> str | None:
    device = site.devices.get(device_id)
    if device is None:
        return _unknown("device", device_id, site.devices)
    if point_id not in device.template.index:
        return _unknown(f"point of {device_id}", point_id, device.template.index)
    point = device.template.points[device.template.index[point_id]]
    match body:
        case SelectPoint() | OperatePoint():
            return refusal(device, point_id, body.value)
        case SubstitutePoint() if point.kind is PointKind.TEXT:
            return f"{device_id}/{point_id} is a text; only numbers can be substituted"
        case SubstitutePoint() if not point.plausible_low <= body.value <= point.plausible_high:
            return (
                f"{body.value:g} {point.unit} is outside {point.plausible_low:g} to {point.plausible_high:g} "
                f"{point.unit}, what {device_id}/{point_id} can be; substitute a plausible value"
            )
        case _:
            return None


def _unknown(kind: str, name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"unknown {kind} {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
