"""The asyncio loop in its thread: work, timers and calls from any thread."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from actors.loop import IoLoop, Work

WAIT_S = 30.0


def unexpected(error: BaseException) -> None:
    raise AssertionError(f"no error was expected: {error!r}")


@pytest.fixture(params=[True, False], ids=["uvloop", "asyncio"])
def loop(request: pytest.FixtureRequest) -> Iterator[IoLoop]:
    io_loop = IoLoop(fast=request.param, debug=True)
    io_loop.start()
    yield io_loop
    assert io_loop.stop()


def ended(work: Work) -> threading.Event:
    event = threading.Event()
    work.then(event.set)
    return event


def test_work_runs_on_the_loops_thread(loop: IoLoop) -> None:
    where: list[bool] = []

    async def look() -> None:
        where.append(loop.on_thread())

    work = loop.spawn(look(), unexpected)
    assert ended(work).wait(WAIT_S)
    assert where == [True]
    assert not loop.on_thread()
    assert work.ended


def test_an_error_that_ends_the_work_is_handed_on(loop: IoLoop) -> None:
    errors: list[BaseException] = []

    async def fail() -> None:
        raise ValueError("bad frame")

    assert ended(loop.spawn(fail(), errors.append)).wait(WAIT_S)
    assert repr(errors) == "[ValueError('bad frame')]"


def test_stopping_work_waits_until_it_has_cleaned_up(loop: IoLoop) -> None:
    begun, closed = threading.Event(), threading.Event()

    async def hold() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.02)
            closed.set()

    work = loop.spawn(hold(), unexpected)
    assert begun.wait(WAIT_S)
    assert work.stop(WAIT_S)
    assert closed.is_set()
    assert work.stop(WAIT_S), "stopping again is harmless"


def test_work_that_does_not_let_go_in_time_says_so(loop: IoLoop) -> None:
    begun, release = threading.Event(), asyncio.Event()

    async def cling() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await release.wait()

    work = loop.spawn(cling(), unexpected)
    assert begun.wait(WAIT_S)
    assert not work.stop(0.02)
    loop.call_soon(release.set)
    assert ended(work).wait(WAIT_S)


def test_work_may_be_cancelled_without_waiting(loop: IoLoop) -> None:
    async def hold() -> None:
        await asyncio.Event().wait()

    work = loop.spawn(hold(), unexpected)
    work.cancel()
    assert ended(work).wait(WAIT_S)


def test_work_cannot_be_waited_for_on_the_loop_itself(loop: IoLoop) -> None:
    errors: list[BaseException] = []

    async def hold() -> None:
        await asyncio.Event().wait()

    other = loop.spawn(hold(), unexpected)

    async def wait() -> None:
        other.stop(1.0)

    assert ended(loop.spawn(wait(), errors.append)).wait(WAIT_S)
    assert "cannot wait for its own work" in str(errors[0])
    assert other.stop(WAIT_S)


def test_a_timer_calls_on_the_loops_thread(loop: IoLoop) -> None:
    called = threading.Event()
    where: list[bool] = []

    def call() -> None:
        where.append(loop.on_thread())
        called.set()

    loop.call_later(0.01, call)
    assert called.wait(WAIT_S)
    assert where == [True]


def test_a_cancelled_timer_does_not_call(loop: IoLoop) -> None:
    calls: list[str] = []
    done = threading.Event()
    loop.call_later(0.01, lambda: calls.append("cancelled")).cancel()
    loop.call_later(0.03, done.set)
    assert done.wait(WAIT_S)
    assert calls == []


def test_stopping_the_loop_ends_the_work_in_order() -> None:
    loop = IoLoop()
    loop.start()
    begun, closed = threading.Event(), threading.Event()

    async def hold() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            closed.set()

    work = loop.spawn(hold(), unexpected)
    assert begun.wait(WAIT_S)
    assert loop.stop()
    assert closed.is_set()
    assert work.ended
    assert loop.stop(), "stopping again is harmless"


def test_an_ended_loop_takes_no_more_work() -> None:
    async def never() -> None:
        raise AssertionError

    loop = IoLoop()
    with pytest.raises(RuntimeError, match="io-loop is not running"):
        loop.spawn(never(), unexpected)
    loop.start()
    assert loop.stop()
    assert not loop.call_soon(lambda: None)
    loop.call_later(0.0, lambda: None).cancel()
    with pytest.raises(RuntimeError, match="io-loop is not running"):
        loop.spawn(never(), unexpected)
