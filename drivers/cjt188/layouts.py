"""What stands where behind a data identifier, by the type of the meter. Pure.

CJ/T 188-2004, section 8 and annex; the edition of 2018 writes the identifiers the other way round.
Places count from the byte behind the serial number SER. An amount is followed by its unit byte.
"""

from dataclasses import dataclass
from enum import StrEnum

from drivers.cjt188.units import Dimension

READING, SETTLED, PURCHASE, SETTLEMENT_DAY, ADDRESS = 0x901F, 0xD120, 0x8105, 0x8103, 0x810A
"""The meter's reading; that of the last settlement (those before it follow to D12B); what was bought."""
SET_CLOCK, VALVE, SET_ADDRESS = 0xA015, 0xA017, 0xA018
VALVE_OPEN, VALVE_SHUT = 0x55, 0x99


class Kind(StrEnum):
    WATER = "water"
    HEAT = "heat"
    GAS = "gas"

    @property
    def type(self) -> int:
        """The first type of its kind, T."""
        return {Kind.WATER: 0x10, Kind.HEAT: 0x20, Kind.GAS: 0x30}[self]


class Quantity(StrEnum):
    VOLUME = "volume"
    SETTLED_VOLUME = "settled-volume"
    HEAT = "heat"
    SETTLED_HEAT = "settled-heat"
    POWER = "power"
    FLOW = "flow"
    SUPPLY_TEMPERATURE = "supply-temperature"
    RETURN_TEMPERATURE = "return-temperature"
    HOURS = "hours"
    CLOCK_DRIFT = "clock-drift"
    CLOCK = "clock"
    STATUS = "status"
    VALVE = "valve"
    BATTERY_LOW = "battery-low"
    PURCHASES = "purchases"
    LATEST_PURCHASE = "latest-purchase"
    PURCHASED = "purchased"
    REMAINING = "remaining"


@dataclass(frozen=True, slots=True)
class Place:
    identifier: int
    at: int
    form: str
    dimension: Dimension | None = None
    """Of an amount with a unit byte behind it."""


_TIME = "CCYYMMDDhhmmss"
_AMOUNT = "XXXXXX.XX"

METERED = {
    Quantity.VOLUME: Place(READING, 0, _AMOUNT, Dimension.VOLUME),
    Quantity.SETTLED_VOLUME: Place(READING, 5, _AMOUNT, Dimension.VOLUME),
    Quantity.CLOCK: Place(READING, 10, _TIME),
    Quantity.CLOCK_DRIFT: Place(READING, 10, _TIME),
    Quantity.STATUS: Place(READING, 17, "BBBB"),
    Quantity.VALVE: Place(READING, 17, "BBBB"),
    Quantity.BATTERY_LOW: Place(READING, 17, "BBBB"),
    Quantity.PURCHASES: Place(PURCHASE, 0, "XX"),
    Quantity.LATEST_PURCHASE: Place(PURCHASE, 1, _AMOUNT),
    Quantity.PURCHASED: Place(PURCHASE, 5, _AMOUNT),
    Quantity.REMAINING: Place(PURCHASE, 9, _AMOUNT),
}
"""Of water and gas meters."""
HEATED = METERED | {
    Quantity.SETTLED_HEAT: Place(READING, 0, _AMOUNT, Dimension.ENERGY),
    Quantity.HEAT: Place(READING, 5, _AMOUNT, Dimension.ENERGY),
    Quantity.POWER: Place(READING, 10, "-XXXXXX.XX", Dimension.POWER),
    Quantity.FLOW: Place(READING, 15, "-XXXX.XXXX", Dimension.FLOW),
    Quantity.VOLUME: Place(READING, 20, _AMOUNT, Dimension.VOLUME),
    Quantity.SUPPLY_TEMPERATURE: Place(READING, 25, "-XXXX.XX"),
    Quantity.RETURN_TEMPERATURE: Place(READING, 28, "-XXXX.XX"),
    Quantity.HOURS: Place(READING, 31, "XXXXXX"),
    Quantity.CLOCK: Place(READING, 34, _TIME),
    Quantity.CLOCK_DRIFT: Place(READING, 34, _TIME),
    Quantity.STATUS: Place(READING, 41, "BBBB"),
    Quantity.VALVE: Place(READING, 41, "BBBB"),
    Quantity.BATTERY_LOW: Place(READING, 41, "BBBB"),
}
"""Of heat and cold meters."""
del HEATED[Quantity.SETTLED_VOLUME]

PLACES = {Kind.WATER: METERED, Kind.GAS: METERED, Kind.HEAT: HEATED}
SETTLES = {Quantity.VOLUME: Dimension.VOLUME, Quantity.HEAT: Dimension.ENERGY}
"""What D120 to D12B may hold: the unit byte says which."""

VALVE_BITS, BATTERY_BIT = (0, 2), 2
"""In the status word: 00 open, 01 shut, 11 out of order; set while the battery is low."""
VALVE_STATES = {0b00: 1.0, 0b01: 0.0}
"""As a point shows it: 1 open, 0 shut, 2 anything else."""
VALVE_OUT_OF_ORDER = 2.0
