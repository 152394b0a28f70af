"""The drill console (演练台): plays what the wiring says, as long as somebody at a screen lets it."""

from collections.abc import Mapping
from typing import ClassVar

from config.site import Device
from drivers.simulators.model import Model, Reading
from drivers.simulators.world import World

RESET = "reset"
_SHOWN_S = 10.0
"""How long `reset` stays on, so that whoever wrote it sees that it was heard."""


class DrillConsole(Model):
    """Each of its points but `reset` and `playing` is a scenario of the wiring: 1 plays it, 0 ends it.

    `reset` ends all of them, and resets panels and hosts as somebody would who goes round.
    """

    rank: ClassVar[int] = 0

    def __init__(self, device: Device, world: World) -> None:
        super().__init__(device, world)
        self._world = world
        self.settings = dict.fromkeys((*world.wiring.scenarios, RESET), 0.0)
        self._shown_s = 0.0

    def write(self, point: str, value: float | str) -> None:
        super().write(point, value)
        if point == RESET and value:
            self.settings = dict.fromkeys(self.settings, 0.0) | {RESET: 1.0}
            self._shown_s = _SHOWN_S
            self._world.scenarios.clear()
            self._world.resets += 1
        elif point in self._world.wiring.scenarios:
            if value:
                self._world.scenarios.setdefault(point, self._world.time_s)
            else:
                self._world.scenarios.pop(point, None)

    def step(self, world: World, dt_s: float) -> None:
        self._shown_s = max(0.0, self._shown_s - dt_s)
        if not self._shown_s:
            self.settings[RESET] = 0.0

    def readings(self, world: World) -> Mapping[str, Reading]:
        return self.settings | {"playing": float(len(world.scenarios))}
