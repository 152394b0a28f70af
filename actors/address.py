"""Where an actor can be reached, whichever incarnation of it is running."""

from typing import Any

import pykka


class Address:
    """A cell that the supervisor re-points after a restart; siblings hold it, never a raw reference.

    A tell while the actor is being replaced is dropped and counted, not kept: what must not be lost goes
    through an outbox or is asked, and a backlog from before a crash is rarely what the successor needs.
    """

    __slots__ = ("_ref", "dropped", "name")

    def __init__(self, name: str, ref: pykka.ActorRef[Any] | None = None) -> None:
        self.name = name
        self.dropped = 0
        self._ref = ref

    def __repr__(self) -> str:
        return f"<Address {self.name} -> {self._ref or 'nobody'}>"

    @property
    def ref(self) -> pykka.ActorRef[Any] | None:
        """The present incarnation; do not keep it."""
        return self._ref

    def point(self, ref: pykka.ActorRef[Any] | None) -> None:
        """Lead to another incarnation, or to nobody.  Only the supervisor calls this."""
        self._ref = ref

    def tell(self, message: Any) -> bool:
        """Send without waiting; false when there was nobody to take it.  Never raises."""
        ref = self._ref
        if ref is not None:
            try:
                ref.tell(message)
            except pykka.ActorDeadError:
                pass
            else:
                return True
        self.dropped += 1
        return False

    def ask(self, message: Any, *, timeout_s: float) -> Any:
        """Send and wait for the answer.

        Raises:
            pykka.ActorDeadError: nobody is there, or the actor ended before it could answer.
            pykka.Timeout: no answer within `timeout_s`.
            Exception: what the actor raised.
        """
        return self.request(message).get(timeout=timeout_s)

    def request(self, message: Any) -> pykka.Future[Any]:
        """Send and return at once; the future holds the answer or the error, as for `ask`."""
        ref = self._ref
        if ref is not None:
            return ref.ask(message, block=False)
        future: pykka.Future[Any] = pykka.ThreadingFuture()
        error = pykka.ActorDeadError(f"{self.name} is not running")
        future.set_exception((pykka.ActorDeadError, error, None))
        return future
