"""One played CJ/T 188 meter: what it answers to each question. Pure."""

from dataclasses import dataclass, field

from drivers.cjt188.frame import ANSWER, ANY_TYPE, FAILED, Frame, Function
from drivers.cjt188.layouts import ADDRESS, READING, SET_CLOCK, VALVE, VALVE_OPEN, VALVE_SHUT
from drivers.line_frames import concerns
from drivers.twin import Fault

STATUS_ERROR = b"\x00\x01"


@dataclass(slots=True)
class Played:
    type: int
    address: str
    low_first: bool = False
    status_at: int = 17
    """Where its status stands behind 901F."""
    items: dict[int, bytes] = field(default_factory=dict)
    """What stands behind each identifier and the serial number."""
    fault: Fault = Fault.NONE
    commanded: list[Frame] = field(default_factory=list)
    """Every command that it obeyed."""

    def answer(self, asked: Frame) -> Frame | None:
        """None when it has nothing to say: not its business, or it is broken."""
        if asked.is_answer or self.fault is Fault.SILENT or not self._is_meant(asked) or len(asked.data) < 3:
            return None
        name, serial, data = asked.data[:2], asked.data[2:3], asked.data[3:]
        identifier = int.from_bytes(name, "little" if self.low_first else "big")
        told = None if self.fault is not Fault.NONE else self._said(asked, identifier, data)
        if told is None:
            return Frame(self.type, self.address, asked.function | ANSWER | FAILED, serial + STATUS_ERROR)
        return Frame(self.type, self.address, asked.function | ANSWER, name + serial + told)

    def _is_meant(self, asked: Frame) -> bool:
        return asked.type in (ANY_TYPE, self.type) and concerns(asked.address, self.address)

    def _said(self, asked: Frame, identifier: int, data: bytes) -> bytes | None:
        match asked.function, identifier:
            case Function.READ_ADDRESS, _ if identifier == ADDRESS:
                return b""
            case Function.READ, _:
                return self.items.get(identifier)
            case Function.WRITE, _ if identifier == SET_CLOCK and len(data) == 7:
                self.commanded.append(asked)
                return b""
            case Function.WRITE, _ if identifier == VALVE and data in (
                bytes([VALVE_OPEN]),
                bytes([VALVE_SHUT]),
            ):
                self.commanded.append(asked)
                return self._move_valve(opens=data[0] == VALVE_OPEN)
        return None

    def _move_valve(self, *, opens: bool) -> bytes:
        reading = bytearray(self.items.get(READING, bytes(self.status_at + 2)))
        reading[self.status_at] = reading[self.status_at] & ~0b11 | (0 if opens else 1)
        self.items[READING] = bytes(reading)
        return bytes(reading[self.status_at : self.status_at + 2])
