"""The emergency plans of the demo against the simulated campus: what its devices hold once one was played.

The book of linkage decides as in `core`; channels, gate and disk are left out. A command reaches its device
in the second in which it is given.
"""

from collections.abc import Callable
from itertools import count

import pytest

from actors.linkage.book import Book
from actors.messages import (
    AlarmState,
    JournalRow,
    OrderRow,
    PointRead,
    RequestRow,
    RestoreRun,
    RunState,
    Stage,
    StationCalled,
    StepState,
)
from config.plans import PointName
from config.site import Site
from drivers.simulators import Campus
from tests.drivers.simulators.test_campus_world import alarms, values

NewCampus = Callable[..., Campus]
Name = tuple[str, str, str]
SECOND_NS = 10**9


class Control:
    """A campus and the linkage that watches it."""

    def __init__(self, site: Site, campus: Campus) -> None:
        tokens = count(1)
        self.site, self.campus = site, campus
        self.book = Book(site, next_run=1, new_token=lambda: f"t{next(tokens)}")
        self.now_ns = round(campus.world.time_s) * SECOND_NS
        self.standing: set[Name] = set()
        self.orders: list[OrderRow] = []
        self.calls: list[object] = []
        self.requests: list[RequestRow] = []
        self.steps: dict[tuple[str, str], StepState] = {}
        self._rows = count(1)
        self.pass_s(60)  # a working morning on which all runs

    def play(self, *scenarios: str) -> None:
        for scenario in scenarios:
            self.campus.write("drill", scenario, 1)

    def pass_s(self, seconds: int) -> None:
        for _ in range(seconds):
            self.campus.step(1)
            self.now_ns += SECOND_NS
            self._look()
            self.book.tick(self.now_ns)
            self._settle()

    def states(self, plan: str) -> list[RunState]:
        return [row.state for row in self.book.state(self.now_ns).runs if row.plan == plan]

    def done(self, plan: str) -> set[str]:
        return {step for (of, step), state in self.steps.items() if of == plan and state is StepState.DONE}

    def holds(self, name: str) -> float | str | None:
        device, point = name.split("/")
        found: float | str | None = values(self.campus)[device, point]
        return found

    def restore(self, plan: str) -> None:
        (run,) = [row.id for row in self.book.state(self.now_ns).runs if row.plan == plan]
        assert self.book.command(RestoreRun(run, "safe"), "olga", self.now_ns) == 0
        self._settle()
        self.pass_s(5)

    def _look(self) -> None:
        now = {name for device, read in self.campus.readings() for name in alarms(device, read)}
        for name in sorted(now ^ self.standing):
            self.book.journaled(self._row(name, begins=name in now), self.now_ns)
        self.standing = now

    def _row(self, name: Name, *, begins: bool) -> JournalRow:
        rule = self.site.rule(*name)
        assert rule is not None
        return JournalRow(
            id=next(self._rows), time_ns=self.now_ns, source_ns=self.now_ns, device=name[0], point=name[1],
            rule=name[2], zone="", event=1, transition="alarm_occurs" if begins else "return_to_normal",
            state=AlarmState.UNACKNOWLEDGED, priority=rule.priority.rank, value=None, limit=None,
            limit_set="", user="", station="", note="", annunciated=begins, fresh=begins,
        )  # fmt: skip

    def _settle(self) -> None:
        for _ in range(100):
            decision = self.book.take()
            self.calls += decision.calls
            self.requests += decision.requests
            for run in decision.runs.values():
                run.kept()
                self.steps |= {(run.row.plan, id_): step.state for id_, step in run.steps.items()}
            for order in decision.orders:
                self.orders.append(order)
                self.campus.write(order.device, order.point, order.value)
                self.book.answered(order.id, Stage.CONFIRMED, "", self.now_ns)
            wanted = decision.reads | {feedback.point for feedback in self.book.awaited()}
            if wanted:
                self.book.readings({point: self._read(point) for point in wanted}, self.now_ns)
            if decision.is_empty:
                return
        raise AssertionError("it never comes to rest")

    def _read(self, name: PointName) -> PointRead | None:
        value = values(self.campus)[name.device, name.point]
        return None if value is None else PointRead(name.device, name.point, value, 0, stale=False)


@pytest.fixture
def control(demo: Site, new_campus: NewCampus) -> Control:
    return Control(demo, new_campus())


def test_a_fire_is_verified_on_one_detector_and_acted_on_beside_the_controller_on_two(
    control: Control,
) -> None:
    """GB 50116: Steward writes nothing of the fire system, and watches its feedback."""
    assert control.holds("pau-a/mode") != 0
    before = control.holds("lc-a-2/scene")
    control.play("smoke-a-2")
    control.pass_s(30)
    assert control.states("fire-a") == [RunState.VERIFYING]
    assert control.orders == [], "one detector alone starts nothing"
    control.play("smoke-a-2-second")
    control.pass_s(200)
    assert control.holds("pau-a/mode") == 0
    assert control.holds("pa-a/music") == 0
    assert control.holds("display-a/template") == 1
    assert control.holds("door-a-2/door-1-command") == 1
    assert control.holds("turnstile-a/command") == 1
    assert control.holds("barrier-in/command") == 1
    assert control.holds("lc-a-2/scene") == 1
    assert control.done("fire-a") >= {
        "watch-smoke-fan", "watch-make-up-fan", "watch-shutter", "watch-power-cut", "watch-broadcast",
    }  # fmt: skip
    kinds = {
        control.site.subsystems[control.site.devices[one.device].subsystem].kind for one in control.orders
    }
    assert "fire" not in kinds
    assert {one.device for one in control.calls if isinstance(one, StationCalled) and one.device} >= {
        "cam-a-2"
    }
    assert [one.target for one in control.requests] == ["fire"]
    assert control.states("fire-b") == control.states("fire-c") == []
    control.campus.write("drill", "reset", 1)
    control.pass_s(30)
    assert control.states("fire-a") == [RunState.AWAITING], "nobody has said that it is safe"
    assert control.holds("pau-a/mode") == 0
    control.restore("fire-a")
    assert control.holds("pau-a/mode") != 0
    assert control.holds("lc-a-2/scene") == before
    assert control.holds("door-a-2/door-1-command") == 0


def test_a_burst_pipe_shuts_the_valve_and_runs_the_pumps_once_two_sensors_agree(control: Control) -> None:
    control.play("leak-c-b1")
    control.pass_s(120)
    assert control.holds("valve-c/command") == 0
    assert control.holds("valve-c/state") == 0
    assert control.holds("ws-1/mode") == 0
    assert control.holds("sp-c/mode") == 1
    assert control.holds("display-c/template") == 2
    assert {(one.kind, one.target) for one in control.requests} == {
        ("order", "plumbing"), ("notify", "engineering"),
    }  # fmt: skip
    assert control.holds("valve-a/command") == 1


def test_a_break_in_turns_camera_and_lights_to_it_and_calls_the_guards(control: Control) -> None:
    control.play("intrusion-b-1")
    control.pass_s(30)
    assert control.holds("cam-b-1/preset") == 2
    assert control.holds("lc-b-1/scene") == 1
    assert [one.target for one in control.requests] == ["security"]
    assert {one.device for one in control.orders if one.device.startswith("door")} == set(), (
        "ways out stay free"
    )


def test_lost_mains_shed_loads_watch_the_generator_and_are_restored_by_hand(control: Control) -> None:
    before = control.holds("ch-1/mode")
    control.play("mains-loss")
    control.pass_s(60)
    assert control.holds("ch-1/mode") == 0
    assert control.holds("pau-b/mode") == 0
    assert control.holds("ats-1/position") == 2
    assert control.steps["power-loss", "generator"] is StepState.DONE
    control.campus.write("drill", "mains-loss", 0)
    control.pass_s(120)
    assert control.states("power-loss") == [RunState.AWAITING]
    assert control.holds("ch-1/mode") == 0
    control.restore("power-loss")
    assert control.holds("ch-1/mode") == before


def test_a_generator_that_does_not_start_is_shown_as_missing_feedback(control: Control) -> None:
    control.play("generator-fails", "mains-loss")
    control.pass_s(120)
    assert control.steps["power-loss", "generator"] is StepState.FAILED
    assert {
        one.text.partition("\u001e")[2] for one in control.requests if one.plan == "generator-failed"
    } != set()
