"""What messages say: the variables of an alarm, the texts of a site, what fits a template. Pure."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from actors.alarm_states import ACTIVE
from actors.messages import JournalRow, RequestRow
from actors.said import in_language, said
from business.alarm_kpi.labels import PRIORITIES, alarm_of, device_of
from config.notification import Approval, Medium, Review, VariableKind, Wording
from config.notify_events import ALARM, EVENTS, LANGUAGES, filled
from config.site import PointKind, Site

_NOT = {
    VariableKind.LETTERS: re.compile(r"\d"),
    VariableKind.DIGITS: re.compile(r"\D"),
    VariableKind.CHARACTERS: re.compile(r"[^0-9A-Za-z]"),
}
_BRACKETS = str.maketrans({"【": "(", "】": ")"})
"""Providers take what stands in them for a signature."""


def of_alarm(site: Site, row: JournalRow, zone: ZoneInfo) -> dict[str, dict[str, str]]:
    """The variables of an alarm, by language: place, device, what, how bad, what to do."""
    return {language: _of_alarm(site, row, zone, language) for language in LANGUAGES}


def _of_alarm(site: Site, row: JournalRow, zone: ZoneInfo, language: str) -> dict[str, str]:
    rule = site.rule(row.device, row.point, row.rule)
    return {
        "site": site.name.in_language(language),
        "place": place_of(site, row.zone, language),
        "device": device_of(site, row.device, language),
        "what": alarm_of(site, row.device, row.point, row.rule, language),
        "level": level_of(row.priority, language),
        "action": rule.action.in_language(language) if rule is not None and rule.action else "",
        "value": _value(site, row),
        "time": clock(row.time_ns, zone),
    }


def _value(site: Site, row: JournalRow) -> str:
    """With its unit; '' where the alarm says it itself."""
    point = site.point(row.device, row.point)
    if point is None or row.value is None or row.state not in ACTIVE:
        return ""
    if point.kind is PointKind.DISCRETE or not math.isfinite(row.value):
        return ""
    return f"{row.value:.{point.decimals}f} {point.unit}".rstrip()


def of_plan(site: Site, row: RequestRow, zone: ZoneInfo) -> dict[str, dict[str, str]]:
    """The variables of what a linkage plan wants told."""
    plan = site.plans.get(row.plan)
    return {
        language: {
            "site": site.name.in_language(language),
            "place": place_of(site, row.zone, language),
            "plan": plan.name.in_language(language) if plan is not None else row.plan,
            "what": in_language(row.text, language),
            "level": level_of(row.priority, language),
            "time": clock(row.time_ns, zone),
        }
        for language in LANGUAGES
    }


def line_of(event: str, values: Mapping[str, Mapping[str, str]]) -> str:
    """The subject in both languages."""
    subject = EVENTS[event].subject
    zh, en = (filled(subject.in_language(one), values[one]) for one in LANGUAGES)
    return said(zh, en)


def place_of(site: Site, zone: str, language: str) -> str:
    """Without the site itself, which whoever is called knows."""
    if zone not in site.zones:
        return ""
    path = site.zone_path(zone)
    return " ".join(site.zones[one].name.in_language(language) for one in path[1:] or path)


def level_of(priority: int, language: str) -> str:
    return PRIORITIES[min(max(priority, 1), 4)].in_language(language)


def clock(time_ns: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(time_ns / 1e9, zone):%H:%M}"


def worded(
    wordings: Sequence[Wording], event: str, medium: str, language: str, values: Mapping[str, str]
) -> tuple[str, str]:
    """Title and text as the site words them: for the medium, else for all, else as shipped."""
    ships = EVENTS[event]
    title, text = ships.subject.in_language(language), ships.text.in_language(language)
    fits = [one for one in wordings if one.event == event and one.language == language]
    for wanted in (None, Medium(medium)):
        for one in fits:
            if one.medium is wanted:
                title, text = one.subject or title, one.text
    return tidy(filled(title, values)), tidy(filled(text, values))


def tidy(text: str) -> str:
    """Without what an empty variable leaves behind."""
    text = re.sub(r"[ \t]{2,}", " ", text)
    text = re.sub(r"([，、,])\s*(?=[，、,])", "", text)
    text = re.sub(r"([：:]\s*)[，、,]\s*", r"\1", text)
    text = re.sub(r"\s+([，。；（,.;])", r"\1", text)
    return text.strip(" \t，、,")


def approval_for(approvals: Sequence[Approval], account: str, event: str, language: str) -> Approval | None:
    """The template of a provider that may be used; another language is better than nothing of an alarm."""
    fits = [
        one
        for one in approvals
        if one.account == account and one.event == event and one.review is Review.APPROVED
    ]
    same = next((one for one in fits if one.language == language), None)
    return same or (next(iter(fits), None) if event == ALARM else None)


def variables_of(approval: Approval, values: Mapping[str, str]) -> dict[str, str]:
    """Each as the provider's template takes it: cut from the end, without what is not allowed in it, never
    empty."""
    found = {}
    for one in approval.variables:
        text = values.get(one.source, "").translate(_BRACKETS)
        if (unfit := _NOT.get(one.kind)) is not None:
            text = unfit.sub("", text)
        found[one.name] = shortened(" ".join(text.split()), one.most) or "-"
    return found


def shortened(text: str, most: int) -> str:
    """At most so many characters: whole words from the end go first, since a place is told from wide to
    narrow and what is narrow matters more."""
    if len(text) <= most:
        return text
    words = text.split(" ")
    while len(words) > 1 and len(" ".join(words)) > most:
        words.pop(0)
    return " ".join(words)[:most]
