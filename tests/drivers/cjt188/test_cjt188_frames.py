"""Frames, units and sources of CJ/T 188: published frames, and properties of all."""

import pytest
from pydantic import ValidationError

from drivers import SCHEMAS
from drivers.cjt188.frame import ANY_TYPE, ANYBODY, Frame, frames, parsed
from drivers.cjt188.layouts import METERED, Kind, Quantity
from drivers.cjt188.plan import Item, Reader
from drivers.cjt188.schema import Connection, Options, Source
from drivers.cjt188.units import CODES, NAMES, OWN, converted

SCHEMA = SCHEMAS["cjt188"]

PUBLISHED = [
    # juejin.cn/post/7434716832313327625 (CC BY-SA 4.0)
    ("FEFEFEFE68AAAAAAAAAAAAAAAA0303810A004916", ANY_TYPE, ANYBODY, 0x03, "810A00"),
    ("FEFEFEFE68101802122020000083 03810A00F516", 0x10, "00002020120218", 0x83, "810A00"),
    ("FEFEFEFE681018021220200000 0103901F009716", 0x10, "00002020120218", 0x01, "901F00"),
    (
        "FEFEFEFE6810180212202000008116901F00000200002C000200002C00000000000000 00FF8516",
        0x10,
        "00002020120218",
        0x81,
        "901F00 000200002C 000200002C 00000000000000 00FF",
    ),
    # hftangyu.com/563.html: a meter that writes the identifier low byte first
    ("FEFEFEFE68104433221100337801031F90008016", 0x10, "78330011223344", 0x01, "1F9000"),
    # cnblogs.com/llguanli/p/8683992.html: a heat meter
    ("FEFEFEFE6820324131400000000103901F012016", 0x20, "00000040314132", 0x01, "901F01"),
]


@pytest.mark.parametrize(("wire", "type_", "address", "control", "data"), PUBLISHED)
def test_published_frames_are_read_and_written_alike(
    wire: str, type_: int, address: str, control: int, data: str
) -> None:
    raw = bytes.fromhex(wire)
    [found] = [parsed(frame) for frame in frames(raw)]
    assert found == Frame(type_, address, control, bytes.fromhex(data))
    assert found.framed(wake=raw.index(0x68)) == raw


def test_a_published_reading_is_read_as_it_says() -> None:
    [raw] = frames(bytes.fromhex(PUBLISHED[3][0]))
    item = Item(0, METERED[Quantity.VOLUME], NAMES["m³"])
    assert item.found(parsed(raw).data[3:], Reader(28800, unit_first=False, wall_ns=int)) == (2.0, "", 0)


def test_units_are_those_of_the_standard() -> None:
    assert converted(1, 0x11, NAMES["kWh"], None) == pytest.approx(277.7778)
    assert converted(1, 0x13, NAMES["GJ"], None) == pytest.approx(100)
    assert converted(1, 0x0A, NAMES["MWh"], None) == pytest.approx(100)
    assert converted(3600, 0x0B, NAMES["kWh"], None) == pytest.approx(1)
    assert converted(1500, 0x32, NAMES["m³/h"], None) == pytest.approx(1.5)
    assert converted(2, 0x1A, NAMES["kW"], None) == pytest.approx(2000)
    assert {unit.dimension for unit in CODES.values()} == OWN.keys()
    with pytest.raises(ValueError, match="unit byte 00 is none of the standard's"):
        converted(1, 0x00, NAMES["m³"], None)


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "exactly one of quantity, control and at"),
        ({"quantity": "volume", "at": 3}, "exactly one of quantity, control and at"),
        ({"quantity": "heat"}, "quantity heat is none of a water meter, which has volume"),
        ({"quantity": "volume", "format": "XX"}, "belong to a place of its own"),
        ({"quantity": "volume", "bit": 1}, "needs quantity status or a place of its own"),
        ({"quantity": "volume", "assumed_unit": "gallon"}, "assumed_unit 'gallon' is unknown"),
        ({"at": 3}, "format '' is not known"),
        ({"at": 3, "format": "XX,XX"}, "has 2 fields"),
        ({"at": 195, "format": "XXXXXXXX"}, "end beyond 197"),
        ({"at": 3, "format": "XXXX", "bit": 1}, "needs a format of bits"),
        ({"at": 3, "format": "BB", "bit": 8}, "ends beyond 7"),
        ({"at": 3, "format": "XXXX", "unit_byte": True}, "unit_byte needs assumed_unit"),
    ],
)
def test_what_is_wrong_with_a_source_is_said(said: dict[str, object], problem: str) -> None:
    assert any(problem in told for told in SCHEMA.problems(Source.model_validate(said), Options()))


def test_good_sources_have_no_problems() -> None:
    for said in ({"quantity": "heat"}, {"control": "valve"}, {"at": 5, "format": "XXXX.XX"}):
        source = Source.model_validate(said)
        assert not list(SCHEMA.problems(source, Options(kind=Kind.HEAT)))
        assert not SCHEMA.references(source)


@pytest.mark.parametrize("address", ["1", "X" * 14, "A" * 14])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValidationError, match="address"):
        Connection(host="h", port=1, address=address)


def test_a_serial_line_has_the_speed_and_parity_of_the_standard() -> None:
    made = Connection(serial="/dev/ttyUSB0", address="78330011223344")
    assert str(made.line.characters) == "2400 baud 8E1"
