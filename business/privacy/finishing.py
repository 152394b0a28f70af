"""The job that takes erased values out of files: uploads, exports, pictures, the search, freed pages."""

import json
from collections.abc import Callable, Collection, Generator, Iterable
from pathlib import Path

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from actors.said import said
from business.attachments.store import Attachments
from business.exchange.refusal import FileRefused
from business.exchange.shelf import Shelf
from business.exchange.stored import stored
from business.exporting.model import Export
from business.importing.model import Import, ImportFailure
from business.importing.uploads import ROWS
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from business.jobs.model import OPEN, JobRun
from business.privacy.erasing import needle
from business.privacy.ledger import Ledger
from business.privacy.model import Erasure
from business.registry.attached import held
from business.registry.entity import Entities
from business.search.index import scrub
from config.text import Text

FINISH = "finish_erasures"
LABEL = Text("清除文件中的已删个人信息", "Clear erased data out of files")
WAIT_MS = 50
"""How long the log of a SQLite database is waited for; the next run finds it again."""


def finish_erasures(
    entities: Entities,
    store: Attachments,
    shelf: Shelf,
    open_reader: Callable[[], Session],
    ledger: Ledger,
) -> JobKind:
    def work(context: JobContext) -> Generator[Progress, None, None]:
        with context.sessions() as session:
            waiting = session.scalars(select(Erasure).where(Erasure.finished_ns.is_(None))).all()
        if not waiting:
            yield Progress(0, 0, said("没有待清除的内容", "nothing is to be cleared"))
            return
        told = [json.loads(one.traces or '{"texts": [], "files": []}') for one in waiting]
        texts = {needle(one) for each in told for one in each["texts"]}
        with open_reader() as session:
            ledger.write(session, {one.record_id for one in waiting if not one.fields})
            kept = held(session, entities)
        for name in {name for each in told for name in each["files"]} - kept:
            store.drop(name)
        yield Progress(0, len(waiting))
        whole = True
        for path in sorted(shelf.folder.glob(f"*.{ROWS}")) if shelf.folder.is_dir() else ():
            if _is_in(path, texts):
                with context.sessions.begin() as session:
                    whole &= _clear_upload(session, shelf, path.stem)
            yield Progress(0, len(waiting))
        with context.sessions.begin() as session:
            whole &= _clear_exports(session, shelf, max(one.erased_ns for one in waiting))
        first = more = True
        while more:
            with context.sessions.begin() as session:
                more = scrub(session, first=first)
            first = False
            yield Progress(0, len(waiting))
        if whole:
            with context.sessions.begin() as session:
                for one in session.scalars(
                    select(Erasure).where(Erasure.id.in_([row.id for row in waiting]))
                ):
                    one.traces, one.finished_ns = None, context.wall_ns()
        with context.sessions() as session:
            _wipe(session)
        done = len(waiting) if whole else 0
        yield Progress(done, len(waiting), said(f"{done} 项已清除完毕", f"{done} cleared"))

    return JobKind(FINISH, LABEL, work, Lane.HEAVY)


def _is_in(path: Path, texts: Collection[str]) -> bool:
    """Whether one of the texts stands in an upload; one that cannot be read is taken for it."""
    try:
        return any(
            one in cell
            for sheet in stored(path)
            for row in sheet.rows()
            for cell in _plain(row.cells)
            for one in texts
        )
    except FileRefused:
        return True


def _plain(cells: Iterable[object]) -> Iterable[str]:
    return (str(cell).replace(" ", "").replace("-", "") for cell in cells if cell is not None)


def _clear_upload(session: Session, shelf: Shelf, token: str) -> bool:
    """An import that is at work now is left to the next run."""
    row = session.scalar(select(Import).where(Import.file == token))
    if row is not None:
        if _is_busy(session, row.run):
            return False
        session.execute(delete(ImportFailure).where(ImportFailure.import_id == row.id))
        session.delete(row)
    shelf.clear(token)
    return True


def _clear_exports(session: Session, shelf: Shelf, before_ns: int) -> bool:
    """What was written before may name anybody; it would go within a day anyway."""
    whole = True
    for row in session.scalars(select(Export).where(Export.started_ns <= before_ns)):
        if _is_busy(session, row.run):
            whole = False
            continue
        shelf.clear(row.file)
        session.delete(row)
    return whole


def _is_busy(session: Session, run: int | None) -> bool:
    if run is None:
        return False
    return session.scalar(select(JobRun.id).where(JobRun.id == run, JobRun.state.in_(OPEN))) is not None


def _wipe(session: Session) -> None:
    """Pages of a SQLite file are overwritten as they are freed; what its log still holds goes here."""
    connection = session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
    if connection.dialect.name == "sqlite":
        before = connection.execute(text("PRAGMA busy_timeout")).scalar_one()
        connection.execute(text(f"PRAGMA busy_timeout = {WAIT_MS}"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
        connection.execute(text(f"PRAGMA busy_timeout = {int(before)}"))
        return
    for table in (
        "persons",
        "vehicles",
        "pets",
        "submissions",
        "search_entries",
        "search_terms",
        "users",
        "erasures",
    ):
        connection.execute(text(f"VACUUM {table}"))
