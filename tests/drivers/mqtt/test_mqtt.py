"""What is MQTT's own: writes, refusals, silence, who shares what, and that nothing holds up the loop."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from drivers.driver import Cadence, Driver, LinkError, Quality, WriteError, WriteUnknown
from drivers.mqtt.driver import Mqtt, MqttDecoder, MqttDriver
from drivers.mqtt.message import Message
from drivers.mqtt.packets import Packet, packet
from drivers.mqtt.schema import Connection, Options, Source
from drivers.mqtt.status import Status
from tests.drivers.contract import Ailment, Pump
from tests.drivers.mqtt.mqtt_rig import BadClient, BrokerRig
from tests.drivers.plant import Process, device, point, template, until, within

TEMPERATURE, RUNNING, SETPOINT = range(3)
UP = b"site/d1/cmd"


@pytest.fixture
async def rig() -> AsyncIterator[BrokerRig]:
    rig = BrokerRig()
    await rig.start()
    yield rig
    await rig.stop()
    await rig.process.close()


def quality(rig: BrokerRig, pump: Pump, column: int) -> int:
    return int(rig.decoder.decode([pump.scans[-1].raw]).quality[0, column])


async def test_a_write_that_is_not_acknowledged_is_unknown_and_never_repeated(rig: BrokerRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        await within(rig.driver.write(SETPOINT, 6.0))
        rig.broker.silent_writes = True
        with pytest.raises(WriteUnknown, match="d1/setpoint"):
            await within(rig.driver.write(SETPOINT, 7.0))
        rig.broker.drop()
        await until(lambda: bool(pump.losses))
        before = len(pump.scans)
        await until(lambda: len(pump.scans) >= before + 5)
        assert rig.broker.publications == {UP: 2}


async def test_a_write_is_unknown_when_the_broker_goes_before_it_answers(rig: BrokerRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.broker.silent_writes = True
        writing = asyncio.create_task(rig.driver.write(SETPOINT, 7.0))
        await until(lambda: rig.broker.publications.total() == 1)
        rig.broker.drop()
        with pytest.raises(WriteUnknown, match="was lost before it had taken site/d1/cmd"):
            await within(writing)


async def test_nothing_is_written_without_a_broker_or_a_command(rig: BrokerRig) -> None:
    with pytest.raises(LinkError, match=r"d1/setpoint := 7\.0: not connected; nothing was written"):
        await within(rig.driver.write(SETPOINT, 7.0))
    with pytest.raises(WriteError, match=r"d1/running := 1\.0: the point has no write"):
        await within(rig.driver.write(RUNNING, 1.0))
    await within(rig.driver.connect())
    await rig.broker.stop()
    with pytest.raises(LinkError):
        while True:  # until the end of the connection is noticed
            await asyncio.sleep(0.05)
            try:
                await within(rig.driver.write(SETPOINT, 7.0))
            except WriteUnknown:
                continue
    assert rig.broker.publications.total() <= 1
    await rig.driver.close()


async def test_a_subscription_that_is_refused_concerns_its_points_alone(
    rig: BrokerRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The topics up and set are asked for together, in this order."""
    granted = BadClient.grant

    def grant(self: BadClient, number: bytes, codes: bytes) -> bytes:
        answer = granted(self, number, codes)
        return packet(Packet.SUBACK, answer[2:-1] + b"\x80")

    monkeypatch.setattr(BadClient, "grant", grant)
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2 and quality(rig, pump, SETPOINT) == Quality.BAD_ADDRESS)
        assert quality(rig, pump, TEMPERATURE) == Quality.GOOD
        assert not pump.losses


async def test_a_device_whose_every_subscription_is_refused_is_lost(
    rig: BrokerRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        BadClient, "grant", lambda _, number, codes: packet(Packet.SUBACK, number + b"\x80" * len(codes))
    )
    with pytest.raises(LinkError, match="refuses a subscription to site/d1/up"):
        await within(rig.driver.connect())
    await rig.driver.close()


async def test_a_topic_that_is_none_harms_nobody_else(rig: BrokerRig) -> None:
    nowhere = template("mqtt", (point("p", Source()),), Options(), period_s=0.05, timeout_s=0.2)
    connection = Connection(host="broker.test", port=rig.broker.port, keepalive_s=1, connect_timeout_s=0.5)
    decoder = Mqtt().decoder(nowhere)
    stray = Mqtt().driver(device("x", nowhere, connection), Cadence(1), decoder, rig.process.surroundings)
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        with pytest.raises(LinkError, match="is empty; give the connection a base"):
            await within(stray.connect())
        before = len(pump.scans)
        await until(lambda: len(pump.scans) >= before + 5)
        assert not pump.losses
    await stray.close()


async def test_what_nobody_wants_any_more_is_given_back(
    rig: BrokerRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.mqtt.broker.LINGER_S", 0.1)
    other = rig.unit("d2")
    await within(rig.driver.connect())
    await within(other.connect())
    assert rig.broker.connects == 1
    assert rig.broker.index.of("site/d1/up")
    await rig.driver.close()
    await until(lambda: not rig.broker.index.of("site/d1/up"))
    assert rig.broker.index.of("site/d2/up")
    await other.close()
    await until(lambda: not rig.broker.listener.open)


async def test_a_silent_device_is_lost_and_said_to_be_so_though_its_broker_is_there(rig: BrokerRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.broker.mood = Ailment.WRONG_UNIT
        await until(lambda: bool(pump.losses))
        assert pump.losses[0].startswith("nothing came from d1 for 1.5 s, though broker broker.test:")


async def test_a_malformed_payload_is_a_fault_of_its_points_and_of_nothing_else(rig: BrokerRig) -> None:
    assert isinstance(rig.driver, MqttDriver)
    rig.broker.mood = Ailment.WRONG_UNIT
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(rig.broker.index.of("site/d1/up")))
        rig.broker.publish("site/d1/set", b"5")
        for payload in (b"{", b"[" * 50_000, b'{"data":1,"data":2}', b"\xff"):
            rig.broker.publish("site/d1/up", payload)
        await until(lambda: bool(pump.scans) and quality(rig, pump, SETPOINT) == Quality.GOOD)
        await until(lambda: quality(rig, pump, TEMPERATURE) == Quality.BAD_SENSOR_FAULT)
        assert rig.driver.faults == {
            "not JSON": 2, "nested too deeply": 2, "a key stands twice": 2, "not UTF-8": 2,
        }  # fmt: skip


@pytest.mark.parametrize("size", [300_000, 5_000_000])
async def test_a_payload_beyond_the_limit_is_a_fault_and_the_link_stays(rig: BrokerRig, size: int) -> None:
    assert isinstance(rig.driver, MqttDriver)
    driver = rig.driver
    async with Pump(driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.broker.publish("site/d1/set", b"7" * size, qos=1)
        await until(lambda: driver.faults["too long"] == 1)
        before = len(pump.scans)
        await until(lambda: len(pump.scans) >= before + 5 and rig.is_right(pump.scans[-1]))
        assert not pump.losses


async def test_a_name_that_is_looked_up_slowly_holds_up_nobody(
    rig: BrokerRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo

    def slow(host: Any, *more: Any, **further: Any) -> Any:
        if host == "slow.test":
            time.sleep(1.0)
            host = "127.0.0.1"
        return real(host, *more, **further)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    connection = Connection(
        host="slow.test", port=rig.broker.port, base="site/d1", connect_timeout_s=5, keepalive_s=1
    )
    made = device("slow", rig.template, connection)
    waiting = Mqtt().driver(made, Cadence(0.05), rig.decoder, rig.process.surroundings)
    assert await _longest_pause_s(waiting.connect) < 0.8
    await waiting.close()


async def test_a_handshake_that_nobody_answers_holds_up_nobody(rig: BrokerRig) -> None:
    taken: list[asyncio.Transport] = []

    class Silent(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            taken.append(transport)

    silent = await asyncio.get_running_loop().create_server(Silent, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    connection = Connection(host="127.0.0.1", port=port, base="x", tls=True, connect_timeout_s=1)
    made = device("tls", rig.template, connection)
    driver = Mqtt().driver(made, Cadence(0.05), rig.decoder, rig.process.surroundings)

    async def refused() -> None:
        with pytest.raises(LinkError, match="did not accept a connection within 1 s"):
            await driver.connect()

    assert await _longest_pause_s(refused) < 0.8
    await driver.close()
    for transport in taken:
        transport.abort()
    silent.close()
    await silent.wait_closed()


async def _longest_pause_s(work: Callable[[], object]) -> float:
    """How long the loop stood still at the longest while `work` was done."""
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.01)
            now = time.monotonic()
            longest, last = max(longest, now - last), now

    watching = asyncio.create_task(watch())
    done = work()
    assert asyncio.iscoroutine(done)
    await within(done)
    watching.cancel()
    await asyncio.wait({watching})
    return longest


async def test_a_connection_that_is_given_up_half_way_leaves_nothing(rig: BrokerRig) -> None:
    rig.broker.mood = Ailment.HALF_OPEN
    for _ in range(5):
        connecting = asyncio.create_task(rig.driver.connect())
        await until(lambda: bool(rig.broker.listener.open))
        connecting.cancel()
        await asyncio.wait({connecting})
        await rig.driver.close()
        await until(lambda: not rig.broker.listener.open)
    rig.broker.mood = None
    await within(rig.driver.connect())
    await rig.driver.close()


def test_an_uplink_of_another_device_is_not_taken_for_ours() -> None:
    source = Source(meta="rssi")
    made = template("mqtt", (point("rssi", source),), Options(network="chirpstack"))
    connection = Connection(host="h", base="application/1/device/+", dev_eui="24E124136B502217")
    driver = MqttDriver(device("d", made, connection), Cadence(1), MqttDecoder(made), Process().surroundings)

    def hear(eui: str, rssi: int) -> None:
        said = {"deviceInfo": {"devEui": eui}, "fPort": 1, "data": "", "rxInfo": [{"rssi": rssi, "snr": 1}]}
        driver.receive(0, Message("t", json.dumps(said).encode(), time.time_ns()))

    hear("0000000000000001", -1)
    assert list(driver.newest.scans(time.time_ns())) == []
    hear("24e124136b502217", -2)
    assert next(iter(driver.newest.scans(time.time_ns()))).raw.values == (-2,)
    assert driver.faults == {"of another device": 1}


@pytest.mark.parametrize(
    ("payload", "is_offline"),
    [(b'{"state":"offline"}', True), (b'{"state":"ONLINE"}', False), (b'{"state":1}', True), (b"{", True)],
)
def test_a_status_in_json(payload: bytes, *, is_offline: bool) -> None:
    """What is neither of the two words changes nothing."""
    status = Status(Connection(host="h", status_topic="s", status_path="state"))
    assert status.is_unknown
    status.take(Message("s", b'{"state":"offline"}', 0))
    status.take(Message("s", payload, 0))
    assert status.is_offline is is_offline


async def test_a_defect_of_one_device_does_not_end_the_connection_of_all(
    rig: BrokerRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context["exception"]))
    broken = rig.unit("d1")
    assert isinstance(broken, MqttDriver)
    monkeypatch.setattr(broken, "receive", lambda *_: 1 / 0)
    async with Pump(rig.driver) as pump, _connected(broken):
        await until(lambda: len(told) > 3)
        before = len(pump.scans)
        await until(lambda: len(pump.scans) >= before + 5)
        assert not pump.losses
    assert all(isinstance(error, ZeroDivisionError) for error in told)


class _connected:  # noqa: N801 - it is used like a function
    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def __aenter__(self) -> None:
        await within(self._driver.connect())

    async def __aexit__(self, *_: object) -> None:
        await self._driver.close()


def test_a_device_is_light() -> None:
    """Design 8: some KiB beside its points."""
    import tracemalloc

    made = template("mqtt", (point("t", Source(topic="up", path="t")),), Options())
    decoder, surroundings = MqttDecoder(made), Process().surroundings
    connection = Connection(host="h", base="d")
    tracemalloc.start()
    drivers = [
        MqttDriver(replace(device("d", made, connection), id=f"d{at}"), Cadence(1), decoder, surroundings)
        for at in range(200)
    ]
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used / len(drivers) < 16 * 1024
