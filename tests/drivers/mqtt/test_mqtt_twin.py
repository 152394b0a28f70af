"""The twin plays devices from their templates, on a broker of its own, and hears what is written to them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from benchmarks.ports import free_port
from config.site import PointKind
from drivers.driver import Cadence, LinkError
from drivers.mqtt.driver import Mqtt
from drivers.mqtt.schema import Connection, Options, Source, Write
from drivers.mqtt.twin import MqttTwin, MqttTwins
from drivers.twin import Fault
from tests.drivers.contract import Pump
from tests.drivers.mqtt.mosquitto import Mosquitto
from tests.drivers.plant import Process, device, point, template, until, within


def sources(**given: Mapping[str, object]) -> dict[str, Source]:
    return {name: Source.model_validate(source) for name, source in given.items()}


JSON = sources(
    t={"topic": "up", "path": "data.temp[0].value", "time_path": "ts"},
    run={"topic": "up", "path": "run", "map": {"on": 1, "off": 0}},
    set={"topic": "state/+", "path": "v", "write": {"topic": "cmd", "path": "set.value"}},
)
PLAIN = sources(
    t={"topic": "t"},
    run={"topic": "run", "map": {"ON": 1, "OFF": 0}, "write": {"topic": "cmd/run"}},
    set={"topic": "bin", "type": "float32", "order": "CDAB", "offset": 2,
         "write": {"topic": "cmd/set", "payload": '{"v": {value}}'}},
)  # fmt: skip
RECORDS = sources(
    t={"channel": 3, "type_code": 0x67, "type": "int16"},
    run={"channel": 5, "type_code": 0, "type": "uint8"},
    set={"channel": 4, "type_code": 2, "type": "int16"},
)
FIXED = sources(
    t={"port": 2, "type": "int16", "offset": 2, "order": "DCBA"},
    run={"port": 2, "type": "uint16", "offset": 0, "bit": 14, "bits": 2},
    set={"port": 2, "type": "uint16", "offset": 0, "bit": 0, "bits": 14},
)
METRICS = sources(t={"metric": "t"}, run={"metric": "Control/run"}, set={"metric": "set"})

KINDS = {
    "json": (JSON, Options(), {}),
    "plain": (PLAIN, Options(), {}),
    "records": (RECORDS, Options(network="chirpstack"), {"dev_eui": "24E124136B502217"}),
    "fixed": (FIXED, Options(network="tts"), {}),
    "sparkplug": (METRICS, Options(payload="sparkplug"), {"edge": "g/n", "device": "d1"}),
}


class Played:
    def __init__(self, kind: str) -> None:
        found, options, more = KINDS[kind]
        points = tuple(point(name, source, scale=0.1 if name == "t" else 1) for name, source in found.items())
        self.template = template("mqtt", points, options, period_s=0.05, timeout_s=0.5)
        self.decoder = Mqtt().decoder(self.template)
        self.connection = Connection.model_validate(
            {"host": "127.0.0.1", "base": "site/d1", "keepalive_s": 1, **more}
        )
        self.written: list[tuple[str, str, float | str]] = []
        self.twin = MqttTwin(
            [device("d1", self.template, self.connection)], lambda *write: self.written.append(write)
        )
        self.process = Process()

    @asynccontextmanager
    async def pumped(self) -> AsyncIterator[Pump]:
        port = await self.twin.start(free_port())
        made = device("d1", self.template, self.connection.model_copy(update={"port": port}))
        driver = Mqtt().driver(made, Cadence(0.05), self.decoder, self.process.surroundings)
        try:
            async with Pump(driver) as pump:
                yield pump
        finally:
            await self.twin.stop()
            await self.twin.stop()
            await self.process.close()

    def shows(self, pump: Pump, t: float, run: float, setpoint: float) -> bool:
        if not pump.scans or pump.scans[-1].past:
            return False
        columns = self.decoder.decode([pump.scans[-1].raw])
        return bool(columns.values[0].tolist() == [t, run, setpoint] and not columns.quality.any())


@pytest.mark.parametrize("kind", KINDS)
async def test_the_driver_sees_what_the_physics_say(kind: str) -> None:
    played = Played(kind)
    played.twin.put("d1", "t", 21.5)
    played.twin.put("d1", "run", 1)
    played.twin.put("d1", "set", 40, raw=True)
    async with played.pumped() as pump:
        await until(lambda: played.shows(pump, 215, 1, 40))
        played.twin.put("d1", "t", -3.0)
        played.twin.put("d1", "run", 0)
        await until(lambda: played.shows(pump, -30, 0, 40))
        assert played.twin.value("d1", "t") == pytest.approx(-3.0)
        assert not pump.losses


@pytest.mark.parametrize("kind", ["json", "plain", "sparkplug"])
async def test_the_twin_hears_what_is_written(kind: str) -> None:
    played = Played(kind)
    async with played.pumped() as pump:
        await until(lambda: played.shows(pump, 0, 0, 0))
        await within(pump.driver.write(2, 12.5))
        await until(lambda: played.written == [("d1", "set", 12.5)])
        await until(lambda: played.shows(pump, 0, 0, 12.5))
        if kind != "json":
            await within(pump.driver.write(1, 1.0))
            await until(lambda: played.shows(pump, 0, 1, 12.5))


async def test_a_device_that_is_off_obeys_nothing() -> None:
    played = Played("plain")
    async with played.pumped() as pump:
        await until(lambda: played.shows(pump, 0, 0, 0))
        played.twin.misbehave("d1", Fault.SILENT)
        await within(pump.driver.write(1, 1.0))
        await asyncio.sleep(0.2)
        assert played.written == []


async def test_a_text_is_played_too() -> None:
    text = replace(point("name", Source(topic="up", path="name")), kind=PointKind.TEXT)
    made = template("mqtt", (text,), Options(), period_s=0.05, timeout_s=0.5)
    twin = MqttTwin([device("d1", made, Connection(host="127.0.0.1", base="x"))], lambda *_: None)
    twin.put("d1", "name", "一号")
    port = await twin.start(free_port())
    process = Process()
    decoder = Mqtt().decoder(made)
    connection = Connection(host="127.0.0.1", port=port, base="x")
    driver = Mqtt().driver(device("d1", made, connection), Cadence(0.05), decoder, process.surroundings)
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans) and pump.scans[-1].raw.texts == {0: "一号"})
    await twin.stop()
    await process.close()
    assert twin.value("d1", "name") == "一号"


async def test_it_takes_clients_that_are_not_ours() -> None:
    """mosquitto_pub and mosquitto_sub: kept messages, wildcards, QoS 1, a payload of two bytes of length."""
    played = Played("plain")
    await played.twin.start(free_port())
    theirs = Mosquitto.at(played.twin.port)
    try:
        await theirs.publish("kept/1", "x" * 300, "-r", "-q", "1")
        async with theirs.heard("kept/+") as heard:
            await until(lambda: heard == [f"kept/1 {'x' * 300} 1 1"])
        async with theirs.heard("site/d1/#") as heard:
            played.twin.put("d1", "run", 1)
            await until(lambda: "site/d1/run ON 0 1" in heard)
        await theirs.publish("site/d1/cmd/run", "OFF", "-q", "1")
        await until(lambda: played.written == [("d1", "run", 0.0)])
    finally:
        await played.twin.stop()


async def test_a_broker_of_another_version_of_the_protocol_says_so() -> None:
    """The twin speaks 3.1.1 alone."""
    played = Played("plain")
    port = await played.twin.start(free_port())
    connection = Connection(host="127.0.0.1", port=port, base="site/d1", version="5", connect_timeout_s=1)
    process = Process()
    driver = Mqtt().driver(
        device("d1", played.template, connection), Cadence(0.05), played.decoder, process.surroundings
    )
    with pytest.raises(LinkError):
        await within(driver.connect())
    await driver.close()
    await played.twin.stop()
    await process.close()


def test_devices_of_one_broker_are_played_by_one_twin() -> None:
    twins = MqttTwins()
    one, same, other = (
        twins.home(Connection(host="127.0.0.1", port=port, base=base))
        for port, base in ((1, "a"), (1, "b"), (2, "a"))
    )
    assert one == same != other
    assert Write(topic="x").qos == 1
