"""Which alarms two versions define differently, field by field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from business.alarm_database.fields import FIELDS, values_of
from config.alarm_edits import AlarmName
from config.rules import Rule
from config.site import Device, Node, Site


class Change(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    TAKEN_AWAY = "taken-away"


@dataclass(frozen=True, slots=True)
class FieldChange:
    key: str
    """Of a field, or `rank` for the priority in force where only that changes."""
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class AlarmChange:
    alarm: AlarmName
    change: Change
    fields: tuple[FieldChange, ...] = ()


def changes(old: Site, new: Site) -> Iterator[AlarmChange]:
    """In the order of the new site's devices, then of those that it does not have any more; then of nodes."""
    for id_, device in new.devices.items():
        before = old.devices.get(id_)
        if before is None or not _is_same(before, device):
            yield from _of_device(id_, rules_of(before), rules_of(device))
    for id_, device in old.devices.items():
        if id_ not in new.devices:
            yield from _of_device(id_, rules_of(device), {})
    for id_ in {**new.nodes, **old.nodes}:
        yield from _of_device(id_, rules_of(old.nodes.get(id_)), rules_of(new.nodes.get(id_)))


def rules_of(owner: Device | Node | None) -> Mapping[tuple[str, str], Rule]:
    if owner is None:
        return {}
    found = {("", rule.name): rule for rule in owner.own_rules.values()}
    if isinstance(owner, Device):
        found |= {(point.id, rule.name): rule for point in owner.template.points for rule in point.rules}
    return found


def _is_same(old: Device, new: Device) -> bool:
    return old.digest == new.digest and old.own_rules == new.own_rules


def _of_device(
    id_: str, old: Mapping[tuple[str, str], Rule], new: Mapping[tuple[str, str], Rule]
) -> Iterator[AlarmChange]:
    for name, rule in new.items():
        before = old.get(name)
        if before is None:
            yield AlarmChange((id_, *name), Change.ADDED, tuple(_said(rule)))
        elif before is not rule and (fields := tuple(_fields(before, rule))):
            yield AlarmChange((id_, *name), Change.CHANGED, fields)
    for name in old:
        if name not in new:
            yield AlarmChange((id_, *name), Change.TAKEN_AWAY)


def _fields(old: Rule, new: Rule) -> Iterator[FieldChange]:
    before, after = values_of(old), values_of(new)
    for field in FIELDS:
        if before[field.key] != after[field.key]:
            yield FieldChange(field.key, before[field.key], after[field.key])
    if old.priority is not new.priority and before["priority"] == after["priority"]:
        yield FieldChange("rank", str(old.priority), str(new.priority))


def _said(rule: Rule) -> Iterator[FieldChange]:
    values = values_of(rule)
    for field in FIELDS:
        if values[field.key] not in (None, field.blank):
            yield FieldChange(field.key, None, values[field.key])
