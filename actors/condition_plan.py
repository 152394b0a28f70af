"""The alarm rules of a template as columns, so that one pass judges all of its devices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.site import Rule, RuleKind, Template

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

_FALLING = {RuleKind.LOW, RuleKind.LOW_LOW}


@dataclass(frozen=True, slots=True)
class ConditionPlan:
    """R rules over p points. Rules are ordered by point and, within a point, rate rules last.

    Columns have the shape (R,) unless they say otherwise.
    """

    points: tuple[str, ...]
    """Point id of each rule."""
    rules: tuple[Rule, ...]
    column: Indices
    """Index of each rule's point in the template."""
    sign: Floats
    """-1 for low and low-low, else 1: `sign * value > sign * limit - deadband` holds for all limits."""
    is_state: Flags
    is_rate: Flags
    limits: Floats
    """Shape (sets, R): row 0 is the rules' own limits, the others replace them while a set is in force."""
    sets: tuple[str, ...]
    """Names of the rows of `limits`; the first is '' for no set."""
    deadband: Floats
    on_delay_s: Floats
    off_delay_s: Floats
    rates: Indices
    """The rules of kind rate; shape (k,)."""
    first: Indices
    """Shape (p,): a point's first rule ..."""
    count: Indices
    """... and how many rules follow from there, rate rules not counted. Shape (p,)."""
    ruled: Flags
    """Shape (p,): whether the point has a rule that is not a rate."""

    def set_index(self, limit_set: str) -> int:
        """The row of `limits` for a set; a set that no rule here mentions changes nothing."""
        return self.sets.index(limit_set) if limit_set in self.sets else 0


def compile_rules(template: Template) -> ConditionPlan:
    """The plan of a template. Two rules of one point with one name cannot be told apart: ValueError."""
    placed = [
        (column, rule)
        for column, point in enumerate(template.points)
        for rule in sorted(point.rules, key=lambda rule: rule.kind is RuleKind.RATE)
    ]
    names = [(template.points[column].id, rule.name) for column, rule in placed]
    for point, name in names:
        if names.count((point, name)) > 1:
            raise ValueError(f"{template.id}: point {point} has two rules named {name!r}; rename one")
    rules = [rule for _, rule in placed]
    sets = ("", *sorted({name for rule in rules for name in rule.sets}))
    column = np.array([column for column, _ in placed], np.intp)
    is_rate = _flags(rule.kind is RuleKind.RATE for rule in rules)
    count = np.bincount(column[~is_rate], minlength=len(template.points)).astype(np.intp)
    return ConditionPlan(
        points=tuple(point for point, _ in names),
        rules=tuple(rules),
        column=column,
        sign=np.array([-1.0 if rule.kind in _FALLING else 1.0 for rule in rules]),
        is_state=_flags(rule.kind is RuleKind.STATE for rule in rules),
        is_rate=is_rate,
        limits=np.array([_limits(rules, name) for name in sets]),
        sets=sets,
        deadband=np.array([rule.deadband for rule in rules]),
        on_delay_s=np.array([rule.on_delay_s for rule in rules]),
        off_delay_s=np.array([rule.off_delay_s for rule in rules]),
        rates=np.flatnonzero(is_rate),
        first=np.searchsorted(column, np.arange(len(template.points))),
        count=count,
        ruled=count > 0,
    )


def _limits(rules: Sequence[Rule], limit_set: str) -> list[float]:
    return [rule.sets.get(limit_set, rule.limit) for rule in rules]


def _flags(values: Any) -> Flags:
    return np.array(list(values), np.bool_)
