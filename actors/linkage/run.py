"""One run of a plan, as a state machine over rows: what is due, what came of it, what is restored. Pure.

Whoever drives it gives the time, keeps the rows that changed, and only then carries out what was decided; so
a run goes on from its rows after any interruption.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from actors.linkage.rows import RunRows, ns
from actors.linkage.words import not_confirmed
from actors.messages import (
    OrderRow,
    Outcome,
    PointRead,
    RunState,
    Stage,
    StepState,
)
from config.plans import EndWhen, Feedback, OnFailure, Plan, PointName, Restore, Setting, Step
from drivers.driver import UNCERTAIN

RETRY_S = 1.0
"""Between a failed attempt and the next."""
SAME_S = 60.0
"""Starts refused for one reason within this time are one row."""
LOST = "lost"
"""In the place of a stage: the command was never given, since the point was held by somebody else."""
SKIPPED = "skipped"
"""Likewise: there was nothing to restore."""
_NO_EFFECT = {LOST, SKIPPED, Stage.REFUSED}


def is_over(stage: str) -> bool:
    """Whether nothing more is to come of an order."""
    return stage in {LOST, SKIPPED} or (bool(stage) and Stage(stage).is_final)


def is_usable(reading: PointRead | None) -> bool:
    return (
        reading is not None
        and reading.value is not None
        and not reading.stale
        and reading.quality < UNCERTAIN
    )


def holds(feedback: Feedback, reading: PointRead | None) -> bool:
    return (
        is_usable(reading)
        and reading is not None
        and isinstance(reading.value, float | int)
        and feedback.op.holds(reading.value, feedback.value)
    )


class Run(RunRows):
    """What follows what."""

    # --- before it begins

    def verify(self, now_ns: int) -> None:
        self._row(state=RunState.VERIFYING, deadline_ns=now_ns + ns(self.plan.verification_s))

    def prepare(self, user: str = "", note: str = "") -> None:
        self._row(state=RunState.PREPARING, overdue=False)
        if user:
            self._row(user=user, note=note)

    def needs(self) -> set[PointName]:
        """The points that must be read before it begins."""
        before = {setting.point for step, setting in self.plan.writes if step.restore is Restore.BEFORE}
        return before | {each.point for each in self.plan.conditions}

    def begin(self, now_ns: int) -> None:
        self._row(state=RunState.RUNNING, begun_ns=now_ns)
        for step in self.plan.steps:
            if not step.after:
                self._step(step.id, due_ns=now_ns + ns(step.delay_s))
        self.advance(now_ns)

    def refuse(self, outcome: Outcome, detail: str, now_ns: int, user: str = "") -> None:
        """It ends without having begun."""
        for id_ in self.steps:
            self._step(id_, state=StepState.SKIPPED)
        self._row(state=RunState.ENDED, outcome=outcome, detail=detail, ended_ns=now_ns)
        if user:
            self._row(user=user)

    def counts(self, why: str, now_ns: int) -> bool:
        """Whether another start that is refused is the same as this one; it is counted then."""
        if self.row.detail != why or now_ns - self.row.opened_ns >= ns(SAME_S):
            return False
        self._row(repeats=self.row.repeats + 1)
        return True

    # --- its steps

    def due(self, now_ns: int) -> Iterator[Step]:
        for step in self.plan.steps:
            row = self.steps[step.id]
            if row.state is StepState.PENDING and 0 < row.due_ns <= now_ns:
                yield step

    def settings(self, step: Step) -> list[Setting]:
        """What the next attempt of the step has to write: all, or what failed the last time."""
        if not (attempt := self.steps[step.id].attempt):
            return [*step.settings]
        well = {
            (one.device, one.point)
            for one in self._ordered(step.id, attempt)
            if one.stage in {Stage.CONFIRMED, Stage.DONE, Stage.UNKNOWN}
        }
        left = [one for one in step.settings if (one.point.device, one.point.point) not in well]
        return left or [*step.settings]

    def order(self, step: Step, orders: Iterable[OrderRow], now_ns: int) -> None:
        """The step begins with these orders, of which some may be lost already."""
        attempt = self.steps[step.id].attempt + 1
        self._step(step.id, state=StepState.ORDERED, attempt=attempt, begun_ns=now_ns, detail="")
        for order in orders:
            self._order(order)
        self._judge(step.id, now_ns)

    def watch(self, step: Step, now_ns: int) -> None:
        attempt = self.steps[step.id].attempt + 1
        self._step(step.id, state=StepState.ORDERED, attempt=attempt, begun_ns=now_ns, detail="")
        self._check(step, now_ns)

    def finish(self, id_: str, state: StepState, detail: str, now_ns: int) -> None:
        """The step has its result; those that waited for it may begin."""
        begun_ns = self.steps[id_].begun_ns or now_ns
        self._step(id_, state=state, begun_ns=begun_ns, ended_ns=now_ns, detail=detail)
        if state is StepState.FAILED and self.plan.step(id_).on_failure is OnFailure.STOP:
            self._skip_rest()
        for step in self.plan.steps:
            waits = self.steps[step.id]
            if waits.state is not StepState.PENDING or waits.due_ns or id_ not in step.after:
                continue
            if all(self.steps[name].state.is_final for name in step.after):
                self._step(step.id, due_ns=now_ns + ns(step.delay_s))
        self.advance(now_ns)

    def answer(self, id_: str, stage: str, detail: str, now_ns: int) -> bool:
        """What was heard of an order; whether that is news."""
        order = self.orders[id_]
        late_certainty = order.stage == Stage.UNKNOWN and is_over(stage) and stage != Stage.UNKNOWN
        if order.stage == stage or (is_over(order.stage) and not late_certainty):
            return False
        self._order(replace(order, stage=stage, detail=detail, time_ns=now_ns))
        if not order.restores:
            self._judge(order.step, now_ns)
        if late_certainty:
            self._known_after_all(order.step)
        self.advance(now_ns)
        return True

    def _known_after_all(self, id_: str) -> None:
        """A step of which nobody knew was done, when all its commands turn out to have been."""
        row = self.steps[id_]
        well = all(one.stage in {Stage.CONFIRMED, Stage.DONE} for one in self._ordered(id_, row.attempt))
        if row.state is StepState.UNKNOWN and well:
            self._step(id_, state=StepState.DONE, detail="")

    def checking(self) -> Iterator[tuple[Step, Feedback]]:
        for step in self.plan.steps:
            if step.feedback is not None and self.steps[step.id].state is StepState.CHECKING:
                yield step, step.feedback

    def check(self, step: Step, feedback: Feedback, reading: PointRead | None, now_ns: int) -> None:
        """Look at the feedback of a step, which has until its deadline."""
        if self.steps[step.id].state is not StepState.CHECKING:
            return  # another step has stopped the run meanwhile
        if holds(feedback, reading):
            lost = any(one.stage == LOST for one in self._ordered(step.id, self.steps[step.id].attempt))
            self.finish(step.id, StepState.LOST if lost else StepState.DONE, "", now_ns)
        elif now_ns >= self.steps[step.id].deadline_ns:
            self._failed(step, not_confirmed(feedback, reading), now_ns)

    def _judge(self, id_: str, now_ns: int) -> None:
        row, step = self.steps[id_], self.plan.step(id_)
        orders = self._ordered(id_, row.attempt)
        if row.state is not StepState.ORDERED or not orders or not all(is_over(one.stage) for one in orders):
            return
        for stages in ({Stage.FAILED, Stage.REFUSED}, {LOST}, {Stage.UNKNOWN}):
            found = next((one for one in orders if one.stage in stages), None)
            if found is None:
                continue
            if Stage.FAILED in stages:
                self._failed(step, found.detail, now_ns)
            elif LOST in stages:
                self.finish(id_, StepState.LOST, found.detail, now_ns)
            elif step.feedback is not None:  # what nobody answered may still be seen
                self._check(step, now_ns)
            else:
                self.finish(id_, StepState.UNKNOWN, found.detail, now_ns)
            return
        if step.feedback is not None:
            self._check(step, now_ns)
        else:
            self.finish(id_, StepState.DONE, "", now_ns)

    def _check(self, step: Step, now_ns: int) -> None:
        assert step.feedback is not None
        self._step(step.id, state=StepState.CHECKING, deadline_ns=now_ns + ns(step.feedback.within_s))

    def _failed(self, step: Step, detail: str, now_ns: int) -> None:
        row = self.steps[step.id]
        if step.on_failure is OnFailure.RETRY and row.attempt <= step.retries and not self._is_halted:
            self._step(step.id, state=StepState.PENDING, due_ns=now_ns + ns(RETRY_S), detail=detail)
        else:
            self.finish(step.id, StepState.FAILED, detail, now_ns)

    # --- its end

    @property
    def is_stopped(self) -> bool:
        return self.row.outcome is Outcome.STOPPED

    @property
    def _is_halted(self) -> bool:
        """Whether nothing more is to begin: a person has stopped it, or a step that failed."""
        return self.is_stopped or any(
            self.steps[step.id].state is StepState.FAILED and step.on_failure is OnFailure.STOP
            for step in self.plan.steps
        )

    def stop(self, user: str, reason: str, now_ns: int) -> None:
        self._row(outcome=Outcome.STOPPED, user=user, detail=reason)
        self._skip_rest()
        self.advance(now_ns)

    def give_up(self, detail: str, now_ns: int) -> None:
        """Too much time has passed for the steps that have not begun."""
        for id_ in [*self.steps]:
            if self.state is RunState.RUNNING and self.steps[id_].state is StepState.PENDING:
                self.finish(id_, StepState.FAILED, detail, now_ns)

    def restore(self, user: str, reason: str, now_ns: int) -> None:
        """A person ends it."""
        self._row(user=user, note=reason)
        self._close(now_ns, by_hand=True)

    def advance(self, now_ns: int) -> None:
        """Go on where nothing more is to come."""
        if self.state is RunState.RUNNING and all(one.state.is_final for one in self.steps.values()):
            self._row(state=RunState.HOLDING, finished_ns=now_ns)
        if self.state is RunState.HOLDING and self._end_has_come(now_ns):
            self._close(now_ns)
        if (
            self.state is RunState.RESTORING
            and not self.is_restoring
            and next(self.to_restore(), None) is None
        ):
            self._end(now_ns)

    def _end_has_come(self, now_ns: int) -> bool:
        if self.is_stopped:
            return True
        match self.plan.end.when:
            case EndWhen.DONE:
                return True
            case EndWhen.CLEARED:
                return self.is_cleared
            case EndWhen.AFTER:
                return now_ns >= self.row.begun_ns + ns(self.plan.end.after_s)
            case EndWhen.HAND:
                return False

    def _close(self, now_ns: int, *, by_hand: bool = False) -> None:
        if next(self.to_restore(), None) is None:
            self._end(now_ns)
        elif self.plan.end.by_hand and not by_hand:
            self._row(state=RunState.AWAITING)
        else:
            self._row(state=RunState.RESTORING)

    def to_restore(self) -> Iterator[tuple[Step, OrderRow]]:
        """What is still to be put back, the last written first."""
        done = {(one.device, one.point) for one in self.orders.values() if one.restores}
        for order in sorted(self.orders.values(), key=self._when, reverse=True):
            point = order.device, order.point
            if order.restores or not order.device or point in done or order.stage in _NO_EFFECT:
                continue
            step = self.plan.step(order.step)
            if step.restore is not Restore.NOTHING:
                done.add(point)
                yield step, order

    def _when(self, order: OrderRow) -> tuple[int, int]:
        return self.steps[order.step].begun_ns, [*self.orders].index(order.id)

    @property
    def is_restoring(self) -> bool:
        """Whether an order to restore is under way: they go one after the other."""
        return any(one.restores and not is_over(one.stage) for one in self.orders.values())

    def order_restore(self, order: OrderRow, now_ns: int) -> None:
        self._order(order)
        self.advance(now_ns)

    def _end(self, now_ns: int) -> None:
        states = {one.state for one in self.steps.values()}
        back = {one.stage for one in self.orders.values() if one.restores}
        outcome = self.row.outcome
        if outcome is Outcome.OPEN:
            outcome = Outcome.DONE
            if states & {StepState.LOST, StepState.UNKNOWN} or back & {LOST, Stage.UNKNOWN}:
                outcome = Outcome.INCOMPLETE
            if StepState.FAILED in states or back & {Stage.FAILED, Stage.REFUSED}:
                outcome = Outcome.FAILED
        self._row(state=RunState.ENDED, outcome=outcome, ended_ns=now_ns)

    # --- the clock

    def expire(self, now_ns: int) -> bool:
        """Whether the clock of a verification has run out just now."""
        if self.state is not RunState.VERIFYING or self.row.overdue or now_ns < self.row.deadline_ns:
            return False
        self._row(overdue=True)
        return True

    def next_ns(self) -> int | None:
        """When something is due by time alone."""
        times = [
            each.due_ns if each.state is StepState.PENDING else each.deadline_ns
            for each in self.steps.values()
            if (each.state is StepState.PENDING and each.due_ns) or each.state is StepState.CHECKING
        ]
        if self.state is RunState.VERIFYING and not self.row.overdue:
            times.append(self.row.deadline_ns)
        if self.state is RunState.HOLDING and self.plan.end.when is EndWhen.AFTER:
            times.append(self.row.begun_ns + ns(self.plan.end.after_s))
        return min(times, default=None)

    def _skip_rest(self) -> None:
        for id_, row in self.steps.items():
            if row.state in {StepState.PENDING, StepState.CHECKING}:
                self._step(id_, state=StepState.SKIPPED)


def unfulfilled(plan: Plan, readings: Mapping[PointName, PointRead | None]) -> Iterator[PointName]:
    """The conditions that do not hold; a value that is bad, stale or unknown does not."""
    for condition in plan.conditions:
        reading = readings.get(condition.point)
        if not (
            is_usable(reading)
            and reading is not None
            and isinstance(reading.value, float | int)
            and condition.op.holds(reading.value, condition.value)
        ):
            yield condition.point
