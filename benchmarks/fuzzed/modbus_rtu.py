"""Modbus RTU: an answer found among what a line brings, and the decoding of it."""

import numpy as np

from benchmarks.fuzzed.target import Target
from drivers.errors import FramingError
from drivers.modbus import mbap, rtu
from drivers.modbus.decoding import RegisterDecoder
from drivers.modbus.registers import Kind, Order, ReadLimits, Register, Table

_DECODER = RegisterDecoder(
    [
        Register(Table.HOLDING, 0, Kind.FLOAT32, Order.CDAB),
        Register(Table.HOLDING, 2, Kind.BCD32),
        Register(Table.HOLDING, 4, Kind.STRING, length=4, encoding="gb18030"),
        Register(Table.HOLDING, 8, Kind.INT64),
    ],
    ReadLimits(),
)
_UNIT = 17
_READ = mbap.read_pdu(3, 0, _DECODER.size // 2)
_WRITE = mbap.write_registers_pdu(5, b"\0\1\0\2")


def _feed(received: bytes) -> None:
    for request in (_READ, _WRITE):
        cut = rtu.cutter(_UNIT, request)
        try:
            answer = cut(received[: len(received) // 2]) or cut(received)
        except FramingError:
            continue
        if answer is None:
            rtu.diagnosis(_UNIT, request, received)
        elif answer[0] & mbap.ERROR_FLAG:
            mbap.exception_text(answer[1])
        elif request is _READ:
            assert not np.isinf(_DECODER.decode([answer[2:]]).values).any()


TARGETS = (
    Target(
        "modbus-rtu",
        (
            rtu.framed(_UNIT, bytes([3, _DECODER.size]) + bytes(range(_DECODER.size))),
            rtu.framed(_UNIT, _WRITE[:5]),
            rtu.framed(_UNIT, bytes([0x83, 2])),
            rtu.framed(18, bytes([3, 2, 0, 1])) + rtu.framed(_UNIT, bytes([0x90, 4])),
            rtu.framed(_UNIT, _READ),
        ),
        _feed,
    ),
)
