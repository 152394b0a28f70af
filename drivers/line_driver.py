"""The base of drivers whose device is one of several on a half-duplex line."""

import asyncio
from abc import abstractmethod

from config.site import Device
from drivers.backoff import Backoff
from drivers.driver import Cadence, LinkError, Surroundings
from drivers.line import Line, join, leave
from drivers.line_schema import LineConnection
from drivers.paced import PacedDriver


class LineDriver(PacedDriver):
    """Subclasses write `probe`, `turn` and `write`, and call `lives` when the device has brought values."""

    def __init__(self, device: Device, cadence: Cadence, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, LineConnection)
        self._terms = device.connection.line
        self._line: Line | None = None
        self._pace = Backoff()

    @abstractmethod
    async def probe(self, line: Line) -> None:
        """The line stands: does this device answer? Raises LinkError."""

    async def connect(self) -> None:
        clock = self.surroundings.clock
        if self._line is None:
            self._line = await join(self.surroundings.shares, self._terms, self.device.id)
        await asyncio.sleep(self._pace.delay_s(clock()))
        await self._line.opened()
        self._pace.started(clock())
        await self.probe(self._line)

    @property
    def line(self) -> Line:
        """Raises LinkError while there is none."""
        if self._line is None:
            raise LinkError(
                f"{self.device.id} 未连接；没有发送", f"{self.device.id} is not connected; nothing was sent"
            )
        return self._line

    def lives(self) -> None:
        self._pace.succeeded()

    async def close(self) -> None:
        if self._line is not None:
            line, self._line = self._line, None
            await leave(self.surroundings.shares, line, self.device.id)
