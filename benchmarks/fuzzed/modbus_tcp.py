"""Modbus TCP: the stream of answers, and the decoding of what it brings."""

import numpy as np

from benchmarks.fuzzed.target import Target
from drivers.errors import FramingError
from drivers.modbus.decoding import RegisterDecoder
from drivers.modbus.mbap import Answers, framed, read_pdu, write_registers_pdu
from drivers.modbus.registers import Kind, Order, ReadLimits, Register, Table

_DECODER = RegisterDecoder(
    [
        Register(Table.HOLDING, 0, Kind.FLOAT32),
        Register(Table.HOLDING, 2, Kind.BCD32, Order.CDAB),
        Register(Table.HOLDING, 4, Kind.STRING, length=4, encoding="gb18030"),
        Register(Table.HOLDING, 8, Kind.FLOAT64, Order.DCBA),
        Register(Table.HOLDING, 12, Kind.UINT16, bit=3, bits=4),
    ],
    ReadLimits(),
)


def _feed(received: bytes) -> None:
    answers = Answers()
    half = len(received) // 2
    try:
        found = [*answers.feed(received[:half]), *answers.feed(received[half:])]
    except FramingError:
        return
    for _, _, pdu in found:
        if len(pdu) == _DECODER.size + 2:
            assert not np.isinf(_DECODER.decode([pdu[2:]]).values).any()


def _answer(pdu: bytes) -> bytes:
    return b"\0\1" + framed(1, pdu)


TARGETS = (
    Target(
        "modbus-tcp",
        (
            _answer(bytes([3, _DECODER.size]) + bytes(range(_DECODER.size))),
            _answer(bytes([1, 2, 0xFF, 0x01])),
            _answer(bytes([0x83, 2])),
            _answer(read_pdu(3, 0, 10)) + _answer(write_registers_pdu(5, b"\0\1\0\2")[:5]),
        ),
        _feed,
    ),
)
