"""What the pages read of schedules and runs; nothing here writes."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from business.jobs.model import JobDue, JobRun, JobSchedule, RunState

PAGE = 100
"""Runs of the longest page."""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    name: str
    job: str
    arguments: str
    trigger: str
    enabled: bool
    catch_up: str
    catch_up_limit: int
    window_s: int
    next_fire_ns: int | None
    last_fire_ns: int | None


@dataclass(frozen=True, slots=True)
class RunRow:
    id: int
    schedule: str
    """'' for a run that a person asked for, or whose schedule was removed."""
    job: str
    arguments: str
    asked_by: str
    state: RunState
    due_ns: int
    started_ns: int | None
    ended_ns: int | None
    starts: int
    done: int
    total: int | None
    text: str
    error: str
    cancel_requested: bool


@dataclass(frozen=True, slots=True)
class WantedRuns:
    """Which runs; what is empty matches all."""

    job: str = ""
    schedule: str = ""
    states: Collection[RunState] = ()


@dataclass(frozen=True, slots=True)
class RunPage:
    rows: tuple[RunRow, ...]
    next_before: int | None
    """`before` of the page after this; None when this is the last."""


def schedules(session: Session) -> tuple[ScheduleRow, ...]:
    """All, by name."""
    found = session.execute(every_schedule().order_by(JobSchedule.name).limit(1000))
    return tuple(schedule_row(schedule, due) for schedule, due in found)


def every_schedule() -> Select[JobSchedule, JobDue]:
    """Schedules and when they are due, in no order; `schedule_row` reads them."""
    return select(JobSchedule, JobDue).join(JobDue, JobDue.schedule_id == JobSchedule.id)


def schedule_row(schedule: JobSchedule, due: JobDue) -> ScheduleRow:
    return ScheduleRow(
        schedule.name,
        schedule.job,
        schedule.arguments,
        schedule.trigger,
        schedule.enabled,
        schedule.catch_up,
        schedule.catch_up_limit,
        schedule.window_s,
        due.next_fire_ns,
        due.last_fire_ns,
    )


def run_log(
    session: Session, wanted: WantedRuns = WantedRuns(), *, before: int | None = None, limit: int = PAGE
) -> RunPage:
    """A page of runs, the newest first, of those with an id below `before`."""
    limit = min(limit, PAGE)
    query = matching(wanted).order_by(JobRun.id.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(JobRun.id < before)
    rows = tuple(run_row(run, name) for run, name in session.execute(query))
    return RunPage(rows[:limit], rows[limit - 1].id if len(rows) > limit else None)


def matching(wanted: WantedRuns) -> Select[JobRun, str]:
    """Those runs and the names of their schedules, in no order; `run_row` reads them."""
    query = _rows()
    if wanted.job:
        query = query.where(JobRun.job == wanted.job)
    if wanted.schedule:
        query = query.where(JobSchedule.name == wanted.schedule)
    if wanted.states:
        query = query.where(JobRun.state.in_(wanted.states))
    return query


def run(session: Session, run_id: int) -> RunRow | None:
    found = session.execute(_rows().where(JobRun.id == run_id)).one_or_none()
    return None if found is None else run_row(found[0], found[1])


def _rows() -> Select[JobRun, str]:
    return select(JobRun, JobSchedule.name).outerjoin(JobSchedule, JobSchedule.id == JobRun.schedule_id)


def run_row(run: JobRun, schedule: str | None) -> RunRow:
    return RunRow(
        run.id,
        schedule or "",
        run.job,
        run.arguments,
        run.asked_by,
        RunState(run.state),
        run.due_ns,
        run.started_ns,
        run.ended_ns,
        run.starts,
        run.done,
        run.total,
        run.text,
        run.error,
        run.cancel_requested,
    )
