"""What plans must keep to beyond their types: by themselves, and with one another. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from config.calendar import Calendar
from config.plan_conflicts import conflicts, loops, parallel_writes
from config.plans import (
    EndWhen,
    Op,
    Plan,
    PlanGroup,
    PointName,
    Restore,
    Role,
    StepKind,
    Trigger,
    TriggerKind,
)
from config.problems import Key
from config.schema import APPROVED_KINDS
from config.site import PointKind, Site, Verify
from config.text import Text
from config.writing import unwritable


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a plan, or with several; the keys lead to it in the plan's table."""

    plan: str
    keys: tuple[Key, ...]
    value: object
    zh: str
    en: str
    way_out: Text
    is_error: bool = True
    """False for a warning: the plan runs, but somebody should look at it."""


def faults(site: Site) -> Iterator[Fault]:
    """Errors and warnings of all plans; those of plans that are not enabled too, so that they can be."""
    calendar = Calendar(site.calendar)
    for plan in site.plans.values():
        yield from _triggers(site, plan, calendar)
        yield from _steps(plan)
        yield from _unread(site, plan)
        yield from _writes(site, plan)
        yield from _shelves(site, plan)
        yield from _emergency(site, plan)
    for ring in loops(site):
        path = " -> ".join(ring)
        yield Fault(
            ring[0], (), path,
            f"预案形成循环 {path}",
            f"plans start one another in a ring: {path}",
            Text("请去掉其中一个触发或写入", "Take out one of the triggers or writes"),
        )  # fmt: skip
    for one, other, point in conflicts(site):
        yield Fault(
            one.id, ("level",), one.level,
            f"预案 {one.id} 与 {other.id} 级别同为 {one.level}，可能同时运行，却给 {point} 写入不同的值",
            f"{one.id} and {other.id} have level {one.level}, may run together, and write {point} "
            "different values",
            Text("请给其中一个不同的级别", "Give one of them another level"),
        )  # fmt: skip


def _triggers(site: Site, plan: Plan, calendar: Calendar) -> Iterator[Fault]:
    if not plan.triggers:
        yield Fault(
            plan.id, ("trigger",), None, f"预案 {plan.id} 没有触发方式", f"nothing starts plan {plan.id!r}",
            Text("请添加触发，例如手动按钮", "Add a trigger, such as kind = 'button'"),
        )  # fmt: skip
    for at, trigger in enumerate(plan.triggers):
        if trigger.kind is TriggerKind.VALUE:
            yield from _value(site, plan.id, at, trigger)
        elif trigger.kind in {TriggerKind.SCHEDULE, TriggerKind.CALENDAR} and not any(
            calendar.fits(day, trigger) for day in calendar.known_days()
        ):
            yield Fault(
                plan.id, ("trigger", at), None,
                f"预案 {plan.id} 的定时在已知的年份中没有一天成立",
                f"the schedule of plan {plan.id!r} fits no day of the years that the calendar knows",
                Text("请检查日期类型、星期、季节与节日", "Look at days, weekdays, season and holiday"),
            )  # fmt: skip


def _value(site: Site, plan: str, at: int, trigger: Trigger) -> Iterator[Fault]:
    point = site.point(trigger.device, trigger.point)
    if point is None:
        return
    name, span = f"{trigger.device}/{trigger.point}", f"{point.low:g} 至 {point.high:g} {point.unit}".rstrip()
    fitting = {
        PointKind.ANALOGUE: (Op.ABOVE, Op.BELOW),
        PointKind.COUNTER: (Op.ABOVE, Op.BELOW),
        PointKind.DISCRETE: (Op.EQUAL,),
        PointKind.TEXT: (),
    }[point.kind]
    if trigger.op not in fitting:
        known = "、".join(fitting) or "无"
        yield Fault(
            plan, ("trigger", at, "op"), str(trigger.op),
            f"{name} 是 {point.kind} 测点，不能用 {trigger.op} 触发",
            f"{name} is a {point.kind} point, which {trigger.op!r} cannot watch",
            Text(f"可用：{known}", f"Comparisons that fit: {', '.join(fitting) or 'none'}"),
        )  # fmt: skip
    elif point.kind is PointKind.DISCRETE and point.states and trigger.value not in point.states:
        states = ", ".join(map(str, point.states))
        yield Fault(
            plan, ("trigger", at, "value"), trigger.value,
            f"{trigger.value:g} 不是 {name} 的状态", f"{trigger.value:g} is no state of {name}",
            Text(f"状态有：{states}", f"States: {states}"),
        )  # fmt: skip
    elif not point.low <= trigger.value <= point.high:
        yield Fault(
            plan, ("trigger", at, "value"), trigger.value,
            f"{trigger.value:g} 超出 {name} 的量程 {span}",
            f"{trigger.value:g} is outside the range of {name}, {point.low:g} to {point.high:g} {point.unit}",
            Text("请写量程之内的值", "Write a value inside it"),
        )  # fmt: skip


def _steps(plan: Plan) -> Iterator[Fault]:
    if not plan.steps:
        yield Fault(
            plan.id, ("step",), None, f"预案 {plan.id} 没有动作", f"plan {plan.id!r} does nothing",
            Text("请添加动作", "Add a step"),
        )  # fmt: skip
    ids = [step.id for step in plan.steps]
    reached: set[str] = set()
    while more := {step.id for step in plan.steps if reached.issuperset(step.after)} - reached:
        reached |= more
    for at, step in enumerate(plan.steps):
        if ids.index(step.id) != at:
            yield Fault(
                plan.id, ("step", at, "id"), step.id,
                f"动作代号 {step.id} 用了两次", f"step {step.id!r} is defined twice",
                Text("请改名", "Rename one of them"),
            )  # fmt: skip
        for position, name in enumerate(step.after):
            if name not in ids:
                yield Fault(
                    plan.id, ("step", at, "after", position), name,
                    f"动作 {step.id} 的前序 {name} 不存在", f"unknown step {name!r} before step {step.id!r}",
                    Text(f"已有：{'、'.join(ids)}", f"Known: {', '.join(ids)}"),
                )  # fmt: skip
        if step.id not in reached and set(step.after) <= set(ids):
            yield Fault(
                plan.id, ("step", at, "after"), ", ".join(step.after),
                f"动作 {step.id} 永远不会执行：它的前序相互等待",
                f"step {step.id!r} is never reached: the steps before it wait for one another",
                Text("请改正前序", "Correct what comes after what"),
            )  # fmt: skip
    for one, other, written in parallel_writes(plan):
        yield Fault(
            plan.id, ("step", ids.index(other.id)), other.id,
            f"动作 {one.id} 与 {other.id} 并行，却给 {written} 写入不同的值",
            f"steps {one.id!r} and {other.id!r} run side by side and write {written} different values",
            Text("请用前序使其先后执行", "Order them by after"),
        )  # fmt: skip
    can_clear = any(trigger.kind in {TriggerKind.ALARM, TriggerKind.VALUE} for trigger in plan.triggers)
    if plan.end.when is EndWhen.CLEARED and not can_clear:
        yield Fault(
            plan.id, ("end", "when"), str(plan.end.when),
            f"预案 {plan.id} 在触发消失时结束，但没有会消失的触发",
            f"plan {plan.id!r} ends when what started it is over, and nothing that starts it can be over",
            Text("请改为 done、after 或 hand", "Use done, after or hand, or add an alarm or a value"),
        )  # fmt: skip
    if plan.end.when is EndWhen.AFTER and plan.end.after_s <= 0:
        yield Fault(
            plan.id, ("end", "after_s"), plan.end.after_s,
            f"预案 {plan.id} 定时结束，但没有时长", f"plan {plan.id!r} ends after a time that is not given",
            Text("请写 after_s，大于 0", "Add after_s above 0"),
        )  # fmt: skip


def _unread(site: Site, plan: Plan) -> Iterator[Fault]:
    """What would wait for ever for the value of a point that is only written."""
    asked: list[tuple[tuple[Key, ...], PointName]] = [
        *(
            (("trigger", at, "point"), PointName(trigger.device, trigger.point))
            for at, trigger in enumerate(plan.triggers)
            if trigger.kind is TriggerKind.VALUE
        ),
        *((("condition", at, "point"), one.point) for at, one in enumerate(plan.conditions)),
    ]
    for at, step in enumerate(plan.steps):
        if step.feedback is not None:
            asked.append((("step", at, "feedback", "point"), step.feedback.point))
        if step.restore is Restore.BEFORE:
            asked += ((("step", at, "restore"), setting.point) for setting in step.settings)
    for keys, name in asked:
        point = site.point(name.device, name.point)
        if point is not None and point.write_only:
            yield Fault(
                plan.id, keys, str(name),
                f"测点 {name} 只写，设备不回传，预案 {plan.id} 在此无值可用",
                f"point {name} is only written, the device tells nothing of it: plan {plan.id!r} "
                "has no value here",
                Text(
                    "请改用可读的测点；恢复时请用 restore = \"value\" 并写明恢复值",
                    "Name a point that is read; to put back, use restore = 'value' with a value",
                ),
            )  # fmt: skip


def _writes(site: Site, plan: Plan) -> Iterator[Fault]:
    for at, step in enumerate(plan.steps):
        for setting in step.settings:
            point = site.point(setting.point.device, setting.point.point)
            if point is None:
                continue
            device = site.devices[setting.point.device]
            kind = site.subsystems[device.subsystem].kind if device.subsystem in site.subsystems else ""
            guarded = any(each.point.device == device.id for each in plan.conditions)
            if kind == "fire":
                yield Fault(
                    plan.id, ("step", at), str(setting.point),
                    f"{setting.point} 是消防设备，由消防联动控制器控制，预案不得写入",
                    f"{setting.point} is a fire output: it belongs to the fire-linkage controller",
                    Text(
                        "请改为 watch，显示其反馈；或另设辅助动作",
                        "Use a step of kind 'watch' for its feedback, and act beside it",
                    ),
                )  # fmt: skip
            elif kind in APPROVED_KINDS and not guarded:
                yield Fault(
                    plan.id, ("step", at), str(setting.point),
                    f"{setting.point} 属于{site.subsystems[device.subsystem].name.zh}，写入前缺少联锁条件",
                    f"{setting.point} is of subsystem {device.subsystem!r}, and no interlock guards it",
                    Text(
                        f"请添加以 {device.id} 的测点为依据的条件",
                        f"Add a condition on a point of {device.id}",
                    ),
                )  # fmt: skip
            if point.write is not None and point.write.two_person:
                yield Fault(
                    plan.id, ("step", at), str(setting.point),
                    f"{setting.point} 须由两人操作，计划不得写入",
                    f"{setting.point} takes two persons; no plan writes it",
                    Text("请改为通知值班人员操作", "Use a step that tells those on duty to do it"),
                )  # fmt: skip
            if step.restore is Restore.VALUE and unwritable(device, setting.point.point, step.restore_value):
                yield Fault(
                    plan.id, ("step", at, "restore_value"), step.restore_value,
                    f"恢复值 {step.restore_value} 不能写入 {setting.point}",
                    f"{step.restore_value!r} cannot be written to {setting.point}",
                    Text("请写允许范围之内的值", "Write a value that the point takes"),
                )  # fmt: skip


def _shelves(site: Site, plan: Plan) -> Iterator[Fault]:
    for at, step in enumerate(plan.steps):
        alarm_class = site.classes.get(step.alarm_class)
        if step.kind is not StepKind.SHELVE or alarm_class is None:
            continue
        limit_h = alarm_class.shelve_limit_s / 3600
        if step.hours > limit_h:
            yield Fault(
                plan.id, ("step", at, "hours"), step.hours,
                f"动作 {step.id} 搁置类别 {alarm_class.id} {step.hours:g} 小时，该类别至多 {limit_h:g} 小时",
                f"step {step.id!r} shelves class {alarm_class.id!r} for {step.hours:g} h, "
                f"at most {limit_h:g} h",
                Text("请缩短时长，或改用其他类别", "Shorten it, or name another class"),
            )  # fmt: skip


def _emergency(site: Site, plan: Plan) -> Iterator[Fault]:
    automatic = any(trigger.kind is not TriggerKind.BUTTON for trigger in plan.triggers)
    if plan.group is PlanGroup.FIRE and automatic and plan.independent < 2:
        yield Fault(
            plan.id, ("independent",), plan.independent,
            f"火灾预案 {plan.id} 由一个信号即可启动",
            f"fire plan {plan.id!r} would start on one signal",
            Text("请写 independent = 2，单个信号由人员核实", "Write independent = 2; one alone is verified"),
        )  # fmt: skip
    if plan.group is PlanGroup.FIRE:
        for at, step in enumerate(plan.steps):
            if step.role is Role.PRIMARY and step.kind is not StepKind.WATCH:
                yield Fault(
                    plan.id, ("step", at, "role"), str(step.role),
                    f"火灾预案的主要动作 {step.id} 属于消防联动控制器",
                    f"primary step {step.id!r} of a fire plan belongs to the fire-linkage controller",
                    Text("请改为 auxiliary，或改为 watch", "Make it auxiliary, or of kind 'watch'"),
                )  # fmt: skip
    restores = any(step.restore is not Restore.NOTHING for step in plan.steps)
    if plan.group.is_restored_by_hand and restores and not plan.end.by_hand:
        yield Fault(
            plan.id, ("end", "by_hand"), plan.end.by_hand,
            f"预案 {plan.id} 会自动恢复；火灾和停电后须由人员确认",
            f"plan {plan.id!r} would restore by itself; after fire and power loss a person does",
            Text("请写 by_hand = true", "Write by_hand = true"),
        )  # fmt: skip
    if plan.group.is_emergency:
        yield from _without_feedback(site, plan)


def _without_feedback(site: Site, plan: Plan) -> Iterator[Fault]:
    for at, step in enumerate(plan.steps):
        if step.feedback is not None:
            continue
        for setting in step.settings:
            point = site.point(setting.point.device, setting.point.point)
            if point is not None and point.write is not None and point.write.verify is not Verify.FEEDBACK:
                yield Fault(
                    plan.id, ("step", at, "feedback"), None,
                    f"应急预案的动作 {step.id} 写 {setting.point}，但没有反馈可查",
                    f"step {step.id!r} of an emergency plan writes {setting.point} without a feedback",
                    Text("请写 feedback", "Add feedback"),
                    is_error=False,
                )  # fmt: skip
                break
