"""What every driver owes, whatever its protocol (R-50): it notices each ailment and comes back by itself.

A protocol's tests provide a `Rig` and run `comes_back` for every ailment that its protocol can have,
`keeps_pace_beside_a_dead_neighbour` and `comes_back_after_an_hour`.
"""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any, Protocol

from drivers.driver import Decoder, Driver, LinkError, Scan, WriteUnknown
from tests.drivers.plant import Process, until, within

COMES_BACK_WITHIN_S = 30.0
AFTER_AN_HOUR_WITHIN_S = 10.0
HOUR_S = 3600.0
HASTE = 600.0
"""How much faster than real an hour's outage passes."""


class Ailment(StrEnum):
    REFUSED = "nobody listens"
    HALF_OPEN = "accepts and never answers"
    RESET = "connections are reset"
    SLOW = "ten times too slow"
    GARBAGE = "answers garbage"
    PARTIAL = "answers half a frame"
    WRONG_ID = "answers another question"
    WRONG_UNIT = "answers as another unit"
    WRONG_LENGTH = "answers with too few registers"
    EXCEPTION = "says that it cannot"
    REBOOT = "gone for a while, then back"
    MOVED = "comes back at another address"


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


class Neighbours(Rig, Protocol):
    def neighbour(self) -> Driver:
        """Of a device that never answers, on the same link as the other one."""


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

    async def goes_on(self, scans: int = 1) -> None:
        """So many more come."""
        before = len(self.scans)
        await until(lambda: len(self.scans) >= before + scans)

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
            pump.losses.clear()  # a busy machine may have been late itself
            await rig.ail(ailment)
            await until(lambda: bool(pump.losses))
            await rig.heal()
            before = len(pump.scans)
            await until(lambda: len(pump.scans) >= before + 3, COMES_BACK_WITHIN_S)
            assert rig.is_right(pump.scans[-1])
    finally:
        await rig.stop()
        await rig.process.close()


async def keeps_pace_beside_a_dead_neighbour(rig: Neighbours, scans: int = 10) -> None:
    """Of two devices on one link one is dead: the other is read on, and well, while it is tried again."""
    await rig.start()
    try:
        async with Pump(rig.driver) as alive, Pump(rig.neighbour()) as dead:
            await until(lambda: len(dead.losses) >= 2)
            before = len(alive.scans)
            await until(lambda: len(alive.scans) >= before + scans)
            assert rig.is_right(alive.scans[-1])
            assert len(alive.losses) <= 1, "a busy machine may be late once"
            assert not dead.scans
    finally:
        await rig.stop()
        await rig.process.close()


async def reads_connects_and_connects_anew(rig: Rig, ailment: Ailment = Ailment.REFUSED) -> None:
    """What a driver does by itself; its caller looks whether it has written anything meanwhile."""
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        await rig.ail(ailment)
        await until(lambda: bool(pump.losses))
        await rig.heal()
        before = len(pump.scans)
        await until(lambda: len(pump.scans) > before)


async def writes_left_unknown(driver: Driver, values: Iterable[float]) -> int:
    """How many of the writes to the first point, each given to the driver once, were not answered."""
    unknown = 0
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        for value in values:
            try:
                await within(driver.write(0, value))
            except WriteUnknown:
                unknown += 1
        assert not pump.losses
    return unknown


async def comes_back_after_an_hour(make: Callable[[Process], Rig]) -> None:
    """R-51: within ten seconds of the link's return after an hour's outage, and quietly.

    What may be logged of it is once down and once up, and the device's actor does that.
    """
    with passing() as passing_, heard() as records:
        rig = make(Process(clock=passing_))
        await rig.start()
        try:
            async with Pump(rig.driver) as pump:
                await until(lambda: len(pump.scans) >= 3)
                await rig.ail(Ailment.REFUSED)
                await until(lambda: bool(pump.losses))
                passing_.hasten(HASTE)
                await asyncio.sleep(HOUR_S)
                passing_.hasten(1.0)
                await rig.heal()
                before = len(pump.scans)
                await until(lambda: len(pump.scans) >= before + 3, AFTER_AN_HOUR_WITHIN_S)
                assert rig.is_right(pump.scans[-1])
        finally:
            passing_.hasten(1.0)
            await rig.stop()
            await rig.process.close()
    assert not records, [record.getMessage() for record in records]


class Passing:
    """A monotonic clock whose seconds can be made to fly."""

    def __init__(self) -> None:
        self.speed = 1.0
        self._real = self._at = time.monotonic()

    def __call__(self) -> float:
        return self._at + (time.monotonic() - self._real) * self.speed

    def hasten(self, speed: float) -> None:
        self._at, self._real = self(), time.monotonic()
        self.speed = speed


@contextlib.contextmanager
def passing() -> Iterator[Passing]:
    """The running loop goes by a clock that can be hastened."""
    loop: Any = asyncio.get_running_loop()
    clock = Passing()
    select = loop._selector.select
    loop.time = clock
    loop._selector.select = lambda left: select(left if left is None else left / clock.speed)
    try:
        yield clock
    finally:
        clock.hasten(1.0)
        loop._selector.select = select


@contextlib.contextmanager
def heard() -> Iterator[list[logging.LogRecord]]:
    """What is logged meanwhile at WARNING or above."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = records.append  # type: ignore[assignment,method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield records
    finally:
        logging.getLogger().removeHandler(handler)


@contextlib.contextmanager
def names(known: Mapping[str, str]) -> Iterator[None]:
    """Host names that lead where `known` says at the moment they are looked up."""
    real = socket.getaddrinfo

    def look_up(host: Any, *more: Any, **further: Any) -> Any:
        return real(known.get(host, host), *more, **further)

    socket.getaddrinfo = look_up
    try:
        yield
    finally:
        socket.getaddrinfo = real
