"""The socket end of a link: one TCP connection, from made to lost."""

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol, cast

from config.text import Text
from drivers.errors import FramingError
from drivers.modbus.mbap import Answer, Answers
from drivers.reasons import of_system


class Owner(Protocol):
    """The link, as its connection sees it."""

    scratch: memoryview

    def received(self, wire: "Wire", answers: list[Answer]) -> None: ...

    def lost(self, wire: "Wire", reason: Text) -> None: ...

    def closed(self, wire: "Wire", reason: Text) -> None: ...


class Wire(asyncio.BufferedProtocol):
    """One TCP connection in its life from made to lost.

    All wires of a process receive into one buffer: the loop fills it and calls `buffer_updated` without
    anything in between. asyncio's plain protocols make 256 KiB anew for every answer, which costs more
    than all the rest.
    """

    def __init__(self, link: Owner) -> None:
        self.gone = asyncio.Event()
        self._link = link
        self._answers = Answers()
        self._transport: asyncio.Transport | None = None
        self.write: Callable[[bytes], None]
        """The transport's own, from `connection_made` on: one call less for every request."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast(asyncio.Transport, transport)  # uvloop's is none by inheritance
        self._transport = transport
        self.write = transport.write
        _keep_alive(transport.get_extra_info("socket"))

    def get_buffer(self, sizehint: int) -> memoryview:
        del sizehint
        return self._link.scratch

    def buffer_updated(self, nbytes: int) -> None:
        try:
            answers = self._answers.feed(self._link.scratch[:nbytes].tobytes())
        except FramingError as error:
            reason = Text(
                f"{self._link} 使用的不是 Modbus TCP 协议：{error.why.zh}",
                f"{self._link} does not speak Modbus TCP: {error}",
            )
            self._link.lost(self, reason)
        else:
            self._link.received(self, answers)

    def connection_lost(self, error: Exception | None) -> None:
        self.gone.set()
        reason = Text(f"{self._link} 关闭了连接", f"{self._link} closed the connection")
        if error:
            why = of_system(error)
            reason = Text(f"{reason.zh}：{why.zh}", f"{reason.en}: {why.en}")
        self._link.closed(self, reason)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


def _keep_alive(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
