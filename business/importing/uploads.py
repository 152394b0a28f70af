"""Uploaded files, and what stands in them."""

from itertools import islice
from pathlib import Path

from business.exchange.columns import is_blank
from business.exchange.refusal import refused
from business.exchange.sheet import HEADER_ROWS, Sheet
from business.exchange.shelf import Shelf
from business.exchange.stored import parse

ROWS = "rows"
"""Ending of the file with the rows of an upload."""
ABOUT = "name"
"""Ending of the file with its name."""


def keep(shelf: Shelf, token: str, file: Path, name: str) -> None:
    """Parse an upload and put its rows on the shelf. Blocks. Raises FileRefused."""
    rows = parse(file.read_bytes())
    shelf.path(token, ABOUT).write_text(name, encoding="utf-8", errors="replace")
    target = shelf.path(token, ROWS)
    part = target.with_suffix(".part")
    part.write_bytes(rows)
    part.rename(target)


def header_row(sheet: Sheet, number: int) -> tuple[str, ...]:
    """The headings in a row of the file. Raises FileRefused when there is none of that number at the top."""
    for row in islice(sheet.rows(), HEADER_ROWS):
        if row.number == number:
            return tuple("" if is_blank(cell) else str(cell).strip() for cell in row.cells)
    raise refused(f"第 {number} 行没有表头", f"there is no heading in row {number}")
