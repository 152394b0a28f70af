"""The unit byte behind each amount, and what a point makes of it. Pure. CJ/T 188-2004, table of units.

Units stand three codes apart; the codes between them mean ten and a hundred of the unit before.
"""

from dataclasses import dataclass
from enum import StrEnum


class Dimension(StrEnum):
    ENERGY = "energy"
    POWER = "power"
    VOLUME = "volume"
    FLOW = "flow"


@dataclass(frozen=True, slots=True)
class Unit:
    dimension: Dimension
    factor: float
    """How much it is of the dimension's own unit: kWh, kW, m³, m³/h."""


_FIRST = {
    0x02: Unit(Dimension.ENERGY, 0.001),
    0x05: Unit(Dimension.ENERGY, 1.0),
    0x08: Unit(Dimension.ENERGY, 1000.0),
    0x0B: Unit(Dimension.ENERGY, 1 / 3600),
    0x0E: Unit(Dimension.ENERGY, 1 / 3.6),
    0x11: Unit(Dimension.ENERGY, 1000 / 3.6),
    0x14: Unit(Dimension.POWER, 0.001),
    0x17: Unit(Dimension.POWER, 1.0),
    0x1A: Unit(Dimension.POWER, 1000.0),
    0x29: Unit(Dimension.VOLUME, 0.001),
    0x2C: Unit(Dimension.VOLUME, 1.0),
    0x32: Unit(Dimension.FLOW, 0.001),
    0x35: Unit(Dimension.FLOW, 1.0),
}
CODES = {0x01: Unit(Dimension.ENERGY, 1 / 3.6e6)} | {
    code + tens: Unit(unit.dimension, unit.factor * 10**tens)
    for code, unit in _FIRST.items()
    for tens in range(3)
}
"""Unit byte -> unit."""

NAMES = {
    "J": CODES[0x01],
    "Wh": CODES[0x02],
    "kWh": CODES[0x05],
    "MWh": CODES[0x08],
    "kJ": CODES[0x0B],
    "MJ": CODES[0x0E],
    "GJ": CODES[0x11],
    "W": CODES[0x14],
    "kW": CODES[0x17],
    "MW": CODES[0x1A],
    "L": CODES[0x29],
    "m³": CODES[0x2C],
    "m3": CODES[0x2C],
    "L/h": CODES[0x32],
    "m³/h": CODES[0x35],
    "m3/h": CODES[0x35],
}
OWN = {
    Dimension.ENERGY: NAMES["kWh"],
    Dimension.POWER: NAMES["kW"],
    Dimension.VOLUME: NAMES["m³"],
    Dimension.FLOW: NAMES["m³/h"],
}


def code_of(unit: Unit) -> int:
    return next(code for code, one in CODES.items() if one == unit)


def converted(amount: float, code: int, target: Unit, assumed: Unit | None) -> float:
    """An amount that came with a unit byte, in the point's own unit.

    `assumed` is its unit where the byte is none of the standard's. Raises ValueError without it, and for a
    unit of another kind.
    """
    unit = CODES.get(code) or assumed
    if unit is None:
        raise ValueError(f"unit byte {code:02X} is none of the standard's")
    if unit.dimension is not target.dimension:
        raise ValueError(f"unit byte {code:02X} is one of {unit.dimension}, not of {target.dimension}")
    return amount * unit.factor / target.factor
