"""A device actor: its link, its pump, and what persons do to it."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from actors import device as device_module
from actors.actor import Ref
from actors.device import DeviceActor
from actors.life import ChildFailed, ChildStopped
from actors.messages import (
    CommandResult,
    ConditionChanged,
    DeviceState,
    EndSubstitution,
    HangTag,
    Link,
    RemoveTag,
    Stage,
    SubstitutePoint,
    WritePoint,
)
from actors.said import said
from actors.sweep import Broken, EndSubstitute, Lost, Observed, Substitute, Unwatch, Watch
from actors.write import Order
from config.rules import COMM_LOSS
from config.site import PointKind, Site, Verify
from drivers.driver import LinkError, Quality, Reading, Scan, WriteError, WriteUnknown
from tests.actors.field_rig import WITHIN_S, FakeDriver, FakePlant, Rig, Told, eventually
from tests.actors.small_site import point, site, writable

QUICK = replace(writable(10, 40), within_s=0.05)
SLOW = replace(writable(10, 40), within_s=WITHIN_S)
SITE: Site = site(
    point("temperature"),
    point("setpoint", scale=0.5, write=SLOW),
    point("quick", write=QUICK),
    point("fan", write=replace(SLOW, verify=Verify.FEEDBACK, feedback="temperature")),
    point("blind", write=replace(SLOW, verify=Verify.NONE)),
    point("remote", kind=PointKind.DISCRETE),
)
TEMPERATURE, SETPOINT = 0, 1


class Placed:
    """ahu-2, which is row 1 of its table, with everything around it faked; the plant answers at once."""

    def __init__(self, rig: Rig, *, reachable: bool = True, remote: bool = False) -> None:
        self.rig = rig
        self.supervisor, self.sweep, self.subsystem, self.replies = Told(), Told(), Told(), Told()
        self.plant = FakePlant()
        self.drivers: list[FakeDriver] = []
        self.scans: list[tuple[int, Scan]] = []
        self.reachable = reachable
        found = SITE.devices["ahu-2"]
        if remote:
            found = replace(found, template=replace(found.template, remote_point="remote"))
        self.device = found
        self.ref = self.start()

    def start(self) -> Ref:
        self.ref = self.rig.started(
            DeviceActor.start(
                "ahu-2",
                self.supervisor,
                dispatcher=self.rig.dispatcher,
                device=self.device,
                row=1,
                make_driver=self._make,
                gather=lambda row, scan: self.scans.append((row, scan)),
                sweep=self.sweep,
                subsystem=self.subsystem,
                plant=self.plant,
                outlets=self.rig.outlets,
            )
        )
        return self.ref

    def _make(self) -> FakeDriver:
        self.drivers.append(FakeDriver(self.rig.loop, reachable=self.reachable))
        return self.drivers[-1]

    @property
    def driver(self) -> FakeDriver:
        return self.drivers[-1]

    def restart(self) -> None:
        self.ref.stop(timeout=WITHIN_S)
        self.rig.live.so_far(DeviceState)
        self.start()

    def wait_link(self, link: Link) -> DeviceState:
        while (state := self.rig.live.next(DeviceState)).link is not link:
            pass
        return state

    def order(self, body: Any, *, id_: str = "o", ttl_s: float = 5.0) -> None:
        order = Order(id_, "olga", self.rig.outlets.clock() + ttl_s, body, self.replies.put)
        self.ref.tell(order)

    def write(self, point_id: str, value: float, *, id_: str = "o", ttl_s: float = 5.0) -> None:
        self.order(WritePoint("ahu-2", point_id, value), id_=id_, ttl_s=ttl_s)

    def reply(self) -> CommandResult:
        return self.replies.next(CommandResult)

    def refused(self, point_id: str = "setpoint", value: float = 20.0, *, ttl_s: float = 5.0) -> str:
        """Why; and nothing was sent."""
        self.write(point_id, value, ttl_s=ttl_s)
        refused = self.reply()
        assert refused.stage is Stage.REFUSED
        assert not self.driver.writes
        return refused.detail


@pytest.fixture
def placed() -> Iterator[Placed]:
    with Rig(is_live=True) as rig:
        placed = Placed(rig)
        placed.wait_link(Link.UP)
        yield placed


# -- link and pump


def test_scans_go_to_the_gatherer_under_the_row_and_not_through_the_actor(placed: Placed) -> None:
    scan = Scan(1, "raw")
    placed.driver.give(scan)
    eventually(lambda: placed.scans)
    assert placed.scans == [(1, scan)]


def test_a_link_that_goes_down_and_up_is_told_and_logged_once_each(
    placed: Placed, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO", "actors.device")
    monkeypatch.setattr(device_module, "PAUSE_S", 0.01)
    driver = placed.driver
    driver.reachable = False
    driver.give(LinkError("线路中断", "the line is cut"))
    down = placed.wait_link(Link.DOWN)
    assert down.reason == said("线路中断", "the line is cut")
    assert placed.sweep.next(Lost) == Lost(1)
    connects = driver.connects
    eventually(lambda: driver.connects > connects + 3)
    driver.reachable = True
    driver.give(Scan(1, "raw"))
    placed.wait_link(Link.UP)
    logged = [record.getMessage() for record in caplog.records if record.name == "actors.device"]
    assert len(logged) == 2
    assert "ahu-2" in logged[0]
    assert "the line is cut" in logged[0]
    assert not placed.sweep.so_far(Lost)
    assert placed.driver is driver


def test_a_device_that_answers_only_when_it_is_greeted_stays_down_and_becomes_an_alarm(
    placed: Placed, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO", "actors.device")
    monkeypatch.setattr(device_module, "PAUSE_S", 0.01)
    monkeypatch.setattr(device_module, "LOSS_DELAY_S", 0.2)
    driver = placed.driver

    def read_in_vain() -> bool:
        driver.give(LinkError("第二段读取无应答", "the second block is not answered"))
        return bool(placed.rig.recall)

    read_in_vain()
    placed.wait_link(Link.DOWN)
    eventually(read_in_vain)
    assert placed.rig.conditions.next(ConditionChanged).active
    assert driver.connects > 3
    logged = [record.getMessage() for record in caplog.records if record.name == "actors.device"]
    assert logged == ["ahu-2 is down: the second block is not answered"]


def test_another_reason_for_being_down_is_shown_and_not_logged(
    placed: Placed, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO", "actors.device")
    monkeypatch.setattr(device_module, "PAUSE_S", 0.01)
    lacking = "没有口令", "no password"
    open_ = "口令可被他人读取", "the password is open to others"
    for zh, en in (lacking, lacking, open_):
        placed.driver.give(LinkError(zh, en))
    assert placed.wait_link(Link.DOWN).reason == said(*lacking)
    assert placed.wait_link(Link.DOWN).reason == said(*open_)
    logged = [record.getMessage() for record in caplog.records if record.name == "actors.device"]
    assert logged == ["ahu-2 is down: no password"]


def test_a_device_that_was_never_reached_is_down(caplog: pytest.LogCaptureFixture) -> None:
    with Rig(is_live=True) as rig:
        placed = Placed(rig, reachable=False)
        assert placed.wait_link(Link.DOWN).reason == said("连接被拒绝", "refused")


def test_a_loss_is_an_alarm_after_its_delay_and_over_with_the_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_module, "LOSS_DELAY_S", 0.2)
    with Rig(is_live=True) as rig:
        placed = Placed(rig, reachable=False)
        down = placed.wait_link(Link.DOWN)
        assert not rig.conditions.so_far(ConditionChanged)
        began = rig.conditions.next(ConditionChanged)
        assert (began.device, began.point, began.rule, began.active) == ("ahu-2", "", COMM_LOSS, True)
        assert began.time_ns == down.since_ns
        assert f"ahu-2//{COMM_LOSS}" in rig.recall
        placed.driver.reachable = True
        placed.driver.give(Scan(1, "raw"))
        assert not rig.conditions.next(ConditionChanged).active
        assert f"ahu-2//{COMM_LOSS}" not in rig.recall


def test_a_short_interruption_is_no_alarm(placed: Placed) -> None:
    placed.driver.give(LinkError("片刻中断", "a moment"))
    placed.wait_link(Link.DOWN)
    placed.driver.give(Scan(1, "raw"))
    placed.wait_link(Link.UP)
    assert not placed.rig.conditions.so_far(ConditionChanged)


def test_a_loss_that_held_before_a_restart_is_not_told_again_and_ends_with_the_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(device_module, "LOSS_DELAY_S", 0.0)
    with Rig(is_live=True) as rig:
        placed = Placed(rig, reachable=False)
        assert rig.conditions.next(ConditionChanged).active
        placed.restart()
        placed.wait_link(Link.DOWN)
        placed.driver.reachable = True
        placed.driver.give(Scan(1, "raw"))
        placed.wait_link(Link.UP)
        assert [change.active for change in rig.conditions.so_far(ConditionChanged)] == [False]


def test_a_driver_that_crashes_ends_this_actor_only_and_is_closed(placed: Placed) -> None:
    """R-36: the supervisor learns why; a new actor has a new driver."""
    driver = placed.driver
    driver.give(ZeroDivisionError("a defect"))
    failed = placed.supervisor.next(ChildFailed)
    assert "a defect" in failed.error
    assert driver.closes == 1
    placed.start()
    placed.wait_link(Link.UP)
    assert placed.driver is not driver


def test_a_scan_that_cannot_be_judged_fails_the_actor(placed: Placed) -> None:
    placed.ref.tell(Broken(ArithmeticError("a defect of the profile")))
    assert "a defect of the profile" in placed.supervisor.next(ChildFailed).error


def test_the_end_of_a_device_waits_for_its_driver_to_close(placed: Placed) -> None:
    driver = placed.driver
    placed.ref.stop(timeout=WITHIN_S)
    assert driver.closes == 1
    assert placed.supervisor.next(ChildStopped).name == "ahu-2"


# -- writes


def test_a_write_is_sent_once_and_confirmed_by_what_the_device_reads(placed: Placed) -> None:
    placed.write("setpoint", 21.0)
    assert placed.reply().stage is Stage.ACCEPTED
    assert placed.reply().stage is Stage.WRITTEN
    watch = placed.sweep.next(Watch)
    assert (watch.row, watch.column) == (1, SETPOINT)
    assert placed.driver.writes == [(SETPOINT, 42.0)]
    eventually(lambda: placed.driver.hurries == 1)
    watch.observer.tell(Observed(watch.id, 19.0, Quality.GOOD))
    watch.observer.tell(Observed(watch.id, 21.0, Quality.BAD_COMM_LOSS))
    watch.observer.tell(Observed(watch.id, 21.0, Quality.GOOD))
    confirmed = placed.reply()
    assert (confirmed.stage, confirmed.value) == (Stage.CONFIRMED, 21.0)
    assert placed.sweep.next(Unwatch) == Unwatch("o")
    watch.observer.tell(Observed(watch.id, 21.0, Quality.GOOD))
    assert placed.driver.writes == [(SETPOINT, 42.0)]


def test_a_write_is_confirmed_by_its_feedback(placed: Placed) -> None:
    placed.write("fan", 30.0)
    watch = placed.sweep.next(Watch)
    assert watch.column == TEMPERATURE
    watch.observer.tell(Observed(watch.id, 30.0, Quality.GOOD))
    stages = [placed.reply().stage for _ in range(3)]
    assert stages == [Stage.ACCEPTED, Stage.WRITTEN, Stage.CONFIRMED]


def test_a_substituted_value_confirms_nothing(placed: Placed) -> None:
    placed.plant["ahu-2", "quick"] = Reading(30.0, Quality.UNCERTAIN_SUBSTITUTED, 1)
    placed.write("quick", 30.0)
    watch = placed.sweep.next(Watch)
    watch.observer.tell(Observed(watch.id, 30.0, Quality.UNCERTAIN_SUBSTITUTED))
    assert [placed.reply().stage for _ in range(3)][-1] is Stage.FAILED


def test_a_write_that_nothing_confirms_is_done_when_it_is_answered(placed: Placed) -> None:
    placed.write("blind", 30.0)
    assert [placed.reply().stage for _ in range(3)] == [Stage.ACCEPTED, Stage.WRITTEN, Stage.DONE]
    assert not placed.sweep.so_far(Watch)


def test_a_write_that_is_not_confirmed_in_time_has_failed_and_says_what_was_read(placed: Placed) -> None:
    placed.plant["ahu-2", "quick"] = Reading(12.0, Quality.GOOD, 1)
    placed.write("quick", 30.0)
    *_, failed = (placed.reply() for _ in range(3))
    assert failed.stage is Stage.FAILED
    assert "ahu-2/quick" in failed.detail
    assert "12 °C" in failed.detail
    assert "0.05 s" in failed.detail


def test_a_write_that_the_device_refuses_has_failed(placed: Placed) -> None:
    placed.driver.outcome = WriteError("非法数据值", "illegal data value")
    placed.write("setpoint", 30.0)
    assert placed.reply().stage is Stage.ACCEPTED
    failed = placed.reply()
    assert failed.stage is Stage.FAILED
    assert "illegal data value" in failed.detail


def test_an_unanswered_write_is_not_repeated_and_unknown_until_it_is_read_back(placed: Placed) -> None:
    placed.driver.outcome = WriteUnknown("无应答", "no answer")
    placed.write("quick", 30.0, id_="lost")
    assert [placed.reply().stage for _ in range(2)] == [Stage.ACCEPTED, Stage.UNKNOWN]
    placed.write("setpoint", 20.0, id_="seen")
    watch = placed.sweep.next(Watch)
    while watch.id != "seen":
        watch = placed.sweep.next(Watch)
    watch.observer.tell(Observed("seen", 20.0, Quality.GOOD))
    assert [placed.reply().stage for _ in range(2)] == [Stage.ACCEPTED, Stage.CONFIRMED]
    assert len(placed.driver.writes) == 2


def test_a_value_outside_the_limits_is_refused(placed: Placed) -> None:
    assert "41" in placed.refused(value=41.0)


def test_a_command_that_comes_too_late_is_refused(placed: Placed) -> None:
    assert "ahu-2/setpoint" in placed.refused(ttl_s=-0.1)


def test_nothing_is_written_to_a_device_that_is_down(placed: Placed) -> None:
    placed.driver.reachable = False
    placed.driver.give(LinkError("线路中断", "the line is cut"))
    placed.wait_link(Link.DOWN)
    assert "the line is cut" in placed.refused()


def test_nothing_is_written_while_a_tag_hangs(placed: Placed) -> None:
    placed.order(HangTag("ahu-2", "belt off"))
    assert placed.reply().stage is Stage.DONE
    tagged = placed.rig.live.next(DeviceState)
    assert (tagged.tag_note, tagged.tag_by) == ("belt off", "olga")
    detail = placed.refused()
    assert "belt off" in detail
    assert "olga" in detail
    placed.order(RemoveTag("ahu-2"))
    assert placed.reply().stage is Stage.DONE
    placed.write("blind", 30.0)
    assert placed.reply().stage is Stage.ACCEPTED


@pytest.mark.parametrize(
    ("reading", "allowed"),
    [
        (None, False),
        (Reading(0.0, Quality.GOOD, 1), False),
        (Reading(1.0, Quality.BAD_COMM_LOSS, 1), False),
        (Reading(1.0, Quality.UNCERTAIN_SUBSTITUTED, 1), False),
        (Reading(1.0, Quality.GOOD, 1), True),
    ],
)
def test_nothing_is_written_while_the_device_stands_on_local(reading: Reading | None, allowed: bool) -> None:
    with Rig(is_live=True) as rig:
        placed = Placed(rig, remote=True)
        placed.wait_link(Link.UP)
        if reading is not None:
            placed.plant["ahu-2", "remote"] = reading
        if allowed:
            placed.write("blind", 30.0)
            assert placed.reply().stage is Stage.ACCEPTED
        else:
            assert "ahu-2" in placed.refused()


def test_a_restart_ends_what_was_under_way_and_writes_nothing(placed: Placed) -> None:
    """A write is never repeated: whether it took effect nobody can say."""
    placed.write("setpoint", 21.0)
    placed.sweep.next(Watch)
    old = placed.driver
    placed.restart()
    placed.wait_link(Link.UP)
    assert [placed.reply().stage for _ in range(3)] == [Stage.ACCEPTED, Stage.WRITTEN, Stage.UNKNOWN]
    assert len(old.writes) == 1
    assert not placed.driver.writes


def test_what_a_device_does_not_know_is_refused(placed: Placed) -> None:
    placed.order("nonsense")
    assert placed.reply().stage is Stage.REFUSED


# -- tags and substitution


def hour_ns() -> int:
    return time.time_ns() + 3600 * 10**9


def test_a_tag_and_a_substitution_survive_a_restart(placed: Placed) -> None:
    until_ns = hour_ns()
    placed.order(HangTag("ahu-2", "belt\noff"))
    placed.order(SubstitutePoint("ahu-2", "temperature", 21.5, "broken", until_ns))
    assert [placed.reply().stage for _ in range(2)] == [Stage.DONE] * 2
    wanted = Substitute(1, TEMPERATURE, 21.5, until_ns)
    assert placed.sweep.next(Substitute) == wanted
    placed.ref.stop(timeout=WITHIN_S)
    placed.rig.live.so_far(DeviceState)
    placed.start()
    assert placed.sweep.next(Substitute) == wanted
    state = placed.rig.live.next(DeviceState)
    assert (state.tag_note, state.tag_by, state.substituted) == ("belt\noff", "olga", ("temperature",))


def test_a_substitution_ends_on_command(placed: Placed) -> None:
    placed.order(SubstitutePoint("ahu-2", "temperature", 21.5, "broken", hour_ns()))
    placed.order(EndSubstitution("ahu-2", "temperature"))
    assert placed.sweep.next(EndSubstitute) == EndSubstitute(1, TEMPERATURE)
    assert [placed.reply().stage for _ in range(2)] == [Stage.DONE] * 2
    assert not [key for key in placed.rig.recall if "substitute" in key]


def test_a_substitution_ends_with_its_time(placed: Placed) -> None:
    placed.order(SubstitutePoint("ahu-2", "temperature", 21.5, "broken", time.time_ns() + 10**8))
    assert placed.sweep.next(EndSubstitute) == EndSubstitute(1, TEMPERATURE)
    eventually(lambda: not [key for key in placed.rig.recall if "substitute" in key])


def test_a_substitution_whose_end_came_while_nobody_ran_is_forgotten(placed: Placed) -> None:
    placed.ref.stop(timeout=WITHIN_S)
    placed.rig.recall["~ahu-2/substitute/temperature"] = b"21.5 1"
    placed.start()
    placed.wait_link(Link.UP)
    assert not placed.sweep.so_far(Substitute)
    assert "~ahu-2/substitute/temperature" not in placed.rig.recall


@pytest.mark.parametrize(("point_id", "ahead_s"), [("nothing", 3600), ("temperature", -1)])
def test_a_substitution_that_makes_no_sense_is_refused(placed: Placed, point_id: str, ahead_s: int) -> None:
    placed.order(SubstitutePoint("ahu-2", point_id, 1.0, "", time.time_ns() + ahead_s * 10**9))
    assert placed.reply().stage is Stage.REFUSED
    assert not placed.rig.recall


# -- totals


class Totalling(FakeDriver):
    """Accumulates."""

    follows = False

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig.loop)
        self.totals: dict[str, float] = {}

    def state(self) -> dict[str, float]:
        return self.totals

    def restore(self, state: dict[str, float]) -> None:
        self.totals = dict(state)


def test_what_a_driver_accumulated_survives_the_end_of_its_actor(
    placed: Placed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make() -> FakeDriver:
        placed.drivers.append(Totalling(placed.rig))
        return placed.driver

    monkeypatch.setattr(placed, "_make", make)
    placed.restart()
    placed.wait_link(Link.UP)
    first = placed.driver
    assert isinstance(first, Totalling)
    first.totals = {"energy": 12345.678901234567, "energy.last": 0.1}
    placed.restart()
    placed.wait_link(Link.UP)
    second = placed.driver
    assert isinstance(second, Totalling)
    assert second is not first
    assert second.totals == first.totals
