"""Tables: the devices of one template and period, row by row. Every process derives the same ones."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from config.site import Device, Site, Template


@dataclass(frozen=True)
class Table:
    """Devices that are read and judged together; row n is `devices[n]`, column m is `template.points[m]`."""

    id: str
    field: str
    """The field process that reads it."""
    template: Template
    period_s: float
    devices: tuple[Device, ...]

    @cached_property
    def row(self) -> Mapping[str, int]:
        return {device.id: at for at, device in enumerate(self.devices)}

    @cached_property
    def digest(self) -> str:
        """Names these very rows and columns in the history, whatever configuration version they come from."""
        rows, columns = [each.id for each in self.devices], [each.id for each in self.template.points]
        return hashlib.sha256("\0".join([*rows, "", *columns]).encode()).hexdigest()[:16]


def tables(site: Site, field: str | None = None) -> tuple[Table, ...]:
    """The tables of one field process, or of the whole site, ordered by id."""
    groups: dict[tuple[str, str, float], list[Device]] = {}
    for device in site.devices.values():
        if field is None or device.process == field:
            groups.setdefault((device.process, device.template.id, device.period_s), []).append(device)
    return tuple(
        Table(
            id=f"{process}/{template}@{period_s:g}",
            field=process,
            template=devices[0].template,
            period_s=period_s,
            devices=tuple(sorted(devices, key=lambda device: device.id)),
        )
        for (process, template, period_s), devices in sorted(groups.items())
    )
