"""Reads present values of points from the field processes, for whoever decides by them in `core`."""

import asyncio
import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping

from actors.channels.query import QueryFailed
from actors.channels.query_client import QueryClient
from actors.codecs import QUERIES
from actors.loop import IoLoop
from actors.messages import PointRead, ReadPoints
from actors.paths import RunPaths
from config.plans import PointName
from config.site import Site

logger = logging.getLogger(__name__)

TIMEOUT_S = 1.0
"""A process that has not answered by then cannot be read now."""

Readings = Mapping[PointName, PointRead | None]


class PointReads:
    """One client a field process. A Service; may be asked from any thread."""

    def __init__(self, loop: IoLoop, paths: RunPaths, site: Site) -> None:
        self._loop = loop
        self._paths = paths
        self._site = site
        self._clients: dict[str, QueryClient] = {}

    def start(self) -> None:
        """Clients start with their first query."""

    def stop(self, timeout_s: float) -> bool:
        closed = threading.Event()
        self._loop.spawn(self._close(), on_error=_log).then(closed.set)
        return closed.wait(timeout_s)

    def use(self, site: Site) -> None:
        self._site = site

    def read(self, points: frozenset[PointName], then: Callable[[Readings], object]) -> None:
        """Calls back once, with all of them: None for what could not be read."""
        none: Readings = dict.fromkeys(points)

        def broken(error: BaseException) -> None:
            _log(error)
            then(none)

        self._loop.spawn(self._read(points, then), on_error=broken)

    async def _read(self, points: frozenset[PointName], then: Callable[[Readings], object]) -> None:
        wanted: dict[str, list[str]] = defaultdict(list)
        for point in points:
            if (device := self._site.devices.get(point.device)) is not None:
                wanted[device.process].append(str(point))
        found: dict[PointName, PointRead | None] = dict.fromkeys(points)
        for read in await asyncio.gather(*(self._ask(*each) for each in wanted.items())):
            found.update({PointName(one.device, one.point): one for one in read})
        then(found)

    async def _ask(self, field: str, points: list[str]) -> tuple[PointRead, ...]:
        client = self._clients.get(field)
        if client is None:
            client = self._clients[field] = QueryClient(self._paths.query(field), QUERIES)
            await client.start()
        try:
            answer = await client.one(ReadPoints(tuple(sorted(points))), timeout_s=TIMEOUT_S)
        except QueryFailed as error:
            logger.warning("points of %s could not be read: %s", field, error)
            return ()
        read: tuple[PointRead, ...] = answer.points
        return read

    async def _close(self) -> None:
        for client in self._clients.values():
            await client.stop()


def _log(error: BaseException) -> None:
    logger.error("points could not be read", exc_info=error)
