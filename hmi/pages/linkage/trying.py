"""Which simulations of a plan are remembered: read, told beside the plan, and added to."""

import asyncio
from collections.abc import Iterable, Mapping

from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from actors.linkage.simulation import Simulated
from actors.messages import Outcome, Stage, StepState
from business.simulations.messages import SIMULATE, RecordSimulation
from business.simulations.queries import Simulation, simulations
from config.plan_fingerprint import fingerprint
from config.plans import Plan
from hmi import drawing
from hmi.commanding import in_words, notify, send
from hmi.shell import EMPTY
from hmi.view import View
from hmi.words import plan_form as words

DAY_S = 86_400
_FAILED = {StepState.FAILED, StepState.LOST, StepState.UNKNOWN}
Known = Mapping[str, tuple[Simulation, ...]]


def known_of(view: View, plans: Iterable[Plan]) -> Known | None:
    """Of plans as they are defined; None while nobody can tell. Blocks."""
    wanted = {plan.id: fingerprint(plan) for plan in plans}
    try:
        with view.house.seats.authority.open() as session:
            return simulations(session, wanted)
    except SQLAlchemyError:
        return None


class Tried:
    """Of the plan in a form, as it stands there."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._found: tuple[Simulation, ...] | None = None
        self.turn = 0

    def read(self, plan: Plan | None) -> None:
        """Blocks."""
        known = known_of(self._view, [plan]) if plan is not None else None
        self._found = None if plan is None or known is None else known.get(plan.id, ())
        self.turn += 1

    @property
    def never(self) -> bool:
        """Known to have never been simulated."""
        return self._found == ()

    async def remember(
        self, plan: Plan, since_ns: int, until_ns: int, told: Simulated, *, by_history: bool
    ) -> None:
        view = self._view
        if view.can(SIMULATE):
            mine = [one for one in told.runs if one.run is not None and one.run.plan == plan.id]
            body = RecordSimulation(
                plan.id, fingerprint(plan), by_history, since_ns, until_ns,
                runs=sum(one.run.outcome is not Outcome.REFUSED for one in mine if one.run is not None),
                failed=sum(step.state in _FAILED for one in mine for step in one.steps),
            )  # fmt: skip
            result = await send(view, body, lambda _result: None, view.house.ports.office)
            if result.stage is not Stage.DONE:
                notify(view, view.say(words.NOT_REMEMBERED, reason=in_words(view, result)), trouble=True)
        await asyncio.to_thread(self.read, plan)

    def markup(self) -> Markup:
        return EMPTY.join(
            Markup('<p class="sub" data-simulated="{}">{}</p>').format(
                "past" if one.by_history else "hand", told(self._view, one)
            )
            for one in self._found or ()
        )


def told(view: View, one: Simulation) -> str:
    seconds = (one.until_ns - one.since_ns) / 1e9
    days = round(seconds / DAY_S, 1)
    length = (
        view.say(words.DAYS, days=f"{days:g}") if days >= 1 else drawing.limit_span(view.language, seconds)
    )
    return view.say(
        words.SIMULATED_PAST if one.by_history else words.SIMULATED_HAND,
        time=drawing.date_and_clock(view.zone, one.time_ns)[:16],
        user=one.user,
        length=length,
        runs=one.runs,
        failed=one.failed,
    )
