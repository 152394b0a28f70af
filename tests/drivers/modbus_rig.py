"""A Modbus device that misbehaves as told, and rigs around it and around the twin."""

import asyncio
from collections import Counter

from drivers.driver import Cadence, Driver, Scan
from drivers.mbap import Function
from drivers.modbus import Modbus
from drivers.modbus_schema import Connection, Options, Source
from drivers.modbus_twin import Fault, ModbusTwin
from drivers.registers import Table
from tests.drivers.contract import Ailment
from tests.drivers.plant import Process, device, point, template

TIMEOUT_S = 0.1
POINTS = (
    *(point(f"r{at}", Source(address=at)) for at in range(10)),
    point("lamp", Source(table=Table.COIL, address=0)),
)


class BadServer:
    """Holding registers that hold their own address, and coils; answers each request as its mood is."""

    def __init__(self) -> None:
        self.mood: Ailment | None = None
        self.dead_units: set[int] = set()
        self.missing: set[int] = set()
        self.silent_writes: set[int] = set()
        """The nth writes (from 1) that are obeyed but not answered."""
        self.writes: Counter[bytes] = Counter()
        self.requests: Counter[int] = Counter()
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[_Session] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Session(self), "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            self.reset()
            await server.wait_closed()

    def reset(self) -> None:
        for session in list(self._open):
            session.transport.abort()

    def answer(self, request: bytes) -> bytes | None:
        """The right answer's PDU."""
        unit, pdu = request[6], request[7:]
        self.requests[unit] += 1
        if unit in self.dead_units:
            return None
        address, count = int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")
        match pdu[0]:
            case Function.READ_HOLDING:
                if not self.missing.isdisjoint(range(address, address + count)):
                    return bytes([pdu[0] | 0x80, 2])
                words = b"".join(at.to_bytes(2, "big") for at in range(address, address + count))
                return bytes([pdu[0], len(words)]) + words
            case Function.READ_COILS:
                size = (count + 7) // 8
                return bytes([pdu[0], size]) + b"\xff" * size
            case _:
                self.writes[pdu] += 1
                return None if self.writes.total() in self.silent_writes else pdu[:5]


class _Session(asyncio.Protocol):
    def __init__(self, server: BadServer) -> None:
        self._server = server
        self._late: set[asyncio.TimerHandle] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._server._open.add(self)
        if self._server.mood is Ailment.RESET:
            transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        self._server._open.discard(self)
        for timer in self._late:
            timer.cancel()

    def data_received(self, requests: bytes) -> None:
        while requests:
            size = 6 + int.from_bytes(requests[4:6], "big")
            self._one(requests[:size])
            requests = requests[size:]

    def _one(self, request: bytes) -> None:
        pdu = self._server.answer(request)
        if pdu is None:
            return
        unit = request[6]
        match self._server.mood:
            case Ailment.HALF_OPEN:
                return
            case Ailment.GARBAGE:
                self.transport.write(b"\xde\xad\xbe\xef" * 5)
                return
            case Ailment.PARTIAL:
                self.transport.write(_frame(request[:2], unit, pdu)[:9])
                return
            case Ailment.WRONG_TRANSACTION:
                self.transport.write(_frame(b"\xaa\xaa", unit, pdu))
                return
            case Ailment.WRONG_UNIT:
                unit += 1
            case Ailment.WRONG_LENGTH:
                pdu = pdu[:1] + bytes([pdu[1] - 2]) + pdu[2:-2]
            case Ailment.EXCEPTION:
                pdu = bytes([pdu[0] | 0x80, 6])
            case Ailment.SLOW:
                answer = _frame(request[:2], unit, pdu)
                loop = asyncio.get_running_loop()
                self._late.add(loop.call_later(10 * TIMEOUT_S, self.transport.write, answer))
                return
            case _:
                pass
        self.transport.write(_frame(request[:2], unit, pdu))


def _frame(transaction: bytes, unit: int, pdu: bytes) -> bytes:
    return transaction + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes([unit]) + pdu


class ServerRig:
    """The driver against the misbehaving server."""

    def __init__(self, options: Options | None = None) -> None:
        self.server = BadServer()
        self.process = Process()
        self.template = template("modbus", POINTS, options or Options(), period_s=0.05, timeout_s=TIMEOUT_S)
        self.decoder = Modbus().decoder(self.template)

    async def start(self) -> None:
        await self.server.start()
        self.driver = self.unit(1)

    async def stop(self) -> None:
        await self.server.stop()

    def unit(self, unit: int) -> Driver:
        connection = Connection(host="127.0.0.1", port=self.server.port, unit=unit)
        made = device(f"unit-{unit}", self.template, connection)
        return Modbus().driver(made, Cadence(0.05), self.decoder, self.process.surroundings)

    async def ail(self, ailment: Ailment) -> None:
        self.server.mood = ailment
        match ailment:
            case Ailment.REFUSED | Ailment.REBOOT:
                await self.server.stop()
            case Ailment.RESET:
                self.server.reset()
            case _:
                pass

    async def heal(self) -> None:
        if self.server.mood in (Ailment.REFUSED, Ailment.REBOOT):
            await self.server.start()
        self.server.mood = None

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == [*range(10), 1] and not columns.quality.any()


class TwinRig:
    """The driver against pymodbus's server, which is the twin."""

    AILMENTS = (Ailment.REFUSED, Ailment.HALF_OPEN, Ailment.EXCEPTION, Ailment.REBOOT)

    def __init__(self) -> None:
        self.process = Process()
        self.template = template("modbus", POINTS, Options(), period_s=0.05, timeout_s=TIMEOUT_S)
        self.decoder = Modbus().decoder(self.template)
        self.port = 0
        self._ailment: Ailment | None = None

    async def start(self) -> None:
        played = device("played", self.template, Connection(host="127.0.0.1", unit=1))
        self.twin = ModbusTwin([played], lambda *_: None)
        for at in range(10):
            self.twin.put("played", f"r{at}", at)
        self.twin.put("played", "lamp", 1)
        self.port = await self.twin.start()
        connection = Connection(host="127.0.0.1", port=self.port, unit=1)
        self.driver = Modbus().driver(
            device("played", self.template, connection),
            Cadence(0.05),
            self.decoder,
            self.process.surroundings,
        )

    async def stop(self) -> None:
        await self.twin.stop()

    async def ail(self, ailment: Ailment) -> None:
        self._ailment = ailment
        match ailment:
            case Ailment.HALF_OPEN:
                self.twin.misbehave("played", Fault.SILENT)
            case Ailment.EXCEPTION:
                self.twin.misbehave("played", Fault.BUSY)
            case _:
                await self.twin.stop()

    async def heal(self) -> None:
        if self._ailment in (Ailment.HALF_OPEN, Ailment.EXCEPTION):
            self.twin.misbehave("played", Fault.NONE)
        else:
            await self.twin.start(self.port)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == [*range(10), 1] and not columns.quality.any()
