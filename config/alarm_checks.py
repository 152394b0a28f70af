"""Whether what alarms and nodes mention by name is there."""

from collections.abc import Iterator, Mapping

from config.alarms import suppressors
from config.problems import Problems, Where
from config.rules import Rule
from config.site import Device, Node


def check_names(
    devices: Mapping[str, Device],
    written: Mapping[str, Where],
    nodes: Mapping[str, Node],
    problems: Problems,
) -> None:
    """`written` are the nodes of the site's files and where they stand."""
    if not problems.complete:
        return
    names = _Names(devices)
    for id_, where in written.items():
        node = nodes.get(id_)
        if id_ in devices:
            message = f"{id_} is a node and a device"
            problems.add(where, id_, message, "Rename one", zh=f"{id_} 既是节点又是设备；请改名其一")
        if node is not None and node.alarm and not names.has(*_split(node.alarm)):
            problems.unknown(where.at("alarm"), "alarm", node.alarm, names.of_device(node.alarm))
    for device, point, rule in names.suppressed():
        for name in suppressors(device, rule):
            if not names.has(*name):
                written_name, owner = "/".join(name), f"{device}/{point}/{rule.name}"
                where = Where("", ("alarm", owner, "suppressed_by"))
                problems.unknown(where, "alarm", written_name, names.of_device(written_name))


class _Names:
    def __init__(self, devices: Mapping[str, Device]) -> None:
        self._devices = devices

    def has(self, device: str, point: str, rule: str) -> bool:
        return f"{device}/{point}/{rule}" in set(self.of_device(device))

    def of_device(self, name: str) -> list[str]:
        """All alarms of the device that an alarm's name begins with; those of all when there is none."""
        device = self._devices.get(name.partition("/")[0])
        if device is None:
            return list(self._devices)
        return [
            *(f"{device.id}//{rule}" for rule in device.own_rules),
            *(
                f"{device.id}/{point.id}/{rule.name}"
                for point in device.template.points
                for rule in point.rules
            ),
        ]

    def suppressed(self) -> Iterator[tuple[str, str, Rule]]:
        for device in self._devices.values():
            for point in device.template.points:
                for rule in point.rules:
                    if rule.suppressed_by:
                        yield device.id, point.id, rule


def _split(name: str) -> tuple[str, str, str]:
    parts = [*name.split("/"), "", ""]
    return parts[0], parts[1], parts[2]
