"""CSV and plain text out."""

import csv
import json
from collections.abc import Iterator
from io import TextIOWrapper
from tempfile import TemporaryFile
from typing import BinaryIO

from business.exchange.table import Table, Written, text_of
from business.exchange.text import escaped, width, wrapped, writable

TXT_COLUMN = 40
"""Screen columns of the widest column of a text; longer values go on in the next line."""
_GAP = "  "


def write_csv(target: BinaryIO, table: Table) -> Written:
    """UTF-8 with its mark, for Excel; every cell in quotation marks, so the separator is beyond doubt."""
    text = TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        count, dropped = -1, 0
        for cells, gone in _rows(table):
            writer.writerow([escaped(cell) for cell in cells])
            count += 1
            dropped += gone
    finally:
        text.detach()
    return Written(count, dropped)


def write_txt(target: BinaryIO, table: Table) -> Written:
    """Aligned columns for a fixed-width font in which a Chinese character is two columns wide, UTF-8.

    The rows go through a temporary file, for the widths are known only after the last one.
    """
    widths = [0] * len(table.columns)
    with TemporaryFile("w+", encoding="utf-8") as spool:
        count, dropped = -1, 0
        for cells, gone in _rows(table):
            count += 1
            dropped += gone
            cells = [cell.replace("\t", " ") for cell in cells]
            for place, cell in enumerate(cells):
                widest = max(map(width, cell.split("\n")), default=0) if "\n" in cell else width(cell)
                widths[place] = max(widths[place], min(widest, TXT_COLUMN))
            spool.write(json.dumps(cells, ensure_ascii=False) + "\n")
        spool.seek(0)
        title, gone = writable(table.title)
        target.write(f"{' '.join(title.split())}  {table.day.isoformat()}\n\n".encode())
        for number, line in enumerate(spool):
            target.write(_laid_out(json.loads(line), widths).encode())
            if number == 0:
                target.write((_GAP.join("-" * used for used in widths) + "\n").encode())
    return Written(count, dropped + gone)


def _rows(table: Table) -> Iterator[tuple[list[str], int]]:
    """The heading, then the rows, as writable text, and how many characters each lost."""
    shows = [(column.name, text_of(column, table.language)) for column in table.columns]
    yield _writable(table.labels())
    for row in table.rows:
        yield _writable([show(row.get(name)) for name, show in shows])


def _writable(cells: list[str]) -> tuple[list[str], int]:
    pairs = [writable(cell) for cell in cells]
    return [text for text, _ in pairs], sum(gone for _, gone in pairs)


def _laid_out(cells: list[str], widths: list[int]) -> str:
    columns = [wrapped(cell, max(used, 2)) for cell, used in zip(cells, widths, strict=True)]
    lines = []
    for at in range(max(map(len, columns), default=0)):
        texts = [column[at] if at < len(column) else "" for column in columns]
        padded = [text + " " * (used - width(text)) for text, used in zip(texts, widths, strict=True)]
        lines.append(_GAP.join(padded).rstrip(" ") + "\n")
    return "".join(lines)
