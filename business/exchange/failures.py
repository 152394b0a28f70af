"""The rows that failed, as a file to correct and import again: as they were, with the reason beside them."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from actors.said import in_language
from business.exchange.layout import REASON, Header
from business.exchange.reading import Failed
from business.exchange.sheet import Cell
from business.exchange.table import Native, Written, native_date
from business.exchange.xlsx_file import write_cells
from config.text import Text

TITLE = Text("未导入的行", "Rows refused")


def write_failures(target: BinaryIO, header: Header, failed: Iterable[Failed], language: str) -> Written:
    """An xlsx of the heading, the rows and a column REASON behind; the mapping of the first file still fits.

    Cells that stood to the right of the heading stand to the right of REASON.
    """
    labels = [*header.labels, REASON.in_language(language)]
    return write_cells(
        target, TITLE.in_language(language), labels, _rows(failed, len(header.labels), language)
    )


def _rows(failed: Iterable[Failed], columns: int, language: str) -> Iterator[list[Native]]:
    separator = "；" if language == "zh" else "; "
    for failure in failed:
        cells = [_cell(cell) for cell in failure.row.cells]
        cells += [None] * (columns - len(cells))
        reasons = (
            f"{error.label.in_language(language)}: {in_language(error.reason, language)}"
            for error in failure.errors
        )
        yield [*cells[:columns], separator.join(reasons), *cells[columns:]]


def _cell(cell: Cell) -> Native:
    if isinstance(cell, bool):
        return str(cell).upper()
    return native_date(cell) if cell is not None and not isinstance(cell, str) else cell
