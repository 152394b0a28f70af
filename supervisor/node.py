"""What every process with actors has: a lifeline, a loop, a dispatcher, a supervision tree, health, beats."""

import gc
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol, TypeVar

from actors.actor import Ref
from actors.address import Address
from actors.channels.live import Publish, Publisher
from actors.dispatcher import Dispatcher
from actors.life import ChildFailed, Life
from actors.loop import IoLoop, Timer
from actors.messages import Beat
from actors.newest import Newest
from actors.paths import RunPaths
from supervisor.health import Hang, Health
from supervisor.lifeline import FAILED, HUNG, LEAVE_S, RENEWED, Lifeline, announce, leave_within
from supervisor.log import set_up
from supervisor.spec import Child, Place
from supervisor.supervisor import Supervisor
from supervisor.tree import Node as TreeNode
from supervisor.tree import tree

logger = logging.getLogger(__name__)

BEAT_S = 1.0
START_S = 60.0
UNBORN_S = 0.5
"""What is still being composed, perhaps waiting for another process for ever, is ended hard after this."""

S = TypeVar("S", bound="Service")


class Service(Protocol):
    """Something that is no actor: a channel's end, a store."""

    def start(self) -> None: ...

    def stop(self, timeout_s: float) -> bool: ...


class Node:
    """One process. Composed step by step: what was started first is stopped last."""

    def __init__(self, name: str, paths: RunPaths) -> None:
        self.name = name
        self.paths = paths
        self.loop = IoLoop()
        self.dispatcher = Dispatcher()
        self.newest = Newest()
        self.version = 0
        """Of the configuration in force."""
        self.rates: Callable[[], Mapping[str, float]] = dict
        """What the beat tells of this process, by name; called on the loop."""
        self.addresses: Mapping[str, Address] = {}
        """The children of the root, once it grows."""
        self.on_beat: Callable[[], object] = lambda: None
        """Called on the loop once a second."""
        self._started_ns = time.time_ns()
        self._services: list[Service] = []
        self._root: Ref | None = None
        self._grown = threading.Event()
        self._left = threading.Event()
        self._composed = False
        self._status = 0
        self._beat: Timer | None = None
        self._health = Health(self._hang, pinged=(self.loop, self.dispatcher))

    # -- composing

    def start(self, service: S) -> S:
        """Start a service; it is stopped in reverse order."""
        service.start()
        self._services.append(service)
        return service

    def grow(self, children: Sequence[Child], *, intensity: int = 3, period_s: float = 60.0) -> None:
        """Start the supervision tree: the publisher, then `children`. Returns once all have started.

        Raises RuntimeError when they do not.
        """
        root = Supervisor.start(
            self.name, _Root(self), [self._publisher(), *children], intensity=intensity, period_s=period_s
        )
        self._root = root
        if not self._grown.wait(START_S) or self._left.is_set():
            raise RuntimeError(f"{self.name} did not start within {START_S:g} s; the log says which child")
        self._send_beat()

    def keep_places(self, place: Place) -> None:
        """Called by the first factory: from then on the root's children can be reached by name."""
        self.addresses = place.siblings

    def publish(self, topic: str, message: object) -> None:
        self.addresses["publisher"].tell(Publish(topic, message))  # type: ignore[arg-type]

    def tree(self) -> TreeNode:
        assert self._root is not None, "grow() first"
        return tree(Address(self.name, self._root))

    # -- living

    def run(self, compose: Callable[["Node"], None]) -> int:
        """Compose, live until told to leave, leave in order; the exit status."""
        set_up(self.name)
        Lifeline(self._leave).hold()
        self.loop.start()
        self.dispatcher.start()
        self._health.start()
        try:
            compose(self)
            self._composed = True
            if not self._left.is_set():
                announce(ready=True)
            # What was built to stay is no garbage: a collection over 5,000 devices took 170 ms.
            gc.collect()
            gc.freeze()
            self._left.wait()
        except Exception:
            logger.exception("%s could not start", self.name)
            self._status = FAILED
        if self._status == HUNG:
            os._exit(HUNG)  # a hanging turn cannot be waited for, and may still write to the plant
        leave_within(LEAVE_S, self._status or FAILED)
        self._stop()
        return self._status

    def _leave(self) -> None:
        if not self._composed:
            leave_within(UNBORN_S, 0)
        self._left.set()

    def fail(self, error: BaseException) -> None:
        """Something this process cannot do without has failed: leave, and be started anew."""
        logger.critical("%s leaves: %s", self.name, error)
        self._status = FAILED
        self._left.set()

    def renew(self, why: str) -> None:
        """Leave in order, to be started anew."""
        logger.warning("%s leaves, to start anew: %s", self.name, why)
        self._status = self._status or RENEWED
        self._left.set()

    def accept(self, version: int) -> None:
        """Another configuration is in force, of which nothing concerns this process."""
        self.version = version

    def _stop(self) -> None:
        until = time.monotonic() + LEAVE_S - 0.5
        if self._beat is not None:
            self._beat.cancel()
        root = self._root
        if root is not None:
            stopped = root.stop(block=False)
            if stopped is not None:
                stopped.get(timeout=max(0.1, until - time.monotonic()))
        for service in reversed(self._services):
            if not service.stop(max(0.1, until - time.monotonic())):
                logger.error("%s: %s did not stop in time", self.name, type(service).__name__)
        self._health.stop()
        self.dispatcher.stop(0.5)
        self.loop.stop(0.5)

    def hear(self, message: Life) -> None:
        """What the root supervisor reports."""
        if isinstance(message, ChildFailed):
            self.fail(RuntimeError(message.error))
        self._grown.set()

    def _hang(self, hang: Hang) -> None:
        logger.critical("%s leaves: %s", self.name, hang)
        self._status = HUNG
        self._left.set()
        # Whoever would stop in order may itself be waiting for the turn that hangs.
        leave_within(1.0, HUNG)

    def _publisher(self) -> Child:
        def start(place: Place) -> Ref:
            self.keep_places(place)
            return Publisher.start(
                place.name,
                place.supervisor,
                process=self.name,
                endpoint=self.paths.live(self.name),
                newest=self.newest,
            )

        return Child("publisher", start)

    def _send_beat(self) -> None:
        rates = {name: float(rate) for name, rate in self.rates().items()}
        beat = Beat(self.name, os.getpid(), self._started_ns, time.time_ns(), self.version, rates)
        self.publish(f"node/{self.name}/", beat)
        self.on_beat()
        self._beat = self.loop.call_later(BEAT_S, partial(self._send_beat))


class _Root:
    """Listens to the root supervisor."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def tell(self, message: Life) -> None:
        self._node.hear(message)
