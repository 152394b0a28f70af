"""Control packets of MQTT 3.1.1, as the twin's broker reads and writes them."""

from collections.abc import Iterator
from enum import IntEnum


class Packet(IntEnum):
    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class Stream:
    """Cuts what comes into packets."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[int, int, bytes]]:
        """(kind, flags, body) of each packet that is complete. Raises ValueError."""
        self._buffer += data
        while (head := self._head()) is not None:
            start, size = head
            if len(self._buffer) < start + size:
                return
            first, body = self._buffer[0], bytes(self._buffer[start : start + size])
            del self._buffer[: start + size]
            yield first >> 4, first & 0xF, body

    def _head(self) -> tuple[int, int] | None:
        size = 0
        for at in range(1, min(len(self._buffer), 5)):
            byte = self._buffer[at]
            size |= (byte & 0x7F) << 7 * (at - 1)
            if byte < 0x80:
                return at + 1, size
        if len(self._buffer) >= 5:
            raise ValueError("no length")
        return None


def packet(kind: Packet, body: bytes = b"", flags: int = 0) -> bytes:
    size, head = len(body), bytearray([kind << 4 | flags])
    while True:
        head.append(size & 0x7F | (0x80 if size > 0x7F else 0))
        size >>= 7
        if not size:
            return bytes(head) + body


def text(value: str) -> bytes:
    written = value.encode()
    return len(written).to_bytes(2, "big") + written


def publication(topic: str, payload: bytes, qos: int, number: int, *, retained: bool) -> bytes:
    head = text(topic) + (number.to_bytes(2, "big") if qos else b"")
    return packet(Packet.PUBLISH, head + payload, qos << 1 | retained)


class Cursor:
    """Reads the fields of a body one after the other. Raises ValueError at its end."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def __bool__(self) -> bool:
        return self._at < len(self._body)

    def take(self, size: int) -> bytes:
        if self._at + size > len(self._body):
            raise ValueError("torn")
        self._at += size
        return self._body[self._at - size : self._at]

    def number(self, size: int = 2) -> int:
        return int.from_bytes(self.take(size), "big")

    def data(self) -> bytes:
        return self.take(self.number())

    def text(self) -> str:
        return self.data().decode()

    def rest(self) -> bytes:
        return self.take(len(self._body) - self._at)
