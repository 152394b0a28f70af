"""The contract of a field type: reads what people and files give, shows it, and hides it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.types import TypeEngine

from config.text import Text

V = TypeVar("V")


class FieldError(ValueError):
    """A value that a field cannot hold: its text, said in both languages, names value, rule and way out."""


@dataclass(frozen=True, slots=True)
class FieldType(Generic[V]):
    """One kind of value. Empty input (None, '', blanks) never reaches `parse`: whether it may be empty is the
    field's business."""

    name: str
    label: Text
    column: Callable[[], TypeEngine[V]]
    """The type of its database column."""
    parse: Callable[[object], V]
    """From a form, a JSON body or a cell (text, int, float, bool, date, datetime) to the canonical value,
    which it leaves unchanged. Raises FieldError."""
    show: Callable[[V, str], str]
    """To text for a person, in 'zh' or 'en'; `parse` reads it back."""
    mask: Callable[[V], str] | None = None
    """To text for those who may not see the value; None where it is not sensitive by its nature."""
