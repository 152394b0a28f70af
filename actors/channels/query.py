"""The query channel: read-only questions, repeatable, answered in chunks.

Answer frames: [query id, flag, payload]. A message larger than a chunk travels in parts.
"""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import zmq

from actors.channels.socket_owner import Failed, SocketOwner, router
from actors.wire import Codec, WireError

logger = logging.getLogger(__name__)

CHUNK_BYTES = 1024 * 1024
PART, WHOLE, END, ERROR = b"~", b"+", b".", b"!"
CREDIT = 4
"""Chunks of one answer that wait in memory before its handler has to wait."""
QUEUE_CHUNKS = 16
"""Chunks that ZeroMQ holds for one client."""
RETRY_S = 0.01
"""Until a client that takes nothing more is tried again."""

Handler = Callable[[Any], Iterable[Any]]
"""Takes the query, yields the messages of the answer; runs in a thread of the server's pool."""


class QueryFailed(Exception):
    """The answer did not come; the text says why. A handler raises it with a text for who asked."""


@dataclass(slots=True)
class _Answer:
    """One query under way: its handler fills `chunks`, the socket's thread empties them."""

    peer: bytes
    id: bytes
    room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(CREDIT))
    chunks: deque[tuple[bytes, bytes]] = field(default_factory=deque)
    is_cancelled: bool = False
    stuck_s: float | None = None
    """Since when the client takes nothing."""


class QueryServer(SocketOwner):
    """handlers: query class -> handler. `stall_s` without progress of its client ends an answer."""

    def __init__(
        self,
        endpoint: str,
        codec: Codec,
        handlers: Mapping[type, Handler],
        *,
        on_failure: Failed,
        threads: int = 2,
        max_waiting: int = 64,
        stall_s: float = 10.0,
        context: zmq.Context[Any] | None = None,
    ) -> None:
        super().__init__("query server", on_failure, context)
        self._endpoint = endpoint
        self._codec = codec
        self._handlers = handlers
        self._threads = threads
        self._max_waiting = max_waiting
        self._stall_s = stall_s
        self._socket: Any = None
        self._pool: ThreadPoolExecutor | None = None
        self._answers: dict[tuple[bytes, bytes], _Answer] = {}
        self._refusals: queue.SimpleQueue[list[bytes]] = queue.SimpleQueue()
        self.cancelled = 0

    def _open(self, context: zmq.Context[Any]) -> Any:
        self._socket = router(context, self._endpoint, queue_frames=QUEUE_CHUNKS)
        self._pool = ThreadPoolExecutor(self._threads, thread_name_prefix="query")
        return self._socket

    def _close(self) -> None:
        for answer in self._answers.values():
            self._cancel(answer)
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _received(self, frames: list[bytes]) -> None:
        if len(frames) != 3 or not frames[1]:
            logger.warning(
                "%s: %r sent %d frames; a query is [id, body]", self.name, frames[0], len(frames) - 1
            )
            return
        peer, name, body = frames
        if not body:
            if (answer := self._answers.pop((peer, name), None)) is not None:
                self._cancel(answer)
            return
        try:
            query = self._codec.decode(body)
            handler = self._handlers.get(type(query))
            if handler is None:
                raise WireError(f"{type(query).__name__} is not answered here")
            if len(self._answers) >= self._max_waiting:
                raise WireError(f"{self._max_waiting} queries wait already; ask again later")
        except WireError as error:
            self._refusals.put([peer, name, ERROR, str(error).encode()])
            return
        answer = self._answers[peer, name] = _Answer(peer, name)
        assert self._pool is not None
        self._pool.submit(self._work, answer, handler, query)

    def _work(self, answer: _Answer, handler: Handler, query: Any) -> None:
        """In the pool: run the handler as far as the client takes its chunks."""
        end = (END, b"")
        try:
            for message in () if answer.is_cancelled else handler(query):
                for chunk in _chunks(self._codec.encode(message)):
                    answer.room.acquire()
                    if answer.is_cancelled:
                        return
                    answer.chunks.append(chunk)
                    self.wake()
        except QueryFailed as error:
            end = (ERROR, str(error).encode())
        except Exception as error:
            logger.exception("%s: %s failed", self.name, type(query).__name__)
            end = (ERROR, f"{type(query).__name__} failed: {error!r}".encode())
        answer.chunks.append(end)
        self.wake()

    def _turn(self, now_s: float) -> float:
        while not self._refusals.empty():
            self._try(self._refusals.get_nowait())
        any_stuck = False
        for key, answer in list(self._answers.items()):
            while answer.chunks:
                flag, payload = answer.chunks[0]
                if not self._try([answer.peer, answer.id, flag, payload]):
                    any_stuck = True
                    answer.stuck_s = now_s if answer.stuck_s is None else answer.stuck_s
                    break
                answer.chunks.popleft()
                answer.room.release()
                answer.stuck_s = None
                if flag in {END, ERROR}:
                    self._answers.pop(key, None)
            if answer.is_cancelled or (answer.stuck_s is not None and now_s - answer.stuck_s > self._stall_s):
                self._answers.pop(key, None)
                self._cancel(answer)
        return RETRY_S if any_stuck else float("inf")

    def _try(self, frames: list[bytes]) -> bool:
        """False when the client's queue is full. A client that is gone takes everything."""
        try:
            self._socket.send_multipart(frames, zmq.NOBLOCK)
        except zmq.Again:
            return False
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            if (answer := self._answers.get((frames[0], frames[1]))) is not None:
                self._cancel(answer)
        return True

    def _cancel(self, answer: _Answer) -> None:
        self.cancelled += not answer.is_cancelled
        answer.is_cancelled = True
        answer.room.release()


def _chunks(encoded: bytes) -> Iterator[tuple[bytes, bytes]]:
    while len(encoded) > CHUNK_BYTES:
        yield PART, encoded[:CHUNK_BYTES]
        encoded = encoded[CHUNK_BYTES:]
    yield WHOLE, encoded
