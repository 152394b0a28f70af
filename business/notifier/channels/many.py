"""Several questions to a provider within the time of one call."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from actors.said import said
from business.notifier.channels.port import DEADLINE_S, NotHanded, TryLater

AT_ONCE = 8
ENOUGH_S = DEADLINE_S - 1.0
"""So that a call ends before whoever waits for it gives up."""

T = TypeVar("T")


async def gathered(asks: Sequence[Callable[[], Awaitable[Sequence[T]]]]) -> list[T]:
    """What they found together; who is not answered in time, or fails, is asked again another time.

    Raises NotHanded only where nobody was answered.
    """
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(ask: Callable[[], Awaitable[Sequence[T]]]) -> Sequence[T]:
        async with gate:
            return await ask()

    tasks = [asyncio.ensure_future(one(ask)) for ask in asks]
    if not tasks:
        return []
    try:
        await asyncio.wait(tasks, timeout=ENOUGH_S)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, NotHanded):
            raise result
    answered = [result for result in results if not isinstance(result, BaseException)]
    if not answered:
        raise next((result for result in results if isinstance(result, NotHanded)), late())
    return [found for result in answered for found in result]


def late() -> TryLater:
    """For what was not answered within the time of one call."""
    return TryLater(
        said(
            f"服务商在 {ENOUGH_S:g} 秒内没有应答；稍后会再试",
            f"the provider did not answer within {ENOUGH_S:g} s; it will be tried again later",
        )
    )
