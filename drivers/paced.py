"""The base of drivers that only need a turn when they are due: the cadence, and what is missed of it."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

from config.site import Device
from drivers.cadence import Turn
from drivers.driver import Cadence, LinkError, Scan, Surroundings


class PacedDriver(ABC):
    """Subclasses write `connect`, `turn`, `write` and `close`.

    `connect` and `turn` may raise LinkError, in which the driver is connected anew; whoever hears on its own
    that the link is gone says so by `lost`.
    """

    polls = True
    """Whether a turn asks the device, which history that cannot keep up forbids; else it only hands on."""

    def __init__(self, device: Device, cadence: Cadence, surroundings: Surroundings) -> None:
        self.device = device
        self.surroundings = surroundings
        self._cadence = cadence
        self._turn: Turn | None = None
        self._missed = 0
        self._due = asyncio.Event()
        self._lost: LinkError | None = None

    @abstractmethod
    async def turn(self) -> Iterable[Scan]:
        """What one due time brings: what is past, then how things are now. Raises LinkError, and then nothing
        of it counts as handed on."""

    @property
    def missed(self) -> int:
        """Due scans that were skipped: not allowed to poll, or the last one not yet done or not yet taken."""
        return self._missed + (self._turn.missed if self._turn is not None else 0)

    def lost(self, error: LinkError) -> None:
        """The link is gone: `scans` ends with `error` after the turn under way."""
        self._lost = error
        self._due.set()

    async def scans(self) -> AsyncIterator[Scan]:
        turn = self._turn = self.surroundings.ticks.every(self._cadence, self._tick)
        try:
            while True:
                if self._lost is not None:  # also while it was connecting
                    error, self._lost = self._lost, None
                    raise error
                self._due.clear()  # before the turn, so that a hurry during it is not lost
                scans = tuple(await self.turn())
                for scan in scans[:-1]:
                    yield replace(scan, goes_on=True)
                for scan in scans[-1:]:
                    yield scan
                await self._due.wait()
        finally:
            turn.cancel()
            self._missed += turn.missed
            self._turn = None

    def hurry(self) -> None:
        self._due.set()

    def _tick(self) -> None:
        if self._due.is_set() or (self.polls and not self.surroundings.may_poll()):
            self._missed += 1
        else:
            self._due.set()
