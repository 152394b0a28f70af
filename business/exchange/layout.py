"""Which row is the heading, and which of its columns is which field."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import islice

from business.exchange.columns import Column, is_blank
from business.exchange.refusal import refused
from business.exchange.sheet import HEADER_ROWS, Cell, Row, Sheet
from business.exchange.synonyms import ALIKE
from config.text import Text

REASON = Text("错误原因", "Reason refused")
"""Heading that `failures` adds to rows that failed; never taken for a field when they come back."""

Mapped = Mapping[int, str]
"""Place of a column (from 0) to the name of its field; what is not in it is not imported."""

_NOTE = re.compile(r"[(\[（【].*?[)\]）】]")
_NOISE = re.compile(r"[\W_]+")
_NUMBERED = re.compile(r"\d+$")
_ALIKE = 0.84


@dataclass(frozen=True, slots=True)
class Header:
    """The heading of a sheet."""

    row: int
    """Its number in the file; the records stand beneath."""
    labels: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """The same for the same headings in the same order, whatever their spacing, and with REASON behind.

        64 hexadecimal digits."""
        labels = [plain(label) for label in self.labels]
        plainly = "\x1f".join(label for label in labels if label not in _RESERVED).rstrip("\x1f")
        return hashlib.sha256(plainly.encode("utf-8", "surrogatepass")).hexdigest()


def plain(label: str) -> str:
    """A heading without capitals, widths, spaces and punctuation."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", label).casefold())


def header_of(sheet: Sheet, columns: Sequence[Column]) -> Header:
    """The first of the rows with the most known headings; where none has any, the first well filled.

    So a title above, even one merged across the sheet, is passed over. Raises FileRefused if all are blank.
    """
    candidates: list[tuple[int, int, Header]] = []
    for row in islice(sheet.rows(), HEADER_ROWS):
        labels = tuple("" if is_blank(cell) else str(cell).strip() for cell in row.cells)
        texts = {label for cell, label in zip(row.cells, labels, strict=True) if label and _wordy(cell)}
        if texts:
            known = {labels[place] for place in guessed(labels, columns)}
            candidates.append((len(known), len(texts), Header(row.number, labels)))
    if not candidates:
        raise refused(
            f"前 {HEADER_ROWS} 行没有找到表头，请在第一行写上各列名称",
            f"no heading was found in the first {HEADER_ROWS} rows: write the columns' names in the first",
        )
    if any(known for known, _, _ in candidates):
        return max(candidates, key=lambda found: (found[0], found[1] > 1))[2]
    most = max(texts for _, texts, _ in candidates)
    return next(header for _, texts, header in candidates if 2 * texts >= most)


def records_of(sheet: Sheet, header: Header) -> Iterator[Row]:
    """The rows beneath the heading that hold anything."""
    for row in sheet.rows():
        if row.number > header.row and any(cell is not None for cell in row.cells):
            yield row


def guessed(labels: Sequence[str], columns: Sequence[Column]) -> dict[int, str]:
    """A mapping by the likeness of headings. A field of many values may have several columns (业主1)."""
    offers = sorted(
        (-likeness, place, order)
        for place, label in enumerate(labels)
        if plain(label) and plain(label) not in _RESERVED
        for order, column in enumerate(columns)
        if (likeness := _likeness(label, column)) > 0
    )
    mapping: dict[int, str] = {}
    taken: set[str] = set()
    for _, place, order in offers:
        column = columns[order]
        if place not in mapping and (column.many or column.name not in taken):
            mapping[place] = column.name
            taken.add(column.name)
    return dict(sorted(mapping.items()))


def unmapped(mapping: Mapped, columns: Iterable[Column]) -> list[Column]:
    """Required columns that no column of the file is mapped to: without them no row can be read."""
    there = set(mapping.values())
    return [column for column in columns if column.required and column.name not in there]


_RESERVED = {plain(REASON.zh), plain(REASON.en), plain(f"{REASON.zh}{REASON.en}")}


def _likeness(label: str, column: Column) -> float:
    """From 3 for the label itself to 0 for nothing in common."""
    own = [plain(name) for name in (column.name, column.label.zh, column.label.en, *column.synonyms)]
    heads = [plain(label), plain(_NOTE.sub("", label))]
    if column.many:
        heads += [_NUMBERED.sub("", head) for head in heads]
    heads = [head for head in heads if head]
    if heads and heads[0] in own:
        return 3
    if any(head in own for head in heads):
        return 2.5
    if any(head in ALIKE.get(name, ()) for name in own for head in heads):
        return 2
    close = max((SequenceMatcher(None, head, name).ratio() for name in own for head in heads), default=0)
    return close if close >= _ALIKE else 0


def _wordy(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.replace(".", "").replace("-", "").isdigit()
