"""Files that were handed in or are to be fetched go after a while, and what is known of them."""

from collections.abc import Generator
from typing import Final, TypeVar

from sqlalchemy import Select, delete, select

from actors.said import said
from business.exchange.shelf import KEPT_DAYS, Shelf
from business.exporting.model import Export
from business.importing.model import Import, ImportFailure
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from business.jobs.model import OPEN, JobRun
from config.text import Text

CLEAR: Final = "clear_transfers"
LABEL: Final = Text("清理导入导出文件", "Clear files of imports and exports")
DAY_NS: Final = 86_400_000_000_000
EXPORT_DAYS: Final = 1
AT_ONCE: Final = 20
"""That one transaction clears: an import may have refused many rows."""
Kept = TypeVar("Kept", Import, Export)


def clear_transfers(shelf: Shelf) -> JobKind:
    def work(context: JobContext) -> Generator[Progress, None, None]:
        now = context.wall_ns()
        gone = 0
        with context.sessions.begin() as session:
            for row in session.scalars(_old(Import, now - KEPT_DAYS * DAY_NS)):
                shelf.clear(row.file)
                session.execute(delete(ImportFailure).where(ImportFailure.import_id == row.id))
                session.delete(row)
                gone += 1
        yield Progress(gone)
        with context.sessions.begin() as session:
            for export in session.scalars(_old(Export, now - EXPORT_DAYS * DAY_NS)):
                shelf.clear(export.file)
                session.delete(export)
                gone += 1
        yield Progress(gone)
        for path in shelf.older(now - KEPT_DAYS * DAY_NS):
            path.unlink(missing_ok=True)
            gone += 1
        yield Progress(gone, gone, said(f"已清理 {gone} 项", f"{gone} cleared"))

    return JobKind(CLEAR, LABEL, work, Lane.LIGHT)


def _old(model: type[Kept], before_ns: int) -> Select[Kept]:
    """Those on which nothing works any more."""
    busy = select(JobRun.id).where(JobRun.state.in_(OPEN))
    idle = model.run.is_(None) | model.run.not_in(busy)
    return select(model).where(model.started_ns < before_ns, idle).limit(AT_ONCE)
