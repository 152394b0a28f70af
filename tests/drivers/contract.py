"""What every driver owes, whatever its protocol: it notices each ailment and comes back by itself.

A protocol's tests provide a `Rig` and run `comes_back` for every ailment that its protocol can have.
"""

import asyncio
import contextlib
from enum import StrEnum
from typing import Protocol

from drivers.driver import Decoder, Driver, LinkError, Scan
from tests.drivers.plant import Process, until

COMES_BACK_WITHIN_S = 30.0


class Ailment(StrEnum):
    REFUSED = "nobody listens"
    HALF_OPEN = "accepts and never answers"
    RESET = "connections are reset"
    SLOW = "ten times too slow"
    GARBAGE = "answers garbage"
    PARTIAL = "answers half a frame"
    WRONG_TRANSACTION = "answers another question"
    WRONG_UNIT = "answers as another unit"
    WRONG_LENGTH = "answers with too few registers"
    EXCEPTION = "says that it cannot"
    REBOOT = "gone for a while, then back"


class Rig(Protocol):
    """A device, real or played, with the driver that is tested against it."""

    process: Process
    driver: Driver
    decoder: Decoder

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def ail(self, ailment: Ailment) -> None: ...

    async def heal(self) -> None: ...

    def is_right(self, scan: Scan) -> bool:
        """Whether the scan shows what the device holds."""


class Pump:
    """Uses a driver as a device's actor does: connect, scan, and again after every loss."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.scans: list[Scan] = []
        self.losses: list[str] = []
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Pump":
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self.driver.connect()
                async for scan in self.driver.scans():
                    self.scans.append(scan)
            except LinkError as error:
                self.losses.append(str(error))
            finally:
                await self.driver.close()


async def comes_back(rig: Rig, ailment: Ailment) -> None:
    await rig.start()
    try:
        async with Pump(rig.driver) as pump:
            await until(lambda: len(pump.scans) >= 3)
            assert rig.is_right(pump.scans[-1])
            assert not pump.losses
            await rig.ail(ailment)
            await until(lambda: bool(pump.losses))
            await rig.heal()
            before = len(pump.scans)
            await until(lambda: len(pump.scans) >= before + 3, COMES_BACK_WITHIN_S)
            assert rig.is_right(pump.scans[-1])
    finally:
        await rig.stop()
        await rig.process.close()
