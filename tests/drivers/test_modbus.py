"""The Modbus driver over real sockets: the contract, and what is Modbus's own."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from drivers.driver import LinkError, Quality, WriteError, WriteUnknown
from drivers.modbus import ModbusDriver
from drivers.modbus_schema import Options
from tests.drivers.contract import Ailment, Pump, comes_back
from tests.drivers.modbus_rig import ServerRig, TwinRig
from tests.drivers.plant import until, within

LAMP = 10


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_the_driver_notices_and_comes_back_when_the_device(ailment: Ailment) -> None:
    await comes_back(ServerRig(), ailment)


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
    assert len(rig.server._open) == 1
    await first.close()
    await first.close()
    assert len(rig.server._open) == 1
    await second.write(0, 5)
    await second.close()
    await until(lambda: not rig.server._open)


async def test_starting_connecting_and_reconnecting_never_writes(rig: ServerRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.server.reset()
        await until(lambda: bool(pump.losses))
        before = len(pump.scans)
        await until(lambda: len(pump.scans) > before)
    assert not rig.server.writes


async def test_every_write_is_sent_once_though_a_fifth_are_not_answered(rig: ServerRig) -> None:
    """S-63: the duplicate counter at the device stays at zero."""
    rig.server.silent_writes = {at for at in range(1, 51) if at % 5 == 0}
    unknown = 0
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans))
        for value in range(1, 51):
            try:
                await within(rig.driver.write(0, value))
            except WriteUnknown:
                unknown += 1
        assert not pump.losses
    assert unknown == 10
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
    await until(lambda: not rig.server._open)


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
