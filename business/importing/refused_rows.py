"""The rows that an import refused, as a file to correct."""

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from business.exchange.failures import write_failures
from business.exchange.reading import Failed, RowError
from business.importing.importer import FAILED_ROWS, Importer
from business.importing.model import ImportFailure
from business.importing.source import Source, source_of
from config.text import Text

PAGE: Final = 500
"""Refused rows that are read at once."""
WHOLE = Text("整行", "The row")


def write_refused(importer: Importer, sessions: sessionmaker[Session], import_id: int, language: str) -> None:
    """None where there are none."""
    with sessions() as session:
        source = source_of(importer, session, import_id)
    path = importer.shelf.path(source.row.file, FAILED_ROWS.format(language=language))
    path.unlink(missing_ok=True)
    if source.row.failed:
        with path.open("wb") as target:
            write_failures(target, source.header, _failed(source, sessions), language)


def _failed(source: Source, sessions: sessionmaker[Session]) -> Iterator[Failed]:
    labels = {column.name: column.label for column in source.columns}
    kept = _failures(sessions, source.row.id)
    failure = next(kept, None)
    for row in source.rows():
        if failure is not None and failure[0] == row.number:
            errors = (
                RowError(row.number, at, labels.get(name, WHOLE), value, reason, fix)
                for name, at, value, reason, fix in failure[1]
            )
            yield Failed(row, tuple(errors))
            failure = next(kept, None)


def _failures(sessions: sessionmaker[Session], import_id: int) -> Iterator[tuple[int, list[Any]]]:
    """In the order of the file, a page at a time."""
    query = select(ImportFailure.row, ImportFailure.errors).where(ImportFailure.import_id == import_id)
    query, after = query.order_by(ImportFailure.row).limit(PAGE), -1
    while True:
        with sessions() as session:
            found = session.execute(query.where(ImportFailure.row > after)).all()
        if not found:
            return
        for number, errors in found:
            yield number, errors
            after = number
