"""Doors, barriers and turnstiles: automatic by card, or held released or locked by the control room.

The fire linkage releases them by a wired input, whatever was commanded, in a fire of their building.
"""

from collections.abc import Mapping

from config.site import Device
from drivers.simulators.fire_system import DOORS
from drivers.simulators.model import Counter, Model, Reading
from drivers.simulators.world import World

BY_CARD, RELEASED, LOCKED = 0.0, 1.0, 2.0
BOTH = (1, 2)
_PASSING_S = 5.0
"""A door that somebody goes through stands open so long."""
_HELD_S = 30.0
"""A door that stands open longer is held open."""
_MOST_PASSAGES_H = 900.0
"""More than `busiest_s` lets come, so that no counter runs ahead of its pace."""


class Entrance(Model):
    """What doors, barriers and turnstiles share: the fire input, and counting who passes."""

    busiest_s = 15.0
    """Mean time between two passages at full presence."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.fire_input = False
        self.passages = Counter(_MOST_PASSAGES_H, world.time_s)
        self._building = world.building(device.zone)
        world.fire.buildings[device.id] = self._building

    def sense_fire(self, world: World) -> None:
        """Whether the linkage controller releases it; what is outside, with any building."""
        outside = not world.parents.get(self.device.zone)
        released = (building for building, output in world.fire.started if output == DOORS)
        told = any(outside or building == self._building for building in released)
        self.fire_input = told and not self.has("no-fire-input")
        world.fire.released[self.device.id] = self.fire_input

    def passes(self, world: World, dt_s: float) -> bool:
        """Whether somebody goes through in this step."""
        likely = world.presence * dt_s / self.busiest_s
        if self._random.random() >= min(likely, 0.8):
            return False
        self.passages.once()
        return True


class DoorController(Entrance):
    """Two doors. Effects: 'forced-1', 'held-1', 'tamper', 'mains', 'no-fire-input'."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {f"door-{n}-command": BY_CARD for n in BOTH}
        self._open_s = dict.fromkeys(BOTH, 0.0)
        """How long each has stood open; 0 is shut."""
        self._passing_s = dict.fromkeys(BOTH, 0.0)

    def mode(self, door: int) -> float:
        return RELEASED if self.fire_input else self.settings[f"door-{door}-command"]

    def step(self, world: World, dt_s: float) -> None:
        self.sense_fire(world)
        for door in BOTH:
            if self.mode(door) != LOCKED and self.passes(world, dt_s):
                self._passing_s[door] = _PASSING_S
            broken = self.has(f"forced-{door}") or self.has(f"held-{door}")
            ajar = broken or self._passing_s[door] > 0
            self._open_s[door] = self._open_s[door] + dt_s if ajar else 0.0
            self._passing_s[door] = max(0.0, self._passing_s[door] - dt_s)

    def readings(self, world: World) -> Mapping[str, Reading]:
        out: dict[str, Reading] = dict(self.settings)
        for door in BOTH:
            released = self.mode(door) == RELEASED
            held = self.has(f"held-{door}") and self._open_s[door] > _HELD_S
            passing = self._open_s[door] > 0 and not self.has(f"forced-{door}")
            out[f"door-{door}-mode"] = self.mode(door)
            out[f"door-{door}-locked"] = float(not released and not passing)
            out[f"door-{door}-open"] = float(self._open_s[door] > 0)
            out[f"door-{door}-forced"] = float(self.has(f"forced-{door}") and not released)
            out[f"door-{door}-held"] = float(held and not released)
        return out | {
            "fire-input": float(self.fire_input),
            "tamper": float(self.has("tamper")),
            "mains-ok": float(not self.has("mains")),
            "passages": self.passages.value // 1,
        }


class Barrier(Entrance):
    """A parking barrier; it never comes down on a vehicle. Effects: 'stuck', 'vehicle', 'local'."""

    busiest_s = 60.0
    _TRAVEL_S = 2.0
    MOVING, UP, DOWN = 0.0, 1.0, 2.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"command": BY_CARD}
        self._height = 0.0
        """0 down, 1 up."""
        self._passing_s = 0.0

    @property
    def mode(self) -> float:
        return RELEASED if self.fire_input else self.settings["command"]

    @property
    def vehicle(self) -> bool:
        return self.has("vehicle") or 2.0 < self._passing_s < 6.0

    def step(self, world: World, dt_s: float) -> None:
        self.sense_fire(world)
        self._passing_s = max(0.0, self._passing_s - dt_s)
        if self.mode != LOCKED and not self._passing_s and self.passes(world, dt_s):
            self._passing_s = 9.0
        wanted_up = self.mode == RELEASED or (self.mode == BY_CARD and self._passing_s > 0) or self.vehicle
        if not self.has("stuck"):
            travelled = dt_s / self._TRAVEL_S
            self._height = (
                min(1.0, self._height + travelled) if wanted_up else max(0.0, self._height - travelled)
            )

    def readings(self, world: World) -> Mapping[str, Reading]:
        position = {0.0: self.DOWN, 1.0: self.UP}.get(self._height, self.MOVING)
        return self.settings | {
            "mode": self.mode,
            "position": position,
            "vehicle": float(self.vehicle),
            "fault": float(self.has("stuck")),
            "fire-input": float(self.fire_input),
            "remote": self.remote,
            "passages": self.passages.value // 1,
        }


class Turnstile(Entrance):
    """The row of turnstiles of a lobby. Effects: 'tailgate', 'trip', 'no-fire-input'."""

    busiest_s = 12.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"command": BY_CARD}
        self._ways = Counter(_MOST_PASSAGES_H, world.time_s), Counter(_MOST_PASSAGES_H, world.time_s)
        """In and out."""

    @property
    def mode(self) -> float:
        return RELEASED if self.fire_input else self.settings["command"]

    def step(self, world: World, dt_s: float) -> None:
        self.sense_fire(world)
        if self.mode != LOCKED and self.passes(world, dt_s):
            self._ways[self._random.randint(0, 1)].once()

    def readings(self, world: World) -> Mapping[str, Reading]:
        return self.settings | {
            "mode": self.mode,
            "open": float(self.mode == RELEASED),
            "entries": self._ways[0].value // 1,
            "exits": self._ways[1].value // 1,
            "tailgating": float(self.has("tailgate")),
            "fault": float(self.has("trip")),
            "fire-input": float(self.fire_input),
        }
