"""Meters of CJ/T 188: water behind a valve that the meter shuts, and the heat of hot water."""

from collections.abc import Mapping
from typing import ClassVar

from config.site import Device
from drivers.simulators.chilled_water import WATER_KW_H_M3K
from drivers.simulators.model import Counter, Model, Reading, Settlement
from drivers.simulators.water import WaterMeter
from drivers.simulators.world import World

_DRIFT_S = 40.0
"""A meter's clock is off by this much at most."""


class ValveMeter(Model):
    """What meters of this kind have beside what they count."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"valve": 1.0}
        self._drift_s = float(round(self._random.uniform(-_DRIFT_S, _DRIFT_S)))

    @property
    def is_shut(self) -> bool:
        return not self.settings["valve"]

    def write(self, point: str, value: float | str) -> None:
        super().write(point, value)
        if point == "clock-set":
            self._drift_s = 0.0

    def own(self) -> dict[str, Reading]:
        return {**self.settings, "battery-low": 0.0, "clock-drift": self._drift_s, "clock-set": 0.0}


class ValveWaterMeter(ValveMeter, WaterMeter):
    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._settled = Settlement(self.total, world.local)

    def step(self, world: World, dt_s: float) -> None:
        self._settled.step(world.local)
        super().step(world, dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        return self.own() | {"volume": self.total.value, "settled-volume": self._settled.value}


class HeatMeter(ValveMeter):
    """On a branch of the boilers' hot water."""

    rank: ClassVar[int] = 3
    share = 0.1
    """Of the water that the boilers send out."""
    most_kw = 40.0
    most_m3_h = 3.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.heat_kw = self.flow_m3_h = 0.0
        self._heat = Counter(self.most_kw, world.time_s)
        self._settled = Settlement(self._heat, world.local)
        self._volume = Counter(self.most_m3_h, world.time_s)
        self._hours = Counter(1.0, world.time_s)

    def step(self, world: World, dt_s: float) -> None:
        water = world.hot_water
        self._settled.step(world.local)
        self.flow_m3_h = 0.0 if self.is_shut else min(self.share * water.flow_m3_h, self.most_m3_h)
        warmed = WATER_KW_H_M3K * self.flow_m3_h * (water.supply_c - water.return_c)
        self.heat_kw = min(max(warmed, 0.0), self.most_kw)
        self._heat.add(self.heat_kw, dt_s)
        self._volume.add(self.flow_m3_h, dt_s)
        self._hours.add(1.0, dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        return self.own() | {
            "heat": self._heat.value,
            "settled-heat": self._settled.value,
            "power": self.heat_kw,
            "flow": self.flow_m3_h,
            "volume": self._volume.value,
            "supply-temperature": world.hot_water.supply_c,
            "return-temperature": world.hot_water.return_c,
            "hours": self._hours.value,
        }
