"""The threads on which actors take their turns: one for many that never block, or one of their own."""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol

logger = logging.getLogger(__name__)


class Runnable(Protocol):
    """What a thread runs: an actor, turn by turn."""

    name: str

    @property
    def ended(self) -> bool: ...

    def take_turn(self) -> bool:
        """Run a handful of messages; true when the actor is to be queued again.  Never raises."""

    def patience_s(self) -> float | None: ...

    def wake(self) -> None: ...


_pooled = threading.local()


def on_dispatcher_thread() -> bool:
    """Whether the caller shares its thread with other actors and so must never block."""
    return getattr(_pooled, "yes", False)


class Dispatcher:
    """One worker thread that runs whichever of its actors have mail, a handful of messages at a time."""

    def __init__(self, name: str = "dispatcher") -> None:
        self.name = name
        self._ready: queue.SimpleQueue[Runnable | Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End after the turns already queued; false when a turn still blocks the thread after `timeout_s`.

        Stop the actors first: one that is left has nothing to run on.
        """
        self._ready.put(None)
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def ready(self, actor: Runnable) -> None:
        """Queue an actor that has mail.  From any thread."""
        self._ready.put(actor)

    def call_soon(self, callback: Callable[[], None]) -> None:
        """Run `callback` after the turns already queued: how health asks whether the thread still runs."""
        self._ready.put(callback)

    def _run(self) -> None:
        _pooled.yes = True
        ready = self._ready
        while (task := ready.get()) is not None:
            if callable(task):
                try:
                    task()
                except Exception:  # the boundary: a callback must not end the actors' thread
                    logger.exception("%s: a callback failed", self.name)
            elif task.take_turn():
                ready.put(task)
            del task  # else the last actor, ended or not, would live until the next turn


class OwnThread:
    """The thread of one actor that may block; it ends with the actor."""

    def __init__(self) -> None:
        self._ready: queue.SimpleQueue[Runnable] = queue.SimpleQueue()

    def ready(self, actor: Runnable) -> None:
        """Wake the thread for mail; the first call starts it."""
        self._ready.put(actor)

    def start(self, actor: Runnable) -> None:
        # Daemon: an actor that hangs for ever is abandoned by its supervisor and must not hold the process.
        threading.Thread(target=self._run, args=(actor,), name=actor.name, daemon=True).start()

    def _run(self, actor: Runnable) -> None:
        while not actor.ended:
            try:
                self._ready.get(timeout=actor.patience_s())
            except queue.Empty:
                actor.wake()
                continue
            while actor.take_turn():
                pass
