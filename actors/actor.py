"""The base of every actor: Pykka's references and asks, plus a duty to report and a choice of thread."""

import contextlib
import logging
import queue
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, ClassVar, Protocol

import pykka
from pykka._envelope import Envelope
from pykka.messages import _ActorStop

from actors.dispatcher import Dispatcher, OwnThread, on_dispatcher_thread
from actors.inbox import Inbox
from actors.life import (
    ChildFailed,
    ChildStarted,
    ChildStopped,
    Ending,
    Life,
    Listener,
    Ping,
    PlatformError,
    Pong,
    Wake,
)

logger = logging.getLogger(__name__)

MESSAGES_A_TURN = 16
"""How many messages a pooled actor handles before the others get their turn."""

TURN_LIMIT_S = 5.0
"""How long one message may take before the process is held to hang."""


class Phase(Enum):
    """How far an actor's life has come."""

    NEW = "new"
    RUNNING = "running"
    DRAINING = "draining"
    ENDED = "ended"


class Pending(Protocol):
    """Something that ends later, on another thread: an `actors.loop.Work`."""

    def then(self, callback: Callable[[], None], /) -> None: ...


@dataclass(slots=True)
class Vitals:
    """What health and status read of an actor, from other threads."""

    turn_limit_s: float = TURN_LIMIT_S
    turn_started: float = 0.0
    """Monotonic time at which the message in work was begun; 0 while at rest."""
    handled: int = 0


class Ref(pykka.ActorRef[Any]):
    """Pykka's reference with vitals, and without the asks that may wait for ever."""

    actor_inbox: Inbox

    def __init__(self, actor: "Actor") -> None:
        super().__init__(actor)
        self.name = actor.name
        self.vitals = actor.vitals

    def tell(self, message: Any) -> None:
        """Send without waiting.

        Raises:
            pykka.ActorDeadError: the actor has ended, or is stopping.
        """
        self.actor_inbox.put(Envelope(message))

    def ask(self, message: Any, *, block: bool = True, timeout: float | None = None) -> Any:
        """Send and wait up to `timeout` seconds for the answer, or with block=False return a future.

        Raises:
            ValueError: block without a timeout.
            RuntimeError: block from a pooled actor's turn, which must never wait.
            pykka.ActorDeadError, pykka.Timeout: as in Pykka; whatever the actor raised.
        """
        if block and timeout is None:
            raise ValueError(f"ask of {self.name} has no timeout; pass timeout= in seconds, or block=False")
        if block and on_dispatcher_thread():
            raise RuntimeError(
                f"{self.name} was asked from a pooled actor's turn, which must never wait; tell it, "
                "or give the asking actor its own thread"
            )
        future = self.actor_class._create_future()
        self.actor_inbox.put(Envelope(message, reply_to=future))
        return future.get(timeout=timeout) if block else future


class Actor(pykka.Actor):
    """An actor whose supervisor always learns how it ended.

    Subclasses write `setup`, `handle` and `teardown`. With a `dispatcher` they run on its shared thread and
    must never block, ask or do I/O; without one they get a thread of their own and may.

    - ChildStarted is reported once setup has returned.
    - Any error in setup, in a message told or asked, or in teardown ends the actor and only this actor, be
      it SystemExit. The one exception is a PlatformError raised to somebody who asked.
    - Whoever asks is answered: by the result, the error, or ActorDeadError.
    - A stop goes ahead of the backlog: from then on no more mail is taken; what had been accepted is
      handled first (`drains`), or else dropped, and asks among it answered with ActorDeadError.
    - teardown runs exactly once, after a stop and after a crash, also after a setup that failed half-way.

    Proxies are not supported: messages are.
    """

    inbox_limit: ClassVar[int | None] = None
    """How many messages may wait before telemetry is shed; None for no limit."""

    sheds: ClassVar[tuple[type, ...]] = ()
    """The kinds of message that may be shed, the oldest first, beyond `inbox_limit`."""

    drains: ClassVar[bool] = True
    """Whether mail accepted before a stop is handled before the teardown."""

    reports_start_itself: ClassVar[bool] = False
    """True for an actor that calls `report_started` when it is ready, later than the end of its setup."""

    actor_inbox: Inbox

    def __init__(
        self, name: str, supervisor: Listener | None = None, *, dispatcher: Dispatcher | None = None
    ) -> None:
        self.name = name
        self.vitals = Vitals()
        super().__init__()
        self.actor_inbox.owner = f"{name} ({self.actor_urn})"
        self._actor_ref: Ref = Ref(self)
        self._supervisor = supervisor
        self._runner: Dispatcher | OwnThread = dispatcher or OwnThread()
        self._phase = Phase.NEW
        self._stop_replies: list[pykka.Future[Any]] = []

    # -- what subclasses write

    def setup(self) -> None:
        """Acquire resources and start work, in the actor's thread, before the first message."""

    def handle(self, message: Any) -> Any:
        """Handle one message, in the actor's thread; the result answers whoever asked."""
        logger.warning("%s does not know the message %r", self.name, message)

    def teardown(self) -> Pending | None:
        """Release resources, in the actor's thread; a Pending (say, a driver that closes on the loop)
        delays the report of the end until it is done, without blocking the thread."""
        return None

    def patience_s(self) -> float | None:
        """With a thread of its own: after how many seconds without mail to receive `Wake`; None for never."""
        return None

    # -- what subclasses use

    @property
    def ref(self) -> Ref:
        return self._actor_ref

    def tell_self(self, message: Any) -> bool:
        """Send to this very incarnation, from any thread; false once it takes no more.  Never raises."""
        try:
            self._actor_ref.tell(message)
        except pykka.ActorDeadError:
            return False
        return True

    def report_started(self) -> None:
        self._report(ChildStarted(self.name, self.actor_urn))

    # -- the hooks of Pykka

    @classmethod
    def start(cls, *args: Any, **kwargs: Any) -> Ref:
        """Construct, register and start the actor; returns before its setup has run."""
        ref = super().start(*args, **kwargs)
        assert isinstance(ref, Ref)
        return ref

    @classmethod
    def _create_actor_inbox(cls) -> Inbox:  # Pykka calls it on the instance
        return Inbox(limit=cls.inbox_limit, sheds=cls.sheds)

    @staticmethod
    def _create_future() -> pykka.Future[Any]:
        return pykka.ThreadingFuture()

    def _start_actor_loop(self) -> None:
        self.actor_inbox.wake = partial(self._runner.ready, self)
        self._runner.ready(self)
        if isinstance(self._runner, OwnThread):
            try:
                self._runner.start(self)
            except RuntimeError:  # the system gives no more threads: nobody will ever run this actor
                self._end(ChildFailed(self.name, self.actor_urn, "no thread to run on"))
                raise

    # -- a turn: what the dispatcher or the own thread runs

    @property
    def ended(self) -> bool:
        return self._phase is Phase.ENDED

    def wake(self) -> None:
        self.tell_self(Wake())

    def take_turn(self) -> bool:
        """Handle up to MESSAGES_A_TURN messages; true when more wait.  Never raises.

        Health measures each message apart: a turn in its sense is one message.
        """
        vitals = self.vitals
        try:
            if self._phase is Phase.NEW:
                vitals.turn_started = time.monotonic()
                self._phase = Phase.RUNNING
                self.setup()
                if not self.reports_start_itself:
                    self.report_started()
            for _ in range(MESSAGES_A_TURN):
                if self._phase is Phase.ENDED:
                    return False
                try:
                    envelope = self.actor_inbox.get()
                except queue.Empty:
                    if self._phase is Phase.DRAINING:
                        self._end(ChildStopped(self.name, self.actor_urn))
                    break
                vitals.turn_started = time.monotonic()
                vitals.handled += 1
                self._receive(envelope)
        except BaseException as error:  # noqa: BLE001  # the boundary: SystemExit too ends this actor only
            self._fail(error)
        finally:
            vitals.turn_started = 0.0
        return self._phase is not Phase.ENDED and not self.actor_inbox.rest()

    def _receive(self, envelope: Envelope[Any]) -> None:
        message, reply_to = envelope.message, envelope.reply_to
        if isinstance(message, _ActorStop):
            self._begin_to_stop(reply_to)
            return
        try:
            answer = Pong(self.name) if isinstance(message, Ping) else self.handle(message)
        except BaseException as error:
            if reply_to is None:
                raise
            if not isinstance(error, Exception):  # a SystemExit must not travel into whoever asked
                dead = pykka.ActorDeadError(f"{self.name} was ended by {error!r} while answering")
                reply_to.set_exception((pykka.ActorDeadError, dead, None))
                raise
            reply_to.set_exception(sys.exc_info())
            if not isinstance(error, PlatformError):
                raise
        else:
            if reply_to is not None:
                reply_to.set(answer)

    def _begin_to_stop(self, reply_to: pykka.Future[Any] | None) -> None:
        if reply_to is not None:
            self._stop_replies.append(reply_to)
        if self.drains:
            self._phase = Phase.DRAINING
            self.actor_inbox.seal()
        else:
            self._end(ChildStopped(self.name, self.actor_urn))

    def _fail(self, error: BaseException) -> None:
        logger.error("%s failed", self.name, exc_info=error)
        self._end(ChildFailed(self.name, self.actor_urn, repr(error)))

    def _end(self, outcome: Ending) -> None:
        """Refuse all further mail, answer what is left, tear down once, and report when that is done."""
        if self._phase is Phase.ENDED:
            return
        self._phase = Phase.ENDED
        unheard = self.actor_inbox.clear()
        self.actor_stopped.set()
        self._disappoint(unheard)
        pending: Pending | None = None
        try:
            pending = self.teardown()
        except BaseException as error:  # as in a turn: only this actor
            logger.exception("%s failed to tear down", self.name)
            if isinstance(outcome, ChildStopped):
                outcome = ChildFailed(self.name, self.actor_urn, f"teardown: {error!r}")
        if pending is None:
            self._depart(outcome)
        else:
            pending.then(partial(self._depart, outcome))

    def _depart(self, outcome: Ending) -> None:
        pykka.ActorRegistry.unregister(self.actor_ref)
        self._report(outcome)
        for envelope in self.actor_inbox.close():
            if envelope.reply_to is None:
                continue  # life of children that ended with this actor: no loss
            if isinstance(envelope.message, _ActorStop):
                self._stop_replies.append(envelope.reply_to)
            else:
                self.actor_inbox.refuse(envelope)
        for reply_to in self._stop_replies:
            reply_to.set(None)

    def _disappoint(self, unheard: list[Envelope[Any]]) -> None:
        """Answer the asks among mail that was accepted and will not be handled, and say how much was told."""
        told = 0
        for envelope in unheard:
            if envelope.reply_to is None:
                told += 1
            else:
                self.actor_inbox.refuse(envelope)
        if told:
            logger.warning("%s ended with %d messages unhandled", self.name, told)

    def _report(self, event: Life) -> None:
        if self._supervisor is not None:
            with contextlib.suppress(pykka.ActorDeadError):
                self._supervisor.tell(event)
