"""The outermost supervisor: starts the processes of a site, restarts the failed, stops in order."""

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from supervisor.forked import Forked, Nursery
from supervisor.lifeline import FAILED, RENEWED
from supervisor.restart import RestartLimit

logger = logging.getLogger(__name__)

STOP_S = 4.2
"""All processes together have this long to leave in order; then they are killed: 5 s are promised, and a busy
machine takes its share."""
INTENSITY, PERIOD_S = 5, 60.0
"""More restarts than this, and the process is set aside for `ASIDE_S`: its siblings do not depend on it."""
ASIDE_S = 30.0
AFTER_S = 30.0


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
        nursery: Nursery,
    ) -> None:
        self.process = process
        self._nursery = nursery
        self.restarts = 0
        self.state = "stopped"
        self.forked: Forked | None = None
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
        if (forked := self.forked) is not None:
            forked.stdin.close()

    def wait(self, until: float) -> bool:
        """Wait until the process has ended; false when it runs at `until` (monotonic)."""
        self._thread.join(max(0.0, until - time.monotonic()))
        return not self._thread.is_alive()

    def kill(self) -> None:
        if self.forked is not None:
            self.forked.kill()

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
        try:
            forked = self._nursery.fork(self.process.name, self.process.module, self.process.arguments)
        except OSError:
            if not self._leaving.is_set():
                logger.exception("%s cannot be started", self.process.name)
            return FAILED
        with forked:
            self.forked = forked
            if self._leaving.is_set():  # asked while it was being started
                forked.stdin.close()
            self._listen(forked.stdout)
            return forked.wait()

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
        *,
        heard: Callable[[str, Mapping[str, Any]], None] = lambda _name, _facts: None,
        state_file: Path | None = None,
        nursery: Nursery | None = None,
    ) -> None:
        """`heard(name, facts)` is called on a watcher thread with every line a child announces."""
        self._state_file = state_file
        self._nursery = nursery or Nursery()
        self._writing = threading.Lock()
        self._told = heard
        self.children: dict[str, Child] = {}

    def keep(self, processes: Sequence[Process]) -> None:
        """Have these: what is not among them, or is told otherwise by now, leaves first; what is new starts.

        All start at once: every channel connects by itself, in whichever order they come up.
        """
        wanted = {process.name: process for process in processes}
        stay = {name: one for name, one in self.children.items() if wanted.get(name) == one.process}
        _end([one for name, one in self.children.items() if name not in stay])
        new = [Child(one, self._heard, self._nursery) for one in processes if one.name not in stay]
        self.children = stay | {child.process.name: child for child in new}
        for child in new:
            if child.process.after:
                child.predecessor = self.children[child.process.after].ready
            child.start()
        self._write_states()

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
        self._nursery.close()
        stages = sorted({child.process.stage for child in self.children.values()})
        for at, stage in enumerate(stages):
            group = [child for child in self.children.values() if child.process.stage == stage]
            for child in group:
                child.ask_to_leave()
            # What is left of the deadline is shared by the stages still to come, and unused time passes on.
            share = time.monotonic() + (until - time.monotonic()) / (len(stages) - at)
            for child in group:
                child.wait(share)
        killed = _kill([child for child in self.children.values() if not child.wait(until)])
        self._nursery.wait()
        if self._state_file is not None:
            self._state_file.unlink(missing_ok=True)
        return killed

    def states(self) -> dict[str, dict[str, Any]]:
        return {
            name: {
                "state": child.state,
                "restarts": child.restarts,
                "pid": child.forked.pid if child.forked else 0,
            }
            for name, child in self.children.items()
        }

    def _heard(self, name: str, facts: Mapping[str, Any]) -> None:
        self._write_states()
        self._told(name, facts)

    def _write_states(self) -> None:
        if self._state_file is None:
            return
        # Looked at and written under one lock: else an older look could be the last to be written.
        with self._writing:
            partial = self._state_file.with_suffix(".partial")
            partial.write_text(json.dumps(self.states()))
            partial.replace(self._state_file)


def _end(children: Sequence[Child]) -> None:
    """In order, all at once; in `STOP_S` hard."""
    for child in children:
        child.ask_to_leave()
    until = time.monotonic() + STOP_S
    if killed := _kill([child for child in children if not child.wait(until)]):
        logger.warning("had to be ended hard: %s", ", ".join(killed))


def _kill(children: Sequence[Child]) -> tuple[str, ...]:
    for child in children:
        child.kill()
    for child in children:
        child.wait(time.monotonic() + 1.0)
    return tuple(child.process.name for child in children)
