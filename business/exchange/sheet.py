"""What every reader yields: sheets of numbered rows of cells, within limits."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, NamedTuple

from business.exchange.refusal import FileRefused, refused

ROWS: Final = 100_000
"""Rows beneath the heading."""
HEADER_ROWS: Final = 20
"""Rows among which the heading is looked for."""
COLUMNS: Final = 200
FILE_BYTES: Final = 50_000_000
SAFE_DIGITS: Final = 15
"""Digits of a number that a spreadsheet keeps; it puts zeros for the rest."""


class Imprecise(str):
    """A number of so many digits that the spreadsheet has lost the last ones."""

    __slots__ = ()


Cell = str | bool | datetime | date | None
"""Numbers and times of day come as the text that was typed: '13800138000', '0.1', '08:30'. Blank is None;
`datetime` is without a zone."""


class Row(NamedTuple):
    number: int
    """As the file's own program shows it, from 1; of XML the place of the element."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    rows: Callable[[], Iterator[Row]]
    """May be gone through again and again. Raises FileRefused where the file turns out broken or too big."""


def letter(column: int) -> str:
    """Column 0 is 'A', 26 is 'AA'."""
    letters = ""
    column += 1
    while column:
        column, at = divmod(column - 1, 26)
        letters = chr(ord("A") + at) + letters
    return letters


def too_many_rows(rows: int) -> FileRefused:
    return refused(
        f"表格有 {rows} 行，超过上限 {ROWS} 行，请分成几个文件导入",
        f"the table has {rows} rows, more than the limit of {ROWS} rows: split it into several files",
    )


def too_many_columns(columns: int) -> FileRefused:
    return refused(
        f"表格有 {columns} 列，超过上限 {COLUMNS} 列，请删去不用的列",
        f"the table has {columns} columns, more than the limit of {COLUMNS} columns: delete those not needed",
    )


def limited(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, as long as they stay within ROWS (and a heading) and COLUMNS."""
    for count, row in enumerate(rows, start=1):
        if count > ROWS + HEADER_ROWS:
            raise too_many_rows(count)
        if len(row.cells) > COLUMNS:
            raise too_many_columns(len(row.cells))
        yield row
