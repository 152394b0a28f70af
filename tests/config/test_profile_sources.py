"""Each register of a real device's profile is one that a public source states, of the same type and scale."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest

from config.parameters import filled_text
from config.problems import Problems
from config.profile_catalogue import Catalogue, Profile
from config.profile_schema import Category
from drivers import SCHEMAS
from drivers.modbus.registers import Kind, Order, Register
from drivers.modbus.schema import Options, Source, register_of

SOURCES = Path(__file__).parent / "profile_sources"
CATALOGUE = Catalogue(SCHEMAS)

A, C = Order.ABCD, Order.CDAB
WORD = {(kind, A) for kind in (Kind.INT16, Kind.UINT16)}
TYPES: Mapping[str, Mapping[str, set[tuple[Kind, Order]]]] = {
    "mbmd": {
        "Int16": {(Kind.INT16, A)},
        "Uint16": {(Kind.UINT16, A)},
        "Int32": {(Kind.INT32, A)},
        "Uint32": {(Kind.UINT32, A)},
        "Int32Swapped": {(Kind.INT32, C)},
        "Int64": {(Kind.INT64, A)},
        "Uint64": {(Kind.UINT64, A)},
        "Ieee754": {(Kind.FLOAT32, A)},
        "Float64": {(Kind.FLOAT64, A)},
    },
    "victron": {
        "bit": {(Kind.BOOL, A)},
        "s16": {(Kind.INT16, A)},
        "u16": {(Kind.UINT16, A)},
        "s32b": {(Kind.INT32, A)},
        "u32b": {(Kind.UINT32, A)},
        "u32l": {(Kind.UINT32, C)},
    },
    "evcc": {
        "uint16": {(Kind.UINT16, A)},
        "int32": {(Kind.INT32, A)},
        "int32nan": {(Kind.INT32, A)},
        "uint32nan": {(Kind.UINT32, A)},
        "int32s": {(Kind.INT32, C)},
        "uint32s": {(Kind.UINT32, C)},
    },
    "wb": {
        "u8": {(Kind.UINT16, A)},
        "u16": {(Kind.UINT16, A)},
        "s32": {(Kind.INT32, A)},
        "u32": {(Kind.UINT32, A)},
    },
    "ha": {"uint16": {(Kind.UINT16, A)}, "uint32": {(Kind.UINT32, A)}},
    "nymea": {
        "uint16": {(Kind.UINT16, A)},
        "uint32": {(Kind.UINT32, A)},
        "int32": {(Kind.INT32, A)},
        "int64": {(Kind.INT64, A)},
    },
    "acs580": {"32bit": {(Kind.INT32, C)}},
    "v20": {"u16": {(Kind.UINT16, A)}},
    "cx34": {"int16": {(Kind.INT16, A)}, "uint16": {(Kind.UINT16, A)}},
    "cxi": {"DIGI1": {(Kind.UINT16, A)}, "TEMP1": {(Kind.INT16, A)}},
    "topvex": {"signed": {(Kind.INT16, A)}, "word": WORD, "bit": {(Kind.BOOL, A)}},
    "komfovent": {"s16": {(Kind.INT16, A)}, "u16": {(Kind.UINT16, A)}, "u32": {(Kind.UINT32, A)}},
    "ecowitt": {"u16": {(Kind.UINT16, A)}},
    "xymd": {"int16": {(Kind.INT16, A)}, "uint16": {(Kind.UINT16, A)}},
    "tuf": {"REAL4": {(Kind.FLOAT32, C)}, "u16": {(Kind.UINT16, A)}},
    "neptun": {"quint16": {(Kind.UINT16, A)}, "quint32": {(Kind.UINT32, A)}},
    "greystone": {"Word": {(Kind.UINT16, A)}},
    "igd": {"word": {(Kind.UINT16, A)}},
    "copeland": {"16": WORD, "1": WORD},
    "atest": {"U16": {(Kind.UINT16, A)}, "flags": {(Kind.UINT16, A)}},
    "arkel": {"Bit": {(Kind.BOOL, A)}},
}
"""What each source calls a type: the kind and word order that it means; `word`: it says no sign."""

UNITS: Mapping[tuple[str, str], Fraction] = {
    ("W", "kW"): Fraction(1, 1000),
    ("var", "kvar"): Fraction(1, 1000),
    ("VA", "kVA"): Fraction(1, 1000),
    ("Wh", "kWh"): Fraction(1, 1000),
    ("mA", "A"): Fraction(1, 1000),
    ("dV", "V"): Fraction(1, 10),
    ("s", "h"): Fraction(1, 3600),
    ("bar", "kPa"): Fraction(100),
    ("L", "m³"): Fraction(1, 1000),
    ("K", "°C"): Fraction(1),
}
KELVIN = -273.15

OBJECTS = {
    "analog-input": "AI", "analog-output": "AO", "analog-value": "AV",
    "binary-input": "BI", "binary-output": "BO", "binary-value": "BV",
    "multi-state-input": "MI", "multi-state-output": "MO", "multi-state-value": "MV",
    "lift": "LIFT",
}  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """A register as a source states it."""

    kinds: set[tuple[Kind, Order]]
    scale: Fraction
    """Units of the source per raw unit."""
    offset: float
    unit: str


Key = tuple[str, int, int | None, int]
"""Table, address as it travels, lowest bit, number of bits."""


def head_of(name: str) -> dict[str, str]:
    lines = (SOURCES / f"{name}.csv").read_text("utf-8").splitlines()
    pairs = (line.removeprefix("# ").split(": ", 1) for line in lines if line.startswith("#"))
    return {line[0]: line[1] for line in pairs}


def rows_of(name: str) -> Iterator[dict[str, str]]:
    lines = (SOURCES / f"{name}.csv").read_text("utf-8").splitlines()
    yield from csv.DictReader(line for line in lines if not line.startswith("#"))
    if other := head_of(name).get("as"):
        yield from rows_of(other)


def addresses(text: str, base: int) -> Iterator[int]:
    """As they travel, from 0."""
    if base == 420_000:  # an ABB drive's parameter GG.II of 32 bits; register 400001 travels as 0
        group, index = map(int, text.split("."))
        yield base + 200 * group + 2 * index - 400_001
        return
    text, _, step = text.partition(" by ")
    first, _, last = text.partition("..")
    for at in range(int(first, 0), int(last or first, 0) + 1, int(step or 1)):
        yield at - base


def stated(name: str) -> dict[Key, Stated]:
    head = head_of(name)
    types = TYPES[head["terms"]]
    found = {}
    for row in rows_of(name):
        number = Fraction(row["scale"])
        scale = 1 / number if head["scale"] == "divisor" else number
        bit, _, bits = row["bit"].partition("+")
        entry = Stated(types[row["type"]], scale, float(row.get("offset") or 0), row["unit"])
        for address in addresses(row["address"], int(head["base"])):
            found[row["table"], address, int(bit) if bit else None, int(bits or 1)] = entry
    return found


def real(driver: str) -> list[Profile]:
    """The profiles of makers' devices that this driver speaks to, and of a standard's objects."""
    profiles = filter(None, map(CATALOGUE.profile, CATALOGUE.entries))
    spoken = [one for one in profiles if one.family.body.get("driver") == driver]
    extracts = {path.stem for path in SOURCES.glob("*.csv")}
    return [one for one in spoken if one.description.manufacturer or one.family.id in extracts]


MODBUS = {one.family.id: one for one in real("modbus")}
BACNET = {one.family.id: one for one in real("bacnet")}


@pytest.mark.parametrize("name", MODBUS)
def test_every_register_is_one_that_the_source_states(name: str) -> None:
    known = stated(name)
    template = MODBUS[name].template
    assert template is not None
    assert isinstance(template.options, Options)
    for point in template.points:
        assert isinstance(point.source, Source)
        register = register_of(point.source, template.options)
        told = known.get((str(register.table), register.address, register.bit, register.bits))
        assert told is not None, f"{point.id}: {register} is in no row of {name}.csv"
        assert _spelled(register) in told.kinds, f"{point.id}: {register.kind} {register.order}"
        if register.bit is not None or (not told.unit and not point.unit and told.scale == 1):
            assert (point.scale, point.offset) == (1, 0), point.id
            continue
        factor = Fraction(1) if told.unit == point.unit else UNITS[told.unit, point.unit]
        offset = told.offset + (KELVIN if (told.unit, point.unit) == ("K", "°C") else 0)
        assert point.scale == pytest.approx(float(told.scale * factor), rel=1e-9), point.id
        assert point.offset == pytest.approx(offset), point.id


def _spelled(register: Register) -> tuple[Kind, Order]:
    """Word order means something only where a value has several words."""
    several = register.bit is None and register.kind.words > 1
    return register.kind, register.order if several else Order.ABCD


@pytest.mark.parametrize("name", BACNET)
def test_every_object_is_one_that_the_source_states(name: str) -> None:
    known = {
        (row["type"].replace("MS", "M"), row["instance"], row.get("property") or "present-value"): row
        for row in rows_of(name)
    }
    family = BACNET[name].family
    values = {**family.parameters, **dict.fromkeys(family.required, 0)}
    for point in family.points.values():
        source = point.table["source"]
        written = filled_text(source["object"], str, values)
        type_, _, instance = str(written).partition(",")
        property_ = source.get("property", "present-value")
        told = next(filter(None, (known.get((OBJECTS[type_], at, property_)) for at in (instance, ""))), None)
        assert told is not None, f"{point.id}: {written} {property_} is in no row of {name}.csv"
        assert filled_text(point.table.get("unit", ""), str, values) == told["unit"], point.id
        states = told["states"].split(" / ")
        if "one_of" in source:
            assert max(source["one_of"]) < len(states), point.id
        elif told["states"] and point.table["kind"] == "discrete":
            assert len(point.table["states"]) == len(states), point.id


@pytest.mark.parametrize("name", [*MODBUS, *BACNET])
def test_a_profile_of_a_makers_device_names_its_source_and_where_it_was_noted(name: str) -> None:
    profile = (MODBUS | BACNET)[name]
    assert profile.description.source
    assert all(document.title for document in profile.description.source)
    assert {"source", "licence"} <= head_of(name).keys()


def test_no_extract_lies_about_without_its_profile() -> None:
    assert {path.stem for path in SOURCES.glob("*.csv")} == {*MODBUS, *BACNET}


def test_real_devices_of_every_trade_are_there() -> None:
    """M01, M02, M03, M06, M12, M16, M17, M20, M30, M32: what a campus has is found in the list."""
    together = {**MODBUS, **BACNET}
    assert len(together) > 30
    wanted = {
        Category.CHILLER, Category.AHU, Category.VAV, Category.FAN_COIL, Category.PUMP, Category.VFD,
        Category.LIGHTING, Category.POWER_METER, Category.WATER_METER, Category.UPS, Category.GENERATOR,
        Category.SOLAR, Category.EV_CHARGER, Category.AIR_QUALITY, Category.WEATHER, Category.LEAK,
        Category.GAS, Category.LIFT,
    }  # fmt: skip
    assert wanted <= {one.category for one in together.values()}


def test_what_a_register_holds_is_not_taken_on_trust() -> None:
    """The comparison itself: a scale ten times too large is found."""
    known = stated("abb-b23")
    assert known["holding", 0x5B00, None, 1].scale == Fraction(1, 10)
    assert stated("abb-acs580")["holding", 20213, None, 1].scale == Fraction(1, 100)
    problems = Problems()
    assert CATALOGUE.examined("abb-b23", {}, problems) is not None
    assert not len(problems)
