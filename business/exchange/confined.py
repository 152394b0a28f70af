"""Workbooks are parsed in a process of their own.

A file of 5 kB whose sector chain runs in a circle took 24 GB.

The child (`python -m business.exchange.confined KIND`) reads the file from its input. Its output is JSON
lines: first the names of the sheets and the bytes of their rows, or a refusal; then [number, cells] a row.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO
from typing import Any

from business.confined import Died, Limits, confine, in_child
from business.exchange.kind import Kind, broken
from business.exchange.refusal import FileRefused
from business.exchange.sheet import Cell, Imprecise, Row, Sheet

LIMITS = Limits(memory_bytes=2 << 30, cpu_s=60, wall_s=300)


def confined_sheets(data: bytes, kind: Kind) -> list[Sheet]:
    """What `workbook.workbook_sheets` finds. Blocks until the child is done. Raises FileRefused."""
    try:
        answered = in_child(__name__, [kind.name], data, LIMITS)
    except Died as cause:
        raise broken() from cause
    head, _, body = answered.partition(b"\n")
    answer = json.loads(head)
    if isinstance(answer, str):
        raise FileRefused(answer)
    sheets = []
    start = 0
    for name, size in answer:
        sheets.append(_sheet(name, body[start : start + size]))
        start += size
    return sheets


def _sheet(name: str, lines: bytes) -> Sheet:
    def rows() -> Iterator[Row]:
        for line in BytesIO(lines):
            number, cells = json.loads(line)
            yield Row(number, tuple([_decoded(cell) if type(cell) is list else cell for cell in cells]))

    return Sheet(name, rows)


def _encoded(cell: Cell) -> Any:
    """What JSON does not know becomes a pair of a letter and a text."""
    if isinstance(cell, datetime):
        return ["t", cell.isoformat()]
    if isinstance(cell, date):
        return ["d", cell.isoformat()]
    return ["n", str(cell)] if isinstance(cell, Imprecise) else cell


def _decoded(pair: list[str]) -> Cell:
    letter, text = pair
    if letter == "n":
        return Imprecise(text)
    return datetime.fromisoformat(text) if letter == "t" else date.fromisoformat(text)


def _child(kind: Kind) -> None:
    confine(LIMITS)
    from business.exchange.workbook import workbook_sheets

    head: Any = []
    bodies = []
    try:
        for sheet in workbook_sheets(sys.stdin.buffer.read(), kind):
            body = BytesIO()
            for number, cells in sheet.rows():
                line = json.dumps([number, cells if _plain(cells) else [_encoded(cell) for cell in cells]])
                body.write(line.encode() + b"\n")
            head.append([sheet.name, len(body.getbuffer())])
            bodies.append(body)
    except FileRefused as refusal:
        head, bodies = str(refusal), []
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    for body in bodies:
        sys.stdout.buffer.write(body.getbuffer())


_PLAIN = {str, bool, type(None)}


def _plain(cells: tuple[Cell, ...]) -> bool:
    return _PLAIN.issuperset(map(type, cells))


if __name__ == "__main__":
    _child(Kind[sys.argv[1]])
