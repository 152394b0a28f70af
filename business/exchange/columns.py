"""What an import or an export knows of a table: its columns, and the several values one cell may hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from business.fields.field_type import FieldType
from config.text import Text


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table, which is one field of its records."""

    name: str
    """Identifier, also the name of its XML element: a letter, then letters, digits, '_'."""
    label: Text
    type: FieldType[Any]
    required: bool = False
    many: bool = False
    """Its value is a tuple of `Part`s."""
    synonyms: tuple[str, ...] = ()
    """Other headings under which people keep it, in either language."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of several values of a cell, and its share of the whole where one stands beside it."""

    value: Any
    share: Fraction | None = None
    """In (0, 1]."""


Values = Mapping[str, Any]
"""A record: column name to canonical value, None where empty, a tuple of `Part`s where there may be many."""


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
