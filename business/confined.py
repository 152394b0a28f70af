"""Work on what somebody else wrote runs in a process of its own, with bounded memory and time.

A crafted input can make a parser abort, loop, or ask for all memory there is. Here that ends the child and
not the office; and what the work took is given back when it ends.
"""

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    memory_bytes: int
    cpu_s: int
    wall_s: float


class Died(Exception):
    """The child ended without an answer: it was stopped by a limit, or it crashed."""

    def __init__(self, *, too_slow: bool) -> None:
        super().__init__("the child was too slow" if too_slow else "the child crashed")
        self.too_slow = too_slow


def in_child(
    module: str, arguments: Sequence[str], data: bytes, limits: Limits, environment: Mapping[str, str] = {}
) -> bytes:
    """What `python -m module arguments` writes for this input; it calls `confine` first. Raises Died."""
    try:
        done = subprocess.run(  # noqa: S603  # our own interpreter and module
            [sys.executable, "-m", module, *arguments],
            input=data,
            capture_output=True,
            timeout=limits.wall_s,
            check=True,
            env={**os.environ, **environment},
        )
    except subprocess.TimeoutExpired as cause:
        raise Died(too_slow=True) from cause
    except subprocess.CalledProcessError as cause:
        raise Died(too_slow=cause.returncode in {-signal.SIGXCPU, -signal.SIGKILL}) from cause
    return done.stdout


def confine(limits: Limits) -> None:
    """In the child, before it reads anything foreign."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def open_nothing_more() -> None:
    """From now on neither a file nor a socket can be opened; what is open stays so."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
