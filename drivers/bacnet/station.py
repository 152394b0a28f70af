"""The local BACnet station: one UDP socket for all devices of a process that share own address and port."""

import asyncio
import contextlib
import errno
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from weakref import WeakValueDictionary

from config.text import Text
from drivers.backoff import Backoff
from drivers.bacnet import apdu, frames, local, reports, services
from drivers.bacnet.address import EVERYWHERE, Address, Place, host_and_port
from drivers.bacnet.apdu import Confirmed, Kind, Pdu, Unconfirmed
from drivers.bacnet.exchange import Exchange, InvokeBook, InvokeIds
from drivers.bacnet.finder import Finder, Found
from drivers.bacnet.foreign import ForeignDevice
from drivers.bacnet.frames import Network, Packet, Result
from drivers.bacnet.pace import Gap, Gate
from drivers.bacnet.reports import Change, Event
from drivers.bacnet.resolving import resolved
from drivers.bacnet.tags import Malformed
from drivers.errors import LinkError
from drivers.reasons import of_system
from drivers.shares import Opening

AT_ONCE = 16
"""Questions under way from one station."""
AT_ONCE_BEHIND_A_ROUTER = 4
GAP_S = 0.001
"""Between two questions, however many devices they go to."""
EVERY_INTERFACE = "0.0.0.0"  # noqa: S104 - devices are found by broadcasts, whichever way they come
RECEIVE_BYTES = 1 << 20
"""What the system may keep for us while the loop is busy."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What makes a local station; devices with equal terms share it."""

    host: str
    """Own address; empty for all."""
    port: int
    """0 for any that is free."""
    broadcast: tuple[str, int] | None
    """Where Who-Is goes; None where it cannot go anywhere."""
    listens: bool
    """Whether broadcasts arrive at an address of their own."""
    bbmd: str
    ttl_s: int
    instance: int

    @property
    def address(self) -> str:
        return f"UDP port {self.host or EVERY_INTERFACE}:{self.port}"

    @property
    def medium(self) -> str:
        """What all devices that share the port must say alike."""
        way = ":".join(map(str, self.broadcast)) if self.broadcast else "nowhere"
        behind = f", bbmd = {self.bbmd!r}, bbmd_ttl_s = {self.ttl_s}" if self.bbmd else ""
        return f"local_device = {self.instance}, broadcasts to {way}{behind}"


class Listener(Protocol):
    """Who wants to hear what a device tells by itself."""

    address: Address

    def announced(self) -> None:
        """The device has said I-Am: it may have been restarted."""

    def changed(self, change: Change) -> None: ...

    def happened(self, event: Event) -> None: ...


class Peer:
    """A remote station: it is asked one thing at a time."""

    __slots__ = ("__weakref__", "gap", "ids", "turn")

    def __init__(self, ids: InvokeIds) -> None:
        self.ids = ids
        self.turn = asyncio.Lock()
        self.gap = Gap(0.0)


class Station:
    """Everything runs on the loop. `opened` before anything else; it may be called again and again."""

    def __init__(self, terms: Terms, book: InvokeBook, backoff: Backoff, clock: Callable[[], float]) -> None:
        self.terms = terms
        self.skipped = 0
        """Datagrams that were no BACnet."""
        self.exchange = Exchange(self.send)
        self.finder = Finder()
        self._book = book
        self._backoff = backoff
        self._opening = Opening(str(self), self._open, backoff, clock)
        self._transports: list[asyncio.DatagramTransport] = []
        self._gate = Gate(AT_ONCE)
        self._gap = Gap(GAP_S)
        self._gates: WeakValueDictionary[tuple[str, int], Gate] = WeakValueDictionary()
        self._peers: WeakValueDictionary[object, Peer] = WeakValueDictionary()
        self._listeners: dict[int, list[Listener]] = {}
        self._foreign = ForeignDevice(terms.bbmd, terms.ttl_s, self._out) if terms.bbmd else None

    @property
    def own(self) -> tuple[str, int]:
        """Where answers come to."""
        host, port = self._transports[0].get_extra_info("sockname")
        return str(host), int(port)

    async def opened(self) -> None:
        """Raises LinkError; paces itself."""
        if not self._transports:
            await self._opening.opened()

    async def close(self) -> None:
        await self._opening.cancel()
        if self._foreign is not None:
            await self._foreign.close()
        if self._transports:
            self.broken(Text("已关闭", "was closed"))
            await asyncio.sleep(0)  # the transports close with the next turn of the loop

    def broken(self, why: Text) -> None:
        """The socket is gone; `opened` makes another one."""
        transports, self._transports = self._transports, []
        for transport in transports:
            transport.abort()
        self.exchange.end(Text(f"{self.name.zh} {why.zh}", f"{self} {why.en}"))

    def peer(self, address: Address) -> Peer:
        """The same one for all who ask that station."""
        found = self._peers.get(address.station)
        if found is None:
            ids = self._book.of(self.terms, address.station)
            found = self._peers[address.station] = Peer(ids)
        return found

    async def ask(
        self, to: Address, peer: Peer, service: int, payload: bytes, timeout_s: float, *, urgent: bool = False
    ) -> Pdu:
        """One confirmed request, sent once, when its turn comes. Raises Silence, LinkError."""
        async with peer.turn:
            await peer.gap.passed()
            if urgent:
                return await self.exchange.ask(to, peer.ids, service, payload, timeout_s)
            async with self._room(to):
                return await self.exchange.ask(to, peer.ids, service, payload, timeout_s)

    @contextlib.asynccontextmanager
    async def _room(self, to: Address) -> AsyncIterator[None]:
        gates = [self._gate]
        if to.network:
            gates.insert(0, self._gates.setdefault(to[:2], Gate(AT_ONCE_BEHIND_A_ROUTER)))
        with contextlib.ExitStack() as places:
            for gate in gates:
                places.callback((await gate.entered()).leave)
            await self._gap.passed()
            yield

    async def find(self, instance: int, timeout_s: float, last: Address | None) -> Found:
        """Where a device is now, by Who-Is; also asked where it was last. Raises LinkError."""

        def who_is() -> None:
            request = apdu.unconfirmed(Unconfirmed.WHO_IS, services.who_is(instance, instance))
            if last is not None:
                self.send(request, last)
            self.broadcast(request)

        try:
            return await self.finder.device(instance, who_is, timeout_s)
        except LinkError as error:
            if self._foreign is not None and (trouble := self._foreign.trouble) is not None:
                raise LinkError(f"{error.why.zh}：{trouble.zh}", f"{error}: {trouble.en}") from error
            raise

    async def located(self, where: Place, router: str, timeout_s: float) -> Address:
        """The address that a site file gives, as it is now. Raises LinkError."""
        if not where.network:
            return Address(*await resolved(where.host, where.port))
        if router:
            hop = await resolved(*host_and_port(router))
        else:
            hop = await self.finder.router(
                where.network,
                lambda: self._spread(partial(frames.who_is_router, where.network)),
                timeout_s,
            )
        return Address(*hop, where.network, where.mac)

    def send(self, told: bytes, to: Address) -> None:
        self._out(frames.unicast(told, to), to[:2])

    def broadcast(self, told: bytes, network: int = EVERYWHERE) -> None:
        """To all stations that can be reached, of one network or of all."""
        self._spread(partial(frames.broadcast, told, network=network))

    def watch(self, instance: int, listener: Listener) -> None:
        self._listeners.setdefault(instance, []).append(listener)

    def unwatch(self, instance: int, listener: Listener) -> None:
        watching = self._listeners.get(instance, [])
        if listener in watching:
            watching.remove(listener)
        if not watching:
            self._listeners.pop(instance, None)

    @property
    def name(self) -> Text:
        where = f"{self.terms.host or '*'}:{self.terms.port}"
        return Text(f"BACnet 本机站 {where}", f"BACnet station {where}")

    def __str__(self) -> str:
        return self.name.en

    def heard(self, datagram: bytes, sender: tuple[str, int]) -> None:
        """Whatever arrives at the socket; what is no BACnet is counted and forgotten."""
        try:
            match frames.unwrapped(datagram, sender):
                case Result(code) if self._foreign is not None:
                    self._foreign.resulted(code, sender)
                case Packet(source, message, payload):
                    self._take(source, message, payload)
                case _:
                    pass
        except Malformed:
            self.skipped += 1
        except LinkError:  # closed while an answer was due
            pass

    # Inside

    async def _open(self) -> None:
        places = [(self.terms.host or EVERY_INTERFACE, self.terms.port, False)]
        if self.terms.listens and self.terms.broadcast is not None:
            places.append((*self.terms.broadcast, True))
        made: list[asyncio.DatagramTransport] = []
        try:
            for host, port, shares in places:
                made.append(await self._bound(host, port, shares=shares))
        except OSError as error:
            for transport in made:
                transport.abort()
            why, more = of_system(error), Text("", "")
            if error.errno == errno.EADDRINUSE:
                more = Text(
                    "；已被其他程序，或被 interface、bbmd、local_device 与此不同的设备使用：请换用其他 port",
                    "; another program, or devices whose connections differ in interface, bbmd or"
                    " local_device, use it: choose another port",
                )
            raise LinkError(
                f"{self.name.zh} 无法打开：{why.zh}{more.zh}", f"{self} cannot be opened: {why.en}{more.en}"
            ) from error
        self._transports = made
        self._backoff.succeeded()
        if self._foreign is not None:
            await self._foreign.close()
            self._foreign.start()

    async def _bound(self, host: str, port: int, *, shares: bool) -> asyncio.DatagramTransport:
        """A socket; one that `shares` hears broadcasts beside those of other programs."""
        bare = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bare.settimeout(0)
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
            if shares:
                bare.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                bare.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            bare.bind((host, port))
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_datagram_endpoint(lambda: _Wire(self), sock=bare)
        except BaseException:
            bare.close()
            raise
        return transport

    def _out(self, datagram: bytes, to: tuple[str, int]) -> None:
        if not self._transports:
            raise LinkError(f"{self.name.zh} 未打开；没有发送", f"{self} is not open; nothing was sent")
        self._transports[0].sendto(datagram, to)

    def _spread(self, wrapped: Callable[..., bytes]) -> None:
        """`wrapped` makes the datagram, knowing whether a BBMD is to spread it."""
        if self._foreign is not None:
            if self._foreign.address is not None:
                self._out(wrapped(by_bbmd=True), self._foreign.address)
        elif self.terms.broadcast is not None:
            self._out(wrapped(by_bbmd=False), self.terms.broadcast)

    def _take(self, source: Address, message: int, payload: bytes) -> None:
        match message:
            case Network.I_AM_ROUTER:
                self.finder.routed(source, payload)
            case Network.REJECT if len(payload) >= 3:
                self.exchange.unreachable(int.from_bytes(payload[1:3], "big"), source[:2])
            case -1:
                pdu = apdu.parsed(payload)
                match pdu.kind:
                    case Kind.UNCONFIRMED:
                        self._told(source, pdu)
                    case Kind.CONFIRMED:
                        self._asked(source, pdu)
                    case _:
                        self.exchange.received(source, pdu)
            case _:
                pass

    def _told(self, source: Address, pdu: Pdu) -> None:
        match pdu.service:
            case Unconfirmed.I_AM:
                told = services.who_is_it(pdu.payload)
                self.finder.announced(source, told)
                for listener in self._of(told.instance, source):
                    listener.announced()
            case Unconfirmed.WHO_IS if services.asked_who(pdu.payload, self.terms.instance):
                introduction = services.i_am(local.introduction(self.terms.instance))
                self.send(apdu.unconfirmed(Unconfirmed.I_AM, introduction), source)
            case Unconfirmed.COV_NOTIFICATION:
                self._changed(source, pdu.payload)
            case Unconfirmed.EVENT_NOTIFICATION:
                self._happened(source, pdu.payload)
            case _:
                pass

    def _asked(self, source: Address, pdu: Pdu) -> None:
        if pdu.service == Confirmed.COV_NOTIFICATION and not pdu.segmented:
            self._changed(source, pdu.payload)
            answer = apdu.simple_ack(pdu.invoke, pdu.service)
        elif pdu.service == Confirmed.EVENT_NOTIFICATION and not pdu.segmented:
            self._happened(source, pdu.payload)
            answer = apdu.simple_ack(pdu.invoke, pdu.service)
        else:
            answer = local.answer(pdu, self.terms.instance)
        self.send(answer, source)

    def _changed(self, source: Address, payload: bytes) -> None:
        change = reports.change(payload)
        for listener in self._of(change.device, source):
            listener.changed(change)

    def _happened(self, source: Address, payload: bytes) -> None:
        event = reports.event(payload)
        if event is not None:
            for listener in self._of(event.device, source):
                listener.happened(event)

    def _of(self, instance: int, source: Address) -> list[Listener]:
        """Those who listen to a device and know it at this address."""
        watching = self._listeners.get(instance, ())
        return [listener for listener in watching if listener.address.station == source.station]


class _Wire(asyncio.DatagramProtocol):
    def __init__(self, station: Station) -> None:
        self._station = station

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._station.heard(data, addr)

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None:
            why = of_system(exc)
            self._station.broken(Text(f"失去了套接字：{why.zh}", f"has lost its socket: {why.en}"))
