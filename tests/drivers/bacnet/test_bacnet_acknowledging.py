"""Alarms of objects are acknowledged at the device: bacpypes3 decodes what it is told."""

import time
from collections.abc import AsyncIterator

import pytest

from drivers.bacnet.schema import Source
from drivers.driver import Acknowledgement, LinkError, WriteError
from drivers.twin import Fault
from tests.drivers.bacnet.bacnet_rig import BacnetRig
from tests.drivers.contract import Pump
from tests.drivers.plant import point, until, within

INPUT = "analog-input,1"
POINTS = (
    point("state", Source(object=INPUT, property="event-state")),
    point("seen", Source(object=INPUT, property="acked-transitions", bit=0)),
    point("value", Source(object=INPUT)),
)
ANNA = Acknowledgement("安娜", "")
HIGH, LOW, NORMAL = 3, 4, 0


@pytest.fixture
async def rig() -> AsyncIterator[BacnetRig]:
    rig = BacnetRig(points=POINTS, timeout_s=1.0, notification_classes=(1,))
    await rig.start()
    yield rig
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


async def acknowledged(rig: BacnetRig, name: str = "state", told: Acknowledgement = ANNA) -> bool:
    return await within(rig.bacnet.acknowledge(rig.template.index[name], told))


async def shows(rig: BacnetRig, pump: Pump, **expected: float) -> None:
    def holds() -> bool:
        read = rig.read(pump.scans[-1]) if pump.scans else {}
        return all(read.get(name) == value for name, value in expected.items())

    await until(holds)


async def test_the_device_hears_that_its_alarm_was_seen(rig: BacnetRig) -> None:
    async with Pump(rig.driver) as pump:
        await shows(rig, pump, state=NORMAL, seen=1.0)
        assert not await acknowledged(rig)
        rig.twin.put("played", "state", HIGH)
        await shows(rig, pump, state=HIGH, seen=0.0)
        assert await acknowledged(rig)
        await shows(rig, pump, state=HIGH, seen=1.0)
        assert rig.heard == [("played", "seen", 1.0)]
        assert not await acknowledged(rig)
        assert not pump.losses


async def test_an_alarm_that_is_over_is_acknowledged_by_the_state_that_it_was_in(rig: BacnetRig) -> None:
    async with Pump(rig.driver) as pump:
        await shows(rig, pump, state=NORMAL)
        await until(lambda: bool(rig.bacnet._recipient._entered))
        rig.twin.put("played", "state", LOW)
        await shows(rig, pump, state=LOW)
        rig.twin.put("played", "state", NORMAL)
        await shows(rig, pump, state=NORMAL, seen=0.0)
        assert await acknowledged(rig)
        await shows(rig, pump, seen=1.0)
        assert rig.bacnet._acknowledger._offnormal[rig.decoder.places[0].ref.object] == LOW  # type: ignore[attr-defined]


async def test_it_is_of_the_object_whichever_property_the_point_shows(rig: BacnetRig) -> None:
    async with Pump(rig.driver) as pump:
        rig.twin.put("played", "state", HIGH)
        await shows(rig, pump, state=HIGH, seen=0.0)
        assert await acknowledged(rig, "value")
        await shows(rig, pump, seen=1.0)


async def test_what_came_about_later_is_left_alone(rig: BacnetRig) -> None:
    async with Pump(rig.driver) as pump:
        await shows(rig, pump, state=NORMAL)
        an_hour_ago = Acknowledgement("安娜", "", time.time_ns() - 3600 * 10**9)
        rig.twin.put("played", "state", HIGH)
        await shows(rig, pump, state=HIGH, seen=0.0)
        with pytest.raises(
            WriteError, match="analog-input,1: it has changed since it was acknowledged here"
        ) as refused:
            await acknowledged(rig, told=an_hour_ago)
        assert refused.value.why.zh == "analog-input,1：在此确认之后状态又有变化；请在设备上确认"
        await shows(rig, pump, seen=0.0)
        assert await acknowledged(rig, told=Acknowledgement("安娜", "", time.time_ns() + 10**9))


async def test_a_device_that_is_away_or_busy_is_told_again_later(rig: BacnetRig) -> None:
    with pytest.raises(LinkError, match="played: not connected; nothing was acknowledged"):
        await acknowledged(rig)
    await within(rig.driver.connect())
    for fault in (Fault.SILENT, Fault.BUSY):
        rig.twin.misbehave("played", fault)
        with pytest.raises(LinkError):
            await acknowledged(rig)
