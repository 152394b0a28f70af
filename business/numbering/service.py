"""What the commands of numbering do, each in one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business import wording
from business.gate import Refused
from business.numbering.messages import (
    AddShippedRules,
    ChangeNumberingRule,
    CreateNumberingRule,
    NumberingRuleChanged,
    RemoveNumberingRule,
)
from business.numbering.model import NumberingCount, NumberingRule
from business.numbering.pattern import PatternError, Reset, period, read
from business.numbering.seed import SEED, ShippedRule


class Numbering:
    """The module of `BusinessActor` that owns numbering rules."""

    def __init__(
        self, zone: ZoneInfo, wall_ns: Callable[[], int], seed: Sequence[ShippedRule] = SEED
    ) -> None:
        self._zone = zone
        self._wall_ns = wall_ns
        self._seed = seed

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case CreateNumberingRule():
                name = wording.code(command.rule, wording.CODE)
                _check_free(session, name)
                rule = NumberingRule(name=name, built_in=False, floor=0, floor_period="")
                _set(rule, command)
                session.add(rule)
            case ChangeNumberingRule():
                name = _existing(session, command.rule).name
                self._change(session, _existing(session, command.rule), command)
            case RemoveNumberingRule():
                name = _remove(session, _existing(session, command.rule))
            case AddShippedRules():
                return tuple(NumberingRuleChanged(one.name) for one in self._seed if _ship(session, one))
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of numbering")
        return (NumberingRuleChanged(name),)

    def _change(self, session: Session, rule: NumberingRule, command: ChangeNumberingRule) -> None:
        before = (rule.pattern, rule.reset, rule.per_project)
        _set(rule, command)
        if before == (rule.pattern, rule.reset, rule.per_project):
            return
        # What was counted under the old rule may look like what the new one gives: count on above it.
        highest = select(func.max(NumberingCount.last)).where(NumberingCount.rule == rule.name)
        rule.floor = max(session.scalar(highest) or 0, rule.floor)
        now = datetime.fromtimestamp(self._wall_ns() / 1e9, self._zone)
        rule.floor_period = period(Reset(rule.reset), now)


def _existing(session: Session, name: str) -> NumberingRule:
    # Locked until the end of the change where the database can: numbers are given by other connections too.
    rule = session.get(NumberingRule, name, with_for_update=True)
    if rule is None:
        raise Refused(
            said(f"没有编号规则“{name}”；请刷新页面", f"there is no numbering rule {name!r}; reload the page")
        )
    return rule


def _check_free(session: Session, name: str) -> None:
    taken = session.scalar(select(NumberingRule).where(func.lower(NumberingRule.name) == name.lower()))
    if taken is not None:
        raise Refused(
            said(
                f"已有编号规则“{taken.name}”（{taken.label_zh}）；请换一个代码",
                f"there is a rule {taken.name!r} ({taken.label_en}) already; choose another code",
            )
        )


def _set(rule: NumberingRule, command: CreateNumberingRule | ChangeNumberingRule) -> None:
    if command.reset not in list(Reset):
        raise Refused(
            said(
                f"没有重新计数方式“{command.reset}”；可用：{', '.join(Reset)}",
                f"there is no reset {command.reset!r}; there are {', '.join(Reset)}",
            )
        )
    try:
        read(command.pattern, Reset(command.reset), per_project=command.per_project)
    except PatternError as error:
        raise Refused(str(error)) from error
    rule.label_zh = wording.name(command.label_zh, wording.ZH)
    rule.label_en = wording.name(command.label_en, wording.EN)
    rule.pattern = command.pattern
    rule.reset = command.reset
    rule.per_project = command.per_project


def _remove(session: Session, rule: NumberingRule) -> str:
    if rule.built_in:
        raise Refused(
            said(
                f"编号规则“{rule.label_zh}”随软件提供，不能删除；可以修改它的格式",
                f"rule {rule.name!r} came with the program and stays; its pattern can be changed",
            )
        )
    given = session.scalar(select(func.sum(NumberingCount.last)).where(NumberingCount.rule == rule.name))
    if given:
        raise Refused(
            said(
                f"编号规则“{rule.label_zh}”已发出编号，不能删除；可以修改它的格式",
                f"rule {rule.name!r} has given numbers and stays; its pattern can be changed",
            )
        )
    session.delete(rule)
    return rule.name


def _ship(session: Session, shipped: ShippedRule) -> bool:
    """Add the rule when it is missing; whether it was."""
    if session.get(NumberingRule, shipped.name) is not None:
        return False
    session.add(
        NumberingRule(
            name=shipped.name,
            label_zh=shipped.label.zh,
            label_en=shipped.label.en,
            pattern=shipped.pattern,
            reset=shipped.reset.value,
            per_project=shipped.per_project,
            built_in=True,
            floor=0,
            floor_period="",
        )
    )
    return True
