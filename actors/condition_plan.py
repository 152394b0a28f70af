"""The alarm rules of a template as columns, so that one pass judges all of its devices."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.rules import Rule, RuleKind
from config.site import PointKind, Template

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]

BANDED = {RuleKind.HIGH_HIGH, RuleKind.HIGH, RuleKind.LOW, RuleKind.LOW_LOW, RuleKind.STATE}
"""The kinds that the value of their point alone decides: a calm band says when they cannot change."""
_FALLING = {RuleKind.LOW, RuleKind.LOW_LOW}


@dataclass(frozen=True, slots=True)
class Group:
    """The k rules of some kinds that no calm band can answer for. Columns have the shape (k,)."""

    rules: Indices
    column: Indices
    """Index of each rule's point in the template ..."""
    reference: Indices
    """... and of the point that it compares with; its own where it has none."""
    within_s: Floats
    falls: Flags
    """Whether the point is a counter, which does not fall by itself."""

    def __len__(self) -> int:
        return len(self.rules)


@dataclass(frozen=True, slots=True)
class ConditionPlan:
    """R rules over p points. Rules are ordered by point and, within a point, those without a band last.

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
    is_banded: Flags
    limits: Floats
    """Shape (sets, R): row 0 is the rules' own limits, the others replace them while a set is in force. NaN
    where there is none to tell."""
    states: Floats
    """Shape (sets, R, s): the states of state rules; NaN, which equals nothing, fills the gaps."""
    sets: tuple[str, ...]
    """Names of the rows of `limits`; the first is '' for no set."""
    deadband: Floats
    on_delay_s: Floats
    off_delay_s: Floats
    rates: Group
    leaps: Group
    differences: Group
    """Deviations and mismatches."""
    unmoved: Group
    qualities: Group
    figure: NDArray[np.int64]
    """Index of a rate or leap rule in its group; -1 for the others."""
    first: Indices
    """Shape (p,): a point's first rule ..."""
    count: Indices
    """... and how many rules with a band follow from there. Shape (p,)."""
    ruled: Flags
    """Shape (p,): whether the point has a rule with a band."""

    def set_index(self, limit_set: str) -> int:
        """The row of `limits` for a set; a set that no rule here mentions changes nothing."""
        return self.sets.index(limit_set) if limit_set in self.sets else 0


def compile_rules(template: Template) -> ConditionPlan:
    """The plan of a template. Two rules of one point with one name cannot be told apart: ValueError."""
    placed = [
        (column, rule)
        for column, point in enumerate(template.points)
        for rule in sorted(point.rules, key=lambda rule: rule.kind not in BANDED)
    ]
    names = [(template.points[column].id, rule.name) for column, rule in placed]
    for (point, name), times in Counter(names).items():
        if times > 1:
            raise ValueError(f"{template.id}: point {point} has two rules named {name!r}; rename one")
    rules = [rule for _, rule in placed]
    sets = ("", *sorted({name for rule in rules for name in rule.sets}))
    column = np.array([column for column, _ in placed], np.intp)
    is_banded = _flags(rule.kind in BANDED for rule in rules)
    count = np.bincount(column[is_banded], minlength=len(template.points)).astype(np.intp)
    rates = _group(template, placed, RuleKind.RATE)
    leaps = _group(template, placed, RuleKind.LEAP)
    figure = np.full(len(rules), -1, np.int64)
    figure[rates.rules], figure[leaps.rules] = np.arange(len(rates)), np.arange(len(leaps))
    return ConditionPlan(
        points=tuple(point for point, _ in names),
        rules=tuple(rules),
        column=column,
        sign=np.array([-1.0 if rule.kind in _FALLING else 1.0 for rule in rules]),
        is_state=_flags(rule.kind is RuleKind.STATE for rule in rules),
        is_banded=is_banded,
        limits=np.array([_limits(rules, name) for name in sets]),
        states=np.array([_states(rules, name) for name in sets]),
        sets=sets,
        deadband=np.array([rule.deadband for rule in rules]),
        on_delay_s=np.array([rule.on_delay_s for rule in rules]),
        off_delay_s=np.array([rule.off_delay_s for rule in rules]),
        rates=rates,
        leaps=leaps,
        differences=_group(template, placed, RuleKind.DEVIATION, RuleKind.MISMATCH),
        unmoved=_group(template, placed, RuleKind.UNMOVED),
        qualities=_group(template, placed, RuleKind.QUALITY),
        figure=figure,
        first=np.searchsorted(column, np.arange(len(template.points))),
        count=count,
        ruled=count > 0,
    )


def _group(template: Template, placed: Sequence[tuple[int, Rule]], *kinds: RuleKind) -> Group:
    chosen = [(at, column, rule) for at, (column, rule) in enumerate(placed) if rule.kind in kinds]
    reference = [template.index.get(rule.reference, column) for _, column, rule in chosen]
    return Group(
        rules=np.array([at for at, _, _ in chosen], np.intp),
        column=np.array([column for _, column, _ in chosen], np.intp),
        reference=np.array(reference, np.intp),
        within_s=np.array([rule.within_s for _, _, rule in chosen]),
        falls=_flags(template.points[column].kind is PointKind.COUNTER for _, column, _ in chosen),
    )


def _limits(rules: Sequence[Rule], limit_set: str) -> list[float]:
    return [rule.sets.get(limit_set, np.nan if len(rule.states) > 1 else _own(rule)[0]) for rule in rules]


def _own(rule: Rule) -> tuple[float, ...]:
    return rule.states or (rule.limit,)


def _states(rules: Sequence[Rule], limit_set: str) -> list[tuple[float, ...]]:
    widest = max((len(rule.states) for rule in rules), default=1) or 1
    gaps = (np.nan,) * widest
    return [
        (((rule.sets[limit_set],) if limit_set in rule.sets else _own(rule)) + gaps)[:widest]
        if rule.kind is RuleKind.STATE
        else gaps
        for rule in rules
    ]


def _flags(values: Any) -> Flags:
    return np.array(list(values), np.bool_)
