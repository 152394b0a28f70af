"""Plans under everything that may come, in any order, and restarted from the disk at any moment."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from actors.linkage.book import LATE_S, Book
from actors.linkage.decision import Decision
from actors.linkage.rows import ns
from actors.linkage.run import is_over
from actors.linkage.store import LinkageStore
from actors.messages import (
    ConfirmRun,
    Outcome,
    PushButton,
    RejectRun,
    ReleasePoint,
    RestoreRun,
    RunState,
    StopRun,
)
from config.plans import (
    Condition,
    End,
    EndWhen,
    Feedback,
    OnFailure,
    Op,
    Plan,
    PlanEvent,
    Restore,
    StepKind,
    Trigger,
    TriggerKind,
)
from tests.actors.linkage_bench import BUTTON, OTHER_SMOKE, SMOKE, Bench, name, plan, site, step, write

POINTS = ("ahu-1/fan", "ahu-2/fan", "ahu-1/damper")
STAGES = ("confirmed", "done", "failed", "refused", "unknown", "")


@st.composite
def writes(draw: st.DrawFn, at: int) -> Any:
    more: dict[str, Any] = {
        "after": tuple(f"s{one}" for one in range(at) if draw(st.booleans())),
        "delay_s": draw(st.sampled_from([0, 0, 5])),
        "on_failure": draw(st.sampled_from([*OnFailure])),
        "retries": draw(st.integers(0, 2)),
        "restore": draw(st.sampled_from([*Restore])),
        "restore_value": 3,
    }
    if draw(st.booleans()):
        more["feedback"] = Feedback(name("ahu-1/speed"), Op.ABOVE, 1, 4)
    return write(f"s{at}", draw(st.sampled_from(POINTS)), draw(st.sampled_from([10, 20])), **more)


@st.composite
def plans(draw: st.DrawFn, at: int) -> Plan:
    steps = [draw(writes(one)) for one in range(draw(st.integers(1, 3)))]
    if draw(st.booleans()):
        steps.append(step("post", StepKind.NOTICE))
    triggers: tuple[Trigger, ...] = (draw(st.sampled_from([SMOKE, OTHER_SMOKE])), BUTTON)
    if at and draw(st.booleans()):
        triggers += (
            Trigger(TriggerKind.PLAN, plan=f"p{at - 1}", plan_event=draw(st.sampled_from(PlanEvent))),
        )
    return plan(
        f"p{at}",
        *steps,
        level=draw(st.integers(1, 3)),
        triggers=triggers,
        independent=draw(st.sampled_from([1, 1, 2])),
        conditions=(Condition(name("ahu-2/speed"), Op.EQUAL, 0),) if draw(st.booleans()) else (),
        end=End(draw(st.sampled_from([*EndWhen])), 8, by_hand=draw(st.booleans())),
        min_interval_s=draw(st.sampled_from([0, 20])),
    )


class DiskBench(Bench):
    """Keeps everything in a real file, and goes on from it."""

    store: LinkageStore

    def _keep(self, decision: Decision) -> None:
        self.store.save(decision, {})
        super()._keep(decision)

    def restart(self, away_s: float) -> None:
        self.now_ns += ns(away_s)
        kept = self.store.load(self.now_ns)
        self.book = Book(self.site, next_run=kept.next_run, new_token=lambda: f"t{next(self.tokens)}")
        self.book.load(kept.runs, kept.begun, kept.hands, self.now_ns, away_s=away_s)
        self.settle()


class Fuzz(RuleBasedStateMachine):
    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        plant = site(*(data.draw(plans(at)) for at in range(3)))  # may end here: no folder is left behind
        self.folder = tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.at = DiskBench(plant)
        self.at.store = LinkageStore(Path(self.folder.name) / "linkage.db")

    def teardown(self) -> None:
        if hasattr(self, "at"):
            self.at.store.close()
            self.folder.cleanup()

    @rule(device=st.sampled_from(["ahu-1", "ahu-2"]))
    def occurs(self, device: str) -> None:
        self.at.occurs(device)

    @rule(device=st.sampled_from(["ahu-1", "ahu-2"]))
    def clears(self, device: str) -> None:
        self.at.clears(device)

    @rule(seconds=st.sampled_from([1, 3, 10, 200]))
    def passes(self, seconds: int) -> None:
        self.at.passes(seconds, max(1, seconds / 10))

    @rule(point=st.sampled_from(POINTS), stage=st.sampled_from(STAGES))
    def answers_change(self, point: str, stage: str) -> None:
        self.at.answers[name(point)] = stage

    @rule(value=st.sampled_from([0.0, 5.0]), device=st.sampled_from(["ahu-1", "ahu-2"]))
    def speed_changes(self, value: float, device: str) -> None:
        self.at.values[name(f"{device}/speed")] = value

    @rule(point=st.sampled_from(POINTS), bad=st.booleans())
    def quality_changes(self, point: str, *, bad: bool) -> None:
        (self.at.bad.add if bad else self.at.bad.discard)(name(point))

    @rule(plan=st.sampled_from(["p0", "p1", "p2"]))
    def pushes(self, plan: str) -> None:
        self.at.command(PushButton(plan, ""))

    @rule(kind=st.sampled_from([ConfirmRun, RejectRun, StopRun, RestoreRun]), run=st.integers(1, 6))
    def decides(self, kind: type, run: int) -> None:
        self.at.command(kind(run, "so"))

    @rule(point=st.sampled_from(POINTS))
    def operates(self, point: str) -> None:
        self.at.operates(point, 77.0)

    @rule(point=st.sampled_from(POINTS))
    def releases(self, point: str) -> None:
        device, point_id = point.split("/")
        self.at.command(ReleasePoint(device, point_id, ""))

    @rule(stage=st.sampled_from(["confirmed", "failed", "unknown"]))
    def the_plant_answers_late(self, stage: str) -> None:
        for order in self.at.book.open_orders():
            self.at.book.answered(order.id, stage, "", self.at.now_ns)
        self.at.settle()

    @rule(away_s=st.sampled_from([1.0, LATE_S + 5]))
    def restarts(self, away_s: float) -> None:
        self.at.restart(away_s)

    @invariant()
    def what_is_kept_is_what_is(self) -> None:
        """The rows on the disk are those in memory, and no step has two results."""
        if not hasattr(self, "at"):
            return
        kept = {run.row.id: run for run in self.at.store.load(self.at.now_ns).runs}
        live = {row.id: row for row in self.at.book.state(self.at.now_ns).runs}
        assert {id_: run.row for id_, run in kept.items()} == live
        for run in self.at.runs.values():
            if run.state is RunState.ENDED:
                assert run.row.outcome is not Outcome.OPEN
                assert all(one.state.is_final for one in run.steps.values()), (run.row, run.steps)
                assert all(is_over(one.stage) for one in run.orders.values()), run.orders

    @invariant()
    def a_person_is_never_overruled(self) -> None:
        if not hasattr(self, "at"):
            return
        for held in self.at.book.held():
            if held.user:
                assert self.at.values[name(f"{held.device}/{held.point}")] == 77.0

    @rule()
    def everything_comes_to_an_end(self) -> None:
        """However it came here: signals over, plant well, persons gone, every run ends and holds nothing."""
        self.at.answers.clear()
        self.the_plant_answers_late("confirmed")
        self.clears("ahu-1")
        self.clears("ahu-2")
        for _ in range(4):
            self.at.passes(400, 40)
            for row in self.at.book.state(self.at.now_ns).runs:
                self.at.command(ConfirmRun(row.id, ""))
                self.at.command(RestoreRun(row.id, ""))
        assert self.at.book.state(self.at.now_ns).runs == ()
        assert all(held.user for held in self.at.book.held())


FuzzTest = Fuzz.TestCase
FuzzTest.settings = settings(
    max_examples=120, stateful_step_count=25, suppress_health_check=[HealthCheck.too_slow]
)
