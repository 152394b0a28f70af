"""The one actor for all business modules: a command, a transaction, then the events."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session, sessionmaker

from actors.actor import Actor
from actors.life import Listener
from actors.messages import Issuer, Stage
from business.access import Authority, Refusal

logger = logging.getLogger(__name__)


class Refused(Exception):
    """A command that is not carried out; its transaction leaves no trace."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Denied:
    """An event: the command is refused, and what was written about that (a failure counted) stays."""

    reason: Refusal


class Module(Protocol):
    """What a business module offers."""

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out the command in the caller's transaction and say what happened. Raises Refused."""


@dataclass(frozen=True, slots=True)
class Execute:
    """Asked of a BusinessActor; answered with an Outcome."""

    issuer: Issuer
    command: Any


@dataclass(frozen=True, slots=True)
class Outcome:
    stage: Stage
    """DONE or REFUSED."""
    detail: str
    """'' or a `Refusal`."""
    events: tuple[Any, ...] = ()


class BusinessActor(Actor):
    """Runs the commands of one module, in a thread of its own: hashing and disks may block it.

    A defect in a command crashes the actor, which rolls the transaction back; whoever asked is told.
    """

    def __init__(
        self,
        name: str,
        supervisor: Listener | None = None,
        *,
        module: Module,
        sessions: sessionmaker[Session],
        authority: Authority,
        announce: Callable[[Any], None] = lambda _event: None,
    ) -> None:
        super().__init__(name, supervisor)
        self._module = module
        self._sessions = sessions
        self._authority = authority
        self._announce = announce

    def handle(self, message: Any) -> Any:
        if isinstance(message, Execute):
            return self._execute(message)
        return super().handle(message)

    def _execute(self, message: Execute) -> Outcome:
        kind = type(message.command).__name__
        refusal = self._authority.refusal(message.issuer, message.command)
        if refusal is not None:
            logger.warning("%s of %s refused: %s", kind, message.issuer.user or "nobody", refusal)
            return Outcome(Stage.REFUSED, refusal.value)
        try:
            with self._sessions.begin() as session:
                events = self._module.handle(session, message.issuer, message.command)
        except Refused as refused:
            logger.warning("%s of %s refused: %s", kind, message.issuer.user or "nobody", refused)
            return Outcome(Stage.REFUSED, refused.reason.value)
        for event in events:
            self._announce(event)
        denied = next((event for event in events if isinstance(event, Denied)), None)
        if denied is not None:
            logger.warning("%s of %s refused: %s", kind, message.issuer.user or "nobody", denied.reason)
            return Outcome(Stage.REFUSED, denied.reason.value, events)
        return Outcome(Stage.DONE, "", events)
