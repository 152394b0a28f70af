"""Puts parameters into texts: `{p}`, `{p + 1}`, `{p:03}`, and arithmetic where a number is wanted."""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from config.shape import Annotation, kept, step, wants_number, wants_text

Value = int | float | str | bool
Parameters = Mapping[str, Value]

_BRACES = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_WHOLE = re.compile(r"\s*\{([^{}:]*)\}\s*")
_WORD = re.compile(r"[A-Za-z_]\w*")
_FORMAT = re.compile(r"0?\d{0,2}(?:\.\d)?[dxXf]?")
_LONGEST = 200

_OPERATIONS: Mapping[type[ast.AST], Callable[[Any, Any], int | float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}


class ParameterError(Exception):
    """Raised when a text cannot be filled: it is no arithmetic, or its result is no number."""


class UnknownParameterError(ParameterError):
    """Raised when a text names a parameter that does not exist."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def names_in(value: object) -> frozenset[str]:
    """The parameters that a TOML value mentions, however deep."""
    match value:
        case str():
            inner = (match[1] for match in _BRACES.finditer(value) if match[1])
            return frozenset(word for text in inner for word in _WORD.findall(text.partition(":")[0]))
        case dict():
            return frozenset().union(*map(names_in, value.values()))
        case list():
            return frozenset().union(*map(names_in, value))
        case _:
            return frozenset()


def filled(
    value: Any,
    annotation: Annotation,
    parameters: Parameters,
    failed: Callable[[tuple[str | int, ...], object, ParameterError], None],
    keys: tuple[str | int, ...] = (),
) -> Any:
    """A TOML value with its texts filled in, for a model that has `annotation` in its place.

    What cannot be filled is told to `failed` with its keys and text, and stays as it is.
    """
    match value:
        case str():
            try:
                return filled_text(value, annotation, parameters)
            except ParameterError as error:
                failed(keys, value, error)
                return value
        case dict():
            return {
                key: filled(
                    inner, step(annotation, key), _with(parameters, annotation, key), failed, (*keys, key)
                )
                for key, inner in value.items()
            }
        case list():
            return [
                filled(inner, step(annotation, at), parameters, failed, (*keys, at))
                for at, inner in enumerate(value)
            ]
        case _:
            return value


def _with(parameters: Parameters, annotation: Annotation, key: str) -> Parameters:
    found = kept(annotation, key)
    return {**parameters, **found} if found else parameters


def filled_text(text: str, annotation: Annotation, parameters: Parameters) -> Value:
    """One text, filled in. A text that is one `{p}` alone keeps the type of p unless text is wanted.

    Raises ParameterError.
    """
    if wants_number(annotation):
        return _number(text, parameters)
    if "{" not in text and "}" not in text:
        return text
    if (whole := _WHOLE.fullmatch(text)) and not wants_text(annotation):
        return _value(whole[1], parameters)
    return _BRACES.sub(lambda match: _piece(match, parameters), text)


def _piece(match: re.Match[str], parameters: Parameters) -> str:
    if match[0] in ("{{", "}}"):
        return match[0][0]
    if match[1] is None:
        raise ParameterError(f"lone {match[0]!r}; write it twice where it is meant as text")
    expression, _, form = match[1].partition(":")
    value = _value(expression, parameters)
    if not form:
        return str(value)
    try:
        if not _FORMAT.fullmatch(form):
            raise ValueError(form)
        return format(value, form)
    except ValueError:
        raise ParameterError(
            f"{value!r} cannot be written as {form!r}; use a form such as 03 or .1f"
        ) from None


def _number(text: str, parameters: Parameters) -> Value:
    if whole := _WHOLE.fullmatch(text):
        value = _value(whole[1], parameters)
        return _number(value, {}) if isinstance(value, str) else value
    if words := _WORD.findall(_BRACES.sub("", text)):
        hint = f"; a parameter is written {{{words[0]}}}" if words[0] in parameters else ""
        raise ParameterError(f"{text!r} is neither a number nor arithmetic{hint}")
    return _evaluated(_BRACES.sub(lambda match: f"({match[1] or ''})", text), parameters)


def _value(expression: str, parameters: Parameters) -> Value:
    name = expression.strip()
    if not _WORD.fullmatch(name):
        return _evaluated(name, parameters)
    if name not in parameters:
        raise UnknownParameterError(name)
    return parameters[name]


def _evaluated(expression: str, parameters: Parameters) -> int | float:
    try:
        result = _node(_parsed(expression.strip()), parameters)
    except ZeroDivisionError:
        raise ParameterError(f"{expression!r} divides by zero") from None
    except OverflowError:
        raise ParameterError(f"{expression!r} is too large") from None
    if not math.isfinite(result):
        raise ParameterError(f"{expression!r} gives {result}, not a finite number")
    return result


@lru_cache(4096)
def _parsed(expression: str) -> ast.expr:
    if len(expression) > _LONGEST:
        raise ParameterError(f"arithmetic of {len(expression)} characters, at most {_LONGEST} are allowed")
    try:
        return ast.parse(expression, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ParameterError(f"{expression!r} is neither a number nor arithmetic") from None


def _node(node: ast.expr, parameters: Parameters) -> int | float:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return number
        case ast.Name(id=name):
            if name not in parameters:
                raise UnknownParameterError(name)
            value = parameters[name]
            if isinstance(value, str):
                return _evaluated(value, {})
            if isinstance(value, bool):
                raise ParameterError(f"parameter {name!r} is {value}, not a number")
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_node(operand, parameters)
        case ast.UnaryOp(op=ast.UAdd(), operand=operand):
            return _node(operand, parameters)
        case ast.BinOp(left=left, op=op, right=right) if operation := _OPERATIONS.get(type(op)):
            return operation(_node(left, parameters), _node(right, parameters))
        case _:
            raise ParameterError(
                f"{ast.unparse(node)!r} is not allowed in arithmetic; use + - * // / % and numbers"
            )
