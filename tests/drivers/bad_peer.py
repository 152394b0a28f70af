"""A peer that misbehaves as told, and the driver against it: what the rigs of all protocols share."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from typing import Protocol

from benchmarks.ports import free_port
from drivers.driver import Decoder, Driver, Scan
from drivers.listener import Listener
from tests.drivers.contract import Ailment, names
from tests.drivers.plant import Process


class Peer(Protocol):
    mood: Ailment | None
    host: str

    async def start(self) -> object:
        """Where it was, once it has been anywhere."""

    async def stop(self) -> None: ...

    def reset(self) -> None:
        """Cut every connection."""


class TcpPeer(ABC):
    """Listens on loopback. Subclasses keep the transports of their connections in `open`."""

    def __init__(self) -> None:
        self.mood: Ailment | None = None
        self.host, self.port = "127.0.0.1", free_port()
        self._listener = Listener()
        self.open = self._listener.open

    @abstractmethod
    async def listen(self) -> asyncio.Server:
        """At `host` and `port`."""

    async def start(self) -> None:
        self.port = await self._listener.start(self.listen())

    async def stop(self) -> None:
        await self._listener.stop()

    def reset(self) -> None:
        self._listener.drop()


class Session(asyncio.Protocol):
    """One connection of a peer."""

    transport: asyncio.Transport

    def __init__(self, peer: TcpPeer) -> None:
        self._peer = peer
        self.late: set[asyncio.TimerHandle] = set()
        """Of answers that are still to come."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._peer.open.add(transport)
        if self._peer.mood is Ailment.RESET:
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._peer.open.discard(self.transport)
        for timer in self.late:
            timer.cancel()


class BadPeerRig(ABC):
    """The driver against the misbehaving peer, which it knows by a name."""

    HOST = "device.test"
    CUTS = frozenset({Ailment.RESET})
    """Ailments that cut the connections, or that only a new one shows."""

    decoder: Decoder
    driver: Driver

    def __init__(self, bad: Peer, process: Process | None = None) -> None:
        self.bad = bad
        self.hosts = {self.HOST: bad.host}
        self.process = process or Process()

    @abstractmethod
    def make(self) -> Driver: ...

    @abstractmethod
    def is_right(self, scan: Scan) -> bool: ...

    async def start(self) -> None:
        self._names = contextlib.ExitStack()
        self._names.enter_context(names(self.hosts))
        await self.bad.start()
        self.driver = self.make()

    async def stop(self) -> None:
        await self.bad.stop()
        self._names.close()

    async def ail(self, ailment: Ailment) -> None:
        self.bad.mood = ailment
        if ailment in (Ailment.REFUSED, Ailment.REBOOT, Ailment.MOVED):
            await self.bad.stop()
        elif ailment in self.CUTS:
            self.bad.reset()

    async def heal(self) -> None:
        mood, self.bad.mood = self.bad.mood, None
        if mood is Ailment.MOVED:
            self.bad.host = self.hosts[self.HOST] = "127.0.0.2"
        if mood in (Ailment.REFUSED, Ailment.REBOOT, Ailment.MOVED):
            await self.bad.start()
