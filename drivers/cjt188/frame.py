"""Frames of CJ/T 188: 68 T A0..A6 C L data CS 16. Pure.

T is the type of the meter; the address travels low byte first; the checksum is the sum of all bytes before
it, from 68 on. CJ/T 188-2004, section 5.2; the edition of 2018 has the same frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from drivers import line_frames

ANSWER, FAILED = 0x80, 0x40
ANY_TYPE = 0xAA
ANYBODY = "A" * 14


class Function(IntEnum):
    READ = 0x01
    READ_ADDRESS = 0x03
    WRITE = 0x04


@dataclass(frozen=True, slots=True)
class Frame:
    type: int
    address: str
    """14 digits as printed on the meter, high digit first, the maker's code among them; A stands for any."""
    control: int
    data: bytes

    @property
    def is_answer(self) -> bool:
        return bool(self.control & ANSWER)

    @property
    def failed(self) -> bool:
        return bool(self.control & FAILED)

    @property
    def function(self) -> int:
        return self.control & 0x3F

    def framed(self, wake: int = 0) -> bytes:
        """As it travels, behind `wake` bytes FE that let a sleeping meter find the beginning."""
        address = bytes.fromhex(self.address)[::-1]
        head = bytes((line_frames.START, self.type, *address, self.control, len(self.data)))
        return line_frames.framed(head + self.data, wake)


def frames(received: bytes) -> Iterator[bytes]:
    """The whole frames in `received`, in order."""
    return line_frames.frames(received, length_at=10)


def parsed(frame: bytes) -> Frame:
    """What a whole frame, one of `frames`, means."""
    return Frame(frame[1], frame[2:9][::-1].hex().upper(), frame[9], frame[11:-2])


def answers(received: bytes) -> Iterator[tuple[bytes, str]]:
    """The whole answers in `received`, each with the address of the meter."""
    for raw in frames(received):
        if (answer := parsed(raw)).is_answer:
            yield raw, answer.address
