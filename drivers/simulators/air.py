"""Machines that supply air: air handling units, fan coils, fresh-air units."""

import math
from collections.abc import Mapping

from config.site import Device
from drivers.simulators.approach import clamp, toward
from drivers.simulators.model import AUTO, ON, Counter, Model, Reading
from drivers.simulators.presence import office_hours
from drivers.simulators.recorded import celsius, pascal
from drivers.simulators.thermal import AIR_KW_H_M3K, Room
from drivers.simulators.world import World

COOLING, HEATING, VENTILATION = 0, 1, 2
_SETBACK_C = (15.0, 28.0)
"""Outside these an empty room is conditioned too."""
_RECOVERED = 0.55
"""Of the difference between room and outdoor air, by the wheel of a fresh-air unit."""
_LATENT = 1.2
"""Cold that drying takes, on top of cooling."""


class AirMachine(Model):
    """Blows air, cools or heats it with a PI loop, and lets a sequence of schedule and setback run it."""

    flow_m3_h_m2 = 18.0
    """Full flow per floor area."""
    most_kw = 22.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"mode": AUTO, "temp-setpoint": 24.0}
        self.room = self.surroundings(world)
        self.running = False
        self.flow_m3_h = 0.0
        self.supply_c = self.mixed_c = self.room.temperature_c
        self.cooling = self.heating = 0.0
        """Valves, 0 to 1."""
        self.season = VENTILATION
        self.hours = Counter(1.0, world.time_s)
        self.energy = Counter(self.most_kw, world.time_s)
        self._integral = 0.0

    def surroundings(self, world: World) -> Room:
        """The room whose air comes back to the machine."""
        return world.rooms[self.device.zone]

    def schedule(self, world: World) -> bool:
        return office_hours(world.day)

    def decide(self, world: World) -> None:
        """Run or rest."""
        low, high = _SETBACK_C
        if self.running:
            low, high = low + 2, high - 2
        needed = not low < self.room.temperature_c < high
        automatic = self.settings["mode"] == AUTO and (self.schedule(world) or needed)
        self.running = self.able and (self.settings["mode"] == ON or automatic)

    def condition(self, world: World, fresh: float, dt_s: float) -> None:
        """Mix `fresh` (0 to 1) outdoor air into the room's, then cool or heat it."""
        self.mixed_c = self.room.temperature_c * (1 - fresh) + world.weather.temperature_c * fresh
        if not self.running:
            self.cooling = self.heating = self._integral = 0.0
            self.supply_c = toward(self.supply_c, self.room.temperature_c, dt_s, 900)
            return
        coldest = min(self.mixed_c, world.chilled_water.supply_c + 5)
        warmest = max(self.mixed_c, min(40.0, world.hot_water.supply_c - 12))
        drive = self.drive(coldest, warmest, dt_s)
        self.cooling, self.heating = max(drive, 0.0), max(-drive, 0.0)
        if drive > 0.02:
            self.season = COOLING
        elif drive < -0.02:
            self.season = HEATING
        target = self.mixed_c - self.cooling * (self.mixed_c - coldest)
        target += self.heating * (warmest - self.mixed_c)
        self.supply_c = toward(self.supply_c, target, dt_s, 60)
        cold = self.flow_m3_h * AIR_KW_H_M3K * (self.mixed_c - self.supply_c) * _LATENT
        if self.cooling and cold > 0:
            world.chilled_water.take(cold)

    def drive(self, coldest_c: float, warmest_c: float, dt_s: float) -> float:
        """Full cooling 1 to full heating -1: a PI loop on the room's temperature."""
        error = self.room.temperature_c - self.settings["temp-setpoint"]
        self._integral = clamp(self._integral + error * dt_s / 1500, -1, 1)
        return clamp(0.7 * error + self._integral, -1, 1)

    def blow(self, target_m3_h: float, dt_s: float) -> None:
        self.flow_m3_h = toward(self.flow_m3_h, target_m3_h if self.running else 0.0, dt_s, 15)
        if not self.running and self.flow_m3_h < 10:
            self.flow_m3_h = 0.0

    def count(self, dt_s: float) -> None:
        self.hours.add(float(self.running), dt_s)
        self.energy.add(self.power_kw, dt_s)

    def common(self) -> dict[str, Reading]:
        return {
            **self.settings,
            "supply-temp": self.near(self.supply_c, 0.1),
            "run-hours": self.hours.value,
            "running": float(self.running),
            "fault": float(self.has("trip")),
        }


class AirHandler(AirMachine):
    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings |= {"co2-setpoint": 850.0, "pressure-setpoint": 320.0}
        self.full_m3_h = self.flow_m3_h_m2 * self.room.area_m2
        self.damper = 0.0
        self._co2_ppm = self.room.co2_ppm

    def step(self, world: World, dt_s: float) -> None:
        self.decide(world)
        speed = clamp(0.6 + 0.4 * max(self.cooling, self.heating), 0.6, 1) * self._pressure
        self.blow(self.full_m3_h * speed, dt_s)
        over = (self.room.co2_ppm - self.settings["co2-setpoint"]) / 300
        self.damper = toward(self.damper, clamp(0.35 + over, 0.15, 1) if self.running else 0.0, dt_s, 60)
        self.condition(world, 0.6 * self.damper, dt_s)
        if self.flow_m3_h:
            self.room.supply(self.flow_m3_h, self.supply_c, self.flow_m3_h * 0.6 * self.damper)
        part = self.flow_m3_h / self.full_m3_h
        self.power_kw = min(self.most_kw, 0.7 * self.full_m3_h / 1000 * part**2.5)
        self.count(dt_s)

    @property
    def _pressure(self) -> float:
        return math.sqrt(self.settings["pressure-setpoint"] / 320)

    @property
    def hz(self) -> float:
        return clamp(50 * self.flow_m3_h / (1.25 * self.full_m3_h), 0, 50)

    def readings(self, world: World) -> Mapping[str, Reading]:
        water, part = world.chilled_water, self.flow_m3_h / self.full_m3_h
        on = part > 0.05
        clogged = self.has("clogged")
        filter_pa = 140 * part**1.8 * (2.1 if clogged else 1.0)
        heating = self.heating > 0
        coil_in = world.hot_water.supply_c if heating else water.supply_c
        coil_out = coil_in - 14 * self.heating if heating else coil_in + 5.5 * min(1.0, 0.3 + self.cooling)
        return self.common() | {
            "return-temp": self.near(self.room.temperature_c, 0.06),
            "mixed-temp": self.near(self.mixed_c, 0.08),
            "supply-humidity": self.near(clamp(self.room.humidity_pct + 25 * self.cooling, 5, 95), 0.4),
            "return-humidity": self.near(self.room.humidity_pct, 0.3),
            "return-co2": self.near(self.room.co2_ppm, 6),
            "duct-pressure": self.near(self.settings["pressure-setpoint"] * min(1.0, part / 0.6), 3)
            if on
            else 0,
            "filter-pressure": self.near(filter_pa, 1.5) if on else 0.0,
            "building-pressure": self.near(12.0 if on else 0.0, 0.6),
            "fan-frequency": self.hz,
            "fan-current": self.near(2.0 * self.power_kw, 0.1) if on else 0.0,
            "fan-power": self.power_kw,
            "return-fan-frequency": 0.9 * self.hz,
            "air-flow": self.flow_m3_h,
            "chw-valve": 100 * self.cooling,
            "hw-valve": 100 * self.heating,
            "humidifier": clamp(8 * (38 - self.room.humidity_pct), 0, 100) if on else 0.0,
            "fresh-damper": 100 * self.damper,
            "return-damper": 100 - 100 * self.damper,
            "exhaust-damper": 90 * self.damper,
            "coil-in-temp": self.near(coil_in, 0.1),
            "coil-out-temp": self.near(coil_out, 0.1),
            "season": float(self.season if self.running else VENTILATION),
            "energy": self.energy.value,
            "remote": self.remote,
            "filter-clogged": float(clogged),
            "return-fan-running": float(on),
            "freeze": 0.0,
            "fan-dp": float(on),
        }


class RecordedAirHandler(AirHandler):
    """An air handler whose fan, discharge air, zone air and room pressure replay trends of a real one."""

    def decide(self, world: World) -> None:
        super().decide(world)
        if self.settings["mode"] == AUTO and self.able:
            self.running = world.recordings.supply_fan.filled(world.wall_s) > 0.5

    def step(self, world: World, dt_s: float) -> None:
        super().step(world, dt_s)
        wall_s = world.wall_s
        records = world.recordings
        self._discharge_c = celsius(records.discharge_air_f.filled(wall_s))
        self._zone_c = celsius(records.zone_air_f.filled(wall_s))
        self._pressure_pa = pascal(records.building_pressure_inwc.filled(wall_s))

    def readings(self, world: World) -> Mapping[str, Reading]:
        return {
            **super().readings(world),
            "supply-temp": self._discharge_c,
            "return-temp": self._zone_c,
            "building-pressure": self._pressure_pa,
        }


class FanCoil(AirMachine):
    flow_m3_h_m2 = 20.0
    most_kw = 0.3

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings |= {"fan-limit": 3, "key-lock": 0}
        if self.room.process_kw:
            # Servers heat this room: the coil is as large as they need.
            self.flow_m3_h_m2 = 3.2 * self.room.process_kw / 8 / AIR_KW_H_M3K / self.room.area_m2
        self._speed = 0

    def schedule(self, world: World) -> bool:
        return self.room.process_kw > 0 or office_hours(world.day)

    def step(self, world: World, dt_s: float) -> None:
        self.decide(world)
        effort = max(self.cooling, self.heating)
        wanted = 1 + (effort > 0.35) + (effort > 0.7)
        self._speed = min(wanted, int(self.settings["fan-limit"])) if self.running else 0
        full = self.flow_m3_h_m2 * self.room.area_m2
        self.blow(full * self._speed / 3, dt_s)
        self.condition(world, 0.0, dt_s)
        if self.flow_m3_h:
            self.room.supply(self.flow_m3_h, self.supply_c, 0.0)
        self.power_kw = (0.0, 0.035, 0.055, 0.085)[self._speed]
        self.count(dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        return self.common() | {
            "room-temp": self.near(self.room.temperature_c, 0.06),
            "valve": 100 * max(self.cooling, self.heating),
            "fan-speed": float(self._speed),
            "season": float(self.season if self.running else VENTILATION),
            "power": self.near(1000 * self.power_kw, 1) if self.power_kw else 0.0,
            "window": 0.0,
        }


class FreshAir(AirMachine):
    """Brings outdoor air at its own setpoint to every room of its building."""

    full_m3_h = 9000.0
    most_kw = 10.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings |= {"temp-setpoint": 20.0, "speed-setpoint": 42.0}
        self._rooms = world.rooms_of(device.zone)
        self._area_m2 = sum(room.area_m2 for room in self._rooms)
        self.hz = 0.0

    def surroundings(self, world: World) -> Room:
        """One room of the building stands for the exhaust of all."""
        return world.rooms_of(self.device.zone)[0]

    def decide(self, world: World) -> None:
        automatic = self.settings["mode"] == AUTO and self.schedule(world)
        self.running = self.able and (self.settings["mode"] == ON or automatic)

    def drive(self, coldest_c: float, warmest_c: float, dt_s: float) -> float:
        """The valve follows from the temperatures: the setpoint is the supply air's."""
        wanted = clamp(self.settings["temp-setpoint"], coldest_c, warmest_c)
        if wanted <= self.mixed_c:
            return (self.mixed_c - wanted) / max(self.mixed_c - coldest_c, 0.1)
        return -(wanted - self.mixed_c) / max(warmest_c - self.mixed_c, 0.1)

    def step(self, world: World, dt_s: float) -> None:
        self.decide(world)
        self.blow(self.full_m3_h * self.settings["speed-setpoint"] / 50, dt_s)
        self.hz = 50 * self.flow_m3_h / self.full_m3_h
        self.condition(world, 1 - _RECOVERED, dt_s)
        if self.flow_m3_h:
            for room in self._rooms:
                share = self.flow_m3_h * room.area_m2 / self._area_m2
                room.supply(share, self.supply_c, share)
        self.power_kw = min(self.most_kw, 8 * (self.hz / 50) ** 3)
        self.count(dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        on, clogged = self.hz > 2, self.has("clogged")
        weather = world.weather
        dust = 0.25 if on else 0.8
        return self.common() | {
            "supply-humidity": self.near(clamp(weather.humidity_pct - 10 * self.cooling, 10, 95), 0.4),
            "outdoor-temp": self.near(weather.temperature_c, 0.1),
            "outdoor-pm25": self.near(weather.pm25_ug_m3, 1.5),
            "supply-pm25": self.near(dust * weather.pm25_ug_m3 + 1, 0.8),
            "duct-pressure": self.near(260 * (self.hz / 50) ** 2, 2) if on else 0.0,
            "filter-pressure": self.near(120 * (self.hz / 50) ** 1.8 * (2.2 if clogged else 1), 1.5)
            if on
            else 0,
            "fan-frequency": self.hz,
            "fan-current": self.near(2 * self.power_kw, 0.05) if on else 0.0,
            "fan-power": self.power_kw,
            "air-flow": self.flow_m3_h,
            "chw-valve": 100 * self.cooling,
            "hw-valve": 100 * self.heating,
            "damper": 100.0 if self.running else 0.0,
            "recovery": self.near(55, 0.8) if on else 0.0,
            "energy": self.energy.value,
            "remote": self.remote,
            "filter-clogged": float(clogged),
            "freeze": 0.0,
        }
