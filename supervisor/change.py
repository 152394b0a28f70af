"""What another configuration changes in a field process: only what differs is restarted. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from actors.table import Table
from config.site import Device, Site, Subsystem


@dataclass(frozen=True, slots=True)
class Change:
    """From one configuration of a field process to the next. All are ids, sorted."""

    renewed_tables: tuple[str, ...]
    """New ones, and those whose rows or columns are others now."""
    removed_tables: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    replaced: tuple[str, ...]
    """Devices of which anything differs."""
    moved: tuple[str, ...]
    """Those that belong to another subsystem now."""
    reseated: tuple[str, ...]
    """Devices that are as they were, in a table that is not."""
    added_subsystems: tuple[str, ...]
    removed_subsystems: tuple[str, ...]
    changed_subsystems: tuple[str, ...]

    def in_words(self) -> str:
        """For the log: which devices were restarted, started and stopped; the others went on undisturbed."""
        parts = {
            "started": self.added,
            "stopped": self.removed,
            "restarted": self.replaced + self.moved,
            "subsystems": self.added_subsystems + self.removed_subsystems + self.changed_subsystems,
        }
        said = [f"{what} {', '.join(ids)}" for what, ids in parts.items() if ids]
        return "; ".join(said) or "no device is concerned"


def difference(
    process: str, old: Site, new: Site, old_tables: Mapping[str, Table], new_tables: Mapping[str, Table]
) -> Change:
    before, after = _devices(process, old), _devices(process, new)
    table_of = {device.id: table.id for table in new_tables.values() for device in table.devices}
    renewed = {
        id_
        for id_, table in new_tables.items()
        if id_ not in old_tables
        or table.digest != old_tables[id_].digest
        or table.template != old_tables[id_].template
    }
    stay = before.keys() & after.keys()
    moved = {id_ for id_ in stay if before[id_].subsystem != after[id_].subsystem}
    replaced = {id_ for id_ in stay - moved if before[id_].digest != after[id_].digest}
    subsystems_before = _subsystems(process, old)
    subsystems_after = _subsystems(process, new)
    subsystems_stay = subsystems_before.keys() & subsystems_after.keys()
    return Change(
        renewed_tables=tuple(sorted(renewed)),
        removed_tables=tuple(sorted(old_tables.keys() - new_tables.keys())),
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        replaced=tuple(sorted(replaced)),
        moved=tuple(sorted(moved)),
        reseated=tuple(sorted(id_ for id_ in stay - replaced - moved if table_of[id_] in renewed)),
        added_subsystems=tuple(sorted(subsystems_after.keys() - subsystems_before.keys())),
        removed_subsystems=tuple(sorted(subsystems_before.keys() - subsystems_after.keys())),
        changed_subsystems=tuple(
            sorted(
                id_
                for id_ in subsystems_stay
                if subsystems_before[id_] != subsystems_after[id_]
                or (subsystems_after[id_].limit_schedule and _hours(old) != _hours(new))
            )
        ),
    )


def _hours(site: Site) -> tuple[object, ...]:
    """What the schedule of a subsystem goes by."""
    return site.timezone, site.calendar


def _devices(process: str, site: Site) -> dict[str, Device]:
    return {device.id: device for device in site.devices.values() if device.process == process}


def _subsystems(process: str, site: Site) -> dict[str, Subsystem]:
    return {id_: one for id_, one in site.subsystems.items() if process in site.processes_of(id_)}
