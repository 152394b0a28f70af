"""The life of a run, a transaction a step: claimed, under way, ended or waiting for its next attempt."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from actors.said import said
from business.jobs.catch_up import REWIND_NS
from business.jobs.kinds import SECOND_NS, JobKind, Progress
from business.jobs.model import JobRun, RunState

MOST_INTERRUPTIONS = 3
"""A run under which the process died more often than this may be why it dies: it is not started again."""
LONGEST_ERROR = 2000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A run that is this caller's to start."""

    id: int
    job: str
    arguments: str


def claim(session: Session, which: ColumnElement[bool], busy: Collection[str], now_ns: int) -> Claimed | None:
    """Take the oldest queued run of those kinds whose time has come, unless its kind is `busy`."""
    run = session.scalar(
        select(JobRun)
        .where(JobRun.state == RunState.QUEUED, which, JobRun.job.not_in(busy))
        # One that is to wait for longer than any wait was put off by a clock that was wrong.
        .where(or_(JobRun.not_before_ns <= now_ns, JobRun.not_before_ns > now_ns + REWIND_NS))
        .order_by(JobRun.id)
        .limit(1)
    )
    if run is None:
        return None
    taken = session.execute(
        update(JobRun)
        .where(JobRun.id == run.id, JobRun.state == RunState.QUEUED)
        .values(
            state=RunState.RUNNING, starts=JobRun.starts + 1, started_ns=now_ns, done=0, total=None, text=""
        )
        .execution_options(synchronize_session=False)
    )
    if cast("CursorResult[object]", taken).rowcount != 1:
        return None
    return Claimed(run.id, run.job, run.arguments)


def next_retry_ns(session: Session, now_ns: int) -> int | None:
    """From when on a queued run that has still to wait may start."""
    query = select(JobRun.not_before_ns).where(JobRun.state == RunState.QUEUED, JobRun.not_before_ns > now_ns)
    return session.scalar(query.order_by(JobRun.not_before_ns).limit(1))


def report(session: Session, run_id: int, progress: Progress) -> bool:
    """Write how far it is; whether it is to be cancelled."""
    run = _running(session, run_id)
    run.done, run.total, run.text = progress.done, progress.total, progress.text
    return run.cancel_requested


def finish(session: Session, run_id: int, progress: Progress, now_ns: int) -> None:
    report(session, run_id, progress)
    _end(_running(session, run_id), RunState.DONE, now_ns)


def cancelled(session: Session, run_id: int, progress: Progress, now_ns: int) -> None:
    report(session, run_id, progress)
    _end(_running(session, run_id), RunState.CANCELLED, now_ns)


def fail(session: Session, run_id: int, kind: JobKind | None, error: str, now_ns: int) -> None:
    """Note the failure; wait for the next attempt if the kind's policy grants one."""
    run = _running(session, run_id)
    run.failures += 1
    run.error = error[:LONGEST_ERROR]
    wait_s = kind.retry.wait_s(run.failures) if kind else None
    if wait_s is None or run.cancel_requested:
        _end(run, RunState.FAILED, now_ns)
    else:
        _again(run, now_ns + wait_s * SECOND_NS)


def interrupt(run: JobRun, kind: JobKind | None, now_ns: int, *, crashed: bool) -> None:
    """The process ended under it, by a crash or in order: start it again, or leave it interrupted."""
    run.interruptions += crashed
    run.error = said(
        f"运行中程序{'意外中断' if crashed else '停止'}（第 {run.starts} 次启动时）",
        f"the program {'died' if crashed else 'was stopped'} under it (at start {run.starts})",
    )
    if run.cancel_requested:
        _end(run, RunState.CANCELLED, now_ns)
    elif kind is not None and kind.resumes and run.interruptions <= MOST_INTERRUPTIONS:
        _again(run, now_ns)
    else:
        _end(run, RunState.INTERRUPTED, now_ns)


def _running(session: Session, run_id: int) -> JobRun:
    run = session.get(JobRun, run_id)
    assert run is not None, "an open run is never purged"
    return run


def _again(run: JobRun, not_before_ns: int) -> None:
    run.state, run.not_before_ns = RunState.QUEUED, not_before_ns


def _end(run: JobRun, state: RunState, now_ns: int) -> None:
    run.state, run.ended_ns = state, now_ns
