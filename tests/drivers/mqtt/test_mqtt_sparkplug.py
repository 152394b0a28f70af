"""Sparkplug B: payloads as Eclipse Tahu encodes them, and what edge nodes do (Sparkplug 3.0)."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from config.site import PointKind
from drivers.driver import Cadence, LinkError, Quality, WriteError
from drivers.mqtt.behind_edge import SparkplugDriver
from drivers.mqtt.driver import Mqtt, MqttDecoder
from drivers.mqtt.malformed import Malformed
from drivers.mqtt.schema import Connection, Options, Source
from drivers.mqtt.sparkplug import DataType, decoded, encoded, encoded_metric, value_of
from drivers.mqtt.twin_broker import TwinBroker
from tests.drivers.contract import Pump
from tests.drivers.mqtt.mqtt_rig import sparkplug_rig
from tests.drivers.plant import Process, device, point, template, until, within

# sparkplug-payload 1.0.3 (Eclipse Tahu's encoder for JavaScript) made these.
NBIRTH = bytes.fromhex(
    "0880d095ffbc31120b0a05626453657120045803121a0a144e6f646520436f6e74726f6c2f52656269727468200b7000120e0a036370"
    "751001200965000048411800"
)
DBIRTH = bytes.fromhex(
    "08e4d095ffbc3112170a0174100a18b2d095ffbc31200a690000000000403540120e0a026e38100b200150fbffffff0f120f0a036e31"
    "36100c200250d4fdffff0f120f0a036e3332100d20035090ddfbff0f12140a036e3634100e200458809ce8afedffffffff01120f0a03"
    "753634100f20085880e497d012120a0a026f6e1010200b7001120c0a01731011200c7a03e6b3b5120c0a046e756c6c10122003380112"
    "1f0a03626164101320094a0f0a075175616c697479120408031800650000c03f120c0a047768656e1014200d58001801"
)
DDATA = bytes.fromhex(
    "08e8d795ffbc311214100a1884d795ffbc31200a6900000000008036401211100b18b6d795ffbc31200150faffffff0f1802"
)
HISTORY = bytes.fromhex("08d0df95ffbc311216100a1880a3b3fabc31200a28016900000000008033401803")

NAMES = ("t", "n8", "n16", "n32", "n64", "u64", "on", "s", "null", "bad", "none")
POINTS = tuple(
    replace(point(name, Source(metric=name)), kind=PointKind.TEXT if name == "s" else PointKind.ANALOGUE)
    for name in NAMES
)
BORN = {
    "t": 21.25, "n8": -5, "n16": -300, "n32": -70000, "n64": -5_000_000_000, "u64": 5_000_000_000, "on": 1,
}  # fmt: skip
TOPIC = "spBv1.0/plant/{}/line"


def test_payloads_of_tahu() -> None:
    payload = decoded(DBIRTH)
    assert (payload.time_ms, payload.seq) == (1_700_000_000_100, 1)
    values = {one.name: value_of(one, one.datatype) for one in payload.metrics}
    assert values == {**BORN, "on": True, "s": "泵", "null": None, "bad": 1.5, "when": 0}
    assert [one.quality for one in payload.metrics if one.quality] == [Quality.BAD_SENSOR_FAULT]
    data = decoded(DDATA)
    assert [(one.name, one.alias, one.time_ms, value_of(one, one.datatype)) for one in data.metrics] == [
        ("", 10, 1_700_000_000_900, 22.5),
        ("", 11, 1_700_000_000_950, -6),
    ]
    assert decoded(HISTORY).metrics[0].is_historical
    assert decoded(NBIRTH).metrics[0].value == 3


@pytest.mark.parametrize(
    ("datatype", "value"),
    [
        (DataType.INT8, -128), (DataType.INT16, -1), (DataType.INT32, -(1 << 31)),
        (DataType.INT64, -(1 << 50)), (DataType.UINT8, 255),
        (DataType.UINT32, (1 << 32) - 1), (DataType.UINT64, 1 << 52),
        (DataType.FLOAT, 0.5), (DataType.DOUBLE, 0.1), (DataType.BOOLEAN, 1), (DataType.STRING, "泵"),
        (DataType.DATETIME, 1_700_000_000_000),
    ],
)  # fmt: skip
def test_what_is_encoded_is_decoded(datatype: DataType, value: float | str) -> None:
    (metric,) = decoded(encoded([encoded_metric("m", 7, datatype, value, 5)], 6, 200)).metrics
    assert (metric.name, metric.alias, metric.time_ms, metric.datatype) == ("m", 7, 5, datatype)
    assert value_of(metric, metric.datatype) == value


@pytest.mark.parametrize(
    ("datatype", "value"),
    [(DataType.INT8, 128), (DataType.UINT8, -1), (DataType.INT32, 0.5), (DataType.FLOAT, 1e39),
     (DataType.DOUBLE, math.inf), (DataType.INT16, "x"), (16, 1)],
)  # fmt: skip
def test_what_does_not_fit_its_type_is_not_written(datatype: int, value: float | str) -> None:
    with pytest.raises(WriteError):
        encoded_metric("m", None, datatype, value, 0)


@pytest.mark.parametrize(
    "data", [b"\x08", b"\x12\x05a", b"\x0b", b"\x12\x02\x0a\x01", b"\xff" * 20, b"\x10\x01"]
)
def test_what_is_not_sparkplug_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        decoded(data)


class Node:
    """An edge node as the tests want it, on a broker on loopback; and the driver of its device `pump`."""

    def __init__(self) -> None:
        self.broker = TwinBroker()
        self.broker.on_publish = self._heard
        self.commands: list[tuple[str, list[tuple[str, int | None, object]]]] = []
        self.is_deaf = False
        self.process = Process()
        self.template = template("mqtt", POINTS, Options(payload="sparkplug"), period_s=0.05, timeout_s=0.5)
        self.decoder = Mqtt().decoder(self.template)

    async def start(self) -> None:
        self.port = await self.broker.start("127.0.0.1", 0)

    async def stop(self) -> None:
        await self.process.close()
        await self.broker.stop()

    def driver(self, unit: str = "pump") -> SparkplugDriver:
        connection = Connection(
            host="127.0.0.1", port=self.port, edge="plant/line", device=unit, keepalive_s=1
        )
        assert isinstance(self.decoder, MqttDecoder)
        found = Mqtt().driver(
            device(unit or "node", self.template, connection),
            Cadence(0.05),
            self.decoder,
            self.process.surroundings,
        )
        assert isinstance(found, SparkplugDriver)
        return found

    def say(self, kind: str, payload: bytes, unit: str = "pump") -> None:
        topic = TOPIC.format(kind)
        self.broker.publish(f"{topic}/{unit}" if kind.startswith("D") else topic, payload)

    def bear(self) -> None:
        self.say("NBIRTH", NBIRTH)
        self.say("DBIRTH", DBIRTH)

    @property
    def rebirths(self) -> int:
        return sum(metric[0] == "Node Control/Rebirth" for _, metrics in self.commands for metric in metrics)

    def _heard(self, topic: str, payload: bytes) -> None:
        metrics = decoded(payload).metrics
        self.commands.append((topic, [(one.name, one.alias, value_of(one, one.datatype)) for one in metrics]))
        if metrics[0].name == "Node Control/Rebirth" and not self.is_deaf:
            self.bear()

    def shown(self, pump: Pump) -> dict[str, float]:
        """What is good in the last live scan."""
        live = [scan for scan in pump.scans if not scan.past]
        if not live:
            return {}
        columns = self.decoder.decode([live[-1].raw])
        return {
            name: columns.values[0, at]
            for at, name in enumerate(NAMES)
            if not columns.quality[0, at] and name != "s"
        }

    def quality(self, pump: Pump, name: str) -> int:
        return int(self.decoder.decode([pump.scans[-1].raw]).quality[0, NAMES.index(name)])


@pytest.fixture
async def node() -> AsyncIterator[Node]:
    node = Node()
    await node.start()
    yield node
    await node.stop()


def shows(node: Node, pump: Pump, **values: float) -> Callable[[], bool]:
    return lambda: node.shown(pump).items() >= values.items()


def data(seq: int, **metrics: float) -> bytes:
    now_ms = time.time_ns() // 1_000_000
    return encoded(
        [encoded_metric(name, None, DataType.DOUBLE, value, now_ms) for name, value in metrics.items()],
        now_ms,
        seq,
    )


async def test_a_birth_certificate_is_asked_for_and_says_how_everything_is(node: Node) -> None:
    async with Pump(node.driver()) as pump:
        await until(shows(node, pump, **BORN))
        assert node.rebirths == 1
        assert pump.scans[-1].raw.texts == {NAMES.index("s"): "泵"}
        assert node.quality(pump, "null") == node.quality(pump, "bad") == Quality.BAD_SENSOR_FAULT
        assert node.quality(pump, "none") == Quality.BAD_ADDRESS
        node.say("DDATA", DDATA)
        await until(shows(node, pump, t=22.5, n8=-6, n16=-300))
        assert not pump.losses


async def test_what_the_node_recorded_while_away_goes_into_the_history(node: Node) -> None:
    async with Pump(node.driver()) as pump:
        await until(shows(node, pump, **BORN))
        node.say("DDATA", DDATA)
        node.say("DDATA", HISTORY)
        await until(lambda: any(scan.past for scan in pump.scans))
        (past,) = (scan for scan in pump.scans if scan.past)
        assert past.time_ns == 1_699_990_000_000 * 1_000_000
        assert past.raw.values[0] == 19.5
        await until(shows(node, pump, t=22.5))


async def test_a_gap_in_the_sequence_asks_for_a_new_birth_and_distrusts_aliases(node: Node) -> None:
    async with Pump(node.driver()) as pump:
        await until(shows(node, pump, **BORN))
        node.is_deaf = True
        before = node.rebirths
        node.say("DDATA", DDATA[:-1] + b"\x05")  # 5 where 2 was due
        await until(lambda: node.rebirths > before)
        assert shows(node, pump, t=21.25)(), "an alias may mean another metric now"
        node.say("DDATA", data(6, t=23.5))
        await until(shows(node, pump, t=23.5))
        node.is_deaf = False
        node.bear()
        await until(shows(node, pump, t=21.25))
        now_ms = time.time_ns() // 1_000_000
        node.say("DDATA", encoded([encoded_metric("", 10, DataType.DOUBLE, 24.5, now_ms)], now_ms, 2))
        await until(shows(node, pump, t=24.5))
        assert not pump.losses


async def test_the_sequence_goes_from_255_to_0_and_a_message_that_came_twice_is_no_gap(node: Node) -> None:
    async with Pump(node.driver()) as pump:
        await until(shows(node, pump, **BORN))
        before = node.rebirths
        for seq in range(2, 300):
            node.say("DDATA", data(seq % 256, t=float(seq)))
            node.say("DDATA", data(seq % 256, t=float(seq)))
        await until(shows(node, pump, t=299))
        assert node.rebirths == before


async def test_an_unknown_alias_asks_for_a_new_birth(node: Node) -> None:
    async with Pump(node.driver()) as pump:
        await until(shows(node, pump, **BORN))
        before = node.rebirths
        strange = encoded([encoded_metric("", 99, DataType.DOUBLE, 1.0, 0)], time.time_ns() // 1_000_000, 2)
        node.say("DDATA", strange)
        await until(lambda: node.rebirths > before)


async def test_a_device_that_dies_is_lost_until_it_is_born_again(node: Node) -> None:
    async with Pump(node.driver()) as pump:
        await until(shows(node, pump, **BORN))
        node.is_deaf = True
        node.say("DDEATH", encoded([], 0, 2))
        await until(lambda: bool(pump.losses))
        assert pump.losses == ["device pump of edge node plant/line has died"]
        scans = len(pump.scans)
        node.is_deaf = False
        node.bear()
        await until(lambda: len(pump.scans) > scans + 3)


async def test_the_death_of_a_node_is_that_of_its_devices_unless_it_is_of_an_older_session(
    node: Node,
) -> None:
    other, drivers = node.driver("valve"), node.driver()
    async with Pump(drivers) as pump, Pump(other) as neighbour:
        await until(shows(node, pump, **BORN))
        node.say("DBIRTH", DBIRTH[:-1] + b"\x02", "valve")
        await until(lambda: bool(neighbour.scans))
        node.is_deaf = True
        node.say("NDEATH", encoded([encoded_metric("bdSeq", None, DataType.INT64, 2, 0)], 0, None))
        await asyncio.sleep(0.3)
        assert not pump.losses
        node.say("NDEATH", encoded([encoded_metric("bdSeq", None, DataType.INT64, 3, 0)], 0, None))
        await until(lambda: bool(pump.losses))
        await until(lambda: bool(neighbour.losses))
        assert pump.losses[0] == "edge node plant/line has died"


async def test_a_device_that_was_never_born_is_no_device(node: Node) -> None:
    driver = node.driver("nobody")
    with pytest.raises(
        LinkError, match="no birth certificate came from device nobody of edge node plant/line"
    ):
        await within(driver.connect())
    await driver.close()
    await driver.close()


async def test_commands_go_by_alias_with_the_type_of_the_certificate(node: Node) -> None:
    driver = node.driver()
    async with Pump(driver) as pump:
        await until(shows(node, pump, **BORN))
        node.commands.clear()
        await within(driver.write(NAMES.index("n8"), -7.0))
        await within(driver.write(NAMES.index("on"), 0.0))
        await until(lambda: len(node.commands) == 2)
        topic = TOPIC.format("DCMD") + "/pump"
        assert node.commands == [(topic, [("", 11, -7)]), (topic, [("", 16, False)])]
        with pytest.raises(WriteError, match=r"pump/n8 := 200\.0: 200\.0 is no INT8"):
            await within(driver.write(NAMES.index("n8"), 200.0))
        with pytest.raises(LinkError, match="is in no birth certificate"):
            await within(driver.write(NAMES.index("none"), 1.0))


async def test_a_payload_that_cannot_be_read_spoils_the_device_and_asks_for_a_new_birth(node: Node) -> None:
    driver = node.driver()
    async with Pump(driver) as pump:
        await until(shows(node, pump, **BORN))
        node.is_deaf = True
        before = node.rebirths
        node.say("DDATA", b"\xff" * 10)
        await until(lambda: node.shown(pump) == {})
        assert node.quality(pump, "t") == Quality.BAD_SENSOR_FAULT
        assert driver.faults["not Protocol Buffers"] == len(NAMES)
        await until(lambda: node.rebirths > before)
        node.bear()
        await until(shows(node, pump, **BORN))


async def test_the_metrics_of_the_node_itself() -> None:
    node = Node()
    node.template = template(
        "mqtt",
        (point("cpu", Source(metric="cpu")),),
        Options(payload="sparkplug"),
        period_s=0.05,
        timeout_s=0.5,
    )
    node.decoder = Mqtt().decoder(node.template)
    await node.start()
    try:
        driver = node.driver("")
        async with Pump(driver) as pump:
            await until(lambda: bool(pump.scans) and pump.scans[-1].raw.values == (12.5,))
            await within(driver.write(0, 13.0))
            await until(lambda: node.commands[-1] == (TOPIC.format("NCMD"), [("", 1, 13.0)]))
    finally:
        await node.stop()


async def test_a_twin_obeys_commands() -> None:
    rig = sparkplug_rig()
    await rig.start()
    try:
        async with Pump(rig.driver) as pump:
            await until(lambda: bool(pump.scans) and rig.is_right(pump.scans[-1]))
            await within(rig.driver.write(2, 6.5))
            await until(lambda: rig.written == [("d1", "setpoint", 6.5)])
            await until(lambda: rig.decoder.decode([pump.scans[-1].raw]).values[0, 2] == 6.5)
    finally:
        await rig.stop()
        await rig.process.close()
