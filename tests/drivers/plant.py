"""What driver tests build: points, templates, devices, and the surroundings of a process."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import BaseModel

from config.secrets import Secret
from config.site import Device, HistoryPolicy, Point, PointKind, Template
from config.text import Text
from drivers.cadence import Ticks
from drivers.driver import Reading, Surroundings, no_secret
from drivers.shares import Shares

T = TypeVar("T")
NAME = Text("名", "name")
PATIENCE_S = 30.0


def point(name: str, source: BaseModel, *, scale: float = 1.0, offset: float = 0.0) -> Point:
    return Point(
        id=name,
        name=NAME,
        kind=PointKind.ANALOGUE,
        unit="",
        low=0,
        high=1,
        plausible_low=0,
        plausible_high=1,
        scale=scale,
        offset=offset,
        decimals=1,
        deadband=0,
        fault_codes=(),
        frozen_s=0,
        history=HistoryPolicy.NONE,
        states={},
        rules=(),
        write=None,
        source=source,
    )


def template(
    driver: str,
    points: tuple[Point, ...],
    options: BaseModel,
    *,
    period_s: float = 0.1,
    timeout_s: float = 0.1,
) -> Template:
    return Template("t", "t", NAME, driver, period_s, timeout_s, points, options)


def device(name: str, made_from: Template, connection: BaseModel) -> Device:
    return Device(name, NAME, "", made_from, "s", "z", connection, made_from.period_s, "", "field")


@dataclass
class FakePlant:
    readings: dict[tuple[str, str], Reading] = field(default_factory=dict)

    def reading(self, device: str, point: str) -> Reading | None:
        return self.readings.get((device, point))


@dataclass
class Process:
    """A process's shared things, with a plant and a permission to poll that tests may change."""

    plant: FakePlant = field(default_factory=FakePlant)
    polls: bool = True
    clock: Callable[[], float] = time.monotonic
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shares = Shares(self.clock)
        self.ticks = Ticks(self.clock)

    @property
    def surroundings(self) -> Surroundings:
        return Surroundings(
            self.shares, self.ticks, self.plant, lambda: self.polls, self.clock, time.time_ns,
            secret=lambda name: Secret(self.secrets[name]) if name in self.secrets else no_secret(name),
        )  # fmt: skip

    async def close(self) -> None:
        self.ticks.close()
        await self.shares.close()


async def until(holds: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait for a condition; fails by TimeoutError."""
    async with asyncio.timeout(patience_s):
        while not holds():  # noqa: ASYNC110 - what is waited for need not know that it is
            await asyncio.sleep(0.005)


async def within(promise: Awaitable[T], patience_s: float = PATIENCE_S) -> T:
    async with asyncio.timeout(patience_s):
        return await promise
