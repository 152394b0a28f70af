"""Keeps `Live` fed: frames as they come, and snapshots wherever one is needed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Protocol

from actors.channels.live import LIVE
from actors.channels.query import QueryFailed
from actors.messages import ConfigurationAnnounced, Frame, ReadSnapshot, Snapshot
from actors.newest import LiveMessage
from hmi.live import Live
from hmi.ports import Ports

logger = logging.getLogger(__name__)

RETRY_S = 1.0
"""Between two attempts to get a snapshot."""


class Frames(Protocol):
    """The live channel, as `actors.channels.live.Subscriber` offers it."""

    def open(self) -> None: ...

    def frames(self) -> AsyncIterator[tuple[Frame, LiveMessage]]: ...

    def close(self) -> None: ...


class Feed:
    """One task for the frames, one for each snapshot under way."""

    def __init__(self, live: Live, frames: Frames, ports: Ports, reloaded: Callable[[], None]) -> None:
        self._live = live
        self._frames = frames
        self._ports = ports
        self._reloaded = reloaded
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._loading: asyncio.Task[None] | None = None
        self._broken: set[str] = set()

    async def run(self) -> None:
        """Until cancelled. Subscribes before it asks for anything, so that nothing falls between."""
        self._frames.open()
        try:
            for publisher in self._ports.snapshots:
                self._ask(publisher)
            async for frame, message in self._frames.frames():
                if frame.publisher not in self._ports.snapshots:
                    self._live.hear(frame.publisher, message)
                elif self._live.receive(frame, message):
                    self._ask(frame.publisher)
                if isinstance(message, ConfigurationAnnounced):
                    self._follow()
        finally:
            self._frames.close()
            tasks = [*self._asking.values(), *([self._loading] if self._loading else [])]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _follow(self) -> None:
        version = self._live.announced()
        if version not in {0, self._live.site.version} and (self._loading is None or self._loading.done()):
            self._loading = asyncio.create_task(self._load(version), name=f"configuration {version}")

    async def _load(self, version: int) -> None:
        while True:
            try:
                self._live.use(await self._ports.configuration(version))
                break
            except QueryFailed as error:
                logger.warning("configuration %d cannot be had yet: %s", version, error)
                await asyncio.sleep(RETRY_S)
        for publisher in self._ports.snapshots:
            self._ask(publisher)
        self._reloaded()

    def _ask(self, publisher: str) -> None:
        if publisher in self._ports.snapshots and publisher not in self._asking:
            self._asking[publisher] = asyncio.create_task(
                self._repair(publisher), name=f"snapshot {publisher}"
            )

    async def _repair(self, publisher: str) -> None:
        try:
            while await self._attempt(publisher):  # noqa: ASYNC110  # a retry, not a poll
                await asyncio.sleep(RETRY_S)
        finally:
            with suppress(KeyError):
                del self._asking[publisher]

    async def _attempt(self, publisher: str) -> bool:
        """Ask once; true when it must be asked again."""
        bodies: list[bytes] = []
        frame: Frame | None = None
        try:
            async for chunk in self._ports.snapshots[publisher].ask(ReadSnapshot()):
                assert isinstance(chunk, Snapshot)
                if frame is not None and chunk.frame != frame:
                    bodies = []
                frame = chunk.frame
                bodies += chunk.bodies
        except QueryFailed as error:
            if publisher not in self._broken:
                self._broken.add(publisher)
                logger.warning("%s gives no snapshot, asking on: %s", publisher, error)
            return True
        if publisher in self._broken:
            self._broken.discard(publisher)
            logger.info("%s gives snapshots again", publisher)
        if frame is None:
            return True
        again = self._live.restore(frame, map(LIVE.decode, bodies))
        self._follow()
        return again
