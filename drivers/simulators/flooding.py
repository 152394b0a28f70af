"""Water where it should not be: shut-off valves, pipes that burst behind them, leak cables on the floor."""

from collections.abc import Mapping
from typing import ClassVar

from config.site import Device
from drivers.simulators.approach import clamp
from drivers.simulators.model import Model, Reading
from drivers.simulators.world import World

BURST_M3_H = 80.0
"""Of a pipe behind an open valve."""
DRIP_M3_H = 0.05
_DRAIN_M3_H = 55.0
"""What the drains of a floor take to its sump."""
_FLOOR_M2 = 80.0
_DRYING_S = 60.0
_TRAVEL_S = 20.0
SHUT, OPEN, MOVING = 0.0, 1.0, 2.0


class ShutOffValve(Model):
    """A motor valve in a water main. Effects: 'burst' behind it, 'stuck', 'local'."""

    rank: ClassVar[int] = 0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"command": OPEN}
        self.opening = 100.0

    def step(self, world: World, dt_s: float) -> None:
        if not self.has("stuck"):
            way = 100 * self.settings["command"] - self.opening
            travelled = 100 * dt_s / _TRAVEL_S
            self.opening += clamp(way, -travelled, travelled)
        burst = BURST_M3_H * self.opening / 100 if self.has("burst") else 0.0
        world.burst_m3_h[self.device.zone] = burst

    @property
    def state(self) -> float:
        if self.opening in (0.0, 100.0):
            return OPEN if self.opening else SHUT
        return MOVING

    def readings(self, world: World) -> Mapping[str, Reading]:
        astray = self.has("stuck") and self.opening != 100 * self.settings["command"]
        return self.settings | {
            "state": self.state,
            "position": self.opening,
            "fault": float(astray),
            "remote": self.remote,
        }


class LeakDetector(Model):
    """A sensing cable and a level sensor on the floor of a room. Effects: 'leak' (it drips), 'cable'."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._place_m = self._random.uniform(4, 36)
        self._level_mm = 0.0
        self._wet_s = 0.0
        """How long the cable still takes to dry."""

    def step(self, world: World, dt_s: float) -> None:
        zone = self.device.zone
        inflow = world.burst_m3_h.get(zone, 0.0) + (DRIP_M3_H if self.has("leak") else 0.0)
        standing_m3_h = self._level_mm / 1000 * _FLOOR_M2 / dt_s * 3600
        drained = min(_DRAIN_M3_H, inflow + standing_m3_h)
        world.drained_m3_h[zone] = drained
        self._level_mm += (inflow - drained) / _FLOOR_M2 * dt_s / 3.6
        self._level_mm = clamp(self._level_mm, 0, 500)
        wet = inflow > 0 or self._level_mm > 1
        self._wet_s = _DRYING_S if wet else max(0.0, self._wet_s - dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        wet = self._wet_s > 0
        return {
            "leak": float(wet),
            "position": self._place_m if wet else 0.0,
            "level": self._level_mm,
            "cable-fault": float(self.has("cable")),
        }
