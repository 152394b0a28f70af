"""What the pages read of imports; nothing here writes."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.importing.failure import Error
from business.importing.model import Import, ImportFailure, Phase
from business.jobs.model import OPEN, JobRun, RunState


@dataclass(frozen=True, slots=True)
class ImportState:
    """How far an import is."""

    id: int
    file: str
    file_name: str
    entity: str
    phase: Phase
    state: RunState
    """Of the job that is at it or was last."""
    done: int
    total: int | None
    created: int
    updated: int
    unchanged: int
    skipped: int
    failed: int
    error: str
    """Of a job that failed, said in both languages."""
    started_ns: int
    cancelling: bool

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class RowErrors:
    row: int
    errors: tuple[Error, ...]


def import_state(session: Session, file: str, user: str) -> ImportState | None:
    """None for a file that is not the user's, or was never tried."""
    found = session.execute(_states(user).where(Import.file == file)).one_or_none()
    return None if found is None else _state(*found)


def recent(session: Session, entity: str, user: str, limit: int) -> tuple[ImportState, ...]:
    query = _states(user).where(Import.entity == entity).order_by(Import.id.desc()).limit(limit)
    return tuple(_state(*found) for found in session.execute(query))


def errors(session: Session, import_id: int, limit: int) -> tuple[RowErrors, ...]:
    """The first rows that were refused, in the order of the file."""
    query = select(ImportFailure).where(ImportFailure.import_id == import_id)
    rows = session.scalars(query.order_by(ImportFailure.row).limit(limit))
    return tuple(RowErrors(row.row, tuple(Error(*one) for one in row.errors)) for row in rows)


def _states(user: str) -> Any:
    return select(Import, JobRun).outerjoin(JobRun, JobRun.id == Import.run).where(Import.user == user)


def _state(row: Import, run: JobRun | None) -> ImportState:
    counted = row.created + row.updated + row.unchanged + row.skipped + row.failed
    return ImportState(
        row.id,
        row.file,
        row.file_name,
        row.entity,
        Phase(row.phase),
        RunState(run.state) if run is not None else RunState.INTERRUPTED,
        counted,
        row.total,
        row.created,
        row.updated,
        row.unchanged,
        row.skipped,
        row.failed,
        run.error if run is not None else "",
        row.started_ns,
        run is not None and run.cancel_requested,
    )
