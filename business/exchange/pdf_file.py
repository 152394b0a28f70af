"""PDF out: a paged table with its heading on every page. What users wrote is data to typst, never markup."""

import json
import re
from datetime import UTC, datetime, time
from functools import cache
from typing import BinaryIO, Final

import typst

from business.exchange.refusal import refused
from business.exchange.table import MONEY, Table, Written, text_of
from business.exchange.text import width, writable

FONT: Final = "Noto Sans CJK SC"
PDF_CELLS: Final = 30_000
"""Cells of the longest PDF: the whole document is laid out in memory, some 10 kB a cell."""
PDF_TEXT: Final = 2_000
"""Characters of a cell; a longer text ends in '…'. No row is then higher than a page."""

_UNBROKEN = re.compile(r"[!-~]{16}(?=[!-~]{8})")
_BREAK = "\u200b"
_DOCUMENT: Final = r"""
#let data = json(bytes(sys.inputs.data))
#let counted(at, of) = if data.language == "zh" [第 #at 页，共 #of 页] else [page #at of #of]
#set document(title: data.title)
#set page(
  paper: "a4", flipped: data.wide, margin: (x: 12mm, y: 15mm),
  footer: context align(center, counted(counter(page).get().first(), counter(page).final().first())),
)
#set text(font: "FONT", lang: data.language, size: 8pt)
#text(size: 13pt, weight: "bold", data.title) #h(1fr) #data.day
#pdf.artifact(table(
  columns: data.widths.map(it => it * 1fr), stroke: 0.4pt + luma(160), inset: 3pt,
  align: (x, y) => if x in data.right { right } else { left },
  table.header(..data.labels.map(it => table.cell(fill: luma(235), text(weight: "bold", it)))),
  ..data.cells.map(it => text(it)),
))
""".replace("FONT", FONT).encode()
"""The table is an artifact to the tags of the PDF: with every cell tagged the file is 17 times bigger."""


def write_pdf(target: BinaryIO, table: Table) -> Written:
    """A4, across where there are many columns. Raises FileRefused beyond PDF_CELLS and without the font."""
    fonts = _fonts()
    shows = [(column.name, text_of(column, table.language)) for column in table.columns]
    cells: list[str] = []
    widths = [max(width(label), 4) for label in table.labels()]
    count = dropped = cut = 0
    for count, row in enumerate(table.rows, start=1):
        if count * len(shows) > PDF_CELLS:
            raise refused(
                f"PDF 最多 {PDF_CELLS // len(shows)} 行（{len(shows)} 列时），请缩小范围，或导出 Excel",
                f"a PDF of {len(shows)} columns holds at most {PDF_CELLS // len(shows)} rows: "
                "narrow the selection, or export to Excel",
            )
        for place, (name, show) in enumerate(shows):
            text, gone = writable(show(row.get(name)))
            dropped += gone
            if len(text) > PDF_TEXT:
                text, cut = text[: PDF_TEXT - 1] + "…", cut + 1
            widths[place] = max(widths[place], min(width(text), 40))
            cells.append(_breakable(text))
    data = {
        "title": writable(table.title)[0],
        "day": table.day.isoformat(),
        "language": table.language,
        "wide": len(shows) > 5 or sum(widths) > 100,
        "widths": widths,
        "right": [place for place, column in enumerate(table.columns) if column.type.name == MONEY],
        "labels": [_breakable(writable(label)[0]) for label in table.labels()],
        "cells": cells,
    }
    inputs = {"data": json.dumps(data)}
    midnight = datetime.combine(table.day, time(), UTC)
    pdf = typst.compile(_DOCUMENT, font_paths=fonts, format="pdf", sys_inputs=inputs, timestamp=midnight)
    target.write(pdf)
    return Written(count, dropped, cut)


def _breakable(text: str) -> str:
    """Long codes and addresses may break within, or they would run over the next column."""
    return _UNBROKEN.sub(lambda found: found[0] + _BREAK, text)


@cache
def _fonts() -> typst.Fonts:
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False)
    if FONT not in fonts.families():
        raise refused(
            f"服务器没有安装字体 {FONT}，无法生成 PDF；请安装 fonts-noto-cjk 并重启，或导出 Excel",
            f"the font {FONT} is not installed, so no PDF can be made: "
            "install fonts-noto-cjk and restart, or export to Excel",
        )
    return fonts
