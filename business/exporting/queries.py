"""What the pages read of exports; nothing here writes."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from business.exporting.model import Export
from business.jobs.model import JobRun, RunState


@dataclass(frozen=True, slots=True)
class ExportState:
    """How far an export is."""

    file: str
    entity: str
    format: str
    state: RunState
    done: int
    total: int | None
    rows: int | None
    trouble: str
    """Why there is no file, said in both languages."""
    started_ns: int


def export_state(session: Session, file: str, user: str) -> ExportState | None:
    """None for a file that is not the user's."""
    query = select(Export, JobRun).outerjoin(JobRun, JobRun.id == Export.run)
    found = session.execute(query.where(Export.file == file, Export.user == user)).one_or_none()
    return None if found is None else _state(*found)


def _state(row: Export, run: JobRun | None) -> ExportState:
    return ExportState(
        row.file,
        row.entity,
        row.format,
        RunState(run.state) if run is not None else RunState.INTERRUPTED,
        run.done if run is not None else 0,
        run.total if run is not None else None,
        row.rows,
        row.trouble or (run.error if run is not None else ""),
        row.started_ns,
    )
