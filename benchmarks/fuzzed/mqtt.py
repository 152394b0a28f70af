"""MQTT: what a broker sends; payloads through the mapping, as JSON, as Sparkplug B, as LoRaWAN uplinks."""

import asyncio
import json
import socket
import time
from collections.abc import Callable

from benchmarks.fuzzed.target import Target
from config.site import Device, HistoryPolicy, Point, PointKind, Template
from config.text import Text
from drivers.cadence import Cadence, Ticks
from drivers.driver import Reading, Surroundings
from drivers.mqtt.behind_edge import SparkplugDriver
from drivers.mqtt.edge import Edge
from drivers.mqtt.message import Message
from drivers.mqtt.packets import publication
from drivers.mqtt.publisher import MqttDecoder, MqttDriver
from drivers.mqtt.schema import Connection, Options, Source
from drivers.mqtt.session import Session
from drivers.shares import Shares

_NAME = Text("名", "name")
_PLAIN = (
    Source(topic="up", path="data.temp[0].value", time_path="ts", time_format="ms"),
    Source(topic="up", path='["a b"].state', map={"on": 1, "off": 0}, time_path="when", zone="Asia/Shanghai"),
    Source(topic="up", path="name"),
    Source(topic="up"),
    Source(topic="up", type="float32", order="CDAB", offset=2),
    Source(topic="up", type="uint24", bit=3, bits=7, offset=1),
    Source(topic="up", type="text", offset=4, encoding="gb18030"),
)
_UPLINK = (
    Source(channel=3, type_code=0x67, type="int16"),
    Source(port=2, type="uint16", offset=0, bit=0, bits=14),
    Source(type="int16", offset=7, when={"offset": 6, "value": 1}),
    Source(meta="rssi"),
    Source(meta="snr"),
    Source(path="object.temperature"),
)
_METRICS = tuple(Source(metric=name) for name in ("t", "n8", "n64", "on", "s", "null", "bad", "when"))
_TEXTS = frozenset({"name", "s"})
_JSON = (
    b'{"ts": 1700000000000, "data": {"temp": [{"value": "21.5"}]}, "a b": {"state": "ON"}, "name": "x"}',
    b'{"when": "2024-05-01 12:00:00", "data": {"temp": [{"value": -1e3}]}, "a b": {"state": true}}',
    b'{"data": {"temp": [{"value": 1e999}], "temp": NaN}, "a b": {"state": null}}',
    b"[" * 200 + b"]" * 200,
    b"\xef\xbb\xbf21.5",
    b"OFF",
    bytes(range(32)),
    b'{"n": ' + b"9" * 300 + b"}",
)
_UPLINKS = tuple(
    json.dumps(document).encode()
    for document in (
        {"time": "2023-11-14T22:13:10.500+00:00", "deviceInfo": {"devEui": "24e124136b502217"}, "fCnt": 4,
         "fPort": 2, "data": "y/YLDQN2AQrdf/8=", "rxInfo": [{"rssi": -36, "snr": 10.5}]},
        {"devEUI": "JOEkE2tQIhc=", "fPort": 85, "data": "AXVcA2c0AQRoZQ==", "object": {"temperature": 21},
         "rxInfo": [{"rssi": -36, "loRaSNR": 2}]},
    )
)  # fmt: skip
_TTS = json.dumps(
    {"end_device_ids": {"dev_eui": "24E124136B502217"}, "received_at": "2023-11-14T22:13:11.040675223Z",
     "uplink_message": {"f_port": 2, "frm_payload": "y/YLDQN2AQrdf/8=", "rx_metadata": [{"rssi": -36}]}}
).encode()  # fmt: skip
_SPARKPLUG = (
    bytes.fromhex(
        "0880d095ffbc31120b0a05626453657120045803121a0a144e6f646520436f6e74726f6c2f526562"
        "69727468200b7000120e0a036370751001200965000048411800"
    ),
    bytes.fromhex(
        "08e4d095ffbc3112170a0174100a18b2d095ffbc31200a690000000000403540120e0a026e38100b"
        "200150fbffffff0f12140a036e3634100e200458809ce8afedffffffff0112120a026f6e1010200b"
        "7001120c0a01731011200c7a03e6b3b5120c0a046e756c6c101220033801121f0a03626164101320"
        "094a0f0a075175616c697479120408031800650000c03f120c0a047768656e1014200d58001801"
    ),
    bytes.fromhex(
        "08e8d795ffbc311214100a1884d795ffbc31200a6900000000008036401211100b18b6d795ffbc31200150faffffff0f1802"
    ),
)
"""Certificates of birth of a node and of its device, and data by alias, as Eclipse Tahu encodes them."""


def _device(sources: tuple[Source, ...], options: Options, connection: Connection) -> Device:
    points = tuple(
        Point(
            id=f"p{at}", name=_NAME, kind=PointKind.TEXT if _is_text(source) else PointKind.ANALOGUE, unit="",
            low=0, high=1, plausible_low=0, plausible_high=1, scale=1, offset=0, decimals=1, deadband=0,
            fault_codes=(), frozen_s=0, history=HistoryPolicy.NONE, states={}, rules=(), write=None,
            source=source,
        )
        for at, source in enumerate(sources)
    )  # fmt: skip
    template = Template("t", "t", _NAME, "mqtt", 1.0, 1.0, points, options)
    return Device("d", _NAME, "", template, "s", "z", connection, 1.0, "", "field")


def _is_text(source: Source) -> bool:
    return source.type == "text" or source.path in _TEXTS or source.metric in _TEXTS


class _NoPlant:
    def reading(self, device: str, point: str) -> Reading | None:
        return None


def _surroundings() -> Surroundings:
    return Surroundings(
        Shares(time.monotonic), Ticks(time.monotonic), _NoPlant(), lambda: True, time.monotonic, time.time_ns
    )


def _feeder(sources: tuple[Source, ...], options: Options) -> Callable[[bytes], object]:
    made: list[MqttDriver] = []
    topic = "event/up" if options.network else "up"

    def feed(payload: bytes) -> object:
        if not made:
            device = _device(sources, options, Connection(host="h", base="d", max_payload=4000))
            made.append(MqttDriver(device, Cadence(1.0), MqttDecoder(device.template), _surroundings()))
        driver = made[0]
        driver.receive(0, Message(f"d/{topic}", payload, time.time_ns(), retained=len(payload) % 5 == 0))
        return [driver.decoder.decode([scan.raw]) for scan in driver.newest.scans(time.time_ns())]

    return feed


class _OneEdge:
    """An edge node without a broker: what it would publish goes nowhere."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        connection = Connection(host="h", edge="g/n", device="u", max_payload=4000)
        device = _device(_METRICS, Options(payload="sparkplug"), connection)
        surroundings = _surroundings()
        self.driver = SparkplugDriver(device, Cadence(1.0), MqttDecoder(device.template), surroundings)
        self.edge = Edge(connection.terms, "g/n", surroundings)
        self.edge.attach("u", self.driver)

    async def feed(self, payload: bytes) -> object:
        time_ns = time.time_ns()
        for kind in ("NBIRTH/n", "DBIRTH/n/u"):
            birth = _SPARKPLUG[kind == "DBIRTH/n/u"]
            self.edge.receive(0, Message(f"spBv1.0/g/{kind}", birth, time_ns))
        for kind in ("DDATA/n/u", "DBIRTH/n/u", "NBIRTH/n", "NDATA/n", "DDEATH/n/u", "NDEATH/n"):
            self.edge.receive(0, Message(f"spBv1.0/g/{kind}", payload, time_ns))
        return [self.driver.decoder.decode([scan.raw]) for scan in self.driver.newest.scans(time_ns)]


_EDGES: list[_OneEdge] = []


def _feed_sparkplug(payload: bytes) -> object:
    if not _EDGES:
        _EDGES.append(_OneEdge())
    one = _EDGES[0]
    return one.loop.run_until_complete(one.feed(payload))


_CONNACK = bytes.fromhex("20020000")
_PACKETS = (
    publication("d/up", b'{"v": 1}', 0, 0, retained=True)
    + publication("d/up", b"21.5", 1, 7, retained=False),
    publication("d/up", b"x" * 200, 2, 9, retained=False) + bytes.fromhex("62020009"),
    bytes.fromhex("9004000100009003000180d000400200074002ffff5002000570020005b0020003e000"),
)
_LOOPS: list[asyncio.AbstractEventLoop] = []


def _feed_packets(data: bytes) -> object:
    if not _LOOPS:
        _LOOPS.append(asyncio.new_event_loop())
    return _LOOPS[0].run_until_complete(_taken(data))


async def _taken(data: bytes) -> object:
    """What the driver makes of it behind the CONNACK of a broker, on a real socket."""
    came: list[bytes] = []
    ours, theirs = socket.socketpair()
    with ours, theirs:
        session = Session(
            Connection(host="h").terms,
            None,
            "fuzz",
            lambda message: came.append(bytes(message.payload)),
            lambda: None,
        )
        opening = asyncio.ensure_future(session.open(ours))
        theirs.sendall(_CONNACK)
        await asyncio.wait({opening})
        theirs.sendall(data)
        for _ in range(3):
            if not session.is_over:
                await asyncio.sleep(0)
        session.close()
        await asyncio.sleep(0)
    return came


TARGETS = (
    Target("mqtt-packets", _PACKETS, _feed_packets),
    Target("mqtt-json", _JSON, _feeder(_PLAIN, Options())),
    Target("mqtt-lorawan", _UPLINKS, _feeder(_UPLINK, Options(network="chirpstack"))),
    Target("mqtt-lorawan-tts", (_TTS,), _feeder(_UPLINK, Options(network="tts"))),
    Target("mqtt-sparkplug", _SPARKPLUG, _feed_sparkplug),
)
