"""Finds what hangs in this process: a turn beyond its limit, a loop or dispatcher that answers no more."""

import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pykka

from actors.actor import Ref

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hang:
    """Something that has not come back within its limit."""

    name: str
    since_s: float
    """How long it has been at it."""
    limit_s: float

    def __str__(self) -> str:
        return f"{self.name} hangs: {self.since_s:.1f} s in one turn, its limit is {self.limit_s:g} s"


class Pinged(Protocol):
    """A thread that runs calls in turn: an IoLoop or a Dispatcher."""

    name: str

    def call_soon(self, callback: Callable[[], None], /) -> object: ...


class _Beat:
    """The last ping of one thread and whether it came back."""

    def __init__(self, pinged: Pinged, now_s: float) -> None:
        self.pinged = pinged
        self.sent_s = now_s
        self.back = True

    def answer(self) -> None:
        self.back = True

    def ping(self, now_s: float) -> None:
        self.back = False
        self.sent_s = now_s
        self.pinged.call_soon(self.answer)


class Health:
    """A thread that looks at every actor of the process each `check_s`.

    A hang is logged once, with the stacks of all threads, and handed to `on_hang`, which ends the process
    with a non-zero exit: a thread cannot be killed, and one that comes back late may still write to the
    plant. A turn is one message; with `check_s` of a second it is found within its limit plus a second.
    """

    def __init__(
        self,
        on_hang: Callable[[Hang], None],
        *,
        pinged: Sequence[Pinged] = (),
        check_s: float = 1.0,
        ping_limit_s: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` must be the one actors note their turns with, time.monotonic but for tests."""
        self._on_hang = on_hang
        self._check_s = check_s
        self._ping_limit_s = ping_limit_s
        self._clock = clock
        self._beats = [_Beat(thread, clock()) for thread in pinged]
        self._reported: set[tuple[str, float]] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="health", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> bool:
        """End the watch; false when the thread is still busy (in `on_hang`) after `timeout_s`."""
        self._stop.set()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def check(self) -> list[Hang]:
        """Look once; the hangs that were not reported before, after logging and handing them on."""
        now_s = self._clock()
        # The one reader of Pykka's global registry: only it knows the abandoned too.
        found = [*self._hanging_turns(pykka.ActorRegistry.get_all(), now_s), *self._silent_threads(now_s)]
        hangs: list[Hang] = []
        current: set[tuple[str, float]] = set()
        for key, hang in found:
            current.add(key)
            if key not in self._reported:
                hangs.append(hang)
        self._reported = current
        if hangs:
            logger.critical("%s\n%s", "; ".join(map(str, hangs)), all_stacks())
        for hang in hangs:
            self._on_hang(hang)
        return hangs

    def _hanging_turns(
        self, refs: Sequence[pykka.ActorRef[Any]], now_s: float
    ) -> list[tuple[tuple[str, float], Hang]]:
        found: list[tuple[tuple[str, float], Hang]] = []
        for ref in refs:
            if not isinstance(ref, Ref):
                continue
            started_s, limit_s = ref.vitals.turn_started, ref.vitals.turn_limit_s
            if started_s and now_s - started_s > limit_s:
                found.append(((ref.actor_urn, started_s), Hang(ref.name, now_s - started_s, limit_s)))
        return found

    def _silent_threads(self, now_s: float) -> list[tuple[tuple[str, float], Hang]]:
        found: list[tuple[tuple[str, float], Hang]] = []
        for beat in self._beats:
            if beat.back:
                beat.ping(now_s)
            elif now_s - beat.sent_s > self._ping_limit_s:
                hang = Hang(beat.pinged.name, now_s - beat.sent_s, self._ping_limit_s)
                found.append(((beat.pinged.name, beat.sent_s), hang))
        return found

    def _run(self) -> None:
        while not self._stop.wait(self._check_s):
            self.check()


def all_stacks() -> str:
    """What every thread of the process is doing, newest call last."""
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    parts = [
        f"Thread {names.get(ident, '?')} ({ident}):\n{''.join(traceback.format_stack(frame))}"
        for ident, frame in sys._current_frames().items()
    ]
    return "\n".join(parts)
