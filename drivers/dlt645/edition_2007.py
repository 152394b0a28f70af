"""The data identifiers of DL/T 645-2007: tables A.1 (energy) to A.6 (frozen data), and their blocks. Pure.

The fee-controlled identifiers (0090..., 0400 10..., 1D and 1E) are those of the standard's annex as recorded
in 2010. Energies, currents, powers and power factors that can turn round carry their sign in the highest bit.
"""

from config.text import Text
from drivers.dlt645.edition import Edition, Family, Function, Quantity

ENERGY = "XXXXXX.XX"
DEMAND = "XX.XXXX,YYMMDDhhmm"
_COUNT = "XXXXXX"
_TIMES = "YYMMDDhhmmss,YYMMDDhhmmss"
_CHANGE = "NNNNNNNN,YYMMDDhhmmss,YYMMDDhhmmss"

_SUMS = frozenset({0x00, 0x03, 0x04, 0x80, 0x17, 0x18, 0x2B, 0x2C, 0x3F, 0x40})
"""Kinds of energy and demand that are sums of both directions, and so signed."""

_PHASES = {
    0x01: "XXX.X",
    0x02: "-XXX.XXX",
    0x03: "-XX.XXXX",
    0x04: "-XX.XXXX",
    0x05: "-XX.XXXX",
    0x06: "-X.XXX",
    0x07: "XXX.X",
    0x08: "XX.XX",
    0x09: "XX.XX",
}
"""Of variables 02 KK PP 00, by KK."""
_WITH_TOTAL = frozenset({0x03, 0x04, 0x05, 0x06})
"""Variables whose block begins with the total."""

_FIXED = {
    0x00900100: ENERGY,
    0x00900101: ENERGY,
    0x00900200: ENERGY,
    0x00900201: ENERGY,
    0x02800001: "-XXX.XXX",
    0x02800002: "XX.XX",
    0x02800003: "-XX.XXXX",
    0x02800004: "-XX.XXXX",
    0x02800005: "-XX.XXXX",
    0x02800006: "-XX.XXXX",
    0x02800007: "-XXX.X",
    0x02800008: "XX.XX",
    0x02800009: "XX.XX",
    0x0280000A: "XXXXXXXX",
    0x0280000B: "XXXX.XXXX",
    0x02800020: "XXXX.XXXX",
    0x02800021: "XXXX.XXXX",
    0x03010000: ",".join([_COUNT] * 6),
    0x03020000: ",".join([_COUNT] * 6),
    0x03030000: ",".join([_COUNT] * 6),
    0x03040000: ",".join([_COUNT] * 6),
    0x03050000: f"{_COUNT},{_COUNT}",
    0x03060000: f"{_COUNT},{_COUNT}",
    0x03070000: f"{_COUNT},{_COUNT}",
    0x03080000: f"{_COUNT},{_COUNT}",
    0x03090000: f"{_COUNT},{_COUNT}",
    0x030A0000: f"{_COUNT},{_COUNT}",
    0x030B0000: ",".join([_COUNT] * 6),
    0x030C0000: ",".join([_COUNT] * 6),
    0x030D0000: ",".join([_COUNT] * 6),
    0x030E0000: ",".join([_COUNT] * 6),
    0x030F0000: ",".join([_COUNT] * 6),
    0x03110000: _COUNT,
    0x03300000: _COUNT,
    0x03300100: _COUNT,
    0x03300200: _COUNT,
    0x03300300: _COUNT,
    0x03300400: _COUNT,
    0x03300D00: _COUNT,
    0x03300E00: _COUNT,
    0x1D000001: _COUNT,
    0x1E000001: _COUNT,
    0x04000101: "YYMMDDWW",
    0x04000102: "hhmmss",
    0x04000103: "XX",
    0x04000104: "XX",
    0x04000105: "XXXX",
    0x04000106: "YYMMDDhhmm",
    0x04000107: "YYMMDDhhmm",
    0x0400010C: "YYMMDDWWhhmmss",
    0x04000201: "XX",
    0x04000202: "XX",
    0x04000203: "XX",
    0x04000204: "XX",
    0x04000205: "XXXX",
    0x04000306: _COUNT,
    0x04000307: _COUNT,
    0x04000401: "NNNNNNNNNNNN",
    0x04000402: "NNNNNNNNNNNN",
    0x04000403: "A" * 32,
    0x04000404: "A" * 6,
    0x04000405: "A" * 6,
    0x04000406: "A" * 6,
    0x04000407: "A" * 4,
    0x04000408: "A" * 4,
    0x04000409: _COUNT,
    0x0400040A: _COUNT,
    0x0400040B: "A" * 10,
    0x0400040C: "A" * 10,
    0x0400040D: "A" * 16,
    0x04000B01: "DDhh",
    0x04000B02: "DDhh",
    0x04000B03: "DDhh",
    0x04000F01: ENERGY,
    0x04000F02: ENERGY,
    0x04000F03: ENERGY,
    0x04000F04: ENERGY,
    0x04001001: ENERGY,
    0x04001002: ENERGY,
    0x04001003: ENERGY,
    0x04001004: ENERGY,
    0x04001005: ENERGY,
}
_LATEST = {
    0x030500: "YYMMDDhhmmss,XXX.XXX,YYMMDDhhmmss",
    0x030600: _TIMES,
    0x031100: _TIMES,
    0x033000: "YYMMDDhhmmss,NNNNNNNN",
    0x033001: "YYMMDDhhmmss,NNNNNNNN",
    0x033002: "YYMMDDhhmmss,NNNNNNNN",
    0x033003: "YYMMDDhhmmss,NNNNNNNN",
    0x033004: _CHANGE,
    0x03300D: _TIMES,
    0x03300E: _TIMES,
    0x1D0001: "YYMMDDhhmmss",
    0x1E0001: "YYMMDDhhmmss",
}
"""The beginning of the latest ten records of an event, XXXXXX01 to XXXXXX0A, by all but the last byte."""


def layout_of(identifier: int) -> str | None:
    if (fixed := _FIXED.get(identifier)) is not None:
        return fixed
    di3, di2, di1, di0 = identifier.to_bytes(4, "big")
    match di3:
        case 0x00 if di1 <= 63 and di0 <= 12 and di2 != 0x90:
            return f"-{ENERGY}" if di2 in _SUMS else ENERGY
        case 0x01 if di1 <= 63 and di0 <= 12:
            return f"-{DEMAND}" if di2 in _SUMS else DEMAND
        case 0x02 if di2 in _PHASES and di1 <= 3 and not di0:
            return _PHASES[di2]
        case 0x02 if di2 in (0x0A, 0x0B) and 1 <= di1 <= 3 and 1 <= di0 <= 21:
            return "XX.XX"
        case 0x04 if identifier >> 8 == 0x040005 and 1 <= di0 <= 7:
            return "BBBB"
        case 0x04 if identifier >> 8 == 0x040006 and 1 <= di0 <= 3:
            return "BB"
        case 0x05 if not di1:
            return "YYMMDDhhmm"
    return _LATEST.get(identifier >> 8) if 1 <= di0 <= 10 else None


def family_of(identifier: int) -> Family | None:
    di3, di2, di1, di0 = identifier.to_bytes(4, "big")
    match di3:
        case 0x00 | 0x01 if di2 != 0x90 and di1 <= 63:
            return Family(identifier | 0xFF00, di1)
        case 0x02 if di2 in _PHASES and di1 <= 3:
            return Family(identifier | 0xFF00, di1 if di2 in _WITH_TOTAL else di1 - 1)
        case 0x04 if identifier >> 8 == 0x040005 and 1 <= di0 <= 7:
            return Family(identifier | 0xFF, di0 - 1)
    return None


def settles(identifier: int) -> bool:
    di3, di2, di1, di0 = identifier.to_bytes(4, "big")
    return di3 <= 1 and di2 != 0x90 and di1 <= 63 and not di0


def _energy(kind: int) -> Quantity:
    return Quantity(kind << 16, tariff=0x100, month=1, most_months=12)


def _demand(kind: int) -> Quantity:
    return Quantity(0x01000000 | kind << 16, tariff=0x100, month=1, most_months=12)


def _phase(kind: int) -> Quantity:
    return Quantity(0x02000000 | kind << 16, phase=0x100, lowest_phase=0 if kind in _WITH_TOTAL else 1)


QUANTITIES = {
    "energy": _energy(0x00),
    "energy-import": _energy(0x01),
    "energy-export": _energy(0x02),
    "reactive-energy-1": _energy(0x03),
    "reactive-energy-2": _energy(0x04),
    "reactive-energy-q1": _energy(0x05),
    "reactive-energy-q2": _energy(0x06),
    "reactive-energy-q3": _energy(0x07),
    "reactive-energy-q4": _energy(0x08),
    "apparent-energy-import": _energy(0x09),
    "apparent-energy-export": _energy(0x0A),
    "demand-import": _demand(0x01),
    "demand-export": _demand(0x02),
    "demand-reactive-1": _demand(0x03),
    "demand-reactive-2": _demand(0x04),
    "voltage": _phase(0x01),
    "current": _phase(0x02),
    "power": _phase(0x03),
    "reactive-power": _phase(0x04),
    "apparent-power": _phase(0x05),
    "power-factor": _phase(0x06),
    "phase-angle": _phase(0x07),
    "voltage-distortion": _phase(0x08),
    "current-distortion": _phase(0x09),
    "neutral-current": Quantity(0x02800001),
    "frequency": Quantity(0x02800002),
    "mean-power": Quantity(0x02800003),
    "demand": Quantity(0x02800004),
    "reactive-demand": Quantity(0x02800005),
    "apparent-demand": Quantity(0x02800006),
    "temperature": Quantity(0x02800007),
    "clock-battery": Quantity(0x02800008),
    "reading-battery": Quantity(0x02800009),
    "battery-minutes": Quantity(0x0280000A),
    "tier-price": Quantity(0x0280000B),
    "price": Quantity(0x02800020),
    "remaining-energy": Quantity(0x00900100),
    "overdraft-energy": Quantity(0x00900101),
    "remaining-amount": Quantity(0x00900200),
    "overdraft-amount": Quantity(0x00900201),
    "status": Quantity(0x04000501, number=1, most_numbers=7),
    "meter-number": Quantity(0x04000402),
    "current-ratio": Quantity(0x04000306),
    "voltage-ratio": Quantity(0x04000307),
    "alarm-amount": Quantity(0x04001001, number=1, most_numbers=2),
    "overdraft-limit": Quantity(0x04001003),
    "power-losses": Quantity(0x03110000),
    "latest-power-loss": Quantity(0x03110001),
    "programmings": Quantity(0x03300000),
    "latest-programming": Quantity(0x03300001),
    "meter-clearings": Quantity(0x03300100),
    "demand-clearings": Quantity(0x03300200),
    "event-clearings": Quantity(0x03300300),
    "clock-settings": Quantity(0x03300400),
    "cover-openings": Quantity(0x03300D00),
    "latest-cover-opening": Quantity(0x03300D01),
    "terminal-cover-openings": Quantity(0x03300E00),
    "trips": Quantity(0x1D000001),
    "latest-trip": Quantity(0x1D000101),
}

EDITION_2007 = Edition(
    name="2007",
    identifier_size=4,
    functions=Function,
    layout_of=layout_of,
    family_of=family_of,
    quantities=QUANTITIES,
    errors=(
        Text("其他错误", "another error"),
        Text("没有该数据", "no such data"),
        Text("口令错误或未授权", "wrong password or not authorised"),
        Text("通信速率不能更改", "the baud rate cannot be changed"),
        Text("年时区数超限", "too many yearly time zones"),
        Text("日时段数超限", "too many daily time periods"),
        Text("费率数超限", "too many tariffs"),
    ),
    no_data=0x02,
    numbers_frames=True,
    most_tariffs=63,
    settles=settles,
    settlement=1,
    settlement_days=(0x04000B01, 0x04000B02, 0x04000B03),
    date_and_time=(0x04000101, 0x04000102),
)
