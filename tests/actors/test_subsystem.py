"""A subsystem sums up its devices and keeps its limit set."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from actors.actor import Ref
from actors.messages import CommandResult, DeviceState, Link, Stage, SubsystemState, UseLimitSet
from actors.subsystem import Follow, SubsystemActor
from actors.sweep import UseLimits
from actors.write import Order
from config.limit_schedule import LimitSchedule
from config.site import LimitSpan
from tests.actors.field_rig import Rig, Told
from tests.actors.small_site import point, site


class Summed:
    def __init__(self, rig: Rig, *spans: LimitSpan) -> None:
        self.rig = rig
        self.site = site(point("p"))
        self.subsystem = replace(self.site.subsystems["hvac"], limit_schedule=spans)
        self.sweep = Told()
        self.replies = Told()
        self.ref = self.start()

    def start(self) -> Ref:
        self.ref = self.rig.started(
            SubsystemActor.start(
                "(state)",
                None,
                dispatcher=self.rig.dispatcher,
                subsystem=self.subsystem,
                schedule=LimitSchedule.of(self.site, self.subsystem),
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
    summed.ref.stop(timeout=30)
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


NIGHT = LimitSpan("night", 19 * 60, 7 * 60)


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> float:
    """The rig's time; its wall clock counts with it."""
    return datetime(year, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp()


def used(summed: Summed) -> list[str]:
    """What the sweep was told to use, after everything told so far was dealt with."""
    summed.ref.ask(Follow(), timeout=30)
    return [each.limit_set for each in summed.sweep.so_far(UseLimits)]


def test_the_schedule_is_followed_hour_by_hour() -> None:
    with Rig(now=at(2026, 11, 20, 18, 59)) as rig:
        summed = Summed(rig, NIGHT)
        assert used(summed) == ["day"]
        rig.now = at(2026, 11, 20, 19, 0)
        assert used(summed) == ["night"]
        assert used(summed) == []
        rig.now = at(2026, 11, 21, 7, 0)
        assert used(summed) == ["day"]


def test_after_a_restart_in_the_night_the_night_s_set_holds_at_once() -> None:
    with Rig(now=at(2026, 11, 20, 23), recall={"~limits:hvac": b"day"}) as rig:
        summed = Summed(rig, NIGHT)
        assert summed.sweep.next(UseLimits) == UseLimits("hvac", "night")


def test_what_a_person_chose_holds_until_the_schedule_goes_on() -> None:
    with Rig(now=at(2026, 11, 20, 23)) as rig:
        summed = Summed(rig, NIGHT)
        done = summed.order("day")
        assert done.stage is Stage.DONE
        assert "day until 2026-11-21 07:00; then day, by the schedule" in done.detail
        assert "到 2026-11-21 07:00 为止；之后按时间表使用 day" in done.detail
        assert used(summed) == ["night", "day"]
        rig.now = at(2026, 11, 21, 6, 59)
        summed.ref.stop(timeout=30)
        summed.start()
        assert used(summed) == ["day"]
        rig.now = at(2026, 11, 21, 19, 0)
        assert used(summed) == ["night"]


def test_a_boundary_that_changes_nothing_does_not_end_what_a_person_chose() -> None:
    with Rig(now=at(2026, 11, 20, 12)) as rig:
        summed = Summed(rig, NIGHT, LimitSpan("day", 13 * 60, 14 * 60))
        assert "until 2026-11-20 19:00; then night" in summed.order("night").detail
        rig.now = at(2026, 11, 20, 13, 30)
        assert used(summed) == ["day", "night"]


def test_the_schedule_goes_on_by_itself() -> None:
    with Rig(now=at(2026, 11, 20, 19) - 0.05) as rig:
        summed = Summed(rig, NIGHT)
        assert summed.sweep.next(UseLimits) == UseLimits("hvac", "day")
        rig.now += 0.05
        assert summed.sweep.next(UseLimits) == UseLimits("hvac", "night")
