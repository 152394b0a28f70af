"""The cooling plant: chillers, cooling towers and the pumps of both loops."""

from collections.abc import Mapping
from typing import ClassVar

from config.site import Device
from drivers.simulators.approach import clamp, toward
from drivers.simulators.chilled_water import CHILLER_KW, PUMP_M3_H, WATER_KW_H_M3K, ChilledWater, sequence
from drivers.simulators.model import AUTO, ON, Counter, Model, Reading
from drivers.simulators.world import World


class PlantMachine(Model):
    """Something that the sequence starts and stops."""

    rank: ClassVar[int] = 2
    most_kw: ClassVar[float]

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.running = False
        self.settings = {"mode": AUTO}
        self.energy = Counter(self.most_kw, world.time_s)
        self.hours = Counter(1.0, world.time_s)

    @property
    def forced(self) -> bool:
        return self.settings["mode"] == ON and self.able

    @property
    def available(self) -> bool:
        return self.settings["mode"] == AUTO and self.able

    def count(self, dt_s: float) -> None:
        self.energy.add(self.power_kw, dt_s)
        self.hours.add(float(self.running), dt_s)


class Chiller(PlantMachine):
    most_kw = 160.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings |= {"chw-setpoint": 7.0, "demand-limit": 100}
        self.load = self._oil_c = 0.0
        self.cooling_kw = 0.0
        self.cop = 0.0

    @property
    def capacity_kw(self) -> float:
        return CHILLER_KW * self.settings["demand-limit"] / 100 if self.running else 0.0

    def step(self, world: World, dt_s: float) -> None:
        water = world.chilled_water
        wanted = clamp(water.demand_kw * self.capacity_kw / max(water.capacity_kw, 1), 0, self.capacity_kw)
        if water.flow_m3_h < 1 or water.condenser_flow_m3_h < 1:
            wanted = 0.0
        self.cooling_kw = toward(self.cooling_kw, wanted, dt_s, 45) if self.running else 0.0
        self.load = 100 * self.cooling_kw / CHILLER_KW
        part = clamp(self.load / 100, 0.1, 1)
        lift = clamp(water.condenser_return_c - water.supply_c + 3, 8, 45)
        self.cop = clamp(0.42 * 280 / lift * (1.15 - 0.35 * (part - 0.6) ** 2), 2.5, 9) if self.running else 0
        self.power_kw = min(self.most_kw, 4 + self.cooling_kw / self.cop) if self.running else 0.0
        self._oil_c = toward(self._oil_c, 52.0 if self.running else 45.0, dt_s, 900)
        self.count(dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        water, on = world.chilled_water, self.running
        evaporating = water.supply_c - 1.5 - 2 * self.load / 100 if on else water.return_c
        condensing = water.condenser_return_c + 1 + 2 * self.load / 100 if on else water.condenser_supply_c
        current = self.power_kw * 1000 / (3 * world.grid_v * 0.9)
        flow = water.flow_m3_h / max(water.chillers, 1) if on else 0.0
        return self.settings | {
            "chw-supply-temp": self.near(water.supply_c, 0.06),
            "chw-return-temp": self.near(water.return_c, 0.06),
            "cw-supply-temp": self.near(water.condenser_supply_c, 0.06),
            "cw-return-temp": self.near(water.condenser_return_c, 0.06),
            "evap-temp": self.near(evaporating, 0.1),
            "cond-temp": self.near(condensing, 0.1),
            "discharge-temp": self.near(condensing + (14 if on else 0), 0.2),
            "oil-temp": self.near(self._oil_c, 0.2),
            # R-134a near saturation, kPa gauge: about 11 kPa a kelvin around 5 °C, 26 around 35 °C.
            "evap-pressure": self.near(250 + 11.5 * (evaporating - 5), 1),
            "cond-pressure": self.near(780 + 26 * (condensing - 35) if condensing > 20 else 430, 2),
            "oil-pressure": self.near(210, 2) if on else 0.0,
            "load": self.load,
            "current-a": self.near(current, 0.6) if on else 0.0,
            "current-b": self.near(current * 1.01, 0.6) if on else 0.0,
            "current-c": self.near(current * 0.985, 0.6) if on else 0.0,
            "voltage": self.near(world.grid_v * 1.732, 0.6),
            "vane": clamp(12 + 0.85 * self.load, 0, 100) if on else 0.0,
            "ready": float(not self.has("trip")),
            "standby": float(not on and self.available),
            "surge": float(on and self.load < 6),
            "oil-low": 0.0,
            "stage": 3.0 if on else 0.0,
            "chw-flow": self.near(flow, 0.4) if on else 0.0,
            "cw-flow": self.near(water.condenser_flow_m3_h / max(water.chillers, 1), 0.4) if on else 0.0,
            "cooling": self.cooling_kw,
            "power": self.power_kw,
            "cop": self.cooling_kw / self.power_kw if on and self.power_kw else 0.0,
            "energy": self.energy.value,
            "run-hours": self.hours.value,
            "running": float(on),
            "remote": self.remote,
            "fault": float(self.has("trip")),
            "chw-flow-switch": float(on and water.flow_m3_h > 20),
            "cw-flow-switch": float(on and water.condenser_flow_m3_h > 20),
            "oil-heater": float(not on),
        }


class Tower(PlantMachine):
    """A cooling tower: its fan follows the condenser water unless somebody runs it by hand."""

    most_kw = 18.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings |= {"speed-setpoint": 40.0}
        self.hz = 0.0
        self._basin_m = 0.8
        self._filling = False

    def step(self, world: World, dt_s: float) -> None:
        target = self.settings["speed-setpoint"]
        if self.settings["mode"] == AUTO:
            target = clamp(25 + 6 * (world.chilled_water.condenser_supply_c - 24), 20, 50)
        self.hz = toward(self.hz, target if self.running else 0.0, dt_s, 20)
        self.power_kw = 15 * (self.hz / 50) ** 3 if self.hz > 1 else 0.0
        self._filling = self._basin_m < 0.75 or (self._filling and self._basin_m < 0.85)
        rate_m_h = (0.9 if self._filling else 0.0) - 0.0006 * world.chilled_water.demand_kw * self.hz / 50
        self._basin_m = clamp(self._basin_m + rate_m_h * min(dt_s, 300) / 3600, 0.7, 0.9)
        self.count(dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        water, weather = world.chilled_water, world.weather
        shaking = 1.2 + 3.2 * (self.hz / 50) ** 2 + (7.0 if self.has("vibration") else 0.0)
        return self.settings | {
            "frequency": self.hz,
            "current": self.near(2 * self.power_kw, 0.05) if self.power_kw else 0.0,
            "power": self.power_kw,
            "water-in-temp": self.near(water.condenser_return_c, 0.06),
            "water-out-temp": self.near(water.condenser_supply_c, 0.06),
            "basin-level": self.near(self._basin_m, 0.004),
            "valve-in": 100.0 if self.running else 0.0,
            "valve-out": 100.0 if self.running else 0.0,
            "vibration": self.near(shaking, 0.1) if self.hz > 1 else 0.0,
            "run-hours": self.hours.value,
            "energy": self.energy.value,
            "running": float(self.running),
            "remote": self.remote,
            "fault": float(self.has("trip")),
            "makeup": float(self._filling),
            "heater": float(weather.temperature_c < 3),
        }


class Pump(PlantMachine):
    most_kw = 24.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings |= {"speed-setpoint": 45.0}
        self.hz = 0.0
        self._bearing_c = 30.0

    @property
    def flow_m3_h(self) -> float:
        return PUMP_M3_H * self.hz / 50

    def step(self, world: World, dt_s: float) -> None:
        self.hz = toward(self.hz, self.settings["speed-setpoint"] if self.running else 0.0, dt_s, 8)
        if self.hz < 0.5 and not self.running:
            self.hz = 0.0
        self.power_kw = 22 * (self.hz / 50) ** 3
        hot = 52 + (45 if self.has("bearing") else 0)
        self._bearing_c = toward(self._bearing_c, hot if self.running else 25, dt_s, 240)
        self.count(dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        head = 320 * (self.hz / 50) ** 2
        shaking = 1.1 + 1.4 * self.hz / 50 + (6.5 if self.has("vibration") else 0)
        return self.settings | {
            "frequency": self.hz,
            "current": self.near(1.9 * self.power_kw, 0.1) if self.hz else 0.0,
            "power": self.power_kw,
            "inlet-pressure": self.near(180, 0.6),
            "outlet-pressure": self.near(180 + head, 0.8),
            "flow": self.near(self.flow_m3_h, 0.4) if self.hz else 0.0,
            "bearing-temp": self.near(self._bearing_c, 0.1),
            "motor-temp": self.near(self._bearing_c + 12, 0.2),
            "vibration": self.near(shaking, 0.08) if self.hz else 0.0,
            "run-hours": self.hours.value,
            "energy": self.energy.value,
            "running": float(self.running),
            "remote": self.remote,
            "tripped": float(self.has("trip")),
        }


class CondenserPump(Pump):
    """The same pump on the condenser water."""


def balance(water: ChilledWater, world: World, machines: "Machines", dt_s: float) -> None:
    """Move the temperatures of both loops on, from what coils take and machines give."""
    water.settle()
    running = sum(chiller.running for chiller in machines.chillers)
    water.flow_m3_h = sum(pump.flow_m3_h for pump in machines.pumps)
    water.condenser_flow_m3_h = sum(pump.flow_m3_h for pump in machines.condenser_pumps)
    water.capacity_kw = sum(chiller.capacity_kw for chiller in machines.chillers)
    if running:
        on = [chiller.settings["chw-setpoint"] for chiller in machines.chillers if chiller.running]
        water.setpoint_c = sum(on) / len(on)
    circulating = WATER_KW_H_M3K * max(water.flow_m3_h, 20)
    if running and water.flow_m3_h > 20 and water.condenser_flow_m3_h > 20:
        missing = max(0.0, water.demand_kw - water.capacity_kw)
        water.supply_c = toward(water.supply_c, min(20, water.setpoint_c + missing / circulating), dt_s, 240)
    else:
        water.supply_c = toward(water.supply_c, 22.0, dt_s, 2400)
    water.return_c = toward(
        water.return_c, min(26.0, water.supply_c + water.demand_kw / circulating), dt_s, 60
    )
    heat = 1.2 * min(water.demand_kw, water.capacity_kw)
    blowing = sum(fan.hz for fan in machines.towers) / 50
    approach = 2.5 + 3.5 * heat / CHILLER_KW / max(blowing, 0.4)
    target = clamp(world.weather.wet_bulb_c + approach, 16, 38)
    water.condenser_supply_c = toward(water.condenser_supply_c, target, dt_s, 300)
    carried = WATER_KW_H_M3K * max(water.condenser_flow_m3_h, 60)
    water.condenser_return_c = water.condenser_supply_c + heat / carried


class Machines:
    """The machines of the plant by their place in it."""

    def __init__(self, models: list[Model]) -> None:
        self.chillers = [model for model in models if isinstance(model, Chiller)]
        self.towers = [model for model in models if isinstance(model, Tower)]
        self.condenser_pumps = [model for model in models if isinstance(model, CondenserPump)]
        self.pumps = [model for model in models if type(model) is Pump]

    def sequence(self, wanted: int, time_s: float) -> None:
        running = sequence(self.chillers, wanted, time_s)
        for row in (self.pumps, self.condenser_pumps, self.towers):
            sequence(row, running, time_s)
