"""Meters: phases, power factor and harmonics of what lies behind them, and energy that only counts up."""

import math
from collections.abc import Callable, Mapping
from typing import ClassVar

from config.site import Device
from drivers.simulators.approach import clamp, toward
from drivers.simulators.faults import NO_POWER
from drivers.simulators.model import Counter, Model, Reading
from drivers.simulators.recorded import Series
from drivers.simulators.world import World


class Meter(Model):
    """A feeder: the devices wired behind it and its sockets."""

    rank: ClassVar[int] = 3
    most_kw = 450.0
    phases: ClassVar[tuple[float, float, float]] = (0.345, 0.335, 0.32)
    """How single-phase loads happen to be spread."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._behind: tuple[str, ...] | None = None
        self._sockets_kw = world.wiring.sockets_kw.get(device.id, 0.0)
        self.energy = Counter(self.most_kw, world.time_s)
        self.reactive_energy = Counter(self.most_kw / 2, world.time_s)
        self.factor = 0.93 + 0.04 * self._random.random()
        self.phases_kw = [0.0, 0.0, 0.0]
        self.volts = [230.0, 230.0, 230.0]

    def load_kw(self, world: World) -> float:
        if self._behind is None:
            self._behind = tuple(world.wiring.behind(self.device.id, world.loads_kw))
        wanted = 0.08 + 0.92 * world.presence * (0.97 + 0.06 * self._random.random())
        return sum(map(world.loads_kw.__getitem__, self._behind)) + self._sockets_kw * wanted

    def step(self, world: World, dt_s: float) -> None:
        self.power_kw = min(self.load_kw(world), self.most_kw) if self.alive else 0.0
        self.factor = clamp(self.factor + 0.002 * (self._random.random() - 0.5), 0.9, 0.98)
        self.phases_kw = [self.power_kw * share for share in self.phases]
        self.volts = [
            self.near(world.grid_v - 0.01 * kw, 0.3) if self.alive else 0.0 for kw in self.phases_kw
        ]
        self.energy.add(self.power_kw, dt_s)
        self.reactive_energy.add(self.power_kw * self._tangent, dt_s)

    @property
    def alive(self) -> bool:
        """Whether there is voltage at the meter."""
        return not (self.has("mains") or self.has(NO_POWER))

    @property
    def _tangent(self) -> float:
        return math.tan(math.acos(self.factor))

    @property
    def amperes(self) -> list[float]:
        pairs = zip(self.phases_kw, self.volts, strict=True)
        return [kw * 1000 / volts / self.factor if volts else 0.0 for kw, volts in pairs]

    def between(self) -> list[float]:
        """Line voltages AB, BC, CA."""
        a, b, c = self.volts
        return [math.sqrt(x * x + y * y + x * y) for x, y in ((a, b), (b, c), (c, a))]

    def neutral_a(self) -> float:
        a, b, c = self.amperes
        return math.sqrt(max(0.0, a * a + b * b + c * c - a * b - b * c - c * a))

    def readings(self, world: World) -> Mapping[str, Reading]:
        out: dict[str, Reading] = {}
        amperes = self.amperes
        for at, phase in enumerate("abc"):
            kw = self.phases_kw[at]
            out[f"voltage-{phase}"] = self.volts[at]
            out[f"current-{phase}"] = amperes[at]
            out[f"power-{phase}"] = kw
            out[f"reactive-{phase}"] = kw * self._tangent
            out[f"apparent-{phase}"] = kw / self.factor
            out[f"factor-{phase}"] = self.factor
        out |= zip(("voltage-ab", "voltage-bc", "voltage-ca"), self.between(), strict=True)
        return out | {
            "current-n": self.neutral_a(),
            "power": self.power_kw,
            "reactive": self.power_kw * self._tangent,
            "apparent": self.power_kw / self.factor,
            "factor": self.factor,
            "frequency": world.grid_hz if self.alive else 0.0,
            "energy-total": self.energy.value,
            "energy": self.energy.value,
            "energy-reverse": 0.0,
            "reactive-energy": self.reactive_energy.value,
        }


class RecordedMeter(Meter):
    """A whole building, replayed. Where its logger had a gap the same hour of an earlier week stands in."""

    def __init__(self, device: Device, world: World, series: Callable[[World], Series]) -> None:
        super().__init__(device, world)
        self._series = series

    def load_kw(self, world: World) -> float:
        return self.near(self._series(world).filled(world.wall_s), 0.3) + 0.5


class Incomer(Meter):
    """The main meter of a transformer: the meters behind it and the losses in between."""

    rank: ClassVar[int] = 4
    most_kw = 1200.0
    losses = 0.015

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._demand_kw = self._demand_max_kw = 0.0

    def load_kw(self, world: World) -> float:
        return super().load_kw(world) * (1 + self.losses)

    def step(self, world: World, dt_s: float) -> None:
        super().step(world, dt_s)
        self._demand_kw = toward(self._demand_kw or self.power_kw, self.power_kw, dt_s, 900)
        self._demand_max_kw = max(self._demand_kw, self._demand_max_kw)

    def readings(self, world: World) -> Mapping[str, Reading]:
        out: dict[str, Reading] = {}
        amperes, lines = self.amperes, self.between()
        for at in range(3):
            kw, line = self.phases_kw[at], f"l{at + 1}"
            distorted = 1.9 + 0.4 * math.sin(world.time_s / 700 + at)
            out[f"voltage-{line}"] = self.volts[at]
            out[f"current-{line}"] = amperes[at]
            out[f"power-{line}"] = kw
            out[f"apparent-{line}"] = kw / self.factor
            out[f"reactive-{line}"] = kw * self._tangent
            out[f"factor-{line}"] = self.factor
            out[f"voltage-{line}-l{(at + 1) % 3 + 1}"] = lines[at]
            out[f"thd-voltage-{line}"] = self.near(distorted, 0.02)
            out[f"thd-current-{line}"] = self.near(4.5 * distorted, 0.05)
        return out | {
            "voltage-mean": sum(self.volts) / 3,
            "current-mean": sum(amperes) / 3,
            "current-sum": sum(amperes),
            "power": self.power_kw,
            "apparent": self.power_kw / self.factor,
            "reactive": self.power_kw * self._tangent,
            "factor": self.factor,
            "phase-angle": math.degrees(math.acos(self.factor)),
            "frequency": world.grid_hz if self.alive else 0.0,
            "energy": self.energy.value,
            "energy-export": 0.0,
            "reactive-import": self.reactive_energy.value,
            "reactive-export": 0.0,
            "demand": self._demand_kw,
            "demand-max": self._demand_max_kw,
            "voltage-line-mean": sum(lines) / 3,
            "current-n": self.neutral_a(),
        }
