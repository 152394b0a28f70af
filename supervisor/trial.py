"""Whether every process comes up with a configuration version: who has it, who is late."""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from actors.channels.live import Subscriber
from actors.loop import IoLoop, Work
from actors.messages import Beat
from actors.paths import RunPaths

logger = logging.getLogger(__name__)

HOLD_S = 3.0
"""Every process must have had it for so long: one that comes up only to fall again has not come up."""
FRESH_S = 3.0
"""A process not heard of for so long is not up."""
_NO_BEATS = frozenset({"core", "simulators"})
"""`core` watches the others; simulators play what is outside."""


@dataclass(slots=True)
class _Heard:
    pid: int
    version: int
    since_s: float
    """When this incarnation was first heard with this version."""
    last_s: float


class Attendance:
    """Hears the beats of all processes, on the loop. A Service."""

    def __init__(
        self,
        loop: IoLoop,
        paths: RunPaths,
        fields: Callable[[], tuple[str, ...]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """fields: the field processes of the version on trial; some may not have been started yet."""
        self._loop = loop
        self._paths = paths
        self._fields = fields
        self._clock = clock
        self._work: Work | None = None
        self._names: tuple[str, ...] = ()
        self._heard: dict[str, _Heard] = {}

    def start(self) -> None:
        """It listens while a version is on trial."""

    def stop(self, timeout_s: float) -> bool:
        return self._work is None or self._work.stop(timeout_s)

    def begin(self) -> None:
        """Listen to every process that `steward run` keeps, or will as soon as it has looked."""
        names = self.processes()
        if names == self._names:
            return
        self._names = names
        if self._work is not None:
            self._work.cancel()
        self._work = self._loop.spawn(self._listen(names), on_error=_log)

    def end(self) -> None:
        if self._work is not None:
            self._work.cancel()
            self._work = None
        self._names = ()
        self._heard.clear()

    def processes(self) -> tuple[str, ...]:
        try:
            names = json.loads(self._paths.processes.read_text("utf-8"))
        except (OSError, ValueError):
            return ()
        return tuple(sorted({*names, *self._fields()} - _NO_BEATS))

    def late(self, version: int) -> tuple[str, ...]:
        """The processes that do not have the version, or only since less than `HOLD_S`."""
        return tuple(name for name in self.processes() if not self._has(name, version))

    def _has(self, name: str, version: int) -> bool:
        heard, now_s = self._heard.get(name), self._clock()
        return (
            heard is not None
            and heard.version == version
            and now_s - heard.last_s < FRESH_S
            and heard.last_s - heard.since_s >= HOLD_S
        )

    async def _listen(self, names: tuple[str, ...]) -> None:
        subscriber = Subscriber([self._paths.live(name) for name in names], ["node/"])
        subscriber.open()
        try:
            async for _, message in subscriber.frames():
                if isinstance(message, Beat):
                    self.note(message)
        finally:
            subscriber.close()

    def note(self, beat: Beat) -> None:
        now_s, known = self._clock(), self._heard.get(beat.process)
        if known is not None and (known.pid, known.version) == (beat.pid, beat.version):
            known.last_s = now_s
        else:
            self._heard[beat.process] = _Heard(beat.pid, beat.version, now_s, now_s)


def _log(error: BaseException) -> None:
    logger.error("core cannot hear who has the configuration", exc_info=error)
