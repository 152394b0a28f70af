"""Plans of linkage and their runs as JSON."""

from typing import Annotated

from pydantic import BaseModel, Field

from actors.messages import (
    HeldPoint,
    OrderRow,
    Outcome,
    RunRead,
    RunRow,
    RunState,
    SignalRow,
    StepRow,
    StepState,
)
from actors.said import in_language
from business.alarms.shapes import Id, Note
from business.rest.shapes import Bilingual, Moment, Shape, example, moment, moment_or_none
from config.plans import Plan, PlanGroup, Role, StepKind, TriggerKind

Why = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$")]
_VALUE = Field(description="As it was ordered; text for a point of text")


class Because(Shape):
    model_config = example({"reason": "现场要求"})
    reason: Why


class StartedOut(BaseModel):
    model_config = example({"run": 12})
    run: int = Field(description="Number of the run; read it under /linkage/runs")


class Remarked(Shape):
    model_config = example({"note": "视频中可见烟雾"})
    note: Note = ""


class Released(Shape):
    model_config = example({"device": "ahu-3", "point": "fan", "reason": "检修完成"})
    device: Id
    point: Id
    reason: Why


_RUN = {
    "run": 12,
    "plan": "fire-a",
    "name": "A 座火灾",
    "group": "fire",
    "level": 1,
    "version": 7,
    "trigger": "alarm",
    "cause": "smoke-3/state/fire",
    "user": "wang",
    "note": "视频中可见烟雾",
    "mode": "",
    "state": "ended",
    "outcome": "done",
    "detail": "",
    "opened_at": "2026-03-01T08:00:00Z",
    "begun_at": "2026-03-01T08:01:10Z",
    "finished_at": "2026-03-01T08:01:40Z",
    "ended_at": "2026-03-01T09:10:00Z",
    "verify_by": "2026-03-01T08:03:00Z",
    "overdue": False,
    "repeats": 0,
    "parent": 11,
}


class PlanRunOut(BaseModel):
    model_config = example(_RUN)
    run: int
    plan: str
    name: str
    group: str
    level: int = Field(description="1 goes before all others, to 9")
    version: int = Field(description="Configuration version of the plan it goes by")
    trigger: str
    cause: str = Field(description="The alarm, time, user or event")
    user: str = Field(description="Who pressed, confirmed or stopped it last")
    note: str
    mode: str = Field(description="test, drill, works or ''")
    state: str = Field(json_schema_extra={"enum": [*RunState]})
    outcome: Outcome = Field(description="'' until it has ended")
    detail: str
    opened_at: Moment
    begun_at: Moment | None = Field(description="When its steps began")
    finished_at: Moment | None = Field(description="When every step had its result")
    ended_at: Moment | None
    verify_by: Moment | None = Field(description="The clock of the verification")
    overdue: bool = Field(description="The clock has run out, and nobody has answered")
    repeats: int = Field(description="How often it was refused for the same reason since")
    parent: int | None = Field(description="The run whose step started it")


class SignalOut(BaseModel):
    model_config = example(
        {
            "device": "smoke-3",
            "point": "state",
            "rule": "fire",
            "event": 7,
            "row": 4711,
            "occurred_at": "2026-03-01T08:00:00Z",
            "cleared_at": "2026-03-01T08:40:00Z",
        }
    )
    device: str
    point: str
    rule: str
    event: int
    row: int = Field(description="Of the alarm journal")
    occurred_at: Moment
    cleared_at: Moment | None


class StepOut(BaseModel):
    model_config = example(
        {
            "step": "lights",
            "name": "点亮疏散照明",
            "kind": "group",
            "role": "auxiliary",
            "state": "done",
            "attempt": 1,
            "due_at": "2026-03-01T08:01:10Z",
            "begun_at": "2026-03-01T08:01:10Z",
            "ended_at": "2026-03-01T08:01:12Z",
            "feedback_by": "2026-03-01T08:01:20Z",
            "detail": "",
        }
    )
    step: str
    name: str
    kind: StepKind
    role: Role
    state: StepState
    attempt: int
    due_at: Moment | None = Field(description="null while it waits for the steps before it")
    begun_at: Moment | None
    ended_at: Moment | None
    feedback_by: Moment | None
    detail: str


class WriteOut(BaseModel):
    model_config = example(
        {
            "command": "linkage-5f0c-lights-1-0",
            "step": "lights",
            "attempt": 1,
            "restores": False,
            "device": "light-3",
            "point": "level",
            "value": 100.0,
            "before": 0.0,
            "ordered_at": "2026-03-01T08:01:10Z",
            "stage": "confirmed",
            "detail": "",
        }
    )
    command: str = Field(description="Its id in the record of commands")
    step: str
    attempt: int
    restores: bool = Field(description="It puts back what the run had written")
    device: str
    point: str
    value: float | str = _VALUE
    before: float | str | None = Field(description="What the point read when the run began")
    ordered_at: Moment
    stage: str = Field(description="How far it came; lost: another held the point")
    detail: str


class RunReadOut(BaseModel):
    model_config = example({"run": _RUN, "signals": [], "steps": [], "writes": []})
    run: PlanRunOut
    signals: list[SignalOut]
    steps: list[StepOut]
    writes: list[WriteOut]


class PlanOut(BaseModel):
    model_config = example(
        {
            "plan": "fire-a",
            "name": {"zh": "A 座火灾", "en": "Fire in block A"},
            "group": "fire",
            "level": 1,
            "enabled": True,
            "triggers": ["alarm", "button"],
            "startable": True,
            "under_way": [{**_RUN, "state": "running", "outcome": ""}],
        }
    )
    plan: str
    name: Bilingual
    group: PlanGroup
    level: int
    enabled: bool
    triggers: list[TriggerKind]
    startable: bool = Field(description="A person may start it: it is enabled and has a button")
    under_way: list[PlanRunOut] = Field(description="Its runs that have not ended; none while linkage is off")


class LinkageOut(BaseModel):
    model_config = example(
        {"works": True, "trouble": "", "under_way": 1, "failing": 0, "calendar_missing": 2027}
    )
    works: bool = Field(description="false: linkage is off, and no plan starts")
    trouble: str = Field(description="Why it is off, where it says so itself")
    under_way: int = Field(description="Runs that have not ended")
    failing: int = Field(description="Steps of these runs that failed")
    calendar_missing: int | None = Field(description="A year that nobody has entered in the calendar")


class HeldOut(BaseModel):
    model_config = example(
        {
            "device": "ahu-3",
            "point": "fan",
            "run": 12,
            "plan": "fire-a",
            "level": 1,
            "user": "",
            "value": 40.0,
            "since": "2026-03-01T08:00:00Z",
            "until": "2026-03-01T10:00:00Z",
            "losers": ["comfort-a"],
        }
    )
    device: str
    point: str
    run: int | None = Field(description="null where a person holds it")
    plan: str
    level: int
    user: str = Field(description="Who operated it; '' where a plan holds it")
    value: float | str = _VALUE
    since: Moment
    until: Moment | None = Field(description="null for as long as the run lasts")
    losers: list[str] = Field(description="Plans that write it too, and have lost it")


def run_out(row: RunRow, spoken: str) -> PlanRunOut:
    return PlanRunOut(
        run=row.id,
        plan=row.plan,
        name=in_language(row.name, spoken),
        group=row.group,
        level=row.level,
        version=row.version,
        trigger=row.trigger,
        cause=row.cause,
        user=row.user,
        note=in_language(row.note, spoken),
        mode=row.mode,
        state=row.state,
        outcome=row.outcome,
        detail=in_language(row.detail, spoken),
        opened_at=moment(row.opened_ns),
        begun_at=moment_or_none(row.begun_ns or None),
        finished_at=moment_or_none(row.finished_ns or None),
        ended_at=moment_or_none(row.ended_ns or None),
        verify_by=moment_or_none(row.deadline_ns or None),
        overdue=row.overdue,
        repeats=row.repeats,
        parent=row.parent or None,
    )


def run_read_out(row: RunRow, read: RunRead, spoken: str) -> RunReadOut:
    return RunReadOut(
        run=run_out(row, spoken),
        signals=[_signal(one) for one in read.signals],
        steps=[_step(one, spoken) for one in read.steps],
        writes=[_write(one, spoken) for one in read.orders],
    )


def _signal(one: SignalRow) -> SignalOut:
    return SignalOut(
        device=one.device,
        point=one.point,
        rule=one.rule,
        event=one.event,
        row=one.row,
        occurred_at=moment(one.time_ns),
        cleared_at=moment_or_none(one.cleared_ns or None),
    )


def _step(one: StepRow, spoken: str) -> StepOut:
    return StepOut(
        step=one.step,
        name=in_language(one.name, spoken),
        kind=StepKind(one.kind),
        role=Role(one.role),
        state=one.state,
        attempt=one.attempt,
        due_at=moment_or_none(one.due_ns or None),
        begun_at=moment_or_none(one.begun_ns or None),
        ended_at=moment_or_none(one.ended_ns or None),
        feedback_by=moment_or_none(one.deadline_ns or None),
        detail=in_language(one.detail, spoken),
    )


def _write(one: OrderRow, spoken: str) -> WriteOut:
    return WriteOut(
        command=one.id,
        step=one.step,
        attempt=one.attempt,
        restores=one.restores,
        device=one.device,
        point=one.point,
        value=one.value,
        before=one.before,
        ordered_at=moment(one.time_ns),
        stage=one.stage,
        detail=in_language(one.detail, spoken),
    )


def plan_out(plan: Plan, under_way: list[PlanRunOut]) -> PlanOut:
    kinds = list(dict.fromkeys(trigger.kind for trigger in plan.triggers))
    return PlanOut(
        plan=plan.id,
        name=Bilingual(zh=plan.name.zh, en=plan.name.en),
        group=plan.group,
        level=plan.level,
        enabled=plan.enabled,
        triggers=kinds,
        startable=plan.enabled and TriggerKind.BUTTON in kinds,
        under_way=under_way,
    )


def held_out(one: HeldPoint) -> HeldOut:
    return HeldOut(
        device=one.device,
        point=one.point,
        run=one.run or None,
        plan=one.plan,
        level=one.level,
        user=one.user,
        value=one.value,
        since=moment(one.since_ns),
        until=moment_or_none(one.until_ns or None),
        losers=list(one.losers),
    )
