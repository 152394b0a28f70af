"""The first job: old entries of the log of runs go."""

from collections.abc import Generator, Mapping
from typing import Any

from sqlalchemy import delete, func, select

from actors.said import said
from business.jobs.kinds import SECOND_NS, JobContext, JobKind, Progress
from business.jobs.model import JobRun
from config.text import Text

DAY_NS = 86_400 * SECOND_NS
KEEP_DAYS = 180
LEAST_DAYS, MOST_DAYS = 1, 3650
ROWS_A_CHUNK = 500
"""Rows deleted in one transaction: other commands wait for no more than these."""


def _check(arguments: Mapping[str, Any]) -> None:
    days = arguments.get("keep_days", KEEP_DAYS)
    if set(arguments) - {"keep_days"} or type(days) is not int or not LEAST_DAYS <= days <= MOST_DAYS:
        raise ValueError(
            said(
                f'参数应形如 {{"keep_days": {KEEP_DAYS}}}，保留 {LEAST_DAYS} 到 {MOST_DAYS} 天',
                f'the arguments are like {{"keep_days": {KEEP_DAYS}}}, {LEAST_DAYS} to {MOST_DAYS} days',
            )
        )


def _purge(context: JobContext) -> Generator[Progress, None, None]:
    before_ns = context.wall_ns() - int(context.arguments.get("keep_days", KEEP_DAYS)) * DAY_NS
    old = JobRun.ended_ns < before_ns
    with context.sessions() as session:
        total = session.scalar(select(func.count()).select_from(JobRun).where(old)) or 0
    done = 0
    while done < total:
        with context.sessions.begin() as session:
            ids = session.scalars(
                select(JobRun.id).where(old).order_by(JobRun.ended_ns).limit(ROWS_A_CHUNK)
            ).all()
            session.execute(
                delete(JobRun).where(JobRun.id.in_(ids)).execution_options(synchronize_session=False)
            )
        if not ids:
            return
        done += len(ids)
        yield Progress(done, total, said(f"已删除 {done} 条运行记录", f"{done} entries deleted"))


PURGE_RUNS = JobKind("purge_runs", Text("清理任务运行记录", "Purge the log of runs"), _purge, check=_check)
