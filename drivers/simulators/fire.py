"""The fire alarm system: loops whose detectors latch, the panel, the outputs of its linkage controller."""

import math
from collections.abc import Mapping
from typing import ClassVar

from config.site import Device
from drivers.simulators.approach import toward
from drivers.simulators.fire_system import (
    BROADCAST,
    DOORS,
    FLOW,
    HYDRANT,
    LIFTS,
    MAKE_UP_FAN,
    POWER_CUT,
    SHUTTER,
    SMOKE_FAN,
    FireSystem,
)
from drivers.simulators.model import Model, Reading
from drivers.simulators.world import World

NORMAL, FIRE, FAULT, SHIELDED = 0.0, 1.0, 2.0, 3.0
BURNING = "fire"
"""A fire that grows: detector after detector meets it."""
_REACHED_S: Mapping[str, float] = {
    "smoke-1": 5.0,
    "smoke-2": 25.0,
    "heat-1": 60.0,
    "smoke-3": 70.0,
    FLOW: 120.0,
}
_RESPONSE_S: Mapping[str, float] = {
    "smoke-1": 4.0,
    "smoke-2": 4.0,
    "smoke-3": 4.0,
    "heat-1": 8.0,
    "call-point-1": 1.0,
    HYDRANT: 1.0,
    FLOW: 10.0,
}
"""Detector -> how long it must sense before it reports."""


class FireLoop(Model):
    """The detectors of one floor.

    Effects are named after them: 'smoke-1' senses, 'dirty-smoke-1' is faulty, 'shield-smoke-1' is shielded.
    """

    rank: ClassVar[int] = 0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        world.fire.buildings[device.id] = world.building(device.zone)
        self._burning_s = 0.0
        self._sensed_s = dict.fromkeys(_RESPONSE_S, 0.0)
        self._latched: set[str] = set()

    def step(self, world: World, dt_s: float) -> None:
        if self.was_reset(world):
            self._latched.clear()
            self._sensed_s = dict.fromkeys(_RESPONSE_S, 0.0)
        self._burning_s = self._burning_s + dt_s if self.has(BURNING) else 0.0
        for detector, response_s in _RESPONSE_S.items():
            sensed = self.has(detector) or self._burning_s >= _REACHED_S.get(detector, math.inf)
            self._sensed_s[detector] = self._sensed_s[detector] + dt_s if sensed else 0.0
            if self._sensed_s[detector] >= response_s and self._state(detector) == NORMAL:
                self._latched.add(detector)
        states = [self._state(detector) for detector in _RESPONSE_S]
        name, fire = self.device.id, world.fire
        fire.signals[name] = frozenset(self._latched)
        fire.faults[name] = states.count(FAULT) + self.has("loop")
        fire.shielded[name] = states.count(SHIELDED)

    def _state(self, detector: str) -> float:
        if self.has(f"shield-{detector}"):
            return SHIELDED
        if detector in self._latched:
            return FIRE
        return FAULT if self.has(f"dirty-{detector}") or self.has("loop") else NORMAL

    def readings(self, world: World) -> Mapping[str, Reading]:
        states = {detector: self._state(detector) for detector in _RESPONSE_S}
        return {**states, "loop-fault": float(self.has("loop"))}


class FirePanel(Model):
    """The alarm panel, and the linkage controller that starts outputs on two independent signals.

    Effects: 'manual', 'mains', 'battery', 'trip' (of the panel itself), 'no-fire-pump', 'no-sprinkler-pump'.
    """

    rank: ClassVar[int] = 0
    FIRE_PUMP, SPRINKLER_PUMP = "fire-pump", "sprinkler-pump"
    _PUMP_ANSWERS_S = 4.0
    _FULL_M, _LOWEST_M = 3.2, 0.3
    _DRAWN_M_S = 0.0002

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._pump_s = {self.FIRE_PUMP: 0.0, self.SPRINKLER_PUMP: 0.0}
        """How long each has been commanded; 0 is not."""
        self._mpa = dict.fromkeys(self._pump_s, 0.45)
        """Of the network of each."""
        self._level_m = self._FULL_M

    @property
    def automatic(self) -> bool:
        return not self.has("manual")

    def step(self, world: World, dt_s: float) -> None:
        fire = world.fire
        if self.was_reset(world):
            fire.reset()
            self._pump_s = dict.fromkeys(self._pump_s, 0.0)
        fire.confirm(world.time_s)
        if self.automatic:
            fire.start(world.time_s)
        # The pressure switch of the alarm valve starts its pump directly, in manual too (GB 50116 4.2.1).
        called = {
            self.FIRE_PUMP: self.automatic and fire.hydrants_called,
            self.SPRINKLER_PUMP: fire.sprinklers_flow,
        }
        for pump, is_called in called.items():
            if self._pump_s[pump] or is_called:
                self._pump_s[pump] += dt_s
            self._mpa[pump] = toward(self._mpa[pump], self._head_mpa(pump, fire), dt_s, 6)
        if running := sum(map(self._runs, called)):
            self._level_m = max(self._LOWEST_M, self._level_m - self._DRAWN_M_S * running * dt_s)
        else:
            self._level_m = toward(self._level_m, self._FULL_M, dt_s, 3600)

    def _runs(self, pump: str) -> bool:
        return self._pump_s[pump] >= self._PUMP_ANSWERS_S and not self.has(f"no-{pump}")

    def _head_mpa(self, pump: str, fire: FireSystem) -> float:
        drawn = pump == self.SPRINKLER_PUMP and fire.sprinklers_flow
        if self._runs(pump):
            return 0.7 if drawn else 0.85
        return 0.22 if drawn else 0.45

    def readings(self, world: World) -> Mapping[str, Reading]:
        fire = world.fire
        burning = sum(map(len, fire.signals.values()))
        faults = sum(fire.faults.values())
        shielded = sum(fire.shielded.values())
        own = self.has("mains") or self.has("battery") or self.has("trip")
        state = FIRE if burning else FAULT if faults or own else SHIELDED if shielded else NORMAL
        out: dict[str, Reading] = {
            "state": state,
            "linkage-mode": float(self.automatic),
            "fires": float(burning),
            "faults": float(faults),
            "shielded": float(shielded),
            "fire": float(burning > 0),
            "confirmed": float(bool(fire.confirmed)),
            "fault": float(self.has("trip")),
            "mains-ok": float(not self.has("mains")),
            "battery-ok": float(not self.has("battery")),
            "hydrant-pressure": self.near(self._mpa[self.FIRE_PUMP], 0.002),
            "sprinkler-pressure": self.near(self._mpa[self.SPRINKLER_PUMP], 0.002),
            "tank-level": self.near(self._level_m, 0.004),
        }
        for pump, commanded_s in self._pump_s.items():
            out[f"{pump}-command"] = float(commanded_s > 0)
            out[f"{pump}-feedback"] = float(self._runs(pump))
        return out


class FireLinkage(Model):
    """The outputs of one building: what the controller commands, and whether the equipment answers.

    Effect 'no-smoke-fan': the smoke fan does not come. The lifts answer when all of them are home,
    the doors when the fire inputs of all have come.
    """

    rank: ClassVar[int] = 0
    ANSWERS_S: ClassVar[Mapping[str, float]] = {
        SMOKE_FAN: 6.0,
        MAKE_UP_FAN: 6.0,
        SHUTTER: 25.0,
        LIFTS: 1.0,
        POWER_CUT: 2.0,
        BROADCAST: 2.0,
        DOORS: 1.0,
    }

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._building = world.building(device.zone)

    def step(self, world: World, dt_s: float) -> None:
        fire = world.fire
        for output, answers_s in self.ANSWERS_S.items():
            key = self._building, output
            since_s = fire.started.get(key, math.inf)
            come = world.time_s >= since_s + answers_s and not self.has(f"no-{output}")
            if output == LIFTS:
                come = come and fire.all_in(self._building, fire.at_home)
            if output == DOORS:
                come = come and fire.all_in(self._building, fire.released)
            fire.feedback[key] = come

    def readings(self, world: World) -> Mapping[str, Reading]:
        out: dict[str, Reading] = {"confirmed": float(self._building in world.fire.confirmed)}
        for output in self.ANSWERS_S:
            out[f"{output}-command"] = float(world.fire.commanded(self._building, output))
            out[f"{output}-feedback"] = float(world.fire.feedback.get((self._building, output), False))
        return out
