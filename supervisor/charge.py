"""A supervisor's notes on one of its children."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

import pykka

from actors.actor import Ref
from actors.address import Address
from supervisor.restart import RestartLimit
from supervisor.spec import Child, SupervisionError
from supervisor.tree import Node, State, actor_node

logger = logging.getLogger(__name__)


class Charge:
    """One child: what it should be, what it is, and what is to happen when it has stopped."""

    def __init__(self, spec: Child) -> None:
        self.respecified(spec)
        self.address = Address(spec.name)
        self.state = State.STOPPED
        self.ref: Ref | None = None
        self.urn = ""
        """Of the incarnation whose reports count; anything else is an echo of a former one."""
        self.generation = 0
        self.restarts = 0
        self.error = ""
        self.kind = ""
        self.fault_stands = False
        """It was set aside and has not proven healthy since: the alarm is still up."""
        self.added = False
        """It was added while the supervisor ran, and has not started yet."""
        self.then: Callable[[], None] | None = None
        self._askers: list[pykka.Future[Any]] = []

    def respecified(self, spec: Child) -> None:
        """The next incarnation follows another specification, and its failures count from nought."""
        self.spec = spec
        self.limit: RestartLimit | None = spec.breaker.limit() if spec.breaker else None

    def ask(self) -> pykka.Future[Any]:
        """A future that is answered by the next start, failure or removal."""
        future: pykka.Future[Any] = pykka.ThreadingFuture()
        self._askers.append(future)
        return future

    def answer(self, error: str | None = None) -> None:
        """Answer whoever waits: None, or a SupervisionError with the child's name and `error`."""
        askers, self._askers = self._askers, []
        for future in askers:
            if error is None:
                future.set(None)
            else:
                refusal = SupervisionError(f"{self.spec.name}: {error}")
                future.set_exception((SupervisionError, refusal, None))

    def while_still(self, state: State, call: Callable[["Charge"], None]) -> Callable[[], None]:
        """A call for later, that does nothing unless it is then still this incarnation, in this state."""
        generation = self.generation

        def due() -> None:
            if self.generation == generation and self.state is state:
                call(self)

        return due

    def begun(self, ref: Ref) -> None:
        """Its factory has returned a new incarnation."""
        self.ref = ref
        self.urn = ref.actor_urn
        self.kind = ref.actor_class.__name__
        # Until it has started, setup may take as long as its start may; health watches already.
        ref.vitals.turn_limit_s = max(self.spec.turn_limit_s, self.spec.start_s)
        self.address.point(ref)

    def lost(self) -> None:
        """The incarnation is gone or given up."""
        self.ref = None
        self.urn = ""
        self.state = State.STOPPED
        self.address.point(None)

    def node(self) -> Node:
        if self.ref is None:
            return Node(self.spec.name, self.kind, self.state, self.restarts, error=self.error)
        return actor_node(self.ref, self.spec.name, self.state, restarts=self.restarts, error=self.error)


def start_groups(charges: Sequence[Charge]) -> Iterator[list[Charge]]:
    """In order: each child by itself, but neighbours that are concurrent together."""
    for concurrent, neighbours in groupby(charges, key=lambda charge: charge.spec.concurrent):
        group = list(neighbours)
        if concurrent:
            yield group
        else:
            yield from ([charge] for charge in group)


def longest_shutdown_s(charges: Sequence[Charge]) -> float:
    return max((charge.spec.shutdown_s for charge in charges), default=0.0)


def stop_and_wait(supervisor: str, charges: Sequence[Charge]) -> None:
    """Tell all to stop at once and wait, at most the longest `shutdown_s`; abandon and name the rest."""
    deadline = time.monotonic() + longest_shutdown_s(charges)
    stops = [(charge, charge.ref.stop(block=False)) for charge in charges if charge.ref is not None]
    abandoned: list[str] = []
    for charge, stop in stops:
        try:
            stop.get(timeout=max(0.0, deadline - time.monotonic()))
        except pykka.Timeout:
            abandoned.append(charge.spec.name)
        charge.lost()
    if abandoned:
        names = ", ".join(abandoned)
        logger.critical("%s: %d did not stop and are abandoned: %s", supervisor, len(abandoned), names)
