"""Hears which configuration version `core` puts in force."""

import logging
import math
import threading
import time
from collections.abc import Callable

from actors.channels.live import Subscriber
from actors.loop import IoLoop, Work
from actors.messages import Beat, ConfigurationAnnounced
from actors.paths import RunPaths

logger = logging.getLogger(__name__)


class Announcements:
    """Listens to `core` on the loop; `follow(version)` runs on a thread of its own, one call at a time.

    The beat carries the version too, so that an announcement lost on the live channel only comes later.
    A Service.
    """

    def __init__(self, loop: IoLoop, paths: RunPaths, follow: Callable[[int], None]) -> None:
        self._loop = loop
        self._endpoint = paths.live("core")
        self._follow = follow
        self._work: Work | None = None
        self._busy = threading.Lock()
        self._refused = 0
        self.clock_offset_s = math.nan
        """How far our clock is ahead of core's, by its last beat; NaN before the first."""

    def start(self) -> None:
        self._work = self._loop.spawn(self._listen(), on_error=_log)

    def stop(self, timeout_s: float) -> bool:
        return self._work is None or self._work.stop(timeout_s)

    async def _listen(self) -> None:
        subscriber = Subscriber([self._endpoint], ["configuration/", "node/core/"])
        subscriber.open()
        try:
            async for _, message in subscriber.frames():
                if isinstance(message, Beat):
                    self.clock_offset_s = (time.time_ns() - message.wall_ns) / 1e9
                if isinstance(message, ConfigurationAnnounced | Beat) and message.version:
                    self._begin(message.version)
        finally:
            subscriber.close()

    def _begin(self, version: int) -> None:
        if version != self._refused and self._busy.acquire(blocking=False):
            threading.Thread(target=self._run, args=(version,), name="configuration", daemon=True).start()

    def _run(self, version: int) -> None:
        try:
            self._follow(version)
        except Exception:
            # What runs goes on; the same version is not tried again and again.
            self._refused = version
            logger.exception("configuration version %d could not be applied; restart this process", version)
        finally:
            self._busy.release()


def _log(error: BaseException) -> None:
    logger.error("announcements of core are no longer heard", exc_info=error)
