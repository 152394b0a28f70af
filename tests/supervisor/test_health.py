"""R-37: what hangs is found, with the stacks of all threads, and once."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from actors.actor import Actor, Ref
from actors.dispatcher import Dispatcher
from actors.loop import IoLoop
from supervisor.health import Hang, Health, all_stacks

WAIT_S = 30.0


class Sleeper(Actor):
    """Blocks in its turn, or in its setup, until it is let go."""

    def __init__(self, name: str, *, in_setup: bool = False) -> None:
        super().__init__(name)
        self.blocked = threading.Event()
        self.release = threading.Event()
        self._in_setup = in_setup

    def setup(self) -> None:
        if self._in_setup:
            self.sleep_in_the_turn()

    def handle(self, message: Any) -> None:
        self.sleep_in_the_turn()

    def sleep_in_the_turn(self) -> None:
        self.blocked.set()
        self.release.wait(WAIT_S)


class Clock:
    def __init__(self) -> None:
        self.ahead_s = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=[False, True], ids=["in a turn", "in setup"])
def asleep(request: pytest.FixtureRequest) -> Iterator[Ref]:
    ref = Sleeper.start("sleeper", in_setup=request.param)
    actor = ref._actor_weakref()
    assert isinstance(actor, Sleeper)
    if not request.param:
        ref.tell(None)
    assert actor.blocked.wait(WAIT_S)
    yield ref
    actor.release.set()
    assert ref.stop(timeout=WAIT_S)


def test_a_turn_beyond_its_limit_is_found_once_and_logged_with_all_stacks(
    asleep: Ref, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Hang] = []
    health = Health(heard.append, clock=clock)
    clock.ahead_s = 4.0
    assert health.check() == []
    clock.ahead_s = 5.5
    (hang,) = health.check()
    assert (hang.name, hang.limit_s) == ("sleeper", 5.0)
    assert 5.5 <= hang.since_s < 5.5 + WAIT_S
    assert "sleeper hangs: " in caplog.text
    assert "sleep_in_the_turn" in caplog.text
    assert health.check() == []
    assert heard == [hang]


def test_the_limit_of_the_child_counts(asleep: Ref, clock: Clock) -> None:
    asleep.vitals.turn_limit_s = 60.0
    health = Health(lambda hang: None, clock=clock)
    clock.ahead_s = 59.0
    assert health.check() == []
    clock.ahead_s = 61.0
    assert [hang.limit_s for hang in health.check()] == [60.0]


def test_the_thread_finds_a_hang_by_itself(asleep: Ref) -> None:
    asleep.vitals.turn_limit_s = 0.05
    found = threading.Event()
    health = Health(lambda hang: found.set(), check_s=0.01)
    health.start()
    assert found.wait(WAIT_S)
    assert health.stop()


def test_an_actor_at_rest_never_hangs(clock: Clock) -> None:
    ref = Actor.start("idle")
    ref.ask("hello", timeout=WAIT_S)
    clock.ahead_s = 1000.0
    assert Health(lambda hang: None, clock=clock).check() == []
    assert ref.stop(timeout=WAIT_S)


def test_a_loop_or_dispatcher_that_answers_no_more_is_found(clock: Clock) -> None:
    loop, pool = IoLoop(), Dispatcher()
    loop.start()
    pool.start()
    answered = threading.Event()
    health = Health(lambda hang: None, pinged=(loop, pool), clock=clock)
    assert health.check() == []
    loop.call_soon(answered.set)
    assert answered.wait(WAIT_S)
    answered.clear()
    pool.call_soon(answered.set)
    assert answered.wait(WAIT_S)
    release = threading.Event()
    blocked = threading.Event()

    def block() -> None:
        blocked.set()
        release.wait(WAIT_S)

    loop.call_soon(block)
    assert blocked.wait(WAIT_S)
    assert health.check() == []
    answered.clear()
    pool.call_soon(answered.set)
    assert answered.wait(WAIT_S)
    clock.ahead_s = 11.0
    assert [hang.name for hang in health.check()] == ["io-loop"]
    release.set()
    assert loop.stop()
    assert pool.stop()


def test_the_stacks_name_every_thread() -> None:
    assert "MainThread" in all_stacks()
    assert "test_the_stacks_name_every_thread" in all_stacks()
