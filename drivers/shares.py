"""What devices of a process share: connections, sockets, engines; found by key, counted by users."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Protocol, TypeVar

from drivers.backoff import Backoff
from drivers.errors import LinkError


class Shared(Protocol):
    async def close(self) -> None:
        """Let go of everything. Safe to call twice."""


S = TypeVar("S", bound=Shared)


class Shares:
    """One a process, used on its loop only; what is in it survives the devices that use it.

    Back-offs are kept beyond what they pace: a device that closes and connects again does not hammer a dead
    server.
    """

    def __init__(self, clock: Callable[[], float], jitter: Callable[[], float] = random.random) -> None:
        self.clock = clock
        self._jitter = jitter
        self._shared: dict[Hashable, tuple[Any, int]] = {}
        self._lasting: dict[Hashable, Any] = {}
        self._backoffs: dict[Hashable, Backoff] = {}

    def acquire(self, key: Hashable, make: Callable[[], S]) -> S:
        """What is shared under `key`, with one user more; made for the first."""
        shared, users = self._shared.get(key) or (make(), 0)
        self._shared[key] = shared, users + 1
        held: S = shared
        return held

    async def release(self, key: Hashable, shared: Shared) -> None:
        """One user less; it closes with its last. Does nothing once `close` has closed everything."""
        held, users = self._shared.get(key, (None, 0))
        if held is not shared:
            return
        if users > 1:
            self._shared[key] = held, users - 1
        else:
            del self._shared[key]
            await shared.close()

    def lasting(self, key: Hashable, make: Callable[[], S]) -> S:
        """What stays until the process ends, whoever uses it."""
        if key not in self._lasting:
            self._lasting[key] = make()
        held: S = self._lasting[key]
        return held

    def backoff(self, key: Hashable) -> Backoff:
        """The pace of attempts to reach what `key` names."""
        return self._backoffs.setdefault(key, Backoff(self._jitter))

    async def close(self) -> None:
        """Close everything, whoever uses it."""
        open_ = [shared for shared, _ in self._shared.values()]
        self._shared.clear()
        open_ += self._lasting.values()
        self._lasting.clear()
        for shared in open_:
            await shared.close()


class Attempt:
    """One at a time; what comes of it is of all who wait for it."""

    def __init__(self, name: str, make: Callable[[], Awaitable[None]]) -> None:
        """`make` raises LinkError."""
        self._name = name
        self._make = make
        self._task: asyncio.Task[LinkError | None] | None = None

    async def made(self) -> None:
        """Return once the attempt under way, or else a new one, has succeeded. Raises LinkError."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        task = self._task
        await asyncio.wait({task})
        if task.cancelled():
            raise LinkError(f"{self._name} 已关闭", f"{self._name} was closed")
        if error := task.result():
            raise LinkError(error.why.zh, error.why.en)

    async def cancel(self) -> None:
        """End the attempt under way; those who wait for it get LinkError."""
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait({task})

    async def _run(self) -> LinkError | None:
        try:
            await self._make()
        except LinkError as error:
            return error
        finally:
            self._task = None
        return None


class Opening:
    """Reaches what several wait for: one attempt at a time, no more often than its back-off allows."""

    def __init__(
        self, name: str, attempt: Callable[[], Awaitable[None]], backoff: Backoff, clock: Callable[[], float]
    ) -> None:
        """`attempt` raises LinkError; whoever sees the first proof of life calls `backoff.succeeded()`."""
        self._reach = attempt
        self._backoff = backoff
        self._clock = clock
        self._attempt = Attempt(name, self._paced)

    async def opened(self) -> None:
        """Return once an attempt has succeeded; callers need not wait between failures. Raises LinkError."""
        await self._attempt.made()

    async def cancel(self) -> None:
        """End the attempt under way; those who wait for it get LinkError."""
        await self._attempt.cancel()

    async def _paced(self) -> None:
        await asyncio.sleep(self._backoff.delay_s(self._clock()))
        self._backoff.started(self._clock())
        await self._reach()
