"""Which definitions of a plan were simulated is remembered, by command and with who did it (issue 4)."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from actors.messages import Stage
from actors.said import in_language
from business.audit.model import AuditRecord
from business.gate import Execute, Outcome
from business.simulations.messages import RecordSimulation
from business.simulations.model import PlanSimulation
from business.simulations.queries import Simulation, simulations
from business.simulations.service import KEPT, Simulations
from config.load import load_site
from config.plan_fingerprint import fingerprint
from config.text import Text
from drivers import SCHEMAS
from supervisor.cli import DEMO
from tests.business.conftest import Office

pytestmark = pytest.mark.both_databases
DAY_NS = 86_400 * 10**9
PRINT = "a" * 64


class Bench:
    def __init__(self, office: Office) -> None:
        self.office = office
        self.module = Simulations(office.wall_ns)
        for user, role in (("eng", "engineer"), ("op", "operator"), ("clerk", "steward")):
            office.create(user, role)

    def record(self, user: str, **changes: object) -> Outcome:
        command = RecordSimulation("fire-a", PRINT, True, DAY_NS, 2 * DAY_NS, 1, 0)
        order = Execute(self.office.log_in(user), replace(command, **changes))  # type: ignore[arg-type]
        return self.office.gate.carry_out(self.module, order)

    def known(self, **fingerprints: str) -> dict[str, tuple[Simulation, ...]]:
        wanted = {name.replace("_", "-"): text for name, text in fingerprints.items()}
        with self.office.authority.open() as session:
            return simulations(session, wanted)


@pytest.fixture
def bench(office: Office) -> Bench:
    return Bench(office)


def test_the_last_of_each_kind_is_known_of_a_definition(bench: Bench) -> None:
    assert bench.record("eng").stage is Stage.DONE
    bench.office.pass_minutes(5)
    assert bench.record("op", by_history=False, runs=2).stage is Stage.DONE
    bench.office.pass_minutes(5)
    assert bench.record("op", runs=3, failed=4).stage is Stage.DONE
    by_history, by_hand = bench.known(fire_a=PRINT)["fire-a"]
    assert (by_history.user, by_history.runs, by_history.failed) == ("op", 3, 4)
    assert by_history.time_ns == bench.office.wall_ns()
    assert (by_hand.by_history, by_hand.user, by_hand.runs) == (False, "op", 2)
    assert bench.known(fire_a="b" * 64) == {}, "another definition was never simulated"
    assert bench.known(fire_b=PRINT) == {}


def test_it_is_audited_and_not_everybody_s(bench: Bench) -> None:
    refused = bench.record("clerk")
    assert refused.stage is Stage.REFUSED
    assert bench.known(fire_a=PRINT) == {}
    bench.record("eng")
    with bench.office.authority.open() as session:
        trail = select(AuditRecord).where(AuditRecord.object == "plan_simulations/fire-a")
        found = session.scalars(trail.order_by(AuditRecord.sequence))
        assert [(one.user, one.result) for one in found] == [("clerk", Stage.REFUSED), ("eng", Stage.DONE)]


@pytest.mark.parametrize(
    "changes",
    [
        {"plan": ""}, {"plan": "p" * 65}, {"fingerprint": "<img>"}, {"fingerprint": "A" * 64},
        {"since_ns": 2 * DAY_NS}, {"since_ns": -1}, {"until_ns": 2**63}, {"runs": -1}, {"failed": 2**31},
    ],
)  # fmt: skip
def test_what_no_page_sends_is_refused(bench: Bench, changes: dict[str, object]) -> None:
    outcome = bench.record("eng", **changes)
    assert outcome.stage is Stage.REFUSED
    assert "模拟" in in_language(outcome.detail, "zh")


def test_old_definitions_make_room(bench: Bench) -> None:
    for number in range(KEPT + 3):
        bench.office.pass_minutes(1)
        assert bench.record("eng", fingerprint=f"{number:064x}").stage is Stage.DONE
    with bench.office.authority.open() as session:
        kept = {int(row.fingerprint, 16) for row in session.scalars(select(PlanSimulation))}
    assert kept == {*range(3, KEPT + 3)}


def test_a_definition_is_what_a_plan_does() -> None:
    plans = load_site(DEMO, SCHEMAS).plans
    assert len({fingerprint(plan) for plan in plans.values()}) == len(plans)
    again = load_site(DEMO, SCHEMAS).plans
    assert {fingerprint(plan) for plan in again.values()} == {fingerprint(plan) for plan in plans.values()}
    plan = plans["fire-a"]
    same = replace(plan, name=Text("甲", "A"), enabled=not plan.enabled)
    assert fingerprint(same) == fingerprint(plan)
    for other in (
        replace(plan, independent=3),
        replace(plan, triggers=plan.triggers[:-1]),
        replace(plan, steps=(replace(plan.steps[0], delay_s=99.0), *plan.steps[1:])),
        replace(plan, modes=()),
    ):
        assert fingerprint(other) != fingerprint(plan)
