"""The one actor for all business modules: commands through the gate, then their events."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pykka
from pykka._envelope import Envelope

from actors.actor import Actor
from actors.life import Listener
from business.gate import MOST_TOGETHER, Execute, Gate, Module, Outcome


@dataclass(frozen=True, slots=True)
class _Defect:
    """To itself: a command that came along with another has ended in a defect."""

    error: BaseException


class BusinessActor(Actor):
    """Runs the commands of one module, in a thread of its own: hashing and disks may block it.

    Those that wait behind the one in hand go through the gate with it and share its commit.
    A defect in a command crashes the actor, which rolls the command back; whoever asked is told.
    """

    def __init__(
        self,
        name: str,
        supervisor: Listener | None = None,
        *,
        module: Module,
        gate: Gate,
        announce: Callable[[Any], None] = lambda _event: None,
    ) -> None:
        super().__init__(name, supervisor)
        self._module = module
        self._gate = gate
        self._announce = announce

    def handle(self, message: Any) -> Any:
        if isinstance(message, Execute):
            return self._execute(message)
        if isinstance(message, _Defect):
            raise message.error
        return super().handle(message)

    def _execute(self, message: Execute) -> Outcome:
        others = self._waiting()
        end, *ends = self._gate.carry_out_all(self._module, [message, *(one.message for one in others)])
        for one in (end, *ends):
            for event in one.events if isinstance(one, Outcome) else ():
                self._announce(event)
        for other, its_end in zip(others, ends, strict=True):
            self._answer(other, its_end)
        if isinstance(end, BaseException):
            raise end
        return end

    def _waiting(self) -> list[Envelope[Any]]:
        found: list[Envelope[Any]] = []
        while len(found) < MOST_TOGETHER - 1 and (one := self.actor_inbox.get_another(Execute)):
            found.append(one)
        self.vitals.handled += len(found)
        return found

    def _answer(self, envelope: Envelope[Any], end: Outcome | BaseException) -> None:
        """As the turn answers whoever asked for the first of them."""
        reply_to = envelope.reply_to
        if isinstance(end, BaseException):
            self.tell_self(_Defect(end))
            if not isinstance(end, Exception):  # a SystemExit must not travel into whoever asked
                end = pykka.ActorDeadError(f"{self.name} was ended by {end!r} while answering")
            if reply_to is not None:
                reply_to.set_exception((type(end), end, end.__traceback__))
        elif reply_to is not None:
            reply_to.set(end)
