"""Puts a TOML table into its pydantic model and turns what does not fit into problems."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.problems import Key, Problems, Where, shown
from config.shape import fields_of, is_closed, step

M = TypeVar("M", bound=BaseModel)
Place = Callable[..., Where]
"""Keys inside a table -> where they were written."""

_CONFIDENTIAL = re.compile(r"password|secret|token|passphrase|private|database", re.IGNORECASE)


def validated(model: type[M], table: object, place: Place, problems: Problems, context: str = "") -> M | None:
    """The table as its model; None after everything wrong with it was added to `problems`."""
    try:
        return model.model_validate(table)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            _add(model, detail, place, problems, context)
        return None


def _add(
    model: type[BaseModel], detail: ErrorDetails, place: Place, problems: Problems, context: str
) -> None:
    keys: tuple[Key, ...] = tuple(key for key in detail["loc"] if not (isinstance(key, str) and "[" in key))
    around: Any = model
    for key in keys[:-1]:
        around = step(around, key)
    fields = fields_of(around)
    last = keys[-1] if keys else ""
    description = fields.get(str(last), "")
    value: object = None if detail["type"] == "missing" else detail["input"]
    if _CONFIDENTIAL.search(".".join(map(str, keys))):
        value = None if value is None else "***"
    where = place(*keys)
    match detail["type"]:
        case "missing":
            what = f": {description}" if description else ""
            problems.add(where, None, f"{last!r} is missing", f"Add {last} = ...{what}", context=context)
        case "extra_forbidden":
            problems.unknown(where, "key", last, fields)
        case "enum" | "literal_error":
            known = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
            known = known or [str(detail.get("ctx", {}).get("expected", ""))]
            message = f"unknown {last} {shown(value)}"
            problems.add(where, value, message, problems.did_you_mean(value, known), context=context)
        case "finite_number":
            problems.add(where, value, *not_finite(value), context=context)
        case _:
            said = detail["msg"].removeprefix("Value error, ").removeprefix("Input ")
            message = f"{last} is {shown(value)} and {said}" if keys else f"{shown(value)} {said}"
            problems.add(where, value, message.rstrip("."), description, context=context)


def not_finite(value: object) -> tuple[str, str]:
    """Message and way out for NaN and the infinities."""
    return f"{value} is not a finite number", "Write a number, or leave the key out for its default"


def unknown_keys(annotation: Any, value: object, place: Place, problems: Problems, *keys: Key) -> None:
    """Adds the keys that nothing describes, also in tables that are not yet complete."""
    if isinstance(value, dict):
        fields = fields_of(annotation)
        for key, inner in value.items():
            if is_closed(annotation) and key not in fields:
                problems.unknown(place(*keys, key), "key", key, fields)
            else:
                unknown_keys(step(annotation, key), inner, place, problems, *keys, key)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            unknown_keys(step(annotation, at), inner, place, problems, *keys, at)
