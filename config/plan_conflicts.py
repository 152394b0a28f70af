"""How plans of one site get in each other's way: rings of plans, writes that contradict. Pure."""

from collections.abc import Iterator, Mapping
from itertools import combinations

from config.plans import (
    EndWhen,
    Op,
    Plan,
    PointName,
    Restore,
    Step,
    StepKind,
    Trigger,
    TriggerKind,
)
from config.rules import Rule
from config.site import Site
from config.value_rules import EVENT

ANSWER_S = 30.0
"""A write has its answer by then."""
_TIMED = {TriggerKind.SCHEDULE, TriggerKind.CALENDAR}


def loops(site: Site) -> Iterator[list[str]]:
    """Each ring of plans that start one another, once, the first plan repeated at the end."""
    after = {plan.id: _started_by(site, plan) for plan in site.plans.values()}
    settled: set[str] = set()
    for start in site.plans:
        yield from _rings(start, [], after, settled)


def _rings(
    plan: str, path: list[str], after: Mapping[str, list[str]], settled: set[str]
) -> Iterator[list[str]]:
    if plan in path:
        yield [*path[path.index(plan) :], plan]
        return
    if plan in settled:
        return
    settled.add(plan)
    for other in after.get(plan, ()):
        yield from _rings(other, [*path, plan], after, settled)


def _started_by(site: Site, plan: Plan) -> list[str]:
    """The plans that this one starts: as a step, by starting or ending, or by what it writes."""
    named = {step.plan for step in plan.steps if step.kind is StepKind.PLAN}
    touched = _touched(site, plan)
    found = []
    for other in site.plans.values():
        listens = any(
            (trigger.kind is TriggerKind.PLAN and trigger.plan == plan.id)
            or (trigger.kind in {TriggerKind.VALUE, TriggerKind.ALARM} and _watches(site, trigger, touched))
            for trigger in other.triggers
        )
        if other.id in named or listens:
            found.append(other.id)
    return found


def _touched(site: Site, plan: Plan) -> dict[PointName, set[float | str] | None]:
    """The points that the plan moves -> the values it gives them, None where they are not known: what it
    writes and restores, and the feedback that follows what is written."""
    touched: dict[PointName, set[float | str] | None] = {}
    for step, setting in plan.writes:
        values: set[float | str] | None = {setting.value}
        if step.restore is Restore.VALUE:
            values = {setting.value, step.restore_value}
        elif step.restore is Restore.BEFORE:
            values = None
        known = touched.get(setting.point, set())
        touched[setting.point] = None if values is None or known is None else known | values
        point = site.point(setting.point.device, setting.point.point)
        if point is not None and point.write is not None and point.write.feedback:
            feedback = PointName(setting.point.device, point.write.feedback)
            shown = touched.get(feedback, set())
            touched[feedback] = None if shown is None else shown | {setting.value}
    return touched


def _watches(site: Site, trigger: Trigger, touched: Mapping[PointName, set[float | str] | None]) -> bool:
    """Whether the trigger can come true by what is written."""
    if trigger.device:
        name = PointName(trigger.device, trigger.point)
        if name not in touched:
            return False
        values = touched[name]
        return (
            trigger.kind is TriggerKind.ALARM
            or values is None
            or any(isinstance(value, str) or trigger.op.holds(value, trigger.value) for value in values)
        )
    for name in touched:
        point = site.point(name.device, name.point)
        if point is not None:
            zone = site.devices[name.device].zone
            zones = site.zone_path(zone) if zone in site.zones else ()
            if trigger.zone in ("", *zones) and any(_is_meant(trigger, rule) for rule in point.rules):
                return True
    return False


def _is_meant(trigger: Trigger, rule: Rule) -> bool:
    """Whether the trigger, which names no alarm, means the alarms of this rule."""
    return (
        rule.alarm_class != EVENT
        and trigger.alarm_class in ("", rule.alarm_class)
        and (not trigger.priority or rule.priority.rank <= trigger.priority)
    )


def parallel_writes(plan: Plan) -> Iterator[tuple[Step, Step, PointName]]:
    """Two steps of which neither waits for the other, and a point to which they write different values."""
    before = {step.id: _before(plan, step.id) for step in plan.steps}
    for one, other in combinations(plan.steps, 2):
        if one.id in before[other.id] or other.id in before[one.id]:
            continue
        values = {setting.point: setting.value for setting in one.settings}
        for setting in other.settings:
            if values.get(setting.point, setting.value) != setting.value:
                yield one, other, setting.point
                break


def _before(plan: Plan, id_: str) -> set[str]:
    steps = {step.id: step for step in plan.steps}
    found: set[str] = set()
    waiting = [*steps[id_].after]
    while waiting:
        if (name := waiting.pop()) not in found and name in steps:
            found.add(name)
            waiting += steps[name].after
    return found


def conflicts(site: Site) -> Iterator[tuple[Plan, Plan, PointName]]:
    """Two enabled plans of one level that may run together, and a point to which they write other values."""
    enabled = [plan for plan in site.plans.values() if plan.enabled]
    written = {plan.id: _values(plan) for plan in enabled}
    for one, other in combinations(enabled, 2):
        if one.level != other.level:
            continue
        shared = written[one.id].keys() & written[other.id].keys()
        differing = sorted(
            (point for point in shared if written[one.id][point] != written[other.id][point]), key=str
        )
        if differing and _may_run_together(one, other):
            yield one, other, differing[0]


def _values(plan: Plan) -> dict[PointName, set[float | str]]:
    found: dict[PointName, set[float | str]] = {}
    for _, setting in plan.writes:
        found.setdefault(setting.point, set()).add(setting.value)
    return found


def _lasts(plan: Plan) -> float:
    """Seconds that a run may hold its points at most, as far as can be said; no end is infinity."""
    match plan.end.when:
        case EndWhen.DONE if not plan.end.by_hand:
            waits = [step.feedback.within_s for step in plan.steps if step.feedback]
            return sum(waits) + sum(step.delay_s + ANSWER_S for step in plan.steps)
        case EndWhen.AFTER if not plan.end.by_hand:
            return plan.end.after_s
        case _:
            return float("inf")


def _may_run_together(one: Plan, other: Plan) -> bool:
    return any(
        not _exclude(mine, yours, _lasts(one), _lasts(other))
        for mine in one.triggers
        for yours in other.triggers
    )


def _exclude(mine: Trigger, yours: Trigger, mine_s: float, yours_s: float) -> bool:
    """Whether what the triggers start can not meet."""
    same_point = (mine.device, mine.point) == (yours.device, yours.point)
    if mine.kind is yours.kind is TriggerKind.VALUE and same_point:
        return _opposite(mine, yours)
    if mine.kind in _TIMED and yours.kind in _TIMED:
        day = 24 * 3600
        gap = (yours.minute - mine.minute) * 60 % day
        return gap >= mine_s and (day - gap) % day >= yours_s and gap > 0
    # Two presses of buttons are a person's order of events, and short runs of different causes rarely meet.
    both = {mine.kind, yours.kind}
    return TriggerKind.BUTTON in both and max(mine_s, yours_s) < float("inf")


def _opposite(mine: Trigger, yours: Trigger) -> bool:
    if mine.op is yours.op is Op.EQUAL:
        return mine.value != yours.value
    above, below = (mine, yours) if mine.op is Op.ABOVE else (yours, mine)
    return above.op is Op.ABOVE and below.op is Op.BELOW and above.value >= below.value
