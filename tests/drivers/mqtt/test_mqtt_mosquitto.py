"""The MQTT driver with Debian's mosquitto and its clients, over real sockets (M06, R-50)."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from config.site import PointKind
from drivers.driver import Cadence, LinkError, Quality, WriteUnknown, no_secret
from drivers.mqtt.driver import MqttDecoder, MqttDriver
from drivers.mqtt.schema import Connection, Options, Source, Write
from tests.drivers.contract import Pump
from tests.drivers.mqtt.mosquitto import Mosquitto, certificates, passwords
from tests.drivers.plant import Process, device, point, template, until, within

POINTS = (
    point("temperature", Source(topic="up", path="t", time_path="at", time_format="ms")),
    point("running", Source(topic="state", map={"on": 1, "off": 0}, write=Write(topic="cmd"))),
    point("setpoint", Source(topic="set", write=Write(topic="cmd/json", path="set.value"))),
    point("energy", Source(topic="bin", type="uint32", order="DCBA", offset=2)),
)
T, RUNNING, SETPOINT, ENERGY = range(4)


class Watched(MqttDriver):
    """Counts how often it was connected."""

    ups = 0

    async def connect(self) -> None:
        await super().connect()
        self.ups += 1


class Plant:
    """Drivers of devices of one template, and how to look at their last scans."""

    def __init__(self, options: Options | None = None, *, secrets: dict[str, str] | None = None) -> None:
        self.process = Process(secrets=secrets or {})
        self.template = template("mqtt", POINTS, options or Options(), period_s=0.05, timeout_s=0.3)
        self.decoder = MqttDecoder(self.template)

    def driver(self, broker: Mosquitto, name: str = "d1", /, **connection: object) -> Watched:
        given = {"host": "127.0.0.1", "port": broker.port, "base": f"site/{name}", "keepalive_s": 1}
        made = Connection.model_validate({**given, "connect_timeout_s": 2, **connection})
        return Watched(
            device(name, self.template, made), Cadence(0.05), self.decoder, self.process.surroundings
        )

    def shows(self, pump: Pump, column: int, value: float, quality: int = 0) -> Callable[[], bool]:
        def holds() -> bool:
            if not pump.scans or pump.scans[-1].past:
                return False
            columns = self.decoder.decode([pump.scans[-1].raw])
            return bool(columns.values[0, column] == value and columns.quality[0, column] == quality)

        return holds


@pytest.fixture
async def plant() -> AsyncIterator[Plant]:
    plant = Plant()
    yield plant
    await plant.process.close()


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    broker = Mosquitto(tmp_path, "allow_anonymous true")
    await broker.start()
    yield broker
    await broker.stop()


async def connected(driver: MqttDriver) -> None:
    await within(driver.connect())


@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_values_come_and_commands_go(plant: Plant, broker: Mosquitto, version: str) -> None:
    driver = plant.driver(broker, version=version)
    async with Pump(driver) as pump, broker.heard("site/d1/cmd/#") as heard:
        await until(lambda: driver.ups > 0)
        await broker.publish("site/d1/up", json.dumps({"t": "21.5", "at": time.time_ns() // 1_000_000}))
        await broker.publish("site/d1/state", "ON", "-q", "1")
        await broker.publish("site/d1/bin", b"\xaa\xbb\x40\xe2\x01\x00", "-q", "2")
        await until(plant.shows(pump, T, 21.5))
        await until(plant.shows(pump, RUNNING, 1))
        await until(plant.shows(pump, ENERGY, 123456))
        await within(driver.write(RUNNING, 0.0))
        await within(driver.write(SETPOINT, 22.5))
        await until(lambda: len(heard) == 2)
        assert heard == ["site/d1/cmd off 0 1", 'site/d1/cmd/json {"set":{"value":22.5}} 0 1']
        assert not pump.losses


async def test_what_the_broker_kept_is_of_unknown_age_until_the_device_speaks(broker: Mosquitto) -> None:
    """Or of a known one, and too old or not, where the message says it."""
    plant = Plant(Options(silent_s=3600))
    now_ms = time.time_ns() // 1_000_000
    await broker.publish("site/d1/set", "5", "-r")
    await broker.publish("site/d1/up", json.dumps({"t": 19, "at": now_ms}), "-r")
    await broker.publish("site/d2/up", json.dumps({"t": 18, "at": now_ms - 4_000_000}), "-r")
    async with Pump(plant.driver(broker)) as pump, Pump(plant.driver(broker, "d2")) as other:
        await until(plant.shows(pump, SETPOINT, 5, Quality.UNCERTAIN_STALE))
        await until(plant.shows(pump, T, 19))
        await until(plant.shows(other, T, 18, Quality.UNCERTAIN_STALE))
        await broker.publish("site/d2/up", json.dumps({"t": 18, "at": now_ms}))
        await until(plant.shows(other, T, 18))
        await broker.publish("site/d1/set", "6")
        await until(plant.shows(pump, SETPOINT, 6))
        await broker.publish("site/d1/set", "7", "-r")  # kept for others, and live for us
        await until(plant.shows(pump, SETPOINT, 7))
    await plant.process.close()


async def test_the_word_of_a_last_will_is_the_loss_of_the_device(plant: Plant, broker: Mosquitto) -> None:
    driver = plant.driver(broker, status_topic="status")
    await broker.publish("site/d1/status", "online", "-r")
    async with Pump(driver) as pump:
        await until(lambda: driver.ups > 0)
        await broker.publish("site/d1/set", "5")
        await until(plant.shows(pump, SETPOINT, 5))
        await broker.publish("site/d1/status", "offline", "-r")
        await until(lambda: bool(pump.losses))
        assert "d1 is offline, as status says" in pump.losses[0]
        ups = driver.ups
        await broker.publish("site/d1/status", "online", "-r")
        await until(lambda: driver.ups > ups)
        await broker.publish("site/d1/set", "6")
        await until(plant.shows(pump, SETPOINT, 6))


async def test_user_and_password_are_asked_for(tmp_path: Path) -> None:
    plant = Plant(secrets={"mqtt-password": "s3cret", "wrong": "guess"})
    broker = Mosquitto(tmp_path, "allow_anonymous false", passwords(tmp_path, "steward", "s3cret"))
    await broker.start()
    try:
        strangers: tuple[dict[str, str], ...] = ({}, {"user": "steward", "password": "wrong"})
        for given in strangers:
            with pytest.raises(LinkError, match="Not authorized") as refused:
                await connected(plant.driver(broker, **given))
            assert "guess" not in str(refused.value)
        right = plant.driver(broker, user="steward", password="mqtt-password")
        await connected(right)
        await right.close()
    finally:
        await plant.process.close()
        await broker.stop()


async def test_a_secret_that_nobody_keeps_is_said(plant: Plant, broker: Mosquitto) -> None:
    given = plant.driver(broker, user="steward", password="mqtt-password")
    surroundings = replace(plant.process.surroundings, secret=no_secret)
    driver = MqttDriver(given.device, Cadence(0.05), plant.decoder, surroundings)
    with pytest.raises(LinkError, match="no mqtt-password"):
        await connected(driver)
    await driver.close()


async def test_tls_trusts_whom_it_is_told_to(tmp_path: Path) -> None:
    files = certificates(tmp_path)
    lines = (f"cafile {files['ca']}", f"certfile {files['server']}", f"keyfile {files['server']}")
    plant = Plant()
    broker = Mosquitto(tmp_path, "allow_anonymous true", *lines, "require_certificate true")
    await broker.start()
    own = {"tls": True, "certificate": files["client"]}
    try:
        for trusted in (
            {"ca": files["ca"]},
            {"fingerprint": files["fingerprint"].upper()},
            {"fingerprint": files["fingerprint"], "ca": files["ca"]},
        ):
            driver = plant.driver(broker, **own, **trusted)
            await connected(driver)
            await within(driver.write(RUNNING, 1.0))
            await driver.close()
        for strange, said in (
            ({}, "certificate"),
            ({"fingerprint": "00" * 32}, "pinned is 0000"),
            ({"ca": str(tmp_path / "none.pem")}, "no such file"),
        ):
            driver = plant.driver(broker, **own, **strange)
            with pytest.raises(LinkError, match=said):
                await connected(driver)
            await driver.close()
        without = plant.driver(broker, tls=True, ca=files["ca"])
        with pytest.raises(LinkError):
            await connected(without)
        await without.close()
        plain = plant.driver(broker)
        with pytest.raises(LinkError):
            await connected(plain)
        await plain.close()
    finally:
        await plant.process.close()
        await broker.stop()


@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_a_persistent_session_brings_what_came_meanwhile(tmp_path: Path, version: str) -> None:
    """The newest counts, and what it held before goes into the history with its own time."""
    plant = Plant()
    broker = Mosquitto(tmp_path, "allow_anonymous true", "persistence false")
    await broker.start()
    given = {"session": "persistent", "client_id": "steward-a", "version": version}
    try:
        driver = plant.driver(broker, **given)
        async with Pump(driver):
            await until(lambda: driver.ups > 0)
        now_ms = time.time_ns() // 1_000_000
        for age_s, value in ((60, 18.0), (40, 19.0), (0, 20.0)):
            said = json.dumps({"t": value, "at": now_ms - age_s * 1000})
            await broker.publish("site/d1/up", said, "-q", "1")
        again = plant.driver(broker, **given)
        async with Pump(again) as pump:
            await until(plant.shows(pump, T, 20.0))
            past = [(scan.time_ns // 1_000_000, scan.raw.values[T]) for scan in pump.scans if scan.past]
            assert past == [(now_ms - 60_000, 18.0), (now_ms - 40_000, 19.0)]
    finally:
        await plant.process.close()
        await broker.stop()


async def test_a_broker_that_restarts_is_one_loss_for_every_device(plant: Plant, broker: Mosquitto) -> None:
    drivers = [plant.driver(broker, f"d{at}") for at in range(20)]
    pumps = [Pump(driver) for driver in drivers]
    for pump in pumps:
        await pump.__aenter__()
    try:
        await until(lambda: all(driver.ups > 0 for driver in drivers))
        await broker.stop()
        await until(lambda: all(pump.losses for pump in pumps))
        await broker.start()
        await until(lambda: all(driver.ups > 1 for driver in drivers))
        for at, pump in enumerate(pumps):
            await broker.publish(f"site/d{at}/set", str(at))
            await until(plant.shows(pump, SETPOINT, at))
    finally:
        for pump in pumps:
            await pump.__aexit__()


@pytest.mark.parametrize("version", ["3.1.1", "5"])
async def test_two_with_one_client_id_do_not_throw_each_other_out_without_a_pause(
    broker: Mosquitto, version: str
) -> None:
    """A connection that does not last counts as a failure, though each began well."""
    now_s = 0.0
    plant = Plant()
    plant.process = Process(clock=lambda: now_s)
    driver = plant.driver(broker, client_id="steward-a", version=version)
    backoff = plant.process.shares.backoff(("mqtt", driver.connection.terms))
    for _ in range(4):
        await within(driver.connect())
        await broker.publish("elsewhere", "x", "-i", "steward-a")
        await until(lambda: driver._lost is not None)
    assert backoff.delay_s(now_s) >= 1.0
    await within(driver.connect())
    now_s += 60
    await broker.publish("elsewhere", "x", "-i", "steward-a")
    await until(lambda: driver._lost is not None)
    assert backoff.delay_s(now_s) == 0.0
    await driver.close()
    await plant.process.close()


async def test_a_broker_that_goes_while_a_device_connects_is_told_before_the_next_scan_is_due(
    plant: Plant, broker: Mosquitto
) -> None:
    given = plant.driver(broker, status_topic="status")
    driver = Watched(given.device, Cadence(3600.0), plant.decoder, plant.process.surroundings)
    connecting = asyncio.create_task(driver.connect())
    await until(lambda: driver.broker is not None and bool(driver.broker._subscribed))
    await broker.stop()
    await until(lambda: driver._lost is not None)
    await within(connecting)
    with pytest.raises(LinkError, match="is gone"):
        await within(anext(driver.scans()))
    await driver.close()


async def test_a_broker_that_hangs_is_noticed_and_a_write_to_it_is_unknown(
    plant: Plant, broker: Mosquitto
) -> None:
    driver = plant.driver(broker)
    async with Pump(driver) as pump, broker.heard("site/d1/cmd") as heard:
        await until(lambda: driver.ups > 0)
        broker.freeze(frozen=True)
        with pytest.raises(WriteUnknown, match=r"d1/running := 1\.0"):
            await within(driver.write(RUNNING, 1.0))
        await until(lambda: bool(pump.losses))
        broker.freeze(frozen=False)
        await until(lambda: driver.ups > 1)
        await until(lambda: bool(heard))
        await asyncio.sleep(0.5)
        assert heard == ["site/d1/cmd on 0 1"]  # it had left, and was not said again


async def test_a_subscription_that_the_broker_refuses_concerns_its_points_alone(tmp_path: Path) -> None:
    rules = tmp_path / "acl"
    rules.write_text("topic readwrite ready/#\ntopic readwrite site/d1/up\n", "utf-8")
    plant = Plant()
    broker = Mosquitto(tmp_path, "allow_anonymous true", f"acl_file {rules}")
    await broker.start()
    try:
        driver = plant.driver(broker)
        async with Pump(driver) as pump:
            await until(lambda: driver.ups > 0)
            await broker.publish("site/d1/up", '{"t": 3}')
            await until(plant.shows(pump, T, 3))
            assert not pump.losses
    finally:
        await plant.process.close()
        await broker.stop()


async def test_devices_share_one_connection(plant: Plant, broker: Mosquitto) -> None:
    drivers = [plant.driver(broker, f"d{at}") for at in range(50)]
    async with broker.heard("$SYS/broker/clients/connected"):
        await asyncio.gather(*(connected(driver) for driver in drivers))
        brokers = {id(driver.broker) for driver in drivers}
        assert len(brokers) == 1
    for driver in drivers:
        await driver.close()
        await driver.close()


async def test_texts_are_points_too(broker: Mosquitto) -> None:
    plant = Plant()
    text = replace(point("name", Source(topic="up", path="name")), kind=PointKind.TEXT)
    plant.template = replace(plant.template, points=(text,))
    plant.decoder = MqttDecoder(plant.template)
    async with Pump(driver := plant.driver(broker)) as pump:
        await until(lambda: driver.ups > 0)
        await broker.publish("site/d1/up", json.dumps({"name": "水泵一号"}))
        await until(lambda: any(scan.raw.texts == {0: "水泵一号"} for scan in pump.scans))
    await plant.process.close()
