"""Workbooks (xlsx, xls, ods) as sheets: merged cells filled, numbers as they were typed."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from business.exchange import ods
from business.exchange.kind import Kind, broken, locked
from business.exchange.refusal import refused
from business.exchange.sheet import (
    COLUMNS,
    HEADER_ROWS,
    ROWS,
    SAFE_DIGITS,
    Cell,
    Imprecise,
    Row,
    Sheet,
    limited,
    too_many_columns,
    too_many_rows,
)
from business.exchange.text import meant
from business.exchange.xlsx_extent import check_extent

Merged = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell, (row, column) each, from 0."""


def workbook_sheets(data: bytes, kind: Kind) -> list[Sheet]:
    """The visible sheets that hold anything. Raises FileRefused for a broken file or one too big."""
    merged: dict[str, list[Merged]] = {}
    if kind is Kind.XLSX:
        check_extent(data)
    elif kind is Kind.ODS:
        merged = ods.merged_cells(data)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        sheets = [
            _sheet(book.get_sheet_by_name(found.name), merged.get(found.name, []))
            for found in book.sheets_metadata
            if found.visible is SheetVisibleEnum.Visible and found.typ is SheetTypeEnum.WorkSheet
        ]
    except PasswordError as cause:
        raise locked() from cause
    except CalamineError as cause:
        raise broken() from cause
    return [sheet for sheet in sheets if sheet is not None]


def _sheet(found: CalamineSheet, merged: list[Merged]) -> Sheet | None:
    if found.start is None or found.end is None:
        return None
    last_row, last_column = found.end
    if last_row >= ROWS + HEADER_ROWS:
        raise too_many_rows(last_row + 1)
    if last_column >= COLUMNS:
        raise too_many_columns(last_column + 1)
    areas = sorted(found.merged_cell_ranges or merged)
    if sum(bottom - top + 1 for (top, _), (bottom, _) in areas if bottom > top) > 20 * ROWS:
        raise refused(
            "合并单元格过多或相互重叠，请取消合并后再导入",
            "too many merged cells, or they overlap: unmerge them and import again",
        )
    return Sheet(found.name, lambda: limited(_rows(found, areas)))


def _rows(sheet: CalamineSheet, areas: list[Merged]) -> Iterator[Row]:
    assert sheet.start is not None
    before: tuple[Cell, ...] = (None,) * sheet.start[1]
    upcoming = iter(areas)
    area = next(upcoming, None)
    reaching: list[tuple[int, int, int, Cell]] = []
    """(last row, first column, last column, value) of the merged areas that reach this row."""
    for at, raw in enumerate(sheet.iter_rows()):
        cells = before + tuple([_cell(value) for value in raw])
        while area is not None and area[0][0] <= at:
            (_, left), (bottom, right) = area
            reaching.append((bottom, left, right, cells[left] if left < len(cells) else None))
            area = next(upcoming, None)
        if reaching:
            filled = list(cells)
            for _, left, right, value in reaching:
                past = min(right + 1, COLUMNS)
                filled += [None] * (past - len(filled))
                filled[left:past] = [value] * (past - left)
            cells = tuple(filled)
            reaching = [found for found in reaching if found[0] > at]
        yield Row(at + 1, cells)


def _number(value: float) -> str:
    if value.is_integer() and abs(value) < 10**SAFE_DIGITS:
        return str(int(value))
    text = format(Decimal(repr(value)), "f")
    if value.is_integer():
        return Imprecise(text.removesuffix(".0"))
    return text


def _time(value: time) -> str:
    return value.isoformat("minutes" if not (value.second or value.microsecond) else "auto")


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(int(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")


def _same(value: Any) -> Any:
    return value


_AS_CELL: dict[type, Callable[[Any], Cell]] = {
    str: meant,
    float: _number,
    int: str,
    bool: _same,
    datetime: _same,
    date: _same,
    time: _time,
    timedelta: _duration,
}


def _cell(value: Any) -> Cell:
    return _AS_CELL[type(value)](value)
