"""A subsystem sums up its devices and keeps its limit set."""

from collections.abc import Iterator

import pytest

from actors.actor import Ref
from actors.messages import CommandResult, DeviceState, Link, Stage, SubsystemState, UseLimitSet
from actors.subsystem import SubsystemActor
from actors.sweep import UseLimits
from actors.write import Order
from tests.actors.field_rig import Rig, Told
from tests.actors.small_site import point, site


class Summed:
    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.sweep = Told()
        self.replies = Told()
        self.ref = self.start()

    def start(self) -> Ref:
        self.ref = self.rig.started(
            SubsystemActor.start(
                "(state)",
                None,
                dispatcher=self.rig.dispatcher,
                subsystem=site(point("p")).subsystems["hvac"],
                sweeps=[self.sweep],
                outlets=self.rig.outlets,
            )
        )
        return self.ref

    def order(self, limit_set: str) -> CommandResult:
        self.ref.tell(Order("1", "olga", 0.0, UseLimitSet("hvac", limit_set), self.replies.put))
        return self.replies.next(CommandResult)


@pytest.fixture
def summed() -> Iterator[Summed]:
    with Rig() as rig:
        yield Summed(rig)


def state(device: str, link: Link) -> DeviceState:
    return DeviceState(device, link, 0, "", "", "", ())


def test_a_crowd_of_devices_is_told_once(summed: Summed) -> None:
    assert summed.rig.live.next(SubsystemState) == SubsystemState("hvac", 0, 0, 0, "day")
    for at in range(50):
        summed.ref.tell(state(f"d{at}", Link.CONNECTING))
        summed.ref.tell(state(f"d{at}", Link.UP if at else Link.DOWN))
    summed.ref.tell(state("d1", Link.FAULTED))
    assert summed.rig.live.next(SubsystemState) == SubsystemState("hvac", 50, 48, 1, "day")
    assert not summed.rig.live.so_far(SubsystemState)


def test_another_limit_set_reaches_every_sweep_and_survives_a_restart(summed: Summed) -> None:
    assert summed.sweep.next(UseLimits) == UseLimits("hvac", "day")
    assert summed.order("night").stage is Stage.DONE
    assert summed.sweep.next(UseLimits) == UseLimits("hvac", "night")
    summed.ref.stop(timeout=5)
    summed.start()
    assert summed.sweep.next(UseLimits) == UseLimits("hvac", "night")


def test_an_unknown_limit_set_is_refused_with_the_known_ones(summed: Summed) -> None:
    refused = summed.order("weekend")
    assert refused.stage is Stage.REFUSED
    assert "'weekend'" in refused.detail
    assert "day, night" in refused.detail


def test_a_kept_limit_set_that_the_configuration_has_no_longer_gives_way_to_the_first() -> None:
    with Rig(recall={"~limits:hvac": b"weekend"}) as rig:
        summed = Summed(rig)
        assert summed.sweep.next(UseLimits) == UseLimits("hvac", "day")
