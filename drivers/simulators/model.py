"""What every simulated device has: settings that the control room writes, readings, counters and faults."""

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from config.site import Device
from drivers.simulators.faults import NO_POWER
from drivers.simulators.world import World

Reading = float | str | None
"""A value in the point's unit; None is a broken sensor, which sends its fault code."""

COMMISSIONED_S = datetime(2025, 1, 1, tzinfo=UTC).timestamp()
OFF, ON, AUTO = 0, 1, 2


class Model:
    """The physics behind one device. `step` moves it on, `readings` tells every point of its profile."""

    rank: ClassVar[int] = 1
    """Models of a lower rank step first: loads, then the plant, then meters, then incomers."""

    def __init__(self, device: Device, world: World) -> None:
        self.device = device
        self.settings: dict[str, float] = {}
        """What the control room may write, by point."""
        self.faults: set[str] = set()
        self.power_kw = 0.0
        self._resets = world.resets
        self._random = random.Random(f"{world.seed}:{device.id}")

    def step(self, world: World, dt_s: float) -> None:
        """Move on by `dt_s`; any length is stable."""

    def readings(self, world: World) -> Mapping[str, Reading]:
        """Every point of the device's profile."""
        return dict(self.settings)

    def write(self, point: str, value: float | str) -> None:
        """The control room wrote `point`, in its unit."""
        if point in self.settings and not isinstance(value, str):
            self.settings[point] = value

    def near(self, value: float, spread: float) -> float:
        """`value` as a sensor shows it."""
        return value + spread * (2 * self._random.random() - 1)

    @property
    def remote(self) -> float:
        """The switch on the cabinet: 1 while the control room may command, 0 while somebody works there."""
        return float(not self.has("local"))

    def has(self, fault: str) -> bool:
        return fault in self.faults

    @property
    def able(self) -> bool:
        """Neither tripped nor without power."""
        return self.faults.isdisjoint(("trip", NO_POWER))

    def was_reset(self, world: World) -> bool:
        """Whether somebody has gone round and reset panels and hosts since this was asked last."""
        before, self._resets = self._resets, world.resets
        return before != world.resets


class Counter:
    """Counts up and never down, also across a restart of the simulators.

    It begins where the fastest possible count since the plant was commissioned would stand, and is held to
    that pace, so that no earlier run can have shown more.
    """

    def __init__(self, most_per_h: float, time_s: float) -> None:
        self._most_per_h = most_per_h
        self.value = self.most_by(time_s)

    def most_by(self, time_s: float) -> float:
        """The highest that it can have stood at."""
        return self._most_per_h * max(0.0, time_s - COMMISSIONED_S) / 3600

    def add(self, per_h: float, dt_s: float) -> None:
        self.value += min(max(per_h, 0.0), self._most_per_h) * dt_s / 3600

    def once(self) -> None:
        """One event; whoever counts events keeps them below the pace."""
        self.value += 1


class Settlement:
    """What a counter stood at when the month began."""

    def __init__(self, counter: Counter, local: datetime) -> None:
        self._counter = counter
        self._month = _first(local)
        self.value = counter.most_by(self._month.timestamp())

    def step(self, local: datetime) -> None:
        if _first(local) != self._month:
            self._month, self.value = _first(local), self._counter.value


def _first(local: datetime) -> datetime:
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
