"""The one actor for all business modules: a command through the gate, then its events."""

from collections.abc import Callable
from typing import Any

from actors.actor import Actor
from actors.life import Listener
from business.gate import Execute, Gate, Module, Outcome


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
        return super().handle(message)

    def _execute(self, message: Execute) -> Outcome:
        outcome = self._gate.carry_out(self._module, message)
        for event in outcome.events:
            self._announce(event)
        return outcome
