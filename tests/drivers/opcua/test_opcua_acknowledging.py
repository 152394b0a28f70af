"""Acknowledging conditions at node-opcua: by their events, with the person's words, never unseen."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from drivers.driver import Acknowledgement, LinkError, WriteError
from drivers.opcua.certificates import self_signed
from drivers.opcua.schema import Event, Show, Source
from tests.drivers.opcua.opcua_peer import PASSWORD, PLANT, Peer, Reader, connection, written
from tests.drivers.plant import Process, point, until, within

LEVEL = Event(source="$root", condition="LevelAlarm")
PRESSURE = Event(source="$root", condition="PressureAlarm")
ALL = Event(source="$root")
POINTS = (
    point("level", Source(node=f"nsu={PLANT};s=AHU1.level")),
    point("level-active", Source(event=LEVEL)),
    point("level-seen", Source(event=LEVEL, show=Show.ACKNOWLEDGED)),
    point("pressure-active", Source(event=PRESSURE)),
    point("pressure-seen", Source(event=PRESSURE, show=Show.ACKNOWLEDGED)),
    point("any", Source(event=ALL)),
)
AT = {one.id: at for at, one in enumerate(POINTS)}
ANNA = Acknowledgement("anna", "valve closed")


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    with Peer(tmp_path_factory.mktemp("opcua")) as peer:
        yield peer


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    process = Process(secrets={"peer-password": PASSWORD})
    yield process
    await process.close()


@pytest.fixture
async def reader(peer: Peer, tmp_path: Path, process: Process) -> AsyncIterator[Reader]:
    certificate, key = written(tmp_path, "client", self_signed("Steward", "urn:campus-steward:test"))
    trust = {"certificate": str(certificate), "private_key": str(key)}
    for name in ("level", "pressure"):
        peer.tell(set=name, value=5)
    peer.tell(acknowledge=True)
    async with Reader(connection(peer, trust), POINTS, process) as reader:
        await reader.shows(level_active=0.0, pressure_active=0.0)
        yield reader


async def acknowledged(reader: Reader, name: str, told: Acknowledgement = ANNA) -> bool:
    return await within(reader.driver.acknowledge(AT[name], told))


async def test_the_server_hears_who_acknowledged_and_why(peer: Peer, reader: Reader) -> None:
    peer.tell(set="level", value=60)
    await reader.shows(level_active=1.0, level_seen=0.0)
    assert await acknowledged(reader, "level-active")
    peer.tell(comment="anna: valve closed")
    await reader.shows(level_active=1.0, level_seen=1.0)
    assert not await acknowledged(reader, "level-active")  # nothing waits any more


async def test_what_wants_to_be_confirmed_too_is(peer: Peer, reader: Reader) -> None:
    peer.tell(set="pressure", value=15)
    await reader.shows(pressure_active=1.0, pressure_seen=0.0)
    assert await acknowledged(reader, "pressure-active")
    peer.tell(confirmed=True)
    await reader.shows(pressure_active=1.0, pressure_seen=1.0)


async def test_the_latest_state_is_acknowledged_where_it_changed_in_between(
    peer: Peer, reader: Reader
) -> None:
    """High, then high-high: the event of the first no longer names the state."""
    peer.tell(set="level", value=60)
    await reader.shows(level_active=1.0, level_seen=0.0)
    peer.tell(set="level", value=90)
    assert await acknowledged(reader, "level-active")
    await reader.shows(level_active=1.0, level_seen=1.0)


async def test_a_point_of_many_conditions_acknowledges_them_all(peer: Peer, reader: Reader) -> None:
    for name in ("level", "pressure"):
        peer.tell(set=name, value=60)
    await reader.shows(level_seen=0.0, pressure_seen=0.0)
    assert await acknowledged(reader, "any")
    await reader.shows(level_seen=1.0, pressure_seen=1.0)


async def test_what_came_about_later_is_left_alone(peer: Peer, reader: Reader) -> None:
    before = Acknowledgement("anna", "", time.time_ns() - 10**9)  # the peer's clock counts milliseconds
    peer.tell(set="level", value=60)
    await reader.shows(level_active=1.0, level_seen=0.0)
    with pytest.raises(WriteError, match="LevelAlarm: it has changed since it was acknowledged here"):
        await acknowledged(reader, "level-active", before)
    assert reader.now()["level-seen"] == 0.0
    assert await acknowledged(reader, "level-active", Acknowledgement("anna", "", time.time_ns()))
    await reader.shows(level_seen=1.0)


async def test_after_a_reconnection_the_same_state_is_still_acknowledged(peer: Peer, reader: Reader) -> None:
    peer.tell(set="level", value=60)
    await reader.shows(level_active=1.0, level_seen=0.0)
    seen = Acknowledgement("anna", "", time.time_ns())
    connected = reader.driver._connected
    assert connected is not None
    connected.fail(LinkError("断开", "cut"))
    with pytest.raises(LinkError, match="nothing was acknowledged"):
        await acknowledged(reader, "level-active", seen)
    await until(lambda: reader.driver._connected not in (None, connected))
    scans = len(reader.pump.scans)
    await until(lambda: len(reader.pump.scans) > scans)
    await reader.shows(level_active=1.0, level_seen=0.0)
    assert await acknowledged(reader, "level-active", seen)
    await reader.shows(level_seen=1.0)


async def test_a_point_that_shows_no_condition_has_nothing_to_acknowledge(reader: Reader) -> None:
    assert not await acknowledged(reader, "level")
