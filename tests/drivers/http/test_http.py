"""The HTTP driver over real sockets: the contract (R-50), and what is HTTP's own."""

import pytest

from tests.drivers.contract import (
    Ailment,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
)
from tests.drivers.http.http_rig import ServerRig, TwinRig


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_it_notices_and_comes_back_when_the_platform(ailment: Ailment) -> None:
    await comes_back(ServerRig(), ailment)


@pytest.mark.parametrize("ailment", TwinRig.AILMENTS)
async def test_against_the_twin_it_notices_and_comes_back_when_the_platform(ailment: Ailment) -> None:
    await comes_back(TwinRig(), ailment)


async def test_a_page_that_never_comes_does_not_hold_up_another_of_its_server() -> None:
    await keeps_pace_beside_a_dead_neighbour(ServerRig())


async def test_it_comes_back_quietly_after_an_hour_without_the_platform() -> None:
    await comes_back_after_an_hour(lambda process: ServerRig(process))
