"""The jobs of an import: the trial, which writes nothing, and the commit, chunk by chunk through the gate."""

import logging
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import Any

from actors.messages import Issuer, Stage
from actors.said import said
from business.gate import Execute, Gate, Outcome
from business.importing.importer import COMMIT, TRY, Importer, clear, note
from business.importing.messages import ImportRecords
from business.importing.model import Import
from business.importing.refused_rows import write_refused
from business.importing.source import source_of
from business.importing.trial import Trial
from business.jobs.kinds import JobContext, JobKind, Lane, Progress
from config.text import Text

logger = logging.getLogger(__name__)

LABELS: Mapping[str, Text] = {
    TRY: Text("试导入", "Try an import"),
    COMMIT: Text("导入档案", "Import records"),
}


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


def _try(importer: Importer, context: JobContext) -> Generator[Progress, None, None]:
    import_id = int(context.arguments["import"])
    with context.sessions() as session:
        source = source_of(importer, session, import_id)
    total = sum(1 for _ in source.rows())
    with context.sessions.begin() as session:
        row = session.get_one(Import, import_id)
        clear(session, row)
        row.total = total
    trial = Trial(importer, context.sessions, import_id)
    done = 0
    for rows, refused, count in source.chunks():
        drafts, defects = trial.of(rows)
        with context.sessions.begin() as session:
            note(session, session.get_one(Import, import_id), drafts, [*refused, *defects])
        done += count
        yield Progress(done, total, _tried(done))
    yield from _end(importer, context, Progress(done, done, _tried(done)))


def _commit(importer: Importer, gate: Gate, context: JobContext) -> Generator[Progress, None, None]:
    """A chunk that was committed is not sent again: how many there are stands in the import itself."""
    import_id = int(context.arguments["import"])
    with context.sessions() as session:
        source = source_of(importer, session, import_id)
    row = source.row
    issuer = Issuer(row.user, "", row.station)
    done = 0
    for number, (rows, refused, count) in enumerate(source.chunks()):
        done += count
        if number >= row.chunks:
            command = ImportRecords(row.entity, row.file, number, tuple(rows), tuple(refused))
            id_ = f"import {row.file} {row.run} {number}"  # who goes on after a failure has another run
            outcome = _sent(gate, importer, Execute(issuer, command, id_))
            if outcome.stage is Stage.FAILED:
                good, defects = Trial(importer, context.sessions, import_id).without_defects(rows)
                command = replace(command, rows=tuple(good), refused=(*refused, *defects))
                outcome = _sent(gate, importer, Execute(issuer, command, f"{id_} again"))
            if outcome.stage is not Stage.DONE:
                raise RuntimeError(outcome.detail)
        yield Progress(done, row.total, _imported(done))
    importer.forget()
    yield from _end(importer, context, Progress(done, done, _imported(done)))


def _sent(gate: Gate, importer: Importer, order: Execute) -> Outcome:
    """FAILED for a defect, whether it is met now or was met before the program was killed."""
    try:
        return gate.on_own_account(importer, order)
    except Exception as defect:
        logger.exception("%s", order.id)
        return Outcome(Stage.FAILED, type(defect).__name__)


def _end(importer: Importer, context: JobContext, progress: Progress) -> Generator[Progress, None, None]:
    for language in ("zh", "en"):
        write_refused(importer, context.sessions, int(context.arguments["import"]), language)
        yield progress


def _tried(rows: int) -> str:
    return said(f"已检查 {rows} 行", f"{rows} rows checked")


def _imported(rows: int) -> str:
    return said(f"已导入 {rows} 行", f"{rows} rows imported")
