"""Plans, runs and what they touch in the reader's words."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from markupsafe import Markup

from actors.linkage.run import LOST, SKIPPED
from actors.messages import Outcome, RunRow, RunState, Stage
from actors.said import in_language
from business.happenings import types
from business.identity.model import Place
from config.plans import Plan, Trigger, TriggerKind
from config.rules import Priority
from config.site import Site
from config.text import Text
from hmi import drawing
from hmi import words as common
from hmi.alarm_naming import alarm_link, title_of
from hmi.view import View
from hmi.words import linkage as words

ORDER_STAGES: Mapping[str, Text] = {
    LOST: words.ORDER_STAGES["lost"],
    SKIPPED: words.ORDER_STAGES["skipped"],
    "": words.ORDER_STAGES[""],
    **{stage.value: text for stage, text in common.STAGES.items()},
}
TROUBLED = frozenset({Outcome.FAILED, Outcome.INCOMPLETE, Outcome.REFUSED})


def name_of(view: View, table: Mapping[Any, Text], key: str) -> str:
    """The word of a kind, or the kind itself where another version of the program wrote it."""
    text = table.get(key)
    return view.say(text) if text is not None else key


def plan_name(view: View, plan: str) -> str:
    known = view.live.site.plans.get(plan)
    return view.name(known.name) if known is not None else plan


def point_name(view: View, site: Site, device: str, point: str) -> str:
    known = site.devices.get(device)
    if known is None:
        return f"{device}/{point}"
    found = known.template.find(point)
    return f"{view.name(known.name)} {view.name(found.name) if found is not None else point}"


def point_link(view: View, site: Site, device: str, point: str) -> Markup:
    """In the control room, where devices have pages, a link."""
    name = point_name(view, site, device, point)
    if view.person.place is not Place.CONTROL or device not in site.devices:
        return Markup("{}").format(name)
    return Markup('<a href="/device/{}">{}</a>').format(device, name)


def value_text(view: View, site: Site, device: str, point: str, value: float | str | None) -> str:
    found = site.point(device, point)
    if found is not None:
        return drawing.with_unit(view.language, found, value)
    if value is None:
        return drawing.NOTHING
    return value if isinstance(value, str) else f"{value:g}"


def cause(view: View, row: RunRow) -> str | Markup:
    """What started a run."""
    parts = row.cause.split("/")
    if row.trigger == TriggerKind.VALUE and len(parts) == 3:
        return point_name(view, view.live.site, parts[0], parts[1])
    if row.trigger == TriggerKind.ALARM and len(parts) in {2, 3}:
        device, *point, rule = parts
        return alarm_link(view, (device, point[0] if point else "", rule))
    if row.trigger == TriggerKind.PLAN and row.parent:
        return view.say(words.RUN_NUMBER, run=row.parent)
    return row.cause


def state(view: View, row: RunRow) -> str:
    """How far it is, or what came of it."""
    if row.state is RunState.ENDED:
        return view.say(words.OUTCOMES[row.outcome])
    return view.say(words.RUN_STATES[row.state])


def stage(view: View, code: str) -> str:
    return name_of(view, ORDER_STAGES, code)


def is_bad(code: str) -> bool:
    return code in {LOST, Stage.FAILED, Stage.REFUSED, Stage.UNKNOWN}


def detail(view: View, row: RunRow) -> str:
    told = in_language(row.detail, view.language)
    again = view.say(words.REPEATED, count=row.repeats) if row.repeats else ""
    return " · ".join(part for part in (told, again) if part)


def triggers(view: View, site: Site, plan: Plan) -> Iterator[str]:
    """One line for each."""
    for one in plan.triggers:
        yield f"{view.say(words.TRIGGERS[one.kind])}{_about(view, site, one)}"
    if plan.independent > 1:
        yield view.say(words.SIGNALS, count=plan.independent)


def _about(view: View, site: Site, trigger: Trigger) -> str:
    about = " ".join(part for part in _parts(view, site, trigger) if part)
    between = "：" if view.language == "zh" else ": "
    return between + about if about else ""


def _parts(view: View, site: Site, trigger: Trigger) -> Iterable[str]:
    at = f"{trigger.minute // 60:02}:{trigger.minute % 60:02}"
    match trigger.kind:
        case TriggerKind.ALARM if trigger.device:
            return (title_of(view, site, (trigger.device, trigger.point, trigger.rule)),)
        case TriggerKind.ALARM:
            return _any_alarm(view, site, trigger)
        case TriggerKind.VALUE:
            point = point_name(view, site, trigger.device, trigger.point)
            value = value_text(view, site, trigger.device, trigger.point, trigger.value)
            return (
                f"{point} {trigger.op} {value}",
                view.say(words.FOR_SECONDS, seconds=f"{trigger.for_s:g}") if trigger.for_s else "",
            )
        case TriggerKind.SCHEDULE:
            days = [view.say(words.DAYS[one]) for one in (*trigger.days, *trigger.weekdays)]
            when = (
                view.say(words.DAYS_AT, days=_listed(view, days), time=at)
                if days
                else view.say(words.DAILY_AT, time=at)
            )
            return (when, _season(view, trigger))
        case TriggerKind.CALENDAR:
            day = view.say(words.OCCASIONS[trigger.occasion])
            return (view.say(words.DAYS_AT, days=day, time=at), trigger.holiday, _season(view, trigger))
        case TriggerKind.PLAN:
            event = view.say(words.PLAN_EVENTS[trigger.plan_event])
            known = site.plans.get(trigger.plan)
            plan = view.name(known.name) if known is not None else trigger.plan
            return (view.say(words.OF_PLAN, plan=plan, event=event),)
        case TriggerKind.BUSINESS:
            label = types().get(trigger.event)
            return (view.say(label) if label else trigger.event, trigger.subject)
        case TriggerKind.BUTTON:
            return ()


def _any_alarm(view: View, site: Site, trigger: Trigger) -> Iterator[str]:
    known, zone = site.classes.get(trigger.alarm_class), site.zones.get(trigger.zone)
    what = view.say(words.ANY_ALARM)
    if trigger.alarm_class:
        what = view.say(words.OF_CLASS, name=view.name(known.name) if known else trigger.alarm_class)
    where = view.say(words.IN_ZONE, zone=view.name(zone.name) if zone else trigger.zone)
    if not trigger.zone:
        yield what
    else:  # each language has its own order
        yield f"{where}{what}" if view.language == "zh" else f"{what} {where}"
    if trigger.priority:
        named = {one.rank: one.rank for one in Priority}.get(trigger.priority, 4)
        yield view.say(words.AT_LEAST, priority=view.say(common.PRIORITIES[named]))


def _season(view: View, trigger: Trigger) -> str:
    if trigger.season is None:
        return ""
    first, last = (f"{month:02}-{day:02}" for month, day in (trigger.season.first, trigger.season.last))
    return view.say(words.SEASON, first=first, last=last)


def _listed(view: View, parts: Iterable[str]) -> str:
    return ("、" if view.language == "zh" else ", ").join(parts)
