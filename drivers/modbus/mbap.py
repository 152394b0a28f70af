"""Modbus TCP framing, pure: requests to bytes, a stream of bytes to answers.

A frame is transaction id, protocol id 0, length, unit, PDU; all big-endian. The PDU's first byte is the
function. See "Modbus Messaging on TCP/IP Implementation Guide", section 3.1.3.
"""

import struct
from collections.abc import Sequence
from enum import IntEnum

from config.text import Text
from drivers.errors import FramingError

HEADER = 7
_HEADER = struct.Struct(">HHHB")
LONGEST_FRAME = 260
ERROR_FLAG = 0x80

Answer = tuple[int, int, bytes]
"""Transaction id, unit, PDU."""


class Function(IntEnum):
    READ_COILS = 1
    READ_DISCRETE = 2
    READ_HOLDING = 3
    READ_INPUT = 4
    WRITE_COIL = 5
    WRITE_REGISTER = 6
    WRITE_COILS = 15
    WRITE_REGISTERS = 16
    MASK_WRITE = 22


EXCEPTIONS = {
    1: Text("非法功能", "illegal function"),
    2: Text("非法数据地址", "illegal data address"),
    3: Text("非法数据值", "illegal data value"),
    4: Text("设备故障", "device failure"),
    5: Text("已确认，仍在处理", "acknowledged, still working"),
    6: Text("设备忙", "device busy"),
    8: Text("存储奇偶校验错误", "memory parity error"),
    10: Text("网关路径不可用", "gateway path unavailable"),
    11: Text("网关的目标设备无应答", "gateway target does not respond"),
}
NO_EXCEPTION = Text("标准中没有", "not in the standard")
REFUSED = frozenset({1, 2, 3})
"""The device is there but has no such registers; every other exception means that it cannot answer now."""


def exception_text(code: int) -> Text:
    meaning = EXCEPTIONS.get(code, NO_EXCEPTION)
    return Text(f"异常码 {code}，{meaning.zh}", f"exception {code}, {meaning.en}")


def framed(unit: int, pdu: bytes) -> bytes:
    """A request without its transaction id, which the link puts in front."""
    return struct.pack(">HHB", 0, len(pdu) + 1, unit) + pdu


def read_pdu(function: int, address: int, count: int) -> bytes:
    return struct.pack(">BHH", function, address, count)


def write_coil_pdu(address: int, on: bool) -> bytes:  # noqa: FBT001 - the value written is the point
    return struct.pack(">BHH", Function.WRITE_COIL, address, 0xFF00 if on else 0)


def write_register_pdu(address: int, word: int) -> bytes:
    return struct.pack(">BHH", Function.WRITE_REGISTER, address, word)


def write_coils_pdu(address: int, bits: Sequence[bool]) -> bytes:
    packed = sum(bit << at for at, bit in enumerate(bits)).to_bytes((len(bits) + 7) // 8, "little")
    return struct.pack(">BHHB", Function.WRITE_COILS, address, len(bits), len(packed)) + packed


def write_registers_pdu(address: int, words: bytes) -> bytes:
    """`words` as they travel: two bytes a register, high byte first."""
    return struct.pack(">BHHB", Function.WRITE_REGISTERS, address, len(words) // 2, len(words)) + words


def mask_write_pdu(address: int, keep: int, put: int) -> bytes:
    """register = (register & keep) | (put & ~keep)"""
    return struct.pack(">BHHH", Function.MASK_WRITE, address, keep, put)


def obeyed(write: bytes) -> bytes:
    """The PDU by which a device confirms `write`."""
    return write[:5] if write[0] in (Function.WRITE_COILS, Function.WRITE_REGISTERS) else write


class Answers:
    """Cuts one connection's stream into answers, however the network has split it."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, received: bytes) -> list[Answer]:
        """The answers that `received` completes. Raises FramingError; the object is then of no more use."""
        if self._rest:
            received = self._rest + received
            self._rest = b""
        answers: list[Answer] = []
        at, end = 0, len(received)
        while end - at >= HEADER + 1:
            transaction, protocol, length, unit = _HEADER.unpack_from(received, at)
            if protocol:
                raise _not_modbus(f"{protocol:04x}")
            if not 2 <= length <= LONGEST_FRAME - 6:
                raise FramingError(
                    f"长度 {length} 不在 2 至 {LONGEST_FRAME - 6} 字节之间",
                    f"length {length} outside 2 to {LONGEST_FRAME - 6} bytes",
                )
            after = at + 6 + length
            if after > end:
                break
            answers.append((transaction, unit, received[at + HEADER : after]))
            at = after
        if at < end:
            self._rest = received[at:]
            # A header that lies is found as early as it shows, not when eight bytes happen to be there.
            if any(self._rest[2:4]):
                raise _not_modbus(self._rest[2:4].hex())
        return answers


def _not_modbus(protocol: str) -> FramingError:
    return FramingError(f"协议标识为 {protocol}，应为 0000", f"protocol id {protocol} instead of 0000")
