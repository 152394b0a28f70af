"""The MQTT driver over real sockets keeps to the contract of all drivers (R-50, R-51)."""

import pytest

from tests.drivers.contract import (
    Ailment,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
)
from tests.drivers.mqtt.mqtt_rig import BrokerRig, TwinRig, sparkplug_rig


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_the_driver_notices_and_comes_back_when_the_broker_or_device(ailment: Ailment) -> None:
    await comes_back(BrokerRig(), ailment)


async def test_a_device_that_went_silent_does_not_hold_up_its_neighbour_behind_the_broker() -> None:
    await keeps_pace_beside_a_dead_neighbour(BrokerRig())


async def test_it_comes_back_quietly_after_an_hour_without_the_broker() -> None:
    await comes_back_after_an_hour(lambda process: BrokerRig(process=process))


@pytest.mark.parametrize("ailment", TwinRig.AILMENTS)
async def test_against_the_twin_it_notices_and_comes_back_when_the_device(ailment: Ailment) -> None:
    await comes_back(TwinRig(), ailment)


@pytest.mark.parametrize("ailment", TwinRig.AILMENTS)
async def test_against_a_sparkplug_twin_it_notices_and_comes_back_when_the_device(ailment: Ailment) -> None:
    await comes_back(sparkplug_rig(), ailment)
