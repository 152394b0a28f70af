"""UPS: carries a data room, takes over when its mains fails, and charges again."""

from collections.abc import Mapping

from config.site import Device
from drivers.simulators.approach import clamp
from drivers.simulators.faults import NO_POWER
from drivers.simulators.model import Counter, Model, Reading
from drivers.simulators.world import World

RATED_KW = 40.0
BATTERY_KWH = 20.0
CHARGER_KW = 4.0
_LOSSES = 0.06
ON_MAINS, ON_BATTERY = 1, 2


class Ups(Model):
    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"beeper": 1.0}
        self._base_kw = self._random.uniform(14, 22)
        self.charge_pct = 100.0
        self.load_kw = self._base_kw
        self._battery_s = 0.0
        """How long it has been on its battery."""
        self._energy = Counter(RATED_KW, world.time_s)

    @property
    def on_battery(self) -> bool:
        return self.has("mains") or self.has(NO_POWER)

    def step(self, world: World, dt_s: float) -> None:
        hours = dt_s / 3600
        self.load_kw = clamp(self.near(self._base_kw * (0.92 + 0.12 * world.presence), 0.15), 0, RATED_KW)
        if self.on_battery:
            self.charge_pct -= 100 * self.load_kw * (1 + _LOSSES) / BATTERY_KWH * hours
            self.charge_pct = max(0.0, self.charge_pct)
            self.load_kw = self.load_kw if self.charge_pct else 0.0
            self.power_kw = 0.0
            self._battery_s += dt_s
        else:
            self._battery_s = 0.0
            missing_kwh = (100 - self.charge_pct) / 100 * BATTERY_KWH
            charging = min(CHARGER_KW, missing_kwh / hours if hours else 0.0)
            self.charge_pct = min(100.0, self.charge_pct + 100 * charging * hours / BATTERY_KWH)
            self.power_kw = self.load_kw * (1 + _LOSSES) + charging
        self._energy.add(self.load_kw, dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        battery, alive = self.on_battery, self.load_kw > 0
        out: dict[str, Reading] = {}
        for at, phase in enumerate("abc"):
            share = (0.34, 0.33, 0.33)[at]
            out[f"in-voltage-{phase}"] = 0.0 if battery else self.near(world.grid_v, 0.3)
            out[f"in-current-{phase}"] = self.power_kw * share * 1000 / 230
            out[f"out-voltage-{phase}"] = self.near(230, 0.1) if alive else 0.0
            out[f"out-current-{phase}"] = self.load_kw * share * 1000 / 230
        volts = 384 + 0.3 * (self.charge_pct - 50) - (10 if battery else 0)
        flowing = self.power_kw - self.load_kw * (1 + _LOSSES) if not battery else -self.load_kw * 1.06
        minutes = BATTERY_KWH * self.charge_pct / 100 / max(self.load_kw, 1) * 60
        return (
            out
            | self.settings
            | {
                "state": float(ON_BATTERY if battery else ON_MAINS),
                "in-frequency": 0.0 if battery else world.grid_hz,
                "out-frequency": 50.0 if alive else 0.0,
                "bypass-voltage": 0.0 if battery else self.near(world.grid_v, 0.3),
                "out-power": self.load_kw,
                "out-apparent": self.load_kw / 0.95,
                "load": 100 * self.load_kw / RATED_KW,
                "battery-voltage": self.near(volts, 0.2),
                "battery-current": flowing * 1000 / volts,
                "battery-seconds": self._battery_s,
                "battery-charge": self.charge_pct,
                "battery-minutes": minutes,
                "battery-temp": self.near(25 + (3 if battery else 0), 0.1),
                "cabinet-temp": self.near(29, 0.1),
                "energy": self._energy.value,
                "mains-ok": float(not battery),
                "battery-ok": 1.0,
                "bypass-ok": float(not battery),
                "fault": 0.0,
                "model": "DEMO-UPS-40K",
            }
        )
