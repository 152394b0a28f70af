"""Resolves what a site says of its alarms: classes, topology, stations; and what holds for every site."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tomllib import loads
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel

from config.alarm_schema import AlarmClassTable, NodeTable, StationTable
from config.entries import Entry, Named, named
from config.problems import Problems
from config.rules import AlarmClass, Priority, ResponseStep, Rule, RuleKind, Severity
from config.site import Device, Node, NodeKind, Station, Zone
from config.text import Text

STANDARD = Path(__file__).parent / "standard-alarms.toml"
"""The classes that come with the program, where one of the site with the same id counts instead; and the
alarms that every device and node has."""

DEFAULT_CLASS: Final = "process"

URGENT_S: Final = 300.0
SOON_S: Final = 1800.0
_MATRIX: Mapping[Severity, tuple[Priority, Priority, Priority]] = {
    Severity.SEVERE: (Priority.CRITICAL, Priority.CRITICAL, Priority.HIGH),
    Severity.MAJOR: (Priority.HIGH, Priority.HIGH, Priority.MEDIUM),
    Severity.MODERATE: (Priority.HIGH, Priority.MEDIUM, Priority.LOW),
    Severity.MINOR: (Priority.MEDIUM, Priority.LOW, Priority.LOW),
}
"""Within URGENT_S, within SOON_S, later: priority by consequence and time, as ISA-18.2 asks for."""


def rated(severity: Severity | None, response_s: float) -> Priority | None:
    """The priority that consequence and time to respond give; None where one of them is not known."""
    if severity is None or response_s <= 0:
        return None
    return _MATRIX[severity][0 if response_s <= URGENT_S else 1 if response_s <= SOON_S else 2]


def _own(what: str) -> Mapping[str, Rule]:
    """The rules that stand under `what` in the standard file; when they hold is the program's to say."""
    rules = {}
    for name, table in _standard()[what].items():
        rules[name] = Rule(
            name, RuleKind.STATE, 1.0, 0.0, 0.0, 0.0,
            rated(Severity(table["severity"]), table["response_s"]) or Priority.MEDIUM, Text(**table["text"]),
            cause=Text(**table["cause"]),
            consequence=Text(**table["consequence"]),
            action=Text(**table["action"]),
            alarm_class=table["alarm_class"],
            severity=Severity(table["severity"]),
            response_s=float(table["response_s"]),
            follows=("priority", "latched", "re_alarm_s"),
        )  # fmt: skip
    return MappingProxyType(rules)


@lru_cache(1)
def _standard() -> Mapping[str, Any]:
    return loads(STANDARD.read_text("utf-8"))


OWN_RULES: Final = _own("device")
"""The rules that every device has: COMM_LOSS and DEVICE_FAULT."""
NODE_RULES: Final = _own("node")
"""The rules that every node has: NODE_OUT."""


@lru_cache(1)
def standard_classes() -> Mapping[str, AlarmClass]:
    tables = standard_class_tables().values()
    return {one.id: class_of(one) for one in map(AlarmClassTable.model_validate, tables)}


def standard_class_tables() -> Mapping[str, Mapping[str, Any]]:
    """As they are written, by id."""
    return {one["id"]: one for one in _standard()["alarm_class"]}


def class_of(table: AlarmClassTable) -> AlarmClass:
    return AlarmClass(
        id=table.id,
        name=table.name.text(),
        event=table.event,
        acknowledge_return=table.acknowledge_return,
        latched=table.latched or table.verdict,
        re_alarm_s=table.re_alarm_s,
        verdict=table.verdict,
        shelve_limit_s=table.shelve_limit_s,
        checklist=tuple(
            ResponseStep(step.text.text(), step.within_s, step.camera, step.telephone)
            for step in table.checklist
        ),
        order_team=table.order_team,
        order_priority=table.order_priority,
        order_after_s=table.order_after_s,
    )


def classes(entries: list[Entry], problems: Problems) -> dict[str, AlarmClass]:
    own = named(entries, AlarmClassTable, "alarm class", problems)
    return {**standard_classes(), **{name: class_of(table) for name, table in own.tables.items()}}


def nodes(found: Named[NodeTable], zones: Mapping[str, Zone], problems: Problems) -> dict[str, Node]:
    """Those of the site; `with_gateways` adds what the connections of devices show."""
    made = {
        table.id: Node(
            table.id,
            table.name.text(),
            table.kind,
            table.zone or _root(zones),
            table.parent,
            table.alarm,
            NODE_RULES,
        )
        for table in found.tables.values()
    }
    for table in found.tables.values():
        where = found.known[table.id]
        if table.zone and table.zone not in zones:
            problems.unknown(where.at("zone"), "zone", table.zone, zones)
        if table.parent and table.parent not in found.known:
            problems.unknown(where.at("parent"), "node", table.parent, found.known)
        elif table.id in ancestors(made, table.parent):
            message = f"node {table.id} hangs on itself"
            problems.add(
                where.at("parent"), table.parent, message, "Give one of them a parent outside, or none",
                zh=f"节点 {table.id} 的上级最终是它自己；请改为其他上级或留空",
            )  # fmt: skip
    return made


def ancestors(known: Mapping[str, Node], node: str) -> tuple[str, ...]:
    """`node` and those on which it hangs, the nearest first; a loop ends where it closes."""
    path: list[str] = []
    while node in known and node not in path:
        path.append(node)
        node = known[node].parent
    return tuple(path)


def stations(entries: list[Entry], zones: Mapping[str, Zone], problems: Problems) -> dict[str, Station]:
    found = named(entries, StationTable, "station", problems)
    for table in found.tables.values():
        for at, zone in enumerate(table.zones):
            if zone not in zones:
                problems.unknown(found.known[table.id].at("zones", at), "zone", zone, zones)
    return {
        name: Station(name, table.name.text(), tuple(table.zones)) for name, table in found.tables.items()
    }


def with_gateways(
    devices: Mapping[str, Device], known: Mapping[str, Node], zones: Mapping[str, Zone]
) -> tuple[dict[str, Device], dict[str, Node]]:
    """Devices that are reached at one address hang on one gateway, whether anybody wrote it down or not."""
    behind: dict[tuple[str, str], list[Device]] = defaultdict(list)
    for device in devices.values():
        if address := _address(device.connection):
            behind[device.template.driver, address].append(device)
    made, hung = dict(known), dict(devices)
    for (driver, address), members in behind.items():
        loose = [one for one in members if not _has_gateway(one, known)]
        if len(loose) < 2:  # one device is its own gateway
            continue
        id_ = f"{driver}:{address}"
        place = _around(zones, [one.zone for one in loose])
        name = Text(f"网关 {address}", f"Gateway {address}")
        made[id_] = Node(id_, name, NodeKind.GATEWAY, place, own_rules=NODE_RULES)
        for one in loose:
            hung[one.id] = replace(hung[one.id], upstream=(*one.upstream, id_))
    return hung, made


def _address(connection: BaseModel) -> str:
    """Where devices may be reached together: a serial port, or a host with its port; else empty."""
    host, port = getattr(connection, "host", None), getattr(connection, "port", None)
    if isinstance(serial := getattr(connection, "serial", None), str) and serial:
        return serial
    return f"{host}:{port}" if isinstance(host, str) and isinstance(port, int) else ""


def _has_gateway(device: Device, known: Mapping[str, Node]) -> bool:
    return any(known[node].kind is NodeKind.GATEWAY for node in device.upstream if node in known)


def _around(zones: Mapping[str, Zone], inside: Iterable[str]) -> str:
    """The smallest zone that holds all of these."""
    paths = [_path(zones, zone) for zone in inside]
    common = [step for step in paths[0] if all(step in path for path in paths)]
    return common[-1] if common else _root(zones)


def _path(zones: Mapping[str, Zone], zone: str) -> list[str]:
    path: list[str] = []
    while zone in zones and zone not in path:
        path.insert(0, zone)
        zone = zones[zone].parent
    return path


def _root(zones: Mapping[str, Zone]) -> str:
    return next((zone.id for zone in zones.values() if not zone.parent), "")


def suppressors(device: str, rule: Rule) -> Iterator[tuple[str, str, str]]:
    """The full names (device, point, rule) of what suppresses a rule of a device."""
    for written in rule.suppressed_by:
        parts = written.split("/")
        yield (device, parts[0], parts[1]) if len(parts) == 2 else (parts[0], parts[1], parts[2])
