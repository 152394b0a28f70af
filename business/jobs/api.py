"""REST: schedules and runs of jobs."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from business.access import ROOT
from business.jobs.catch_up import CatchUp
from business.jobs.messages import (
    MANAGE,
    CancelRun,
    ChangeSchedule,
    CreateSchedule,
    RemoveSchedule,
    RunJobNow,
)
from business.jobs.model import JobDue, JobRun, JobSchedule, RunState
from business.jobs.queries import RunRow, WantedRuns, every_schedule, matching, run, run_row, schedule_row
from business.rest.asking import Outside, ReadSession, existing, needs, read
from business.rest.documents import both
from business.rest.paging import Page, Wanted, page
from business.rest.problems import problems
from business.rest.sending import Send
from business.rest.shapes import Line, Moment, Name, Number, PathName, Shape, example, moment, moment_or_none

router = APIRouter(prefix="/jobs", tags=["jobs"], dependencies=[Depends(needs(MANAGE, ROOT))])

Arguments = dict[str, Any]
_SCHEDULE: dict[str, Any] = {
    "job": "purge_runs",
    "trigger": "20 3 * * *",
    "arguments": {},
    "enabled": True,
    "catch_up": "once",
    "catch_up_limit": 10,
    "window_s": 300,
}


class Planned(Shape):
    """All that is to be known of a schedule."""

    model_config = example(_SCHEDULE)
    job: Name
    trigger: Annotated[Line, Field(description="Five cron fields, or 'every N minutes', 'hours' or 'days'")]
    arguments: Arguments = Field(default_factory=dict)
    enabled: bool = True
    catch_up: CatchUp = CatchUp.ONCE
    catch_up_limit: Annotated[int, Field(ge=1, le=100)] = 10
    window_s: Annotated[int, Field(ge=0, le=604_800)] = 300


class NewSchedule(Planned):
    model_config = example({"schedule": "nightly", **_SCHEDULE})
    schedule: Name


class ScheduleOut(BaseModel):
    model_config = example(
        {
            "schedule": "nightly",
            **_SCHEDULE,
            "next_at": "2026-03-01T19:20:00Z",
            "last_at": "2026-02-28T19:20:00Z",
        }
    )
    schedule: str
    job: str
    trigger: str
    arguments: dict[str, Any]
    enabled: bool
    catch_up: str
    catch_up_limit: int
    window_s: int
    next_at: Moment | None
    last_at: Moment | None


class NewRun(Shape):
    model_config = example({"job": "purge_runs", "arguments": {}})
    job: Name
    arguments: Arguments = Field(default_factory=dict)


class RunOut(BaseModel):
    model_config = example(
        {
            "id": 7,
            "schedule": "",
            "job": "purge_runs",
            "arguments": {},
            "asked_by": "chief",
            "state": "done",
            "due_at": "2026-03-01T00:00:00Z",
            "started_at": "2026-03-01T00:00:01Z",
            "ended_at": "2026-03-01T00:00:02Z",
            "starts": 1,
            "done": 12,
            "total": 12,
            "text": "",
            "error": "",
            "cancel_requested": False,
        }
    )
    id: int
    schedule: str = Field(description="'' for a run that a person asked for")
    job: str
    arguments: dict[str, Any]
    asked_by: str
    state: RunState
    due_at: Moment
    started_at: Moment | None
    ended_at: Moment | None
    starts: int
    done: int
    total: int | None
    text: str
    error: str
    cancel_requested: bool


@router.get("/schedules", summary="列出计划 · List the schedules")
def list_schedules(session: ReadSession, wanted: Wanted) -> Page[ScheduleOut]:
    return page(session, every_schedule(), [JobSchedule.name], wanted, _schedule)


@router.post("/schedules", status_code=201, summary=both(CreateSchedule.label), responses=problems(404, 409))
async def create_schedule(body: NewSchedule, ports: Outside, send: Send) -> ScheduleOut:
    await send(CreateSchedule(body.schedule, *_planned(body)))
    return await read(ports, lambda session: _schedule_named(session, body.schedule))


@router.get("/schedules/{schedule}", summary="查看计划 · Read a schedule", responses=problems(404))
def read_schedule(schedule: PathName, session: ReadSession) -> ScheduleOut:
    return existing(_schedule_named(session, schedule))


@router.put("/schedules/{schedule}", summary=both(ChangeSchedule.label), responses=problems(404))
async def change_schedule(schedule: PathName, body: Planned, ports: Outside, send: Send) -> ScheduleOut:
    """All of it, as it is to be from now on."""
    await read(ports, lambda session: _schedule_named(session, schedule))
    await send(ChangeSchedule(schedule, *_planned(body)))
    return await read(ports, lambda session: _schedule_named(session, schedule))


@router.delete(
    "/schedules/{schedule}", status_code=204, summary=both(RemoveSchedule.label), responses=problems(404)
)
async def remove_schedule(schedule: PathName, ports: Outside, send: Send) -> None:
    """Its runs stay in the log."""
    await read(ports, lambda session: _schedule_named(session, schedule))
    await send(RemoveSchedule(schedule))


@router.get("/runs", summary="列出运行记录 · List the runs")
def list_runs(
    session: ReadSession, wanted: Wanted, job: Line = "", schedule: Line = "", state: RunState | None = None
) -> Page[RunOut]:
    """The newest first."""
    query = matching(WantedRuns(job, schedule, (state,) if state else ()))
    return page(session, query, [JobRun.id], wanted, _run, newest_first=True)


@router.post("/runs", status_code=201, summary=both(RunJobNow.label), responses=problems(404))
async def run_job(body: NewRun, ports: Outside, send: Send) -> RunOut:
    answer = await send(RunJobNow(body.job, json.dumps(body.arguments, ensure_ascii=False)))
    return await read(ports, lambda session: _run_of(session, int(answer)))


@router.get("/runs/{run}", summary="查看运行记录 · Read a run", responses=problems(404))
def read_run(run: Number, session: ReadSession) -> RunOut:
    return existing(_run_of(session, run))


@router.post("/runs/{run}/cancel", summary=both(CancelRun.label), responses=problems(404))
async def cancel_run(run: Number, ports: Outside, send: Send) -> RunOut:
    """A queued run ends at once, a running one after the chunk at which it is."""
    await read(ports, lambda session: _run_of(session, run))
    await send(CancelRun(run))
    return await read(ports, lambda session: _run_of(session, run))


def _planned(body: Planned) -> tuple[str, str, str, bool, str, int, int]:
    arguments = json.dumps(body.arguments, ensure_ascii=False)
    return (
        body.job,
        body.trigger,
        arguments,
        body.enabled,
        body.catch_up,
        body.catch_up_limit,
        body.window_s,
    )


def _schedule_named(session: Session, name: str) -> ScheduleOut | None:
    found = session.execute(every_schedule().where(JobSchedule.name == name)).one_or_none()
    return None if found is None else _schedule(found[0], found[1])


def _schedule(schedule: JobSchedule, due: JobDue) -> ScheduleOut:
    row = schedule_row(schedule, due)
    return ScheduleOut(
        schedule=row.name,
        job=row.job,
        trigger=row.trigger,
        arguments=json.loads(row.arguments),
        enabled=row.enabled,
        catch_up=row.catch_up,
        catch_up_limit=row.catch_up_limit,
        window_s=row.window_s,
        next_at=moment_or_none(row.next_fire_ns),
        last_at=moment_or_none(row.last_fire_ns),
    )


def _run_of(session: Session, number: int) -> RunOut | None:
    row = run(session, number)
    return None if row is None else _shown(row)


def _run(job_run: JobRun, schedule: str | None) -> RunOut:
    return _shown(run_row(job_run, schedule))


def _shown(row: RunRow) -> RunOut:
    return RunOut(
        id=row.id,
        schedule=row.schedule,
        job=row.job,
        arguments=json.loads(row.arguments),
        asked_by=row.asked_by,
        state=row.state,
        due_at=moment(row.due_ns),
        started_at=moment_or_none(row.started_ns),
        ended_at=moment_or_none(row.ended_ns),
        starts=row.starts,
        done=row.done,
        total=row.total,
        text=row.text,
        error=row.error,
        cancel_requested=row.cancel_requested,
    )
