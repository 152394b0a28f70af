"""What the pages read of numbering rules; nothing here writes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from business.numbering.model import NumberingCount, NumberingRule
from business.numbering.pattern import Reset, read
from config.text import Text

SHOWN_PROJECT = "P01"
"""Stands for a project in a preview."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    name: str
    label: Text
    pattern: str
    reset: Reset
    per_project: bool
    built_in: bool
    periods: int
    """Periods and projects within which it has counted; 0 when it has given no number yet."""


def rules(session: Session) -> tuple[RuleRow, ...]:
    counted = select(NumberingCount.rule, func.count().label("n")).group_by(NumberingCount.rule).subquery()
    found = session.execute(
        select(NumberingRule, counted.c.n)
        .outerjoin(counted, counted.c.rule == NumberingRule.name)
        .order_by(NumberingRule.built_in.desc(), NumberingRule.name)
        .limit(1000)
    )
    return tuple(
        RuleRow(
            one.name,
            Text(one.label_zh, one.label_en),
            one.pattern,
            Reset(one.reset),
            one.per_project,
            one.built_in,
            count or 0,
        )
        for one, count in found
    )


def preview(pattern: str, reset: Reset, now: datetime, *, per_project: bool = False) -> tuple[str, ...]:
    """What the first numbers would look like. Raises PatternError."""
    made = read(pattern, reset, per_project=per_project)
    return tuple(made.number(now, sequence, SHOWN_PROJECT) for sequence in (1, 2, 3))
