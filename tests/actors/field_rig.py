"""What a field process gives its sweeps and devices: loop, dispatcher, clocks, and somebody who listens."""

import asyncio
import queue
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np

from actors.actor import Ref
from actors.dispatcher import Dispatcher
from actors.loop import IoLoop
from actors.outlets import Outlets
from config.site import PointKind, Template
from drivers.driver import Columns, LinkError, Quality, Reading, Scan, Value

WITHIN_S = 10.0

T = TypeVar("T")


class Told:
    """Whatever is told, in order."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def tell(self, message: Any, /) -> bool:
        self._queue.put(message)
        return True

    def put(self, message: Any) -> None:
        self._queue.put(message)

    def put_all(self, messages: Iterable[Any]) -> None:
        for message in messages:
            self.put(message)

    def next(self, kind: type[T]) -> T:
        """The next of this kind; what comes before it is passed over."""
        deadline = time.monotonic() + WITHIN_S
        while True:
            message = self._queue.get(timeout=max(0.01, deadline - time.monotonic()))
            if isinstance(message, kind):
                return message

    def so_far(self, kind: type[T]) -> list[T]:
        found = []
        while not self._queue.empty():
            if isinstance(message := self._queue.get(), kind):
                found.append(message)
        return found


@dataclass
class Rig:
    """Use as a context; `now` stands still unless a test moves it or sets `is_live`."""

    is_live: bool = False
    now: float = 1000.0
    recall: dict[str, bytes] = field(default_factory=dict)
    live: Told = field(default_factory=Told)
    history: Told = field(default_factory=Told)
    conditions: Told = field(default_factory=Told)

    def __post_init__(self) -> None:
        self.loop = IoLoop()
        self.dispatcher = Dispatcher()
        self._actors: list[Ref] = []
        self.outlets = Outlets(
            process="field-1",
            version=1,
            loop=self.loop,
            publish=lambda _topic, message: self.live.tell(message),
            history=lambda messages, _state: self.history.put_all(messages),
            totals={},
            condition=self._condition,
            remember=self._remember,
            recall=self.recall,
            clock=lambda: time.monotonic() if self.is_live else self.now,
            wall_ns=self.wall_ns,
        )

    def __enter__(self) -> Self:
        self.loop.start()
        self.dispatcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for actor in self._actors:
            if actor.is_alive():
                actor.stop(timeout=WITHIN_S)
        self.dispatcher.stop()
        self.loop.stop()

    def started(self, actor: Ref) -> Ref:
        """It ends with the rig."""
        self._actors.append(actor)
        return actor

    def wall_ns(self) -> int:
        return time.time_ns() if self.is_live else round(self.now * 1e9)

    def _condition(self, message: Any, state: Mapping[str, bytes | None]) -> None:
        self._remember(state)
        self.conditions.tell(message)

    def _remember(self, state: Mapping[str, bytes | None]) -> None:
        for key, body in state.items():
            if body is None:
                self.recall.pop(key, None)
            else:
                self.recall[key] = body


class FakeDecoder:
    """A raw scan is the sequence of its values; a text point's is a text, an exception is raised."""

    def __init__(self, template: Template) -> None:
        self._texts = [at for at, point in enumerate(template.points) if point.kind is PointKind.TEXT]

    def decode(self, raws: Sequence[Any]) -> Columns:
        for raw in raws:
            if isinstance(raw, Exception):
                raise raw
        values = np.array(
            [[np.nan if isinstance(cell, str) else cell for cell in raw] for raw in raws], float
        )
        quality = np.where(np.isnan(values), Quality.BAD_SENSOR_FAULT, Quality.GOOD).astype(np.uint8)
        quality[:, self._texts] = Quality.GOOD
        return Columns(values, quality, {at: [raw[at] for raw in raws] for at in self._texts})


class FakeDriver:
    """Does what a test tells it, on the loop."""

    def __init__(self, loop: IoLoop, *, reachable: bool = True) -> None:
        self._loop = loop
        self._scans: asyncio.Queue[Scan | BaseException] = asyncio.Queue()
        self.reachable = reachable
        self.connects = self.closes = self.hurries = 0
        self.writes: list[tuple[int, Value]] = []
        self.outcome: BaseException | None = None
        """What a write raises."""

    def give(self, what: Scan | BaseException) -> None:
        """A scan, or what ends the scans."""
        self._loop.call_soon(lambda: self._scans.put_nowait(what))

    async def connect(self) -> None:
        self.connects += 1
        if not self.reachable:
            raise LinkError("连接被拒绝", "refused")

    async def scans(self) -> AsyncIterator[Scan]:
        while True:
            what = await self._scans.get()
            if isinstance(what, BaseException):
                raise what
            yield what

    async def write(self, point: int, value: Value) -> None:
        self.writes.append((point, value))
        if self.outcome is not None:
            raise self.outcome

    def hurry(self) -> None:
        self.hurries += 1

    async def close(self) -> None:
        self.closes += 1


class FakePlant(dict[tuple[str, str], Reading]):
    def reading(self, device: str, point: str) -> Reading | None:
        return self.get((device, point))


def eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.005)
