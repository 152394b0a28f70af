"""What the devices of the Modbus farm hold, and their answer to a request; pure but for the clock."""

import struct
import time
from dataclasses import dataclass, field

VALUE_MASK = 0x3FFF  # stays clear of the codes that devices use for a broken sensor: 32767, 0x8000, 0xFFFF
READ_LIMITS = {1: 2000, 2: 2000, 3: 125, 4: 125}
WRITE_LIMITS = {15: 1968, 16: 123}
REFUSE_FUNCTION, REFUSE_ADDRESS, REFUSE_VALUE = 1, 2, 3


def generated(device: int, register: int, slot: int) -> int:
    """The value of a register in a slot; a coil or discrete input is its lowest bit."""
    return (device * 7 + register * 13 + slot) & VALUE_MASK


class Refused(Exception):
    """A request that ends in a Modbus exception answer with this code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Device:
    """What one device was told; all else is generated."""

    mode: str = "ok"
    reads: int = 0
    words: dict[int, int] = field(default_factory=dict)
    bits: dict[int, int] = field(default_factory=dict)


class Registers:
    """The values of all devices, and the answer to one request."""

    def __init__(self, devices: int, registers: int, period_ns: int) -> None:
        self.devices = [Device() for _ in range(devices)]
        self.count = registers
        self.writes: list[tuple[int, int, int, int]] = []
        self._period_ns = period_ns
        # Values of neighbours differ by 13, so every answer is one slice of 0, 13, 26 ... modulo 0x4000.
        run = [13 * i & VALUE_MASK for i in range(VALUE_MASK + 1 + registers)]
        self._words = struct.pack(f">{len(run)}H", *run)
        self._start_of_value = pow(13, -1, VALUE_MASK + 1)

    def answer(self, index: int, pdu: bytes) -> bytes:
        """The answer to a request (function code and data), an exception answer where it is refused."""
        function = pdu[0]
        try:
            if function in READ_LIMITS:
                return self._read(index, function, *self._span(pdu, READ_LIMITS[function]))
            if function in (5, 6):
                return self._write_one(index, function, pdu)
            if function in WRITE_LIMITS:
                return self._write_many(index, function, pdu)
        except Refused as refused:
            return bytes((function | 0x80, refused.code))
        return bytes((function | 0x80, REFUSE_FUNCTION))

    def _span(self, pdu: bytes, limit: int) -> tuple[int, int]:
        if len(pdu) < 5:
            raise Refused(REFUSE_VALUE)
        address, count = struct.unpack_from(">HH", pdu, 1)
        data_size = {15: 1 + (count + 7) // 8, 16: 1 + 2 * count}.get(pdu[0], 0)
        if not 0 < count <= limit or len(pdu) != 5 + data_size or (data_size and pdu[5] != data_size - 1):
            raise Refused(REFUSE_VALUE)
        if address + count > self.count:
            raise Refused(REFUSE_ADDRESS)
        return address, count

    def _read(self, index: int, function: int, address: int, count: int) -> bytes:
        device = self.devices[index]
        first = (index * 7 + time.monotonic_ns() // self._period_ns) & VALUE_MASK
        start = (first * self._start_of_value & VALUE_MASK) + address
        words = self._words[2 * start : 2 * (start + count)]
        device.reads += 1
        if function in (1, 2):
            held = device.bits if function == 1 else {}
            bits = sum(held.get(address + i, words[2 * i + 1] & 1) << i for i in range(count))
            size = (count + 7) // 8
            return bytes((function, size)) + bits.to_bytes(size, "little")
        if function == 3 and device.words:
            patched = bytearray(words)
            for at, value in device.words.items():
                if address <= at < address + count:
                    struct.pack_into(">H", patched, 2 * (at - address), value)
            words = bytes(patched)
        return bytes((function, len(words))) + words

    def _write_one(self, index: int, function: int, pdu: bytes) -> bytes:
        if len(pdu) != 5:
            raise Refused(REFUSE_VALUE)
        address, value = struct.unpack_from(">HH", pdu, 1)
        if function == 5 and value not in (0, 0xFF00):
            raise Refused(REFUSE_VALUE)
        if address >= self.count:
            raise Refused(REFUSE_ADDRESS)
        self._write(index, address, value if function == 6 else int(value != 0), bitwise=function == 5)
        return pdu

    def _write_many(self, index: int, function: int, pdu: bytes) -> bytes:
        address, count = self._span(pdu, WRITE_LIMITS[function])
        for i in range(count):
            if function == 15:
                value = pdu[6 + i // 8] >> i % 8 & 1
            else:
                (value,) = struct.unpack_from(">H", pdu, 6 + 2 * i)
            self._write(index, address + i, value, bitwise=function == 15)
        return pdu[:5]

    def _write(self, index: int, address: int, value: int, *, bitwise: bool) -> None:
        device = self.devices[index]
        (device.bits if bitwise else device.words)[address] = value
        self.writes.append((index, address, value, time.time_ns()))
