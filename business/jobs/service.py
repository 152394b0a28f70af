"""What the commands of jobs do, each in one transaction."""

import json
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.gate import Refused
from business.jobs.catch_up import CatchUp
from business.jobs.kinds import Catalogue, JobKind
from business.jobs.messages import (
    CancelRun,
    ChangeSchedule,
    CreateSchedule,
    RemoveSchedule,
    RunCancelled,
    RunJobNow,
    RunQueued,
    SchedulesChanged,
)
from business.jobs.model import NAME_LENGTH, OPEN, JobDue, JobRun, JobSchedule, RunState
from business.jobs.triggers import read_trigger

LONGEST_ARGUMENTS = 4000
"""Characters."""
MOST_CAUGHT_UP = 100
LONGEST_WINDOW_S = 7 * 86_400


class Jobs:
    """The module of `BusinessActor` that owns schedules and runs."""

    def __init__(self, kinds: Catalogue, zone: ZoneInfo, wall_ns: Callable[[], int]) -> None:
        self._kinds = kinds
        self._zone = zone
        self._wall_ns = wall_ns

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case RunJobNow():
                return self._run_now(session, issuer, command)
            case CancelRun():
                return self._cancel(session, command)
            case CreateSchedule():
                return self._create(session, command)
            case ChangeSchedule():
                return self._change(session, command)
            case RemoveSchedule():
                return self._remove(session, command)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of jobs")

    def _run_now(self, session: Session, issuer: Issuer, command: RunJobNow) -> tuple[Any, ...]:
        kind = self._kind(command.job)
        _check_arguments(kind, command.arguments)
        now = self._wall_ns()
        run = JobRun(
            due_ns=now,
            job=kind.name,
            arguments=command.arguments,
            asked_by=issuer.user,
            state=RunState.QUEUED,
            not_before_ns=now,
        )
        session.add(run)
        session.flush()
        return (RunQueued(run.id),)

    def _cancel(self, session: Session, command: CancelRun) -> tuple[Any, ...]:
        run = session.get(JobRun, command.run)
        if run is None:
            raise Refused(
                said(
                    f"没有编号为 {command.run} 的任务记录；请刷新列表",
                    f"there is no run {command.run}; reload the list",
                )
            )
        if run.state not in OPEN:
            raise Refused(
                said(f"任务记录 {run.id} 已经结束，无须取消", f"run {run.id} has ended; nothing is to cancel")
            )
        run.cancel_requested = True
        if run.state == RunState.QUEUED:
            run.state = RunState.CANCELLED
            run.ended_ns = self._wall_ns()
        return (RunCancelled(run.id),)

    def _create(self, session: Session, command: CreateSchedule) -> tuple[Any, ...]:
        if not 1 <= len(command.schedule.strip()) <= NAME_LENGTH:
            raise Refused(
                said(
                    f"计划名称要有 1 到 {NAME_LENGTH} 个字",
                    f"a schedule's name has 1 to {NAME_LENGTH} characters",
                )
            )
        if _find(session, command.schedule) is not None:
            raise Refused(
                said(
                    f"已有名为“{command.schedule}”的计划；请换一个名称",
                    f"there is a schedule {command.schedule!r} already; choose another name",
                )
            )
        schedule, due = JobSchedule(name=command.schedule), JobDue(last_fire_ns=None)
        self._set(schedule, due, command)
        session.add(schedule)
        session.flush()
        due.schedule_id = schedule.id
        session.add(due)
        return (SchedulesChanged(schedule.name),)

    def _change(self, session: Session, command: ChangeSchedule) -> tuple[Any, ...]:
        schedule = _existing(session, command.schedule)
        self._set(schedule, _due(session, schedule), command)
        return (SchedulesChanged(schedule.name),)

    def _remove(self, session: Session, command: RemoveSchedule) -> tuple[Any, ...]:
        schedule = _existing(session, command.schedule)
        session.delete(_due(session, schedule))
        session.flush()
        session.delete(schedule)
        return (SchedulesChanged(schedule.name),)

    def _set(self, schedule: JobSchedule, due: JobDue, command: CreateSchedule | ChangeSchedule) -> None:
        now = self._wall_ns()
        kind = self._kind(command.job)
        _check_arguments(kind, command.arguments)
        _check_policy(command)
        try:
            trigger = read_trigger(command.trigger, self._zone, now)
        except ValueError as error:
            raise Refused(str(error)) from error
        schedule.job = kind.name
        schedule.arguments = command.arguments
        schedule.trigger = command.trigger
        schedule.enabled = command.enabled
        schedule.catch_up = command.catch_up
        schedule.catch_up_limit = command.catch_up_limit
        schedule.window_s = command.window_s
        schedule.anchor_ns = now
        due.next_fire_ns = trigger.after(now, now) if command.enabled else None
        due.planned_ns = now

    def _kind(self, name: str) -> JobKind:
        kind = self._kinds.get(name)
        if kind is None:
            known = ", ".join(sorted(self._kinds))
            raise Refused(
                said(f"没有任务“{name}”；可用：{known}", f"there is no job {name!r}; there are {known}")
            )
        return kind


def _find(session: Session, name: str) -> JobSchedule | None:
    return session.scalar(select(JobSchedule).where(JobSchedule.name == name))


def _existing(session: Session, name: str) -> JobSchedule:
    schedule = _find(session, name)
    if schedule is None:
        raise Refused(
            said(f"没有名为“{name}”的计划；请刷新列表", f"there is no schedule {name!r}; reload the list")
        )
    return schedule


def _due(session: Session, schedule: JobSchedule) -> JobDue:
    due = session.get(JobDue, schedule.id)
    assert due is not None, "a schedule is created with its due row"
    return due


def _check_arguments(kind: JobKind, arguments: str) -> None:
    if len(arguments) > LONGEST_ARGUMENTS:
        raise Refused(
            said(
                f"参数有 {len(arguments)} 个字符，最多 {LONGEST_ARGUMENTS} 个；请缩短",
                f"the arguments have {len(arguments)} characters, at most {LONGEST_ARGUMENTS}; shorten them",
            )
        )
    try:
        read = json.loads(arguments)
    except ValueError as error:
        read = error
    if not isinstance(read, dict):
        raise Refused(
            said(
                '参数不是 JSON 对象；应形如 {"名称": 值}',
                'the arguments are no JSON object such as {"name": value}',
            )
        )
    try:
        kind.check(read)
    except ValueError as error:
        raise Refused(str(error)) from error


def _check_policy(command: CreateSchedule | ChangeSchedule) -> None:
    if command.catch_up not in list(CatchUp):
        raise Refused(
            said(
                f"补跑方式“{command.catch_up}”不存在；可用：{', '.join(CatchUp)}",
                f"there is no catch-up policy {command.catch_up!r}; there are {', '.join(CatchUp)}",
            )
        )
    if not 1 <= command.catch_up_limit <= MOST_CAUGHT_UP:
        raise Refused(
            said(
                f"补跑次数 {command.catch_up_limit} 不在 1 到 {MOST_CAUGHT_UP} 次之间",
                f"the catch-up limit {command.catch_up_limit} is not within 1 to {MOST_CAUGHT_UP} runs",
            )
        )
    if not 0 <= command.window_s <= LONGEST_WINDOW_S:
        raise Refused(
            said(
                f"允许迟到 {command.window_s} 秒不在 0 到 {LONGEST_WINDOW_S} 秒之间",
                f"the misfire window {command.window_s} s is not within 0 to {LONGEST_WINDOW_S} s",
            )
        )
