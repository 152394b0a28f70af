"""The chilled-water loop that all coils share, and the sequence that starts and stops its machines."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

CHILLER_KW = 500.0
"""Cooling capacity of one chiller."""
PUMP_M3_H = 110.0
"""Flow of one pump at 50 Hz."""
WATER_KW_H_M3K = 1.163
"""kW that 1 m³/h of water carries per kelvin."""
_WEEK_S = 7 * 86400


class Machine(Protocol):
    """A chiller, pump or tower as the sequence sees it."""

    running: bool

    @property
    def forced(self) -> bool:
        """Somebody runs it by hand."""

    @property
    def available(self) -> bool:
        """In automatic and healthy."""


@dataclass(slots=True)
class ChilledWater:
    supply_c: float = 8.0
    return_c: float = 12.0
    condenser_supply_c: float = 26.0
    condenser_return_c: float = 30.0
    demand_kw: float = 150.0
    """Taken by the coils in the last step."""
    flow_m3_h: float = PUMP_M3_H
    condenser_flow_m3_h: float = PUMP_M3_H
    capacity_kw: float = CHILLER_KW
    setpoint_c: float = 7.0
    chillers: int = 1
    """How many the sequence wants."""
    _taken_kw: float = 0.0

    def take(self, kw: float) -> None:
        """A coil takes `kw` of cold in this step."""
        self._taken_kw += kw

    def settle(self) -> None:
        """Close the account of this step and choose how many chillers it needs, with hysteresis."""
        self.demand_kw, self._taken_kw = self._taken_kw, 0.0
        if self.demand_kw > 0.92 * CHILLER_KW * self.chillers:
            self.chillers = min(2, self.chillers + 1)
        elif self.demand_kw < 0.75 * CHILLER_KW * (self.chillers - 1):
            self.chillers -= 1

    @property
    def is_cold(self) -> bool:
        return self.supply_c < 16


def sequence(machines: Iterable[Machine], wanted: int, time_s: float) -> int:
    """Run `wanted` of the machines, forced ones first, then in an order that changes weekly. How many run."""
    row = list(machines)
    if not row:
        return 0
    turn = int(time_s // _WEEK_S) % len(row)
    running = sum(machine.forced for machine in row)
    for machine in row[turn:] + row[:turn]:
        if machine.forced:
            machine.running = True
        else:
            machine.running = machine.available and running < wanted
            running += machine.running
    return running
