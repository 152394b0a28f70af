"""The jobs of an import: the trial, which writes nothing, and the commit, chunk by chunk through the gate."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from actors.messages import Issuer, Stage
from actors.said import in_language, said
from business.exchange.columns import Column
from business.exchange.failures import write_failures
from business.exchange.layout import Header, records_of
from business.exchange.reading import Failed, Outcome, RowError, chunks, outcomes
from business.exchange.sheet import Row, letter
from business.exchange.stored import stored
from business.gate import Execute, Gate
from business.importing.chunk import Seen
from business.importing.columns import EXTERNAL_ID, columns
from business.importing.failure import errors_of
from business.importing.importer import COMMIT, FAILED_ROWS, TRY, Importer, clear, note
from business.importing.messages import ImportRecords, ImportRow
from business.importing.model import Import, ImportFailure
from business.importing.uploads import ROWS, header_row
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from config.site import Text

CHUNK: Final = 100
"""Rows of one transaction: other commands wait for no more than these."""
LABELS: Mapping[str, Text] = {
    TRY: Text("试导入", "Try an import"),
    COMMIT: Text("导入档案", "Import records"),
}


@dataclass(frozen=True, slots=True)
class _Source:
    """An import as its job reads it."""

    row: Import
    header: Header
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]

    def chunks(self) -> Iterator[tuple[list[ImportRow], list[tuple[int, tuple[Any, ...]]], int]]:
        """Rows that were read, errors of those that were not, and how many rows of the file these are."""
        mapping = {int(place): str(name) for place, name in self.row.mapping}
        keys = [EXTERNAL_ID.name] if EXTERNAL_ID.name in mapping.values() else []
        names = {letter(place): name for place, name in mapping.items()}
        kept: list[Row] = []

        def keeping() -> Iterator[Row]:
            for row in self.rows():
                kept.append(row)
                yield row

        read = outcomes(keeping(), self.header, mapping, self.columns, keys)
        for chunk in chunks(read, CHUNK):
            good, bad = _parted(chunk, kept, names)
            kept.clear()
            yield good, bad, len(chunk)


def _parted(
    chunk: list[Outcome], rows: list[Row], names: Mapping[str, str]
) -> tuple[list[ImportRow], list[tuple[int, tuple[Any, ...]]]]:
    good, bad = [], []
    for outcome, row in zip(chunk, rows, strict=True):
        if isinstance(outcome, Failed):
            bad.append((row.number, errors_of(outcome.errors, names)))
        else:
            good.append(ImportRow(row.number, row.cells, outcome.values))
    return good, bad


def jobs_of(importer: Importer, gate: Gate) -> tuple[JobKind, JobKind]:
    return (
        JobKind(TRY, LABELS[TRY], lambda context: _try(importer, context), Lane.TRANSFER, _check),
        JobKind(
            COMMIT, LABELS[COMMIT], lambda context: _commit(importer, gate, context), Lane.TRANSFER, _check
        ),
    )


def _check(arguments: Mapping[str, Any]) -> None:
    if set(arguments) != {"import"} or type(arguments["import"]) is not int:
        raise ValueError(said("请从导入页面开始导入", "start an import on its page"))


def _source(importer: Importer, session: Session, import_id: int) -> _Source:
    row = session.get_one(Import, import_id)
    entity = importer.entities[row.entity]
    sheet = stored(importer.shelf.path(row.file, ROWS))[row.sheet]
    header = Header(row.header, header_row(sheet, row.header))
    known = columns(session, entity, importer.carrier.special(entity.name))
    return _Source(row, header, known, lambda: records_of(sheet, header))


def _try(importer: Importer, context: JobContext) -> Generator[Progress, None, None]:
    import_id = int(context.arguments["import"])
    with context.sessions.begin() as session:
        source = _source(importer, session, import_id)
        clear(session, source.row)
        source.row.total = None
    seen: Seen = {}
    done = 0
    for rows, refused, count in source.chunks():
        with context.sessions() as session:
            row = session.get_one(Import, import_id)
            drafts = importer.try_rows(session, row, rows, seen, index=False)
            session.rollback()
        with context.sessions.begin() as session:
            note(session, session.get_one(Import, import_id), drafts, refused)
        done += count
        yield Progress(done, None, _tried(done))
    with context.sessions.begin() as session:
        session.get_one(Import, import_id).total = done
    _write_failures(importer, context.sessions, import_id)
    yield Progress(done, done, _tried(done))


def _commit(importer: Importer, gate: Gate, context: JobContext) -> Generator[Progress, None, None]:
    """A chunk that was committed is not sent again: how many there are stands in the import itself."""
    import_id = int(context.arguments["import"])
    with context.sessions() as session:
        source = _source(importer, session, import_id)
    row = source.row
    issuer = Issuer(row.user, "", row.station)
    done = 0
    for number, (rows, refused, count) in enumerate(source.chunks()):
        done += count
        if number < row.chunks:
            continue
        command = ImportRecords(row.entity, row.file, number, tuple(rows), tuple(refused))
        outcome = gate.on_own_account(importer, Execute(issuer, command, f"import {row.file} {number}"))
        if outcome.stage is not Stage.DONE:
            raise RuntimeError(in_language(outcome.detail, "zh"))
        yield Progress(done, row.total, said(f"已导入 {done} 行", f"{done} rows imported"))
    _write_failures(importer, context.sessions, import_id)
    yield Progress(done, done, said(f"已导入 {done} 行", f"{done} rows imported"))


def _tried(rows: int) -> str:
    return said(f"已检查 {rows} 行", f"{rows} rows checked")


def _write_failures(importer: Importer, sessions: sessionmaker[Session], import_id: int) -> None:
    """The rows that were refused, as a file to correct, in both languages."""
    with sessions() as session:
        source = _source(importer, session, import_id)
        query = select(ImportFailure.row, ImportFailure.errors).where(ImportFailure.import_id == import_id)
        failures: dict[int, list[Any]] = dict(session.execute(query).all())
    labels = {column.name: column.label for column in source.columns}
    whole = Text("整行", "The row")

    def failed() -> Iterator[Failed]:
        for row in source.rows():
            if row.number in failures:
                errors = tuple(
                    RowError(row.number, at, labels.get(name, whole), value, reason, fix)
                    for name, at, value, reason, fix in failures[row.number]
                )
                yield Failed(row, errors)

    for language in ("zh", "en"):
        path = importer.shelf.path(source.row.file, FAILED_ROWS.format(language=language))
        path.unlink(missing_ok=True)
        if failures:
            with path.open("wb") as target:
                write_failures(target, source.header, failed(), language)
