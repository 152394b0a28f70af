"""Frames of DL/T 645: 68 A0..A5 68 C L data CS 16. Pure.

The address travels low byte first; 33 is added to every byte of the data on the wire; the checksum is the sum
of all bytes from the first 68 on. DL/T 645-2007, section 5.2; the edition of 1997 has the same frame.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from drivers import line_frames

OFFSET = 0x33
ANSWER, FAILED, MORE = 0x80, 0x40, 0x20
"""Bits of the control code: from the meter; it could not; the data go on in another frame."""
FUNCTION = 0x1F

EVERYBODY = "9" * 12
"""To whom a broadcast goes. Nobody answers it."""
ANYBODY = "A" * 12
"""Whoever hears it answers: for a line with one meter."""

_ADDED = bytes((byte + OFFSET) & 0xFF for byte in range(256))
_TAKEN = bytes((byte - OFFSET) & 0xFF for byte in range(256))


@dataclass(frozen=True, slots=True)
class Frame:
    address: str
    """12 digits as printed on the meter, high digit first; A stands for any digit."""
    control: int
    data: bytes
    """As meant, without the 33 that travel with it."""

    @property
    def is_answer(self) -> bool:
        return bool(self.control & ANSWER)

    @property
    def failed(self) -> bool:
        return bool(self.control & FAILED)

    @property
    def goes_on(self) -> bool:
        return bool(self.control & MORE)

    @property
    def function(self) -> int:
        return self.control & FUNCTION

    def framed(self, wake: int = 0) -> bytes:
        """As it travels, behind `wake` bytes FE that let a sleeping meter find the beginning."""
        start, address = line_frames.START, bytes.fromhex(self.address)[::-1]
        head = bytes((start, *address, start, self.control, len(self.data)))
        return line_frames.framed(head + self.data.translate(_ADDED), wake)


def frames(received: bytes) -> Iterator[bytes]:
    """The whole frames in `received`, in order."""
    return line_frames.frames(received, length_at=9, starts=(0, 7))


def parsed(frame: bytes) -> Frame:
    """What a whole frame, one of `frames`, means."""
    return Frame(frame[1:7][::-1].hex().upper(), frame[8], frame[10:-2].translate(_TAKEN))


def answers(received: bytes) -> Iterator[tuple[bytes, str]]:
    """The whole answers in `received`, each with the address of the meter."""
    for raw in frames(received):
        if (answer := parsed(raw)).is_answer:
            yield raw, answer.address
