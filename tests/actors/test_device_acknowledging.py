"""A device actor passes acknowledgements on to the device: at once, or when it is there again."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from actors import device as device_module
from actors import device_acknowledgements
from actors.messages import DeviceAcknowledged, Link, PassAcknowledgement, Stage
from actors.said import in_language
from drivers.driver import Acknowledgement, LinkError, Scan, WriteError
from tests.actors.field_rig import WITHIN_S, FakeDriver, Rig, eventually
from tests.actors.test_device import Placed

TRIP = ("ahu-2", "temperature", "high")


class AcknowledgingDriver(FakeDriver):
    taken = True

    def __init__(self, rig: Rig, *, reachable: bool) -> None:
        super().__init__(rig.loop, reachable=reachable)
        self.acknowledged: list[tuple[int, Acknowledgement]] = []

    async def acknowledge(self, point: int, told: Acknowledgement) -> bool:
        self.acknowledged.append((point, told))
        if self.outcome is not None:
            raise self.outcome
        return self.taken


class Acknowledged(Placed):
    """Whose alarms of the temperature are the device's own."""

    outcome: BaseException | None = None
    taken = True

    def __init__(self, rig: Rig, *, reachable: bool = True) -> None:
        super().__init__(rig, reachable=reachable)
        template = self.device.template
        points = tuple(replace(one, acknowledge=one.id == "temperature") for one in template.points)
        self.device = replace(self.device, template=replace(template, points=points))
        self.restart()

    def _make(self) -> FakeDriver:
        driver = AcknowledgingDriver(self.rig, reachable=self.reachable)
        driver.outcome, driver.taken = self.outcome, self.taken
        self.drivers.append(driver)
        return driver

    @property
    def told(self) -> list[tuple[int, Acknowledgement]]:
        assert isinstance(self.driver, AcknowledgingDriver)
        return self.driver.acknowledged

    def acknowledge(self, event: int = 1, note: str = "seen", seen_ns: int = 0) -> Stage:
        self.order(PassAcknowledgement(*TRIP, event, note, seen_ns))
        return self.reply().stage

    def ended(self) -> DeviceAcknowledged:
        return self.rig.conditions.next(DeviceAcknowledged)

    @property
    def kept(self) -> list[str]:
        return [key for key in self.rig.recall if "/acknowledge/" in key]


@pytest.fixture
def placed() -> Iterator[Acknowledged]:
    with Rig(is_live=True) as rig:
        placed = Acknowledged(rig)
        placed.wait_link(Link.UP)
        yield placed


def test_the_device_hears_at_once_who_has_seen_its_alarm(placed: Acknowledged) -> None:
    assert placed.acknowledge() is Stage.DONE
    ended = placed.ended()
    assert (ended.event, ended.by, ended.error) == (1, "olga", "")
    assert placed.told == [(0, Acknowledgement("olga", "seen", 0))]
    assert not placed.kept


def test_what_was_seen_a_while_ago_is_told_with_its_time(placed: Acknowledged) -> None:
    """`core` had died over it."""
    assert placed.acknowledge(seen_ns=7) is Stage.DONE
    placed.ended()
    assert placed.told == [(0, Acknowledgement("olga", "seen", 7))]


def test_what_the_device_does_not_take_is_told_once_and_not_repeated(placed: Acknowledged) -> None:
    placed.driver.outcome = WriteError("设备不接受", "it says no")
    assert placed.acknowledge() is Stage.DONE
    assert in_language(placed.ended().error, "en") == "it says no"
    assert not placed.kept
    placed.restart()
    placed.wait_link(Link.UP)
    assert not placed.told


def test_where_nothing_waits_nothing_is_told(placed: Acknowledged) -> None:
    assert isinstance(placed.driver, AcknowledgingDriver)
    placed.driver.taken = False
    assert placed.acknowledge() is Stage.DONE
    eventually(lambda: placed.told and not placed.kept)
    assert not placed.rig.conditions.so_far(DeviceAcknowledged)


def test_a_device_that_is_away_hears_it_with_the_time_when_it_is_back(
    placed: Acknowledged, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came about at the device since then, nobody has seen."""
    monkeypatch.setattr(device_module, "PAUSE_S", 0.01)
    driver = placed.driver
    driver.reachable = False
    driver.give(LinkError("线路中断", "the line is cut"))
    placed.wait_link(Link.DOWN)
    before_ns = placed.rig.wall_ns()
    assert placed.acknowledge() is Stage.DONE
    after_ns = placed.rig.wall_ns()
    assert not placed.told
    driver.reachable = True
    driver.give(Scan(1, "raw"))
    assert placed.ended().error == ""
    ((_, told),) = placed.told
    assert before_ns <= told.seen_ns <= after_ns


def test_it_outlives_the_actor(placed: Acknowledged) -> None:
    placed.driver.outcome = LinkError("无应答", "no answer")
    assert placed.acknowledge(7, "closed\nthe valve") is Stage.DONE
    eventually(lambda: placed.told)
    placed.restart()
    ended = placed.ended()
    assert (ended.rule, ended.event, ended.by, ended.error) == ("high", 7, "olga", "")
    ((_, told),) = placed.told
    assert told.comment == "closed\nthe valve"
    assert told.seen_ns > 0
    assert not placed.kept


def test_a_device_that_did_not_answer_is_told_again_while_its_link_is_up(
    placed: Acknowledged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_acknowledgements, "AGAIN_S", 0.01)
    placed.driver.outcome = LinkError("无应答", "no answer")
    assert placed.acknowledge() is Stage.DONE
    eventually(lambda: len(placed.told) > 2)
    placed.driver.outcome = None
    assert placed.ended().error == ""
    assert placed.told[0][1].seen_ns == 0
    assert placed.told[1][1].seen_ns > 0


def test_a_later_event_takes_the_place_of_one_that_has_not_arrived(
    placed: Acknowledged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_module, "PAUSE_S", 0.01)
    placed.driver.reachable = False
    placed.driver.give(LinkError("线路中断", "the line is cut"))
    placed.wait_link(Link.DOWN)
    for event in (1, 2):
        assert placed.acknowledge(event) is Stage.DONE
    placed.driver.reachable = True
    placed.driver.give(Scan(1, "raw"))
    assert placed.ended().event == 2
    assert not placed.kept


def test_a_protocol_without_acknowledgements_says_so() -> None:
    with Rig(is_live=True) as rig:
        placed = Placed(rig)
        placed.wait_link(Link.UP)
        placed.order(PassAcknowledgement(*TRIP, 1, "seen"))
        refused = placed.reply()
        assert refused.stage is Stage.REFUSED
        said = in_language(refused.detail, "en")
        assert said == "the protocol of ahu-2 has no acknowledgement of alarms"


def test_the_actor_does_not_wait_for_the_device(placed: Acknowledged) -> None:
    """A turn never blocks: other orders are answered meanwhile."""
    placed.driver.outcome = LinkError("无应答", "no answer")
    placed.acknowledge()
    placed.write("setpoint", 20.0)
    assert placed.reply().stage is Stage.ACCEPTED
    placed.ref.stop(timeout=WITHIN_S)
