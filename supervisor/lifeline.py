"""How a child process and `steward run` hold on to each other.

The child's standard input is a pipe from its parent: when it closes, the parent has ended (even by kill -9)
and the child leaves in order, so that two field processes never poll one plant. Its standard output carries
lines of JSON to the parent: that it is ready, and what the terminal is to show.
"""

import json
import logging
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn

LEAVE_S = 3.6
"""A process that has not left in order by then leaves at once: `steward run` promises 5 s in all."""

FAILED = 70
"""Exit status: the supervision tree gave up."""
RENEWED = 76
"""Exit status: the process wishes to be started anew, with another configuration."""
HUNG = 75
"""Exit status: an actor's turn went beyond its limit; only a new process gets rid of the thread."""


def announce(**facts: Any) -> None:
    """Tell the parent; `ready=True` once this process does its work."""
    print(json.dumps(facts, ensure_ascii=False), flush=True)


class Lifeline:
    """Notices, once, that this process is to leave: the pipe closed, or SIGTERM."""

    def __init__(self, leave: Callable[[], None]) -> None:
        self._leave = leave
        self._once = threading.Lock()
        self._told, self._tell = os.pipe()

    def hold(self) -> None:
        """Begin to watch. Call it on the main thread. Ctrl+C is the parent's business."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        # On the watching thread: what leaving takes may be just what the main thread holds at this moment.
        signal.signal(signal.SIGTERM, lambda *_: os.write(self._tell, b"."))
        threading.Thread(target=self._watch, name="lifeline", daemon=True).start()

    def _watch(self) -> None:
        # Not sys.stdin: its buffer's lock would be held by this thread when the interpreter shuts down.
        parent = sys.__stdin__.fileno() if sys.__stdin__ else 0
        while True:
            heard, _, _ = select.select((parent, self._told), (), ())
            if self._told in heard or not os.read(parent, 4096):
                break
        self._let_go()

    def _let_go(self) -> None:
        if self._once.acquire(blocking=False):
            self._leave()


def quit_now(status: int) -> NoReturn:
    """The last step of an ordered stop: nothing is left to do, so the interpreter is not taken down piece by
    piece, which takes time and lets libraries complain."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def leave_within(seconds: float, status: int) -> threading.Timer:
    """End the process hard after `seconds` unless it has ended by then: nothing may hold up the stop."""
    timer = threading.Timer(seconds, os._exit, (status,))
    timer.daemon = True
    timer.start()
    return timer
