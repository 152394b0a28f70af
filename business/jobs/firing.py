"""Schedules whose time has come become queued runs: once each, whoever asks and whenever the process dies."""

from dataclasses import dataclass
from functools import partial
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from business.jobs.catch_up import REWIND_NS, CatchUp, Plan, Policy, plan
from business.jobs.kinds import SECOND_NS
from business.jobs.model import JobDue, JobRun, JobSchedule, RunState
from business.jobs.triggers import read_trigger

AT_ONCE = 100
"""Schedules that one look takes; the next look follows at once."""


@dataclass(frozen=True, slots=True)
class _Due:
    schedule_id: int
    next_fire_ns: int
    plan: Plan
    catch_up: CatchUp


def fire(sessions: sessionmaker[Session], zone: ZoneInfo, now_ns: int) -> int:
    """Queue what is due, a short transaction a schedule; how many schedules were due."""
    with sessions() as session:
        found = _due(session, zone, now_ns)
    for due in found:
        with sessions.begin() as session:
            _queue(session, due, now_ns)
    return len(found)


def next_fire_ns(session: Session) -> int | None:
    """When the next schedule is due."""
    return session.scalar(
        select(JobDue.next_fire_ns)
        .where(JobDue.next_fire_ns.is_not(None))
        .order_by(JobDue.next_fire_ns)
        .limit(1)
    )


def _due(session: Session, zone: ZoneInfo, now_ns: int) -> list[_Due]:
    rows = session.execute(
        select(JobSchedule, JobDue)
        .join(JobDue, JobDue.schedule_id == JobSchedule.id)
        .where(JobDue.next_fire_ns.is_not(None))
        .where(or_(JobDue.next_fire_ns <= now_ns, JobDue.planned_ns > now_ns + REWIND_NS))
        .order_by(JobDue.next_fire_ns)
        .limit(AT_ONCE)
    )
    found = []
    for schedule, due in rows:
        assert due.next_fire_ns is not None
        after = partial(read_trigger(schedule.trigger, zone, 0).after, anchor_ns=schedule.anchor_ns)
        catch_up = CatchUp(schedule.catch_up)
        policy = Policy(catch_up, schedule.catch_up_limit, schedule.window_s * SECOND_NS)
        planned = plan(after, due.next_fire_ns, due.planned_ns, now_ns, policy)
        found.append(_Due(schedule.id, due.next_fire_ns, planned, catch_up))
    return found


def _queue(session: Session, due: _Due, now_ns: int) -> None:
    """Move the schedule on and queue its runs in one transaction: both happen, or neither."""
    mine = JobDue.schedule_id == due.schedule_id
    moved = session.execute(
        update(JobDue)
        .where(mine, JobDue.next_fire_ns == due.next_fire_ns)
        .values(next_fire_ns=due.plan.next_ns, planned_ns=now_ns)
        .execution_options(synchronize_session=False)
    )
    schedule = session.get(JobSchedule, due.schedule_id)
    if cast("CursorResult[object]", moved).rowcount != 1 or schedule is None:
        return  # it has fired, or was changed or removed since it was read
    ran = set(
        session.scalars(
            select(JobRun.due_ns).where(
                JobRun.schedule_id == schedule.id, JobRun.due_ns >= due.next_fire_ns, JobRun.due_ns <= now_ns
            )
        )
    )
    waits = due.catch_up is not CatchUp.EACH and _waits(session, schedule.id)
    missed = due.plan.missed_ns
    if waits and missed is None and due.plan.dues:
        missed = due.plan.dues[0]
    queued = [] if waits else [ns for ns in due.plan.dues if ns not in ran]
    if missed is not None and missed not in ran:
        session.add(_run(schedule, missed, RunState.SKIPPED, now_ns))
    session.add_all(_run(schedule, ns, RunState.QUEUED, now_ns) for ns in queued)
    if queued:
        session.execute(
            update(JobDue)
            .where(mine)
            .values(last_fire_ns=queued[-1])
            .execution_options(synchronize_session=False)
        )


def _waits(session: Session, schedule_id: int) -> bool:
    """Whether a run of it is queued already: a second one would do the same work again."""
    query = select(JobRun.id).where(JobRun.schedule_id == schedule_id, JobRun.state == RunState.QUEUED)
    return session.scalar(query.limit(1)) is not None


def _run(schedule: JobSchedule, due_ns: int, state: RunState, now_ns: int) -> JobRun:
    return JobRun(
        schedule_id=schedule.id,
        due_ns=due_ns,
        job=schedule.job,
        arguments=schedule.arguments,
        asked_by="",
        state=state,
        not_before_ns=now_ns,
        ended_ns=now_ns if state is RunState.SKIPPED else None,
    )
