"""The UDP socket below a played device.

bacpypes3's own takes every loopback address for itself, tries for ever to bind a port that is taken, and
binds one given socket twice.
"""

import asyncio
import contextlib
import socket
from typing import Any

from bacpypes3.comm import Server
from bacpypes3.pdu import PDU, IPv4Address, LocalBroadcast

from drivers.bacnet.address import PORT, of_ip_mac


class Wire(Server):  # type: ignore[misc]
    """Datagrams of one address, and broadcasts to the loopback network, up the library's stack and down."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = False
        self._transports: list[asyncio.DatagramTransport] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> int:
        """Returns the port. Raises OSError."""
        try:
            self._transports.append(await self._bound(host, port, shared=False))
            if host.startswith("127."):
                self._transports.append(await self._bound("127.255.255.255", PORT, shared=True))
        except OSError:
            self.close()
            raise
        return int(self._transports[0].get_extra_info("sockname")[1])

    def close(self) -> None:
        for transport in self._transports:
            transport.abort()
        self._transports.clear()
        for task in self._tasks:
            task.cancel()

    async def indication(self, pdu: Any) -> None:
        if not self._transports:
            return
        if isinstance(pdu.pduDestination, LocalBroadcast):
            self._transports[0].sendto(bytes(pdu.pduData), ("127.255.255.255", PORT))
        else:
            to = pdu.pduDestination
            at = to.addrTuple if isinstance(to, IPv4Address) else of_ip_mac(bytes(to.addrAddr))
            self._transports[0].sendto(bytes(pdu.pduData), at)

    def heard(self, datagram: bytes, sender: tuple[str, int], destination: Any) -> None:
        own = self._transports[0].get_extra_info("sockname") if self._transports else sender
        if not self.silent and sender != tuple(own):
            task = asyncio.ensure_future(
                self._up(PDU(datagram, source=IPv4Address(sender), destination=destination))
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _up(self, pdu: Any) -> None:
        with contextlib.suppress(Exception):  # the library's decoders raise anything; a device keeps silent
            await self.response(pdu)

    async def _bound(self, host: str, port: int, *, shared: bool) -> asyncio.DatagramTransport:
        bare = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            bare.settimeout(0)
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            if shared:
                bare.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                bare.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            bare.bind((host, port))
        except BaseException:
            bare.close()
            raise
        destination = LocalBroadcast() if shared else IPv4Address(bare.getsockname())
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Ears(self, destination), sock=bare)
        return transport


class _Ears(asyncio.DatagramProtocol):
    def __init__(self, wire: Wire, destination: Any) -> None:
        self._wire = wire
        self._destination = destination

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._wire.heard(data, addr, self._destination)
