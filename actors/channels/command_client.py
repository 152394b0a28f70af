"""Giving commands: from an asyncio loop, or blocking. A command is sent once, whatever happens to it."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any

import zmq
import zmq.asyncio

from actors.channels.command import COMMANDS, RESULTS, Command
from actors.channels.socket_owner import dealer
from actors.messages import CommandResult, Issuer, Stage
from actors.said import said
from actors.wire import Codec, WireError

CONNECT_S = 2.0
"""A command waits this long, at most, for the way to its server."""
ANSWER_S = 15.0
"""After its time to live, for the last stage to be reported."""


def new_id() -> str:
    return secrets.token_hex(16)


def _envelope(codec: Codec, body: Any, issuer: Issuer, ttl_s: float, name: str) -> list[bytes]:
    command = Command(name, issuer, ttl_s, time.time_ns(), codec.encode(body))
    return [name.encode(), COMMANDS.encode(command)]


def _not_sent(name: str, endpoint: str) -> CommandResult:
    detail = said(f"没有发送：{endpoint} 无人应答", f"not sent: nobody answers at {endpoint}")
    return CommandResult(name, Stage.FAILED, detail, None, time.time_ns())


def _unknown(name: str, wait_s: float) -> CommandResult:
    detail = said(
        f"{wait_s:.1f} s 内没有最终结果；命令可能已生效",
        f"no final result within {wait_s:.1f} s; it may have taken effect",
    )
    return CommandResult(name, Stage.UNKNOWN, detail, None, time.time_ns())


def _result(frames: list[bytes]) -> tuple[str, CommandResult]:
    if len(frames) != 2:
        raise WireError(f"a result of {len(frames)} frames")
    return frames[0].decode(errors="replace"), RESULTS.decode(frames[1])


class CommandClient:
    """Belongs to the loop it was started on; many commands may be under way."""

    def __init__(self, endpoint: str, codec: Codec, *, ids: Callable[[], str] = new_id) -> None:
        self._endpoint = endpoint
        self._codec = codec
        self._ids = ids
        self._waiting: dict[str, asyncio.Queue[CommandResult]] = {}
        self._context: zmq.asyncio.Context | None = None
        self._socket: Any = None
        self._reading: asyncio.Task[None] | None = None
        self.malformed = 0

    async def start(self) -> None:
        self._context = zmq.asyncio.Context(zmq.Context.instance())
        self._socket = dealer(self._context, self._endpoint)
        self._reading = asyncio.create_task(self._read(), name="command client")

    async def stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
            self._socket.close(linger=0)

    async def send(
        self, body: Any, issuer: Issuer, ttl_s: float, *, wait_s: float | None = None, name: str = ""
    ) -> AsyncGenerator[CommandResult, None]:
        """The stages as they come; the last one is final, UNKNOWN when none came within `wait_s`.

        `name` is the command's id where it already has one: whoever passes a command on keeps it.
        """
        name = name or self._ids()
        wait_s = ttl_s + ANSWER_S if wait_s is None else wait_s
        results: asyncio.Queue[CommandResult] = asyncio.Queue()
        self._waiting[name] = results
        try:
            deadline = time.monotonic() + wait_s
            if not await self._socket.poll(int(min(ttl_s, CONNECT_S) * 1000), zmq.POLLOUT):
                yield _not_sent(name, self._endpoint)
                return
            await self._socket.send_multipart(_envelope(self._codec, body, issuer, ttl_s, name))
            while True:
                try:
                    result = await asyncio.wait_for(results.get(), max(0.0, deadline - time.monotonic()))
                except TimeoutError:
                    result = _unknown(name, wait_s)
                yield result
                if result.stage.is_final:
                    return
        finally:
            del self._waiting[name]

    async def ask(
        self, body: Any, issuer: Issuer, ttl_s: float, *, wait_s: float | None = None
    ) -> CommandResult:
        """The final result."""
        async with contextlib.aclosing(self.send(body, issuer, ttl_s, wait_s=wait_s)) as results:
            async for result in results:
                if result.stage.is_final:
                    return result
        raise AssertionError("a command ends with a final result")

    async def _read(self) -> None:
        while True:
            frames = await self._socket.recv_multipart()
            try:
                name, result = _result(frames)
            except WireError:
                self.malformed += 1
                continue
            if name in self._waiting:
                self._waiting[name].put_nowait(result)


class BlockingCommandClient:
    """From any thread that may block; each call has its own socket."""

    def __init__(self, endpoint: str, codec: Codec, *, ids: Callable[[], str] = new_id) -> None:
        self._endpoint = endpoint
        self._codec = codec
        self._ids = ids

    def send(
        self, body: Any, issuer: Issuer, ttl_s: float, *, wait_s: float | None = None, name: str = ""
    ) -> Iterator[CommandResult]:
        """As `CommandClient.send`."""
        name = name or self._ids()
        wait_s = ttl_s + ANSWER_S if wait_s is None else wait_s
        deadline = time.monotonic() + wait_s
        with contextlib.closing(dealer(zmq.Context.instance(), self._endpoint)) as socket:
            if not socket.poll(min(ttl_s, CONNECT_S) * 1000, zmq.POLLOUT):
                yield _not_sent(name, self._endpoint)
                return
            socket.send_multipart(_envelope(self._codec, body, issuer, ttl_s, name))
            while socket.poll(max(0.0, deadline - time.monotonic()) * 1000):
                try:
                    answered, result = _result(socket.recv_multipart())
                except WireError:
                    continue
                if answered == name:
                    yield result
                    if result.stage.is_final:
                        return
            yield _unknown(name, wait_s)

    def ask(
        self, body: Any, issuer: Issuer, ttl_s: float, *, wait_s: float | None = None, name: str = ""
    ) -> CommandResult:
        """The final result."""
        *_, last = self.send(body, issuer, ttl_s, wait_s=wait_s, name=name)
        return last
