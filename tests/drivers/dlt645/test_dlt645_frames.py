"""Frames, formats and identifiers of DL/T 645: published frames, and properties of all."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.text import Text
from drivers import bcd, layout
from drivers.dlt645.edition_1997 import EDITION_1997
from drivers.dlt645.edition_2007 import EDITION_2007
from drivers.dlt645.frame import ANYBODY, Frame, frames, parsed
from drivers.dlt645.plan import Item, plan
from drivers.records import settlement

PUBLISHED = [
    # captured from the PyPI package dlt645 3.2.0 (Apache-2.0) acting as a meter
    ("FEFEFEFE68AAAAAAAAAAAA681300DF16", ANYBODY, 0x13, ""),
    ("FEFEFEFE680100201126206893063433534459538B16", "202611200001", 0x93, "010020112620"),
    ("FEFEFEFE68010020112620681104333333332916", "202611200001", 0x11, "00000000"),
    ("FEFEFEFE680100201126206891083333 33339A7856344916", "202611200001", 0x91, "00000000 67452301"),
    ("FEFEFEFE68010020112620689106333434 35CB55CF16", "202611200001", 0x91, "00010102 9822"),
    ("FEFEFEFE6801002011262068910733333635 3383B61D16", "202611200001", 0x91, "00000302 005083"),
    ("FEFEFEFE6801002011262068D101344E16", "202611200001", 0xD1, "01"),
    # a forum's walk through real messages of 2007: 000000.26 kWh, 100.1 V
    ("6861010000000068910833333433593333338A16", "000000000161", 0x91, "00000100 26000000"),
    # Heyuan Intelligence, ASDU-LS manual, page 18, edition of 1997: B611, 100 V
    ("68030000000000680102 44E90316", "000000000003", 0x01, "11B6"),
    ("6803000000000068810444E93334EC16", "000000000003", 0x81, "11B6 0001"),
]


@pytest.mark.parametrize(("wire", "address", "control", "data"), PUBLISHED)
def test_published_frames_are_read_and_written_alike(
    wire: str, address: str, control: int, data: str
) -> None:
    raw = bytes.fromhex(wire)
    [found] = [parsed(frame) for frame in frames(raw)]
    assert found == Frame(address, control, bytes.fromhex(data))
    assert found.framed(wake=raw.index(0x68)) == raw


def value(identifier: int, data: str) -> float:
    form = EDITION_2007.layout_of(identifier)
    assert form is not None
    return Item(0, identifier, form).found(bytes.fromhex(data), 28800)[0]


def test_published_values_are_read_as_they_say() -> None:
    assert value(0x00000000, "67452301") == 12345.67
    assert value(0x02010100, "9822") == 229.8
    assert value(0x02030000, "005083") == -3.5
    assert value(0x00010000, "26000000") == 0.26


@given(st.integers(1, 8), st.data())
def test_packed_digits_come_back(size: int, data: st.DataObject) -> None:
    signed = data.draw(st.booleans())
    most = (8 * 10 ** (2 * size - 1) if signed else 10 ** (2 * size)) - 1
    number = data.draw(st.integers(-most if signed else 0, most))
    assert bcd.number(bcd.packed(number, size, signed=signed), signed=signed) == number
    with pytest.raises(ValueError, match="is outside"):
        bcd.packed(most + 1, size, signed=signed)


def test_what_is_no_digit_is_no_number() -> None:
    for data in (b"\xff\xff", b"\x0a\x00"):
        with pytest.raises(ValueError, match="are no decimal digits"):
            bcd.number(data, signed=True)


@given(st.sampled_from(["XXXXXX.XX", "-XX.XXXX", "XX", "-X.XXX"]), st.data())
def test_numbers_come_back_in_their_format(form: str, data: st.DataObject) -> None:
    [field] = layout.fields(form)
    most = (8 * 10 ** (2 * field.size - 1) if field.signed else 10 ** (2 * field.size)) - 1
    number = data.draw(st.integers(-most if field.signed else 0, most)) / 10**field.decimals
    assert layout.number(field, layout.encoded(field, number), 0) == pytest.approx(number)


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)))  # noqa: DTZ001 - the meter's own
def test_times_come_back_in_their_format(when: datetime) -> None:
    when = when.replace(microsecond=0, tzinfo=UTC)
    for form in ("YYMMDDhhmmss", "YYMMDDWWhhmmss", "CCYYMMDDhhmmss"):
        [field] = layout.fields(form)
        assert layout.moment(field, layout.timed(field, when)) == when
    [field] = layout.fields("YYMMDDhhmmss")
    assert layout.number(field, layout.timed(field, when), 28800) == when.timestamp() - 28800
    assert layout.text(field, layout.timed(field, when)) == when.strftime("%Y-%m-%d %H:%M:%S")


def test_other_formats() -> None:
    [ascii_], [bits], [digits] = layout.fields("AAAA"), layout.fields("BBBB"), layout.fields("NNNN")
    assert layout.text(ascii_, b"V022") == "220V"
    assert layout.number(ascii_, b" 022", 0) == 220
    with pytest.raises(ValueError, match="inf is no number"):
        layout.number(ascii_, b" fni", 0)
    assert layout.number(bits, b"\x10\x80", 0) == 0x8010
    assert layout.text(bits, b"\x10\x80") == "8010"
    assert layout.text(digits, b"\x34\x12") == "1234"
    peak, when = layout.fields("XX.XXXX,YYMMDDhhmm")
    assert (peak.size, when.size) == (3, 5)
    with pytest.raises(layout.Unset):
        layout.text(when, bytes(5))


@pytest.mark.parametrize("wrong", ["", "XXX", "XX.X", "YYYY", "BBB", "Q", "X" * 402, "XX;XX"])
def test_a_format_that_is_none_says_what_there_is(wrong: str) -> None:
    with pytest.raises(ValueError, match="format"):
        layout.fields(wrong)


@given(st.integers(0, 0xFFFFFFFF))
def test_every_identifier_of_2007_can_be_asked_about(identifier: int) -> None:
    form = EDITION_2007.layout_of(identifier)
    assert form is None or layout.size_of(form) > 0
    family = EDITION_2007.family_of(identifier)
    assert family is None or family.index >= -1


def test_every_identifier_of_1997_has_a_format_or_none_and_a_block_of_its_own_size() -> None:
    for identifier in range(0x10000):
        form = EDITION_1997.layout_of(identifier)
        family = EDITION_1997.family_of(identifier)
        assert form is None or layout.size_of(form) > 0
        if family is not None and form is not None:
            assert family.index >= 0


def test_blocks_join_what_is_asked_together_and_as_often_as_the_most_impatient() -> None:
    items = [Item(0, 0x00010000, "XXXXXX.XX"), Item(1, 0x02800002, "XX.XX"), Item(2, 0x00010200, "XXXXXX.XX")]
    block, single = plan(items, [0.0, 60.0, 300.0], EDITION_2007, 28800, blocks=True)
    assert (block.identifier, block.every_s, block.columns) == (0x0001FF00, 0.0, (0, 2))
    assert [part.identifier for part in block.parts] == [0x00010000, 0x00010200]
    assert (single.identifier, single.every_s) == (0x02800002, 60.0)
    found = block.found(bytes.fromhex("01000000 02000000 03000000"))
    assert isinstance(found, dict)
    assert {column: one[0] for column, one in found.items()} == {0: 0.01, 2: 0.03}
    short = block.found(bytes(7))
    assert isinstance(short, Text)
    assert short.zh == "7 字节不是每项 4 字节的整数倍"
    assert len(plan(items, [0.0] * 3, EDITION_2007, 28800, blocks=False)) == 3
    ended = block.found(bytes.fromhex("01000000 AA"))
    assert isinstance(ended, dict)
    assert math.isnan(ended[2][0])


def test_settlements_lie_on_their_days_of_every_month() -> None:
    now = datetime(2024, 3, 10, 12, tzinfo=UTC)
    days = [(1, 0), (15, 8)]
    found = [settlement(now, days, back) for back in range(1, 5)]
    assert [when.strftime("%m-%d %H") for when in found] == ["03-01 00", "02-15 08", "02-01 00", "01-15 08"]


@pytest.mark.parametrize(("form", "value"), [("BBBB", -1.0), ("BBBB", 1e12), ("XXXXXX.XX", math.inf)])
def test_a_value_that_does_not_fit_its_field_is_refused(form: str, value: float) -> None:
    with pytest.raises(ValueError, match=r"does not fit [24] bytes"):
        layout.encoded(layout.fields(form)[0], value)
