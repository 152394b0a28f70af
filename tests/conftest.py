"""What holds for every test: it leaves no thread, asyncio task, child process or actor behind."""

import asyncio
import contextlib
import inspect
import os
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator

import psutil
import pykka
import pytest
from hypothesis import HealthCheck, settings

# A drawn example that takes long tells of the machine, which others share, and not of the program.
# `make test` draws the same examples every time; `make soak` draws others every time.
settings.register_profile(
    "steward",
    deadline=None,
    derandomize="STEWARD_SOAK" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steward")

GRACE_S = 20.0
"""How long what has been told to end may take to be gone."""

SHARED_THREADS = ("asyncio_", "ThreadPoolExecutor", "AnyIO worker thread", "pytest_timeout", "Thread-timeout")
"""Names of threads that belong to pools of libraries or to the test runner, not to a test."""


def settled(leftovers: Callable[[], list[str]], within_s: float = GRACE_S) -> list[str]:
    """What is still left once `within_s` seconds have passed, or nothing as soon as nothing is."""
    deadline = time.monotonic() + within_s
    while (left := leftovers()) and time.monotonic() < deadline:
        time.sleep(0.005)
    return left


def _threads(before: set[threading.Thread]) -> list[str]:
    return [
        f"thread {thread.name}"
        for thread in threading.enumerate()
        if thread not in before and not thread.name.startswith(SHARED_THREADS)
    ]


def _processes(before: set[psutil.Process]) -> list[str]:
    left = []
    for process in psutil.Process().children():
        if process not in before:
            with contextlib.suppress(psutil.NoSuchProcess):
                left.append(f"process {process.pid} {' '.join(process.cmdline())} ({process.status()})")
    return left


def _actors(before: set[str]) -> list[str]:
    return [f"actor {ref}" for ref in pykka.ActorRegistry.get_all() if ref.actor_urn not in before]


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    threads = set(threading.enumerate())
    processes = set(psutil.Process().children())
    actors = {ref.actor_urn for ref in pykka.ActorRegistry.get_all()}
    yield
    left = settled(lambda: [*_actors(actors), *_threads(threads), *_processes(processes)])
    for ref in pykka.ActorRegistry.get_all():
        if ref.actor_urn not in actors:
            ref.stop(block=False)
    assert not left, f"the test left behind: {', '.join(left)}"


@pytest.fixture
async def no_task_is_left_behind() -> AsyncIterator[None]:
    """The first fixture of every coroutine test, so that it looks when all others have cleaned up."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    if left:
        _, left = await asyncio.wait(left, timeout=GRACE_S)
    assert not left, f"the test left behind: {', '.join(f'task {task.get_coro()}' for task in left)}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.fixturenames.insert(0, "no_task_is_left_behind")
