"""What asyncua decodes, kept within bounds: a few bytes must not cost minutes or the memory of the process.

Its buffer goes back on a negative length, so that a list could be read from the same bytes two thousand
million times, and an array of nulls takes no bytes at all.
"""

import logging
from typing import Any

from asyncua.common.utils import Buffer, NotEnoughData
from asyncua.ua import ua_binary

LARGEST_MESSAGE = 16 * 2**20
"""Bytes; some 400,000 values. The library would take 100 MB, or without an end where the server says so."""
LARGEST_CHUNK = 65536
MOST_CHUNKS = LARGEST_MESSAGE // 8192
MOST_NULLS = 10_000
MOST_ELEMENTS = 4_096
"""Of an array of several dimensions, whose sizes may promise more than it brings."""

ua_binary.MAX_RESHAPE_ELEMENTS = MOST_ELEMENTS
logging.getLogger("asyncua").setLevel(logging.CRITICAL + 1)  # what fails is told by the device's link state


class Bounded(Buffer):
    """Refuses to go back, and counts what takes no bytes."""

    def __init__(self, data: bytes, start_pos: int = 0, size: int = -1) -> None:
        super().__init__(data, start_pos, size)
        self._nulls = [0]

    @property
    def position(self) -> int:
        return self._cur_pos

    def read(self, size: int) -> bytes:
        if size < 0:
            raise NotEnoughData(f"a length of {size}")
        return super().read(size)

    def skip(self, size: int) -> None:
        if size < 0:
            raise NotEnoughData(f"a length of {size}")
        super().skip(size)

    def copy(self, size: int = -1) -> "Bounded":
        """Of the rest, or of the next `size` bytes of it."""
        within = Bounded(self._data, self._cur_pos, self._size if size < 0 else min(size, self._size))
        within._nulls = self._nulls
        return within

    def null(self) -> None:
        self._nulls[0] += 1
        if self._nulls[0] > MOST_NULLS:
            raise NotEnoughData(f"more than {MOST_NULLS} nulls")


def _unpack_null(data: Any) -> None:
    if isinstance(data, Bounded):
        data.null()


ua_binary._Null.unpack = staticmethod(_unpack_null)  # type: ignore[method-assign]
