"""The rows of one run, as they are kept: frozen, with a note of what changed since they were kept last."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Self

from actors.messages import OrderRow, RunRow, RunState, SignalRow, StepRow, StepState
from actors.said import said
from config.plans import Plan, PointName


def ns(seconds: float) -> int:
    return round(seconds * 1e9)


class RunRows:
    """Its rows are frozen; what changed since they were kept last is noted."""

    def __init__(
        self,
        plan: Plan,
        row: RunRow,
        steps: Iterable[StepRow] = (),
        orders: Iterable[OrderRow] = (),
        signals: Iterable[SignalRow] = (),
    ) -> None:
        self.plan = plan
        self.row = row
        self.steps: dict[str, StepRow] = {one.step: one for one in steps}
        self.orders: dict[str, OrderRow] = {one.id: one for one in orders}
        self.signals: dict[tuple[str, str, str], SignalRow] = {
            (one.device, one.point, one.rule): one for one in signals
        }
        self.standing = {name for name, one in self.signals.items() if not one.cleared_ns}
        """Signals that are not over."""
        self.before: dict[PointName, float | str] = {}
        """What its points read when it began."""
        self.row_changed = False
        self.changed_steps: set[str] = set()
        self.changed_orders: set[str] = set()
        self.changed_signals: set[tuple[str, str, str]] = set()

    @classmethod
    def opened(cls, plan: Plan, row: RunRow) -> Self:
        """A new one."""
        run = cls(plan, row)
        run.row_changed = True
        for step in plan.steps:
            name = said(step.name.zh, step.name.en)
            run._put(
                StepRow(row.id, step.id, name, step.kind, step.role, StepState.PENDING, 0, 0, 0, 0, 0, "")
            )
        return run

    @property
    def state(self) -> RunState:
        return self.row.state

    @property
    def is_changed(self) -> bool:
        return bool(self.row_changed or self.changed_steps or self.changed_orders or self.changed_signals)

    def kept(self) -> None:
        """Everything so far is on disk."""
        self.row_changed = False
        for changed in (self.changed_steps, self.changed_orders, self.changed_signals):
            changed.clear()

    def signal(self, signal: SignalRow) -> None:
        name = signal.device, signal.point, signal.rule
        self.signals[name] = signal
        self.changed_signals.add(name)
        (self.standing.discard if signal.cleared_ns else self.standing.add)(name)

    def clear(self, name: tuple[str, str, str], now_ns: int) -> bool:
        """What gave this signal is over; whether that is news."""
        if name not in self.standing:
            return False
        self.signal(replace(self.signals[name], cleared_ns=now_ns))
        return True

    @property
    def is_cleared(self) -> bool:
        return bool(self.signals) and not self.standing

    def is_confirmed(self) -> bool:
        """Whether enough independent points have given a signal within the time that the plan says."""
        times: dict[tuple[str, str], int] = {}
        for one in self.signals.values():
            point = one.device, one.point
            times[point] = max(times.get(point, 0), one.time_ns)
        newest = max(times.values(), default=0)
        return sum(newest - at <= ns(self.plan.within_s) for at in times.values()) >= self.plan.independent

    def _ordered(self, id_: str, attempt: int) -> list[OrderRow]:
        return [
            one
            for one in self.orders.values()
            if one.step == id_ and one.attempt == attempt and not one.restores
        ]

    def _row(self, **changes: object) -> None:
        self.row = replace(self.row, **changes)  # type: ignore[arg-type]
        self.row_changed = True

    def _step(self, id_: str, **changes: object) -> None:
        self._put(replace(self.steps[id_], **changes))  # type: ignore[arg-type]

    def _put(self, row: StepRow) -> None:
        self.steps[row.step] = row
        self.changed_steps.add(row.step)

    def _order(self, order: OrderRow) -> None:
        self.orders[order.id] = order
        self.changed_orders.add(order.id)
