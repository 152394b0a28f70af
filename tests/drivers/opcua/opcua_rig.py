"""OPC UA servers that misbehave as told: the twin, and a line to it that spoils what comes back."""

import asyncio
import contextlib
import dataclasses
from collections import Counter

from benchmarks.ports import free_port
from config.site import Point, PointKind, Template
from drivers.driver import Cadence, Driver, Scan, Value
from drivers.opcua.driver import OpcUa
from drivers.opcua.schema import Connection, Options, Source
from drivers.opcua.twin import OpcUaTwin
from drivers.twin import Fault
from tests.drivers.bad_peer import BadPeerRig, TcpPeer
from tests.drivers.contract import Ailment
from tests.drivers.plant import Process, device, point, template

TIMEOUT_S = 0.4
PERIOD_S = 0.1
ROOT = "ns=2;s=AHU1"
SERVICE_FAULT = bytes.fromhex("01008d01")
BAD_TOO_MANY_OPERATIONS = 0x8010_0000
WRITE_REQUEST, WRITE_RESPONSE = bytes.fromhex("0100a102"), bytes.fromhex("0100a402")
PUBLISH_RESPONSE = bytes.fromhex("01003d03")


def text_point(name: str, source: Source) -> Point:
    return dataclasses.replace(point(name, source), kind=PointKind.TEXT)


POINTS = (
    *(point(f"v{at}", Source(node=f"$root.v{at}")) for at in range(9)),
    point("by-path", Source(node="2:Supply/2:Temperature")),
    text_point("name", Source(node="$root.name")),
)
NAME_AT = 10


def made_template(points: tuple[Point, ...] = POINTS, options: Options | None = None) -> Template:
    return template("opcua", points, options or Options(), period_s=PERIOD_S, timeout_s=TIMEOUT_S)


def plain(host: str, port: int, root: str = ROOT) -> Connection:
    return Connection.model_validate({"url": f"opc.tcp://{host}:{port}", "security": "none", "root": root})


class Line(TcpPeer):
    """A TCP proxy between clients and the server; what comes back is spoilt as its mood is."""

    def __init__(self) -> None:
        super().__init__()
        self.upstream = 0
        self.silenced: set[bytes] = set()
        """Answers that do not pass, by the type id of the response."""
        self.opened = 0
        """Secure channels so far."""
        self.asked: Counter[bytes] = Counter()
        """Requests that passed, by the type id of the service."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, self.host, self.port)

    async def stop(self) -> None:
        await super().stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mood is Ailment.RESET:
            writer.transport.abort()
            return
        try:
            there, up = await asyncio.open_connection("127.0.0.1", self.upstream)
        except OSError:
            writer.transport.abort()
            return
        self.open |= {writer.transport, up.transport}
        for coroutine in (self._forth(reader, up), self._back(there, writer)):
            task = asyncio.create_task(coroutine)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _forth(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                frame = await _frame(reader)
                self.opened += frame[:3] == b"OPN"
                if frame[:3] == b"MSG":
                    self.asked[frame[24:28]] += 1
                writer.write(frame)
        self._ended(writer)

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept_back = 0
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                frame = await _frame(reader)
                if frame[:3] == b"MSG":
                    if frame[24:28] in self.silenced:
                        kept_back += 1
                        continue
                    sequence = int.from_bytes(frame[16:20], "little") - kept_back
                    frame = frame[:16] + sequence.to_bytes(4, "little") + frame[20:]
                if self.mood is Ailment.SLOW:
                    asyncio.get_running_loop().call_later(10 * TIMEOUT_S, writer.write, frame)
                elif (spoilt := self._spoilt(frame)) is not None:
                    writer.write(spoilt)
        self._ended(writer)

    def _ended(self, writer: asyncio.StreamWriter) -> None:
        self.open.discard(writer.transport)
        writer.transport.abort()

    def _spoilt(self, frame: bytes) -> bytes | None:
        is_message = frame[:3] == b"MSG"
        match self.mood:
            case Ailment.HALF_OPEN:
                return None
            case Ailment.GARBAGE:
                return b"\xde\xad\xbe\xef" * 5
            case Ailment.PARTIAL:
                return frame[: len(frame) // 2]
            case Ailment.WRONG_ID if is_message:
                return frame[:20] + b"\xaa\xaa\xaa\xaa" + frame[24:]
            case Ailment.WRONG_UNIT if is_message:
                return frame[:8] + b"\xaa\xaa\xaa\xaa" + frame[12:]
            case Ailment.WRONG_LENGTH if is_message:
                return _sized(frame[:-10])
            case Ailment.EXCEPTION if is_message:
                header = frame[28:40] + BAD_TOO_MANY_OPERATIONS.to_bytes(4, "little") + bytes(8)
                return _sized(frame[:24] + SERVICE_FAULT + header)
            case _:
                return frame


async def _frame(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(8)
    return head + await reader.readexactly(int.from_bytes(head[4:], "little") - 8)


def _sized(frame: bytes) -> bytes:
    return frame[:4] + len(frame).to_bytes(4, "little") + frame[8:]


class LineRig(BadPeerRig):
    """The driver, the line, and the twin at its other end."""

    def __init__(self, made: Template | None = None, process: Process | None = None) -> None:
        self.line = Line()
        super().__init__(self.line, process)
        self.template = made or made_template()
        self.decoder = OpcUa().decoder(self.template)
        self.heard: list[tuple[str, str, Value]] = []

    async def start(self) -> None:
        played = device("ahu-1", self.template, plain("127.0.0.1", 4840))
        self.twin = OpcUaTwin([played], lambda *write: self.heard.append(write))
        for at in range(10):
            self.put(at, at)
        if len(self.template.points) > NAME_AT:
            self.put(NAME_AT, "空调")
        self.line.upstream = await self.twin.start(free_port())
        await super().start()

    async def stop(self) -> None:
        await super().stop()
        await self.twin.stop()

    def make(self) -> Driver:
        return self.of("ahu-1")

    def put(self, at: int, value: Value) -> None:
        if at < len(self.template.points):
            self.twin.put("ahu-1", self.template.points[at].id, value)

    def of(self, name: str, root: str = ROOT, made: Template | None = None) -> Driver:
        one = device(name, made or self.template, plain(self.HOST, self.line.port, root))
        return OpcUa().driver(one, Cadence(PERIOD_S), self.decoder, self.process.surroundings)

    def neighbour(self) -> Driver:
        return self.of("ahu-2", "ns=2;s=AHU2")

    async def ail(self, ailment: Ailment) -> None:
        await super().ail(ailment)
        if ailment is Ailment.REBOOT:
            await self.twin.stop()

    async def heal(self) -> None:
        if self.line.mood is Ailment.REBOOT:
            self.line.upstream = await self.twin.start(free_port())
        await super().heal()

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        values = columns.values[0].tolist()[:NAME_AT]
        return values == [*range(10)] and columns.texts[NAME_AT] == ["空调"] and not columns.quality.any()


class TwinRig(LineRig):
    """As above, and it is the server that says what is wrong."""

    AILMENTS = (Ailment.HALF_OPEN, Ailment.EXCEPTION)

    async def ail(self, ailment: Ailment) -> None:
        fault = Fault.SILENT if ailment is Ailment.HALF_OPEN else Fault.BUSY
        self.twin.misbehave("ahu-1", fault)

    async def heal(self) -> None:
        self.twin.misbehave("ahu-1", Fault.NONE)
