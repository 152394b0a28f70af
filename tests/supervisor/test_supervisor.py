"""R-01..R-34: the meanings of OTP's supervisor, after the groups of its own supervisor_SUITE."""

import dataclasses
import queue
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pykka
import pytest

from actors.actor import Actor, Ref
from actors.address import Address
from actors.dispatcher import Dispatcher
from actors.life import ChildFailed, ChildStarted, ChildStopped, Life, Ping, Wake
from supervisor.restart import Breaker
from supervisor.spec import (
    AddChild,
    Child,
    ChildFaulted,
    ChildHealed,
    FaultNews,
    Place,
    RemoveChild,
    ReplaceChild,
    Restart,
    Retry,
    Strategy,
    SupervisionError,
)
from supervisor.supervisor import Supervisor
from supervisor.tree import Look, Node, State, tree

WAIT_S = 30.0
BREAKER = Breaker(failures=3, period_s=60.0, retry_s=600.0)


class World:
    """What the workers of a test do, and a record of what they did."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.refs: dict[str, Ref] = {}
        self.siblings: dict[str, Address] = {}
        self.broken: dict[str, int] = {}
        """How many of its next starts fail, by name."""
        self.hang_in_setup: set[str] = set()
        self.hang_in_teardown: set[str] = set()
        self.release = threading.Event()
        self._changed = threading.Condition()

    def note(self, event: str) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait(self, event: str, times: int = 1) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self.events.count(event) >= times, WAIT_S), (
                f"{event!r} did not happen {times} times: {self.events}"
            )

    def child(self, name: str, *, dispatcher: Dispatcher | None = None, **spec: Any) -> Child:
        def start(place: Place) -> Ref:
            self.refs[name] = Worker.start(place, self, dispatcher=dispatcher)
            self.siblings.update(place.siblings)
            return self.refs[name]

        return Child(name, start, **spec)

    def children(self, names: str, **spec: Any) -> list[Child]:
        return [self.child(name, **spec) for name in names.split()]

    def crash(self, name: str) -> None:
        self.refs[name].tell(ValueError(f"{name} crashed"))


class Worker(Actor):
    def __init__(self, place: Place, world: World, *, dispatcher: Dispatcher | None = None) -> None:
        super().__init__(place.name, place.supervisor, dispatcher=dispatcher)
        self._world = world

    def setup(self) -> None:
        self._world.note(f"{self.name} begins")
        if self.name in self._world.hang_in_setup:
            self._world.release.wait(WAIT_S)
        if self._world.broken.get(self.name, 0):
            self._world.broken[self.name] -= 1
            self._world.note(f"{self.name} breaks")
            raise ValueError(f"{self.name} is broken")
        self._world.note(f"+{self.name}")

    def handle(self, message: Any) -> Any:
        if isinstance(message, BaseException):
            raise message
        return message

    def teardown(self) -> None:
        if self.name in self._world.hang_in_teardown:
            self._world.release.wait(WAIT_S)
        self._world.note(f"-{self.name}")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Stage:
    """A supervisor under test, with a parent that listens and a clock that the test moves."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = Clock()
        self.news: list[FaultNews] = []
        self.ref: Ref
        self.address = Address("root")
        self._heard: queue.SimpleQueue[Life] = queue.SimpleQueue()

    def tell(self, message: Life) -> None:
        self._heard.put(message)

    def hears(self, *kinds: type[Life]) -> Life:
        message = self._heard.get(timeout=WAIT_S)
        assert isinstance(message, kinds), message
        return message

    def failure(self) -> str:
        failed = self.hears(ChildFailed)
        assert isinstance(failed, ChildFailed)
        return failed.error

    def begin(self, children: list[Child], **options: Any) -> None:
        self.ref = Supervisor.start(
            "root", self, children, on_fault=self.news.append, clock=self.clock, **options
        )
        self.address.point(self.ref)

    def start(self, children: list[Child], **options: Any) -> None:
        self.begin(children, **options)
        self.hears(ChildStarted)

    def move(self, seconds: float) -> None:
        self.settle()  # what it is just doing still belongs to the old time
        self.clock.now += seconds
        self.settle()

    def expire(self, seconds: float) -> None:
        """As `move`, where the supervisor does not survive it."""
        self.settle()
        self.clock.now += seconds
        self.ref.tell(Wake())

    def settle(self) -> None:
        """Everything told to the supervisor so far has been handled."""
        self.ref.tell(Wake())
        self.ref.ask(Ping(), timeout=WAIT_S)

    def ask(self, request: Any) -> Any:
        return self.ref.ask(request, timeout=WAIT_S).get(timeout=WAIT_S)

    def node(self, name: str) -> Node:
        return next(node for node in self.tree().children if node.name == name)

    def tree(self) -> Node:
        return tree(self.address, timeout_s=WAIT_S)

    def until(self, truth: Callable[[], bool]) -> None:
        deadline = time.monotonic() + WAIT_S
        while not truth():
            assert time.monotonic() < deadline, self.world.events
            self.settle()

    def until_state(self, name: str, state: State) -> None:
        self.until(lambda: self.node(name).state is state)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def stage(world: World) -> Iterator[Stage]:
    stage = Stage(world)
    yield stage
    world.release.set()
    if hasattr(stage, "ref"):
        stage.ref.stop(timeout=WAIT_S)


@pytest.fixture
def pool() -> Iterator[Dispatcher]:
    dispatcher = Dispatcher()
    dispatcher.start()
    yield dispatcher
    assert dispatcher.stop()


# -- sup_start


def test_children_start_in_order_each_when_the_one_before_has_started(world: World, stage: Stage) -> None:
    stage.start(world.children("a b c"))
    assert world.events == ["a begins", "+a", "b begins", "+b", "c begins", "+c"]


def test_a_supervisor_reports_its_start_once_all_its_children_have(world: World, stage: Stage) -> None:
    world.hang_in_setup.add("b")
    stage.begin(world.children("a b"))
    world.wait("b begins")
    assert stage.tree().state is State.STARTING
    assert stage.node("b").state is State.STARTING
    world.release.set()
    stage.hears(ChildStarted)
    assert stage.tree().state is State.RUNNING


def test_a_supervisor_without_children_starts(stage: Stage) -> None:
    stage.start([])
    assert stage.tree().children == ()


def test_a_child_whose_setup_fails_ends_the_start_and_stops_those_before_it(
    world: World, stage: Stage
) -> None:
    world.broken["c"] = 1
    stage.begin(world.children("a b c d"), strategy=Strategy.REST_FOR_ONE)
    assert "c did not start: ValueError('c is broken')" in stage.failure()
    assert world.events[-2:] == ["-b", "-a"]
    assert "d begins" not in world.events


def test_a_factory_that_raises_is_a_child_that_did_not_start(world: World, stage: Stage) -> None:
    def fail(_: Place) -> Ref:
        raise KeyError("no such driver")

    stage.begin([world.child("a"), Child("b", fail)])
    assert "b did not start: KeyError('no such driver')" in stage.failure()
    assert "-a" in world.events


def test_a_child_that_does_not_start_in_time_is_abandoned_and_ends_the_start(
    world: World, stage: Stage
) -> None:
    world.hang_in_setup.add("a")
    stage.begin([world.child("a", start_s=10)])
    world.wait("a begins")
    stage.expire(11)
    assert "a did not start: did not start within 10 s; it was abandoned" in stage.failure()


def test_neighbours_that_are_concurrent_start_together_and_the_next_waits_for_all(
    world: World, stage: Stage
) -> None:
    world.hang_in_setup.update("ab")
    stage.begin([*world.children("a b", concurrent=True), world.child("c")])
    world.wait("a begins")
    world.wait("b begins")
    assert "c begins" not in world.events
    world.release.set()
    stage.hears(ChildStarted)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"name": ""}, "empty name"),
        ({"start_s": 0}, "a: start_s is 0 s; it must be more than 0"),
        ({"shutdown_s": -1}, "a: shutdown_s is -1 s"),
        ({"turn_limit_s": 0}, "a: turn_limit_s is 0 s"),
        ({"restart": Restart.TEMPORARY, "breaker": BREAKER}, "a is temporary"),
    ],
)
def test_a_faulty_specification_is_refused(world: World, change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        replace(world.child("a"), **change)


@pytest.mark.parametrize(
    ("names", "spec", "options", "complaint"),
    [
        ("a b a", {}, {}, "two children named a"),
        (
            "a",
            {"breaker": BREAKER},
            {"strategy": Strategy.ONE_FOR_ALL},
            "a has a breaker; that needs one_for_one",
        ),
        ("a", {}, {"intensity": -1}, "intensity is -1 restarts"),
        ("a", {}, {"period_s": 0}, "period_s is 0 s"),
    ],
)
def test_faulty_specifications_together_are_refused(
    world: World, names: str, spec: dict[str, Any], options: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        Supervisor.start("root", None, world.children(names, **spec), **options)


# -- sup_stop


@pytest.mark.parametrize("strategy", [Strategy.REST_FOR_ONE, Strategy.ONE_FOR_ALL])
def test_children_stop_in_reverse_order(world: World, stage: Stage, strategy: Strategy) -> None:
    stage.start(world.children("a b c"), strategy=strategy)
    stage.ref.stop(timeout=WAIT_S)
    assert world.events[-3:] == ["-c", "-b", "-a"]
    stage.hears(ChildStopped)


def test_the_children_of_a_one_for_one_are_told_to_stop_all_at_once(world: World, stage: Stage) -> None:
    world.hang_in_teardown.add("c")
    stage.start(world.children("a b c"))
    stopped = stage.ref.stop(block=False)
    world.wait("-a")
    world.wait("-b")
    assert "-c" not in world.events
    world.release.set()
    assert stopped.get(timeout=WAIT_S)


def test_a_stop_waits_for_a_child_that_takes_its_time(world: World, stage: Stage) -> None:
    world.hang_in_teardown.add("a")
    stage.start(world.children("a", shutdown_s=WAIT_S))
    stopped = stage.ref.stop(block=False)
    with pytest.raises(pykka.Timeout):
        stopped.get(timeout=0.05)
    world.release.set()
    assert stopped.get(timeout=WAIT_S)
    assert world.events[-1] == "-a"


def test_a_child_that_does_not_stop_in_time_is_abandoned_and_named(
    world: World, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    world.hang_in_teardown.add("b")
    hangs = world.child("b", shutdown_s=0.05)
    others = world.children("a c", shutdown_s=WAIT_S)
    stage.start([others[0], hangs, others[1]], strategy=Strategy.REST_FOR_ONE)
    assert stage.ref.stop(timeout=WAIT_S)
    assert "root: 1 did not stop and are abandoned: b" in caplog.text
    assert "-a" in world.events
    world.release.set()


def test_the_wait_of_a_stop_is_bounded_and_no_hang_in_the_eyes_of_health(world: World, stage: Stage) -> None:
    world.hang_in_teardown.add("b")
    stage.start(world.children("a b", shutdown_s=8.0))
    stopped = stage.ref.stop(block=False)
    world.wait("-a")
    assert stage.ref.vitals.turn_limit_s == 5.0 + 8.0
    world.release.set()
    assert stopped.get(timeout=WAIT_S)


def test_a_stop_is_heard_while_a_child_takes_its_time_to_start(world: World, stage: Stage) -> None:
    world.hang_in_setup.add("b")
    stage.begin(world.children("a b", shutdown_s=0.05))
    world.wait("b begins")
    assert stage.ref.stop(timeout=WAIT_S)
    world.release.set()


# -- permanent, transient, temporary


@pytest.mark.parametrize(
    ("restart", "end", "restarted", "remains"),
    [
        (Restart.PERMANENT, "normal", True, True),
        (Restart.PERMANENT, "abnormal", True, True),
        (Restart.TRANSIENT, "normal", False, True),
        (Restart.TRANSIENT, "abnormal", True, True),
        (Restart.TEMPORARY, "normal", False, False),
        (Restart.TEMPORARY, "abnormal", False, False),
    ],
)
def test_a_child_that_ends_is_restarted_or_kept_or_forgotten(
    world: World, stage: Stage, restart: Restart, end: str, restarted: bool, remains: bool
) -> None:
    stage.start(world.children("a", restart=restart))
    if end == "normal":
        world.refs["a"].stop(timeout=WAIT_S)
    else:
        world.crash("a")
    world.wait("-a")
    if restarted:
        world.wait("+a", 2)
        stage.until_state("a", State.RUNNING)
        assert stage.node("a").restarts == 1
    elif remains:
        stage.until_state("a", State.STOPPED)
        assert world.events.count("+a") == 1
    else:
        stage.until(lambda: not stage.tree().children)
        assert world.events.count("+a") == 1


# -- one_for_one


def test_one_for_one_restarts_only_the_failed_child(world: World, stage: Stage) -> None:
    stage.start(world.children("a b c"))
    world.crash("b")
    world.wait("+b", 2)
    stage.until_state("b", State.RUNNING)
    assert world.events[6:] == ["-b", "b begins", "+b"]
    assert stage.node("b").error == "ValueError('b crashed')"


def test_one_for_one_escalates_beyond_its_intensity(world: World, stage: Stage) -> None:
    stage.start(world.children("a b"), intensity=1)
    world.crash("b")
    world.wait("+b", 2)
    stage.until_state("b", State.RUNNING)
    world.crash("b")
    failure = stage.failure()
    assert "more than 1 restarts within 30 s; the last to fail was b: ValueError('b crashed')" in failure
    assert world.events[-1] == "-a"


def test_a_child_that_fails_its_restart_is_tried_again_up_to_the_limit(world: World, stage: Stage) -> None:
    stage.start(world.children("a"), intensity=3)
    world.broken["a"] = 2
    world.crash("a")
    world.wait("+a", 2)
    stage.until_state("a", State.RUNNING)
    assert stage.node("a").restarts == 3
    world.broken["a"] = 9
    world.crash("a")
    assert "TooManyRestarts" in stage.failure()


def test_restarts_spread_over_more_than_the_period_go_on_for_ever(world: World, stage: Stage) -> None:
    stage.start(world.children("a"), intensity=2, period_s=10)
    for restarts in range(1, 8):
        world.crash("a")
        world.wait("+a", restarts + 1)
        stage.until_state("a", State.RUNNING)
        stage.move(6)
    assert stage.node("a").restarts == 7


# -- one_for_all


def test_one_for_all_restarts_all_in_order(world: World, stage: Stage) -> None:
    stage.start(world.children("a b c"), strategy=Strategy.ONE_FOR_ALL)
    world.crash("b")
    world.wait("+c", 2)
    restart = [event for event in world.events[6:] if "begins" not in event]
    assert restart == ["-b", "-c", "-a", "+a", "+b", "+c"]


def test_one_for_all_escalates_beyond_its_intensity(world: World, stage: Stage) -> None:
    stage.start(world.children("a b"), strategy=Strategy.ONE_FOR_ALL, intensity=0)
    world.crash("a")
    assert "TooManyRestarts" in stage.failure()
    assert world.events[-1] == "-b"


def test_one_for_all_begins_again_when_another_child_fails_its_restart(world: World, stage: Stage) -> None:
    stage.start(world.children("a b c"), strategy=Strategy.ONE_FOR_ALL)
    world.broken["b"] = 1
    world.crash("c")
    world.wait("+c", 2)
    stage.until_state("c", State.RUNNING)
    assert world.events.count("b breaks") == 1
    assert world.events.count("+a") == 3
    assert world.events.count("+b") == 2


# -- rest_for_one


def test_rest_for_one_restarts_the_failed_and_those_after_it(world: World, stage: Stage) -> None:
    stage.start(world.children("a b c"), strategy=Strategy.REST_FOR_ONE)
    world.crash("b")
    world.wait("+c", 2)
    restart = [event for event in world.events[6:] if "begins" not in event]
    assert restart == ["-b", "-c", "+b", "+c"]


def test_rest_for_one_escalates_beyond_its_intensity(world: World, stage: Stage) -> None:
    stage.start(world.children("a b"), strategy=Strategy.REST_FOR_ONE, intensity=0)
    world.crash("b")
    assert "TooManyRestarts" in stage.failure()
    assert world.events[-1] == "-a"


def test_rest_for_one_begins_again_when_another_child_fails_its_restart(world: World, stage: Stage) -> None:
    stage.start(world.children("a b c"), strategy=Strategy.REST_FOR_ONE)
    world.broken["c"] = 1
    world.crash("b")
    world.wait("+c", 2)
    stage.until_state("c", State.RUNNING)
    assert world.events.count("+a") == 1
    assert world.events.count("+b") == 2
    assert world.events.count("c breaks") == 1


def test_a_child_that_hangs_while_its_group_restarts_is_abandoned(
    world: World, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    world.hang_in_teardown.add("c")
    stage.start(world.children("a b c", shutdown_s=5), strategy=Strategy.REST_FOR_ONE)
    world.crash("b")
    stage.until_state("c", State.STOPPING)
    stage.move(6)
    world.wait("+c", 2)
    assert "root/c did not stop within 5 s; it is abandoned" in caplog.text
    world.hang_in_teardown.clear()
    world.release.set()


# -- bystanders, counting, loops


@pytest.mark.parametrize("strategy", [Strategy.REST_FOR_ONE, Strategy.ONE_FOR_ALL])
def test_a_temporary_bystander_is_stopped_with_its_group_and_forgotten(
    world: World, stage: Stage, strategy: Strategy
) -> None:
    stage.start([world.child("a"), world.child("guest", restart=Restart.TEMPORARY)], strategy=strategy)
    world.crash("a")
    world.wait("+a", 2)
    stage.until(lambda: [node.name for node in stage.tree().children] == ["a"])
    assert world.events.count("-guest") == 1


def test_a_transient_child_that_had_ended_returns_with_its_group(world: World, stage: Stage) -> None:
    stage.start(
        [world.child("a"), world.child("b", restart=Restart.TRANSIENT)], strategy=Strategy.ONE_FOR_ALL
    )
    world.refs["b"].stop(timeout=WAIT_S)
    stage.until_state("b", State.STOPPED)
    world.crash("a")
    world.wait("+b", 2)


def test_several_children_that_fail_together_restart_each(world: World, stage: Stage) -> None:
    stage.start(world.children("a b c"), intensity=3)
    for name in "abc":
        world.crash(name)
    for name in "abc":
        world.wait(f"+{name}", 2)
        stage.until_state(name, State.RUNNING)


def test_a_restart_that_hangs_blocks_neither_queries_nor_siblings_nor_the_stop(
    world: World, stage: Stage
) -> None:
    """hanging_restart_loop"""
    stage.start(world.children("a b", shutdown_s=0.05), intensity=100)
    world.hang_in_setup.add("a")
    world.crash("a")
    world.wait("a begins", 2)
    assert stage.node("a").state is State.STARTING
    world.crash("b")
    world.wait("+b", 2)
    for attempt in range(3, 6):
        stage.move(11)
        world.wait("a begins", attempt)
    assert stage.ref.stop(timeout=WAIT_S)
    world.release.set()


def test_what_a_former_incarnation_reports_late_is_no_news(world: World, stage: Stage) -> None:
    stage.start(world.children("a"))
    former = world.refs["a"].actor_urn
    world.crash("a")
    world.wait("+a", 2)
    stage.until_state("a", State.RUNNING)
    stage.ref.tell(ChildFailed("a", former, "late"))
    stage.ref.tell(ChildStopped("nobody", "urn"))
    stage.settle()
    assert stage.node("a").state is State.RUNNING
    assert stage.node("a").restarts == 1


# -- the tree


def branch(world: World, name: str, children: list[Child], **options: Any) -> Child:
    return Child(name, lambda place: Supervisor.start(place.name, place.supervisor, children, **options))


def test_a_supervisor_that_fails_is_restarted_with_all_it_holds(world: World, stage: Stage) -> None:
    stage.start([world.child("a"), branch(world, "zones", world.children("x y"), intensity=0)])
    world.crash("x")
    world.wait("+y", 2)
    assert world.events.count("-y") == 1
    assert world.events.count("+a") == 1
    stage.until_state("zones", State.RUNNING)
    assert "TooManyRestarts" in stage.node("zones").error


def test_the_tree_shows_every_level_with_its_numbers(world: World, stage: Stage) -> None:
    stage.start([world.child("a"), branch(world, "zones", world.children("x y"))])
    for number in range(3):
        world.refs["a"].ask(number, timeout=WAIT_S)
    whole = stage.tree()
    paths = {path: node.state for path, node in whole.walk()}
    assert paths == dict.fromkeys(
        ["root", "root/a", "root/zones", "root/zones/x", "root/zones/y"], State.RUNNING
    )
    a = stage.node("a")
    assert (a.kind, a.messages, a.inbox, a.restarts) == ("Worker", 3, 0, 0)
    assert a.inbox_max >= 1
    assert stage.node("zones").kind == "Supervisor"
    assert dataclasses.asdict(whole)["children"][1]["children"][0]["name"] == "x"


def test_a_branch_that_does_not_answer_is_shown_so(world: World, stage: Stage) -> None:
    class Mute(Supervisor):
        def handle(self, message: Any) -> Any:
            if isinstance(message, Look):
                world.release.wait(WAIT_S)
            return super().handle(message)

    def mute(place: Place) -> Ref:
        return Mute.start(place.name, place.supervisor, world.children("x"))

    stage.start([world.child("a"), Child("mute", mute)])
    whole = tree(stage.address, timeout_s=0.2)
    world.release.set()
    assert [(node.name, node.children) for node in whole.children] == [("a", ()), ("mute", ())]
    assert whole.children[1].error.startswith("does not answer: Timeout")


# -- children that come and go


def test_a_child_may_be_added_and_removed_while_the_supervisor_runs(world: World, stage: Stage) -> None:
    stage.start(world.children("a"))
    stage.ask(AddChild(world.child("b")))
    assert [node.name for node in stage.tree().children] == ["a", "b"]
    assert stage.node("b").state is State.RUNNING
    stage.ask(RemoveChild("a"))
    assert world.events[-1] == "-a"
    assert [node.name for node in stage.tree().children] == ["b"]


def test_an_added_child_that_does_not_start_is_forgotten_and_its_asker(world: World, stage: Stage) -> None:
    stage.start(world.children("a"))
    world.broken["b"] = 1
    with pytest.raises(SupervisionError, match=r"b: ValueError\('b is broken'\)"):
        stage.ask(AddChild(world.child("b")))
    assert [node.name for node in stage.tree().children] == ["a"]


def test_a_replaced_child_keeps_its_address_and_is_a_new_incarnation(world: World, stage: Stage) -> None:
    stage.start(world.children("a b"))
    address, former = world.siblings["a"], world.refs["a"]
    stage.ask(ReplaceChild(world.child("a", turn_limit_s=9)))
    assert not former.is_alive()
    assert address.ask("hello", timeout_s=WAIT_S) == "hello"
    assert address.ref is world.refs["a"]
    assert world.refs["a"].vitals.turn_limit_s == 9


@pytest.mark.parametrize(
    ("request_of", "complaint"),
    [
        (lambda world: AddChild(world.child("a")), "two children named a"),
        (lambda world: AddChild(world.child("b", breaker=BREAKER)), "b has a breaker"),
        (lambda world: RemoveChild("z"), "no child named z"),
        (lambda world: ReplaceChild(world.child("z")), "no child named z"),
        (lambda world: ReplaceChild(world.child("a", breaker=BREAKER)), "a has a breaker"),
        (lambda world: Retry("z"), "no child named z"),
        (lambda world: Retry("a"), "a is running; only what is faulted or stopped is retried"),
    ],
)
def test_a_mistaken_request_is_refused_and_changes_nothing(
    world: World, stage: Stage, request_of: Callable[[World], Any], complaint: str
) -> None:
    stage.start(world.children("a"), strategy=Strategy.ONE_FOR_ALL)
    with pytest.raises(SupervisionError, match=complaint):
        stage.ask(request_of(world))
    stage.ref.tell(request_of(world))  # told, it ends nobody either
    assert stage.node("a").state is State.RUNNING


def test_whoever_waits_for_a_child_is_answered_when_the_supervisor_ends(world: World, stage: Stage) -> None:
    world.hang_in_setup.add("b")
    stage.start([])
    added = stage.ref.ask(AddChild(world.child("b", shutdown_s=0.05)), timeout=WAIT_S)
    world.wait("b begins")
    stage.ref.stop(timeout=WAIT_S)
    with pytest.raises(SupervisionError, match="b: its supervisor has ended"):
        added.get(timeout=WAIT_S)
    world.release.set()


# -- addresses


def test_a_restarted_publisher_closes_no_field_connection(world: World, stage: Stage) -> None:
    stage.start([world.child("publisher"), *world.children("ahu-1 ahu-2", breaker=BREAKER)])
    publisher = world.siblings["publisher"]
    former = publisher.ref
    world.crash("publisher")
    world.wait("+publisher", 2)
    stage.until_state("publisher", State.RUNNING)
    assert publisher.ref is not former
    assert publisher.ask("scan", timeout_s=WAIT_S) == "scan"
    assert "-ahu-1" not in world.events
    assert "-ahu-2" not in world.events


def test_a_tell_to_a_sibling_that_is_being_restarted_does_not_raise(world: World, stage: Stage) -> None:
    stage.start(world.children("publisher ahu-1"))
    publisher = world.siblings["publisher"]
    stopping = threading.Event()
    teller = threading.Thread(target=lambda: [publisher.tell("scan") for _ in iter(stopping.is_set, True)])
    teller.start()
    for restarts in range(1, 4):
        world.crash("publisher")
        world.wait("+publisher", restarts + 1)
        stage.until_state("publisher", State.RUNNING)
    stopping.set()
    teller.join(WAIT_S)
    assert publisher.tell("scan")


# -- devices, limited one by one


def test_a_device_that_fails_three_times_in_a_minute_is_set_aside_with_one_alarm(
    world: World, stage: Stage
) -> None:
    stage.start(world.children("ahu-1 ahu-2", breaker=BREAKER), intensity=0)
    world.broken["ahu-1"] = 2
    world.crash("ahu-1")
    stage.until_state("ahu-1", State.FAULTED)
    assert world.events.count("ahu-1 begins") == 3
    assert stage.news == [ChildFaulted("ahu-1", "ValueError('ahu-1 is broken')")]
    assert not world.siblings["ahu-1"].tell("anybody?")
    assert stage.node("ahu-2").state is State.RUNNING


def test_a_device_whose_failures_lie_apart_is_not_set_aside(world: World, stage: Stage) -> None:
    stage.start(world.children("ahu-1", breaker=BREAKER))
    for restarts in range(1, 8):
        world.crash("ahu-1")
        world.wait("+ahu-1", restarts + 1)
        stage.until_state("ahu-1", State.RUNNING)
        stage.move(31)
    assert stage.news == []


def faulted(world: World, stage: Stage, times: int) -> None:
    """A running supervisor with `ahu-1` set aside, whose first `times` starts fail."""
    world.broken["ahu-1"] = times
    stage.start(world.children("ahu-1 ahu-2", breaker=BREAKER))
    stage.until_state("ahu-1", State.FAULTED)


def test_a_device_faulty_from_the_start_does_not_hold_up_the_others(world: World, stage: Stage) -> None:
    faulted(world, stage, times=3)
    assert stage.node("ahu-2").state is State.RUNNING


def test_a_faulted_device_is_tried_every_ten_minutes_without_new_alarm(world: World, stage: Stage) -> None:
    faulted(world, stage, times=5)
    for attempt in (4, 5):
        stage.move(599)
        assert world.events.count("ahu-1 begins") == attempt - 1
        stage.move(2)
        world.wait("ahu-1 begins", attempt)
        stage.until_state("ahu-1", State.FAULTED)
    assert len(stage.news) == 1


def test_a_faulted_device_that_lives_through_its_period_is_healed(world: World, stage: Stage) -> None:
    faulted(world, stage, times=3)
    stage.move(601)
    stage.until_state("ahu-1", State.RUNNING)
    stage.move(59)
    assert len(stage.news) == 1
    stage.move(2)
    assert stage.news[1:] == [ChildHealed("ahu-1")]


def test_a_device_on_probation_that_fails_once_is_set_aside_again(world: World, stage: Stage) -> None:
    faulted(world, stage, times=3)
    stage.move(601)
    stage.until_state("ahu-1", State.RUNNING)
    world.crash("ahu-1")
    stage.until_state("ahu-1", State.FAULTED)
    stage.move(61)
    assert len(stage.news) == 1


def test_a_faulted_device_is_tried_on_request(world: World, stage: Stage) -> None:
    faulted(world, stage, times=4)
    with pytest.raises(SupervisionError, match="ahu-1 is broken"):
        stage.ask(Retry("ahu-1"))
    stage.until_state("ahu-1", State.FAULTED)
    stage.ask(Retry("ahu-1"))
    assert stage.node("ahu-1").state is State.RUNNING


def test_a_faulted_device_is_tried_with_its_new_configuration(world: World, stage: Stage) -> None:
    faulted(world, stage, times=3)
    stage.ask(ReplaceChild(world.child("ahu-1", breaker=BREAKER)))
    stage.move(61)
    assert stage.news[1:] == [ChildHealed("ahu-1")]


def test_the_alarm_of_a_faulted_device_ends_with_its_removal(world: World, stage: Stage) -> None:
    faulted(world, stage, times=3)
    stage.ask(RemoveChild("ahu-1"))
    assert stage.news[1:] == [ChildHealed("ahu-1")]


def test_six_devices_of_five_hundred_that_fail_again_and_again_leave_the_others_undisturbed(
    world: World, pool: Dispatcher, stage: Stage
) -> None:
    names = [f"device-{number}" for number in range(500)]
    bad = [*names[::100], "device-7"]
    good = set(names) - set(bad)
    spec: dict[str, Any] = {"breaker": BREAKER, "concurrent": True, "dispatcher": pool}
    stage.start([world.child(name, **spec) for name in names])
    for name in bad:
        world.broken[name] = 1000
        world.crash(name)
    for name in bad:
        stage.until_state(name, State.FAULTED)
    for _ in range(3):
        stage.move(601)
        stage.settle()
    states = {node.name: node for node in stage.tree().children}
    assert {name for name, node in states.items() if node.state is State.RUNNING} == good
    assert sum(states[name].restarts for name in good) == 0
    assert not any(f"-{name}" in world.events for name in good)
    assert sorted(news.name for news in stage.news) == sorted(bad)


# -- numbers


def test_five_thousand_devices_start_and_stop_together(world: World, pool: Dispatcher, stage: Stage) -> None:
    def device(place: Place) -> Ref:
        return Actor.start(place.name, place.supervisor, dispatcher=pool)

    names = [f"device-{number}" for number in range(5000)]
    children = [Child(name, device, breaker=BREAKER, concurrent=True) for name in names]
    stage.start(children)
    assert {node.state for node in stage.tree().children} == {State.RUNNING}
    assert stage.ref.stop(timeout=WAIT_S)


def test_five_hundred_children_of_which_a_hundred_hang_stop_within_one_deadline(
    world: World, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    names = [f"device-{number}" for number in range(500)]
    world.hang_in_teardown.update(names[::5])
    stage.start([world.child(name, shutdown_s=5.0, concurrent=True) for name in names])
    begun = time.monotonic()
    assert stage.ref.stop(timeout=WAIT_S)
    assert time.monotonic() - begun < 100 * 5.0
    assert "root: 100 did not stop and are abandoned: device-495" in caplog.text
    assert sum(event.startswith("-") for event in world.events) == 400
    world.release.set()
