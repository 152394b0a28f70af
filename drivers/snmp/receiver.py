"""One UDP port of the process on which traps and informs arrive; each goes to the device that sent it."""

import asyncio
import hashlib
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from drivers.errors import LinkError
from drivers.reasons import of_system
from drivers.snmp.ber import Malformed
from drivers.snmp.engine import Engine
from drivers.snmp.message import REPORTABLE, Plain, Secured, received
from drivers.snmp.pdu import Pdu, Type
from drivers.snmp.security import Untrusted, User
from drivers.snmp.sender import Sender

_EPOCH_S = 1_577_836_800
"""2020 in UTC: an engine that counts the seconds since as its boots never goes back, and needs no memory."""


class Dropped(StrEnum):
    STRANGER = "from an address that no device has"
    MALFORMED = "no SNMP message"
    UNTRUSTED = "another community, user or key, too old, or no notification"


class Listener(Protocol):
    """A device that is heard."""

    sender: Sender

    def notified(self, pdu: Pdu) -> None: ...


class Receiver(asyncio.DatagramProtocol):
    """Shared by the devices with the same `trap_host` and `trap_port`."""

    def __init__(self, host: str, port: int, clock: Callable[[], float], wall_ns: Callable[[], int]) -> None:
        self.port = port
        self.dropped: Counter[Dropped] = Counter()
        self._host = host
        self._listeners: dict[str, list[Listener]] = {}
        name = hashlib.sha256(f"{socket.gethostname()} {port}".encode()).digest()[:8]
        # RFC 3411: octets (5) chosen by enterprise 0, which is nobody's.
        self._engine = Engine(b"\x80\0\0\0\5" + name, wall_ns() // 10**9 - _EPOCH_S, clock)
        self._transport: asyncio.DatagramTransport | None = None
        self._opening = asyncio.Lock()

    async def open(self) -> None:
        """Raises LinkError."""
        async with self._opening:
            if self._transport is not None:
                return
            loop = asyncio.get_running_loop()
            try:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: self, local_addr=(self._host, self.port)
                )
            except OSError as error:
                why = of_system(error)
                raise LinkError(
                    f"接收陷阱的 UDP 端口 {self.port} 无法打开：{why.zh}；"
                    "请将 trap_port 设为 1023 以上的空闲端口并让设备发往该端口，或设为 0",
                    f"UDP port {self.port} for traps cannot be opened: {why.en};"
                    " set trap_port to a free port above 1023 and let the devices send there, or to 0",
                ) from error
            self._transport = transport

    def listen(self, address: str, listener: Listener) -> None:
        """Hand on what comes from that address; a device has one at a time."""
        self.forget(listener)
        self._listeners.setdefault(address, []).append(listener)

    def forget(self, listener: Listener) -> None:
        for address, listeners in list(self._listeners.items()):
            if listener in listeners:
                listeners.remove(listener)
                if isinstance(listener.sender.who, User):
                    self._engine.forget(listener.sender.who)
                if not listeners:
                    del self._listeners[address]

    async def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None
            await asyncio.sleep(0)  # the socket is closed by the loop: only then is the port free
        self._listeners.clear()

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        listeners = self._listeners.get(address[0].removeprefix("::ffff:"))
        if listeners is None:
            self.dropped[Dropped.STRANGER] += 1
            return
        try:
            answer = self._answer(received(data), listeners)
        except Malformed:
            self.dropped[Dropped.MALFORMED] += 1
        except Untrusted:
            self.dropped[Dropped.UNTRUSTED] += 1
        else:
            if answer is not None and self._transport is not None:
                self._transport.sendto(answer, address)

    def error_received(self, error: Exception) -> None:
        """An answer found nobody: whoever sent the inform has gone."""

    def _answer(self, message: Plain | Secured, listeners: Sequence[Listener]) -> bytes | None:
        """What is to be said to it, None for nothing. Raises Malformed, Untrusted."""
        if isinstance(message, Secured) and message.header.engine_id in (b"", self._engine.id):
            return self._informed(message, listeners)
        trusting: list[Listener] = []
        pdu: Pdu | None = None
        for listener in listeners:
            with suppress(Untrusted):
                pdu = listener.sender.trusted(message)
                trusting.append(listener)
        if pdu is None:
            if isinstance(message, Secured) and message.header.flags & REPORTABLE:
                return self._informed(message, listeners)
            raise Untrusted("of none of the devices there")
        is_inform = self._notify(trusting, pdu)
        if is_inform and isinstance(message, Plain):
            return replace(message, pdu=_response(pdu)).encoded()
        return None

    def _informed(self, message: Secured, listeners: Sequence[Listener]) -> bytes:
        """Of informs of version 3 the receiver's engine is authoritative. Raises Malformed, Untrusted."""
        users = [listener.sender.who for listener in listeners if isinstance(listener.sender.who, User)]
        found = self._engine.received(message, users)
        if isinstance(found, bytes):
            return found
        user, content = found
        if not self._notify([listener for listener in listeners if listener.sender.who == user], content.pdu):
            raise Untrusted("no inform")
        return self._engine.answer(message.header, user, replace(content, pdu=_response(content.pdu)))

    def _notify(self, listeners: Sequence[Listener], pdu: Pdu) -> bool:
        """Whether it wants an answer."""
        if pdu.type not in (Type.TRAP, Type.INFORM):
            raise Untrusted("neither a trap nor an inform")
        for listener in listeners:
            listener.notified(pdu)
        return pdu.type is Type.INFORM


def _response(pdu: Pdu) -> Pdu:
    return Pdu(Type.RESPONSE, pdu.id, pdu.varbinds)
