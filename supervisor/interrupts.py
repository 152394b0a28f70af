"""Ctrl+C and SIGTERM, heard whatever the main thread is doing and whichever thread the signal comes to."""

import os
import select
import signal


class Interrupts:
    """Make and wait on the main thread.

    A handler in Python runs only when the main thread runs Python again: not while it waits for a lock, if
    the signal came to another thread or just before. The byte that the interpreter writes always comes.
    """

    def __init__(self) -> None:
        self._told, tell = os.pipe()
        os.set_blocking(tell, False)
        signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether one came, now or before."""
        return bool(select.select((self._told,), (), (), timeout_s)[0])
