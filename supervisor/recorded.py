"""What was recorded, for the drivers of a field process that ask for it."""

import asyncio
import logging
from collections.abc import Callable
from zoneinfo import ZoneInfo

from actors.channels.query import QueryFailed
from actors.channels.query_client import QueryClient
from actors.codecs import QUERIES
from actors.historian.hours import hour_mean, question, same_hours
from actors.loop import IoLoop, Work
from config.calendar import Calendar
from config.site import Site
from drivers.errors import LinkError

logger = logging.getLogger(__name__)

PATIENCE_S = 10.0
"""For one answer: nobody waits for it, and the historian may have people to answer first."""


class Recorded:
    """Asks the historian, on the loop of the drivers. A Service; `drivers.driver.History`."""

    def __init__(self, loop: IoLoop, endpoint: str, site: Callable[[], Site]) -> None:
        self._loop = loop
        self._client = QueryClient(endpoint, QUERIES)
        self._site = site
        self._ready = asyncio.Event()
        self._work: Work | None = None

    def start(self) -> None:
        self._work = self._loop.spawn(self._serve(), on_error=_log)

    def stop(self, timeout_s: float) -> bool:
        return self._work is None or self._work.stop(timeout_s)

    def hours(self, wall_ns: int, weeks: int) -> tuple[int, ...]:
        site = self._site()
        return same_hours(ZoneInfo(site.timezone), Calendar(site.calendar), wall_ns, weeks)

    async def mean(self, point: str, hour_ns: int) -> float:
        await self._ready.wait()
        try:
            answer = await self._client.one(question(point, hour_ns), timeout_s=PATIENCE_S)
        except QueryFailed as error:
            raise LinkError(f"历史数据无法查询：{error}", str(error)) from error
        return hour_mean(answer, hour_ns)

    async def _serve(self) -> None:
        await self._client.start()
        self._ready.set()
        try:
            await asyncio.Event().wait()
        finally:
            self._ready.clear()
            await self._client.stop()


def _log(error: BaseException) -> None:
    logger.error("the historian can no longer be asked", exc_info=error)
