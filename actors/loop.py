"""The one asyncio loop of a process: I/O lives here, decisions live in actors."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop


class IoLoop:
    """An event loop in its own thread.  Everything public but `on_thread` may be used from any thread."""

    def __init__(self, name: str = "io-loop", *, fast: bool = True, debug: bool = False) -> None:
        """With `fast` the loop is uvloop's, without it asyncio's own; `debug` is asyncio's debug mode."""
        self.name = name
        self._fast = fast
        self._debug = debug
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._running = threading.Event()

    def start(self) -> None:
        """Start the thread; returns once the loop runs."""
        self._loop = uvloop.new_event_loop() if self._fast else asyncio.new_event_loop()
        self._loop.set_debug(self._debug)
        self._loop.call_soon(self._running.set)
        self._thread.start()
        self._running.wait()

    def stop(self, timeout_s: float = 5.0) -> bool:
        """Cancel what still runs, wait for it, end the thread; false when it still runs after `timeout_s`."""
        if self._post(self._begin_stop):
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def on_thread(self) -> bool:
        """Whether the caller is on the loop's own thread."""
        return threading.current_thread() is self._thread

    def spawn(self, work: Coroutine[Any, Any, None], on_error: Callable[[BaseException], None]) -> "Work":
        """Run a coroutine on the loop; `on_error` hears, on the loop's thread, of any error that ends it.

        Raises:
            RuntimeError: the loop is not running.
        """
        spawned = Work(self, on_error)
        if not self._post(lambda: spawned._begin(work)):
            work.close()
            raise RuntimeError(f"{self.name} is not running; start it before spawning work on it")
        return spawned

    def call_soon(self, callback: Callable[[], object]) -> bool:
        """Call `callback` on the loop's thread; false when the loop has ended."""
        return self._post(callback)

    def call_later(self, delay_s: float, callback: Callable[[], object]) -> "Timer":
        """Call `callback` on the loop's thread after `delay_s` seconds, unless the timer is cancelled."""
        timer = Timer(self, callback)
        self._post(lambda: timer._begin(delay_s))
        return timer

    def _post(self, callback: Callable[[], object]) -> bool:
        loop = self._loop
        if loop is None or not self._running.is_set():
            return False
        try:
            loop.call_soon_threadsafe(callback)
        except RuntimeError:  # closed between the check and the call
            return False
        return True

    def _asyncio(self) -> asyncio.AbstractEventLoop:
        assert self._loop is not None, "only called on the loop"
        return self._loop

    def _begin_stop(self) -> None:
        self._running.clear()
        self._asyncio().stop()

    def _run(self) -> None:
        loop = self._asyncio()
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            while tasks := asyncio.all_tasks(loop):
                for task in tasks:
                    task.cancel()
                loop.run_until_complete(asyncio.wait(tasks))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.run_until_complete(loop.shutdown_default_executor())
        finally:
            asyncio.set_event_loop(None)
            loop.close()


class Work:
    """A coroutine on the loop.  It has ended only when it has cleaned up after itself."""

    def __init__(self, loop: IoLoop, on_error: Callable[[BaseException], None]) -> None:
        self._loop = loop
        self._on_error = on_error
        self._task: asyncio.Task[None] | None = None
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    def cancel(self) -> None:
        """Ask the coroutine to end, without waiting."""
        self._loop._post(self._cancel)

    def stop(self, timeout_s: float) -> bool:
        """Cancel and wait; false when the coroutine has not let go within `timeout_s`.

        Raises:
            RuntimeError: called on the loop, which would wait for itself; use cancel and then.
        """
        if self._loop.on_thread():
            raise RuntimeError(f"{self._loop.name} cannot wait for its own work; use cancel() and then()")
        self.cancel()
        return self._ended.wait(timeout_s)

    def then(self, callback: Callable[[], None]) -> None:
        """Call `callback` once the coroutine has ended: on the loop, or at once when it already has."""
        with self._lock:
            if not self._ended.is_set():
                self._callbacks.append(callback)
                return
        callback()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = self._loop._asyncio().create_task(work)
        self._task.add_done_callback(self._end)

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _end(self, task: asyncio.Task[None]) -> None:
        with self._lock:
            self._ended.set()
            callbacks, self._callbacks = self._callbacks, []
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(error)
        for callback in callbacks:
            callback()


class Timer:
    """A call that is due later on the loop."""

    def __init__(self, loop: IoLoop, callback: Callable[[], object]) -> None:
        self._loop = loop
        self._callback: Callable[[], object] | None = callback
        self._handle: asyncio.TimerHandle | None = None

    def cancel(self) -> None:
        """Do not call any more; a call already under way is not interrupted."""
        self._callback = None
        self._loop._post(self._drop)

    def _begin(self, delay_s: float) -> None:
        if self._callback is not None:
            self._handle = self._loop._asyncio().call_later(delay_s, self._fire)

    def _fire(self) -> None:
        callback = self._callback
        if callback is not None:
            callback()

    def _drop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
