"""Devices that no wire leads to: their points are computed here, on the cadence, by whoever knows how."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict

from config.site import Device
from drivers.cadence import Turn
from drivers.driver import Cadence, Columns, Scan, Surroundings, Value, WriteError

Raw = tuple[tuple[float, ...], tuple[int, ...]]
"""Values and qualities in the order of the template's points."""


class Strict(BaseModel):
    """Base of the models in which a site file speaks of such devices."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Nowhere(Strict):
    """The connection of a virtual device: there is nothing to reach."""


class ComputedDecoder:
    def decode(self, raws: Sequence[Raw]) -> Columns:
        return Columns(
            np.array([raw[0] for raw in raws], np.float64), np.array([raw[1] for raw in raws], np.uint8)
        )


class ComputedDriver:
    """Subclasses write `computed`."""

    def __init__(self, device: Device, cadence: Cadence, surroundings: Surroundings) -> None:
        self.device = device
        self.surroundings = surroundings
        self._cadence = cadence
        self._turn: Turn | None = None
        self._missed = 0
        self._due = asyncio.Event()

    def computed(self) -> Raw:
        """One scan, on the loop: quick, and without I/O that may block."""
        raise TypeError(f"{type(self).__name__} computes nothing")

    @property
    def missed(self) -> int:
        return self._missed + (self._turn.missed if self._turn is not None else 0)

    async def connect(self) -> None:
        """Nothing to reach."""

    async def scans(self) -> AsyncIterator[Scan]:
        turn = self._turn = self.surroundings.ticks.every(self._cadence, self._tick)
        try:
            while True:
                self._due.clear()  # before the scan, so that a hurry during it is not lost
                yield Scan(self.surroundings.wall_ns(), self.computed())
                await self._due.wait()
        finally:
            turn.cancel()
            self._missed += turn.missed
            self._turn = None

    async def write(self, point: int, value: Value) -> None:
        name = self.device.template.points[point].id
        raise WriteError(f"{self.device.id}/{name} is calculated; {value} cannot be written to it")

    def hurry(self) -> None:
        self._due.set()

    async def close(self) -> None:
        """Nothing to let go of."""

    def _tick(self) -> None:
        if self._due.is_set() or not self.surroundings.may_poll():
            self._missed += 1
        else:
            self._due.set()
