"""From the durable channel to the alarm zones: batches cut into parts, acknowledged when all are on disk."""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from actors.codecs import CONDITIONS
from actors.messages import CommandResult, ConditionChanged, ConditionsRead, DeviceAcknowledged
from actors.outlets import Tell
from actors.wire import WireError
from config.site import Site

logger = logging.getLogger(__name__)

Condition = ConditionChanged | ConditionsRead | DeviceAcknowledged


class Rows(Protocol):
    """A batch of the durable channel, as far as this module needs to know it."""

    @property
    def source(self) -> str: ...
    @property
    def epoch(self) -> str: ...
    @property
    def rows(self) -> Sequence[tuple[int, bytes]]: ...
    @property
    def last(self) -> int: ...
    def committed(self) -> None: ...


class Ready(Protocol):
    """`Intake.ready`, as those who call it need to know it."""

    def __call__(self, name: str, tell: Callable[[object], object], *, started: bool) -> object: ...


@dataclass(frozen=True, slots=True)
class Part:
    """What a batch holds for one actor; `done` is called, from any thread, once it is on disk."""

    source: str
    epoch: str
    rows: tuple[tuple[int, Condition], ...]
    results: tuple[CommandResult, ...]
    caught_up: bool
    """The batch ended with something new: the source has no backlog."""
    done: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Resume:
    """All parts that are not done follow, the oldest first; what came before this is not to be applied."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """A source whose backlog concerned others has no more of it."""

    source: str


@dataclass(slots=True)
class _Batch:
    rows: Rows
    others: tuple[object, ...]
    parts: dict[str, Part] = field(default_factory=dict)


class Intake:
    """`apply` is what the receiver calls. A part stays here until it is done, and a zone that was restarted
    gets its parts again: the receiver itself never repeats a batch.

    other: called with what is neither condition nor result, once its batch is committed.
    mark_applied: commits (source, epoch, sequence), then calls back.
    fresh_s: how old the last row of a batch may be for its source to count as caught up.
    """

    def __init__(
        self,
        site: Site,
        zones: Mapping[str, Tell],
        gate: Tell,
        *,
        other: Callable[[object], object],
        mark_applied: Callable[[str, str, int, Callable[[], None]], object],
        wall_ns: Callable[[], int],
        fresh_s: float,
    ) -> None:
        self._site = site
        self._actors = {**zones, "": gate}
        self._other = other
        self._mark_applied = mark_applied
        self._wall_ns = wall_ns
        self._fresh_ns = round(fresh_s * 1e9)
        self._lock = threading.RLock()
        # Held while telling, so that a zone never sees parts in another order than they came.
        self._waiting: dict[tuple[str, str], deque[_Batch]] = {}
        self._missed: set[str] = set()
        """Who was away when a part was told."""
        self._behind: set[str] = set()
        self.unreadable = 0
        """Rows that are no condition and no result of a known device."""

    def use(self, site: Site, zones: Mapping[str, Tell]) -> None:
        """Sort what comes from now on by another configuration. What waited for a zone that is no more is
        given up: another one retires its alarms."""
        with self._lock:
            self._site = site
            self._actors = {**zones, "": self._actors[""]}
            unfinished = [batch for each in self._waiting.values() for batch in each]
            for batch in unfinished:
                for name in batch.parts.keys() - self._actors.keys():
                    self._done(batch, name)

    def apply(self, batch: Rows) -> None:
        """Hand the batch on, part by part. Called in the receiver's thread; returns at once."""
        rows: dict[str, list[tuple[int, Condition]]] = {}
        results: list[CommandResult] = []
        others: list[object] = []
        newest_ns, site = 0, self._site
        for sequence, body in batch.rows:
            try:
                message = CONDITIONS.decode(body)
            except WireError as error:
                self.unreadable += 1
                logger.error("row %d of %s is given up: %s", sequence, batch.source, error)  # noqa: TRY400
                continue
            newest_ns = message.time_ns
            if isinstance(message, CommandResult):
                results.append(message)
            elif not isinstance(message, Condition):
                others.append(message)
            elif (device := site.devices.get(message.device)) is not None:
                rows.setdefault(site.alarm_zone(device.zone), []).append((sequence, message))
            else:
                self.unreadable += 1
                logger.warning(
                    "row %d of %s is given up: %s is no more", sequence, batch.source, message.device
                )
        caught_up = self._wall_ns() - newest_ns <= self._fresh_ns
        with self._lock:
            waiting = _Batch(batch, tuple(others))
            for name in {*rows, *([""] if results else [])}:
                waiting.parts[name] = Part(
                    batch.source,
                    batch.epoch,
                    tuple(rows.get(name, ())),
                    tuple(results) if not name else (),
                    caught_up,
                    partial(self._done, waiting, name),
                )
            self._waiting.setdefault((batch.source, batch.epoch), deque()).append(waiting)
            to_tell: list[tuple[str, Part | CaughtUp]] = [*waiting.parts.items()]
            if caught_up and batch.source in self._behind:
                unheard = self._actors.keys() - waiting.parts.keys() - {""}
                to_tell += [(name, CaughtUp(batch.source)) for name in unheard]
            (self._behind.discard if caught_up else self._behind.add)(batch.source)
            for name, message in to_tell:
                if name not in self._actors or self._actors[name].tell(message) is False:
                    self._missed.add(name)
        if not waiting.parts:
            self._advance(batch)

    def ready(self, name: str, tell: Callable[[object], object], *, started: bool) -> None:
        """Send a zone (or '' the gate) again what it has not finished: all of that when it has `started`,
        else only if it was away when something was told. From any thread."""
        with self._lock:
            if not started and name not in self._missed:
                return
            self._missed.discard(name)
            tell(Resume())
            for each in self._waiting.values():
                for batch in each:
                    if name in batch.parts:
                        tell(batch.parts[name])

    def _done(self, batch: _Batch, name: str) -> None:
        with self._lock:
            batch.parts.pop(name, None)
            finished = not batch.parts
        if finished:
            self._advance(batch.rows)

    def _advance(self, batch: Rows) -> None:
        """Acknowledge from the oldest batch on as far as all is journaled."""
        finished: list[_Batch] = []
        with self._lock:
            waiting = self._waiting[batch.source, batch.epoch]
            while waiting and not waiting[0].parts:
                finished.append(waiting.popleft())
        if finished:

            def acknowledge() -> None:
                for each in finished:
                    each.rows.committed()
                    for message in each.others:
                        self._other(message)

            self._mark_applied(batch.source, batch.epoch, finished[-1].rows.last, acknowledge)
