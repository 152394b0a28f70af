"""What the reader of workbooks does not tell of an ods: merged cells, and cells outside the limits."""

from io import BytesIO
from xml.etree.ElementTree import Element, ParseError
from zipfile import ZipFile

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]

from business.exchange.kind import broken
from business.exchange.refusal import FileRefused
from business.exchange.sheet import COLUMNS, HEADER_ROWS, ROWS, too_many_columns, too_many_rows

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_VALUE_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"
_CELLS = {_TABLE + "table-cell", _TABLE + "covered-table-cell"}

Merged = tuple[tuple[int, int], tuple[int, int]]


def merged_cells(data: bytes) -> dict[str, list[Merged]]:
    """Sheet name to areas, as first and last (row, column) from 0. Raises FileRefused."""
    found: dict[str, list[Merged]] = {}
    try:
        with ZipFile(BytesIO(data)) as archive, archive.open("content.xml") as content:
            areas: list[Merged] = []
            row = column = 0
            for event, element in iterparse(content, events=("start", "end"), forbid_dtd=True):
                if event == "start" and element.tag == _TABLE + "table":
                    areas = found.setdefault(element.get(_TABLE + "name", ""), [])
                    row = 0
                elif event == "end" and element.tag in _CELLS:
                    column = _past(element, row, column, areas)
                elif event == "end" and element.tag == _TABLE + "table-row":
                    repeated = int(element.get(_TABLE + "number-rows-repeated", "1"))
                    if repeated > 1 and any(_VALUE_TYPE in cell.attrib for cell in element):
                        _check(row + repeated, 0)
                    row, column = row + repeated, 0
                    element.clear()
    except FileRefused:
        raise
    except (KeyError, ValueError, ParseError, DefusedXmlException) as cause:
        raise broken() from cause
    return found


def _past(cell: Element, row: int, column: int, areas: list[Merged]) -> int:
    """The column after the cell, whose area is noted if it is merged."""
    after = column + int(cell.get(_TABLE + "number-columns-repeated", "1"))
    if _VALUE_TYPE in cell.attrib:
        _check(row + 1, after)
        columns = int(cell.get(_TABLE + "number-columns-spanned", "1"))
        rows = int(cell.get(_TABLE + "number-rows-spanned", "1"))
        if rows > 1 or columns > 1:
            areas.append(((row, column), (row + rows - 1, column + columns - 1)))
    return after


def _check(rows: int, columns: int) -> None:
    if rows > ROWS + HEADER_ROWS:
        raise too_many_rows(rows)
    if columns > COLUMNS:
        raise too_many_columns(columns)
