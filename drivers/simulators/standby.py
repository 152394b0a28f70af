"""Emergency power: the transfer switch that calls the generator, and the generator."""

from collections.abc import Mapping
from typing import ClassVar

from config.site import Device
from drivers.simulators.approach import toward
from drivers.simulators.faults import NO_POWER
from drivers.simulators.model import Counter, Model, Reading
from drivers.simulators.world import World

OFF, AUTOMATIC, BY_HAND = 0.0, 1.0, 2.0
STANDBY, STARTING, RUNNING, COOLING, FAILED = range(5)
CRANK_S = 8.0
_COOL_S = 60.0
_TANK_L = 800.0
_L_PER_KWH = 0.27
_IDLE_L_H = 6.0


class Generator(Model):
    """Starts when called in automatic, or by hand. Effects: 'no-start', 'low-fuel'."""

    rank: ClassVar[int] = 4
    most_kw = 400.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"mode": AUTOMATIC, "start": 0.0}
        self.state = STANDBY
        self._since_s = 0.0
        """How long it has been in this state."""
        self._fuel_l = 0.85 * _TANK_L
        self._coolant_c = 38.0
        self._hours = Counter(1.0, world.time_s)
        self._starts = Counter(60.0, world.time_s)

    def step(self, world: World, dt_s: float) -> None:
        if self.was_reset(world) and self.state == FAILED:
            self._become(STANDBY)
        self._since_s += dt_s
        wanted = {AUTOMATIC: world.standby.called, BY_HAND: self.settings["start"] > 0}.get(
            self.settings["mode"], False
        )
        if (state := self._next(wanted=wanted)) != self.state:
            if state == STARTING:
                self._starts.once()
            self._become(state)
        world.standby.ready = self.turning and self.state == RUNNING
        self.power_kw = min(world.standby.load_kw, self.most_kw) if world.standby.in_force else 0.0
        litres_h = _IDLE_L_H + _L_PER_KWH * self.power_kw if self.turning else 0.0
        self._fuel_l = max(0.05 * _TANK_L, self._fuel_l - litres_h * dt_s / 3600)
        self._coolant_c = toward(self._coolant_c, 82.0 if self.turning else 38.0, dt_s, 300)
        self._hours.add(float(self.turning), dt_s)

    def _next(self, *, wanted: bool) -> int:
        if self.state == STARTING and wanted:
            if self._since_s < CRANK_S:
                return STARTING
            return FAILED if self.has("no-start") else RUNNING
        if self.state == RUNNING and not wanted:
            return COOLING
        if self.state == COOLING and not wanted:
            return STANDBY if self._since_s >= _COOL_S else COOLING
        if self.state == FAILED:
            return FAILED if self.settings["mode"] else STANDBY
        if not wanted:
            return STANDBY
        return STARTING if self.state == STANDBY else RUNNING

    def _become(self, state: int) -> None:
        self.state, self._since_s = state, 0.0

    @property
    def turning(self) -> bool:
        return self.state in (RUNNING, COOLING)

    def readings(self, world: World) -> Mapping[str, Reading]:
        on = self.turning
        fuel = 9.0 if self.has("low-fuel") else 100 * self._fuel_l / _TANK_L
        return self.settings | {
            "state": float(self.state),
            "running": float(on),
            "voltage": self.near(400, 0.8) if on else 0.0,
            "frequency": self.near(50 - 0.2 * self.power_kw / self.most_kw, 0.03) if on else 0.0,
            "power": self.power_kw,
            "coolant-temp": self.near(self._coolant_c, 0.2),
            "oil-pressure": self.near(420, 3) if on else 0.0,
            "fuel": fuel,
            "battery": self.near(27.4 if on else 26.6, 0.02),
            "run-hours": self._hours.value,
            "starts": self._starts.value // 1,
        }


class TransferSwitch(Model):
    """Puts what is essential on the generator while its mains are gone. Effects: 'stuck'."""

    rank: ClassVar[int] = 4
    NEITHER, MAINS, GENERATOR = 0.0, 1.0, 2.0
    _CALLS_S = 2.0
    _CHANGES_S = 2.0
    _RETURNS_S = 30.0
    """The mains must have been back for so long."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"mode": 1.0}
        self.position = self.MAINS
        self._lost_s = self._back_s = self._ready_s = 0.0

    def step(self, world: World, dt_s: float) -> None:
        standby = world.standby
        lost = self.has(NO_POWER)
        self._lost_s = self._lost_s + dt_s if lost else 0.0
        self._back_s = 0.0 if lost else self._back_s + dt_s
        self._ready_s = self._ready_s + dt_s if standby.ready else 0.0
        if self.settings["mode"] and not self.has("stuck"):
            if lost and self._ready_s >= self._CHANGES_S:
                self.position = self.GENERATOR
            elif not lost and (self.position != self.GENERATOR or self._back_s >= self._RETURNS_S):
                self.position = self.MAINS
        standby.called = self._lost_s >= self._CALLS_S or self.position == self.GENERATOR
        standby.in_force = self.position == self.GENERATOR and standby.ready

    def readings(self, world: World) -> Mapping[str, Reading]:
        lost, ready = self.has(NO_POWER), world.standby.ready
        return self.settings | {
            "position": self.position,
            "mains-ok": float(not lost),
            "generator-ok": float(ready),
            "mains-voltage": 0.0 if lost else self.near(1.732 * world.grid_v, 0.6),
            "generator-voltage": self.near(400, 0.8) if ready else 0.0,
            "fault": float(self.has("stuck")),
        }
