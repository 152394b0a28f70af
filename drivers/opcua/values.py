"""What of a node's value a point shows: an element, a field, a number or a text. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from asyncua import ua

from drivers.driver import BAD, Quality, Value
from drivers.opcua.schema import Source
from drivers.opcua.status import quality

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NoSuchPart(LookupError):
    """Raised when a value has no such field or element."""


class Selector:
    """Of one point."""

    __slots__ = ("indices", "is_text", "path")

    def __init__(self, source: Source, *, is_text: bool) -> None:
        self.is_text = is_text
        self.path: tuple[str | int, ...] = tuple(
            int(match[2]) if match[2] else match[1] for match in _STEP.finditer(source.field)
        )
        self.indices = source.indices

    @property
    def is_whole(self) -> bool:
        return not self.path and not self.indices

    def of(self, value: Any) -> Any:
        """The part that is wanted, as it came. Raises NoSuchPart."""
        indices = list(self.indices)
        for step in self.path:
            if isinstance(step, str):
                while indices and isinstance(value, Sequence) and not isinstance(value, str | bytes):
                    value = _element(value, indices.pop(0))
                value = _field(value, step)
            else:
                value = _element(value, step)
        for index in indices:
            value = _element(value, index)
        return value

    def reading(self, value: Any, status: int) -> tuple[Value, int]:
        """(value, quality): what is bad has no value."""
        held = quality(status)
        if held >= BAD:
            return self._nothing, held
        try:
            if not self.is_whole:
                value = self.of(value)
            shown = text(value) if self.is_text else number(value)
        except (NoSuchPart, ValueError, OverflowError, RecursionError):
            return self._nothing, Quality.BAD_ADDRESS
        if shown is None:
            return self._nothing, Quality.BAD_NOT_READ
        if shown != shown or shown in (math.inf, -math.inf):
            return self._nothing, Quality.BAD_SENSOR_FAULT
        return shown, held

    @property
    def _nothing(self) -> Value:
        return "" if self.is_text else math.nan


def number(value: Any) -> float | None:
    """Of what can be one; a time as seconds since 1970. None where there is no value. Raises NoSuchPart."""
    match value:
        case None:
            return None
        case int() | float():  # also a truth value, and an enumeration of the standard
            return float(value)
        case datetime():
            return (_aware(value) - _EPOCH).total_seconds()
        case Enum():
            return number(value.value)
        case ua.StatusCode():
            return float(value.value)
        case ua.Variant():
            return number(value.Value)
        case ua.LocalizedText():
            return number(value.Text)
        case str():
            try:
                return float(value)
            except ValueError:
                raise NoSuchPart(f"{value!r} is no number") from None
        case _:
            raise NoSuchPart(f"{type(value).__name__} is no number; name a field or an element of it")


def text(value: Any) -> str | None:
    """Of anything; None where there is no value."""
    match value:
        case None:
            return None
        case str():
            return value
        case bool():
            return str(int(value))
        case float():
            return f"{value:g}" if value != int_or_nan(value) else str(int(value))
        case ua.LocalizedText():
            return value.Text
        case datetime():
            return _aware(value).isoformat()
        case bytes():
            return value.hex()
        case ua.QualifiedName():
            return value.Name
        case ua.NodeId():
            return str(value.to_string())
        case ua.StatusCode():
            return str(value.name)
        case ua.Variant():
            return text(value.Value)
        case Enum():
            return str(value.name)
        case _:
            return str(value)


def int_or_nan(value: float) -> float:
    return float(int(value)) if math.isfinite(value) else math.nan


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _element(value: Any, index: int) -> Any:
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise NoSuchPart(f"{type(value).__name__} has no elements")
    if index >= len(value):
        raise NoSuchPart(f"element {index} of {len(value)}")
    return value[index]


def _field(value: Any, name: str) -> Any:
    if isinstance(value, ua.Variant):
        value = value.Value
    if isinstance(value, Mapping):
        if name in value:
            return value[name]
    elif is_dataclass(value) and name in {field.name for field in fields(value)}:
        return getattr(value, name)
    raise NoSuchPart(f"{type(value).__name__} has no field {name!r}")
