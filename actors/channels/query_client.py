"""Asking queries: from an asyncio loop, or blocking."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import zmq
import zmq.asyncio

from actors.channels.query import CHUNK_BYTES, END, ERROR, PART, QueryFailed
from actors.channels.socket_owner import dealer
from actors.wire import MAX_BYTES, Codec, WireError

TIMEOUT_S = 5.0
"""Between a query and its first chunk, and between chunks."""
WAITING_BYTES = 64 * CHUNK_BYTES
"""Of one answer, in a client that is slow to take it; beyond that the answer fails."""


class _Parts:
    """Puts the chunks of one answer together again."""

    def __init__(self, codec: Codec, endpoint: str) -> None:
        self._codec = codec
        self._endpoint = endpoint
        self._parts: list[bytes] = []
        self.has_ended = False

    def take(self, flag: bytes, payload: bytes) -> Iterator[Any]:
        """The messages that `payload` completes. Raises QueryFailed."""
        if flag == ERROR:
            raise QueryFailed(payload.decode(errors="replace"))
        if flag == END:
            self.has_ended = True
            return
        self._parts.append(payload)
        if len(self._parts) * CHUNK_BYTES > MAX_BYTES:
            raise QueryFailed(f"{self._endpoint} sends a message of more than {MAX_BYTES} bytes")
        if flag == PART:
            return
        encoded, self._parts = b"".join(self._parts), []
        try:
            yield self._codec.decode(encoded)
        except WireError as error:
            raise QueryFailed(f"{self._endpoint} answered what is not a message: {error}") from error


class _Waiting:
    """The chunks of one answer that came and were not taken yet."""

    def __init__(self) -> None:
        self._chunks: asyncio.Queue[tuple[bytes, bytes]] = asyncio.Queue()
        self._bytes = 0
        self._is_broken = False

    def put(self, flag: bytes, payload: bytes) -> None:
        if self._is_broken:
            return
        self._bytes += len(payload)
        if self._bytes > WAITING_BYTES:
            self._is_broken = True
            flag, payload = ERROR, b"the answer came faster than it was taken; ask for less"
        self._chunks.put_nowait((flag, payload))

    async def take(self) -> tuple[bytes, bytes]:
        flag, payload = await self._chunks.get()
        self._bytes -= len(payload)
        return flag, payload


def _silent(endpoint: str, timeout_s: float) -> QueryFailed:
    return QueryFailed(f"{endpoint} did not answer within {timeout_s} s; ask again")


class QueryClient:
    """Belongs to the loop it was started on; many queries may be under way."""

    def __init__(self, endpoint: str, codec: Codec) -> None:
        self._endpoint = endpoint
        self._codec = codec
        self._ids = itertools.count(1)
        self._waiting: dict[bytes, _Waiting] = {}
        self._socket: Any = None
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        context = zmq.asyncio.Context(zmq.Context.instance())
        self._socket = dealer(context, self._endpoint)
        self._reading = asyncio.create_task(self._read(), name="query client")

    async def stop(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
            self._socket.close(linger=0)

    async def ask(self, query: Any, *, timeout_s: float = TIMEOUT_S) -> AsyncGenerator[Any, None]:
        """The messages of the answer. Leaving the iteration cancels the query. Raises QueryFailed."""
        name = next(self._ids).to_bytes(8, "little")
        chunks = self._waiting[name] = _Waiting()
        parts = _Parts(self._codec, self._endpoint)
        try:
            if not await self._socket.poll(int(timeout_s * 1000), zmq.POLLOUT):
                raise _silent(self._endpoint, timeout_s)
            await self._socket.send_multipart([name, self._codec.encode(query)])
            while not parts.has_ended:
                try:
                    flag, payload = await asyncio.wait_for(chunks.take(), timeout_s)
                except TimeoutError:
                    raise _silent(self._endpoint, timeout_s) from None
                for message in parts.take(flag, payload):
                    yield message
        finally:
            del self._waiting[name]
            if not parts.has_ended and await self._socket.poll(0, zmq.POLLOUT):
                await self._socket.send_multipart([name, b""])

    async def one(self, query: Any, *, timeout_s: float = TIMEOUT_S) -> Any:
        """The first message of the answer. Raises QueryFailed."""
        async with contextlib.aclosing(self.ask(query, timeout_s=timeout_s)) as messages:
            async for message in messages:
                return message
        raise QueryFailed(f"{self._endpoint} answered {type(query).__name__} with nothing")

    async def _read(self) -> None:
        while True:
            frames = await self._socket.recv_multipart()
            if len(frames) == 3 and (chunks := self._waiting.get(frames[0])) is not None:
                chunks.put(frames[1], frames[2])
                await asyncio.sleep(0)  # what is there already is read without a wait: the taker has its turn


class BlockingQueryClient:
    """From any thread that may block; each query has its own socket."""

    def __init__(self, endpoint: str, codec: Codec) -> None:
        self._endpoint = endpoint
        self._codec = codec

    def ask(self, query: Any, *, timeout_s: float = TIMEOUT_S) -> Iterator[Any]:
        """As `QueryClient.ask`; the end of the iteration closes the socket, which ends the query."""
        parts = _Parts(self._codec, self._endpoint)
        with contextlib.closing(dealer(zmq.Context.instance(), self._endpoint)) as socket:
            if not socket.poll(timeout_s * 1000, zmq.POLLOUT):
                raise _silent(self._endpoint, timeout_s)
            socket.send_multipart([b"\1", self._codec.encode(query)])
            deadline = time.monotonic() + timeout_s
            while not parts.has_ended:
                if not socket.poll(max(0.0, deadline - time.monotonic()) * 1000):
                    raise _silent(self._endpoint, timeout_s)
                frames = socket.recv_multipart()
                if len(frames) == 3:
                    yield from parts.take(frames[1], frames[2])
                    deadline = time.monotonic() + timeout_s

    def one(self, query: Any, *, timeout_s: float = TIMEOUT_S) -> Any:
        """The first message of the answer. Raises QueryFailed."""
        for message in self.ask(query, timeout_s=timeout_s):
            return message
        raise QueryFailed(f"{self._endpoint} answered {type(query).__name__} with nothing")
