"""Excel out, row by row: the workbook is never in memory."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import BinaryIO

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from business.exchange.refusal import refused
from business.exchange.sheet import letter
from business.exchange.table import Native, Table, Written, Yuan, native_of
from business.exchange.text import escaped, width, writable

CELL_UNITS = 32_767
"""UTF-16 units that a cell of Excel holds. A longer text ends in CUT."""
CUT = "…"
SHEET_ROWS = 1_048_576
_WIDEST, _NARROWEST = 60, 8
_MEASURED_ROWS = 1000
"""Rows whose texts decide how wide the columns are."""


def write_xlsx(target: BinaryIO, table: Table) -> Written:
    """Dates, numbers and money as such, all else as text that no spreadsheet takes for a formula."""
    convert = [native_of(column, table.language) for column in table.columns]
    names = [column.name for column in table.columns]
    rows = (
        [native(row.get(name)) for name, native in zip(names, convert, strict=True)] for row in table.rows
    )
    return write_cells(target, table.title, table.labels(), rows)


def write_cells(
    target: BinaryIO, title: str, labels: Sequence[str], rows: Iterable[Sequence[Native]]
) -> Written:
    """A sheet with a frozen bold heading. Raises FileRefused beyond SHEET_ROWS."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(target, options)
    try:
        sheet = book.add_worksheet(sheet_name(title))
        heading = book.add_format({"bold": True, "bg_color": "#E8E8E8", "border": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        yuan = book.add_format({"num_format": "#,##0.00"})
        dropped = cut = count = 0
        widths = [_NARROWEST] * len(labels)
        for number, row in enumerate(_with_heading(labels, rows)):
            if number >= SHEET_ROWS:
                raise refused(
                    f"超过 Excel 的 {SHEET_ROWS} 行上限，请缩小范围或导出 CSV",
                    f"more than the {SHEET_ROWS} rows of an Excel sheet: narrow the selection or export CSV",
                )
            for place, value in enumerate(row):
                if isinstance(value, str):
                    text, gone = writable(value)
                    text, shorter = _cut(escaped(text))
                    dropped, cut = dropped + gone, cut + shorter
                    if text:
                        sheet.write_string(number, place, text, None if number else heading)
                    used = width(text[:_WIDEST]) if number < _MEASURED_ROWS else 0
                elif value is None:
                    continue
                elif isinstance(value, Yuan):
                    sheet.write_number(number, place, value.amount, yuan)
                    used = 14
                elif isinstance(value, datetime):
                    sheet.write_datetime(number, place, value, time)
                    used = 19
                elif isinstance(value, date):
                    sheet.write_datetime(number, place, value, day)
                    used = 10
                else:
                    sheet.write_number(number, place, value)
                    used = 10
                if place >= len(widths):
                    widths += [_NARROWEST] * (place + 1 - len(widths))
                widths[place] = max(widths[place], used)
            count = number
        for place, used in enumerate(widths):
            sheet.set_column(place, place, min(used, _WIDEST) + 2)
        sheet.freeze_panes(1, 0)
        if labels:
            sheet.autofilter(f"A1:{letter(len(labels) - 1)}{count + 1}")
        book.set_properties({"title": writable(title)[0][:255]})
    finally:
        book.close()
    return Written(count, dropped, cut)


def sheet_name(title: str) -> str:
    """The title as Excel allows a sheet to be called."""
    plain = "".join(" " if character in "[]:*?/\\\n\t" else character for character in writable(title)[0])
    plain = _units(plain, 31).strip("' ")
    return plain if plain and plain.casefold() != "history" else "Sheet1"


def _with_heading(labels: Sequence[str], rows: Iterable[Sequence[Native]]) -> Iterable[Sequence[Native]]:
    yield list(labels)
    yield from rows


def _cut(text: str) -> tuple[str, int]:
    if len(text) <= CELL_UNITS // 2 or len(text.encode("utf-16-le")) <= 2 * CELL_UNITS:
        return text, 0
    return _units(text, CELL_UNITS - len(CUT)) + CUT, 1


def _units(text: str, units: int) -> str:
    """The beginning of the text, of at most that many UTF-16 units, no character halved."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")
