"""Which attached files records hold, and the job that takes away the others."""

from collections.abc import Callable, Generator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import said
from business.attachments.store import Attachments
from business.jobs.kinds import JobContext, JobKind, Progress
from business.registry.entity import Entities
from config.text import Text

CLEAR = "clear_attachments"
LABEL = Text("清理无人引用的附件", "Clear files that no record holds")


def held(session: Session, entities: Entities) -> set[str]:
    """Of all records, those in the recycle bin too: they may come back."""
    found: set[str] = set()
    for entity in entities:
        for field in entity.fields:
            if field.type.name == "files":
                column: Any = entity.column(field.name)
                for names in session.scalars(select(column).where(column.is_not(None))):
                    found.update(names or ())
    return found


def clear_attachments(store: Attachments, entities: Entities, open_reader: Callable[[], Session]) -> JobKind:
    def used() -> set[str]:
        with open_reader() as session:
            return held(session, entities)

    def work(_context: JobContext) -> Generator[Progress, None, None]:
        gone = store.sweep(used)
        yield Progress(
            gone, gone, said(f"已清除 {gone} 个无人引用的附件", f"{gone} files nobody holds are gone")
        )

    return JobKind(CLEAR, LABEL, work)
