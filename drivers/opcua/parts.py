"""Requests of many operations, in parts as large as the server takes."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from drivers.opcua.status import TOO_MUCH
from drivers.opcua.wire import Refused

T = TypeVar("T")


async def in_parts(wanted: Sequence[T], size: int, ask: Callable[[Sequence[T]], Awaitable[int]]) -> int:
    """Have `ask` ask for all that is wanted, `size` at once; the size that the server took in the end.

    `ask` says how many it was answered; of what a server leaves out, the next part begins with it. A server
    that answers none is asked no more. Raises what `ask` raises, Refused only if less would not help.
    """
    at = 0
    while at < len(wanted):
        part = wanted[at : at + size]
        try:
            answered = await ask(part)
        except Refused as refused:
            if refused.status not in TOO_MUCH or len(part) == 1:
                raise
            size = len(part) // 2
            continue
        if not answered:
            break
        at += answered
    return size
