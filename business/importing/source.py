"""An import as its jobs read it: from the rows of the file to what they mean, chunk by chunk."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from business.exchange.columns import Column
from business.exchange.layout import Header, records_of
from business.exchange.reading import Failed, Outcome, chunks, outcomes
from business.exchange.sheet import Row, letter
from business.exchange.stored import stored
from business.importing.columns import EXTERNAL_ID, columns
from business.importing.failure import errors_of
from business.importing.importer import Importer
from business.importing.messages import ImportRow
from business.importing.model import Import
from business.importing.uploads import ROWS, header_row

CHUNK: Final = 200
"""Rows of one transaction: other commands wait for no more than these."""
Refusal = tuple[int, tuple[Any, ...]]
"""The number of a row, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Source:
    row: Import
    header: Header
    columns: tuple[Column, ...]
    rows: Callable[[], Iterator[Row]]

    def chunks(self) -> Iterator[tuple[list[ImportRow], list[Refusal], int]]:
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


def source_of(importer: Importer, session: Session, import_id: int) -> Source:
    row = session.get_one(Import, import_id)
    entity = importer.entities[row.entity]
    sheet = stored(importer.shelf.path(row.file, ROWS))[row.sheet]
    header = Header(row.header, header_row(sheet, row.header))
    known = columns(session, entity, importer.carrier.special(entity.name))
    return Source(row, header, known, lambda: records_of(sheet, header))


def _parted(
    chunk: list[Outcome], rows: list[Row], names: Mapping[str, str]
) -> tuple[list[ImportRow], list[Refusal]]:
    good, bad = [], []
    for outcome, row in zip(chunk, rows, strict=True):
        if isinstance(outcome, Failed):
            bad.append((row.number, errors_of(outcome.errors, names)))
        else:
            good.append(ImportRow(row.number, row.cells, outcome.values))
    return good, bad
