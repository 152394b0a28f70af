"""The HTTP driver against a server that misbehaves, and against its twin."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import Mapping
from typing import Any

import h11

from benchmarks.ports import free_port
from drivers.driver import Cadence, Driver, Scan
from drivers.http.driver import Http
from drivers.http.schema import Connection, Options, Source, Write
from drivers.http.twin import HttpTwin, serve
from drivers.twin import Fault
from tests.drivers import twin_rig
from tests.drivers.bad_peer import BadPeerRig, TcpPeer
from tests.drivers.contract import Ailment
from tests.drivers.plant import Process, device, point, template

TIMEOUT_S = 0.3
PERIOD_S = 0.05
OPTIONS = Options(items="data.list")
SETTING = Write(method="PUT", path="/devices/$id/setpoint", body={"id": "$id", "v": ["$value"]})
POINTS = (
    point("temp", Source(path="attrs[0].temp", write=SETTING)),
    point("mode", Source(path="mode", map={"制冷": 2, "off": 0})),
    point("name", Source(path="name", text=True)),
)
ITEM = {"id": "ahu-1", "attrs": [{"temp": 21.5}], "mode": "制冷", "name": "空调一"}


class BadServer(TcpPeer):
    """Answers `/list` with its document, as its mood is."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self.document: object = {"data": {"list": [ITEM]}}
        self.status, self.headers = 200, {"Content-Type": "application/json"}
        self.content: bytes | None = None
        self.write_headers: Mapping[str, str] = {}
        self.dead: set[str] = set()
        self.requests: list[tuple[str, str, Mapping[str, str], bytes]] = []
        self.silent_writes: set[int] = set()
        """The nth writes (from 1) that are taken and not answered."""
        self._writes = 0
        self._tls = tls

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, self.host, self.port, ssl=self._tls)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open.add(writer.transport)
        try:
            with contextlib.suppress(OSError, h11.RemoteProtocolError, asyncio.CancelledError):
                if self.mood is Ailment.RESET:
                    return
                if self.mood in SPOILT:
                    await self._spoil(reader, writer)
                else:
                    await serve(reader, writer, self._respond)
        finally:
            self.open.discard(writer.transport)
            writer.transport.abort()

    async def _spoil(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps(self.document).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
        match self.mood:
            case Ailment.HALF_OPEN:
                await reader.read()
            case Ailment.SLOW:
                await asyncio.sleep(10 * TIMEOUT_S)
            case Ailment.GARBAGE:
                writer.write(b"\xde\xad\xbe\xef" * 500)
            case Ailment.PARTIAL:
                writer.write(head + b"%d\r\n\r\n" % len(body) + body[:10])
                await reader.read()
            case _:
                writer.write(head + b"%d\r\n\r\n" % (len(body) + 9) + body)
        await writer.drain()

    def _respond(self, request: h11.Request, body: bytes) -> tuple[int, Mapping[str, str], bytes] | None:
        headers = {name.decode(): value.decode() for name, value in request.headers}
        method, target = request.method.decode(), request.target.decode()
        self.requests.append((method, target, headers, body))
        if method != "GET":
            self._writes += 1
            return None if self._writes in self.silent_writes else (self.status, self.write_headers, b"")
        if self.mood in SPOILT or target in self.dead:
            return None
        document = self.document
        match self.mood:
            case Ailment.EXCEPTION:
                return 503, {}, b"busy"
            case Ailment.WRONG_ID:
                document = {"another": "answer"}
            case Ailment.WRONG_UNIT:
                document = {"data": {"list": [{**ITEM, "id": "ahu-2"}]}}
            case _:
                pass
        content = json.dumps(document).encode() if self.content is None else self.content
        return self.status, self.headers, content


SPOILT = (Ailment.HALF_OPEN, Ailment.SLOW, Ailment.GARBAGE, Ailment.PARTIAL, Ailment.WRONG_LENGTH)


class ServerRig(BadPeerRig):
    HOST = "platform.test"
    CUTS = frozenset({Ailment.RESET, Ailment.GARBAGE, Ailment.PARTIAL, Ailment.WRONG_LENGTH})

    def __init__(self, process: Process | None = None) -> None:
        self.server = BadServer()
        super().__init__(self.server, process)
        self.process.secrets["platform-key"] = "Geheim 密"
        self.template = template("http", POINTS, OPTIONS, period_s=PERIOD_S, timeout_s=TIMEOUT_S)
        self.decoder = Http().decoder(self.template)

    def make(self) -> Driver:
        return self.of()

    def of(
        self,
        called: str = "a",
        options: Options = OPTIONS,
        points: Any = POINTS,
        at: str = "/list",
        **connection: Any,
    ) -> Driver:
        made = template("http", points, options, period_s=PERIOD_S, timeout_s=TIMEOUT_S)
        url = f"http://{self.HOST}:{self.server.port}{at}"
        connected = Connection.model_validate({"url": url, "match": {"id": "ahu-1"}, **connection})
        return Http().driver(
            device(called, made, connected),
            Cadence(PERIOD_S),
            Http().decoder(made),
            self.process.surroundings,
        )

    def neighbour(self) -> Driver:
        """Its page never comes."""
        self.server.dead = {"/dead"}
        return self.of("b", at="/dead")

    def is_right(self, scan: Scan) -> bool:
        return is_right(self.decoder, scan)


class TwinRig(twin_rig.TwinRig[HttpTwin]):
    AILMENTS = (Ailment.REFUSED, Ailment.HALF_OPEN, Ailment.EXCEPTION, Ailment.REBOOT)
    PLAYED = "a"
    FAULT = Fault.BUSY

    def __init__(self) -> None:
        super().__init__()
        self.template = template("http", POINTS, OPTIONS, period_s=PERIOD_S, timeout_s=TIMEOUT_S)
        self.decoder = Http().decoder(self.template)
        self.heard: list[tuple[str, str, float | str]] = []

    async def start(self) -> None:
        self.twin = HttpTwin([self._device(0)], lambda *write: self.heard.append(write))
        for name, value in (("temp", 21.5), ("mode", 2.0), ("name", "空调一")):
            self.twin.put("a", name, value)
        self.port = await self.twin.start(free_port())
        self.driver = Http().driver(
            self._device(self.port), Cadence(PERIOD_S), self.decoder, self.process.surroundings
        )

    def _device(self, port: int) -> Any:
        url = f"http://127.0.0.1:{port or 80}/list"
        return device("a", self.template, Connection(url=url, match={"id": "ahu-1"}))

    def is_right(self, scan: Scan) -> bool:
        return is_right(self.decoder, scan)


def is_right(decoder: Any, scan: Scan) -> bool:
    columns = decoder.decode([scan.raw])
    values = columns.values[0].tolist()
    return values[:2] == [21.5, 2.0] and columns.texts[2] == ["空调一"] and not columns.quality.any()
