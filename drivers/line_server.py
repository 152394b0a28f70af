"""The far end of a half-duplex line, for simulated twins: a TCP listener, or a pseudo-terminal."""

import asyncio
import os
import tty
from collections.abc import Callable, Iterator
from pathlib import Path

from drivers.line_schema import LineTerms
from drivers.listener import Listener

LONGEST = 4096
"""Bytes kept of what is no question."""

Frames = Callable[[bytes], Iterator[bytes]]
"""The whole frames in what was received."""
Answer = Callable[[bytes], bytes]
"""What all devices of the line together answer to a frame; empty when none does."""


class LineServer:
    """Hears questions wherever the line's users look for it."""

    def __init__(self, terms: LineTerms, frames: Frames, answer: Answer) -> None:
        self._terms = terms
        self._frames = frames
        self._answer = answer
        self._listener = Listener()
        self._port: _Port | None = None

    async def start(self, port: int | None = None) -> int:
        """Listen at `port` (0: any that is free) instead of the line's; returns it. Raises OSError.

        Of a serial line the path is made a link to a pseudo-terminal, and there is no port.
        """
        if self._terms.serial:
            self._port = _Port(Path(self._terms.serial), self._ear())
            return 0
        loop = asyncio.get_running_loop()
        at = self._terms.port if port is None else port
        return await self._listener.start(
            loop.create_server(lambda: _Session(self._listener.open, self._ear()), self._terms.host, at)
        )

    async def stop(self) -> None:
        if self._port is not None:
            port, self._port = self._port, None
            port.close()
        await self._listener.stop()

    def drop(self) -> None:
        """Cut every connection; the listener stays."""
        self._listener.drop()

    def _ear(self) -> Callable[[bytes], bytes]:
        """What hears one connection: bytes in, the answers to the whole frames among them out."""
        heard = bytearray()

        def hear(data: bytes) -> bytes:
            heard.extend(data)
            answers = bytearray()
            for frame in self._frames(bytes(heard)):
                answers += self._answer(frame)
                del heard[: heard.index(frame) + len(frame)]
            del heard[:-LONGEST]
            return bytes(answers)

        return hear


class _Session(asyncio.Protocol):
    def __init__(self, open_: set[asyncio.WriteTransport], hear: Callable[[bytes], bytes]) -> None:
        self._open = open_
        self._hear = hear
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._open.add(transport)

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        if answer := self._hear(data):
            self._transport.write(answer)

    def connection_lost(self, error: Exception | None) -> None:
        del error
        if self._transport is not None:
            self._open.discard(self._transport)


class _Port:
    """A pseudo-terminal, linked to where the serial port is looked for."""

    def __init__(self, link: Path, hear: Callable[[bytes], bytes]) -> None:
        self._link = link
        self._hear = hear
        self._ours, theirs = os.openpty()
        self._theirs = theirs
        tty.setraw(theirs)
        os.set_blocking(self._ours, False)
        try:
            link.symlink_to(os.ttyname(theirs))
        except OSError:
            os.close(self._ours)
            os.close(theirs)
            raise
        asyncio.get_running_loop().add_reader(self._ours, self._readable)

    def _readable(self) -> None:
        try:
            data = os.read(self._ours, LONGEST)
        except BlockingIOError:
            return
        if answer := self._hear(data):
            os.write(self._ours, answer)  # shorter than what a terminal holds

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._ours)
        self._link.unlink(missing_ok=True)
        os.close(self._ours)
        os.close(self._theirs)


def together(answers: Iterator[bytes]) -> bytes:
    """What a line carries when several devices answer at once: low bits win, as the line idles high."""
    mixed = b""
    for answer in answers:
        longer, shorter = (answer, mixed) if len(answer) >= len(mixed) else (mixed, answer)
        low = bytes(one & other for one, other in zip(longer, shorter, strict=False))
        mixed = low + longer[len(shorter) :]
    return mixed
