"""A Modbus device that misbehaves as told, and rigs around it and around the twin."""

import asyncio
from collections import Counter

from benchmarks.ports import free_port
from drivers.driver import Cadence, Driver, Quality, Scan
from drivers.modbus.driver import Modbus
from drivers.modbus.mbap import Function
from drivers.modbus.registers import Table
from drivers.modbus.schema import Connection, Options, Source
from drivers.modbus.twin import Fault, ModbusTwin
from tests.drivers import twin_rig
from tests.drivers.bad_peer import BadPeerRig, Session, TcpPeer
from tests.drivers.contract import Ailment, Pump
from tests.drivers.plant import Process, device, point, template, until

TIMEOUT_S = 0.1
POINTS = (
    *(point(f"r{at}", Source(address=at)) for at in range(10)),
    point("lamp", Source(table=Table.COIL, address=0)),
)


class BadServer(TcpPeer):
    """Holding registers that hold their own address, and coils; answers each request as its mood is."""

    def __init__(self) -> None:
        super().__init__()
        self.dead_units: set[int] = set()
        self.missing: set[int] = set()
        self.says_so = True
        """Whether reads of what is missing are refused; else nothing answers them."""
        self.silent_writes: set[int] = set()
        """The nth writes (from 1) that are obeyed but not answered."""
        self.writes: Counter[bytes] = Counter()
        self.requests: Counter[int] = Counter()
        self.closes = False
        """Every answer is the last of its connection."""

    async def listen(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(self.session, self.host, self.port)

    def session(self) -> asyncio.Protocol:
        return _Session(self)

    def answer(self, unit: int, pdu: bytes) -> bytes | None:
        """The right answer's PDU."""
        self.requests[unit] += 1
        if unit in self.dead_units:
            return None
        address, count = int.from_bytes(pdu[1:3], "big"), int.from_bytes(pdu[3:5], "big")
        match pdu[0]:
            case Function.READ_HOLDING:
                if not self.missing.isdisjoint(range(address, address + count)):
                    return bytes([pdu[0] | 0x80, 2]) if self.says_so else None
                words = b"".join(at.to_bytes(2, "big") for at in range(address, address + count))
                return bytes([pdu[0], len(words)]) + words
            case Function.READ_COILS:
                size = (count + 7) // 8
                return bytes([pdu[0], size]) + b"\xff" * size
            case _:
                self.writes[pdu] += 1
                return None if self.writes.total() in self.silent_writes else pdu[:5]


class _Session(Session):
    def __init__(self, server: BadServer) -> None:
        super().__init__(server)
        self._server = server

    def data_received(self, requests: bytes) -> None:
        while requests:
            size = 6 + int.from_bytes(requests[4:6], "big")
            self._one(requests[:size])
            requests = requests[size:]

    def _one(self, request: bytes) -> None:
        unit = request[6]
        pdu = self._server.answer(unit, request[7:])
        if pdu is None:
            return
        match self._server.mood:
            case Ailment.HALF_OPEN:
                return
            case Ailment.GARBAGE:
                self.transport.write(b"\xde\xad\xbe\xef" * 5)
                return
            case Ailment.PARTIAL:
                self.transport.write(_frame(request[:2], unit, pdu)[:9])
                return
            case Ailment.WRONG_ID:
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
                self.late.add(loop.call_later(10 * TIMEOUT_S, self.transport.write, answer))
                return
            case _:
                pass
        self.transport.write(_frame(request[:2], unit, pdu))
        if self._server.closes:
            self.transport.close()


def _frame(transaction: bytes, unit: int, pdu: bytes) -> bytes:
    return transaction + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big") + bytes([unit]) + pdu


class ServerRig(BadPeerRig):
    """The driver against the misbehaving server."""

    SERVER: type[BadServer] = BadServer
    TIMEOUT_S = TIMEOUT_S

    def __init__(self, options: Options | None = None, process: Process | None = None) -> None:
        self.server = self.SERVER()
        super().__init__(self.server, process)
        options = options or Options()
        self.template = template("modbus", POINTS, options, period_s=0.05, timeout_s=self.TIMEOUT_S)
        self.decoder = Modbus().decoder(self.template)

    def make(self) -> Driver:
        return self.unit(1)

    def neighbour(self) -> Driver:
        self.server.dead_units = {2}
        return self.unit(2)

    def unit(self, unit: int) -> Driver:
        made = device(f"unit-{unit}", self.template, self.connection(unit))
        return Modbus().driver(made, Cadence(0.05), self.decoder, self.process.surroundings)

    def connection(self, unit: int) -> Connection:
        return Connection(host=self.HOST, port=self.server.port, unit=unit)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == [*range(10), 1] and not columns.quality.any()


async def isolates_what_nothing_answers(rig: ServerRig) -> None:
    """The coil is answered, so the device lives; once the registers are, a silence is a loss again."""
    rig.server.missing, rig.server.says_so = {4}, False
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans))

        def isolated() -> bool:
            columns = rig.decoder.decode([pump.scans[-1].raw])
            wanted = [Quality.BAD_ADDRESS if at == 4 else 0 for at in range(11)]
            return bool(columns.quality[0].tolist() == wanted)

        await until(isolated)
        assert not pump.losses
        rig.server.missing = set(range(10))
        await until(lambda: bool(pump.losses))


class TwinRig(twin_rig.TwinRig[ModbusTwin]):
    """The driver against pymodbus's server, which is the twin."""

    AILMENTS = (Ailment.REFUSED, Ailment.HALF_OPEN, Ailment.EXCEPTION, Ailment.REBOOT)
    FAULT = Fault.BUSY
    TIMEOUT_S = TIMEOUT_S

    def __init__(self) -> None:
        super().__init__()
        self.template = template("modbus", POINTS, Options(), period_s=0.05, timeout_s=self.TIMEOUT_S)
        self.decoder = Modbus().decoder(self.template)

    async def start(self) -> None:
        played = device("played", self.template, self.connection(far=True))
        self.twin = ModbusTwin([played], lambda *_: None)
        for at in range(10):
            self.twin.put("played", f"r{at}", at)
        self.twin.put("played", "lamp", 1)
        self.port = await self.twin.start(free_port())
        self.driver = Modbus().driver(
            device("played", self.template, self.connection(far=False)),
            Cadence(0.05),
            self.decoder,
            self.process.surroundings,
        )

    def connection(self, *, far: bool) -> Connection:
        """As the twin's device has it, or as the driver's."""
        del far
        return Connection(host="127.0.0.1", port=self.port or 502)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == [*range(10), 1] and not columns.quality.any()
