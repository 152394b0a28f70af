"""The Modbus driver over real sockets: the contract, and what is Modbus's own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import numpy as np
import pytest

from drivers.driver import Cadence, LinkError, Quality, WriteError
from drivers.modbus.driver import Modbus, ModbusDriver
from drivers.modbus.link import Link
from drivers.modbus.reach import reach
from drivers.modbus.schema import Options
from tests.drivers.contract import (
    Ailment,
    Pump,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
    reads_connects_and_connects_anew,
    writes_left_unknown,
)
from tests.drivers.modbus.modbus_rig import (
    POINTS,
    TIMEOUT_S,
    ServerRig,
    TwinRig,
    isolates_what_nothing_answers,
)
from tests.drivers.plant import device, template, until, within

LAMP = 10


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_the_driver_notices_and_comes_back_when_the_device(ailment: Ailment) -> None:
    await comes_back(ServerRig(), ailment)


async def test_a_dead_unit_does_not_hold_up_its_neighbour_behind_the_gateway() -> None:
    await keeps_pace_beside_a_dead_neighbour(ServerRig())


async def test_it_comes_back_quietly_after_an_hour_without_the_device() -> None:
    await comes_back_after_an_hour(lambda process: ServerRig(process=process))


@pytest.mark.parametrize("ailment", TwinRig.AILMENTS)
async def test_against_pymodbus_it_notices_and_comes_back_when_the_device(ailment: Ailment) -> None:
    await comes_back(TwinRig(), ailment)


@pytest.fixture
async def rig() -> AsyncIterator[ServerRig]:
    rig = ServerRig(Options(mask_write=True))
    await rig.start()
    yield rig
    await rig.stop()
    await rig.process.close()


async def test_a_register_that_disappears_is_isolated_and_the_others_keep_flowing(rig: ServerRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.server.missing = {4}

        def isolated() -> bool:
            columns = rig.decoder.decode([pump.scans[-1].raw])
            good = [at for at in range(11) if columns.quality[0, at] == Quality.GOOD]
            return good == [0, 1, 2, 3, 5, 6, 7, 8, 9, 10]

        await until(isolated)
        columns = rig.decoder.decode([pump.scans[-1].raw])
        assert columns.quality[0, 4] == Quality.BAD_ADDRESS
        assert np.isnan(columns.values[0, 4])
        assert not pump.losses


async def test_registers_that_nothing_answers_are_isolated_and_others_keep_flowing(
    rig: ServerRig,
) -> None:
    await isolates_what_nothing_answers(rig)


async def test_a_single_read_that_nothing_answers_is_cut_too(rig: ServerRig) -> None:
    rig.server.missing, rig.server.says_so = {4}, False
    made = template("modbus", POINTS[:10], Options(), period_s=0.05, timeout_s=TIMEOUT_S)
    decoder = Modbus().decoder(made)
    driver = Modbus().driver(
        device("one", made, rig.connection(1)), Cadence(0.05), decoder, rig.process.surroundings
    )
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))

        def isolated() -> bool:
            quality = decoder.decode([pump.scans[-1].raw]).quality[0]
            return bool(quality.nonzero()[0].tolist() == [4])

        await until(isolated)
        assert not pump.losses


async def test_a_dead_unit_leaves_its_neighbours_their_period(rig: ServerRig) -> None:
    """R: at most its own time-out is lost, and a healthy unit on the same connection is never disturbed."""
    rig.server.dead_units = {2, 3}
    async with Pump(rig.driver) as healthy, Pump(rig.unit(2)) as dead, Pump(rig.unit(3)) as dead_too:
        await until(lambda: len(healthy.scans) >= 60)
        assert not healthy.losses
        assert not dead.scans
        assert len(dead.losses) >= 2
        assert dead_too.losses
        rig.server.dead_units = set()
        await until(lambda: len(dead.scans) >= 2 and len(dead_too.scans) >= 2, 10.0)
        assert not healthy.losses


async def test_units_share_one_connection_until_the_last_lets_go(rig: ServerRig) -> None:
    first, second = rig.unit(1), rig.unit(2)
    await within(asyncio.gather(first.connect(), second.connect()))
    assert len(rig.server.open) == 1
    await first.close()
    await first.close()
    assert len(rig.server.open) == 1
    await second.write(0, 5)
    await second.close()
    await until(lambda: not rig.server.open)


async def test_starting_connecting_and_reconnecting_never_writes(rig: ServerRig) -> None:
    await reads_connects_and_connects_anew(rig)
    assert not rig.server.writes


async def test_a_gateway_that_closes_after_each_answer_is_read_and_written_all_the_same(
    rig: ServerRig,
) -> None:
    rig.server.closes = True
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 5)
        await within(rig.driver.write(3, 9))
    assert all(rig.is_right(scan) for scan in pump.scans)
    assert not pump.losses
    assert rig.server.writes.total() == 1


async def test_units_behind_a_gateway_that_closes_after_each_answer_all_have_their_turn(
    rig: ServerRig,
) -> None:
    rig.server.closes = True
    async with contextlib.AsyncExitStack() as stack:
        pumps = [await stack.enter_async_context(Pump(rig.unit(unit))) for unit in range(1, 5)]
        await until(lambda: all(len(pump.scans) >= 5 for pump in pumps))
        assert not any(pump.losses for pump in pumps)


async def test_what_waits_for_a_gateway_that_closed_is_told_when_it_does_not_come_back(
    rig: ServerRig,
) -> None:
    link = await closed_by_the_gateway(rig)
    await rig.server.stop()
    with pytest.raises(LinkError, match="cannot be reached"):
        await within(rig.driver.write(3, 9))
    with pytest.raises(LinkError, match="not connected"):
        await within(rig.driver.write(3, 9))
    assert not link.is_open


async def test_closing_while_a_gateway_is_reached_anew_ends_what_waits(rig: ServerRig) -> None:
    await closed_by_the_gateway(rig)
    writing = asyncio.create_task(rig.driver.write(3, 9))
    await asyncio.sleep(0)
    await within(rig.process.shares.close())
    with pytest.raises(LinkError, match="was closed"):
        await within(writing)
    assert not rig.server.writes
    assert not rig.server.open


async def closed_by_the_gateway(rig: ServerRig) -> Link:
    """The driver's link, after one answer."""
    rig.server.closes = True
    link = await reach(rig.connection(1), rig.process.shares)
    assert isinstance(link, Link)
    await within(rig.driver.connect())
    await until(lambda: not link.is_open)
    return link


async def test_every_write_is_sent_once_though_a_fifth_are_not_answered(rig: ServerRig) -> None:
    """S-63: the duplicate counter at the device stays at zero."""
    rig.server.silent_writes = {at for at in range(1, 51) if at % 5 == 0}
    assert await writes_left_unknown(rig.driver, range(1, 51)) == 10
    assert len(rig.server.writes) == 50
    assert set(rig.server.writes.values()) == {1}


async def test_a_write_the_device_refuses_names_code_register_and_value() -> None:
    rig = TwinRig()
    await rig.start()
    await within(rig.driver.connect())
    await rig.ail(Ailment.EXCEPTION)
    with pytest.raises(WriteError, match=r"played/r3 \(holding 3\) := 7: exception 6, device busy"):
        await within(rig.driver.write(3, 7))
    await rig.driver.close()
    with pytest.raises(LinkError, match="nothing was written"):
        await rig.driver.write(3, 7)
    await rig.stop()
    await rig.process.close()


async def test_a_cancelled_connect_leaves_nothing_behind(rig: ServerRig) -> None:
    rig.server.mood = Ailment.HALF_OPEN
    task = asyncio.create_task(rig.driver.connect())
    await until(lambda: rig.server.requests[1] > 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await rig.driver.close()
    await until(lambda: not rig.server.open)


async def test_nothing_is_polled_while_it_is_not_allowed_and_that_is_counted(rig: ServerRig) -> None:
    assert isinstance(rig.driver, ModbusDriver)
    driver = rig.driver
    async with Pump(driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.process.polls = False
        missed, seen = driver.missed, len(pump.scans)
        await until(lambda: driver.missed >= missed + 3)
        assert len(pump.scans) <= seen + 1
        rig.process.polls = True
        await until(lambda: len(pump.scans) >= seen + 3)
        assert not pump.losses


async def test_a_hurried_scan_does_not_wait_for_its_due_time(rig: ServerRig) -> None:
    await within(rig.driver.connect())
    scans = rig.driver.scans()
    await within(anext(scans))
    before = rig.server.requests[1]
    rig.driver.hurry()
    await within(anext(scans))
    assert rig.server.requests[1] > before
    await scans.aclose()  # type: ignore[attr-defined]
    await rig.driver.close()
