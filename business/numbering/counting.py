"""The next number of a rule, inside the transaction of the record that will bear it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from actors.said import said
from business.gate import Refused
from business.numbering.model import NumberingCount, NumberingRule
from business.numbering.pattern import Reset, period, read

_INSERT: dict[str, Callable[..., Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def next_number(session: Session, rule: str, now: datetime, scope_id: str = "") -> str:
    """Take the next number; rolled back with the caller's transaction, it is given again.

    `now` is in the site's time zone; `scope_id` names the project, and counts for rules per project only.
    Until the caller commits, whoever asks for a number of the same rule waits: so numbers have no gap.
    Raises Refused when there is no such rule, or when one per project is asked without a project.
    """
    if now.tzinfo is None:
        raise ValueError(f"{now} has no time zone; give the time in the site's zone")
    found = session.get(NumberingRule, rule, with_for_update={"read": True})  # it must not change meanwhile
    if found is None:
        raise Refused(
            said(
                f"没有编号规则“{rule}”；请在“编号规则”页新建",
                f"there is no numbering rule {rule!r}; create it on the page of numbering rules",
            )
        )
    if found.per_project and not scope_id:
        raise Refused(
            said(
                f"编号规则“{found.label_zh}”按项目编号；请先选择项目",
                f"rule {rule!r} numbers per project; choose the project first",
            )
        )
    reset = Reset(found.reset)
    scope = scope_id if found.per_project else ""
    span = period(reset, now)
    floor = found.floor if span == found.floor_period else 0
    pattern = read(found.pattern, reset, per_project=found.per_project)
    return pattern.number(now, _count(session, rule, scope, span, floor), scope)


def _count(session: Session, rule: str, scope: str, span: str, floor: int) -> int:
    """One statement: between reading and writing nobody else can take the same number."""
    last = NumberingCount.last
    insert = _INSERT[session.get_bind().dialect.name]
    counted = (
        insert(NumberingCount)
        .values(rule=rule, scope=scope, period=span, last=floor + 1)
        .on_conflict_do_update(
            index_elements=[NumberingCount.rule, NumberingCount.scope, NumberingCount.period],
            set_={"last": case((last < floor, floor), else_=last) + 1},
        )
        .returning(last)
    )
    return int(session.execute(counted).scalar_one())
