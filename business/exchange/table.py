"""A table on its way out, and its values as a file can hold them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

from business.exchange import parts
from business.exchange.columns import Column, Values
from business.exchange.sheet import SAFE_DIGITS

MONEY: Final = "money"
"""Name of the field type whose canonical value is an integer of fen."""
FIRST_DATE: Final = date(1900, 3, 1)
"""Excel believes in a 29 February 1900; dates before it are written as text."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows are taken once, one after the other."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Values]
    language: str
    """'zh' or 'en'."""
    day: date
    """Printed beside the title."""

    def labels(self) -> list[str]:
        return [column.label.in_language(self.language) for column in self.columns]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what the format could not hold."""

    rows: int
    dropped: int = 0
    """Control characters and half characters left out."""
    cut: int = 0
    """Texts cut to the length that a cell holds."""


class Yuan(NamedTuple):
    """An amount as a number for a spreadsheet, exact up to 15 digits."""

    amount: float


Native = str | float | date | Yuan | None
"""A value as a spreadsheet keeps it; `date` includes `datetime`."""

_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")


def text_of(column: Column, language: str) -> Callable[[Any], str]:
    """From the value of a column to text; `reading` reads it back."""
    show = column.type.show

    def one(value: Any) -> str:
        return "" if value is None else show(value, language)

    def many(value: Any) -> str:
        return (
            "" if value is None else parts.joined((show(part.value, language), part.share) for part in value)
        )

    return many if column.many else one


def native_of(column: Column, language: str) -> Callable[[Any], Native]:
    """From the value of a column to a date, a number or money where a spreadsheet gives it back unchanged."""
    text = text_of(column, language)
    money = column.type.name == MONEY

    def native(value: Any) -> Native:
        if isinstance(value, date):
            return value if _datable(value) else text(value)
        if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
            return text(value)
        if money and isinstance(value, int):
            return Yuan(value / 100) if abs(value) < 10**SAFE_DIGITS else text(value)
        written = text(value)
        return float(written) if written == str(value) and _keeps(written) else written

    return text if column.many else native


def native_date(value: date) -> date | str:
    """The date, or its text where a spreadsheet cannot hold it."""
    return value if _datable(value) else value.isoformat()


def _datable(value: date) -> bool:
    if isinstance(value, datetime):
        return value.tzinfo is None and value.microsecond % 1000 == 0 and value.date() >= FIRST_DATE
    return value >= FIRST_DATE


def _keeps(text: str) -> bool:
    """Whether the number comes back from a spreadsheet as the same text."""
    if not _PLAIN.fullmatch(text) or len(text.lstrip("-0.").replace(".", "")) > SAFE_DIGITS:
        return False
    return format(Decimal(repr(float(text))), "f").removesuffix(".0") == text
