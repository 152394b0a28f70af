"""What people hear and see: public address, information displays; and the cameras that see them."""

from collections.abc import Mapping

from config.site import Device
from drivers.simulators.fire_system import BROADCAST
from drivers.simulators.model import ON, Model, Reading
from drivers.simulators.world import World

IDLE, MUSIC, ANNOUNCEMENT, FIRE_BROADCAST = 0.0, 1.0, 2.0, 3.0


class PublicAddress(Model):
    """Loudspeakers of a building: the fire broadcast goes before announcements, and these before music."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"music": float(ON), "announcement": 0.0, "volume": 40.0}
        self._building = world.building(device.zone)
        self._fire = False

    def step(self, world: World, dt_s: float) -> None:
        self._fire = world.fire.commanded(self._building, BROADCAST)

    @property
    def source(self) -> float:
        if self.has("trip"):
            return IDLE
        if self._fire:
            return FIRE_BROADCAST
        if self.settings["announcement"]:
            return ANNOUNCEMENT
        return MUSIC if self.settings["music"] else IDLE

    def readings(self, world: World) -> Mapping[str, Reading]:
        announcing = self.source == ANNOUNCEMENT
        return self.settings | {
            "source": self.source,
            "playing": self.settings["announcement"] if announcing else 0.0,
            "busy": float(self.source in (ANNOUNCEMENT, FIRE_BROADCAST)),
            "amplifier-fault": float(self.has("trip")),
        }


class Display(Model):
    """A screen that shows a template with a line of text in it. Effect: 'trip', the player hangs."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"template": 0.0, "brightness": 70.0}
        self._text = ""
        self._shown = 0.0

    def write(self, point: str, value: float | str) -> None:
        if point == "text":
            self._text = str(value)
        super().write(point, value)

    def step(self, world: World, dt_s: float) -> None:
        if not self.has("trip"):
            self._shown = self.settings["template"]

    def readings(self, world: World) -> Mapping[str, Reading]:
        return {
            **self.settings,
            "shown": self._shown,
            "text": self._text,
            "fault": float(self.has("trip")),
        }


class Camera(Model):
    """A camera that turns to presets. Effect: 'offline', the recorder has lost it."""

    _TURNING_S = 2.0
    TURNING = 0.0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"preset": 1.0}
        self._at = 1.0
        self._turning_s = 0.0

    @property
    def shows(self) -> float:
        """The preset of its picture."""
        return self.TURNING if self._turning_s and self._at != self.settings["preset"] else self._at

    def step(self, world: World, dt_s: float) -> None:
        if self.has("offline") or self._at == self.settings["preset"]:
            self._turning_s = 0.0
            return
        self._turning_s += dt_s
        if self._turning_s >= self._TURNING_S:
            self._at = self.settings["preset"]

    def readings(self, world: World) -> Mapping[str, Reading]:
        online = not self.has("offline")
        return self.settings | {
            "at-preset": self.shows,
            "online": float(online),
            "recording": float(online and not self.has("disk")),
        }
