"""How far the clocks of the field processes are off from that of `core`, from their beats."""

import logging
import time

from actors.channels.live import Subscriber
from actors.loop import IoLoop, Work
from actors.messages import Beat
from actors.paths import RunPaths

logger = logging.getLogger(__name__)

ALARM_S = 1.0
"""Off by more than this is logged as an error; the gate refuses commands beyond its own, larger limit."""


class Clocks:
    """Listens to the beats on the loop. A Service."""

    def __init__(self, loop: IoLoop, paths: RunPaths) -> None:
        self._loop = loop
        self._paths = paths
        self._offsets: dict[str, float] = {}
        self._work: Work | None = None
        self._fields: tuple[str, ...] = ()

    def start(self) -> None:
        """It listens as soon as it is told to whom."""

    def stop(self, timeout_s: float) -> bool:
        return self._work is None or self._work.stop(timeout_s)

    def use(self, fields: tuple[str, ...]) -> None:
        if fields == self._fields:
            return
        self._fields = fields
        if self._work is not None:
            self._work.cancel()
        self._work = self._loop.spawn(self._listen(fields), on_error=_log)

    def offset_s(self, process: str) -> float | None:
        """None until its first beat."""
        return self._offsets.get(process)

    async def _listen(self, fields: tuple[str, ...]) -> None:
        subscriber = Subscriber([self._paths.live(field) for field in fields], ["node/"])
        subscriber.open()
        try:
            async for _, message in subscriber.frames():
                if isinstance(message, Beat):
                    self._note(message)
        finally:
            subscriber.close()

    def _note(self, beat: Beat) -> None:
        offset_s = (beat.wall_ns - time.time_ns()) / 1e9
        was_off = abs(self._offsets.get(beat.process, 0.0)) > ALARM_S
        self._offsets[beat.process] = offset_s
        if abs(offset_s) > ALARM_S and not was_off:
            logger.error("the clock of %s is off by %.1f s; set it", beat.process, offset_s)
        elif was_off and abs(offset_s) <= ALARM_S:
            logger.info("the clock of %s is right again", beat.process)


def _log(error: BaseException) -> None:
    logger.error("core cannot watch the clocks", exc_info=error)
