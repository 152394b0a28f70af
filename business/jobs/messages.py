"""Commands and events of jobs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.model import Duty
from business.access.roles import SYSTEM
from config.text import Text

MANAGE = "job.manage"
PERMISSIONS: Mapping[str, Text] = {MANAGE: Text("管理任务", "Manage jobs")}
DEFAULTS: Mapping[str, frozenset[str]] = {MANAGE: frozenset({SYSTEM})}
DUTIES: Mapping[str, Duty] = {MANAGE: Duty.SYSTEM}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunJobNow:
    """Queue one run, beside whatever is scheduled."""

    label: ClassVar[Text] = Text("立即运行任务", "Run a job now")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "jobs/{job}"
    job: str
    arguments: str = "{}"
    """A JSON object."""


@dataclass(frozen=True, slots=True)
class CancelRun:
    """A queued run ends at once, a running one after the chunk at which it is."""

    label: ClassVar[Text] = Text("取消任务", "Cancel a run")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "job_runs/{run}"
    run: int


@dataclass(frozen=True, slots=True)
class CreateSchedule:
    label: ClassVar[Text] = Text("新建计划", "Create a schedule")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "schedules/{schedule}"
    schedule: str
    job: str
    trigger: str
    """Five cron fields (weekdays as mon..sun), or 'every N minutes', 'hours' or 'days'."""
    arguments: str = "{}"
    enabled: bool = True
    catch_up: str = "once"
    """A `CatchUp`."""
    catch_up_limit: int = 10
    window_s: int = 300


@dataclass(frozen=True, slots=True)
class ChangeSchedule:
    """All of it, as it is to be from now on; what was not yet due is planned anew."""

    label: ClassVar[Text] = Text("修改计划", "Change a schedule")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "schedules/{schedule}"
    schedule: str
    job: str
    trigger: str
    arguments: str
    enabled: bool
    catch_up: str
    catch_up_limit: int
    window_s: int


@dataclass(frozen=True, slots=True)
class RemoveSchedule:
    """Its runs stay: those queued run, the others remain in the log."""

    label: ClassVar[Text] = Text("删除计划", "Remove a schedule")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "schedules/{schedule}"
    schedule: str


COMMANDS: tuple[type, ...] = (RunJobNow, CancelRun, CreateSchedule, ChangeSchedule, RemoveSchedule)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunQueued:
    run: int

    @property
    def answer(self) -> str:
        return str(self.run)


@dataclass(frozen=True, slots=True)
class RunCancelled:
    run: int


@dataclass(frozen=True, slots=True)
class SchedulesChanged:
    schedule: str
