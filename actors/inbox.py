"""The inbox of an actor: control first, bounded on request, never a lost wake-up or an unanswered ask."""

import queue
import threading
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import Any

import pykka
from pykka._envelope import Envelope

from actors.life import CONTROL, PlatformError


class Admission(Enum):
    """What an inbox still takes in."""

    ALL = "all"
    CONTROL = "control"
    NOTHING = "nothing"


def _nobody() -> None:
    """Before its start and after its end an actor is woken by nothing."""


class Inbox:
    """Three lanes under one lock: control, mail and sheddable telemetry.

    Control messages overtake everything. Mail and telemetry keep the order in which they came. With a
    `limit`, telemetry (the kinds in `sheds`) beyond it is shed, the oldest first, and counted; mail never is.

    `wake` is called when mail arrives while the actor is at rest, exactly once until it rests again.
    """

    __slots__ = (
        "_admission",
        "_awake",
        "_control",
        "_lock",
        "_mail",
        "_mail_in",
        "_mail_out",
        "_telemetry",
        "depth_max",
        "limit",
        "owner",
        "shed",
        "sheds",
        "wake",
    )

    def __init__(self, *, limit: int | None = None, sheds: tuple[type, ...] = ()) -> None:
        self.limit = limit
        self.sheds = sheds
        self.owner = "actor"
        self.wake: Callable[[], None] = _nobody
        self.shed = 0
        self.depth_max = 0
        self._lock = threading.Lock()
        self._admission = Admission.ALL
        self._awake = True  # an actor is born awake: its first turn is the setup
        self._control: deque[Envelope[Any]] = deque()
        self._mail: deque[Envelope[Any]] = deque()
        self._mail_in = 0
        self._mail_out = 0
        # With each telemetry envelope, how many mails had come before it: that keeps the common order.
        self._telemetry: deque[tuple[int, Envelope[Any]]] = deque()

    @property
    def depth(self) -> int:
        """How many messages wait, of all lanes."""
        return len(self._control) + len(self._mail) + len(self._telemetry)

    def empty(self) -> bool:
        return self.depth == 0

    def put(self, envelope: Envelope[Any]) -> None:
        """Accept the envelope, or say so: a refused ask is answered, a refused tell raises.

        Raises:
            pykka.ActorDeadError: the actor has ended, or is stopping and takes no more mail.
        """
        message = envelope.message
        overflow: Envelope[Any] | None = None
        with self._lock:
            if isinstance(message, CONTROL):
                accepted = self._admission is not Admission.NOTHING
                if accepted:
                    self._control.append(envelope)
            else:
                accepted = self._admission is Admission.ALL
                if accepted and isinstance(message, self.sheds):
                    self._telemetry.append((self._mail_in, envelope))
                elif accepted:
                    self._mail_in += 1
                    self._mail.append(envelope)
            waiting = len(self._mail) + len(self._telemetry)
            if self.limit is not None and waiting > self.limit and self._telemetry:
                overflow = self._telemetry.popleft()[1]
                self.shed += 1
                waiting -= 1
            waiting += len(self._control)
            if waiting > self.depth_max:
                self.depth_max = waiting
            wake = accepted and not self._awake
            if wake:
                self._awake = True
        if wake:
            self.wake()
        if overflow is not None and overflow.reply_to is not None:
            error = PlatformError(f"{self.owner} shed the message: more than {self.limit} messages wait")
            overflow.reply_to.set_exception((PlatformError, error, None))
        if not accepted:
            self.refuse(envelope)

    def refuse(self, envelope: Envelope[Any]) -> None:
        """Answer an ask with the actor's death, raise it to whoever told."""
        error = pykka.ActorDeadError(f"{self.owner} has ended and takes no more messages")
        if envelope.reply_to is None:
            raise error
        envelope.reply_to.set_exception((pykka.ActorDeadError, error, None))

    def get(self) -> Envelope[Any]:
        """The next message, without waiting.

        Raises:
            queue.Empty: nothing waits.
        """
        with self._lock:
            if self._control:
                return self._control.popleft()
            if self._telemetry and self._telemetry[0][0] <= self._mail_out:
                return self._telemetry.popleft()[1]
            if self._mail:
                self._mail_out += 1
                return self._mail.popleft()
        raise queue.Empty

    def get_another(self, kind: type) -> Envelope[Any] | None:
        """The next message if it is mail of this kind, without waiting."""
        with self._lock:
            if self._control or self._telemetry or not self._mail:
                return None
            if not isinstance(self._mail[0].message, kind):
                return None
            self._mail_out += 1
            return self._mail.popleft()

    def rest(self) -> bool:
        """Fall asleep until the next message; false when one has come in the meantime."""
        with self._lock:
            self._awake = bool(self._control or self._mail or self._telemetry)
            return not self._awake

    def seal(self) -> None:
        """From now on take control messages only."""
        with self._lock:
            self._admission = Admission.CONTROL

    def clear(self) -> list[Envelope[Any]]:
        """Seal, and hand out the mail and telemetry that nobody will handle."""
        with self._lock:
            self._admission = Admission.CONTROL
            left = [*self._mail, *(envelope for _, envelope in self._telemetry)]
            self._mail.clear()
            self._telemetry.clear()
            return left

    def close(self) -> list[Envelope[Any]]:
        """From now on take nothing; hand out the control messages that are left."""
        with self._lock:
            self._admission = Admission.NOTHING
            self.wake = _nobody
            left = [*self._control]
            self._control.clear()
            return left
