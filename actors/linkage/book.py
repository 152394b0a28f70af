"""Everything that linkage decides: runs, their claims on points, and what starts them. Pure.

Driven by the executor on the plant and by the simulation on the past. Decisions are collected; whoever drives
keeps them on disk first, and then carries them out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from actors.linkage import words
from actors.linkage.claims import Hand, Value
from actors.linkage.limits import Limits
from actors.linkage.rows import ns
from actors.linkage.run import LOST, Run, is_usable, unfulfilled
from actors.linkage.steps import Steps, claim_of
from actors.linkage.triggers import ENDS
from actors.linkage.underway import OPEN, Underway
from actors.messages import (
    ConfirmRun,
    JournalRow,
    Outcome,
    PointRead,
    PushButton,
    RaiseEvent,
    RejectRun,
    ReleasePoint,
    RestoreRun,
    RunRow,
    RunState,
    SignalRow,
    StationCalled,
    StopRun,
)
from actors.said import said
from config.plans import Plan, PlanEvent, PointName, StepKind, Trigger, TriggerKind
from config.site import Site

LATE_S = 60.0
"""A trigger that is older than this when it is seen starts nothing: the executor was away."""

FOREVER_NS = 1 << 62
"""Later than any person's time: what was claimed before stays claimed."""

Command = PushButton | ConfirmRun | RejectRun | StopRun | RestoreRun | ReleasePoint | RaiseEvent


class Book(Underway):
    """One a site."""

    def __init__(self, site: Site, *, next_run: int, new_token: Callable[[], str]) -> None:
        super().__init__(site, next_run=next_run, new_token=new_token)
        self._limits = Limits()
        self._refused: dict[str, Run] = {}
        """The last run of a plan, if it was refused: another for the same reason only counts."""
        self._steps = Steps(self._claims, lambda: self._decision, self._as_step)

    def load(
        self,
        runs: Iterable[Run],
        begun: Iterable[tuple[str, int]],
        hands: Mapping[PointName, Hand],
        now_ns: int,
        *,
        away_s: float,
    ) -> None:
        """Go on with what an earlier incarnation has kept; after too long without it no step begins."""
        for plan, at_ns in begun:
            self._limits.begun(plan, at_ns)
        for point, hand in hands.items():
            self._claims.lay_hand(point, hand)
        self._runs = {run.row.id: run for run in runs}
        given = [
            (order, run)
            for run in self._runs.values()
            for order in run.orders.values()
            if order.device and not order.restores and order.stage != LOST
        ]
        for order, run in sorted(given, key=lambda each: each[0].time_ns):
            self._claims.take(PointName(order.device, order.point), claim_of(run, order), FOREVER_NS)
        for run in [*self._runs.values()]:
            self._steps.recall(run)
            if away_s <= LATE_S:
                self._decision.reads |= run.needs() if run.state is RunState.PREPARING else set()
            elif run.state is RunState.PREPARING:
                self._refuse(run, words.too_late(), now_ns)
            else:
                run.give_up(words.not_given_in_time(), now_ns)
                self._go_on(run, now_ns)

    # --- what happens

    def is_trigger(self, row: JournalRow) -> bool:
        """Whether the row starts a plan."""
        return next(self._triggers.of_row(row), None) is not None

    def journaled(self, row: JournalRow, now_ns: int, *, late: bool = False) -> None:
        """A row of the alarm journal, each once and in their order; a late one starts nothing."""
        name = row.device, row.point, row.rule
        if row.transition in ENDS:
            for run in [*self._runs.values()]:
                if run.clear(name, now_ns):
                    self._go_on(run, now_ns)
            return
        for plan, trigger in self._triggers.of_row(row):
            cause = "/".join(part for part in name if part)
            signal = SignalRow(0, *name, row.event, row.source_ns, row.id, 0)
            self._occurred(plan, trigger, cause, now_ns, signal=signal, mode=row.mode, late=late)

    def clock(self, after_ns: int, until_ns: int, now_ns: int) -> None:
        """The wall clock has gone on: schedules and calendars."""
        after_ns = max(after_ns, until_ns - ns(LATE_S))
        for at, (plan, trigger) in self._triggers.between(self._local(after_ns), self._local(until_ns)):
            self._occurred(plan, trigger, f"{at:%Y-%m-%d %H:%M}", now_ns)

    def command(self, command: Command, user: str, now_ns: int) -> str | int:
        """A person's command, already permitted; why not, or the run that it opened (0: none)."""
        match command:
            case PushButton(name, reason):
                pushed = self._push(name, user, reason, now_ns)
                return pushed if isinstance(pushed, str) else pushed.row.id
            case RaiseEvent(name, objects):
                for plan, trigger, subject in self._triggers.of_event(name, objects):
                    self._occurred(plan, trigger, f"{name} {subject}".strip(), now_ns)
                return 0
            case ReleasePoint(device, point):
                if not self._claims.lift_hand(PointName(device, point)):
                    return words.not_held(device, point)
                self._decision.hands[PointName(device, point)] = None
                return 0
            case ConfirmRun() | RejectRun() | StopRun() | RestoreRun():
                return self._decide(command, user, now_ns) or 0

    def operated(self, point: PointName, command: str, user: str, value: Value, now_ns: int) -> None:
        """A person's write goes ahead of all plans, and keeps them from the point for a while."""
        if point in self._written:
            until_ns = now_ns + ns(60 * self._site.settings.manual_hold_minutes)
            hand = Hand(command, user, value, now_ns, until_ns)
            self._claims.lay_hand(point, hand)
            self._decision.hands[point] = hand

    def not_operated(self, command: str) -> None:
        """The write of a person came to nothing."""
        for point, _, hand in [*self._claims.points()]:
            if hand is not None and hand.command == command:
                self._claims.lift_hand(point)
                self._decision.hands[point] = None

    def answered(self, id_: str, stage: str, detail: str, now_ns: int) -> None:
        """How far an order came."""
        for run in [*self._runs.values()]:
            if id_ in run.orders:
                if run.answer(id_, stage, detail, now_ns):
                    self._go_on(run, now_ns)
                return

    def readings(self, found: Mapping[PointName, PointRead | None], now_ns: int) -> None:
        """What was read of the points asked for; None where nothing could be."""
        for run in [*self._runs.values()]:
            if run.state is RunState.PREPARING and run.needs() <= found.keys():
                self._begin(run, found, now_ns)
            for step, feedback in [*run.checking()]:
                if feedback.point in found:
                    run.check(step, feedback, found[feedback.point], now_ns)
            self._go_on(run, now_ns)

    def tick(self, now_ns: int) -> None:
        """Whatever is due by now."""
        for point in self._claims.outdated(now_ns):
            self._decision.hands[point] = None
        for run in [*self._runs.values()]:
            if run.expire(now_ns):
                self._remind(run, now_ns)
            if run.state is RunState.VERIFYING and run.row.overdue and run.is_cleared:
                run.refuse(Outcome.EXPIRED, "", now_ns)
            self._go_on(run, now_ns)

    def _as_step(self, plan: str, parent: int, now_ns: int) -> str | None:
        pushed = self._push(plan, "", "", now_ns, parent=parent)
        return pushed if isinstance(pushed, str) else None

    # --- starting

    def _occurred(
        self,
        plan: Plan,
        trigger: Trigger,
        cause: str,
        now_ns: int,
        *,
        signal: SignalRow | None = None,
        mode: str = "",
        late: bool = False,
    ) -> None:
        if mode and mode not in plan.modes:
            return
        if (live := self._live(plan.id)) is not None:
            if signal is not None:
                live.signal(replace(signal, run=live.row.id))
                if live.state is RunState.VERIFYING and live.is_confirmed():
                    self._prepare(live, now_ns)
            return
        run = self._open(plan, trigger.kind, cause, now_ns, mode=mode)
        if signal is not None:
            run.signal(replace(signal, run=run.row.id))
        why = words.too_late() if late else self._limits.refusal(plan, now_ns, self._zone)
        if why is not None:
            self._refuse(run, why, now_ns)
        elif signal is not None and not run.is_confirmed():
            run.verify(now_ns)
        else:
            self._prepare(run, now_ns)

    def _push(self, name: str, user: str, reason: str, now_ns: int, *, parent: int = 0) -> Run | str:
        """Start by hand, or as a step of another plan; the run, or why there is none."""
        plan = self._site.plans.get(name)
        if plan is None:
            return words.no_plan(name)
        if not plan.enabled:
            return words.is_off(plan)
        has_button = any(trigger.kind is TriggerKind.BUTTON for trigger in plan.triggers)
        if not parent and not has_button:
            return words.no_button(plan)
        if (live := self._live(name)) is not None:
            return words.is_under_way(plan, live.row.id)
        if parent and (why := self._limits.refusal(plan, now_ns, self._zone)) is not None:
            return why
        kind = TriggerKind.PLAN if parent else TriggerKind.BUTTON
        run = self._open(plan, kind, user or str(parent), now_ns, user=user, note=reason, parent=parent)
        self._prepare(run, now_ns)
        return run

    def _open(
        self,
        plan: Plan,
        kind: str,
        cause: str,
        now_ns: int,
        *,
        user: str = "",
        note: str = "",
        mode: str = "",
        parent: int = 0,
    ) -> Run:
        row = RunRow(
            self._next_run, self._new_token(), plan.id, said(plan.name.zh, plan.name.en), plan.group,
            plan.level, self._site.version, str(kind), cause, user, note, mode, RunState.PREPARING,
            Outcome.OPEN, "", opened_ns=now_ns, parent=parent,
        )  # fmt: skip
        self._next_run += 1
        run = self._runs[row.id] = Run.opened(plan, row)
        return run

    def _refuse(self, run: Run, why: str, now_ns: int) -> None:
        """Keep why it did not start; the same again within a minute only counts."""
        run.refuse(Outcome.REFUSED, why, now_ns)
        last = self._refused.get(run.plan.id)
        if last is not None and last.counts(why, now_ns):
            self._decision.runs[last.row.id] = last
            self._decision.runs.pop(run.row.id, None)
            self._decision.dropped.add(run.row.id)
            del self._runs[run.row.id]
        else:
            self._refused[run.plan.id] = run
            self._keep(run)

    def _prepare(self, run: Run, now_ns: int) -> None:
        run.prepare()
        if needs := run.needs():
            self._decision.reads |= needs
        else:
            self._begin(run, {}, now_ns)

    def _begin(self, run: Run, found: Mapping[PointName, PointRead | None], now_ns: int) -> None:
        for condition in run.plan.conditions:
            if condition.point in unfulfilled(run.plan, found):
                why = words.not_fulfilled(condition, found.get(condition.point))
                self._refuse(run, why, now_ns)
                return
        for point, one in found.items():
            if one is not None and one.value is not None and is_usable(one):
                run.before[point] = one.value
        self._limits.begun(run.plan.id, now_ns)
        self._refused.pop(run.plan.id, None)
        run.begin(now_ns)
        self._happened(run.plan.id, PlanEvent.STARTED, now_ns)
        self._go_on(run, now_ns)

    # --- going on

    def _go_on(self, run: Run, now_ns: int) -> None:
        if run.row.id not in self._runs:
            return
        self._steps.go_on(run, now_ns)
        if run.state is RunState.ENDED:
            self._keep(run)
            if run.row.begun_ns:
                failed = run.row.outcome is Outcome.FAILED
                self._happened(run.plan.id, PlanEvent.FAILED if failed else PlanEvent.ENDED, now_ns)

    def _keep(self, run: Run) -> None:
        self._decision.runs[run.row.id] = run
        self._runs.pop(run.row.id, None)

    def _happened(self, plan: str, event: PlanEvent, now_ns: int) -> None:
        """Plans that wait for this of another one."""
        for other, trigger in self._triggers.of_plan(plan, event):
            self._occurred(other, trigger, f"{plan} {event}", now_ns)

    def _decide(
        self, command: ConfirmRun | RejectRun | StopRun | RestoreRun, user: str, now_ns: int
    ) -> str | None:
        run = self._runs.get(command.run)
        if run is None:
            return words.no_run(command.run)
        verifying = run.state is RunState.VERIFYING
        match command:
            case ConfirmRun(_, note):
                if not verifying:
                    return words.not_in_state(run.row, "确认", "confirmed")
                run.prepare(user, note)
                self._prepare(run, now_ns)
            case RejectRun(_, note):
                if not verifying:
                    return words.not_in_state(run.row, "否定", "rejected")
                run.refuse(Outcome.REJECTED, note, now_ns, user)
                self._keep(run)
            case StopRun(_, reason):
                if verifying or run.state not in OPEN:
                    return words.not_in_state(run.row, "停止", "stopped")
                if run.state is RunState.PREPARING:
                    run.refuse(Outcome.STOPPED, reason, now_ns, user)
                else:
                    run.stop(user, reason, now_ns)
            case RestoreRun(_, reason):
                if run.state not in {RunState.HOLDING, RunState.AWAITING}:
                    return words.not_in_state(run.row, "恢复", "restored")
                run.restore(user, reason, now_ns)
        self._go_on(run, now_ns)
        return None

    def _remind(self, run: Run, now_ns: int) -> None:
        """Nobody has verified in time."""
        id_ = f"linkage-{run.row.token}-overdue"
        self._decision.calls.append(
            StationCalled(
                id_,
                run.row.id,
                run.row.plan,
                StepKind.SPEAK,
                "",
                "",
                words.verification_overdue(run.row),
                now_ns,
            )
        )
