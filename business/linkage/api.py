"""REST: linkage plans, their runs, the points they hold, and what persons decide about them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from actors.messages import (
    ConfirmRun,
    HeldPoints,
    LinkageState,
    Outcome,
    PushButton,
    ReadHeldPoints,
    ReadRun,
    ReadRuns,
    RejectRun,
    ReleasePoint,
    RestoreRun,
    RunRead,
    Runs,
    StopRun,
)
from actors.said import in_language
from business.access.plant import WATCH
from business.alarms.api import Spoken
from business.linkage.shapes import (
    Because,
    HeldOut,
    LinkageOut,
    PlanOut,
    PlanRunOut,
    Released,
    Remarked,
    RunReadOut,
    StartedOut,
    held_out,
    plan_out,
    run_out,
    run_read_out,
)
from business.rest.asking import Outside, asked_of_core, existing, needs_here
from business.rest.paging import MOST, Page
from business.rest.problems import problems
from business.rest.sending import SendToPlant
from business.rest.shapes import Moment, Number, PathName, nanoseconds
from config.plans import PlanGroup, TriggerKind

router = APIRouter(prefix="/linkage", tags=["linkage"], dependencies=[Depends(needs_here(WATCH))])

_UNHEARD = LinkageState(0, (), (), 0, 0)
_UNTOUCHED = problems(403, 404, 409, 422)


# --- reading


@router.get("", summary="联动状态 · Whether linkage works", responses=problems(403))
async def read_linkage(ports: Outside, spoken: Spoken) -> LinkageOut:
    known = ports.linkage() or _UNHEARD
    return LinkageOut(
        works=known is not _UNHEARD and not known.off,
        trouble=in_language(known.off, spoken),
        under_way=len(known.runs),
        failing=known.failing,
        calendar_missing=known.calendar_missing or None,
    )


@router.get("/plans", summary="联动预案 · Plans and what they do now", responses=problems(403))
async def list_plans(ports: Outside, spoken: Spoken) -> list[PlanOut]:
    """All of the configuration in force, the highest level first."""
    runs = (ports.linkage() or _UNHEARD).runs
    plans = sorted(ports.site().plans.values(), key=lambda one: (one.level, one.id))
    return [plan_out(one, [run_out(row, spoken) for row in runs if row.plan == one.id]) for one in plans]


async def searched_of(
    plan: Annotated[str, Query(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = "",
    group: Annotated[PlanGroup | None, Query()] = None,
    level: Annotated[int | None, Query(ge=1, le=9)] = None,
    trigger: Annotated[TriggerKind | None, Query()] = None,
    outcome: Annotated[Outcome | None, Query(description="'' for any")] = None,
    since: Moment | None = None,
    until: Moment | None = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Rows of the page at most")] = 50,
    cursor: Annotated[
        str, Query(max_length=20, pattern=r"^\d*$", description="`next` of the page before")
    ] = "",
) -> ReadRuns:
    return ReadRuns(
        min(int(cursor or 0), 2**62),
        limit,
        plan,
        group or "",
        level or 0,
        trigger or "",
        outcome or "",
        nanoseconds(since) if since else 0,
        nanoseconds(until) if until else 0,
    )


@router.get("/runs", summary="联动记录 · Runs of plans", responses=problems(403))
async def list_plan_runs(
    ports: Outside, spoken: Spoken, searched: Annotated[ReadRuns, Depends(searched_of)]
) -> Page[PlanRunOut]:
    """By plan, trigger, time, level and outcome, the newest first."""
    chunks = await asked_of_core(ports, searched)
    rows = [row for chunk in chunks if isinstance(chunk, Runs) for row in chunk.rows]
    following = str(rows[-1].id) if len(rows) == searched.limit else None
    return Page(items=[run_out(row, spoken) for row in rows], next=following)


@router.get("/runs/{run}", summary="联动运行 · A run with all that came of it", responses=problems(403, 404))
async def read_plan_run(run: Number, ports: Outside, spoken: Spoken) -> RunReadOut:
    """Its signals, the result of every step, and every write with how far it came."""
    chunks = await asked_of_core(ports, ReadRun(run))
    read = next((chunk for chunk in chunks if isinstance(chunk, RunRead)), RunRead(None, (), (), ()))
    return run_read_out(existing(read.run), read, spoken)


@router.get("/held-points", summary="被占用的点 · Points that are held", responses=problems(403))
async def list_held_points(ports: Outside) -> list[HeldOut]:
    """By a run or by a person: not free for every plan."""
    chunks = await asked_of_core(ports, ReadHeldPoints())
    return [held_out(one) for chunk in chunks if isinstance(chunk, HeldPoints) for one in chunk.rows]


# --- acting


@router.post("/plans/{plan}/start", summary="手动启动 · Start a plan", status_code=201, responses=_UNTOUCHED)
async def start_plan(plan: PathName, body: Because, send: SendToPlant) -> StartedOut:
    """As its button does: whoever starts it stands for its signals."""
    return StartedOut(run=int(await send(PushButton(plan, body.reason))))


@router.post(
    "/runs/{run}/confirm", summary="确认属实 · Confirm a signal", status_code=204, responses=_UNTOUCHED
)
async def confirm_run(run: Number, body: Remarked, send: SendToPlant) -> None:
    await send(ConfirmRun(run, body.note))


@router.post("/runs/{run}/reject", summary="否定 · Reject a signal", status_code=204, responses=_UNTOUCHED)
async def reject_run(run: Number, body: Because, send: SendToPlant) -> None:
    await send(RejectRun(run, body.reason))


@router.post("/runs/{run}/stop", summary="停止 · Stop a run", status_code=204, responses=_UNTOUCHED)
async def stop_run(run: Number, body: Because, send: SendToPlant) -> None:
    """Nothing further is done; what was written is put back as at the plan's end."""
    await send(StopRun(run, body.reason))


@router.post("/runs/{run}/restore", summary="恢复 · End a run", status_code=204, responses=_UNTOUCHED)
async def restore_run(run: Number, body: Because, send: SendToPlant) -> None:
    """What the run has written is put back."""
    await send(RestoreRun(run, body.reason))


@router.post("/held-points/release", summary="释放 · Release a point", status_code=204, responses=_UNTOUCHED)
async def release_point(body: Released, send: SendToPlant) -> None:
    """Plans may write it again, which a person has operated."""
    await send(ReleasePoint(body.device, body.point, body.reason))
