"""Devices that no wire leads to: their points are computed here, on the cadence, by whoever knows how."""

from abc import abstractmethod
from collections.abc import Iterable

from drivers.driver import Scan, Value, WriteError
from drivers.paced import PacedDriver
from drivers.readings import Readings
from drivers.strict import Strict

CALCULATED = "测点由计算得出；请去掉 write", "it is calculated; leave write out"
"""Why nothing can be written to it, and the way out."""


class Nowhere(Strict):
    """The connection of a virtual device: there is nothing to reach."""


class ComputedDriver(PacedDriver):
    """Subclasses write `computed`."""

    @abstractmethod
    def computed(self) -> Readings:
        """One scan, on the loop: quick, and without I/O that may block."""

    async def connect(self) -> None:
        """Nothing to reach."""

    async def turn(self) -> Iterable[Scan]:
        return (Scan(self.surroundings.wall_ns(), self.computed()),)

    async def write(self, point: int, value: Value) -> None:
        name = self.device.template.points[point].id
        raise WriteError(
            f"{self.device.id}/{name} 由计算得出；不能写入 {value}",
            f"{self.device.id}/{name} is calculated; {value} cannot be written to it",
        )

    async def close(self) -> None:
        """Nothing to let go of."""
