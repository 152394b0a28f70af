"""Every alarm of a site as one version of the configuration defines it, and as its profile alone has it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from config.alarm_edits import AlarmName, own_tables, without_alarms
from config.driver_schema import DriverSchema
from config.entries import Documents
from config.problems import Problems
from config.resolve import examine
from config.rules import Rule
from config.site import Device, Node, Point, Site


@dataclass(frozen=True, slots=True)
class Alarm:
    device: Device | Node
    point: Point | None
    """None for an alarm that every device or node has."""
    rule: Rule
    own: bool
    """Whether the device says anything of it, beside its profile."""
    enabled: bool = True
    """False where the device has taken its profile's alarm away."""

    @property
    def name(self) -> AlarmName:
        return self.device.id, self.point.id if self.point else "", self.rule.name

    @property
    def tag(self) -> str:
        return self.device.tag if isinstance(self.device, Device) else ""

    @property
    def subsystem(self) -> str:
        """'' for a node: devices of several may hang on it."""
        return self.device.subsystem if isinstance(self.device, Device) else ""


@dataclass(frozen=True)
class Definitions:
    documents: Documents
    site: Site
    plain: Site
    """As the site would be if no device had alarms of its own."""

    @cached_property
    def tables(self) -> Mapping[AlarmName, Mapping[str, Any]]:
        """What devices say of their own alarms."""
        return own_tables(self.documents)

    def all(self) -> Iterator[Alarm]:
        """By device, and within it as its profile lists them; what a device has taken away comes last. Then
        those of the nodes."""
        taken: dict[str, list[AlarmName]] = {}
        for name, table in self.tables.items():
            if table.get("enabled") is False:
                taken.setdefault(name[0], []).append(name)
        own = self.tables
        for device in self.site.devices.values():
            for rule in device.own_rules.values():
                yield Alarm(device, None, rule, (device.id, "", rule.name) in own)
            for point in device.template.points:
                for rule in point.rules:
                    yield Alarm(device, point, rule, (device.id, point.id, rule.name) in own)
            for name in taken.get(device.id, ()):
                profiled = self.of_profile(name)
                point_ = device.template.find(name[1])
                if profiled is not None and point_ is not None:
                    yield Alarm(device, point_, profiled, own=True, enabled=False)
        for node in self.site.nodes.values():
            for rule in node.own_rules.values():
                yield Alarm(node, None, rule, (node.id, "", rule.name) in own)

    def of_profile(self, name: AlarmName) -> Rule | None:
        """As its profile has it."""
        return self.plain.rule(*name)

    def live(self, name: AlarmName) -> Rule | None:
        """As it is in force; None for one that the device does not have."""
        return self.site.rule(*name)


def definitions(
    documents: Documents, drivers: Mapping[str, DriverSchema], site: Site | None = None
) -> Definitions:
    """`site` is what the documents come to, where that is known. Raises ValueError where there is none."""
    found = site or examine(documents, drivers, Problems())
    if found is None:
        raise ValueError("the documents describe no site")
    if not any(tables.get("alarm") for tables in documents.values()):
        return Definitions(documents, found, found)
    plain = examine(without_alarms(documents), drivers, Problems())
    return Definitions(documents, found, plain or found)
