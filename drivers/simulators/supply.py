"""Who has power: what is behind a live incomer, or on the generator, and not cut off by the fire linkage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from config.site import Device
from drivers.simulators.fire_system import POWER_CUT, FireSystem
from drivers.simulators.wiring import Wiring, matching

LOST = "mains"
"""The effect on an incomer whose transformer has no voltage."""


@dataclass(slots=True)
class Standby:
    """What transfer switch and generator tell each other."""

    called: bool = False
    """The transfer switch asks for the generator."""
    ready: bool = False
    """The generator has its voltage."""
    in_force: bool = False
    """The transfer switch has put what is essential on the generator."""
    load_kw: float = 0.0
    """Of what is essential."""


class Struck(Protocol):
    def has(self, fault: str) -> bool: ...


class Supply:
    """Knows the feeders of a site; `devices` by model."""

    def __init__(self, wiring: Wiring, devices: Mapping[str, Sequence[Device]]) -> None:
        everything = [device.id for row in devices.values() for device in row]
        self._behind: dict[str, frozenset[str]] = {}
        """Incomer -> all that it feeds, through its feeders."""
        for incomer in (device.id for device in devices.get("incomer", ())):
            feeders = set(wiring.behind(incomer, everything))
            fed = {device for feeder in feeders for device in wiring.behind(feeder, everything)}
            self._behind[incomer] = frozenset(feeders | fed)
        self._essential = frozenset(matching(wiring.essential, everything))
        meters = {device.id for model, row in devices.items() if model.startswith("meter") for device in row}
        self._carried = tuple(self._essential - meters)
        self._cut_off = {
            building: frozenset(matching(patterns, everything))
            for building, patterns in wiring.cut_off.items()
        }

    def essential_kw(self, loads_kw: Mapping[str, float]) -> float:
        """What the generator has to carry."""
        return sum(loads_kw[device] for device in self._carried)

    def dark(self, models: Mapping[str, Struck], standby: Standby, fire: FireSystem) -> frozenset[str]:
        """The devices without power now."""
        dark: frozenset[str] = frozenset()
        for incomer, behind in self._behind.items():
            if models[incomer].has(LOST):
                dark |= behind - self._essential if standby.in_force else behind
        for building in fire.answered(POWER_CUT):
            dark |= self._cut_off.get(building, frozenset())
        return dark
