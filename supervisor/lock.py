"""One `steward run` at a time in a run directory, and none of an earlier one's processes left in it."""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from supervisor.lifeline import LEAVE_S

CHECK_S = 0.1


class RunningAlready(Exception):
    """Raised when another `steward run` holds the run directory."""


def hold(file: Path) -> IO[str]:
    """Take the run directory for this process; kept until the returned file is closed or the process ends.

    Raises RunningAlready with the process that holds it.
    """
    held = file.open("a+", encoding="utf-8")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.seek(0)
        holder = held.read().strip()
        held.close()
        raise RunningAlready(
            f"{file.parent} is in use by process {holder or '?'}; stop it, "
            "or choose another run directory with --run"
        ) from None
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def await_predecessors(processes_file: Path, root: Path) -> None:
    """Wait for the processes of a run that was killed: they leave by themselves when their pipe closes.

    One that hangs is killed: two field processes must never poll one plant, nor share an outbox.
    """
    left = list(_left(processes_file, root))
    until = time.monotonic() + LEAVE_S + 1.0
    while left and time.monotonic() < until:
        time.sleep(CHECK_S)
        left = [pid for pid in left if _is_ours(pid, root)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)


def _left(processes_file: Path, root: Path) -> Iterator[int]:
    try:
        states = json.loads(processes_file.read_text())
    except (FileNotFoundError, ValueError):
        return
    for state in states.values():
        pid = int(state.get("pid", 0))
        if pid and _is_ours(pid, root):
            yield pid


def _is_ours(pid: int, root: Path) -> bool:
    """Whether the process is one of this run directory, and not a stranger who has got its number."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return b"--run" in command and os.fsencode(root) in command
