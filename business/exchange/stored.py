"""Sheets as they are kept between the steps of an import: a file is parsed once, in a process of its own.

The form: a JSON line with the names of the sheets and the bytes of their rows, or a refusal; then
[number, cells], a line a row. `python -m business.exchange.stored` reads the file from its input.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from business.confined import Died, Limits, confine, in_child
from business.exchange.kind import broken
from business.exchange.refusal import FileRefused, refused
from business.exchange.sheet import Cell, Imprecise, Row, Sheet

LIMITS = Limits(memory_bytes=2 << 30, cpu_s=60, wall_s=300)
STORED_BYTES = 200_000_000
"""Of all rows of a file: what is merged or repeated may be much more than what was packed."""


def parse(data: bytes) -> bytes:
    """A file of any kind in the stored form. Blocks. Raises FileRefused."""
    try:
        answered = in_child(__name__, [], data, LIMITS)
    except Died as cause:
        raise broken() from cause
    _head(answered.partition(b"\n")[0])
    return answered


def stored(path: Path) -> list[Sheet]:
    """Rows are read from the file as they are gone through. Raises OSError where there is none."""
    with path.open("rb") as file:
        head = _head(file.readline())
        start = file.tell()
    sheets = []
    for name, size in head:
        sheets.append(Sheet(name, partial(_rows_of_file, path, start, size)))
        start += size
    return sheets


def sheets_of(answered: bytes) -> list[Sheet]:
    """Raises FileRefused."""
    head, _, body = answered.partition(b"\n")
    sheets = []
    start = 0
    for name, size in _head(head):
        sheets.append(Sheet(name, partial(_rows_of_bytes, body[start : start + size])))
        start += size
    return sheets


def store(sheets: Iterable[Sheet], target: BinaryIO) -> None:
    """What makes the sheets refused makes the whole a refusal."""
    head: Any = []
    bodies = []
    total = 0
    try:
        for sheet in sheets:
            body = BytesIO()
            for number, cells in sheet.rows():
                line = json.dumps([number, cells if _plain(cells) else [_encoded(cell) for cell in cells]])
                total += body.write(line.encode() + b"\n")
                if total > STORED_BYTES:
                    raise _too_much()
            head.append([sheet.name, len(body.getbuffer())])
            bodies.append(body)
    except FileRefused as refusal:
        head, bodies = str(refusal), []
    target.write(json.dumps(head).encode() + b"\n")
    for body in bodies:
        target.write(body.getbuffer())


def _too_much() -> FileRefused:
    megabytes = STORED_BYTES // 1_000_000
    return refused(
        f"文件内容超过 {megabytes} MB，请分成几个文件，或删去不需要的列",
        f"the file holds more than {megabytes} MB: split it, or delete columns that are not needed",
    )


def _head(line: bytes) -> list[tuple[str, int]]:
    answer = json.loads(line)
    if isinstance(answer, str):
        raise FileRefused(answer)
    return [(name, size) for name, size in answer]


def _rows_of_bytes(lines: bytes) -> Iterator[Row]:
    return map(_row, BytesIO(lines))


def _rows_of_file(path: Path, start: int, size: int) -> Iterator[Row]:
    with path.open("rb") as file:
        file.seek(start)
        while size > 0:
            line = file.readline()
            size -= len(line)
            yield _row(line)


def _row(line: bytes) -> Row:
    number, cells = json.loads(line)
    return Row(number, tuple([_decoded(cell) if type(cell) is list else cell for cell in cells]))


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


_PLAIN = {str, bool, type(None)}


def _plain(cells: tuple[Cell, ...]) -> bool:
    return _PLAIN.issuperset(map(type, cells))


def _child() -> None:
    confine(LIMITS)
    from business.exchange.opening import sheets_in

    try:
        sheets: Iterable[Sheet] = sheets_in(sys.stdin.buffer.read())
    except FileRefused as refusal:
        sys.stdout.buffer.write(json.dumps(str(refusal)).encode() + b"\n")
    else:
        store(sheets, sys.stdout.buffer)


if __name__ == "__main__":
    _child()
