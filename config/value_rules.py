"""The rule that a value trigger becomes, so that points are judged in one place only."""

from config.plans import Op, Trigger
from config.rules import Priority, Rule, RuleKind
from config.site import Point, PointKind
from config.text import Text

EVENT = "event"
"""The class of what is only journaled."""
KINDS = {Op.ABOVE: RuleKind.HIGH, Op.BELOW: RuleKind.LOW, Op.EQUAL: RuleKind.STATE}


def rule_name(plan: str, at: int) -> str:
    """No rule that a person writes has a dot in its name."""
    return f"plan.{plan}.{at}"


def rule_of(trigger: Trigger, point: Point) -> Rule:
    value = f"{trigger.value:g} {point.unit}".rstrip()
    if point.kind is PointKind.DISCRETE and (state := point.states.get(int(trigger.value))) is not None:
        text = Text(f"{point.name.zh}：{state.zh}", f"{point.name.en}: {state.en}")
    else:
        text = Text(f"{point.name.zh} {trigger.op} {value}", f"{point.name.en} {trigger.op} {value}")
    return Rule(
        name=trigger.rule,
        kind=KINDS.get(trigger.op, RuleKind.HIGH),
        limit=trigger.value,
        deadband=trigger.deadband,
        on_delay_s=trigger.for_s,
        off_delay_s=0.0,
        priority=Priority.LOW,
        text=text,
        alarm_class=EVENT,
    )
