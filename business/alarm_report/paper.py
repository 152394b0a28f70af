"""The report as the data of its print template. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from business.alarm_report.sections import Cell, Chart, Section
from business.exchange.text import width

TEMPLATE: Final = "alarm_report"
_LABELS: Final = 16
"""Names below a chart; of more columns only some are named."""
_WIDEST: Final = 30


def paper(title: str, subtitle: str, printed: str, sections: Sequence[Section]) -> dict[str, Any]:
    return {
        "title": title,
        "subtitle": subtitle,
        "printed": printed,
        "sections": [_section(one) for one in sections],
    }


def _section(section: Section) -> dict[str, Any]:
    columns = [
        {
            "label": head,
            "width": max(min(max(map(width, _texts(section, at))), _WIDEST), 4),
            "right": bool(section.rows) and all(not isinstance(row[at], str) for row in section.rows),
        }
        for at, head in enumerate(section.heads)
    ]
    return {
        "title": section.title,
        "columns": columns,
        "rows": [[_text(cell) for cell in row] for row in section.rows],
        "chart": _chart(section, section.chart) if section.chart and section.rows else None,
    }


def _texts(section: Section, at: int) -> list[str]:
    return [section.heads[at], *(_text(row[at]) for row in section.rows)]


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return "—"
        case int():
            return f"{cell:,}"
        case float():
            return f"{cell:,.2f}".rstrip("0").rstrip(".")
        case _:
            return cell


def _chart(section: Section, chart: Chart) -> dict[str, Any]:
    """Heights as parts of the highest; the values of one row stand side by side."""
    rows = [
        (str(row[chart.category]), at, value if isinstance(value := row[column], int | float) else 0)
        for row in section.rows
        for at, column in enumerate(chart.values)
    ]
    top = max([value for *_, value in rows] + [chart.target or 0]) or 1
    every = max(-(-len(section.rows) // _LABELS), 1) * len(chart.values)
    return {
        "top": _text(top),
        "target": None if chart.target is None else chart.target / top,
        "legend": " · ".join(section.heads[column] for column in chart.values),
        "columns": [
            {
                "label": _short(label) if number % every == 0 else "",
                "height": value / top,
                "shade": at,
                "over": chart.target is not None and value > chart.target,
            }
            for number, (label, at, value) in enumerate(rows)
        ],
    }


def _short(label: str) -> str:
    """Of a date, month and day."""
    return label[5:] if len(label) == 10 and label[4] == "-" else label
