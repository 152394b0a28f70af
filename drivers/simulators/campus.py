"""The world: every simulated device of a site, stepped together from one clock and one seed."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain, groupby
from zoneinfo import ZoneInfo

from config.site import Device, Site
from drivers.simulators.faults import GATEWAY, NO_POWER, SENSOR, SILENT, Fault, schedule
from drivers.simulators.model import Model, Reading
from drivers.simulators.models import MODELS
from drivers.simulators.plant import Machines, balance
from drivers.simulators.presence import as_it_is, presence
from drivers.simulators.recorded import Recordings
from drivers.simulators.shows import Face, Shows
from drivers.simulators.supply import Supply
from drivers.simulators.thermal import Room
from drivers.simulators.weather import Weather
from drivers.simulators.wiring import Wiring
from drivers.simulators.world import World

_IN_ROOMS = frozenset({"ahu", "ahu-recorded", "fan-coil", "room-sensor", "wireless-room-sensor"})
"""Models that stand in a room and share its air."""

PLANT = 2
"""The rank of the cooling plant, which answers what the coils of rank 1 took."""


class Campus:
    """Plays the devices of `site` whose profile names a model.

    `start_s` is unix time. The same site, seed, start and steps give the same values. With
    `with_faults` off nothing ever breaks. `day` says by which clock people come and go.
    """

    def __init__(
        self,
        site: Site,
        *,
        seed: int,
        start_s: float,
        wiring: Wiring,
        recordings: Recordings,
        shows: Shows | None = None,
        with_faults: bool = True,
        day: Callable[[datetime], datetime] = as_it_is,
    ) -> None:
        played = [device for device in site.devices.values() if device.template.model]
        if unknown := {device.template.model for device in played} - MODELS.keys():
            known = ", ".join(sorted(MODELS))
            raise ValueError(f"no physics for model {sorted(unknown)}; known models: {known}")
        self._weather = Weather(seed)
        self._zone = ZoneInfo(site.timezone)
        self._day = day
        local = datetime.fromtimestamp(start_s, self._zone)
        self.world = World(
            seed=seed,
            time_s=start_s,
            local=local,
            day=day(local),
            weather=self._weather.at(start_s, local),
            presence=presence(day(local)),
            rooms=_rooms(site, played, wiring),
            recordings=recordings,
            wiring=wiring,
            loads_kw=dict.fromkeys((device.id for device in played), 0.0),
            parents={zone.id: zone.parent for zone in site.zones.values()},
        )
        self.models: Mapping[str, Model] = {
            device.id: MODELS[device.template.model](device, self.world) for device in played
        }
        ranked = sorted(self.models.values(), key=lambda model: model.rank)
        self._ranks = {rank: list(models) for rank, models in groupby(ranked, key=lambda model: model.rank)}
        self._machines = Machines(ranked)
        by_model: dict[str, list[Device]] = defaultdict(list)
        for device in played:
            by_model[device.template.model].append(device)
        self._coming = schedule(by_model, seed, start_s) if with_faults else iter(())
        self._next = next(self._coming, None)
        self.faults: list[Fault] = []
        """In force now by chance; `played` are those of scenarios."""
        self.played: list[Fault] = []
        self._supply = Supply(wiring, by_model)
        self._faces = {device.id: Face(device, shows or {}) for device in played}

    def step(self, dt_s: float) -> None:
        """Move everything on by `dt_s`."""
        world = self.world
        world.time_s += dt_s
        world.local = datetime.fromtimestamp(world.time_s, self._zone)
        world.weather = self._weather.at(world.time_s, world.local)
        world.day = self._day(world.local)
        world.presence = presence(world.day)
        self._break_and_mend()
        world.standby.load_kw = self._supply.essential_kw(world.loads_kw)
        for room in world.rooms.values():
            room.step(world.weather, world.presence, dt_s)
        for rank, models in self._ranks.items():
            if rank == PLANT:
                self._machines.sequence(world.chilled_water.chillers, world.time_s)
            for model in models:
                model.step(world, dt_s)
                world.loads_kw[model.device.id] = model.power_kw
            if rank == PLANT:
                balance(world.chilled_water, world, self._machines, dt_s)

    def readings(self) -> Iterator[tuple[Device, Mapping[str, Reading]]]:
        """Every device with the values of all its points; None where a sensor is broken."""
        broken = {(fault.device, fault.point) for fault in self._suffered(SENSOR)}
        for model in self.models.values():
            values = self._faces[model.device.id].readings(model.readings(self.world))
            hidden = {point: None for device, point in broken if device == model.device.id}
            yield model.device, {**values, **hidden} if hidden else values

    def write(self, device: str, point: str, value: float | str) -> None:
        """The control room wrote `value`, in the point's unit."""
        self.models[device].write(self._faces[device].reading(point), value)

    def silent(self) -> frozenset[str]:
        """Devices that do not answer now."""
        return frozenset(fault.device for fault in self._suffered(SILENT))

    def cut_off(self) -> frozenset[str]:
        """Devices whose gateway has lost its link now."""
        return frozenset(fault.device for fault in self._suffered(GATEWAY))

    def _break_and_mend(self) -> None:
        now_s = self.world.time_s
        while self._next is not None and self._next.from_s <= now_s:
            self.faults.append(self._next)
            self._next = next(self._coming, None)
        self.faults = [fault for fault in self.faults if fault.until_s > now_s]
        self.played = list(self._scenes(now_s))
        for model in self.models.values():
            model.faults.clear()
        for fault in chain(self.faults, self.played):
            self.models[fault.device].faults.add(fault.effect)
        for device in self._supply.dark(self.models, self.world.standby, self.world.fire):
            self.models[device].faults.add(NO_POWER)

    def _scenes(self, now_s: float) -> Iterator[Fault]:
        """What the scenarios that are being played do by now."""
        for name, since_s in self.world.scenarios.items():
            for effect in self.world.wiring.scenarios[name]:
                if effect.device in self.models and now_s >= since_s + effect.after_s:
                    yield Fault(effect.device, effect.effect, "", since_s + effect.after_s, math.inf)

    def _suffered(self, effect: str) -> Iterator[Fault]:
        return (fault for fault in chain(self.faults, self.played) if fault.effect == effect)


def _rooms(site: Site, played: list[Device], wiring: Wiring) -> dict[str, Room]:
    zones = {device.zone for device in played if device.template.model in _IN_ROOMS}
    return {
        zone: Room(
            wiring.area(zone, site.zones[zone].kind),
            process_kw=wiring.process_kw.get(zone, 0.0),
        )
        for zone in sorted(zones)
    }
