"""Frames as the Chinese meters have them on a line: 68 ... C L data CS 16. Pure.

What stands between the first 68 and the control code C, each protocol says; L is the number of bytes of data,
CS the sum of all bytes from 68 on.
"""

from collections.abc import Iterator, Sequence

START, END, WAKE = 0x68, 0x16, 0xFE
MOST_DATA = 0xC8
"""Bytes that an answer may hold; a longer one is no answer."""


def framed(body: bytes, wake: int = 0) -> bytes:
    """As it travels, behind `wake` bytes FE that let a sleeping meter find the beginning."""
    return bytes([WAKE]) * wake + body + bytes((sum(body) & 0xFF, END))


def frames(received: bytes, length_at: int, starts: Sequence[int] = (0,)) -> Iterator[bytes]:
    """The whole frames in `received`, in order; noise before and between them is skipped.

    L stands at `length_at` of each, 68 at each of `starts`.
    """
    shortest = length_at + 3
    at = received.find(START)
    while 0 <= at <= len(received) - shortest:
        size = received[at + length_at]
        frame = received[at : at + shortest + size]
        whole = size <= MOST_DATA and len(frame) == shortest + size
        if whole and all(frame[start] == START for start in starts) and framed(frame[:-2]) == frame:
            yield frame
            at = received.find(START, at + len(frame))
        else:
            at = received.find(START, at + 1)


def concerns(pattern: str, address: str) -> bool:
    """Whether who is asked as `pattern`, whose open digits are A, may be who has `address`."""
    return all(asked in ("A", own) for asked, own in zip(pattern, address, strict=True))
