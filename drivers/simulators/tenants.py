"""Meters of tenants by DL/T 645: what each uses, by four tariffs, money paid in advance, and a relay."""

from collections.abc import Mapping
from typing import ClassVar

from config.site import Device
from drivers.simulators.approach import clamp, toward
from drivers.simulators.electrical import Meter
from drivers.simulators.model import COMMISSIONED_S, Counter, Reading
from drivers.simulators.world import World

TARIFFS = tuple(map(int, "444444433222333222211344"))
"""By the hour of the day: 1 sharp peak, 2 peak, 3 flat, 4 valley."""
PRICES = {1: 1.35, 2: 1.12, 3: 0.71, 4: 0.36}
"""Of a kWh by tariff, in yuan."""
PAID_IN = 500.0
_DEMAND_S = 900.0
_DAY_S = 86400


class TenantMeter(Meter):
    """Knows best what its tenant uses; the meters above add that up. Single-phase."""

    rank: ClassVar[int] = 1
    phases = (1.0, 0.0, 0.0)

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"relay": 1.0, "pre-trip-alarm": 0.0, "keep": 0.0}
        self._full_kw = world.wiring.tenants_kw.get(device.id, 4.0)
        self.most_kw = 1.5 * self._full_kw
        self.reactive_energy = Counter(self.most_kw / 2, world.time_s)
        self.by_tariff = {tariff: Counter(self.most_kw, world.time_s) for tariff in PRICES}
        for tariff, counter in self.by_tariff.items():
            hung_s = COMMISSIONED_S + world.wall_s - world.time_s
            counter.value = self.most_kw * max(0.0, _hours(tariff, hung_s, world.wall_s))
        self._busy = 1.0
        """How this tenant's day differs from that of others."""
        self._pays_at = self._random.uniform(30, 90)
        self.credit = self._pays_at + self._random.uniform(40, PAID_IN)
        self._drift_s = float(round(self._random.uniform(-20, 20)))
        self._trips = 0.0
        self._tripped_at: str | None = None
        self._demand_kw = self._most_demand_kw = 0.0
        self._most_demand_at: str | None = None
        self._clock = ""

    def load_kw(self, world: World) -> float:
        if not self.settings["relay"]:
            return 0.0
        self._busy = clamp(self._busy + 0.02 * (self._random.random() - 0.5), 0.75, 1.15)
        return self._full_kw * (0.07 + 0.93 * world.presence * self._busy) * self.near(1, 0.03)

    def step(self, world: World, dt_s: float) -> None:
        super().step(world, dt_s)
        self._clock = f"{world.local:%Y-%m-%d %H:%M:%S}"
        for tariff, counter in self.by_tariff.items():
            before = counter.value
            counter.add(self.power_kw, 3600 * _hours(tariff, world.wall_s - dt_s, world.wall_s))
            self.credit -= PRICES[tariff] * (counter.value - before)
        while self.credit < self._pays_at:
            self.credit += PAID_IN
        self._demand_kw = toward(self._demand_kw or self.power_kw, self.power_kw, dt_s, _DEMAND_S)
        if self._demand_kw > self._most_demand_kw:
            self._most_demand_kw, self._most_demand_at = self._demand_kw, f"{world.local:%Y-%m-%d %H:%M}"

    def write(self, point: str, value: float | str) -> None:
        if point == "relay" and self.settings["relay"] and not value:
            self._trips += 1
            self._tripped_at = self._clock
        if point == "clock-set":
            self._drift_s = 0.0
        super().write(point, value)

    def readings(self, world: World) -> Mapping[str, Reading]:
        return {
            **super().readings(world),
            **self.settings,
            "energy": sum(counter.value for counter in self.by_tariff.values()),
            **{f"energy-{tariff}": counter.value for tariff, counter in self.by_tariff.items()},
            "credit": self.credit,
            "price": PRICES[TARIFFS[world.local.hour]],
            "trips": self._trips,
            "latest-trip": self._tripped_at,
            "demand": self._demand_kw,
            "demand-max": self._most_demand_kw,
            "demand-max-time": self._most_demand_at,
            "clock-drift": self._drift_s,
            "clock-set": 0.0,
            "meter-number": str(getattr(self.device.connection, "address", "")),
        }


class ThreePhaseTenantMeter(TenantMeter):
    phases = Meter.phases


def _hours(tariff: int, from_s: float, to_s: float) -> float:
    """How long a tariff is in force between two times of the wall clock."""
    return _until(tariff, to_s) - _until(tariff, from_s)


def _until(tariff: int, wall_s: float) -> float:
    """Its hours since a midnight long ago."""
    days, rest_s = divmod(wall_s, _DAY_S)
    hour, rest_s = divmod(rest_s, 3600)
    today = TARIFFS[: int(hour)].count(tariff) + (TARIFFS[int(hour)] == tariff) * rest_s / 3600
    return days * TARIFFS.count(tariff) + today
