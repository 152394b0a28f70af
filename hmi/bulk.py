"""Many commands at once: as fast as the process answers, and never more than some under way."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from hmi.commanding import in_words, is_trouble, send
from hmi.view import View

AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Ended:
    done: int
    failed: int
    reason: str
    """Of the first that failed, in the reader's language."""


async def send_all(view: View, bodies: Sequence[Any]) -> Ended:
    """What came of all of them; the permission has been asked."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(body: Any) -> str | None:
        async with gate:
            result = await send(view, body, lambda _result: None)
        return in_words(view, result) if is_trouble(result) else None

    troubles = [said for said in await asyncio.gather(*map(one, bodies)) if said is not None]
    return Ended(len(bodies) - len(troubles), len(troubles), troubles[0] if troubles else "")
