"""One pass for all that wait: threads bring things, and whichever finds nobody at it does them all."""

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar


class Thing(Protocol):
    @property
    def is_done(self) -> bool: ...


T = TypeVar("T", bound=Thing)


class Together(Generic[T]):
    """Nobody waits for company: a lone thing is done at once; what comes meanwhile makes up the next pass."""

    def __init__(self, do: Callable[[deque[T]], None]) -> None:
        """`do` takes one or more from the left, and lets them be done before it returns. It never raises."""
        self._do = do
        self._waiting: deque[T] = deque()
        self._turn = threading.Lock()

    def bring(self, things: Iterable[T]) -> None:
        """Returns once all of them are done, by this thread or by others."""
        mine = tuple(things)
        self._waiting.extend(mine)
        for one in mine:
            while not one.is_done:
                with self._turn:
                    if not one.is_done:
                        self._do(self._waiting)
