"""Resolves plans, groups and the calendar of a site, and puts the rules of value triggers on their points."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import groupby

from config.calendar import HOLIDAY_NAMES, CalendarDay
from config.calendar_schema import CalendarDayTable
from config.entries import Entries, Entry, named
from config.plan_checks import Fault, faults
from config.plan_keys import misfits
from config.plan_schema import GroupTable, MemberTable, PlanTable
from config.plans import (
    Condition,
    End,
    EndWhen,
    Feedback,
    Plan,
    PointGroup,
    PointName,
    Season,
    Setting,
    Step,
    Trigger,
    TriggerKind,
)
from config.problems import Problems, Where
from config.rules import Rule
from config.site import Device, Site
from config.step_schema import StepTable
from config.templates import digest
from config.trigger_schema import TriggerTable
from config.validate import validated
from config.value_rules import rule_name, rule_of
from config.writing import unwritable

MODES = ("test", "drill", "works")


def with_linkage(site: Site, entries: Entries, problems: Problems) -> Site:
    """The site with its plans; what is wrong with them is added to `problems`."""
    resolving = _Resolving(site, entries, problems)
    calendar = _calendar(entries["calendar_day"], problems)
    groups = resolving.groups(entries["group"])
    plans = resolving.plans(entries["plan"], groups)
    planned = replace(
        site, plans=plans, groups=groups, calendar=calendar, devices=_with_rules(site.devices, plans.values())
    )
    for fault in faults(planned):
        if fault.is_error:
            resolving.tell(fault)
    return planned


def _calendar(entries: list[Entry], problems: Problems) -> dict[date, CalendarDay]:
    days: dict[date, tuple[CalendarDay, Where]] = {}
    for entry in entries:
        table = validated(CalendarDayTable, entry.table, entry.where.at, problems)
        if table is None:
            continue
        if table.workday and table.holiday:
            problems.add(
                entry.where.at("holiday"),
                table.holiday,
                f"{table.day} is a workday and a day of {table.holiday!r}",
                "Take the holiday out, or write workday = false",
                zh=f"{table.day} 既是工作日又属于节日 {table.holiday}；请去掉节日，或改为休息日",
            )
        if table.day in days:
            problems.twice(entry.where, "day", str(table.day), days[table.day][1])
            continue
        name = table.name.text() if table.name else HOLIDAY_NAMES.get(table.holiday)
        days[table.day] = CalendarDay(table.day, table.workday, table.holiday, name), entry.where
    return {day: each for day, (each, _) in sorted(days.items())}


def _with_rules(devices: Mapping[str, Device], plans: Iterable[Plan]) -> Mapping[str, Device]:
    """The devices with the rules of the value triggers; those that need the same share a template."""
    wanted = sorted(
        (trigger.device, trigger.point, trigger.rule, trigger)
        for plan in plans
        for trigger in plan.triggers
        if trigger.kind is TriggerKind.VALUE and trigger.device in devices
    )
    changed = dict(devices)
    for name, each in groupby(wanted, key=lambda one: one[0]):
        device, template = devices[name], devices[name].template
        points = list(template.points)
        added = []
        for _, point, _, trigger in each:
            if point in template.index:
                at = template.index[point]
                rule = rule_of(trigger, points[at])
                points[at] = replace(points[at], rules=(*points[at].rules, rule))
                added.append((point, rule))
        if added:
            own = replace(template, id=f"{template.id}+{digest(*added)[:8]}", points=tuple(points))
            changed[name] = replace(device, template=own, digest=digest(device.digest, *added))
    return changed


class _Resolving:
    """Plans and groups of one site; names that are written down somewhere else count as known."""

    def __init__(self, site: Site, entries: Entries, problems: Problems) -> None:
        self._site = site
        self._problems = problems
        self._devices = {str(entry.table.get("id")) for entry in entries["device"]}
        self._plans: Mapping[str, Where] = {}
        self._groups: Mapping[str, Where] = {}

    def groups(self, entries: list[Entry]) -> dict[str, PointGroup]:
        found = named(entries, GroupTable, "group", self._problems)
        self._groups = found.known
        return {
            table.id: PointGroup(
                table.id,
                table.name.text(),
                tuple(
                    setting
                    for at, member in enumerate(table.member)
                    for setting in self._member(member, found.known[table.id].at("member", at))
                ),
            )
            for table in found.tables.values()
        }

    def plans(self, entries: list[Entry], groups: Mapping[str, PointGroup]) -> dict[str, Plan]:
        found = named(entries, PlanTable, "plan", self._problems)
        self._plans = found.known
        return {table.id: self._plan(table, found.known[table.id], groups) for table in found.tables.values()}

    def tell(self, fault: Fault) -> None:
        where = self._plans[fault.plan].at(*fault.keys)
        self._problems.add(
            where, fault.value, fault.en, fault.way_out.en, zh=f"{fault.zh}；{fault.way_out.zh}"
        )

    # --- a plan

    def _plan(self, table: PlanTable, where: Where, groups: Mapping[str, PointGroup]) -> Plan:
        for at, mode in enumerate(table.modes):
            if mode not in MODES:
                self._problems.unknown(where.at("modes", at), "mode", mode, MODES)
        end = table.end
        if end is None:
            self._problems.add(
                where.at("end"),
                None,
                f"plan {table.id!r} has no end",
                "Add end = { when = ... }: done, cleared, after or hand",
                zh=f"预案 {table.id} 没有结束方式；请写明 end：动作完成、触发消失、定时或人工结束",
            )
        return Plan(
            id=table.id,
            name=table.name.text(),
            level=table.level,
            enabled=table.enabled,
            group=table.group,
            triggers=tuple(
                self._trigger(table.id, at, one, where.at("trigger", at))
                for at, one in enumerate(table.trigger)
            ),
            independent=table.independent,
            within_s=table.within_s,
            verification_s=table.verification_s,
            conditions=tuple(
                Condition(self._point(one.point, where.at("condition", at, "point")), one.op, one.value)
                for at, one in enumerate(table.condition)
            ),
            steps=tuple(self._step(one, where.at("step", at), groups) for at, one in enumerate(table.step)),
            end=End(end.when, end.after_s, end.by_hand) if end else End(EndWhen.HAND),
            min_interval_s=table.min_interval_s,
            max_a_day=table.max_a_day,
            modes=tuple(table.modes),
        )

    def _trigger(self, plan: str, at: int, table: TriggerTable, where: Where) -> Trigger:
        self._fit(table, "trigger", where)
        device = point = rule = ""
        if table.kind is TriggerKind.ALARM and table.alarm:
            device, point, rule = table.alarm.split("/", 2)
            self._alarm(device, point, rule, where.at("alarm"))
        elif table.kind is TriggerKind.VALUE and table.point:
            name = self._point(table.point, where.at("point"))
            device, point, rule = name.device, name.point, rule_name(plan, at)
        if table.zone and table.zone not in self._site.zones:
            self._problems.unknown(where.at("zone"), "zone", table.zone, self._site.zones)
        if table.plan and table.plan not in self._plans:
            self._problems.unknown(where.at("plan"), "plan", table.plan, self._plans)
        self._class(table.alarm_class, where)
        hour, minute = table.at.split(":")
        return Trigger(
            kind=table.kind,
            device=device,
            point=point,
            rule=rule,
            alarm_class=table.alarm_class,
            zone=table.zone,
            priority=table.priority.rank if table.priority else 0,
            op=table.op,
            value=table.value,
            deadband=table.deadband,
            for_s=table.for_s,
            minute=int(hour) * 60 + int(minute),
            days=tuple(table.days),
            weekdays=tuple(table.weekdays),
            season=_season(table.season) if table.season else None,
            occasion=table.occasion,
            holiday=table.holiday,
            plan=table.plan,
            plan_event=table.plan_event,
            event=table.event,
            subject=table.subject,
        )

    def _step(self, table: StepTable, where: Where, groups: Mapping[str, PointGroup]) -> Step:
        self._fit(table, "step", where)
        self._class(table.alarm_class, where)
        settings: tuple[Setting, ...] = ()
        if table.point and table.value is not None:
            settings = (Setting(self._point(table.point, where.at("point")), table.value),)
            self._may_write(settings[0], where.at("value"))
        elif table.group:
            if table.group not in self._groups:
                self._problems.unknown(where.at("group"), "group", table.group, self._groups)
            settings = groups[table.group].settings if table.group in groups else ()
        if settings and table.restore_value is not None:
            self._may_write(Setting(settings[0].point, table.restore_value), where.at("restore_value"))
        if table.device and table.device not in self._devices:
            self._problems.unknown(where.at("device"), "device", table.device, self._devices)
        if table.zone and table.zone not in self._site.zones:
            self._problems.unknown(where.at("zone"), "zone", table.zone, self._site.zones)
        if table.plan and table.plan not in self._plans:
            self._problems.unknown(where.at("plan"), "plan", table.plan, self._plans)
        feedback = None
        if (told := table.feedback) is not None:
            point = self._point(told.point, where.at("feedback", "point"))
            feedback = Feedback(point, told.op, told.value, told.within_s)
        return Step(
            id=table.id,
            name=table.name.text(),
            kind=table.kind,
            after=tuple(dict.fromkeys(table.after)),
            delay_s=table.delay_s,
            settings=settings,
            group=table.group,
            device=table.device,
            zone=table.zone,
            text=table.text.text() if table.text else None,
            target=table.roster or table.team,
            priority=table.priority.rank,
            alarm_class=table.alarm_class,
            hours=table.hours,
            plan=table.plan,
            feedback=feedback,
            on_failure=table.on_failure,
            retries=table.retries,
            role=table.role,
            restore=table.restore,
            restore_value=table.restore_value if table.restore_value is not None else 0,
        )

    def _fit(self, table: TriggerTable | StepTable, what: str, where: Where) -> None:
        for misfit in misfits(table, what):
            self._problems.add(where.at(misfit.key), misfit.value, misfit.en, misfit.way_out, zh=misfit.zh)

    # --- points

    def _member(self, table: MemberTable, where: Where) -> Iterable[Setting]:
        if "/" in table.point:
            name = self._point(table.point, where.at("point"))
            found = [Setting(name, table.value)]
        else:
            found = [
                Setting(PointName(device.id, table.point), table.value)
                for device in self._site.devices.values()
                if table.point in device.template.index and self._is_meant(device, table)
            ]
            if not found:
                self._problems.add(
                    where,
                    table.point,
                    f"no device here has point {table.point!r}",
                    "Name zone, profile or subsystem of devices that have it",
                    zh=f"没有设备有测点 {table.point}；请指明有此测点的区域、模板或子系统",
                )
        for setting in found:
            self._may_write(setting, where.at("value"))
        return found

    def _is_meant(self, device: Device, table: MemberTable) -> bool:
        return (
            (not table.zone or table.zone in self._site.zone_path(device.zone))
            and table.profile in ("", device.template.profile)
            and table.subsystem in ("", device.subsystem)
        )

    def _point(self, text: str, where: Where) -> PointName:
        name = PointName(*text.split("/", 1))
        device = self._site.devices.get(name.device)
        if device is not None and name.point not in device.template.index:
            self._problems.unknown(where, f"point of {name.device}", name.point, device.template.index)
        elif device is None and name.device not in self._devices:
            self._problems.unknown(where, "device", name.device, self._devices)
        return name

    def _alarm(self, device: str, point: str, rule: str, where: Where) -> None:
        owner = self._site.devices.get(device) or (None if point else self._site.nodes.get(device))
        if point:
            self._point(f"{device}/{point}", where)
        elif owner is None and device not in self._devices:
            self._problems.unknown(where, "device", device, {*self._devices, *self._site.nodes})
        if owner is None or (point and point not in self._site.devices[device].template.index):
            return
        if self._site.rule(device, point, rule) is None:
            rules = [one.name for one in self._rules(device, point)] if point else owner.own_rules
            self._problems.unknown(where, f"rule of {device}/{point}".rstrip("/"), rule, rules)

    def _rules(self, device: str, point: str) -> tuple[Rule, ...]:
        return self._site.devices[device].template.point(point).rules

    def _class(self, name: str, where: Where) -> None:
        if name and name not in self._site.classes:
            self._problems.unknown(where.at("alarm_class"), "alarm class", name, self._site.classes)

    def _may_write(self, setting: Setting, where: Where) -> None:
        device = self._site.devices.get(setting.point.device)
        if device is None or setting.point.point not in device.template.index:
            return
        if (why := unwritable(device, setting.point.point, setting.value)) is not None:
            self._problems.add(where, setting.value, why.en, "", zh=why.zh)


def _season(days: list[str]) -> Season:
    (first, last) = ((int(month), int(day)) for month, _, day in (text.partition("-") for text in days))
    return Season(first, last)
