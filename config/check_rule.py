"""What an alarm rule must keep to beyond its types: the points it fits, its limit, what it compares with."""

import math
from collections.abc import Iterator, Mapping

from config.problems import Finding, Key
from config.rules import Rule, RuleKind
from config.site import Point, PointKind, Template
from config.sounds import SOUNDS

Keys = tuple[Key, ...]

NUMERIC = (PointKind.ANALOGUE, PointKind.COUNTER)
_FITTING: Mapping[PointKind, list[RuleKind]] = {
    PointKind.ANALOGUE: [kind for kind in RuleKind if kind is not RuleKind.STATE],
    PointKind.COUNTER: [kind for kind in RuleKind if kind is not RuleKind.STATE],
    PointKind.DISCRETE: [RuleKind.STATE, RuleKind.MISMATCH, RuleKind.QUALITY],
    PointKind.TEXT: [RuleKind.QUALITY],
}
_COMPARING = (RuleKind.DEVIATION, RuleKind.MISMATCH)
_ABOVE_ZERO = {RuleKind.RATE: "/s", RuleKind.DEVIATION: "", RuleKind.LEAP: ""}
"""The kinds whose limit is a distance, and what follows the point's unit in it."""
_FROM_ZERO = (RuleKind.MISMATCH, RuleKind.UNMOVED)


def check_deadband(keys: Keys, deadband: float, point: Point) -> Iterator[Finding]:
    widest = point.high - point.low
    if deadband < 0 or (deadband > widest and point.kind is not PointKind.TEXT):
        message = f"deadband {deadband:g} is not within 0 to {widest:g} {point.unit}, the width of the range"
        yield Finding((*keys, "deadband"), deadband, message, "Write a smaller one, 0 for none")


def check_rule(keys: Keys, rule: Rule, point: Point) -> Iterator[Finding]:
    """A rule by itself, on its point."""
    if rule.kind not in _FITTING[point.kind]:
        fitting = ", ".join(_FITTING[point.kind]) or "none"
        message = f"rule kind '{rule.kind}' does not fit {point.kind} point {point.id!r}"
        zh = f"规则类型 {rule.kind} 不适用于 {point.kind} 类型的点 {point.name.zh}；可用：{fitting}"
        yield Finding((*keys, "kind"), str(rule.kind), message, f"Kinds that fit: {fitting}", zh)
        return
    if rule.kind is RuleKind.QUALITY:
        yield from _needless(keys, rule)
    else:
        yield from _check_limits(keys, rule, point)
    yield from check_deadband(keys, rule.deadband, point)
    if rule.kind is RuleKind.UNMOVED and rule.within_s <= 0:
        yield Finding(
            (*keys, "within_s"),
            rule.within_s,
            f"rule {rule.name!r} does not say for how long the value must stand",
            "Add within_s = seconds without movement that alarm",
            f"规则 {rule.name} 没有说明多久不变才报警；请填写 within_s（秒）",
        )
    elif rule.within_s and rule.kind not in {RuleKind.UNMOVED, RuleKind.LEAP}:
        yield _meaningless((*keys, "within_s"), rule, rule.within_s)
    if rule.states and rule.kind is not RuleKind.STATE:
        yield _meaningless((*keys, "states"), rule, rule.states)
    if rule.sound and rule.sound not in SOUNDS:
        known = ", ".join(SOUNDS)
        yield Finding(
            (*keys, "sound"),
            rule.sound,
            f"there is no sound '{rule.sound}'",
            f"Sounds: {known}; leave it out for that of the priority",
            f"没有名为 {rule.sound} 的提示音；可用：{known}；留空则用该级别的提示音",
        )


def _needless(keys: Keys, rule: Rule) -> Iterator[Finding]:
    if not math.isnan(rule.limit):
        yield _meaningless((*keys, "limit"), rule, rule.limit)
    if rule.sets:
        yield _meaningless((*keys, "sets"), rule, rule.sets)


def _meaningless(keys: Keys, rule: Rule, value: object) -> Finding:
    return Finding(
        keys,
        value,
        f"{keys[-1]} means nothing to rule {rule.name!r} of kind '{rule.kind}'",
        "Remove it, or choose another kind",
        f"{keys[-1]} 对 {rule.kind} 类型的规则 {rule.name} 没有意义；请删去，或改用其他类型",
    )


def _check_limits(keys: Keys, rule: Rule, point: Point) -> Iterator[Finding]:
    limits: list[tuple[Keys, str, float]] = [
        ((*keys, "sets", name), f"limit of set {name!r}", limit) for name, limit in rule.sets.items()
    ]
    if rule.states:
        limits += [((*keys, "states", at), "state", state) for at, state in enumerate(rule.states)]
    elif math.isnan(rule.limit):
        yield Finding(
            (*keys, "limit"),
            None,
            f"'limit' is missing: rule {rule.name!r} of kind '{rule.kind}' needs one",
            "Add limit = " + ("the state that alarms" if rule.kind is RuleKind.STATE else "a number"),
            f"缺少 limit：{rule.kind} 类型的规则 {rule.name} 需要限值；请填写",
        )
    else:
        limits.append(((*keys, "limit"), "limit", rule.limit))
    for place, what, limit in limits:
        yield from _check_limit(place, f"{what} {limit:g} of rule {rule.name!r}", limit, rule, point)


def _check_limit(place: Keys, named: str, limit: float, rule: Rule, point: Point) -> Iterator[Finding]:
    low, high, unit = point.low, point.high, point.unit
    zh = f"规则 {rule.name} 的限值 {limit:g} "
    if rule.kind in _ABOVE_ZERO:
        if limit <= 0:
            written = f"{unit}{_ABOVE_ZERO[rule.kind]}".strip() or "a number"
            yield Finding(
                place, limit, f"{named} is not above 0", f"Write {written}, above 0", f"{zh}应大于 0"
            )
    elif rule.kind in _FROM_ZERO:
        if limit < 0:
            yield Finding(
                place, limit, f"{named} is below 0", "Write how far is still equal", f"{zh}不应小于 0"
            )
    elif rule.kind is RuleKind.STATE:
        if point.states and limit not in point.states:
            states = ", ".join(map(str, point.states))
            yield Finding(
                place,
                limit,
                f"{named} is no state of the point",
                f"States: {states}",
                f"{zh}不是该点的状态；可用：{states}",
            )
    elif not low <= limit <= high:
        span = f"{low:g} to {high:g} {unit}".rstrip()
        yield Finding(
            place,
            limit,
            f"{named} is outside the point's range {span}",
            "Write a limit inside it or widen low and high",
            f"{zh}超出该点量程 {low:g}–{high:g} {unit}；请填写量程内的限值，或加宽 low 和 high".rstrip(),
        )


def check_reference(
    keys: Keys, rule: Rule, point: Point, template: Template, known: Mapping[str, object]
) -> Iterator[tuple[Finding, bool]]:
    """(finding, whether a name is unknown): the point that a rule compares with."""
    place, name = (*keys, "reference"), rule.reference
    if not name:
        if rule.kind in _COMPARING:
            what, zh = ("setpoint", "设定值") if rule.kind is RuleKind.DEVIATION else ("command", "指令")
            yield (
                Finding(
                    place,
                    None,
                    f"rule {rule.name!r} of kind '{rule.kind}' does not say what it compares with",
                    f"Add reference = the id of the {what}'s point",
                    f"{rule.kind} 类型的规则 {rule.name} 没有比较对象；请填写 reference（{zh}点的编号）",
                ),
                False,
            )
    elif rule.kind not in {*_COMPARING, RuleKind.UNMOVED}:
        yield _meaningless(place, rule, name), False
    elif name not in known:
        yield Finding(place, name, "reference point", ""), True
    elif name in template.index:
        other = template.point(name)
        if reason := _incomparable(rule, point, other):
            en, zh = reason
            yield (
                Finding(
                    place,
                    name,
                    f"rule {rule.name!r} of point {point.id!r} {en}",
                    "Name a point that it can be compared with",
                    f"规则 {rule.name}{zh}；请选择可以比较的点",
                ),
                False,
            )


def _incomparable(rule: Rule, point: Point, other: Point) -> tuple[str, str] | None:
    if other.id == point.id:
        return "compares it with itself", "将该点与自身比较"
    if other.kind is PointKind.TEXT:
        return f"compares it with the text {other.id!r}", f"与文本点 {other.name.zh} 比较"
    if rule.kind in _COMPARING and (point.kind in NUMERIC) != (other.kind in NUMERIC):
        return (
            f"compares {point.kind} with {other.kind} point {other.id!r}",
            f"将 {point.kind} 与 {other.kind} 点 {other.name.zh} 比较",
        )
    return None
