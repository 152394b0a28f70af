"""Rows of a file to records of a table: every row comes out, as a record or with what is wrong with it."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar

from actors.said import said
from business.exchange import parts
from business.exchange.columns import Column, Part
from business.exchange.layout import Header, Mapped, unmapped
from business.exchange.refusal import refused
from business.exchange.sheet import SAFE_DIGITS, Cell, Imprecise, Row, letter
from business.fields.field_type import FieldError
from config.text import Text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong with one row; `reason` and `fix` are said in both languages."""

    row: int
    column: str
    """Its letter."""
    label: Text
    value: str
    """As it stands in the file, at most SHOWN characters."""
    reason: str
    fix: str


@dataclass(frozen=True, slots=True)
class Record:
    row: int
    values: dict[str, Any]
    """See `columns.Values`; holds the mapped fields only."""


@dataclass(frozen=True, slots=True)
class Failed:
    row: Row
    errors: tuple[RowError, ...]


Outcome = Record | Failed

REMEMBERED = 1_000
"""Of a column, the values that are not read again."""
SHOWN = 200


@dataclass(slots=True)
class Trial:
    """What becomes of the rows of one file: counts, and the first errors."""

    shown: int = 1000
    good: int = 0
    failed: int = 0
    errors: list[RowError] = dataclasses.field(default_factory=list)
    """The first `shown`; all of them are in the file of failed rows."""
    error_count: int = 0

    def watch(self, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
        """The outcomes as they are, counted as they pass."""
        for outcome in outcomes:
            if isinstance(outcome, Record):
                self.good += 1
            else:
                self.failed += 1
                self.error_count += len(outcome.errors)
                self.errors += outcome.errors[: max(self.shown - len(self.errors), 0)]
            yield outcome

    def failures(self, outcomes: Iterable[Outcome]) -> Iterator[Failed]:
        """A dry run: all outcomes counted, the failed ones handed on, as to `failures.write_failures`."""
        return (outcome for outcome in self.watch(outcomes) if isinstance(outcome, Failed))


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` items, the last one shorter. Whoever takes them reports progress, and may stop."""
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk


def outcomes(
    rows: Iterable[Row], header: Header, mapping: Mapped, columns: Sequence[Column], keys: Sequence[str] = ()
) -> Iterator[Outcome]:
    """Every row as a record or as failed, in the order of the file, one at a time.

    `keys` name the columns that together tell records apart: the second of two equal rows fails; a row with
    only blank keys has no equal. Raises FileRefused where a required column is not mapped.
    """
    missing = unmapped(mapping, columns)
    if missing:
        zh, en = ("、".join(c.label.zh for c in missing), ", ".join(c.label.en for c in missing))
        raise refused(
            f"必填列没有对应：{zh}，请先选择对应的列", f"required columns are not mapped: {en}: choose theirs"
        )
    by_name = {column.name: column for column in columns}
    fields = [
        _Field(column, [place for place, name in sorted(mapping.items()) if name == column.name])
        for column in by_name.values()
        if column.name in mapping.values()
    ]
    return _outcomes(rows, fields, [by_name[key] for key in keys])


@dataclass(frozen=True, slots=True)
class _Field:
    column: Column
    places: list[int]


def _outcomes(rows: Iterable[Row], fields: Sequence[_Field], keys: Sequence[Column]) -> Iterator[Outcome]:
    seen: dict[tuple[str | None, ...], int] = {}
    readers = [(field, field.column.name, _reader(field)) for field in fields]
    places = {field.column.name: field.places[0] for field in fields}
    for row in rows:
        values: dict[str, Any] = {}
        errors: list[RowError] = []
        for field, name, read in readers:
            try:
                values[name] = read(row.cells)
            except _Wrong as wrong:
                errors.append(_error(row, field.column, wrong.place, wrong.reason))
        if keys and not errors:
            key = tuple(_key(column, values.get(column.name)) for column in keys)
            first = seen.setdefault(key, row.number) if any(key) else row.number
            if first != row.number:
                errors.append(_duplicate(row, keys, places, first))
        yield Failed(row, tuple(errors)) if errors else Record(row.number, values)


class _Wrong(Exception):
    def __init__(self, place: int, reason: str) -> None:
        super().__init__(reason)
        self.place = place
        self.reason = reason


def _reader(field: _Field) -> Callable[[tuple[Cell, ...]], Any]:
    """From the cells of a row to the value of the field; raises _Wrong."""
    column, place = field.column, field.places[0]
    # Most columns say a few things again and again; 1, 1.0 and TRUE are not the same cell.
    parse = lru_cache(REMEMBERED, typed=True)(column.type.parse)

    def one(cells: tuple[Cell, ...]) -> Any:
        cell = cells[place] if place < len(cells) else None
        if cell is None:
            if column.required:
                raise _Wrong(place, _blank(column))
            return None
        if type(cell) is Imprecise:
            raise _Wrong(place, _imprecise(cell))
        try:
            return parse(cell)
        except FieldError as error:
            raise _Wrong(place, str(error)) from error

    def many(cells: tuple[Cell, ...]) -> tuple[Part, ...] | None:
        found: list[Part] = []
        for place in field.places:
            cell = cells[place] if place < len(cells) else None
            if cell is None:
                continue
            if type(cell) is Imprecise:
                raise _Wrong(place, _imprecise(cell))
            try:
                found += [Part(parse(text), share) for text, share in _split(cell)]
            except FieldError as error:
                raise _Wrong(place, str(error)) from error
        if column.required and not found:
            raise _Wrong(field.places[0], _blank(column))
        return tuple(found) or None

    return many if column.many else one


def _split(cell: Cell) -> list[tuple[Cell, Fraction | None]]:
    return [*parts.split(cell)] if isinstance(cell, str) else [(cell, None)]


def _key(column: Column, value: Any) -> str | None:
    if value is None:
        return None
    if column.many:
        return "\x1f".join(sorted(column.type.show(part.value, "en") for part in value))
    return column.type.show(value, "en")


def _error(row: Row, column: Column, place: int, reason: str, fix: str = "") -> RowError:
    cell = row.cells[place] if place < len(row.cells) else None
    at = f"{letter(place)}{row.number}"
    fix = fix or said(f"更正单元格 {at} 后重新导入", f"correct cell {at} and import again")
    return RowError(row.number, letter(place), column.label, shown(cell)[:SHOWN], reason, fix)


def _duplicate(row: Row, keys: Sequence[Column], places: dict[str, int], first: int) -> RowError:
    place = next(places[column.name] for column in keys if column.name in places)
    zh, en = "、".join(column.label.zh for column in keys), ", ".join(column.label.en for column in keys)
    return _error(
        row,
        keys[0],
        place,
        said(f"与第 {first} 行重复：{zh} 相同", f"the same {en} as in row {first}"),
        said(
            f"删除其中一行，或更正第 {row.number} 行的{zh}",
            f"delete one of the two rows, or correct {en} in row {row.number}",
        ),
    )


def _blank(column: Column) -> str:
    return said(f"{column.label.zh}必填，不能为空", f"{column.label.en} is required and must not be blank")


def _imprecise(cell: str) -> str:
    return said(
        f"数字 {cell} 超过 {SAFE_DIGITS} 位，电子表格已丢失后面的数字；请将该列设为文本格式后重新填写",
        f"the number {cell} has more than {SAFE_DIGITS} digits, and the spreadsheet has lost the last ones: "
        "format the column as text and type it again",
    )


def shown(cell: Cell) -> str:
    """A cell as the text that stands in the file."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, bool):
        return str(cell).upper()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
