"""The runs that are under way, who holds which points, and what was decided but is not kept yet. Pure."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from actors.linkage.claims import Claims, held_points
from actors.linkage.decision import Decision
from actors.linkage.run import Run, is_over
from actors.linkage.triggers import Triggers
from actors.messages import HeldPoint, LinkageState, OrderRow, RunState, StepState
from config.plans import Feedback, Plan, PointName, Step
from config.site import Site

OPEN = (RunState.VERIFYING, RunState.PREPARING, RunState.RUNNING, RunState.HOLDING)
"""States in which a run takes further signals: later ones start another."""


class Underway:
    """One a site."""

    def __init__(self, site: Site, *, next_run: int, new_token: Callable[[], str]) -> None:
        self._next_run = next_run
        self._new_token = new_token
        self._runs: dict[int, Run] = {}
        self._claims = Claims()
        self._decision = Decision()
        self.use(site)

    def use(self, site: Site) -> None:
        """Another configuration: runs go on by the plan they began with."""
        self._site = site
        self._triggers = Triggers(site)
        self._zone = ZoneInfo(site.timezone)
        self._written = {setting.point for plan in site.plans.values() for _, setting in plan.writes}

    def step_of(self, order: OrderRow) -> tuple[Plan, Step]:
        """Of an order of a run that has not ended."""
        plan = self._runs[order.run].plan
        return plan, plan.step(order.step)

    def open_orders(self) -> list[OrderRow]:
        """Orders without an end, for whoever drives to find out what came of them."""
        return [
            order for run in self._runs.values() for order in run.orders.values() if not is_over(order.stage)
        ]

    def take(self) -> Decision:
        """What was decided since; whoever takes it keeps it."""
        self._decision.runs.update((id_, run) for id_, run in self._runs.items() if run.is_changed)
        decision, self._decision = self._decision, Decision()
        return decision

    def next_ns(self) -> int | None:
        """When something is due by time alone."""
        times = [at for run in self._runs.values() if (at := run.next_ns()) is not None]
        return min(times, default=None)

    def watched(self) -> set[PointName]:
        """Points whose reading somebody waits for."""
        found = {feedback.point for feedback in self.awaited()}
        for run in self._runs.values():
            if run.state is RunState.PREPARING:
                found |= run.needs()
        return found

    def awaited(self) -> list[Feedback]:
        """Feedback that runs wait for."""
        return [feedback for run in self._runs.values() for _, feedback in run.checking()]

    def state(self, now_ns: int) -> LinkageState:
        rows = sorted((run.row for run in self._runs.values()), key=lambda row: (row.level, row.id))
        failing = sum(
            step.state is StepState.FAILED for run in self._runs.values() for step in run.steps.values()
        )
        missing = self._triggers.missing(self._local(now_ns).date())
        return LinkageState(now_ns, tuple(rows), self.held(), failing, missing)

    def held(self) -> tuple[HeldPoint, ...]:
        return tuple(held_points(self._claims))

    def _local(self, at_ns: int) -> datetime:
        return datetime.fromtimestamp(at_ns / 1e9, self._zone)

    def _live(self, plan: str) -> Run | None:
        """The run of a plan that takes further signals."""
        return next((run for run in self._runs.values() if run.plan.id == plan and run.state in OPEN), None)
