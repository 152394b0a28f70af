"""The report as a workbook: a sheet for each section, with charts of Excel's own that follow their cells."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from business.alarm_report.sections import Cell, Chart, Section
from business.exchange.text import escaped, width, writable
from business.exchange.xlsx_file import sheet_name

_HEAD: Final = 3
"""The row of the headings, from 0."""
_OPTIONS: Final = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
_TARGET_COLOUR: Final = "#B85C00"


def workbook(title: str, period: str, sections: Sequence[Section]) -> bytes:
    """No text in it is a formula."""
    target = BytesIO()
    book = Workbook(target, _OPTIONS)
    try:
        looks = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "head": book.add_format({"bold": True, "bg_color": "#E8E8E8", "border": 1}),
        }
        for section in sections:
            _sheet(book, looks, title, period, section)
        book.set_properties({"title": writable(title)[0][:255]})
    finally:
        book.close()
    return target.getvalue()


def _sheet(book: Any, looks: dict[str, Any], title: str, period: str, section: Section) -> None:
    name = sheet_name(section.title)
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, _plain(f"{title} · {section.title}"), looks["title"])
    sheet.write_string(1, 0, _plain(period))
    for column, head in enumerate(section.heads):
        sheet.write_string(_HEAD, column, _plain(head), looks["head"])
        texts = [head, *(str(row[column]) for row in section.rows if row[column] is not None)]
        sheet.set_column(column, column, min(max(map(width, texts)), 60) + 2)
    for number, row in enumerate(section.rows, _HEAD + 1):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell)
    sheet.freeze_panes(_HEAD + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    if section.chart is not None and section.rows:
        chart = _chart(book, sheet, name, section, section.chart)
        sheet.insert_chart(_HEAD, len(section.heads) + 3, chart, {"x_scale": 1.5, "y_scale": 1.2})


def _write(sheet: Any, row: int, column: int, cell: Cell) -> None:
    match cell:
        case None:
            return
        case str():
            sheet.write_string(row, column, _plain(cell))
        case _:
            sheet.write_number(row, column, cell)


def _plain(text: str) -> str:
    return escaped(writable(text)[0])


def _chart(book: Any, sheet: Any, name: str, section: Section, drawn: Chart) -> Any:
    first, last = _HEAD + 1, _HEAD + len(section.rows)
    categories = [name, first, drawn.category, last, drawn.category]
    chart = book.add_chart({"type": "column"})
    for column in drawn.values:
        series = {"name": [name, _HEAD, column], "values": [name, first, column, last, column]}
        chart.add_series({**series, "categories": categories, "gap": 60})
    if drawn.target is not None:
        at = len(section.heads) + 1  # a column of its own beside the table, for the line
        for row in range(first, last + 1):
            sheet.write_number(row, at, drawn.target)
        line = book.add_chart({"type": "line"})
        line.add_series(
            {
                "values": [name, first, at, last, at],
                "categories": categories,
                "name": f"≤ {drawn.target:g}",
                "line": {"color": _TARGET_COLOUR, "dash_type": "dash"},
            }
        )
        chart.combine(line)
    chart.set_title({"name": _plain(section.title)})
    chart.set_legend({"position": "bottom"})
    return chart
