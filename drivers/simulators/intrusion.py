"""An intrusion alarm host: zones that are armed or not, alarms that it remembers until somebody disarms."""

from collections.abc import Mapping

from config.site import Device
from drivers.simulators.model import Model, Reading
from drivers.simulators.world import World

ZONES = range(1, 7)
ALL_DAY = (1, 2)
"""Perimeter and hold-up buttons watch day and night, armed or not."""
DISARMED, ARMED, ALARM, TAMPERED, BYPASSED = range(5)
_EXIT_S = 10.0
"""From the command to arm until the host has armed."""


class IntrusionHost(Model):
    """Effects: 'zone-3' (somebody is there), 'tamper-3', 'bypass-3', 'tamper', 'mains', 'battery'."""

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self.settings = {"arm": 0.0}
        self._arming_s = 0.0
        self._remembered: set[int] = set()

    @property
    def armed(self) -> bool:
        return self._arming_s >= _EXIT_S

    def step(self, world: World, dt_s: float) -> None:
        if self.was_reset(world):
            self._remembered.clear()
        self._arming_s = self._arming_s + dt_s if self.settings["arm"] else 0.0
        for zone in ZONES:
            watched = self.armed or zone in ALL_DAY
            if watched and self.has(f"zone-{zone}") and not self.has(f"bypass-{zone}"):
                self._remembered.add(zone)

    def write(self, point: str, value: float | str) -> None:
        super().write(point, value)
        if point == "arm" and not self.settings["arm"]:
            self._remembered.clear()

    def _state(self, zone: int) -> int:
        if self.has(f"bypass-{zone}"):
            return BYPASSED
        if zone in self._remembered:
            return ALARM
        if self.has(f"tamper-{zone}"):
            return TAMPERED
        return ARMED if self.armed or zone in ALL_DAY else DISARMED

    def readings(self, world: World) -> Mapping[str, Reading]:
        states = {f"zone-{zone}": float(self._state(zone)) for zone in ZONES}
        return {
            **self.settings,
            **states,
            "armed": float(self.armed),
            "siren": float(bool(self._remembered)),
            "tamper": float(self.has("tamper")),
            "mains-ok": float(not self.has("mains")),
            "battery-ok": float(not self.has("battery")),
        }
