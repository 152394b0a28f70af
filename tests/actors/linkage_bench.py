"""A book of linkage with a plant that obeys, for the tests of plans: everything in memory, time by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from actors.linkage.book import Book, Command
from actors.linkage.decision import Decision
from actors.linkage.rows import ns
from actors.linkage.run import Run
from actors.messages import (
    AlarmState,
    JournalRow,
    NoticePosted,
    OrderRow,
    PointRead,
    RequestRow,
    RunRow,
    StationCalled,
)
from actors.said import in_language
from config.plans import (
    End,
    EndWhen,
    Plan,
    PlanGroup,
    PointName,
    Restore,
    Setting,
    Step,
    StepKind,
    Trigger,
    TriggerKind,
)
from config.site import Site
from tests.actors import small_site

SMOKE = Trigger(TriggerKind.ALARM, device="ahu-1", point="smoke", rule="high")
OTHER_SMOKE = Trigger(TriggerKind.ALARM, device="ahu-2", point="smoke", rule="high")
BUTTON = Trigger(TriggerKind.BUTTON)
START_NS = 1_790_000_000 * 10**9


def name(text: str) -> PointName:
    return PointName(*text.split("/"))


def write(id_: str, point: str, value: float, **more: Any) -> Step:
    settings = (Setting(name(point), value),)
    return Step(id_, small_site.text(id_), StepKind.WRITE, settings=settings, **more)


def step(id_: str, kind: StepKind, **more: Any) -> Step:
    return Step(id_, small_site.text(id_), kind, text=small_site.text(f"{id_} text"), **more)


def plan(id_: str, *steps: Step, **more: Any) -> Plan:
    given: dict[str, Any] = {
        "level": 5,
        "enabled": True,
        "group": PlanGroup.OTHER,
        "triggers": (SMOKE, BUTTON),
        "independent": 1,
        "within_s": 300,
        "verification_s": 180,
        "conditions": (),
        "end": End(EndWhen.DONE),
        "min_interval_s": 0,
        "max_a_day": 0,
        "modes": (),
    }
    return Plan(id=id_, name=small_site.text(id_), steps=steps, **(given | more))


def site(*plans: Plan) -> Site:
    points = [
        small_site.point("smoke", small_site.rule("high"), small_site.rule("low")),
        small_site.point("fan", write=small_site.writable(0, 100)),
        small_site.point("damper", write=small_site.writable(0, 100)),
        small_site.point("speed"),
    ]
    plain = small_site.site(*points, devices=["ahu-1", "ahu-2", "ahu-3"])
    return replace(plain, timezone="Asia/Shanghai", plans={one.id: one for one in plans})


@dataclass
class Bench:
    """Drives a book as the executor does: keeps, then carries out."""

    site: Site
    now_ns: int = START_NS
    values: dict[PointName, float] = field(default_factory=dict)
    bad: set[PointName] = field(default_factory=set)
    answers: dict[PointName, str] = field(default_factory=dict)
    """Point -> how its writes end, instead of confirmed; '' for never."""
    given: list[OrderRow] = field(default_factory=list)
    calls: list[StationCalled | NoticePosted] = field(default_factory=list)
    requests: list[RequestRow] = field(default_factory=list)
    runs: dict[int, Run] = field(default_factory=dict)
    rows: int = 0

    def __post_init__(self) -> None:
        self.tokens = iter(range(1, 1_000_000))
        self.book = Book(self.site, next_run=1, new_token=lambda: f"t{next(self.tokens)}")
        for device in self.site.devices:
            for point in ("fan", "damper", "speed"):
                self.values.setdefault(PointName(device, point), 0.0)

    # --- what happens

    def journaled(self, transition: str, device: str = "ahu-1", point: str = "smoke", **more: Any) -> None:
        self.rows += 1
        row = JournalRow(
            id=self.rows, time_ns=self.now_ns, source_ns=self.now_ns, device=device, point=point, rule="high",
            zone="building-a", event=1, transition=transition, state=AlarmState.UNACKNOWLEDGED, priority=1,
            value=1.0, limit=1.0, limit_set="", user="", station="", note="", annunciated=True, fresh=True,
        )  # fmt: skip
        row = replace(row, **more)
        self.book.journaled(row, self.now_ns, late=self.now_ns - row.time_ns > ns(60))
        self.settle()

    def occurs(self, device: str = "ahu-1", **more: Any) -> None:
        self.journaled("alarm_occurs", device, **more)

    def clears(self, device: str = "ahu-1") -> None:
        self.journaled("return_to_normal", device)

    def command(self, command: Command, user: str = "li") -> str:
        """'' or the English refusal."""
        answer = self.book.command(command, user, self.now_ns)
        self.settle()
        return in_language(answer, "en") if isinstance(answer, str) else ""

    def operates(self, point: str, value: float, user: str = "wang") -> None:
        self.values[name(point)] = value
        self.book.operated(name(point), f"c-{point}", user, value, self.now_ns)
        self.settle()

    def passes(self, seconds: float, step_s: float = 1.0) -> None:
        """Time goes on, second by second."""
        until = self.now_ns + ns(seconds)
        while self.now_ns < until:
            before = self.now_ns
            self.now_ns = min(until, self.now_ns + ns(step_s))
            self.book.clock(before, self.now_ns, self.now_ns)
            self.book.tick(self.now_ns)
            self.settle()

    # --- the plant

    def settle(self) -> None:
        """Keep and carry out until nothing more is decided."""
        quiet = 0
        for _ in range(1000):
            decision = self.book.take()
            quiet = quiet + 1 if decision.is_empty else 0
            wanted = decision.reads | self.book.watched()
            if quiet == 2 or (quiet and not wanted):
                return
            self._keep(decision)
            for order in decision.orders:
                self._give(order)
            if wanted:
                self.book.readings({point: self._read(point) for point in wanted}, self.now_ns)
        raise AssertionError("it never comes to rest")

    def _keep(self, decision: Decision) -> None:
        self.calls += decision.calls
        self.requests += decision.requests
        for id_, run in decision.runs.items():
            run.kept()
            self.runs[id_] = run
        for id_ in decision.dropped:
            self.runs.pop(id_, None)

    def _give(self, order: OrderRow) -> None:
        assert order.id not in {one.id for one in self.given}, "given twice"
        self.given.append(order)
        point = PointName(order.device, order.point)
        stage = self.answers.get(point, "confirmed")
        if stage in {"confirmed", "done", "unknown"} and order.device:
            assert isinstance(order.value, float | int)
            self.values[point] = float(order.value)
        if stage:
            self.book.answered(order.id, stage, f"{stage} it is", self.now_ns)

    def _read(self, point: PointName) -> PointRead | None:
        if point not in self.values:
            return None
        quality = 0x80 if point in self.bad else 0
        return PointRead(point.device, point.point, self.values[point], quality, stale=False)

    # --- what came of it

    def run(self, id_: int = 1) -> RunRow:
        return self.runs[id_].row

    def last(self) -> RunRow:
        return self.runs[max(self.runs)].row

    def steps(self, id_: int = 1) -> dict[str, str]:
        return {one.step: str(one.state) for one in self.runs[id_].steps.values()}

    def written(self) -> list[tuple[str, float | str]]:
        return [(f"{one.device}/{one.point}", one.value) for one in self.given]


def bench(*plans: Plan, **more: Any) -> Bench:
    return Bench(site(*plans), **more)


def said_en(text: str) -> str:
    return in_language(text, "en")


def ids(rows: Iterable[RunRow]) -> list[int]:
    return [one.id for one in rows]


BACK = {"restore": Restore.BEFORE}
