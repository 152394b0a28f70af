"""Carries out the steps of a run, and puts back what they wrote: as decisions. Pure."""

from collections.abc import Callable
from dataclasses import replace

from actors.linkage import words
from actors.linkage.claims import Claim, Claims, Value
from actors.linkage.decision import Decision
from actors.linkage.run import LOST, SKIPPED, Run
from actors.messages import NoticePosted, OrderRow, RequestRow, RunState, StationCalled, StepState
from actors.said import said
from config.plans import PointName, Restore, Step, StepKind

Start = Callable[[str, int, int], str | None]
"""(plan, parent run, now_ns): starts a plan as a step of another; why not, or None."""


def claim_of(run: Run, order: OrderRow) -> Claim:
    return Claim(run.row.id, run.row.plan, run.row.level, order.value, order.before, order.time_ns)


class Steps:
    """Of all runs; what it decides goes to the decision that `decision` gives."""

    def __init__(self, claims: Claims, decision: Callable[[], Decision], start: Start) -> None:
        self._claims = claims
        self._decision = decision
        self._start = start

    def go_on(self, run: Run, now_ns: int) -> None:
        """Begin what is due, end what is over."""
        run.advance(now_ns)
        while run.state is RunState.RUNNING and (due := next(run.due(now_ns), None)) is not None:
            self._begin(run, due, now_ns)
        while run.state is RunState.RESTORING and not run.is_restoring:
            if (left := next(run.to_restore(), None)) is None:
                break
            self._restore(run, *left, now_ns)
        if run.state is RunState.ENDED:
            self._claims.release(run.row.id)
            self._withdraw(run, now_ns)

    def recall(self, run: Run) -> None:
        """Show again what stations are to show while it lasts: whoever kept that may have forgotten."""
        for step in run.plan.steps:
            row = run.steps[step.id]
            if row.state is StepState.DONE and step.kind in (StepKind.NOTICE, StepKind.CAMERA):
                show = _notice if step.kind is StepKind.NOTICE else _call
                self._decision().calls.append(show(run, step, row.ended_ns))

    # --- a step

    def _begin(self, run: Run, step: Step, now_ns: int) -> None:
        match step.kind:
            case StepKind.WRITE | StepKind.GROUP:
                run.order(step, self._writes(run, step, now_ns), now_ns)
            case StepKind.SHELVE:
                order = self._order(run, step, 0, PointName("", ""), step.hours, None, now_ns)
                self._decision().orders.append(order)
                run.order(step, [order], now_ns)
            case StepKind.WATCH:
                run.watch(step, now_ns)
            case StepKind.PLAN:
                refused = self._start(step.plan, run.row.id, now_ns)
                state = StepState.DONE if refused is None else StepState.FAILED
                run.finish(step.id, state, refused or "", now_ns)
            case StepKind.NOTIFY | StepKind.ORDER:
                self._decision().requests.append(self._request(run, step, now_ns))
                run.finish(step.id, StepState.DONE, "", now_ns)
            case StepKind.NOTICE:
                self._decision().calls.append(_notice(run, step, now_ns))
                run.finish(step.id, StepState.DONE, "", now_ns)
            case StepKind.CAMERA | StepKind.SPEAK | StepKind.BROADCAST:
                self._decision().calls.append(_call(run, step, now_ns))
                run.finish(step.id, StepState.DONE, "", now_ns)

    def _writes(self, run: Run, step: Step, now_ns: int) -> list[OrderRow]:
        orders = []
        for at, setting in enumerate(run.settings(step)):
            order = self._order(
                run, step, at, setting.point, setting.value, run.before.get(setting.point), now_ns
            )
            winner = self._claims.take(setting.point, claim_of(run, order), now_ns)
            if winner is None:
                self._decision().orders.append(order)
            else:
                order = _without(order, LOST, words.lost_to(winner))
            orders.append(order)
        return orders

    def _order(
        self, run: Run, step: Step, at: int, point: PointName, value: Value, before: Value | None, now_ns: int
    ) -> OrderRow:
        attempt = run.steps[step.id].attempt + 1
        id_ = f"linkage-{run.row.token}-{run.plan.steps.index(step)}-{attempt}-{at}"
        return OrderRow(
            id=id_, run=run.row.id, step=step.id, attempt=attempt, restores=False, device=point.device,
            point=point.point, value=value, before=before, time_ns=now_ns,
        )  # fmt: skip

    def _request(self, run: Run, step: Step, now_ns: int) -> RequestRow:
        return RequestRow(
            0, run.row.id, run.row.plan, step.id, step.kind, step.target, _text(step), step.priority,
            step.device, step.zone, run.row.mode, now_ns,
        )  # fmt: skip

    # --- the end

    def _restore(self, run: Run, step: Step, written: OrderRow, now_ns: int) -> None:
        point = PointName(written.device, written.point)
        own = self._claims.own(point, run.row.id)
        before = own.before if own is not None else written.before
        value = step.restore_value if step.restore is Restore.VALUE else before
        other = self._claims.first_but(point, run.row.id)
        hand = self._claims.hand(point, now_ns)
        if other is not None and other.level > run.row.level:
            value = other.value  # whoever was overruled gets the point as it wanted it
        order = OrderRow(
            id=f"linkage-{run.row.token}-r-{len(run.orders)}", run=run.row.id, step=step.id, attempt=1,
            restores=True, device=point.device, point=point.point, value="" if value is None else value,
            before=written.value, time_ns=now_ns,
        )  # fmt: skip
        if hand is not None:
            order = _without(order, LOST, words.lost_to(hand))
        elif other is not None and other.level <= run.row.level:
            order = _without(order, SKIPPED, words.lost_to(other))  # its end puts back what was before
        elif value is None:
            order = _without(order, LOST, words.nothing_known_before())
        elif value == written.value:
            order = _without(order, SKIPPED, "")
        else:
            self._decision().orders.append(order)
        run.order_restore(order, now_ns)

    def _withdraw(self, run: Run, now_ns: int) -> None:
        """Notices stand as long as the run does."""
        for step in run.plan.steps:
            if step.kind is StepKind.NOTICE and run.steps[step.id].state is StepState.DONE:
                self._decision().calls.append(replace(_notice(run, step, now_ns), stands=False))


def _without(order: OrderRow, stage: str, detail: str) -> OrderRow:
    """The order as one that is not given."""
    return replace(order, stage=stage, detail=detail)


def _notice(run: Run, step: Step, at_ns: int) -> NoticePosted:
    return NoticePosted(_name(run, step), run.row.id, run.row.plan, step.zone, _text(step), at_ns)


def _call(run: Run, step: Step, at_ns: int) -> StationCalled:
    return StationCalled(
        _name(run, step), run.row.id, run.row.plan, step.kind, step.zone, step.device, _text(step), at_ns
    )


def _name(run: Run, step: Step) -> str:
    """Of what a step shows, so that a station shows it once."""
    return f"linkage-{run.row.token}-{step.id}"


def _text(step: Step) -> str:
    return said(step.text.zh, step.text.en) if step.text is not None else ""
