"""A system administrator at the commands of one module."""

from typing import Any

from actors.messages import Issuer, Stage
from actors.said import in_language
from business.gate import Execute, Module, Outcome
from tests.business.conftest import Office


class Desk:
    def __init__(self, office: Office, module: Module) -> None:
        self.office = office
        self.module = module
        office.create("chief", "system-administrator")
        self.chief = office.log_in("chief")

    def do(self, command: Any, issuer: Issuer | None = None) -> Outcome:
        return self.office.gate.carry_out(self.module, Execute(issuer or self.chief, command))

    def done(self, *commands: Any) -> tuple[Any, ...]:
        """The events of the last, all of them being carried out."""
        outcome = Outcome(Stage.DONE, "")
        for command in commands:
            outcome = self.do(command)
            assert outcome.stage is Stage.DONE, (command, outcome.detail)
        return outcome.events

    def refused(self, command: Any, issuer: Issuer | None = None) -> str:
        """Why, in English."""
        outcome = self.do(command, issuer)
        assert outcome.stage is Stage.REFUSED, command
        assert in_language(outcome.detail, "zh")
        return in_language(outcome.detail, "en")
