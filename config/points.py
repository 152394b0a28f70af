"""Makes the resolved point from its table: defaults that depend on other fields."""

import math

from pydantic import BaseModel

from config.schema import PointTable, RuleTable, WriteTable
from config.site import Point, PointKind, Rule, RuleKind, Text, Write
from config.table import TextTable

LARGEST_COUNT = 2.0**53
"""Integers are exact up to here."""

_CONDITION = {
    RuleKind.HIGH_HIGH: Text("过高", "too high"),
    RuleKind.HIGH: Text("偏高", "high"),
    RuleKind.LOW: Text("偏低", "low"),
    RuleKind.LOW_LOW: Text("过低", "too low"),
    RuleKind.RATE: Text("变化过快", "changes too fast"),
}


def point_of(table: PointTable, source: BaseModel) -> Point | None:
    """None where an analogue point does not say how high it goes."""
    if table.kind is PointKind.ANALOGUE and table.high is None:
        return None
    states = {number: name.text() for number, name in sorted(table.states.items())}
    greatest = {
        PointKind.DISCRETE: float(max(states, default=1)),
        PointKind.COUNTER: LARGEST_COUNT,
        PointKind.ANALOGUE: 0.0,
        PointKind.TEXT: 0.0,
    }[table.kind]
    low = float(min(states, default=0)) if table.low is None else table.low
    high = greatest if table.high is None else table.high
    decimals = table.decimals
    if decimals is None:
        decimals = 1 if table.kind is PointKind.ANALOGUE else 0
    name = table.name.text()
    return Point(
        id=table.id,
        name=name,
        kind=table.kind,
        unit=table.unit,
        low=low,
        high=high,
        plausible_low=-math.inf if table.plausible_low is None else table.plausible_low,
        plausible_high=math.inf if table.plausible_high is None else table.plausible_high,
        scale=table.scale,
        offset=table.offset,
        decimals=decimals,
        deadband=table.deadband,
        fault_codes=tuple(table.fault_codes),
        frozen_s=table.frozen_s,
        history=table.history,
        states=states,
        rules=tuple(_rule_of(rule, name, states) for rule in table.rule),
        write=None if table.write is None else _write_of(table.write, low, high, decimals, table.kind),
        source=source,
        main=table.main,
    )


def _write_of(table: WriteTable, low: float, high: float, decimals: int, kind: PointKind) -> Write:
    half_a_digit = 0.5 * 10**-decimals if kind is PointKind.ANALOGUE else 0.0
    return Write(
        low=low if table.low is None else table.low,
        high=high if table.high is None else table.high,
        verify=table.verify,
        feedback=table.feedback,
        tolerance=half_a_digit if table.tolerance is None else table.tolerance,
        within_s=table.within_s,
        approval=table.approval,
    )


def _rule_of(table: RuleTable, point: Text, states: dict[int, Text]) -> Rule:
    return Rule(
        name=table.name or str(table.kind),
        kind=table.kind,
        limit=table.limit,
        deadband=table.deadband,
        on_delay_s=table.on_delay_s,
        off_delay_s=table.off_delay_s,
        priority=table.priority,
        text=table.text.text() if table.text else _own_words(table, point, states),
        sets=dict(sorted(table.sets.items())),
        cause=_text(table.cause),
        consequence=_text(table.consequence),
        action=_text(table.action),
    )


def _own_words(table: RuleTable, point: Text, states: dict[int, Text]) -> Text:
    if table.kind is RuleKind.STATE:
        state = states.get(int(table.limit), Text(f"= {table.limit:g}", f"= {table.limit:g}"))
        return Text(f"{point.zh}：{state.zh}", f"{point.en}: {state.en}")
    condition = _CONDITION[table.kind]
    return Text(f"{point.zh}{condition.zh}", f"{point.en} {condition.en}")


def _text(table: TextTable | None) -> Text | None:
    return table.text() if table else None
