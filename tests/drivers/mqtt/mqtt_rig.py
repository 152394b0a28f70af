"""A broker that misbehaves as told, with a device behind it; rigs around it and around the twin."""

import asyncio
import json
from collections import Counter

from benchmarks.ports import free_port
from drivers.driver import Cadence, Driver, Scan
from drivers.mqtt.driver import Mqtt
from drivers.mqtt.packets import Cursor, Packet, packet
from drivers.mqtt.schema import Connection, Options, Source, Write
from drivers.mqtt.twin import MqttTwin
from drivers.mqtt.twin_broker import Client, TwinBroker
from tests.drivers import twin_rig
from tests.drivers.bad_peer import BadPeerRig
from tests.drivers.contract import Ailment
from tests.drivers.plant import Process, device, point, template

TIMEOUT_S = 0.5
SILENT_S = 1.5
EVERY_S = 0.03
PAYLOAD = json.dumps({"data": {"temp": [{"value": "21.5"}]}, "run": True}).encode()
POINTS = (
    point("temperature", Source(topic="up", path="data.temp[0].value")),
    point("running", Source(topic="up", path="run")),
    point(
        "setpoint",
        Source(topic="set", write=Write(topic="cmd", payload='{{"set": {value}}}')),
    ),
)


class BadBroker(TwinBroker):
    """Answers and delivers as its mood is."""

    def __init__(self) -> None:
        super().__init__()
        self.mood: Ailment | None = None
        self.host, self.port = "127.0.0.1", 0
        self.connects = 0
        self.publications: Counter[bytes] = Counter()
        self.silent_writes = False
        self._device: asyncio.Task[None] | None = None

    async def start(self, host: str = "", port: int = 0) -> int:
        self.port = await super().start(host or self.host, port or self.port)
        self._device = asyncio.create_task(self._play())
        return self.port

    async def stop(self) -> None:
        if self._device is not None:
            self._device.cancel()
            await asyncio.wait({self._device})
            self._device = None
        await super().stop()

    def reset(self) -> None:
        self.drop()

    def client(self) -> "BadClient":
        return BadClient(self)

    def say(self) -> None:
        """What the device publishes."""
        unit = "d3" if self.mood is Ailment.WRONG_UNIT else "d1"
        self.publish(f"site/{unit}/up", PAYLOAD, qos=1)
        self.publish(f"site/{unit}/set", b"5")

    async def _play(self) -> None:
        while True:
            self.say()
            await asyncio.sleep(EVERY_S)


class BadClient(Client):
    def __init__(self, broker: BadBroker) -> None:
        super().__init__(broker)
        self.bad = broker
        self._late: set[asyncio.TimerHandle] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.bad.connects += 1
        if self.bad.mood is Ailment.RESET:
            self.transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        for timer in self._late:
            timer.cancel()

    def accept(self) -> bytes:
        if self.bad.mood is Ailment.EXCEPTION:
            return packet(Packet.CONNACK, b"\0\3")  # server unavailable
        return super().accept()

    def grant(self, number: bytes, codes: bytes) -> bytes:
        if self.bad.mood is Ailment.WRONG_ID:
            number = bytes([number[0] ^ 0x55, number[1]])
        self.bad.say()  # so that whoever was answered knows how everything is
        return super().grant(number, codes)

    def acknowledge(self, number: bytes) -> None:
        if not self.bad.silent_writes:
            super().acknowledge(number)

    def took(self, kind: int, flags: int, body: Cursor) -> None:
        if kind == Packet.PUBLISH:
            whole = Cursor(body.rest())
            self.bad.publications[whole.text().encode()] += 1
            whole = Cursor(whole.rest())
            if flags >> 1 & 3:
                self.acknowledge(whole.take(2))
            return
        super().took(kind, flags, body)

    def send(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        match self.bad.mood:
            case Ailment.HALF_OPEN:
                return
            case Ailment.GARBAGE:
                data = b"\xde\xad\xbe\xef" * 5
            case Ailment.PARTIAL:
                data = data[: len(data) // 2]
            case Ailment.WRONG_LENGTH:
                data = data[:1] + bytes([max(data[1] - 2, 0)]) + data[2:]
            case Ailment.SLOW:
                loop = asyncio.get_running_loop()
                self._late.add(loop.call_later(10 * SILENT_S, super().send, data))
                return
            case _:
                pass
        super().send(data)


class BrokerRig(BadPeerRig):
    """The driver against the misbehaving broker."""

    HOST = "broker.test"
    CUTS = frozenset({Ailment.RESET, Ailment.WRONG_ID, Ailment.EXCEPTION})

    def __init__(self, process: Process | None = None, options: Options | None = None) -> None:
        self.broker = BadBroker()
        super().__init__(self.broker, process)
        self.template = template(
            "mqtt", POINTS, options or Options(silent_s=SILENT_S), period_s=0.05, timeout_s=TIMEOUT_S
        )
        self.decoder = Mqtt().decoder(self.template)

    def make(self) -> Driver:
        return self.unit("d1")

    def neighbour(self) -> Driver:
        return self.unit("d2")

    def unit(self, name: str) -> Driver:
        connection = Connection(
            host=self.HOST, port=self.broker.port, base=f"site/{name}", keepalive_s=1,
            connect_timeout_s=TIMEOUT_S,
        )  # fmt: skip
        made = device(name, self.template, connection)
        return Mqtt().driver(made, Cadence(0.05), self.decoder, self.process.surroundings)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == [21.5, 1, 5] and not columns.quality.any()


class TwinRig(twin_rig.TwinRig[MqttTwin]):
    """The driver against the twin, with a status of its own."""

    PLAYED = "d1"

    def __init__(self, connection: Connection | None = None, *, options: Options | None = None) -> None:
        super().__init__()
        self.connection = connection or Connection(
            host="127.0.0.1", base="site/d1", status_topic="status", keepalive_s=1
        )
        self.points = POINTS if options is None else SPARKPLUG_POINTS
        self.template = template(
            "mqtt", self.points, options or Options(silent_s=SILENT_S), period_s=0.05, timeout_s=TIMEOUT_S
        )
        self.decoder = Mqtt().decoder(self.template)
        self.written: list[tuple[str, str, float | str]] = []

    async def start(self) -> None:
        played = device("d1", self.template, self.connection)
        self.twin = MqttTwin([played], lambda *write: self.written.append(write))
        self.twin.put("d1", "temperature", 21.5)
        self.twin.put("d1", "running", 1)
        self.twin.put("d1", "setpoint", 5)
        self.port = await self.twin.start(free_port())
        made = device("d1", self.template, self.connection.model_copy(update={"port": self.port}))
        self.driver = Mqtt().driver(made, Cadence(0.05), self.decoder, self.process.surroundings)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        return columns.values[0].tolist() == [21.5, 1, 5] and not columns.quality.any()


SPARKPLUG_POINTS = tuple(point(name, Source(metric=name)) for name in ("temperature", "running", "setpoint"))


def sparkplug_rig() -> TwinRig:
    connection = Connection(host="127.0.0.1", edge="plant/line-1", device="pump", keepalive_s=1)
    return TwinRig(connection, options=Options(payload="sparkplug", silent_s=SILENT_S))
