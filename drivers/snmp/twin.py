"""The simulated twin of SNMP devices: an agent on loopback, of all versions, that also sends traps."""

import asyncio
import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from pydantic import BaseModel

from config.secrets import Secret
from config.site import Device
from drivers.driver import Value
from drivers.snmp import ber, objects
from drivers.snmp.agent import Variables
from drivers.snmp.ber import Malformed
from drivers.snmp.credentials import Credentials, Keeper
from drivers.snmp.engine import Engine
from drivers.snmp.message import Header, Plain, Scoped, Secured, received
from drivers.snmp.pdu import SYS_UP_TIME, TRAP_OID, Pdu, Status, Type, Varbind
from drivers.snmp.schema import Connection, Source
from drivers.snmp.security import Community, Untrusted, User
from drivers.twin import Fault, OnWrite, Twin


@dataclass(slots=True)
class _Played:
    device: Device
    variables: Variables
    who: Credentials
    context: bytes
    fault: Fault = Fault.NONE


class SnmpTwin(asyncio.DatagramProtocol):
    """Devices at one host and port differ by community, user or context."""

    def __init__(self, devices: Iterable[Device], on_write: OnWrite, keeper: Keeper = Secret) -> None:
        """`keeper` gives the secrets that the connections name; without one a secret is its own name."""
        self.largest = 65507
        """Octets of an answer; what would be longer is told to be too big."""
        self._on_write = on_write
        self._played: dict[str, _Played] = {}
        self._host, self._port = "127.0.0.1", 0
        self._transport: asyncio.DatagramTransport | None = None
        for device in devices:
            assert isinstance(device.connection, Connection)
            self._host, self._port = device.connection.host, device.connection.port
            self._played[device.id] = _Played(
                device,
                Variables(device, time.monotonic),
                Credentials.of(device.connection, keeper),
                device.connection.context.encode(),
            )
        self._boots = 0
        self._engine = self._new_engine()

    async def start(self, port: int | None = None) -> int:
        """Listen at `port` (0: any that is free) instead of where the connections say; returns the port."""
        self._engine = self._new_engine()
        address = self._host, self._port if port is None else port
        self._transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=address
        )
        return int(self._transport.get_extra_info("sockname")[1])

    async def stop(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
            await asyncio.sleep(0)  # the socket is closed by the loop: only then is the port free

    def drop(self) -> None:
        """There are no connections over UDP."""

    def misbehave(self, device_id: str, fault: Fault) -> None:
        self._played[device_id].fault = fault

    def put(self, device_id: str, point_id: str, value: Value, *, raw: bool = False) -> None:
        """What a trap tells of is told when it changes. Raises WriteError where the value does not fit."""
        played = self._played[device_id]
        column = played.device.template.index[point_id]
        point = played.device.template.points[column]
        if not raw and not isinstance(value, str):
            value = (value - point.offset) / point.scale
        before = played.variables.get(column)
        played.variables.put(column, value)
        source = played.variables.plan.sources[column]
        if source.trap is not None and before != value:
            self._notify(played, source, source.trap if value else next(iter(source.clears), None))

    def value(self, device_id: str, point_id: str) -> Value:
        played = self._played[device_id]
        column = played.device.template.index[point_id]
        point = played.device.template.points[column]
        held = played.variables.get(column)
        return held if isinstance(held, str) else held * point.scale + point.offset

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        try:
            answer = self._answer(received(data))
        except (Malformed, Untrusted):
            return
        if answer is not None and self._transport is not None:
            self._transport.sendto(answer, address)

    def error_received(self, error: Exception) -> None:
        """Whoever asked, or was to be told, has gone."""

    def _answer(self, message: Plain | Secured) -> bytes | None:
        if isinstance(message, Plain):
            return self._plain(message)
        users = [
            played.who.reading for played in self._played.values() if isinstance(played.who.reading, User)
        ]
        found = self._engine.received(message, users)
        if isinstance(found, bytes):
            return found
        user, content = found
        for played in self._played.values():
            if played.who.reading == user and played.context == content.context:
                return self._fitting(
                    played, content.pdu,
                    lambda pdu: self._engine.answer(message.header, user, replace(content, pdu=pdu)),
                )  # fmt: skip
        return None

    def _plain(self, message: Plain) -> bytes | None:
        writes = message.pdu.type is Type.SET
        for played in self._played.values():
            who = played.who.writing if writes else played.who.reading
            if isinstance(who, Community) and who.name == message.community:
                return self._fitting(played, message.pdu, lambda pdu: replace(message, pdu=pdu).encoded())
        return None

    def _fitting(self, played: _Played, pdu: Pdu, encoded: Callable[[Pdu], bytes]) -> bytes | None:
        match played.fault:
            case Fault.SILENT:
                return None
            case Fault.BUSY | Fault.FAILED:
                return encoded(Pdu(Type.RESPONSE, pdu.id, pdu.varbinds, Status.GEN_ERR, 0))
            case Fault.NONE:
                pass
        answer = encoded(played.variables.answer(pdu, lambda *write: self._written(played.device, *write)))
        if len(answer) > self.largest:
            return encoded(Pdu(Type.RESPONSE, pdu.id, (), Status.TOO_BIG))
        return answer

    def _written(self, device: Device, column: int, value: Value) -> None:
        point = device.template.points[column]
        told = value if isinstance(value, str) else value * point.scale + point.offset
        self._on_write(device.id, point.id, told)

    def _notify(self, played: _Played, source: Source, trap: str | None) -> None:
        connection = played.device.connection
        assert isinstance(connection, Connection)
        if trap is None or self._transport is None or not connection.trap_port:
            return
        ticks = Varbind(SYS_UP_TIME, objects.TIMETICKS, ber.integer(100 * self._engine.time_s)[2:])
        what = Varbind(TRAP_OID, ber.OID, ber.oid_content(trap))
        pdu = Pdu(Type.TRAP, 1, (ticks, what, *_matching(source.match)))
        who = played.who.trapping
        if isinstance(who, Community):
            data = who.encoded(pdu)
        else:
            engine = self._engine
            header = Header(1, who.flags, engine.id, engine.boots, engine.time_s, who.name)
            data = engine.answer(header, who, Scoped(engine.id, played.context, pdu))
        self._transport.sendto(data, (self._host, connection.trap_port))

    def _new_engine(self) -> Engine:
        self._boots += 1
        name = hashlib.sha256(f"{self._host}:{self._port} {sorted(self._played)}".encode()).digest()[:8]
        return Engine(b"\x80\0\0\0\5" + name, self._boots, time.monotonic)


def _matching(match: Mapping[str, str | int]) -> Iterable[Varbind]:
    for oid, held in match.items():
        name = ber.oid_content(oid)
        if isinstance(held, int):
            yield Varbind(name, ber.INTEGER, ber.integer(held)[2:])
        else:
            is_oid = held.startswith(("1.3.", ".1.3."))
            tag = ber.OID if is_oid else ber.OCTETS
            yield Varbind(name, tag, objects.encoded(tag, held))


class SnmpTwins:
    """The twins of SNMP as the simulators know them."""

    def home(self, connection: BaseModel) -> tuple[str, int]:
        assert isinstance(connection, Connection)
        return connection.host, connection.port

    def twin(self, devices: Iterable[Device], on_write: OnWrite) -> Twin:
        return SnmpTwin(devices, on_write)
