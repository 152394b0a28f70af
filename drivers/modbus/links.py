"""The connections of one process, found by address and counted by their users."""

import asyncio
import random
from collections.abc import Callable

from drivers.backoff import Backoff
from drivers.modbus.link import Address, Link, Terms

CONNECTS_AT_ONCE = 50
SCRATCH_BYTES = 16384
SWEEPS_PER_S = 20
"""Time-outs are noticed up to a twentieth of a second late, and cost one wake-up for all links."""


class Links:
    """One a process, used on its loop only; survives the devices that use it.

    Back-offs are kept beyond the links themselves: a device that closes and connects again does not
    hammer a dead gateway.
    """

    def __init__(self, clock: Callable[[], float], jitter: Callable[[], float] = random.random) -> None:
        self.clock = clock
        self.connecting = asyncio.Semaphore(CONNECTS_AT_ONCE)
        self.scratch = memoryview(bytearray(SCRATCH_BYTES))
        self._jitter = jitter
        self._links: dict[Address, Link] = {}
        self._backoffs: dict[Address, Backoff] = {}
        self._sweeps: dict[int, list[Link]] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def acquire(self, address: Address, unit: int, terms: Terms) -> Link:
        """The link to `address`, with one user more. It is not opened yet."""
        link = self._links.get(address)
        if link is None:
            backoff = self._backoffs.setdefault(address, Backoff(self._jitter))
            link = self._links[address] = Link(address, terms, self, backoff)
        link.terms = link.terms.cautious(terms)
        link.units[unit] = link.units.get(unit, 0) + 1
        return link

    async def release(self, link: Link, unit: int) -> None:
        """One user less; the link closes with its last. Does nothing once `close` has closed everything."""
        if self._links.get(link.address) is not link:
            return
        link.units[unit] -= 1
        if not link.units[unit]:
            del link.units[unit]
        if not link.units:
            del self._links[link.address]
            await link.close()

    async def close(self) -> None:
        """Close every link, whoever uses it."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        self._sweeps.clear()
        links = list(self._links.values())
        self._links.clear()
        for link in links:
            link.units.clear()
            await link.close()

    def watch(self, link: Link, deadline_s: float) -> None:
        """Call `link.expire` soon after `deadline_s`, together with all others due about then."""
        slot = int(deadline_s * SWEEPS_PER_S) + 1
        waiting = self._sweeps.get(slot)
        if waiting is not None:
            waiting.append(link)
            return
        self._sweeps[slot] = [link]
        delay_s = max(0.0, slot / SWEEPS_PER_S - self.clock())
        self._timers[slot] = asyncio.get_running_loop().call_later(delay_s, self._sweep, slot)

    def _sweep(self, slot: int) -> None:
        del self._timers[slot]
        now_s = self.clock()
        for link in self._sweeps.pop(slot):
            next_s = link.expire(now_s)
            if next_s is not None:
                self.watch(link, next_s)
