"""The data identifiers of DL/T 645-1997, two bytes each: annexes A and B, and their blocks. Pure.

The high byte tells class (9 energy, A demand, B its time or a variable, C a parameter), settlement (none, 4
the last, 8 the one before) and whether it is active or reactive; the low byte direction or quadrant, and
tariff.
"""

from config.text import Text
from drivers.dlt645.edition import Edition, Family, Function1997, Quantity

ENERGY = "XXXXXX.XX"
_WHEN = "MMDDhhmm"

_FIXED = {
    0xB210: _WHEN,
    0xB211: _WHEN,
    0xB212: "XXXX",
    0xB213: "XXXX",
    0xB214: "XXXXXX",
    **{0xB310 + at: "XXXX" for at in range(4)},
    **{0xB320 + at: "XXXXXX" for at in range(4)},
    **{0xB330 + at: _WHEN for at in range(4)},
    **{0xB340 + at: _WHEN for at in range(4)},
    **{0xB611 + at: "XXXX" for at in range(3)},
    **{0xB621 + at: "XX.XX" for at in range(3)},
    **{0xB630 + at: "XX.XXXX" for at in range(4)},
    0xB634: "XX.XX",
    0xB635: "XX.XX",
    **{0xB640 + at: "XX.XX" for at in range(4)},
    **{0xB650 + at: "X.XXX" for at in range(4)},
    0xC010: "YYMMDDWW",
    0xC011: "hhmmss",
    0xC020: "BB",
    0xC021: "BB",
    0xC022: "BB",
    0xC030: "XXXXXX",
    0xC031: "XXXXXX",
    0xC032: "NNNNNNNNNNNN",
    0xC033: "NNNNNNNNNNNN",
    0xC034: "NNNNNNNNNNNN",
    0xC111: "XX",
    0xC112: "XX",
    0xC117: "DDhh",
}
_FROM_TOTAL = frozenset({0xB63, 0xB64, 0xB65})
_FROM_FIRST = frozenset({0xB61, 0xB62})
_SETTLED = frozenset({0x0, 0x1, 0x4, 0x5, 0x8, 0x9})
"""Low halves of the high byte for this month, the last and the one before, active and reactive."""


def layout_of(identifier: int) -> str | None:
    if (fixed := _FIXED.get(identifier)) is not None:
        return fixed
    kind, settled, direction, tariff = (identifier >> shift & 0xF for shift in (12, 8, 4, 0))
    if settled not in _SETTLED or not direction or tariff == 0xF:
        return None
    return {0x9: ENERGY, 0xA: "XX.XXXX", 0xB: _WHEN}.get(kind)


def family_of(identifier: int) -> Family | None:
    group, at = identifier >> 4, identifier & 0xF
    if group in _FROM_TOTAL and at <= 3:
        return Family(identifier | 0xF, at)
    if group in _FROM_FIRST:
        return Family(identifier | 0xF, at - 1)
    if identifier not in _FIXED and layout_of(identifier) is not None:
        return Family(identifier | 0xF, at)
    return None


def settles(identifier: int) -> bool:
    now = identifier not in _FIXED and identifier >> 8 & 0xF <= 1
    return now and layout_of(identifier) is not None


def _tariffs(first: int) -> Quantity:
    return Quantity(first, tariff=1, month=0x0400, most_months=2)


QUANTITIES = {
    "energy-import": _tariffs(0x9010),
    "energy-export": _tariffs(0x9020),
    "reactive-energy-1": _tariffs(0x9110),
    "reactive-energy-2": _tariffs(0x9120),
    "reactive-energy-q1": _tariffs(0x9130),
    "reactive-energy-q2": _tariffs(0x9150),
    "reactive-energy-q3": _tariffs(0x9160),
    "reactive-energy-q4": _tariffs(0x9140),
    "demand-import": _tariffs(0xA010),
    "demand-export": _tariffs(0xA020),
    "demand-reactive-1": _tariffs(0xA110),
    "demand-reactive-2": _tariffs(0xA120),
    "voltage": Quantity(0xB610, phase=1),
    "current": Quantity(0xB620, phase=1),
    "power": Quantity(0xB630, phase=1, lowest_phase=0),
    "reactive-power": Quantity(0xB640, phase=1, lowest_phase=0),
    "power-factor": Quantity(0xB650, phase=1, lowest_phase=0),
    "status": Quantity(0xC020, number=1, most_numbers=2),
    "meter-number": Quantity(0xC032),
    "battery-minutes": Quantity(0xB214),
    "programmings": Quantity(0xB212),
    "latest-programming": Quantity(0xB210),
    "demand-clearings": Quantity(0xB213),
    "phase-losses": Quantity(0xB310, phase=1, lowest_phase=0),
    "phase-loss-minutes": Quantity(0xB320, phase=1, lowest_phase=0),
}

EDITION_1997 = Edition(
    name="1997",
    identifier_size=2,
    functions=Function1997,
    layout_of=layout_of,
    family_of=family_of,
    quantities=QUANTITIES,
    errors=(
        Text("非法数据", "illegal data"),
        Text("没有该数据", "no such data"),
        Text("口令错误", "wrong password"),
        Text("标准未定义的错误", "an error the standard leaves open"),
        Text("年时区数超限", "too many yearly time zones"),
        Text("日时段数超限", "too many daily time periods"),
        Text("费率数超限", "too many tariffs"),
    ),
    no_data=0x02,
    numbers_frames=False,
    most_tariffs=14,
    settles=settles,
    settlement=0x0400,
    settlement_days=(0xC117,),
    date_and_time=(0xC010, 0xC011),
)
