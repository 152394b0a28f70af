"""Two boilers of one recorded plant; what the logger missed reads as a broken sensor."""

import math
from collections.abc import Mapping

from config.site import Device
from drivers.simulators.model import Counter, Model, Reading
from drivers.simulators.recorded import celsius, cubic_metres_h, kilopascal
from drivers.simulators.world import HotWater, World

_MOST_GAS_M3_H = 60.0


class Boiler(Model):
    def __init__(self, device: Device, world: World, number: int) -> None:
        super().__init__(device, world)
        self._own = f"Boiler{number}_"
        self._hours = Counter(1.0, world.time_s)
        self._gas = Counter(_MOST_GAS_M3_H, world.time_s)
        self._now: dict[str, float] = {}
        self.fire_pct = 0.0

    def step(self, world: World, dt_s: float) -> None:
        self._now = {name: series.replay(world.wall_s) for name, series in world.recordings.boiler.items()}
        fire = self._now[f"{self._own}FireRate_value"]
        # Below a few percent the burner only idles; the record shows 2 or 3 while it is off.
        self.fire_pct = fire if fire > 5 and self.able else 0.0
        self._tell(world.hot_water)
        self._hours.add(float(self.fire_pct > 0), dt_s)
        self._gas.add(self.gas_m3_h, dt_s)
        self.power_kw = 1.5 if self.fire_pct else 0.2 if self.able else 0.0

    def _tell(self, water: HotWater) -> None:
        """What the logger missed stays as it was."""
        if not math.isnan(supply := self._now["Boiler_SysHWS_value_f"]):
            water.supply_c = celsius(supply)
        if not math.isnan(back := self._now["Boiler_HWR_value_f"]):
            water.return_c = celsius(back)
        if not math.isnan(flow := self._now["Boiler_Flow_value_gpm"]):
            water.flow_m3_h = cubic_metres_h(flow)

    @property
    def gas_m3_h(self) -> float:
        return _MOST_GAS_M3_H * self.fire_pct / 100

    def readings(self, world: World) -> Mapping[str, Reading]:
        now = self._now
        return {
            "fire-rate": self.fire_pct,
            "supply-temp": _reading(celsius(now[f"{self._own}HWS_value_f"])),
            "system-temp": _reading(celsius(now["Boiler_SysHWS_value_f"])),
            "return-temp": _reading(celsius(now["Boiler_HWR_value_f"])),
            "boiler-return-temp": _reading(celsius(now["Boiler_RtnTemp_value_f"])),
            "outdoor-temp": _reading(celsius(now["Boiler_OAT_value_f"])),
            # The export calls it °F; it is an opening in percent.
            "bypass-valve": _reading(now["Boiler_BypassValve_value_f"]),
            "pressure": _reading(kilopascal(now["Boiler_DP_value_psi"])),
            "flow": _reading(cubic_metres_h(now["Boiler_Flow_value_gpm"])),
            "pump-speed": _reading(now["Boiler_SpeedAO_value"]),
            "gas-flow": self.gas_m3_h,
            "gas-total": self._gas.value,
            "run-hours": self._hours.value,
            "running": float(self.fire_pct > 0),
            "pump-a": float(now["Boiler_P1A_Status_value"] > 0.5),
            "pump-b": float(now["Boiler_P1B_Status_value"] > 0.5),
            "fault": float(self.has("trip")),
        }


def _reading(value: float) -> Reading:
    return None if math.isnan(value) else value
