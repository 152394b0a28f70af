"""The outermost supervisor: starts the processes of a site, restarts the failed, stops in order."""

import contextlib
import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from supervisor.lifeline import RENEWED
from supervisor.restart import RestartLimit

logger = logging.getLogger(__name__)

STOP_S = 4.2
"""All processes together have this long to leave in order; then they are killed: 5 s are promised, and a busy
machine takes its share."""
INTENSITY, PERIOD_S = 5, 60.0
"""More restarts than this, and the process is set aside for `ASIDE_S`: its siblings do not depend on it."""
ASIDE_S = 30.0
AFTER_S = 10.0


@dataclass(frozen=True, slots=True)
class Process:
    """One process to keep running. Processes of a lower `stage` stop first."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    stage: int = 0
    after: str = ""
    """Start once this one is ready, or has had `AFTER_S`; '' starts at once."""


class Child:
    """A process and its watcher thread."""

    def __init__(
        self,
        process: Process,
        heard: Callable[[str, Mapping[str, Any]], None],
        log_file: Path | None = None,
    ) -> None:
        self.process = process
        self._log_file = log_file
        self.restarts = 0
        self.state = "stopped"
        self.popen: subprocess.Popen[bytes] | None = None
        self.ready = threading.Event()
        self.predecessor: threading.Event | None = None
        self._heard = heard
        self._leaving = threading.Event()
        self._limit = RestartLimit(INTENSITY, PERIOD_S)
        self._thread = threading.Thread(target=self._keep, name=f"keep {process.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ask_to_leave(self) -> None:
        """Close the lifeline; the process leaves in order."""
        self._leaving.set()
        if self.predecessor is not None:
            self.predecessor.set()
        popen = self.popen
        if popen is not None and popen.stdin is not None:
            popen.stdin.close()

    def wait(self, until: float) -> bool:
        """Wait until the process has ended; false when it runs at `until` (monotonic)."""
        self._thread.join(max(0.0, until - time.monotonic()))
        return not self._thread.is_alive()

    def kill(self) -> None:
        if self.popen is not None:
            self.popen.kill()

    def _keep(self) -> None:
        if self.predecessor is not None:
            self.predecessor.wait(AFTER_S)
        wait_s = 0.1
        while not self._leaving.is_set():
            began = time.monotonic()
            status = self._run_once()
            if self._leaving.is_set():
                break
            self.restarts += 1
            self.state = "ended"
            self._heard(self.process.name, {"ended": status})
            if status == RENEWED:  # no failure, and what failed before failed with what was
                logger.info("%s is started anew, with another configuration", self.process.name)
                self._limit, wait_s = RestartLimit(INTENSITY, PERIOD_S), 0.1
                continue
            logger.error("%s ended with status %s and is restarted", self.process.name, status)
            wait_s = 0.1 if time.monotonic() - began > PERIOD_S else min(2.0, wait_s * 2)
            if not self._limit.allows(time.monotonic()):
                self.state = "faulted"
                logger.critical(
                    "%s failed more than %d times in %.0f s; next attempt in %.0f s",
                    self.process.name, INTENSITY, PERIOD_S, ASIDE_S,
                )  # fmt: skip
                self._heard(self.process.name, {"faulted": True})
                wait_s = ASIDE_S
            self._leaving.wait(wait_s)
        self.state = "stopped"

    def _run_once(self) -> int:
        self.state = "starting"
        self.ready.clear()
        command = [sys.executable, "-m", self.process.module, *self.process.arguments]
        # A session of its own: Ctrl+C reaches only this process, which then stops the children in order.
        with self._log_file.open("ab") if self._log_file else contextlib.nullcontext() as log:
            popen = subprocess.Popen(  # noqa: S603  # our own modules, no shell
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self.popen = popen
        if self._leaving.is_set() and popen.stdin is not None:  # asked while it was being started
            popen.stdin.close()
        assert popen.stdout is not None
        with popen:
            self._listen(popen.stdout)
        return popen.returncode

    def _listen(self, lines: IO[bytes]) -> None:
        for line in lines:
            try:
                facts = json.loads(line)
            except ValueError:
                logger.info("%s: %s", self.process.name, line.decode(errors="replace").rstrip())
                continue
            if facts.get("ready"):
                self.state = "running"
                self.ready.set()
            self._heard(self.process.name, facts)


class Processes:
    """The children of `steward run`."""

    def __init__(
        self,
        processes: Sequence[Process],
        *,
        heard: Callable[[str, Mapping[str, Any]], None] = lambda _name, _facts: None,
        state_file: Path | None = None,
        log_file: Path | None = None,
    ) -> None:
        """`heard(name, facts)` is called on a watcher thread with every line a child announces.

        The children's standard error goes to `log_file`, or where ours goes.
        """
        self._state_file = state_file
        self._writing = threading.Lock()
        self._told = heard
        self.children = {process.name: Child(process, self._heard, log_file) for process in processes}

    def start(self) -> None:
        """Start all at once: every channel connects by itself, in whichever order they come up."""
        for child in self.children.values():
            if child.process.after:
                child.predecessor = self.children[child.process.after].ready
            child.start()

    def wait_ready(self, timeout_s: float) -> tuple[str, ...]:
        """The names of those that are not ready within `timeout_s`."""
        until = time.monotonic() + timeout_s
        return tuple(
            name
            for name, child in self.children.items()
            if not child.ready.wait(max(0.0, until - time.monotonic()))
        )

    def stop(self) -> tuple[str, ...]:
        """Stop stage by stage within one deadline; returns the names that had to be killed."""
        until = time.monotonic() + STOP_S
        stages = sorted({child.process.stage for child in self.children.values()})
        for at, stage in enumerate(stages):
            group = [child for child in self.children.values() if child.process.stage == stage]
            for child in group:
                child.ask_to_leave()
            # What is left of the deadline is shared by the stages still to come, and unused time passes on.
            share = time.monotonic() + (until - time.monotonic()) / (len(stages) - at)
            for child in group:
                child.wait(share)
        killed = [child for child in self.children.values() if not child.wait(until)]
        for child in killed:
            child.kill()
        for child in killed:
            child.wait(time.monotonic() + 1.0)
        if self._state_file is not None:
            self._state_file.unlink(missing_ok=True)
        return tuple(child.process.name for child in killed)

    def states(self) -> dict[str, dict[str, Any]]:
        return {
            name: {
                "state": child.state,
                "restarts": child.restarts,
                "pid": child.popen.pid if child.popen else 0,
            }
            for name, child in self.children.items()
        }

    def _heard(self, name: str, facts: Mapping[str, Any]) -> None:
        if self._state_file is not None:
            # Looked at and written under one lock: else an older look could be the last to be written.
            with self._writing:
                partial = self._state_file.with_suffix(".partial")
                partial.write_text(json.dumps(self.states()))
                partial.replace(self._state_file)
        self._told(name, facts)
