"""What plans would have seen: values of the past, and the events that the rules make of them. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from actors.condition_plan import compile_rules
from actors.condition_state import ConditionState
from actors.conditions import Changes, evaluate
from actors.messages import AlarmState, HistoryPage, JournalRow, PointRead
from config.plans import Plan, PointName, Restore, Trigger, TriggerKind
from config.site import Device, Site
from drivers.driver import BAD, Quality


@dataclass(frozen=True, slots=True)
class Series:
    """The values of one point, oldest first; each counts until the next."""

    time_ns: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    quality: tuple[int, ...] = ()

    @classmethod
    def of(cls, page: HistoryPage) -> "Series":
        return cls(
            tuple(map(int, page.time_ns)), tuple(map(float, page.values)), tuple(map(int, page.quality))
        )

    def supposing(self, samples: Iterable[tuple[int, float]]) -> "Series":
        """With good values that somebody supposes."""
        known = [*zip(self.time_ns, self.values, self.quality, strict=True)]
        known += [(at_ns, value, int(Quality.GOOD)) for at_ns, value in samples]
        if not known:
            return self
        return Series(*(tuple(column) for column in zip(*sorted(known), strict=True)))

    def at(self, name: PointName, time_ns: int) -> PointRead | None:
        """What was known then; None before the first value."""
        at = bisect_right(self.time_ns, time_ns) - 1
        if at < 0:
            return None
        value = None if np.isnan(self.values[at]) else self.values[at]
        return PointRead(name.device, name.point, value, self.quality[at], stale=False)


def needed(plans: Iterable[Plan]) -> set[PointName]:
    """The points whose past tells what these plans would have done."""
    found: set[PointName] = set()
    for plan in plans:
        found |= {each.point for each in plan.conditions}
        found |= {step.feedback.point for step in plan.steps if step.feedback is not None}
        found |= {each.point for step, each in plan.writes if step.restore is Restore.BEFORE}
        found |= {
            PointName(trigger.device, trigger.point)
            for trigger in plan.triggers
            if trigger.kind is TriggerKind.VALUE
        }
    return found


def value_events(
    site: Site, plans: Iterable[Plan], series: Mapping[PointName, Series]
) -> Iterator[JournalRow]:
    """The events of value triggers, as their rules would have judged the past."""
    for plan in plans:
        for trigger in plan.triggers:
            device = site.devices.get(trigger.device)
            past = series.get(PointName(trigger.device, trigger.point))
            if trigger.kind is TriggerKind.VALUE and device is not None and past is not None:
                yield from _events(site, device, trigger, past)


def _events(site: Site, device: Device, trigger: Trigger, past: Series) -> Iterator[JournalRow]:
    plan = compile_rules(device.template)
    state = ConditionState(plan, 1)
    rows = np.zeros(1, np.intp)
    column = device.template.index[trigger.point]
    rule = next(at for at, each in enumerate(plan.rules) if each.name == trigger.rule)
    values = np.full((1, len(device.template.points)), np.nan)
    quality = np.full(values.shape, int(Quality.BAD_NOT_READ), np.uint8)
    event = 0

    def judge(time_ns: int, now_s: float, changed_ns: int | None = None) -> Iterator[JournalRow]:
        nonlocal event
        scan_ns = np.array([time_ns], np.int64)
        changes = evaluate(plan, state, rows, values, quality, scan_ns, now_s, changed_ns)
        for at in np.flatnonzero(changes.rules == rule):
            event += int(changes.active[at])
            yield _row(site, device, trigger, changes, int(at), event)

    last_ns = 0
    for time_ns, value, how in zip(past.time_ns, past.values, past.quality, strict=True):
        while state.running and (due_s := float(state.due.min())) <= time_ns / 1e9:
            yield from judge(last_ns, due_s, round(due_s * 1e9))
        values[0, column], quality[0, column] = value, how
        last_ns = time_ns
        yield from judge(time_ns, time_ns / 1e9)
    if state.running and np.isfinite(due_s := float(state.due.min())):
        yield from judge(last_ns, due_s, round(due_s * 1e9))


def _row(site: Site, device: Device, trigger: Trigger, changes: Changes, at: int, event: int) -> JournalRow:
    begins = bool(changes.active[at])
    time_ns, how = int(changes.time_ns[at]), int(changes.quality[at])
    return JournalRow(
        id=0, time_ns=time_ns, source_ns=time_ns, device=device.id, point=trigger.point, rule=trigger.rule,
        zone=site.alarm_zone(device.zone), event=event,
        transition="event_begins" if begins else "event_ends", state=AlarmState.NORMAL, priority=4,
        value=float(changes.values[at]), limit=float(changes.limits[at]), limit_set="", user="", station="",
        note="", annunciated=False, fresh=begins and not changes.found[at] and how < BAD,
    )  # fmt: skip
