"""How much is asked at once: bursts of datagrams get lost, in switches and in small devices."""

import asyncio

HOLD_S = 0.5
"""What has not been answered by then no longer counts as under way: the dead must not hold up the living."""


class Gap:
    """At least so many seconds between two of those who wait here."""

    def __init__(self, gap_s: float) -> None:
        self.gap_s = gap_s
        self._next_s = 0.0

    async def passed(self) -> None:
        now_s = asyncio.get_running_loop().time()
        mine_s = max(now_s, self._next_s)
        self._next_s = mine_s + self.gap_s
        if mine_s > now_s:
            await asyncio.sleep(mine_s - now_s)


class Gate:
    """Lets so many questions be under way at once."""

    def __init__(self, limit: int) -> None:
        self._free = asyncio.Semaphore(limit)

    async def entered(self) -> "Place":
        await self._free.acquire()
        return Place(self._free)


class Place:
    """What a question under way holds, for HOLD_S at most."""

    __slots__ = ("_free", "_held", "_timer")

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free = free
        self._held = True
        self._timer = asyncio.get_running_loop().call_later(HOLD_S, self.leave)

    def leave(self) -> None:
        """May be called twice."""
        if self._held:
            self._held = False
            self._timer.cancel()
            self._free.release()
