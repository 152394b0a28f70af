"""What is known of the simulations of plans, on a read-only session."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.simulations.model import PlanSimulation


@dataclass(frozen=True, slots=True)
class Simulation:
    by_history: bool
    since_ns: int
    until_ns: int
    runs: int
    failed: int
    user: str
    time_ns: int


def simulations(session: Session, fingerprints: Mapping[str, str]) -> dict[str, tuple[Simulation, ...]]:
    """Of plans as they are defined: by plan, the newest first; a plan that has none is not there."""
    rows = session.scalars(
        select(PlanSimulation)
        .where(PlanSimulation.fingerprint.in_(sorted(set(fingerprints.values()))))
        .order_by(PlanSimulation.time_ns.desc())
    )
    found: dict[str, tuple[Simulation, ...]] = {}
    for row in rows:
        if fingerprints.get(row.plan) == row.fingerprint:
            one = Simulation(
                row.by_history, row.since_ns, row.until_ns, row.runs, row.failed, row.user, row.time_ns
            )
            found[row.plan] = (*found.get(row.plan, ()), one)
    return found
