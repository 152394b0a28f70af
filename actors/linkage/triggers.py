"""Which plans something starts: looked up by name, so that a flood of alarms costs nothing. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from actors.messages import AlarmState, JournalRow
from config.calendar import Calendar
from config.plans import Plan, PlanEvent, Trigger, TriggerKind
from config.site import Site
from config.value_rules import EVENT

BEGINS = frozenset({"alarm_occurs", "re_alarm", "event_begins"})
"""Transitions with which an occurrence begins."""
ENDS = frozenset({"return_to_normal", "event_ends", "remove"})
"""Transitions with which one is over."""
HIDDEN = frozenset({AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE})

Started = tuple[Plan, Trigger]


class Triggers:
    """Of the enabled plans of one configuration."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._calendar = Calendar(site.calendar)
        self._named: dict[tuple[str, str, str], list[Started]] = defaultdict(list)
        self._any: list[Started] = []
        self._timed: dict[int, list[Started]] = defaultdict(list)
        self._plans: dict[tuple[str, PlanEvent], list[Started]] = defaultdict(list)
        self._events: dict[str, list[Started]] = defaultdict(list)
        for plan in site.plans.values():
            for trigger in plan.triggers if plan.enabled else ():
                self._enter(plan, trigger)

    def _enter(self, plan: Plan, trigger: Trigger) -> None:
        match trigger.kind:
            case TriggerKind.ALARM | TriggerKind.VALUE if trigger.device:
                self._named[trigger.device, trigger.point, trigger.rule].append((plan, trigger))
            case TriggerKind.ALARM:
                self._any.append((plan, trigger))
            case TriggerKind.SCHEDULE | TriggerKind.CALENDAR:
                self._timed[trigger.minute].append((plan, trigger))
            case TriggerKind.PLAN:
                self._plans[trigger.plan, trigger.plan_event].append((plan, trigger))
            case TriggerKind.BUSINESS:
                self._events[trigger.event].append((plan, trigger))
            case _:
                pass  # a button waits for a person

    def of_row(self, row: JournalRow) -> Iterator[Started]:
        """What a row of the journal starts; what was found, late, stale or substituted starts nothing, nor
        what somebody or the plant's own logic keeps from being acted upon."""
        if row.transition not in BEGINS or not row.fresh or row.state in HIDDEN:
            return
        yield from self._named.get((row.device, row.point, row.rule), ())
        rule = self._site.rule(row.device, row.point, row.rule)
        if not self._any or rule is None or rule.alarm_class == EVENT:
            return
        owner = self._site.devices.get(row.device) or self._site.nodes.get(row.device)
        zones = self._site.zone_path(owner.zone) if owner is not None and owner.zone else ()
        for plan, trigger in self._any:
            if (
                trigger.alarm_class in ("", rule.alarm_class)
                and trigger.zone in ("", *zones)
                and (not trigger.priority or row.priority <= trigger.priority)
            ):
                yield plan, trigger

    def between(self, after: datetime, until: datetime) -> Iterator[tuple[datetime, Started]]:
        """What the clock starts after one local time and until another, minute by minute."""
        at = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
        while at <= until:
            for plan, trigger in self._timed.get(at.hour * 60 + at.minute, ()):
                if self._calendar.fits(at.date(), trigger):
                    yield at, (plan, trigger)
            at += timedelta(minutes=1)

    def of_plan(self, plan: str, event: PlanEvent) -> list[Started]:
        return self._plans.get((plan, event), [])

    def of_event(self, name: str, objects: Sequence[str]) -> Iterator[tuple[Plan, Trigger, str]]:
        """With the first object that the trigger means."""
        for plan, trigger in self._events.get(name, ()):
            meant = [one for one in objects if one.startswith(trigger.subject)]
            if meant or not trigger.subject:
                yield plan, trigger, next(iter(meant), "")

    def missing(self, today: date) -> int:
        """The year that the calendar lacks, where a plan asks it; 0 for none."""
        asked = any(
            trigger.kind is TriggerKind.CALENDAR or trigger.days
            for each in self._timed.values()
            for _, trigger in each
        )
        return self._calendar.missing(today) if asked else 0
