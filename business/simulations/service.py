"""Remembers simulations of plans."""

import re
from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.gate import Refused
from business.simulations.messages import RecordSimulation
from business.simulations.model import PLAN_LENGTH, PlanSimulation

KEPT: Final = 40
"""Simulations of one plan that are kept; the oldest go."""
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


class Simulations:
    """The module of `BusinessActor` that owns the simulations."""

    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case RecordSimulation():
                self._record(session, issuer, command)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of simulations")
        return ()

    def _record(self, session: Session, issuer: Issuer, command: RecordSimulation) -> None:
        _check(command)
        key = command.plan, command.fingerprint, command.by_history
        row = session.get(PlanSimulation, key)
        if row is None:
            _make_room(session, command.plan)
            row = PlanSimulation(plan=key[0], fingerprint=key[1], by_history=key[2])
            session.add(row)
        row.since_ns, row.until_ns = command.since_ns, command.until_ns
        row.runs, row.failed = command.runs, command.failed
        row.user, row.time_ns = issuer.user, self._wall_ns()


def _check(command: RecordSimulation) -> None:
    times = 0 <= command.since_ns < command.until_ns < 2**63
    counts = 0 <= command.failed < 2**31 and 0 <= command.runs < 2**31
    named = 0 < len(command.plan) <= PLAN_LENGTH and _FINGERPRINT.fullmatch(command.fingerprint)
    if not (times and counts and named):
        raise Refused(
            said(
                f"预案“{command.plan[:PLAN_LENGTH]}”的模拟结果不完整；请在预案页重新模拟",
                f"the simulation of plan {command.plan[:PLAN_LENGTH]!r} is not whole: simulate it again on "
                "the plan's page",
            )
        )


def _make_room(session: Session, plan: str) -> None:
    found = session.scalars(
        select(PlanSimulation).where(PlanSimulation.plan == plan).order_by(PlanSimulation.time_ns.desc())
    )
    for row in [*found][KEPT - 1 :]:
        session.delete(row)
