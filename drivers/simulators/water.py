"""Water supply and drainage: tanks, booster pumps, sumps and meters."""

import math
from collections.abc import Mapping
from typing import ClassVar

from config.site import Device
from drivers.simulators.approach import clamp, toward
from drivers.simulators.faults import NO_POWER
from drivers.simulators.model import AUTO, OFF, ON, Counter, Model, Reading
from drivers.simulators.world import World

TANK_M2 = 20.0
TANK_LOW_M, TANK_HIGH_M = 1.6, 2.4
"""The inlet valve opens at the first and shuts at the second."""
PUMP_M3_H = 16.0
INLET_M3_H = 52.0
"""More than all pumps deliver, so that an open inlet always fills."""
BRIM_M = 2.9
"""Where a sump runs over."""


class WaterSupply(Model):
    """A tank filled from the city and three pumps that hold the pressure; one starts after another."""

    most_kw = 25.0
    full_m3_h = 28.0
    """Draw at full presence."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"mode": AUTO, "pressure-setpoint": 420.0}
        self.level_m = 2.0
        self.filling = False
        self.pressure_kpa = 420.0
        self.flow_m3_h = 0.0
        self.pumps = 1
        """How many run."""
        self._hours = [Counter(1.0, world.time_s) for _ in range(3)]
        self._energy = Counter(self.most_kw, world.time_s)
        self._total = Counter(40.0, world.time_s)

    def step(self, world: World, dt_s: float) -> None:
        wanted = self.full_m3_h * (0.06 + 0.94 * world.presence) * self.near(1, 0.06)
        wanted += sum(world.burst_m3_h.values()) / 2
        healthy = self._healthy()
        if wanted > 0.9 * PUMP_M3_H * self.pumps:
            self.pumps += 1
        elif wanted < 0.7 * PUMP_M3_H * (self.pumps - 1):
            self.pumps -= 1
        self.pumps = min(max(self.pumps, 1), len(healthy))
        able = PUMP_M3_H * self.pumps
        self.flow_m3_h = toward(self.flow_m3_h, min(wanted, able), dt_s, 20)
        target = self.settings["pressure-setpoint"] * min(1.0, able / max(wanted, 0.1))
        self.pressure_kpa = toward(self.pressure_kpa, target if self.pumps else 180.0, dt_s, 12)
        self._fill(dt_s)
        self.power_kw = 0.0
        if self.pumps:
            self.power_kw = 0.8 * self.pumps + self.flow_m3_h * self.pressure_kpa / 3600 / 0.6
        for pump in healthy[: self.pumps]:
            self._hours[pump].add(1, dt_s)
        self._energy.add(self.power_kw, dt_s)
        self._total.add(self.flow_m3_h, dt_s)

    def _healthy(self) -> list[int]:
        if self.settings["mode"] == OFF:
            return []
        return [n for n in range(3) if not self.has(f"pump-{n + 1}") and not self.has(NO_POWER)]

    def _fill(self, dt_s: float) -> None:
        """Level over `dt_s`, from one switching of the inlet valve to the next."""
        left_h = dt_s / 3600
        while left_h > 1e-9:
            rate = ((INLET_M3_H if self.filling else 0.0) - self.flow_m3_h) / TANK_M2
            edge = TANK_HIGH_M if self.filling else TANK_LOW_M
            until = (edge - self.level_m) / rate if rate else math.inf
            if until > left_h:
                self.level_m += rate * left_h
                return
            self.level_m, self.filling = edge, not self.filling
            left_h -= until

    @property
    def hz(self) -> float:
        share = self.flow_m3_h / (PUMP_M3_H * self.pumps) if self.pumps else 0.0
        return clamp(28 + 14 * share + 0.02 * (self.settings["pressure-setpoint"] - 420), 0, 50)

    def readings(self, world: World) -> Mapping[str, Reading]:
        out: dict[str, Reading] = dict(self.settings)
        running = self._healthy()[: self.pumps]
        for n in range(3):
            on = n in running
            out[f"pump-{n + 1}-frequency"] = self.hz if on else 0.0
            out[f"pump-{n + 1}-current"] = self.near(0.25 * self.hz, 0.1) if on else 0.0
            out[f"pump-{n + 1}-hours"] = self._hours[n].value
            out[f"pump-{n + 1}-running"] = float(on)
            out[f"pump-{n + 1}-fault"] = float(self.has(f"pump-{n + 1}"))
        return out | {
            "pressure": self.near(self.pressure_kpa, 1.5),
            "inlet-pressure": self.near(240, 1.5),
            "tank-level": self.near(self.level_m, 0.004),
            "flow": self.flow_m3_h,
            "total": self._total.value,
            "turbidity": self.near(0.28, 0.01),
            "chlorine": self.near(0.45, 0.01),
            "ph": self.near(7.3, 0.015),
            "power": self.power_kw,
            "energy": self._energy.value,
            "inlet-valve": float(self.filling),
            "remote": self.remote,
            "leak": float(self.has("leak")),
        }


class Sump(Model):
    """A pit that seepage and rain fill; two pumps take turns and help each other above the second level."""

    area_m2: ClassVar[float] = 3.0
    pump_m3_h: ClassVar[float] = 18.0
    most_kw = 6.0
    helping_m: ClassVar[float] = 0.5
    """The second pump starts this far above the first."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"mode": AUTO, "start-level": 1.5, "stop-level": 0.5}
        self._seepage_m3_h = self._random.uniform(0.8, 2.5)
        self.level_m = self._random.uniform(0.6, 1.4)
        self.inflow_m3_h = self._seepage_m3_h
        self.running = 0
        self.starts = 0
        self._turn = 0
        self._hours = [Counter(1.0, world.time_s) for _ in range(2)]

    def step(self, world: World, dt_s: float) -> None:
        flood = 14.0 if self.has("inflow") else 0.0
        flood += world.drained_into(self.device.zone)
        self.inflow_m3_h = self._seepage_m3_h * self.near(1, 0.05) + 0.25 * world.weather.rain_mm_h + flood
        left_h = dt_s / 3600
        while left_h > 1e-9:
            self._switch()
            rate = (self.inflow_m3_h - self.pump_m3_h * self.running) / self.area_m2
            edge = self._next_edge(rate)
            until = (edge - self.level_m) / rate if rate else math.inf
            passed = min(max(until, 1e-6), left_h)
            self.level_m = clamp(self.level_m + rate * passed, 0, BRIM_M)
            for pump in self._order()[: self.running]:
                self._hours[pump].add(1, passed * 3600)
            left_h -= passed
        self._switch()
        self.power_kw = 2.2 * self.running

    def _order(self) -> list[int]:
        healthy = [n for n in (0, 1) if not self.has(f"pump-{n + 1}") and not self.has(NO_POWER)]
        return healthy[self._turn % 2 :] + healthy[: self._turn % 2]

    def _next_edge(self, rate: float) -> float:
        """The level at which the number of running pumps may change next; endlessly far if there is none."""
        start, stop = self.settings["start-level"], self.settings["stop-level"]
        if rate > 0:
            above = (level for level in (start, start + self.helping_m) if level > self.level_m + 1e-9)
            return next(above, math.inf)
        return stop if self.level_m > stop + 1e-9 else -math.inf

    def _switch(self) -> None:
        healthy = len(self._order())
        wanted = self.running
        if self.settings["mode"] == ON and self.level_m > 0.3:
            wanted = 1
        elif self.settings["mode"] == OFF or self.level_m <= self.settings["stop-level"] + 1e-9:
            wanted = 0
        elif self.level_m >= self.settings["start-level"] + self.helping_m - 1e-9:
            wanted = 2
        elif self.level_m >= self.settings["start-level"] - 1e-9:
            wanted = max(wanted, 1)
        wanted = min(wanted, healthy)
        if wanted > self.running:
            self.starts += wanted - self.running
        if self.running and not wanted:
            self._turn += 1
        self.running = wanted

    def readings(self, world: World) -> Mapping[str, Reading]:
        out: dict[str, Reading] = dict(self.settings)
        for n in (0, 1):
            on = n in self._order()[: self.running]
            out[f"pump-{n + 1}-running"] = float(on)
            out[f"pump-{n + 1}-fault"] = float(self.has(f"pump-{n + 1}"))
            out[f"pump-{n + 1}-current"] = self.near(4.6, 0.05) if on else 0.0
            out[f"pump-{n + 1}-hours"] = self._hours[n].value
        return out | {
            "level": self.near(self.level_m, 0.004),
            "inflow": self.inflow_m3_h,
            "float-high": float(self.level_m > 2.3),
            "remote": self.remote,
        }


class WaterMeter(Model):
    most_m3_h = 12.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._full_m3_h = world.wiring.water.get(device.id, 4.0)
        self.total = Counter(self.most_m3_h, world.time_s)
        self.flow_m3_h = 0.0

    @property
    def is_shut(self) -> bool:
        return False

    def step(self, world: World, dt_s: float) -> None:
        leak = 1.5 if self.has("leak") else 0.0
        wanted = self._full_m3_h * (0.05 + 0.95 * world.presence) * self.near(1, 0.15) + leak
        self.flow_m3_h = min(toward(self.flow_m3_h, wanted, dt_s, 30), self.most_m3_h)
        if self.is_shut:
            self.flow_m3_h = 0.0
        self.total.add(self.flow_m3_h, dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        return {
            "total": self.total.value,
            "flow": self.flow_m3_h,
            "pressure": self.near(390, 2),
            "temperature": self.near(12 + 0.4 * world.weather.temperature_c, 0.1),
            "battery": 3.6,
            "reverse": 0.0,
            "serial": f"WM{abs(hash_of(self.device.id)) % 10**8:08}",
        }


def hash_of(text: str) -> int:
    """The same number for the same text in every process."""
    return int.from_bytes(text.encode()[-7:], "big")
