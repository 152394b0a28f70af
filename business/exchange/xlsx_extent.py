"""Refuses an xlsx with a cell far outside the limits before its reader lays out the area up to there.

The reader keeps a sheet as one dense block: two cells, A1 and XFD1048576, would take hundreds of gigabytes.
"""

import re
from io import BytesIO
from zipfile import ZipFile

from business.exchange.refusal import refused
from business.exchange.sheet import COLUMNS, HEADER_ROWS, ROWS, letter

_PIECE_BYTES = 1 << 20
_OVERLAP_BYTES = 4096
_FAR_COLUMN = rb"(?:[A-Z]{3,}|G[S-Z]|[H-Z][A-Z])[0-9]+"
_FAR_ROW = rb"[A-Z]+(?:1[0-9]{5}|[2-9][0-9]{5}|[0-9]{7,})"
_FAR_CELL = re.compile(
    rb"\sr\s*=\s*[\"'](?:" + _FAR_COLUMN + rb"|" + _FAR_ROW + rb")[\"'][^<>]*(?<!/)>\s*<(?!/)"
)
"""A cell beyond column GR (200) or row 99,999 that holds something: mere formats may reach to the end."""
_UNNAMED = re.compile(
    rb"<(?:\w+:)?row\s[^<>]*?\br\s*=\s*[\"']([0-9]{6,})[\"'][^<>]*>\s*<(?:\w+:)?c(?![^<>]*\sr\s*=)"
)
"""A first cell that does not say where it is, in a row of a great number."""
_NUMBER = re.compile(rb"[0-9]+")
_LAST = ROWS + HEADER_ROWS
assert letter(COLUMNS - 1) == "GR"
assert 100_000 <= _LAST < 1_000_000


def check_extent(data: bytes) -> None:
    """Raises FileRefused. `data` is an archive known to unpack."""
    with ZipFile(BytesIO(data)) as archive:
        for name in archive.namelist():
            if not name.endswith(".xml") or "/_rels/" in name:
                continue
            with archive.open(name) as part:
                kept = b""
                while piece := part.read(_PIECE_BYTES):
                    _check(kept + piece)
                    kept = piece[-_OVERLAP_BYTES:]


def _check(text: bytes) -> None:
    for pattern in (_FAR_CELL, _UNNAMED):
        for found in pattern.finditer(text):
            place = found[0].split(b"=", 1)[1].strip(b" \"'")
            reference = re.split(rb"[\"']", place)[0]
            number = _NUMBER.search(reference)
            row = int(number[0]) if number else 0
            column = reference.rstrip(b"0123456789")
            if row > _LAST or len(column) > 2 or (len(column) == 2 and column > b"GR"):
                raise refused(
                    f"单元格 {reference.decode()} 在 {ROWS} 行、{COLUMNS} 列的上限之外，请删去多余的行列",
                    f"cell {reference.decode()} lies beyond the limits of {ROWS} rows and {COLUMNS} columns: "
                    "delete the rows or columns that are not needed",
                )
