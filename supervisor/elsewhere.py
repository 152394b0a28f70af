"""Points that other field processes read, for the calculated points of this one."""

import asyncio
import logging
import math
from collections.abc import Callable

from actors.loop import IoLoop, Work
from actors.matrices import Matrices
from config.plans import PointName
from config.site import Site
from drivers.driver import Quality, Reading
from supervisor.point_reads import PointReads, Readings

logger = logging.getLogger(__name__)

PERIOD_S = 1.0
KEPT_S = 60.0
"""What nobody has asked for in this time is no longer fetched."""


class Elsewhere:
    """Asks the processes that have what is wanted, every second. A Service; the readings are of its loop."""

    def __init__(
        self, loop: IoLoop, reads: PointReads, clock: Callable[[], float], wall_ns: Callable[[], int]
    ) -> None:
        self._loop = loop
        self._reads = reads
        self._clock = clock
        self._wall_ns = wall_ns
        self._wanted: dict[PointName, float] = {}
        self._known: dict[PointName, Reading] = {}
        self._work: Work | None = None

    def start(self) -> None:
        self._work = self._loop.spawn(self._run(), on_error=_log)

    def stop(self, timeout_s: float) -> bool:
        return self._work is None or self._work.stop(timeout_s)

    def reading(self, device: str, point: str) -> Reading:
        """The newest known; BAD_NOT_READ until the first answer."""
        name = PointName(device, point)
        self._wanted[name] = self._clock()
        return self._known.get(name, Reading(math.nan, Quality.BAD_NOT_READ, 0))

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(PERIOD_S)
            oldest = self._clock() - KEPT_S
            self._wanted = {name: asked for name, asked in self._wanted.items() if asked >= oldest}
            if self._wanted:
                self._reads.read(frozenset(self._wanted), self._came)

    def _came(self, readings: Readings) -> None:
        """What could not be read keeps its last value, which grows stale by its time."""
        now_ns = self._wall_ns()
        for name, read in readings.items():
            if read is not None:
                value = math.nan if read.value is None or isinstance(read.value, str) else read.value
                quality = max(read.quality, Quality.BAD_STALE) if read.stale else read.quality
                self._known[name] = Reading(value, quality, now_ns)


class Everywhere:
    """A `drivers.driver.Plant`: what this process reads, and through others what they do."""

    def __init__(self, process: str, site: Callable[[], Site], here: Matrices, elsewhere: Elsewhere) -> None:
        self._process = process
        self._site = site
        self._here = here
        self._elsewhere = elsewhere

    def reading(self, device: str, point: str) -> Reading | None:
        found = self._site().devices.get(device)
        if found is None or found.process == self._process:
            return self._here.reading(device, point)
        return self._elsewhere.reading(device, point) if point in found.template.index else None


def _log(error: BaseException) -> None:
    logger.error("points of other field processes are not fetched any more", exc_info=error)
