"""Numbers and texts at fixed places of a binary payload."""

import struct
from dataclasses import dataclass
from enum import StrEnum

from drivers.mqtt.malformed import Malformed


class Kind(StrEnum):
    BOOL = "bool"
    UINT8 = "uint8"
    INT8 = "int8"
    UINT16 = "uint16"
    INT16 = "int16"
    UINT24 = "uint24"
    INT24 = "int24"
    UINT32 = "uint32"
    INT32 = "int32"
    UINT64 = "uint64"
    INT64 = "int64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    TEXT = "text"

    @property
    def size(self) -> int:
        """Bytes; 0 for a text, whose length is its own."""
        return _SIZES[self]

    @property
    def is_signed(self) -> bool:
        return self.value.startswith("int")

    @property
    def is_float(self) -> bool:
        return self in (Kind.FLOAT32, Kind.FLOAT64)


_SIZES = {Kind.BOOL: 1, Kind.TEXT: 0} | {
    kind: int(kind.value.lstrip("uintfloa")) // 8 for kind in Kind if kind.value[-1].isdigit()
}


class Order(StrEnum):
    """How the bytes A (highest) to D of a value travel; for other widths by analogy."""

    ABCD = "ABCD"
    CDAB = "CDAB"
    BADC = "BADC"
    DCBA = "DCBA"

    def arranged(self, data: bytes) -> bytes:
        """From the order of travel to highest first, or back: each order is its own inverse."""
        match self:
            case _ if self is Order.ABCD or len(data) == 1:
                return data
            case Order.DCBA:
                return data[::-1]
            case Order.BADC:
                return b"".join(data[at : at + 2][::-1] for at in range(0, len(data), 2))
            case _:
                return b"".join(data[at : at + 2] for at in range(len(data) - 2, -1, -2))


@dataclass(frozen=True, slots=True)
class Field:
    """Where a value lies in a payload, or in the data of one record."""

    kind: Kind
    offset: int = 0
    order: Order = Order.ABCD
    bit: int | None = None
    """The lowest bit of a field inside the value, 0 the lowest; None takes the whole value."""
    bits: int = 1
    length: int = 0
    """Bytes of a text; 0 for all that is left."""
    encoding: str = "utf-8"

    @property
    def size(self) -> int:
        return self.kind.size or self.length

    def read(self, data: bytes) -> float | str:
        """Raises Malformed where the payload ends before the value does."""
        end = self.offset + self.size if self.size else len(data)
        if len(data) < end or end <= self.offset:
            raise Malformed("too short")
        own = data[self.offset : end]
        if self.kind is Kind.TEXT:
            return own.decode(self.encoding, "replace").split("\0", 1)[0].strip()
        own = self.order.arranged(own)
        if self.kind.is_float:
            number: float = struct.unpack(">f" if self.size == 4 else ">d", own)[0]
            return number
        whole = int.from_bytes(own, "big", signed=self.kind.is_signed)
        if self.bit is not None:
            whole = whole >> self.bit & ((1 << self.bits) - 1)
        return whole != 0 if self.kind is Kind.BOOL else whole

    def write(self, value: float | str, into: bytearray) -> None:
        """Raises ValueError or OverflowError where the value does not fit."""
        if self.kind is Kind.TEXT:
            own = str(value).encode(self.encoding)[: self.length or None].ljust(self.length, b"\0")
        elif self.kind.is_float:
            own = self.order.arranged(struct.pack(">f" if self.size == 4 else ">d", float(value)))
        else:
            whole = round(float(value))
            if self.bit is not None:
                before = self.order.arranged(bytes(into[self.offset : self.offset + self.size]))
                mask = ((1 << self.bits) - 1) << self.bit
                kept = int.from_bytes(before.rjust(self.size, b"\0"), "big") & ~mask
                whole = kept | whole << self.bit & mask
            signed = self.kind.is_signed and self.bit is None
            own = self.order.arranged(whole.to_bytes(self.size, "big", signed=signed))
        into.extend(bytes(max(0, self.offset + len(own) - len(into))))
        into[self.offset : self.offset + len(own)] = own
