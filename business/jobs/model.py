"""Schedules, when they are due, and runs as tables."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from business.database import Base

NAME_LENGTH = 64
"""Characters of the longest name of a schedule and of a job kind."""
_COUNTED = BigInteger().with_variant(Integer(), "sqlite")


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """The process ended under it, and it is not started again."""
    SKIPPED = "skipped"
    """Stands for the firings from its due time on that the catch-up policy left out."""


OPEN = (RunState.QUEUED, RunState.RUNNING)


class JobSchedule(Base):
    """What people have decided."""

    __tablename__ = "job_schedules"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    """Never given again: runs of a removed schedule stay its own."""
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    job: Mapped[str] = mapped_column(String(NAME_LENGTH))
    """Name of a job kind."""
    arguments: Mapped[str] = mapped_column(Text)
    """A JSON object."""
    trigger: Mapped[str] = mapped_column(String(80))
    enabled: Mapped[bool]
    catch_up: Mapped[str] = mapped_column(String(16))
    catch_up_limit: Mapped[int]
    window_s: Mapped[int]
    """A firing no later than this is on time."""
    anchor_ns: Mapped[int] = mapped_column(BigInteger)
    """Where intervals are counted from."""


class JobDue(Base):
    """When a schedule fires next: bookkeeping of the runner."""

    __tablename__ = "job_dues"
    audited = False

    schedule_id: Mapped[int] = mapped_column(ForeignKey("job_schedules.id"), primary_key=True)
    next_fire_ns: Mapped[int | None] = mapped_column(BigInteger, index=True)
    """None while it is disabled, or when there is no firing any more."""
    last_fire_ns: Mapped[int | None] = mapped_column(BigInteger)
    """The last firing that was run: when it was due, not when it started."""
    planned_ns: Mapped[int] = mapped_column(BigInteger)
    """What the clock showed when the next firing was planned."""


class JobRun(Base):
    """One run, from when it is queued; also its entry in the log."""

    __tablename__ = "job_runs"
    __table_args__ = (
        UniqueConstraint("schedule_id", "due_ns"),
        Index("ix_job_runs_state", "state", "not_before_ns"),
        {"sqlite_autoincrement": True},
    )
    audited = False

    id: Mapped[int] = mapped_column(_COUNTED, primary_key=True, autoincrement=True)
    schedule_id: Mapped[int | None] = mapped_column(Integer)
    """None for a run that a person asked for. No foreign key: the log outlives the schedule."""
    due_ns: Mapped[int] = mapped_column(BigInteger)
    job: Mapped[str] = mapped_column(String(NAME_LENGTH))
    arguments: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(String(64))
    """'' for a schedule's run."""
    state: Mapped[str] = mapped_column(String(16))
    not_before_ns: Mapped[int] = mapped_column(BigInteger)
    """A retry waits until then."""
    starts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    interruptions: Mapped[int] = mapped_column(default=0)
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    started_ns: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """Of the last start."""
    ended_ns: Mapped[int | None] = mapped_column(BigInteger, default=None, index=True)
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int | None] = mapped_column(BigInteger, default=None)
    text: Mapped[str] = mapped_column(Text, default="")
    """What it does or did last, said in both languages."""
    error: Mapped[str] = mapped_column(Text, default="")
    """Of the last failure or interruption, said in both languages."""
