"""What is wrong with a row, as it is kept until the file is corrected."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from actors.said import said
from business.exchange.layout import Mapped
from business.exchange.reading import SHOWN, RowError, shown
from business.exchange.sheet import Cell, letter


@dataclass(frozen=True, slots=True)
class Error:
    """One thing wrong with one row."""

    column: str
    """The field; '' when it is about the row as a whole."""
    letter: str
    value: str
    reason: str
    """Said in both languages, as is `fix`."""
    fix: str

    def plain(self) -> tuple[Any, ...]:
        return (self.column, self.letter, self.value, self.reason, self.fix)


def errors_of(found: Iterable[RowError], names: Mapping[str, str]) -> tuple[tuple[Any, ...], ...]:
    """Of a row that could not be read; `names` are those of the fields by the letters of their columns."""
    return tuple(
        Error(names.get(one.column, ""), one.column, one.value, one.reason, one.fix).plain() for one in found
    )


def error_at(column: str, reason: str, row: int, cells: Sequence[Cell], mapping: Mapped) -> Error:
    """Of a row that was read, and refused by what is there already."""
    place = next((place for place, name in sorted(mapping.items()) if name == column), None)
    if place is None:
        fix = said(f"更正第 {row} 行后重新导入", f"correct row {row} and import again")
        return Error(column, "", "", reason, fix)
    at = f"{letter(place)}{row}"
    cell = cells[place] if place < len(cells) else None
    fix = said(f"更正单元格 {at} 后重新导入", f"correct cell {at} and import again")
    return Error(column, letter(place), shown(cell)[:SHOWN], reason, fix)
