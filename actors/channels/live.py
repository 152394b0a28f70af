"""The live channel: PUB/SUB, newest wins. It may drop; numbers show the gap and a snapshot repairs it.

A frame on the wire is `[topic, Frame, message]`. Every publisher binds; subscribers connect to all of them.
A snapshot comes from the very actor that numbers the frames, so that (publisher, epoch, sequence) tells which
frames it already contains.
"""

import logging
import secrets
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import zmq
import zmq.asyncio

from actors.actor import Actor
from actors.life import Listener
from actors.messages import Frame, Snapshot
from actors.newest import LIVE_MESSAGES, LiveMessage, Newest
from actors.wire import Codec, WireError

logger = logging.getLogger(__name__)

LIVE = Codec(*LIVE_MESSAGES, Frame)
"""What travels on the live channel."""

QUEUE_FRAMES = 500
"""Frames kept for a slow subscriber; beyond that it loses frames, sees the gap and asks for a snapshot."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Tell the publisher to send this now."""

    topic: str
    """Family and key, ending in '/': SUB filters by prefix."""
    message: LiveMessage


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    """Ask the publisher for everything it has published; answered with a `Snapshot`."""


@dataclass(frozen=True, slots=True)
class Reshape:
    """A new configuration: from now on these tables, id -> (devices, points)."""

    version: int
    tables: tuple[tuple[str, int, int], ...]


class Publisher(Actor):
    """Numbers and sends frames; its own thread owns the socket. Restarts alone, with a new epoch."""

    inbox_limit = 2_000
    sheds = (Publish,)
    drains = False

    def __init__(
        self, name: str, supervisor: Listener | None, *, process: str, endpoint: str, newest: Newest
    ) -> None:
        super().__init__(name, supervisor)
        self._process = process
        self._endpoint = endpoint
        self._newest = newest
        self._epoch = secrets.token_hex(4)
        self._sequence = 0
        self._socket: zmq.Socket[bytes] | None = None

    def setup(self) -> None:
        socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.PUB)
        socket.setsockopt(zmq.SNDHWM, QUEUE_FRAMES)
        socket.setsockopt(zmq.LINGER, 0)
        self._socket = socket
        socket.bind(self._endpoint)

    def handle(self, message: Any) -> Any:
        match message:
            case Publish(topic, body):
                self._send(topic, body)
                return None
            case TakeSnapshot():
                bodies = tuple(LIVE.encode(body) for body in self._newest.messages())
                return Snapshot(Frame(self._process, self._epoch, self._sequence), bodies)
            case Reshape(version, tables):
                self._newest.shape(version, {table: (devices, points) for table, devices, points in tables})
                return None
        return super().handle(message)

    def teardown(self) -> None:
        if self._socket is not None:
            self._socket.close(linger=0)
            self._socket = None

    def _send(self, topic: str, body: LiveMessage) -> None:
        assert self._socket is not None
        self._sequence += 1
        self._newest.apply(body)
        frame = LIVE.encode(Frame(self._process, self._epoch, self._sequence))
        self._socket.send_multipart([topic.encode(), frame, LIVE.encode(body)], copy=False)


class Subscriber:
    """Frames of all publishers, on the caller's asyncio loop."""

    def __init__(self, endpoints: Sequence[str], topics: Sequence[str] = ("",)) -> None:
        self._endpoints = endpoints
        self._topics = topics
        self._socket: zmq.asyncio.Socket | None = None
        self.malformed = 0

    def open(self) -> None:
        """Connect and subscribe. Frames sent from now on are kept until read, up to the queue's limit."""
        socket = zmq.asyncio.Context.instance().socket(zmq.SUB)
        socket.setsockopt(zmq.RCVHWM, QUEUE_FRAMES)
        socket.setsockopt(zmq.LINGER, 0)
        for topic in self._topics:
            socket.subscribe(topic)
        for endpoint in self._endpoints:
            socket.connect(endpoint)
        self._socket = socket

    async def frames(self) -> AsyncIterator[tuple[Frame, LiveMessage]]:
        """What arrives, for ever. A malformed frame is counted and logged once."""
        assert self._socket is not None, "open() first"
        while True:
            parts = await self._socket.recv_multipart()
            try:
                _, header, body = parts
                frame, message = LIVE.decode(header), LIVE.decode(body)
            except (WireError, ValueError) as error:
                if not self.malformed:
                    logger.warning("a live frame is malformed and ignored, as are others: %s", error)
                self.malformed += 1
                continue
            yield frame, message

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close(linger=0)
            self._socket = None
