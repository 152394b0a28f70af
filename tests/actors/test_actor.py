"""The promises of an actor, after Pykka's own cases, kept on a thread of its own and on a dispatcher."""

import gc
import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pykka
import pytest
from pykka.messages import ProxyCall

from actors.actor import MESSAGES_A_TURN, Actor, Ref
from actors.dispatcher import Dispatcher
from actors.life import ChildFailed, ChildStarted, ChildStopped, Life, Ping, PlatformError, Pong, Wake

WAIT_S = 30.0

Start = Callable[..., Ref]


class Ear:
    """A supervisor that only listens."""

    def __init__(self) -> None:
        self._heard: queue.SimpleQueue[Life] = queue.SimpleQueue()

    def tell(self, message: Life) -> None:
        self._heard.put(message)

    def next(self) -> Life:
        return self._heard.get(timeout=WAIT_S)

    def silent(self) -> bool:
        return self._heard.empty()


class Do(tuple[Callable[[], Any]]):
    """A message that carries what to do in the turn."""

    __slots__ = ()


class Played(Actor):
    """Does what it is told and notes what happens to it."""

    def __init__(
        self, *args: Any, setup: Callable[["Played"], Any] = lambda actor: None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.events: list[Any] = []
        self.torn_down = threading.Event()
        self.teardowns = 0
        self._play_setup = setup

    def setup(self) -> None:
        self.events.append("setup")
        self._play_setup(self)

    def handle(self, message: Any) -> Any:
        match message:
            case Do((action,)):
                return action()
            case BaseException():
                raise message
            case "stop":
                self.stop()
            case "stop twice":
                self.stop()
                self.stop()
            case "tell self, then stop":
                self.tell_self("greeting")
                self.stop()
            case _:
                self.events.append(message)
        return message

    def teardown(self) -> None:
        self.events.append("teardown")
        self.teardowns += 1
        self.torn_down.set()


class Hasty(Played):
    drains = False


class FailsToTearDown(Played):
    def teardown(self) -> None:
        super().teardown()
        raise ValueError("will not let go")


@pytest.fixture(params=["own thread", "dispatcher"])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """Starts actors one way or the other; what is still alive is stopped after the test."""
    refs: list[Ref] = []
    pool = Dispatcher()
    pool.start()

    def begin(actor_class: type[Actor] = Played, name: str = "player", *args: Any, **kwargs: Any) -> Ref:
        dispatcher = pool if request.param == "dispatcher" else None
        refs.append(actor_class.start(name, *args, dispatcher=dispatcher, **kwargs))
        return refs[-1]

    yield begin
    for ref in refs:
        ref.stop(timeout=WAIT_S)
    assert pool.stop()


@pytest.fixture
def ear() -> Ear:
    return Ear()


class Gate:
    """Holds an actor in its turn until it is opened."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.open = threading.Event()

    def hold(self) -> None:
        self.entered.set()
        assert self.open.wait(WAIT_S)

    def close_on(self, ref: Ref) -> None:
        ref.tell(Do((self.hold,)))
        assert self.entered.wait(WAIT_S)


def actor_of(ref: Ref) -> Played:
    actor = ref._actor_weakref()
    assert isinstance(actor, Played)
    return actor


# -- starting


def test_the_urn_is_a_uuid4_and_the_name_is_the_actors(start: Start) -> None:
    ref = start(name="boiler")
    assert uuid.UUID(ref.actor_urn).version == 4
    assert ref.name == "boiler"
    assert "Played" in str(ref)
    assert ref.actor_urn in repr(ref)


def test_two_actors_have_different_urns(start: Start) -> None:
    assert start().actor_urn != start().actor_urn


def test_setup_runs_before_the_first_message_and_after_the_registration(start: Start) -> None:
    registered = []
    ref = start(setup=lambda actor: registered.append(pykka.ActorRegistry.get_by_urn(actor.actor_urn)))
    ref.ask("first", timeout=WAIT_S)
    assert registered == [ref]
    assert actor_of(ref).events == ["setup", "first"]


def test_a_started_actor_reports_once_its_setup_has_returned(start: Start, ear: Ear) -> None:
    gate = Gate()
    ref = start(Played, "boiler", ear, setup=lambda _: gate.hold())
    assert gate.entered.wait(WAIT_S)
    assert ear.silent()
    gate.open.set()
    assert ear.next() == ChildStarted("boiler", ref.actor_urn)


def test_a_failing_setup_is_reported_and_torn_down(start: Start, ear: Ear) -> None:
    def fail(_: Played) -> None:
        raise ValueError("no such port")

    ref = start(Played, "boiler", ear, setup=fail)
    failed = ear.next()
    assert failed == ChildFailed("boiler", ref.actor_urn, "ValueError('no such port')")
    assert not ref.is_alive()
    assert pykka.ActorRegistry.get_by_urn(ref.actor_urn) is None
    assert ear.silent()


def test_an_actor_may_stop_itself_in_its_setup(start: Start, ear: Ear) -> None:
    ref = start(Played, "boiler", ear, setup=lambda actor: actor.stop())
    assert ear.next() == ChildStarted("boiler", ref.actor_urn)
    assert ear.next() == ChildStopped("boiler", ref.actor_urn)
    assert not ref.is_alive()


# -- tell and ask


@pytest.mark.parametrize("message", [123, 1.5, {"a": "dict"}, ("a", "tuple"), ["a", "list"], None])
def test_any_object_is_a_message(start: Start, message: Any) -> None:
    ref = start()
    ref.tell(message)
    assert ref.ask(message, timeout=WAIT_S) == message
    assert actor_of(ref).events == ["setup", message, message]


def test_messages_keep_their_order_across_turns(start: Start) -> None:
    ref = start()
    for number in range(10 * MESSAGES_A_TURN):
        ref.tell(number)
    ref.ask("last", timeout=WAIT_S)
    assert actor_of(ref).events[1:-1] == list(range(10 * MESSAGES_A_TURN))


def test_an_ask_without_block_returns_a_future(start: Start) -> None:
    assert start().ask("hello", block=False).get(timeout=WAIT_S) == "hello"


def test_an_ask_that_may_wait_for_ever_is_refused(start: Start) -> None:
    with pytest.raises(ValueError, match="ask of player has no timeout"):
        start().ask("hello")


def test_an_ask_ends_with_its_timeout(start: Start) -> None:
    gate = Gate()
    ref = start()
    gate.close_on(ref)
    with pytest.raises(pykka.Timeout):
        ref.ask("hello", timeout=0)
    gate.open.set()


def test_an_unknown_message_is_logged_and_answered_with_none(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    ref = start(Actor)
    assert ref.ask("what?", timeout=WAIT_S) is None
    assert "player does not know the message 'what?'" in caplog.text


def test_a_proxy_call_is_a_message_like_any_other(start: Start) -> None:
    call = ProxyCall(("stop",), (), {})
    assert start().ask(call, timeout=WAIT_S) == call


def test_ping_is_answered_with_pong(start: Start) -> None:
    assert start(name="boiler").ask(Ping(), timeout=WAIT_S) == Pong("boiler")


# -- errors


def test_a_failing_tell_ends_the_actor_and_is_reported(start: Start, ear: Ear) -> None:
    ref = start(Played, "boiler", ear)
    ear.next()
    ref.tell(ValueError("bad scan"))
    assert ear.next() == ChildFailed("boiler", ref.actor_urn, "ValueError('bad scan')")
    assert not ref.is_alive()


def test_a_failing_ask_answers_the_asker_and_ends_the_actor(start: Start, ear: Ear) -> None:
    ref = start(Played, "boiler", ear)
    ear.next()
    with pytest.raises(ValueError, match="bad scan"):
        ref.ask(ValueError("bad scan"), timeout=WAIT_S)
    assert ear.next() == ChildFailed("boiler", ref.actor_urn, "ValueError('bad scan')")
    assert not ref.is_alive()


def test_a_platform_error_only_answers_whoever_asked(start: Start, ear: Ear) -> None:
    ref = start(Played, "boiler", ear)
    ear.next()
    with pytest.raises(PlatformError, match="limit is 60"):
        ref.ask(PlatformError("limit is 60"), timeout=WAIT_S)
    assert ref.ask("still there?", timeout=WAIT_S) == "still there?"
    assert ear.silent()


def test_a_platform_error_that_nobody_asked_for_ends_the_actor(start: Start, ear: Ear) -> None:
    ref = start(Played, "boiler", ear)
    ear.next()
    ref.tell(PlatformError("limit is 60"))
    assert isinstance(ear.next(), ChildFailed)


@pytest.mark.parametrize("error", [SystemExit(3), MemoryError(), KeyboardInterrupt(), BaseException("odd")])
def test_a_base_exception_ends_only_its_own_actor(start: Start, ear: Ear, error: BaseException) -> None:
    """R-36"""
    bystander = start(name="bystander")
    ref = start(Played, "boiler", ear)
    ear.next()
    ref.tell(error)
    assert ear.next() == ChildFailed("boiler", ref.actor_urn, repr(error))
    assert bystander.ask("alive?", timeout=WAIT_S) == "alive?"


def test_a_system_exit_does_not_travel_into_whoever_asked(start: Start) -> None:
    """R-36"""
    with pytest.raises(pykka.ActorDeadError, match="SystemExit"):
        start().ask(SystemExit(3), timeout=WAIT_S)


def test_teardown_runs_exactly_once_after_a_crash(start: Start, ear: Ear) -> None:
    ref = start(Played, "boiler", ear)
    actor = actor_of(ref)
    ear.next()
    ref.tell(ValueError("bad"))
    ear.next()
    ref.stop(timeout=WAIT_S)
    assert actor.teardowns == 1


def test_a_failing_teardown_is_reported_as_a_failure(start: Start, ear: Ear) -> None:
    ref = start(FailsToTearDown, "boiler", ear)
    ear.next()
    assert ref.stop(timeout=WAIT_S)
    assert ear.next() == ChildFailed("boiler", ref.actor_urn, "teardown: ValueError('will not let go')")


def test_after_a_crash_the_first_error_is_reported_not_that_of_the_teardown(start: Start, ear: Ear) -> None:
    ref = start(FailsToTearDown, "boiler", ear)
    ear.next()
    ref.tell(KeyError("first"))
    assert ear.next() == ChildFailed("boiler", ref.actor_urn, "KeyError('first')")


def test_messages_behind_a_crash_are_answered_with_an_error(start: Start) -> None:
    gate = Gate()
    ref = start()
    gate.close_on(ref)
    ref.tell(ValueError("bad"))
    answer = ref.ask("behind", block=False)
    gate.open.set()
    with pytest.raises(pykka.ActorDeadError):
        answer.get(timeout=WAIT_S)


# -- stopping


def test_stop_says_whether_there_was_something_to_stop(start: Start) -> None:
    ref = start()
    assert ref.is_alive()
    assert ref.stop(timeout=WAIT_S)
    assert not ref.is_alive()
    assert not ref.stop(timeout=WAIT_S)


def test_a_stop_is_answered_after_the_teardown_and_the_report(start: Start, ear: Ear) -> None:
    ref = start(Played, "boiler", ear)
    ear.next()
    actor = actor_of(ref)
    ref.stop(timeout=WAIT_S)
    assert actor.teardowns == 1
    assert not ear.silent()
    assert ear.next() == ChildStopped("boiler", ref.actor_urn)
    assert pykka.ActorRegistry.get_by_urn(ref.actor_urn) is None


def test_what_was_accepted_before_a_stop_is_handled_before_the_teardown(start: Start) -> None:
    gate = Gate()
    ref = start()
    actor = actor_of(ref)
    gate.close_on(ref)
    for number in range(3 * MESSAGES_A_TURN):
        ref.tell(number)
    asked = ref.ask("asked", block=False)
    stopped = ref.stop(block=False)
    gate.open.set()
    assert stopped.get(timeout=WAIT_S)
    assert asked.get(timeout=WAIT_S) == "asked"
    assert actor.events == ["setup", *range(3 * MESSAGES_A_TURN), "asked", "teardown"]


def test_an_actor_that_does_not_drain_answers_its_backlog_with_an_error(start: Start) -> None:
    gate = Gate()
    ref = start(Hasty)
    actor = actor_of(ref)
    gate.close_on(ref)
    ref.tell("told")
    asked = ref.ask("asked", block=False)
    stopped = ref.stop(block=False)
    gate.open.set()
    assert stopped.get(timeout=WAIT_S)
    with pytest.raises(pykka.ActorDeadError):
        asked.get(timeout=WAIT_S)
    assert actor.events == ["setup", "teardown"]


def test_a_message_that_fails_while_draining_ends_the_actor_as_failed(start: Start, ear: Ear) -> None:
    gate = Gate()
    ref = start(Played, "boiler", ear)
    ear.next()
    gate.close_on(ref)
    ref.tell(ValueError("bad"))
    stopped = ref.stop(block=False)
    gate.open.set()
    assert stopped.get(timeout=WAIT_S)
    assert isinstance(ear.next(), ChildFailed)


def test_an_actor_takes_no_more_mail_once_its_stop_has_begun(start: Start) -> None:
    ref = start()
    ref.stop(timeout=WAIT_S)
    with pytest.raises(pykka.ActorDeadError, match=r"player .* has ended"):
        ref.tell("late")
    with pytest.raises(pykka.ActorDeadError):
        ref.ask("late", timeout=WAIT_S)
    with pytest.raises(pykka.ActorDeadError):
        ref.ask("late", block=False).get(timeout=WAIT_S)


def test_every_of_several_stops_is_answered(start: Start) -> None:
    gate = Gate()
    ref = start()
    gate.close_on(ref)
    stops = [ref.stop(block=False) for _ in range(3)]
    gate.open.set()
    assert [stop.get(timeout=WAIT_S) for stop in stops] == [True, True, True]


def test_an_actor_may_stop_itself_more_than_once(start: Start) -> None:
    ref = start()
    actor = actor_of(ref)
    ref.ask("stop twice", timeout=WAIT_S)
    assert actor.torn_down.wait(WAIT_S)
    assert actor.teardowns == 1


def test_what_an_actor_told_itself_before_it_stopped_itself_is_handled(start: Start) -> None:
    ref = start()
    actor = actor_of(ref)
    ref.ask("tell self, then stop", timeout=WAIT_S)
    assert actor.torn_down.wait(WAIT_S)
    assert actor.events == ["setup", "greeting", "teardown"]


def test_telling_oneself_after_the_end_is_false_and_not_an_error(start: Start) -> None:
    ref = start()
    actor = actor_of(ref)
    ref.stop(timeout=WAIT_S)
    assert actor.tell_self("late") is False


def test_a_teardown_may_end_later_without_blocking_the_thread(start: Start, ear: Ear) -> None:
    done: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    class Closing:
        def then(self, callback: Callable[[], None]) -> None:
            done.put(callback)

    class ClosesLater(Actor):
        def teardown(self) -> Closing:
            return Closing()

    other = start(name="other")
    ref = start(ClosesLater, "boiler", ear)
    ear.next()
    stopped = ref.stop(block=False)
    finish = done.get(timeout=WAIT_S)
    assert other.ask("not blocked", timeout=WAIT_S)
    second = ref.stop(block=False)
    assert ear.silent()
    finish()
    assert ear.next() == ChildStopped("boiler", ref.actor_urn)
    assert stopped.get(timeout=WAIT_S)
    assert second.get(timeout=WAIT_S)


def test_stop_all_stops_every_actor(start: Start) -> None:
    refs = [start() for _ in range(5)]
    assert pykka.ActorRegistry.get_all() == refs
    assert pykka.ActorRegistry.stop_all(timeout=WAIT_S) == [True] * 5
    assert pykka.ActorRegistry.get_all() == []


def test_the_registry_finds_actors_by_urn_and_class_and_can_tell_them_all(start: Start) -> None:
    refs = [start(), start(Hasty)]
    assert pykka.ActorRegistry.get_by_urn(refs[0].actor_urn) is refs[0]
    assert pykka.ActorRegistry.get_by_class(Hasty) == [refs[1]]
    pykka.ActorRegistry.broadcast("hello")
    for ref in refs:
        ref.ask("done", timeout=WAIT_S)
        assert actor_of(ref).events == ["setup", "hello", "done"]


def test_asks_that_race_a_stop_are_all_answered(start: Start) -> None:
    """R-35"""
    rounds = 200
    unanswered = 0
    for _ in range(rounds):
        ref = start()
        futures: list[pykka.Future[Any]] = []
        ready = threading.Barrier(2)

        def ask_on(
            ref: Ref = ref, futures: list[pykka.Future[Any]] = futures, ready: threading.Barrier = ready
        ) -> None:
            ready.wait(WAIT_S)
            futures.extend(ref.ask(number, block=False) for number in range(50))

        asker = threading.Thread(target=ask_on)
        asker.start()
        ready.wait(WAIT_S)
        ref.stop(block=False)
        asker.join(WAIT_S)
        for number, future in enumerate(futures):
            try:
                assert future.get(timeout=WAIT_S) == number
            except pykka.ActorDeadError:
                pass
            except pykka.Timeout:
                unanswered += 1
    assert unanswered == 0


# -- vitals and priorities


def test_control_overtakes_a_backlog_of_a_million(start: Start) -> None:
    """R-38"""
    gate = Gate()
    ref = start(Hasty)
    gate.close_on(ref)
    rss = psutil.Process().memory_info().rss
    for _ in range(1_000_000):
        ref.tell(None)
    assert psutil.Process().memory_info().rss - rss < 200_000_000
    assert ref.actor_inbox.depth_max == 1_000_000
    pinged = ref.ask(Ping(), block=False)
    gate.open.set()
    assert pinged.get(timeout=WAIT_S) == Pong("player")
    assert not ref.actor_inbox.empty()
    assert ref.stop(timeout=WAIT_S)
    assert ref.actor_inbox.empty()


def test_the_vitals_show_the_message_in_work_and_count_the_handled(start: Start) -> None:
    gate = Gate()
    ref = start()
    before = time.monotonic()
    gate.close_on(ref)
    assert before <= ref.vitals.turn_started <= time.monotonic()
    gate.open.set()
    for number in range(4):
        ref.ask(number, timeout=WAIT_S)
    assert ref.vitals.handled == 5


def test_an_ended_actor_is_not_kept_alive_by_references_to_it(start: Start) -> None:
    ref = start()
    ref.stop(timeout=WAIT_S)

    def still_there() -> bool:
        gc.collect()
        return ref._actor_weakref() is not None

    deadline = time.monotonic() + WAIT_S
    while still_there():  # until the runner has left the last turn
        assert time.monotonic() < deadline


# -- of one kind only


def test_a_pooled_actor_may_not_wait_for_another() -> None:
    pool = Dispatcher()
    pool.start()
    other = Played.start("other", dispatcher=pool)
    ref = Played.start("player", dispatcher=pool)
    with pytest.raises(RuntimeError, match="other was asked from a pooled actor's turn"):
        ref.ask(Do((lambda: other.ask("hello", timeout=WAIT_S),)), timeout=WAIT_S)
    other.stop(timeout=WAIT_S)
    assert pool.stop()


def test_a_busy_pooled_actor_lets_the_others_have_their_turn() -> None:
    pool = Dispatcher()
    pool.start()
    gate = Gate()
    order: list[str] = []
    busy, other = Played.start("busy", dispatcher=pool), Played.start("other", dispatcher=pool)
    gate.close_on(busy)
    for _ in range(10 * MESSAGES_A_TURN):
        busy.tell(Do((lambda: order.append("busy"),)))
    other.tell(Do((lambda: order.append("other"),)))
    gate.open.set()
    busy.ask("done", timeout=WAIT_S)
    assert order.index("other") <= MESSAGES_A_TURN
    busy.stop(timeout=WAIT_S)
    other.stop(timeout=WAIT_S)
    assert pool.stop()


def test_five_thousand_actors_share_a_thread() -> None:
    pool = Dispatcher()
    pool.start()
    threads = threading.active_count()
    refs = [Actor.start(f"device-{number}", dispatcher=pool) for number in range(5000)]
    refs[-1].ask(Ping(), timeout=WAIT_S)
    assert threading.active_count() == threads
    for stop in [ref.stop(block=False) for ref in refs]:
        assert stop.get(timeout=WAIT_S)
    assert pool.stop()


def test_an_actor_with_patience_is_woken_when_no_mail_comes() -> None:
    woken = threading.Event()

    class Patient(Actor):
        def patience_s(self) -> float | None:
            return None if woken.is_set() else 0.01

        def handle(self, message: Any) -> None:
            assert message == Wake()
            woken.set()

    ref = Patient.start("patient")
    assert woken.wait(WAIT_S)
    assert ref.stop(timeout=WAIT_S)


def test_without_a_thread_to_run_on_the_start_raises_and_is_reported(
    ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_more)
        with pytest.raises(RuntimeError, match="can't start new thread"):
            Played.start("boiler", ear)
    assert isinstance(ear.next(), ChildFailed)
    assert pykka.ActorRegistry.get_all() == []
