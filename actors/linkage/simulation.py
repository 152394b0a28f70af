"""Plays plans against the past, or against what somebody supposes, and tells what would have happened. Pure.

The plans that are enabled are played together with the one in question, since they take points from one
another. Nothing is touched: a write counts as confirmed after a moment, and from then on its point reads what
was written.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count

from actors.linkage.book import Book
from actors.linkage.past import Series, value_events
from actors.linkage.rows import ns
from actors.linkage.run import Run
from actors.messages import (
    AlarmState,
    ConfirmRun,
    JournalRow,
    NoticePosted,
    OrderRow,
    PointRead,
    PushButton,
    RaiseEvent,
    RequestRow,
    RestoreRun,
    RunRead,
    Stage,
    StationCalled,
)
from config.plans import PointName
from config.site import Site

LONGEST_S = 31 * 86_400
ANSWER_S = 0.5
"""A write is confirmed after so long."""
MINUTE_NS = ns(60)
"""At the latest then the clock is looked at, on the minute."""
TURNS = 10_000
"""Of one moment; more are a ring that the validation has not seen."""


class Kind(StrEnum):
    """What somebody may suppose."""

    OCCURS = "occurs"
    CLEARS = "clears"
    """An alarm, device/point/rule."""
    VALUE = "value"
    """Of a point, device/point."""
    OPERATES = "operates"
    """A person writes a point, device/point."""
    PUSHES = "pushes"
    """The button of a plan."""
    CONFIRMS = "confirms"
    """The verification of a plan."""
    RESTORES = "restores"
    """A person ends the run of a plan."""
    HAPPENS = "happens"
    """A business event."""


@dataclass(frozen=True, slots=True)
class Supposed:
    at_ns: int
    kind: Kind
    name: str
    value: float = 0
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Simulated:
    runs: tuple[RunRead, ...]
    """In the order in which they were opened; of other plans those that began."""
    calls: tuple[StationCalled | NoticePosted, ...]
    requests: tuple[RequestRow, ...]
    unknown: tuple[PointName, ...]
    """Points that somebody asked for when nothing was known of them."""


@dataclass(frozen=True, slots=True)
class Past:
    """What the journal and the historian tell of the time to play."""

    rows: Sequence[JournalRow] = ()
    series: Mapping[PointName, Series] = field(default_factory=dict)


def simulate(
    site: Site,
    plan: str,
    since_ns: int,
    until_ns: int,
    *,
    past: Past | None = None,
    supposed: Iterable[Supposed] = (),
    obeys: bool = True,
) -> Simulated:
    """What `plan` would have done; it is played as if it were enabled.

    obeys: whether feedback comes as it should; False to see what follows when it does not.
    Raises ValueError for a time that is too long.
    """
    if not 0 < until_ns - since_ns <= ns(LONGEST_S):
        raise ValueError(f"from {since_ns} to {until_ns} is not 0 to {LONGEST_S / 86_400:g} days")
    plans = {**site.plans, plan: replace(site.plans[plan], enabled=True)}
    playing = _Playing(replace(site, plans=plans), past or Past(), [*supposed], obeys=obeys)
    playing.play(since_ns, until_ns)
    return playing.told(plan)


class _Playing:
    def __init__(self, site: Site, past: Past, supposed: list[Supposed], *, obeys: bool) -> None:
        tokens = count(1)
        self._site = site
        self._book = Book(site, next_run=1, new_token=lambda: f"{next(tokens)}")
        self._obeys = obeys
        self._series = _supposing(past.series, supposed)
        enabled = [plan for plan in site.plans.values() if plan.enabled]
        ours = {(one.device, one.point, one.rule) for plan in enabled for one in plan.triggers if one.rule}
        known = [row for row in past.rows if not (row.rule.startswith("plan.") and _name(row) in ours)]
        rows = [*known, *value_events(site, enabled, self._series)]
        self._events: list[tuple[int, JournalRow | Supposed]] = sorted(
            [*((row.time_ns, row) for row in rows), *((one.at_ns, one) for one in supposed)],
            key=lambda each: each[0],
        )
        self._written: dict[PointName, float | str] = {}
        self._due: list[tuple[int, OrderRow]] = []
        self._runs: dict[int, Run] = {}
        self._calls: list[StationCalled | NoticePosted] = []
        self._requests: list[RequestRow] = []
        self._unknown: set[PointName] = set()

    def play(self, since_ns: int, until_ns: int) -> None:
        events = [(at, one) for at, one in self._events if since_ns <= at <= until_ns]
        now_ns = since_ns
        while now_ns < until_ns:
            then_ns = min(self._next(events, now_ns), now_ns - now_ns % MINUTE_NS + MINUTE_NS, until_ns)
            self._book.clock(now_ns, then_ns, then_ns)
            now_ns = then_ns
            while events and events[0][0] <= now_ns:
                self._happens(events.pop(0)[1], now_ns)
            self._answer(now_ns)
            self._book.tick(now_ns)
            self._settle(now_ns)

    def told(self, plan: str) -> Simulated:
        return Simulated(
            tuple(
                RunRead(run.row, (*run.signals.values(),), (*run.steps.values(),), (*run.orders.values(),))
                for _, run in sorted(self._runs.items())
                if run.row.plan == plan or run.row.begun_ns
            ),
            tuple(self._calls),
            tuple(self._requests),
            tuple(sorted(self._unknown, key=str)),
        )

    def _next(self, events: list[tuple[int, JournalRow | Supposed]], now_ns: int) -> int:
        """When something happens next."""
        times = [at for at, _ in self._due]
        times += [events[0][0]] if events else []
        times += [at] if (at := self._book.next_ns()) is not None else []
        return max(now_ns + 1, min(times, default=1 << 62))

    def _happens(self, event: JournalRow | Supposed, now_ns: int) -> None:
        match event:
            case JournalRow():
                self._book.journaled(event, now_ns)
            case Supposed(kind=Kind.OCCURS | Kind.CLEARS as kind, name=name):
                self._book.journaled(self._row(name, now_ns, begins=kind is Kind.OCCURS), now_ns)
            case Supposed(kind=Kind.OPERATES, name=name, value=value):
                point = PointName(*name.split("/", 1))
                self._written[point] = value
                self._book.operated(point, f"supposed-{now_ns}", "", value, now_ns)
            case Supposed(kind=Kind.PUSHES, name=name):
                self._book.command(PushButton(name, ""), "", now_ns)
            case Supposed(kind=Kind.HAPPENS, name=name, subject=subject):
                self._book.command(RaiseEvent(name, (subject,)), "", now_ns)
            case Supposed(kind=Kind.CONFIRMS | Kind.RESTORES as kind, name=name):
                for row in self._book.state(now_ns).runs:
                    if row.plan == name:
                        command = ConfirmRun if kind is Kind.CONFIRMS else RestoreRun
                        self._book.command(command(row.id, ""), "", now_ns)
            case _:
                pass  # a supposed value stands in its series
        self._settle(now_ns)

    def _row(self, name: str, now_ns: int, *, begins: bool) -> JournalRow:
        device, point, rule = name.split("/", 2)
        found = self._site.rule(device, point, rule)
        return JournalRow(
            id=0, time_ns=now_ns, source_ns=now_ns, device=device, point=point, rule=rule, zone="", event=1,
            transition="alarm_occurs" if begins else "return_to_normal", state=AlarmState.UNACKNOWLEDGED,
            priority=found.priority.rank if found is not None else 4, value=None, limit=None, limit_set="",
            user="", station="", note="", annunciated=begins, fresh=begins,
        )  # fmt: skip

    def _answer(self, now_ns: int) -> None:
        due = [order for at, order in self._due if at <= now_ns]
        self._due = [(at, order) for at, order in self._due if at > now_ns]
        for order in due:
            if order.device:
                self._written[PointName(order.device, order.point)] = order.value
            self._book.answered(order.id, Stage.CONFIRMED, "", now_ns)

    def _settle(self, now_ns: int) -> None:
        for _ in range(TURNS):
            decision = self._book.take()
            self._calls += decision.calls
            self._requests += decision.requests
            for id_, run in decision.runs.items():
                run.kept()
                self._runs[id_] = run
            for id_ in decision.dropped:
                self._runs.pop(id_, None)
            self._due += [(now_ns + ns(ANSWER_S), order) for order in decision.orders]
            self._feed_back(now_ns)
            if decision.reads:
                found = {point: self._reading(point, now_ns) for point in decision.reads}
                self._unknown |= {point for point, one in found.items() if one is None}
                self._book.readings(found, now_ns)
            elif decision.is_empty:
                return
        raise ValueError("these plans start one another without end")

    def _feed_back(self, now_ns: int) -> None:
        """What runs wait for reads as they wish, or cannot be read."""
        readings: dict[PointName, PointRead | None] = {}
        for feedback in self._book.awaited():
            point, value = feedback.point, feedback.value
            met = next(each for each in (value, value + 1, value - 1) if feedback.op.holds(each, value))
            readings[point] = (
                PointRead(point.device, point.point, met, 0, stale=False) if self._obeys else None
            )
        if readings:
            self._book.readings(readings, now_ns)

    def _reading(self, point: PointName, now_ns: int) -> PointRead | None:
        if (value := self._written.get(point)) is not None:
            return PointRead(point.device, point.point, value, 0, stale=False)
        series = self._series.get(point)
        return series.at(point, now_ns) if series is not None else None


def _name(row: JournalRow) -> tuple[str, str, str]:
    return row.device, row.point, row.rule


def _supposing(series: Mapping[PointName, Series], supposed: Iterable[Supposed]) -> dict[PointName, Series]:
    found = dict(series)
    for one in supposed:
        if one.kind is Kind.VALUE:
            point = PointName(*one.name.split("/", 1))
            found[point] = found.get(point, Series()).supposing([(one.at_ns, one.value)])
    return found
