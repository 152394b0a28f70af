"""Lifts: calls come with the people, cars travel floor by floor, a fault may stop one between floors.

The fire linkage sends a car home (迫降) and holds it there; without power its rescue device levels it.
"""

from collections.abc import Mapping

from config.site import Device
from drivers.simulators.approach import toward
from drivers.simulators.faults import NO_POWER
from drivers.simulators.fire_system import LIFTS
from drivers.simulators.model import Counter, Model, Reading
from drivers.simulators.world import World

FLOOR_M = 4.0
SPEED_M_S = 1.75
FLOORS = (-1, 1, 2, 3)
_TRIP_S = 60.0
"""A car begins at most one trip in this time."""
_DOOR_S = 6.0
_RESCUE_M_S = 0.3
"""Of the rescue device, on its battery."""
NORMAL_SERVICE, FIRE_SERVICE, OUT_OF_SERVICE = 0.0, 2.0, 4.0


class Lift(Model):
    most_kw = 18.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.position_m = 0.0
        self.speed_m_s = 0.0
        self._target_m = 0.0
        self._idle_s = 0.0
        self._wait_s = self._random.uniform(5, _TRIP_S)
        self.load_kg = 0.0
        self._motor_c = 35.0
        self._door_cycles = Counter(60.0, world.time_s)
        self._trips = Counter(60.0, world.time_s)
        self._hours = Counter(1.0, world.time_s)
        self._energy = Counter(self.most_kw, world.time_s)
        self._building = world.building(device.zone)
        self._recalled = False
        world.fire.buildings[device.id] = self._building

    @property
    def moving(self) -> bool:
        return self.position_m != self._target_m and not self.stopped

    @property
    def stopped(self) -> bool:
        return self.has("trip") or self.has("trapped")

    def step(self, world: World, dt_s: float) -> None:
        self._recalled = world.fire.commanded(self._building, LIFTS)
        fastest = SPEED_M_S
        if self.has(NO_POWER):
            self._target_m, fastest = FLOOR_M * round(self.position_m / FLOOR_M), _RESCUE_M_S
        elif self._recalled:
            self._target_m = metres(1)
        way = self._target_m - self.position_m
        self.speed_m_s = 0.0
        if self.moving:
            step_m = min(abs(way), fastest * dt_s)
            self.speed_m_s = fastest if way > 0 else -fastest
            self.position_m += step_m if way > 0 else -step_m
            self._idle_s = 0.0
        elif not self.stopped:
            self._idle_s += dt_s
            self._wait_s -= dt_s
            if self._wait_s <= 0 and not self._held:
                self._call(world.presence)
        world.fire.at_home[self.device.id] = self._recalled and self.door == 1.0
        against = 1 if self.speed_m_s > 0 else -0.3
        self.power_kw = max(0.0, 6 + against * (4 + self.load_kg / 200)) if self.speed_m_s else 0.35
        if self.has(NO_POWER):
            self.power_kw = 0.0
        self._motor_c = toward(self._motor_c, 48 if self.moving else 33, dt_s, 1800)
        self._hours.add(float(self.moving), dt_s)
        self._energy.add(self.power_kw, dt_s)

    def _call(self, presence: float) -> None:
        here = self.position_m
        self._target_m = metres(self._random.choice(FLOORS))
        self._wait_s = _TRIP_S + self._random.expovariate(1 / (20 + 400 * (1 - presence)))
        self.load_kg = 75.0 * self._random.randint(0, int(1 + 11 * presence))
        if self._target_m != here:
            self._trips.once()
            self._door_cycles.once()

    @property
    def _held(self) -> bool:
        """It stands where it is with its door open."""
        return self._recalled or self.has(NO_POWER)

    @property
    def door(self) -> float:
        """0 shut, 1 open, 2 moving: opens on arrival, shuts again before long."""
        if self._held and not self.moving and not self.stopped:
            return 1.0
        if self.moving or self.stopped or self._idle_s > 3 * _DOOR_S:
            return 0.0
        return 2.0 if self._idle_s < 1.5 or self._idle_s > 2.8 * _DOOR_S else 1.0

    @property
    def service(self) -> float:
        if self.has(NO_POWER):
            return OUT_OF_SERVICE
        return FIRE_SERVICE if self._recalled else NORMAL_SERVICE

    def readings(self, world: World) -> Mapping[str, Reading]:
        level = round(self.position_m / FLOOR_M)
        return {
            "floor": float(level + 1 if level >= 0 else level),
            "direction": 0.0 if not self.speed_m_s else 1.0 if self.speed_m_s > 0 else 2.0,
            "door": self.door,
            "service": self.service,
            "speed": self.speed_m_s,
            "load": self.load_kg if self.moving or self.door or self.stopped else 0.0,
            "position": self.position_m,
            "motor-temp": self.near(self._motor_c, 0.1),
            "machine-room-temp": self.near(26 + 0.15 * world.weather.temperature_c, 0.1),
            "power": self.near(self.power_kw, 0.02),
            "trips": self._trips.value // 1,
            "run-hours": self._hours.value,
            "energy": self._energy.value,
            "door-cycles": self._door_cycles.value // 1,
            "moving": float(self.moving),
            "fault": float(self.stopped),
            "trapped": float(self.has("trapped")),
            "overload": 0.0,
            "alarm-button": float(self.has("trapped")),
            "power-ok": float(not self.has(NO_POWER)),
        }


def metres(floor: int) -> float:
    """Height of a floor; there is no floor 0."""
    return FLOOR_M * (floor - 1 if floor > 0 else floor)
