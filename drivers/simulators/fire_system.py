"""What the parts of the fire alarm system know of each other: signals, confirmed fires, outputs."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SMOKE_FAN, MAKE_UP_FAN, SHUTTER = "smoke-fan", "make-up-fan", "shutter"
LIFTS, DOORS, POWER_CUT, BROADCAST = "lifts", "doors", "power-cut", "broadcast"
STARTS_S: Mapping[str, float] = {
    BROADCAST: 3.0,
    DOORS: 3.0,
    LIFTS: 5.0,
    SHUTTER: 5.0,
    SMOKE_FAN: 6.0,
    MAKE_UP_FAN: 8.0,
    POWER_CUT: 12.0,
}
"""Output of a building -> when the controller starts it, after the fire is confirmed."""
HYDRANT, FLOW = "hydrant-1", "flow-1"
CONFIRMING = frozenset({"smoke-1", "smoke-2", "smoke-3", "heat-1", "call-point-1"})
"""Two of these in one compartment confirm a fire (GB 50116 4.1.6)."""


@dataclass(slots=True)
class FireSystem:
    signals: dict[str, frozenset[str]] = field(default_factory=dict)
    """Loop -> its detectors that report fire."""
    faults: dict[str, int] = field(default_factory=dict)
    """Loop -> how many of its detectors are faulty."""
    shielded: dict[str, int] = field(default_factory=dict)
    """Loop -> how many of its detectors somebody has shielded."""
    buildings: dict[str, str] = field(default_factory=dict)
    """Loop, lift or entrance -> its building."""
    confirmed: dict[str, float] = field(default_factory=dict)
    """Building -> since when its fire is confirmed."""
    started: dict[tuple[str, str], float] = field(default_factory=dict)
    """Building and output -> since when the controller commands it."""
    feedback: dict[tuple[str, str], bool] = field(default_factory=dict)
    """Building and output -> whether the equipment answers that it has come."""
    at_home: dict[str, bool] = field(default_factory=dict)
    """Lift -> whether it stands recalled, with its door open."""
    released: dict[str, bool] = field(default_factory=dict)
    """Door controller or turnstile -> whether its fire input has released it."""

    def reset(self) -> None:
        """Somebody resets the panel: what still burns comes again."""
        for told in (self.signals, self.confirmed, self.started, self.feedback):
            told.clear()

    def commanded(self, building: str, output: str) -> bool:
        return (building, output) in self.started

    def answered(self, output: str) -> list[str]:
        """The buildings where `output` has come."""
        return [building for (building, one), come in self.feedback.items() if come and one == output]

    def confirm(self, time_s: float) -> None:
        """Take as confirmed what two independent detectors of one loop report."""
        for loop, signals in self.signals.items():
            if len(signals & CONFIRMING) >= 2:
                self.confirmed.setdefault(self.buildings[loop], time_s)

    def start(self, time_s: float) -> None:
        """Command what the confirmed fires call for by now."""
        for building, since_s in self.confirmed.items():
            for output, delay_s in STARTS_S.items():
                if time_s >= since_s + delay_s:
                    self.started.setdefault((building, output), time_s)

    def all_in(self, building: str, states: Mapping[str, bool]) -> bool:
        """Whether all of `states`, by lift or entrance, that belong to the building hold."""
        return all(holds for one, holds in states.items() if self.buildings[one] == building)

    @property
    def hydrants_called(self) -> bool:
        """A hydrant button with a detector of its loop: the fire pump's two signals."""
        return any(HYDRANT in signals and signals & CONFIRMING for signals in self.signals.values())

    @property
    def sprinklers_flow(self) -> bool:
        return any(FLOW in signals for signals in self.signals.values())
