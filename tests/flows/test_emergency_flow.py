"""The emergency plans of the demo on the running site: events are played at the drill console over real
Modbus, and each result is read back from the history of linkage (S0-3.5.5, S0-3.5.6, GB 50116)."""

from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from actors.channels.query import QueryFailed
from actors.messages import (
    ConfirmRun,
    HeldPoint,
    HeldPoints,
    Issuer,
    OperatePoint,
    Outcome,
    ReadHeldPoints,
    ReadRequests,
    ReadRun,
    ReadRuns,
    RejectRun,
    Requests,
    RestoreRun,
    RunRead,
    RunRow,
    Runs,
    RunState,
    SelectPoint,
    Stage,
    StepState,
    StopRun,
)
from benchmarks.browser import chromium
from tests.flows.demo import demo_house, field_values
from tests.flows.house import House, eventually
from tests.flows.visitor import PATIENCE_MS, Visitor

expect.set_options(timeout=PATIENCE_MS)

PATIENCE_S = 60.0
"""A second of the campus is a fifth of one here; what waits for feedback does so by the real clock."""

EXITS_A = {
    *(f"door-a-{floor}/door-{door}-command" for floor in (1, 2, 3) for door in (1, 2)),
    "turnstile-a/command",
}
EXITS_B = {name.replace("-a", "-b") for name in EXITS_A}
BARRIERS = {"barrier-in/command", "barrier-out/command"}
LIGHTS_A = {"lc-a-b1", "lc-a-1", "lc-a-2", "lc-a-3"}
FIRE_A: dict[str, float] = {
    **dict.fromkeys(EXITS_A | BARRIERS, 1),
    **{f"{cabinet}/mode": 0 for cabinet in LIGHTS_A},
    **{f"{cabinet}/scene": 1 for cabinet in LIGHTS_A},
    "pau-a/mode": 0,
    "pa-a/music": 0,
    "display-a/template": 1,
}
"""All that the plan writes in building A."""
FLOOD_C: dict[str, float] = {
    "valve-c/command": 0, "ws-1/mode": 0, "sp-c/mode": 1, "display-c/template": 2, "pa-c/announcement": 3,
}  # fmt: skip
FAN = {"watch-smoke-fan"}
WATCHED = {f"watch-{what}" for what in ("broadcast", "make-up-fan", "shutter", "lifts", "power-cut")}


_WELL = {StepState.DONE, StepState.UNKNOWN}
Values = dict[str, float | str | None]


@dataclass
class Room:
    """The control room: an operator before the running site."""

    home: House
    operator: Issuer

    # --- what it does

    def operate(self, point: str, value: float) -> Stage:
        """Select, then operate; how it ended."""
        device, _, name = point.partition("/")
        selected = self.home.tell(SelectPoint(device, name, value), self.operator)[-1]
        assert selected.stage == Stage.DONE, selected
        return self.home.tell(OperatePoint(str(selected.value), device, name, value), self.operator)[-1].stage

    def play(self, *scenarios: str) -> None:
        for scenario in scenarios:
            assert self.operate(f"drill/{scenario}", 1) == Stage.CONFIRMED

    def end(self, scenario: str) -> None:
        assert self.operate(f"drill/{scenario}", 0) == Stage.CONFIRMED

    def decide(self, command: Any) -> None:
        told = self.home.tell(command, self.operator)[-1]
        assert told.stage == Stage.DONE, told

    def restore(self, run: int) -> RunRead:
        """A person says that it is safe."""
        self.decide(RestoreRun(run, "确认安全 safe"))
        return self.reaches(run, RunState.ENDED)

    # --- what it sees

    def values(self, *points: str) -> Values:
        return field_values(self.home, *points)

    def shows(self, wanted: dict[str, float]) -> None:
        try:
            eventually(lambda: self.values(*wanted) == wanted, PATIENCE_S)
        except AssertionError:
            assert self.values(*wanted) == wanted

    def runs(self, plan: str) -> list[RunRow]:
        """Newest first; none while `core` is away."""
        try:
            pages: list[Runs] = self.home.ask("core", ReadRuns(0, 100, plan=plan))
        except QueryFailed:
            return []
        return [row for page in pages for row in page.rows]

    def opens(self, plan: str, state: RunState, known: int = 0) -> RunRow:
        """The run of a plan that comes after the `known` ones, in a state."""

        def newest() -> RunRow | None:
            rows = self.runs(plan)
            return rows[0] if len(rows) > known and rows[0].state is state else None

        found: RunRow = eventually(newest, PATIENCE_S, f"a run of {plan} that is {state}")
        return found

    def read(self, run: int) -> RunRead:
        (found,) = self.home.ask("core", ReadRun(run))
        assert isinstance(found, RunRead)
        return found

    def reaches(self, run: int, state: RunState) -> RunRead:
        def there() -> bool:
            found = self.read(run).run
            return found is not None and found.state is state

        eventually(there, PATIENCE_S, f"run {run} to be {state}")
        return self.read(run)

    def steps(self, run: int) -> dict[str, StepState]:
        try:
            return {one.step: one.state for one in self.read(run).steps}
        except QueryFailed:
            return {}

    def all_done(self, run: int, steps: AbstractSet[str] = frozenset()) -> None:
        """These steps, or all, have a good result. Where `core` was killed nobody may know what came of a
        command: then it is said to be unknown, and never given again."""

        def done() -> bool:
            found = self.steps(run)
            return bool(found) and all(found[one] in _WELL for one in steps or found)

        try:
            eventually(done, PATIENCE_S)
        except AssertionError:
            pytest.fail(f"the steps of run {run}: {self.steps(run)}")

    def held(self) -> dict[str, HeldPoint]:
        pages: list[HeldPoints] = self.home.ask("core", ReadHeldPoints())
        return {f"{one.device}/{one.point}": one for page in pages for one in page.rows}

    def asked_for(self, run: int) -> list[tuple[str, str]]:
        """Rosters and teams that a run has called."""
        pages: list[Requests] = self.home.ask("core", ReadRequests(0, 1000))
        return sorted((one.kind, one.target) for page in pages for one in page.rows if one.run == run)

    def written(self) -> Counter[tuple[str, float]]:
        """Point and value of all that has come to the devices since the site began, but for the console."""
        told = [line.partition("campus: ")[2].split() for line in self.home.log.read_text().splitlines()]
        return Counter((one[0], float(one[1])) for one in told if one and not one[0].startswith("drill/"))


def orders(found: RunRead, *, restores: bool = False) -> list[str]:
    """Device and point of each command, in the order in which they were given."""
    return [f"{one.device}/{one.point}" for one in found.orders if one.restores is restores]


def numbers(values: Values) -> dict[str, float]:
    return {point: float(value) for point, value in values.items() if value is not None}


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    with demo_house() as home:
        found = Room(home, home.administrator())
        eventually(lambda: home.rates("core").get("linkage") == 1.0, what="linkage")
        found.shows({"drill/playing": 0, "pau-a/mode": 2, "fp-1/state": 0})
        yield found


# --- one detector


def test_one_detector_opens_a_verification_with_a_clock_and_starts_nothing(room: Room) -> None:
    room.play("smoke-b-2")
    run = room.opens("fire-b", RunState.VERIFYING)
    assert run.deadline_ns - run.opened_ns == 180 * 10**9
    found = room.read(run.id)
    assert [one.point for one in found.signals] == ["smoke-1"]
    assert {one.state for one in found.steps} == {StepState.PENDING}
    assert found.orders == ()
    room.decide(RejectRun(run.id, "误报 burnt toast"))
    ended = room.reaches(run.id, RunState.ENDED).run
    assert ended is not None
    assert (ended.outcome, ended.user) == (Outcome.REJECTED, "chief")
    assert room.written() == {}, "but for the console"
    assert room.values("fl-b/confirmed", "fl-b/smoke-fan-command") == {
        "fl-b/confirmed": 0, "fl-b/smoke-fan-command": 0,
    }  # fmt: skip
    room.play("reset")
    room.shows({"fp-1/state": 0, "fz-b-2/smoke-1": 0})


# --- a fire and a burst pipe at once, while `core` is killed and a fan gives no feedback


@dataclass
class Emergencies:
    fire: int
    flood: int
    before: Values
    """What the points of both plans held."""


@pytest.fixture(scope="module")
def played(room: Room) -> Emergencies:
    """A fire in building A, of which two detectors tell, and water in the pump room. `core` was killed once
    the plan of the fire had written something."""
    before = room.values(*FIRE_A, *FLOOD_C)
    assert not before.items() & (FIRE_A | FLOOD_C).items(), "nothing would be seen of the plans"
    room.play("no-smoke-fan-a", "smoke-a-2", "leak-c-b1")
    fire = room.opens("fire-a", RunState.VERIFYING).id
    flood = room.opens("flood-c", RunState.VERIFYING).id
    assert room.read(fire).orders == room.read(flood).orders == ()
    assert room.values(*FIRE_A, *FLOOD_C) == before
    room.play("smoke-a-2-second")
    eventually(lambda: room.written() & Counter(FIRE_A.items()), PATIENCE_S, "the first write")
    room.home.wait_back("core", room.home.kill("core"))
    return Emergencies(fire, flood, before)


def test_two_detectors_start_the_plan_which_goes_on_when_core_is_killed_and_does_nothing_twice(
    room: Room, played: Emergencies
) -> None:
    room.shows(FIRE_A)
    found = room.read(played.fire)
    room.all_done(played.fire, {one.step for one in found.steps} - FAN)
    signals = {one.point for one in found.signals}
    assert "smoke-1" in signals
    assert signals & {"smoke-2", "confirmed"}, "the second, or the panel that counts two"
    assert Counter(orders(room.read(played.fire))) == Counter(FIRE_A.keys())
    written = room.written()
    assert {what: written[what] for what in FIRE_A.items()} == dict.fromkeys(FIRE_A.items(), 1)
    assert room.asked_for(played.fire) == [("notify", "fire")]
    assert room.runs("fire-c") == []


def test_fire_outputs_are_watched_and_never_written(room: Room, played: Emergencies) -> None:
    """GB 50116: smoke fans, shutters, lifts, power cut, broadcast belong to the fire-linkage controller."""
    room.all_done(played.fire, WATCHED)
    found = room.read(played.fire)
    assert {one.step for one in found.steps if one.role == "primary"} == WATCHED | FAN
    assert not any(one.device.startswith(("fp-", "fl-", "fz-", "lift-")) for one in found.orders)
    room.shows({"fl-a/lifts-feedback": 1, "fl-a/power-cut-feedback": 1, "door-a-2/fire-input": 1})


def test_a_station_opened_late_shows_what_is_posted_and_the_cameras_of_the_fire(
    room: Room, played: Emergencies
) -> None:
    """The page's own process was killed too; the pictures come through it, from the simulated cameras."""
    room.all_done(played.fire, WATCHED)
    room.home.wait_back("web-control", room.home.kill("web-control"))
    with chromium() as browser:
        visitor = Visitor(browser, room.home.control).log_in("chief")
        page = visitor.open("/alarms")
        expect(page.locator(".notice.posted").first).to_contain_text("A座发生火情")
        shown = page.locator(".callup figure")
        expect(shown).to_have_count(5)  # four of the fire, one of the flood
        floor = page.locator(".callup figure[data-camera=cam-a-2] img")
        page.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=floor.element_handle())
        before = floor.get_attribute("src")
        expect(floor).not_to_have_attribute("src", str(before))
        expect(page.locator(".callup .why", has_text="A座火灾应急预案")).to_contain_text("感烟探测器火警")
        visitor.close()
        assert visitor.troubles == []


def test_a_burst_pipe_shuts_the_valve_once_two_sensors_agree(room: Room, played: Emergencies) -> None:
    room.shows({**FLOOD_C, "valve-c/state": 0})
    room.all_done(played.flood)
    assert room.asked_for(played.flood) == [("notify", "engineering"), ("order", "plumbing")]
    room.end("leak-c-b1")  # mended; it dries


# --- meanwhile in building B


def test_a_break_in_turns_camera_and_lights_to_it_and_calls_the_guards(room: Room) -> None:
    room.play("intrusion-b-1")
    run = room.opens("intrusion-b", RunState.HOLDING)
    room.all_done(run.id)
    room.shows({"cam-b-1/at-preset": 2, "lc-b-1/scene": 1})
    assert room.asked_for(run.id) == [("notify", "security")]
    assert not any(point.startswith(("door-", "turnstile-")) for point in orders(room.read(run.id)))
    room.end("intrusion-b-1")
    assert room.operate("intrusion-b/arm", 0) == Stage.CONFIRMED
    room.reaches(run.id, RunState.AWAITING)
    ended = room.restore(run.id).run
    assert ended is not None
    assert ended.outcome is Outcome.DONE


def test_a_person_confirms_one_detector_and_a_door_that_a_person_operates_is_left_alone(room: Room) -> None:
    """The hand wins over the plan before it writes and after, also at its end, and everybody sees that."""
    known = len(room.runs("fire-b"))
    before = room.values(*EXITS_B)
    room.play("smoke-b-2")
    run = room.opens("fire-b", RunState.VERIFYING, known)
    assert room.operate("turnstile-b/command", 2) == Stage.CONFIRMED
    room.decide(ConfirmRun(run.id, "现场已见烟 smoke is seen"))
    eventually(lambda: room.steps(run.id)["exits"] is StepState.LOST, PATIENCE_S, "the exits")
    room.shows({**dict.fromkeys(EXITS_B, 1.0), "turnstile-b/command": 2})
    (exits,) = [one for one in room.read(run.id).steps if one.step == "exits"]
    assert "chief" in exits.detail
    assert room.operate("door-b-3/door-2-command", 0) == Stage.CONFIRMED
    by_hand = {point: one for point, one in room.held().items() if not one.run}
    assert {point: one.user for point, one in by_hand.items()} == {
        "turnstile-b/command": "chief", "door-b-3/door-2-command": "chief",
    }  # fmt: skip
    assert by_hand["door-b-3/door-2-command"].losers == ("fire-b",)
    assert room.values("door-b-3/door-2-command", "fl-b/confirmed") == {
        "door-b-3/door-2-command": 0, "fl-b/confirmed": 0,
    }  # fmt: skip
    room.decide(StopRun(run.id, "已扑灭 it is out"))
    awaiting = room.reaches(run.id, RunState.AWAITING)
    assert {one.state for one in awaiting.steps if one.role == "primary"} == {StepState.SKIPPED}
    assert orders(awaiting, restores=True) == []
    ended = room.restore(run.id)
    assert ended.run is not None
    assert ended.run.outcome is Outcome.STOPPED
    lost = {f"{one.device}/{one.point}" for one in ended.orders if one.stage == "lost"}
    assert lost == {"turnstile-b/command", "door-b-3/door-2-command"}
    room.shows({**numbers(before), "turnstile-b/command": 2})


# --- the end of the fire and of the flood


def test_a_fan_without_feedback_alarms_and_its_step_is_shown_as_failed(
    room: Room, played: Emergencies
) -> None:
    def failed() -> bool:
        return room.steps(played.fire)["watch-smoke-fan"] is StepState.FAILED

    eventually(failed, PATIENCE_S, "the fan")
    (watched,) = [one for one in room.read(played.fire).steps if one.step == "watch-smoke-fan"]
    assert "fl-a/smoke-fan-feedback" in watched.detail
    assert room.home.alarms()["fl-a/smoke-fan-feedback/no-feedback"].active


def test_nothing_is_restored_until_a_person_says_so_and_then_in_the_reverse_order(
    room: Room, played: Emergencies
) -> None:
    room.reaches(played.flood, RunState.AWAITING)
    room.reaches(played.fire, RunState.HOLDING)
    room.play("reset")
    room.reaches(played.fire, RunState.AWAITING)
    room.shows({"fp-1/state": 0, "door-a-2/fire-input": 0})
    assert room.values(*FIRE_A, *FLOOD_C) == FIRE_A | FLOOD_C, "nobody has said that it is safe"
    for run, outcome in ((played.flood, Outcome.DONE), (played.fire, Outcome.FAILED)):
        ended = room.restore(run)
        assert orders(ended, restores=True) == orders(ended)[::-1]
        assert {one.stage for one in ended.orders if one.restores} == {Stage.CONFIRMED}
        assert ended.run is not None
        assert (ended.run.outcome, ended.run.user) == (outcome, "chief")
    room.shows(numbers(played.before))


# --- power


def test_lost_mains_shed_loads_and_their_return_restores_nothing_by_itself(room: Room) -> None:
    shed = {"ch-1/mode": 0.0, "pau-b/mode": 0.0, "display-c/template": 4.0, "pa-c/announcement": 5.0}
    before = room.values(*shed)
    room.play("mains-loss")
    run = room.opens("power-loss", RunState.HOLDING)
    room.all_done(run.id)
    room.shows({**shed, "ats-1/position": 2, "gen-1/running": 1})
    assert room.asked_for(run.id) == [("notify", "engineering"), ("order", "electrical")]
    room.end("mains-loss")
    room.reaches(run.id, RunState.AWAITING)
    room.shows({"ats-1/position": 1, "ats-1/mains-ok": 1})
    assert room.values(*shed) == shed
    room.restore(run.id)
    room.shows(numbers(before))
