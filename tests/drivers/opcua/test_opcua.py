"""The OPC UA driver over real sockets: the contract, and what is OPC UA's own."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from drivers.driver import LinkError, Quality, WriteError, WriteUnknown
from drivers.opcua.schema import Source
from tests.drivers.contract import (
    Ailment,
    Pump,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
    reads_connects_and_connects_anew,
)
from tests.drivers.opcua.opcua_rig import (
    POINTS,
    PUBLISH_RESPONSE,
    WRITE_REQUEST,
    WRITE_RESPONSE,
    LineRig,
    TwinRig,
    made_template,
)
from tests.drivers.plant import point, until, within


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_the_driver_notices_and_comes_back_when_the_server(ailment: Ailment) -> None:
    """R-50."""
    await comes_back(LineRig(), ailment)


@pytest.mark.parametrize("ailment", TwinRig.AILMENTS)
async def test_it_notices_and_comes_back_when_the_server_loses_the_device(ailment: Ailment) -> None:
    await comes_back(TwinRig(), ailment)


async def test_a_device_whose_nodes_are_missing_does_not_hold_up_its_neighbour() -> None:
    await keeps_pace_beside_a_dead_neighbour(LineRig())


async def test_it_comes_back_quietly_after_an_hour_without_the_server() -> None:
    """R-51."""
    await comes_back_after_an_hour(lambda process: LineRig(process=process))


@pytest.fixture
async def rig() -> AsyncIterator[LineRig]:
    rig = LineRig()
    await rig.start()
    yield rig
    await rig.stop()
    await rig.process.close()


async def test_devices_of_one_server_share_a_session_until_the_last_lets_go(rig: LineRig) -> None:
    first, second = rig.of("one"), rig.of("two")
    await within(asyncio.gather(first.connect(), second.connect()))
    assert rig.line.opened == 1
    await first.close()
    await first.close()
    await within(second.write(0, 5))
    await second.close()
    await until(lambda: not rig.line.open)


async def test_a_server_that_stops_publishing_is_lost_though_it_still_answers(rig: LineRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.line.silenced = {PUBLISH_RESPONSE}
        await until(lambda: bool(pump.losses))
        assert "has published nothing for" in pump.losses[0]
        rig.line.silenced = set()
        before = len(pump.scans)
        await until(lambda: len(pump.scans) >= before + 2)
        assert rig.is_right(pump.scans[-1])


async def test_starting_connecting_and_reconnecting_never_writes(rig: LineRig) -> None:
    await reads_connects_and_connects_anew(rig)
    assert not rig.line.asked[WRITE_REQUEST]
    assert not rig.heard


async def test_a_write_is_sent_once_and_unknown_where_its_answer_does_not_come(rig: LineRig) -> None:
    """S-63: the duplicate counter at the server stays at zero."""
    await within(rig.driver.connect())
    await within(rig.driver.write(0, 7))
    rig.line.silenced = {WRITE_RESPONSE}
    for value in (8, 9, 10):
        with pytest.raises(WriteUnknown, match=r"ahu-1/v0 \(\$root.v0\) := \d+: Write was not answered"):
            await within(rig.driver.write(0, value))
    assert [write[2] for write in rig.heard] == [7, 8, 9, 10]
    assert rig.line.asked[WRITE_REQUEST] == 4
    await rig.driver.close()
    with pytest.raises(LinkError, match="nothing was written"):
        await rig.driver.write(0, 7)
    assert rig.line.asked[WRITE_REQUEST] == 4


async def test_a_node_that_is_missing_is_bad_alone_and_cannot_be_written(rig: LineRig) -> None:
    made = made_template((*POINTS, point("missing", Source(node="ns=2;s=nowhere"))))
    driver = rig.of("ahu-1", made=made)
    async with Pump(driver) as pump:
        await until(lambda: len(pump.scans) >= 3)
        quality = rig.decoder.decode([pump.scans[-1].raw]).quality[0]
        assert quality[-1] == Quality.BAD_ADDRESS
        assert not quality[:-1].any()
        with pytest.raises(WriteError, match=r"its type cannot be read, .*BadNodeIdUnknown"):
            await within(driver.write(len(POINTS), 1))
        assert not pump.losses


async def test_values_have_the_time_of_their_source(rig: LineRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.put(0, 100)
        await until(lambda: pump.scans[-1].raw.values[0] == 100)
        first = next(scan for scan in pump.scans if scan.raw.values[0] == 100)
        assert first.time_ns <= pump.scans[-1].time_ns
        assert not first.time_ns % 1000  # of the server's clock, which has microseconds


async def test_a_cancelled_connect_leaves_nothing_behind(rig: LineRig) -> None:
    rig.line.mood = Ailment.HALF_OPEN
    task = asyncio.create_task(rig.driver.connect())
    await until(lambda: bool(rig.line.open))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await rig.driver.close()
    await until(lambda: not rig.line.open)


async def test_what_comes_faster_than_it_is_taken_is_bounded_and_counted(rig: LineRig) -> None:
    await within(rig.driver.connect())
    samples = rig.driver._samples  # type: ignore[attr-defined]
    for value in range(20_000):
        samples.put(0, float(value), 0, 1)
    assert samples.dropped >= 10_000
    assert rig.driver.missed >= 10_000  # type: ignore[attr-defined]
    assert list(samples.scans(2))[-1].raw.values[0] == 19_999
    await rig.driver.close()


async def test_a_root_that_the_profile_needs_and_the_device_has_not_is_said(rig: LineRig) -> None:
    driver = rig.of("ahu-1", root="")
    with pytest.raises(LinkError, match=r"'\$root.v0' needs root in the connection"):
        await within(driver.connect())
    await driver.close()
