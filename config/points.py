"""Makes the resolved point from its table: defaults that depend on other fields."""

import math
from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel

from config.alarms import DEFAULT_CLASS, rated
from config.rule_schema import RuleTable
from config.rules import AlarmClass, Priority, Rule, RuleKind
from config.schema import PointTable, WriteTable
from config.site import Point, PointKind, Write
from config.table import TextTable
from config.text import Text

V = TypeVar("V", bool, float)

LARGEST_COUNT = 2.0**53
"""Integers are exact up to here."""

_CONDITION = {
    RuleKind.HIGH_HIGH: Text("过高", "too high"),
    RuleKind.HIGH: Text("偏高", "high"),
    RuleKind.LOW: Text("偏低", "low"),
    RuleKind.LOW_LOW: Text("过低", "too low"),
    RuleKind.RATE: Text("变化过快", "changes too fast"),
    RuleKind.DEVIATION: Text("偏离设定值", "is off its setpoint"),
    RuleKind.MISMATCH: Text("与指令不一致", "does not follow its command"),
    RuleKind.QUALITY: Text("数据无效", "has no valid value"),
    RuleKind.UNMOVED: Text("长时间不变", "does not move"),
    RuleKind.LEAP: Text("读数跳变", "leaps"),
}
_FOLLOWING = ("priority", "text", "latched", "re_alarm_s")
_LIMIT = {RuleKind.MISMATCH: 0.5, RuleKind.UNMOVED: 0.0}
"""Of a rule that names none; without a row here it has none."""


def point_of(table: PointTable, source: BaseModel, classes: Mapping[str, AlarmClass]) -> Point | None:
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
        rules=tuple(rule_of(rule, name, states, classes) for rule in table.rule),
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
        two_person=table.two_person,
        reasons=tuple(reason.text() for reason in table.reasons),
    )


def rule_of(
    table: RuleTable, point: Text, states: dict[int, Text], classes: Mapping[str, AlarmClass]
) -> Rule:
    """What its class says holds where the rule itself is silent."""
    alarm_class = classes.get(table.alarm_class or DEFAULT_CLASS)
    return Rule(
        name=table.name or str(table.kind),
        kind=table.kind,
        limit=_LIMIT.get(table.kind, math.nan) if table.limit is None else table.limit,
        deadband=table.deadband,
        on_delay_s=table.on_delay_s,
        off_delay_s=table.off_delay_s,
        priority=table.priority or rated(table.severity, table.response_s) or Priority.MEDIUM,
        text=table.text.text() if table.text else _own_words(table, point, states),
        sets=dict(sorted(table.sets.items())),
        reference=table.reference,
        states=tuple(table.states),
        within_s=table.within_s,
        cause=_text(table.cause),
        consequence=_text(table.consequence),
        action=_text(table.action),
        alarm_class=table.alarm_class or DEFAULT_CLASS,
        severity=table.severity,
        response_s=table.response_s,
        latched=_or(table.latched, alarm_class is not None and alarm_class.latched)
        or (alarm_class is not None and alarm_class.verdict),
        re_alarm_s=_or(table.re_alarm_s, alarm_class.re_alarm_s if alarm_class else 0.0),
        first_out=table.first_out,
        sound=table.sound,
        prompt=_text(table.prompt),
        suppressed_by=tuple(table.suppressed_by),
        suppressed_in=tuple(table.suppressed_in),
        follows=tuple(key for key in _FOLLOWING if getattr(table, key) is None),
    )


def _or(said: V | None, otherwise: V) -> V:
    return otherwise if said is None else said


def _own_words(table: RuleTable, point: Text, states: dict[int, Text]) -> Text:
    if table.kind is RuleKind.STATE:
        numbers = table.states or [math.nan if table.limit is None else table.limit]
        named = [states[int(one)] if one in states else Text(f"= {one:g}", f"= {one:g}") for one in numbers]
        zh, en = "、".join(one.zh for one in named), " or ".join(one.en for one in named)
        return Text(f"{point.zh}：{zh}", f"{point.en}: {en}")
    condition = _CONDITION[table.kind]
    return Text(f"{point.zh}{condition.zh}", f"{point.en} {condition.en}")


def _text(table: TextTable | None) -> Text | None:
    return table.text() if table else None
