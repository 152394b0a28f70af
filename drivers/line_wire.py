"""One connection of a half-duplex line from made to lost, and what it brought since the question."""

import asyncio
from typing import cast

from config.text import Text
from drivers.reasons import of_system

LONGEST = 4096
"""Bytes; more than that is no answer in any protocol."""


class Wire(asyncio.Protocol):
    def __init__(self, stirred: asyncio.Event) -> None:
        self.heard = bytearray()
        self.heard_s = asyncio.get_running_loop().time()
        self.gone: Text | None = None
        """Why nothing comes any more, after the name of the line."""
        self._stirred = stirred
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance

    def write(self, frame: bytes) -> None:
        if self._transport is not None and not self.gone:
            self._transport.write(frame)

    def data_received(self, data: bytes) -> None:
        self.heard += data
        del self.heard[: -LONGEST - 1]
        self.heard_s = asyncio.get_running_loop().time()
        self._stirred.set()

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = Text("关闭了连接", "closed the connection")
        if error:
            why = of_system(error)
            self.gone = Text(f"{self.gone.zh}：{why.zh}", f"{self.gone.en}: {why.en}")
        self._stirred.set()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
