"""Decoding and encoding against struct and against pymodbus's own conversion."""

import struct

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pymodbus.client.mixin import ModbusClientMixin

from drivers.driver import Quality, WriteError
from drivers.modbus.decoding import Irregular, RegisterDecoder
from drivers.modbus.encoding import encode, limits, write_request
from drivers.modbus.registers import Kind, Order, ReadLimits, Register, Table

FORMATS = {
    Kind.INT16: "h",
    Kind.UINT16: "H",
    Kind.INT32: "i",
    Kind.UINT32: "I",
    Kind.INT64: "q",
    Kind.UINT64: "Q",
    Kind.FLOAT32: "f",
    Kind.FLOAT64: "d",
}
PYMODBUS = {kind: getattr(ModbusClientMixin.DATATYPE, kind.name) for kind in FORMATS}


def decoded(register: Register, image: bytes) -> float:
    columns = RegisterDecoder([register], ReadLimits()).decode([image])
    return float(columns.values[0, 0])


def in_order(big: bytes, order: Order) -> bytes:
    """The definition: ABCD swapped by words, by bytes inside words, or by both."""
    words = [big[at : at + 2] for at in range(0, len(big), 2)]
    if order in (Order.CDAB, Order.DCBA):
        words.reverse()
    if order in (Order.BADC, Order.DCBA):
        words = [word[::-1] for word in words]
    return b"".join(words)


@given(st.sampled_from(list(FORMATS)), st.sampled_from(list(Order)), st.binary(min_size=8, max_size=8))
@example(Kind.FLOAT32, Order.ABCD, bytes.fromhex("7f800001 00000000")).via("a signalling NaN")
def test_numbers_are_what_struct_says_in_every_byte_order(kind: Kind, order: Order, raw: bytes) -> None:
    big = raw[: 2 * kind.words]
    (expected,) = struct.unpack(">" + FORMATS[kind], big)
    register = Register(Table.HOLDING, 0, kind, order)
    columns = RegisterDecoder([register], ReadLimits()).decode([in_order(big, order)])
    if np.isfinite(expected):
        assert columns.values[0, 0] == float(expected)
        assert columns.quality[0, 0] == Quality.GOOD
    else:
        assert np.isnan(columns.values[0, 0])
        assert columns.quality[0, 0] == Quality.BAD_SENSOR_FAULT


@given(st.sampled_from(list(FORMATS)), st.sampled_from(["big", "little"]), st.data())
def test_numbers_are_what_pymodbus_says(kind: Kind, words: str, draw: st.DataObject) -> None:
    registers = draw.draw(st.lists(st.integers(0, 0xFFFF), min_size=kind.words, max_size=kind.words))
    order = Order.ABCD if words == "big" else Order.CDAB
    expected = ModbusClientMixin.convert_from_registers(
        registers,
        PYMODBUS[kind],
        word_order=words,  # type: ignore[arg-type]
    )
    assert isinstance(expected, int | float)
    image = b"".join(word.to_bytes(2, "big") for word in registers)
    if np.isfinite(float(expected)):
        assert decoded(Register(Table.INPUT, 0, kind, order), image) == float(expected)


@given(st.sampled_from(list(FORMATS)), st.sampled_from(list(Order)), st.data())
def test_what_is_encoded_is_decoded_again(kind: Kind, order: Order, draw: st.DataObject) -> None:
    if kind.value.startswith("float"):
        finite = st.floats(allow_nan=False, allow_infinity=False)
        short = st.floats(width=32, allow_nan=False, allow_infinity=False)
        value = draw.draw(short if kind is Kind.FLOAT32 else finite)
    else:
        low, high = limits(kind)
        value = float(draw.draw(st.integers(max(low, -(2**53)), min(high, 2**53))))
    register = Register(Table.HOLDING, 7, kind, order)
    assert decoded(register, encode(register, value)) == value


@given(st.sampled_from([Kind.BCD16, Kind.BCD32]), st.sampled_from(list(Order)), st.integers(0, 9999))
def test_bcd_goes_both_ways(kind: Kind, order: Order, value: int) -> None:
    register = Register(Table.HOLDING, 0, kind, order)
    assert decoded(register, encode(register, value)) == value


def test_a_digit_beyond_nine_is_a_sensor_fault_of_that_row_only() -> None:
    decoder = RegisterDecoder([Register(Table.HOLDING, 0, Kind.BCD16)], ReadLimits())
    columns = decoder.decode([b"\x12\x34", b"\x1a\x34"])
    assert columns.values[0, 0] == 1234
    assert np.isnan(columns.values[1, 0])
    assert columns.quality[:, 0].tolist() == [Quality.GOOD, Quality.BAD_SENSOR_FAULT]


@given(st.integers(0, 15), st.data(), st.integers(0, 0xFFFF))
def test_a_bit_field_is_shifted_and_masked(bit: int, draw: st.DataObject, word: int) -> None:
    bits = draw.draw(st.integers(1, 16 - bit))
    register = Register(Table.HOLDING, 0, Kind.UINT16, bit=bit, bits=bits)
    assert decoded(register, word.to_bytes(2, "big")) == word >> bit & (1 << bits) - 1


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(0, 65000))
def test_coils_are_unpacked_lowest_bit_first(bits: list[bool], start: int) -> None:
    registers = [Register(Table.COIL, start + at, Kind.BOOL) for at in range(len(bits))]
    packed = sum(bit << at for at, bit in enumerate(bits)).to_bytes((len(bits) + 7) // 8, "little")
    columns = RegisterDecoder(registers, ReadLimits()).decode([packed])
    assert columns.values[0].tolist() == [float(bit) for bit in bits]


@pytest.mark.parametrize(
    ("encoding", "order", "text"),
    [("utf-8", Order.ABCD, "AHU-1"), ("gb18030", Order.BADC, "空调机组"), ("utf-8", Order.BADC, "泵")],
)
def test_strings_are_trimmed_and_swapped(encoding: str, order: Order, text: str) -> None:
    register = Register(Table.HOLDING, 0, Kind.STRING, order, length=8, encoding=encoding)
    columns = RegisterDecoder([register], ReadLimits()).decode([encode(register, text)] * 2)
    assert columns.texts[0] == [text, text]
    assert np.isnan(columns.values).all()


def test_a_broken_string_is_shown_with_replacements_not_lost() -> None:
    register = Register(Table.HOLDING, 0, Kind.STRING, length=2)
    assert RegisterDecoder([register], ReadLimits()).decode([b"A\xffB\0"]).texts[0] == ["A\ufffdB"]


def test_a_template_of_all_kinds_is_decoded_for_all_rows_at_once() -> None:
    registers = [
        Register(Table.INPUT, 4, Kind.FLOAT32, Order.CDAB),
        Register(Table.HOLDING, 10, Kind.INT16),
        Register(Table.COIL, 3, Kind.BOOL),
        Register(Table.HOLDING, 0, Kind.UINT16, bit=2),
        Register(Table.HOLDING, 11, Kind.INT16),
        Register(Table.HOLDING, 1, Kind.BOOL),
    ]
    decoder = RegisterDecoder(registers, ReadLimits(gap=20))
    values = {(Table.INPUT, 4): struct.pack(">f", 1.5)[2:] + struct.pack(">f", 1.5)[:2]}
    row = b""
    for block in decoder.blocks:
        match block.table:
            case Table.INPUT:
                row += values[Table.INPUT, 4]
            case Table.COIL:
                row += b"\x01"
            case _:
                words = {0: 4, 1: 9, 10: 0xFFFF, 11: 7}
                row += b"".join(
                    words.get(block.address + at, 0).to_bytes(2, "big") for at in range(block.count)
                )
    columns = decoder.decode([row] * 3)
    assert columns.values.tolist() == [[1.5, -1.0, 1.0, 1.0, 7.0, 1.0]] * 3


def test_what_a_row_lacks_is_bad_and_leaves_the_other_rows_alone() -> None:
    registers = [Register(Table.HOLDING, at, Kind.UINT16) for at in range(3)]
    decoder = RegisterDecoder(registers, ReadLimits())
    whole = b"\0\1\0\2\0\3"
    lacking = Irregular(b"\0\1\0\0\0\3", ((1, Quality.BAD_ADDRESS),))
    columns = decoder.decode([whole, lacking])
    assert columns.values[0].tolist() == [1, 2, 3]
    assert np.isnan(columns.values[1, 1])
    assert columns.quality.tolist() == [[0, 0, 0], [0, Quality.BAD_ADDRESS, 0]]


@pytest.mark.parametrize(
    ("register", "value", "options", "pdu"),
    [
        (Register(Table.COIL, 1, Kind.BOOL), 1, {}, "050001ff00"),
        (Register(Table.COIL, 1, Kind.BOOL), 1, {"multiple": True}, "0f000100010101"),
        (Register(Table.HOLDING, 2, Kind.INT16), -1, {}, "060002ffff"),
        (Register(Table.HOLDING, 2, Kind.INT16), -1, {"multiple": True}, "100002000102ffff"),
        (Register(Table.HOLDING, 2, Kind.UINT32, Order.CDAB), 1, {}, "10000200020400010000"),
        (Register(Table.HOLDING, 2, Kind.UINT16, bit=3), 1, {"mask": True}, "160002fff70008"),
    ],
)
def test_writes_take_the_shortest_function_that_fits(
    register: Register, value: float, options: dict[str, bool], pdu: str
) -> None:
    made = write_request(register, value, **{"multiple": False, "mask": False} | options)
    assert made.hex() == pdu


@pytest.mark.parametrize(
    ("register", "value", "why"),
    [
        (Register(Table.INPUT, 1, Kind.UINT16), 1, "cannot be written"),
        (Register(Table.HOLDING, 1, Kind.UINT16), 70000, "outside 0 to 65535"),
        (Register(Table.HOLDING, 1, Kind.UINT16), float("nan"), "not a whole number"),
        (Register(Table.HOLDING, 1, Kind.FLOAT32), 1e300, "too large"),
        (Register(Table.HOLDING, 1, Kind.UINT16, bit=3), 1, "function 22"),
        (Register(Table.HOLDING, 1, Kind.STRING, length=1), "long", "has 2"),
        (Register(Table.HOLDING, 1, Kind.UINT16), "text", "cannot be written"),
    ],
)
def test_values_that_do_not_fit_are_refused_before_anything_is_sent(
    register: Register, value: float | str, why: str
) -> None:
    with pytest.raises(WriteError, match=why):
        write_request(register, value, multiple=False, mask=False)
