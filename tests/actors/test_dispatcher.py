"""The shared thread: no lost wake-up, no turn that ends it, an orderly end."""

import threading
from typing import Any

import pytest

from actors.actor import Actor
from actors.dispatcher import Dispatcher, on_dispatcher_thread

WAIT_S = 30.0


class Counter(Actor):
    def setup(self) -> None:
        self.count = 0

    def handle(self, message: Any) -> Any:
        self.count += 1
        return self.count


def test_no_wake_up_is_lost_between_many_senders_and_a_resting_actor() -> None:
    pool = Dispatcher()
    pool.start()
    ref = Counter.start("counter", dispatcher=pool)

    def send() -> None:
        for _ in range(2000):
            ref.ask(None, timeout=WAIT_S)  # waits each time, so that the actor keeps falling asleep

    senders = [threading.Thread(target=send) for _ in range(3)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(WAIT_S)
    assert ref.ask(None, timeout=WAIT_S) == 6001
    ref.stop(timeout=WAIT_S)
    assert pool.stop()


def test_the_dispatcher_outlives_every_kind_of_crash() -> None:
    pool = Dispatcher()
    pool.start()

    class Crashes(Actor):
        def handle(self, message: Any) -> None:
            raise message

    for error in (ValueError("bad"), SystemExit(1), KeyboardInterrupt()):
        Crashes.start("crashes", dispatcher=pool).tell(error)
    ref = Counter.start("counter", dispatcher=pool)
    assert ref.ask(None, timeout=WAIT_S) == 1
    ref.stop(timeout=WAIT_S)
    assert pool.stop()


def test_a_call_runs_on_the_dispatchers_thread_and_may_fail(caplog: pytest.LogCaptureFixture) -> None:
    pool = Dispatcher("pool")
    pool.start()
    where: list[bool] = []
    called = threading.Event()
    pool.call_soon(lambda: where.append(1 // 0 == 0))
    pool.call_soon(lambda: where.append(on_dispatcher_thread()))
    pool.call_soon(called.set)
    assert called.wait(WAIT_S)
    assert where == [True]
    assert not on_dispatcher_thread()
    assert "pool: a callback failed" in caplog.text
    assert pool.stop()


def test_stopping_says_when_a_turn_still_blocks_the_thread() -> None:
    pool = Dispatcher()
    pool.start()
    release = threading.Event()

    class Blocks(Actor):
        def handle(self, message: Any) -> None:
            release.wait(WAIT_S)

    ref = Blocks.start("blocks", dispatcher=pool)
    ref.tell(None)
    stopped = ref.stop(block=False)
    assert not pool.stop(timeout_s=0.05)
    release.set()
    assert stopped.get(timeout=WAIT_S)
