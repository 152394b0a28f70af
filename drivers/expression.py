"""Formulas of calculated points: parsed against a list of what is allowed, compiled once, evaluated often.

Nothing of Python is reachable but arithmetic, comparisons, and/or/not, `a if b else c`, number constants, the
declared inputs and the functions below. All arithmetic is on floats, so that no formula can grow a number.
"""

import ast
import math
from collections.abc import Callable, Collection, Mapping
from types import CodeType
from typing import cast

LONGEST = 500
"""Characters."""
DEEPEST = 30
"""Levels of nesting."""


class ExpressionError(Exception):
    """The formula says something that formulas cannot say."""


def _round(value: float, digits: float = 0.0) -> float:
    return round(value, int(digits))


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


_FUNCTIONS: Mapping[str, tuple[Callable[..., float], int, int]] = {
    "min": (min, 2, 20),
    "max": (max, 2, 20),
    "abs": (abs, 1, 1),
    "round": (_round, 1, 2),
    "sqrt": (math.sqrt, 1, 1),
    "clamp": (_clamp, 3, 3),
}
"""Name -> function, fewest and most arguments."""

_POWER = "__power"
_GLOBALS = {"__builtins__": {}, _POWER: math.pow, **{name: row[0] for name, row in _FUNCTIONS.items()}}

_OPERATORS = (
    ast.Add,
    ast.Sub,
    ast.Mult,
    ast.Div,
    ast.FloorDiv,
    ast.Mod,
    ast.UAdd,
    ast.USub,
    ast.Not,
    ast.And,
    ast.Or,
    ast.Eq,
    ast.NotEq,
    ast.Lt,
    ast.LtE,
    ast.Gt,
    ast.GtE,
)


class Expression:
    """A formula over named inputs. `names` are the inputs that it really uses."""

    def __init__(self, text: str, inputs: Collection[str]) -> None:
        """Raises ExpressionError with the formula, the position and what is allowed instead."""
        self.text = text
        checker = _Checker(text, inputs)
        self.names: tuple[str, ...] = ()
        self._code: CodeType = checker.compiled()
        self.names = tuple(sorted(checker.names))

    def evaluate(self, inputs: Mapping[str, float]) -> float:
        """The result, truth as 1 and 0. Raises ArithmeticError or ValueError where there is none."""
        result = eval(self._code, _GLOBALS, cast(dict[str, object], inputs))  # noqa: S307 - see _Checker
        return float(result)


class _Checker:
    """Rebuilds the syntax tree from allowed parts only: what is not rebuilt cannot run."""

    def __init__(self, text: str, inputs: Collection[str]) -> None:
        self.names: set[str] = set()
        self._text = text
        self._inputs = inputs

    def compiled(self) -> CodeType:
        if len(self._text) > LONGEST:
            raise ExpressionError(
                f"a formula of {len(self._text)} characters is longer than {LONGEST}; "
                f"split it over several calculated points"
            )
        try:
            tree = ast.parse(self._text.strip(), mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            at = getattr(error, "offset", None) or 1
            raise ExpressionError(f"{self._text!r}, position {at}: not a formula ({error})") from error
        body = self._checked(tree.body, 0)
        return compile(ast.fix_missing_locations(ast.Expression(body)), "<formula>", "eval")

    def _checked(self, node: ast.expr, depth: int) -> ast.expr:
        if depth > DEEPEST:
            raise self._refused(node, f"nested deeper than {DEEPEST} levels")
        deeper = depth + 1
        match node:
            case ast.Constant(value=bool() | int() | float() as value):
                return ast.Constant(self._number(node, value))
            case ast.Name(id=name) if name in self._inputs:
                self.names.add(name)
                return ast.Name(name, ast.Load())
            case ast.Name(id=name):
                known = ", ".join(sorted(self._inputs)) or "none"
                raise self._refused(node, f"{name!r} is not an input; inputs are {known}")
            case ast.BinOp(left, ast.Pow(), right):
                power = ast.Name(_POWER, ast.Load())
                return ast.Call(power, [self._checked(left, deeper), self._checked(right, deeper)], [])
            case ast.BinOp(left, operator, right) if type(operator) in _OPERATORS:
                return ast.BinOp(self._checked(left, deeper), operator, self._checked(right, deeper))
            case ast.UnaryOp(sign, operand) if type(sign) in _OPERATORS:
                return ast.UnaryOp(sign, self._checked(operand, deeper))
            case ast.BoolOp(junction, values):
                return ast.BoolOp(junction, [self._checked(value, deeper) for value in values])
            case ast.Compare(left, operators, others) if all(isinstance(o, _OPERATORS) for o in operators):
                return ast.Compare(
                    self._checked(left, deeper), operators, [self._checked(other, deeper) for other in others]
                )
            case ast.IfExp(test, body, orelse):
                return ast.IfExp(*(self._checked(part, deeper) for part in (test, body, orelse)))
            case ast.Call(ast.Name(id=name), args, []) if name in _FUNCTIONS:
                _, fewest, most = _FUNCTIONS[name]
                if not fewest <= len(args) <= most:
                    raise self._refused(node, f"{name} takes {fewest} to {most} values, not {len(args)}")
                return ast.Call(ast.Name(name, ast.Load()), [self._checked(arg, deeper) for arg in args], [])
            case _:
                allowed = "numbers, inputs, + - * / // % **, comparisons, and or not, a if b else c"
                raise self._refused(node, f"not allowed; use {allowed} and {', '.join(_FUNCTIONS)}")

    def _number(self, node: ast.expr, value: float) -> float:
        try:
            return float(value)
        except OverflowError as error:
            raise self._refused(node, "the number is too large") from error

    def _refused(self, node: ast.expr, why: str) -> ExpressionError:
        start = node.col_offset
        part = ast.get_source_segment(self._text.strip(), node) or self._text
        return ExpressionError(f"{self._text!r}, position {start + 1}: {part[:40]!r} is {why}")
