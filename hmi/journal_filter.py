"""What an address asks of the journal, in people's words, as the ids that `core` knows. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from actors.messages import MOST_NAMES, AlarmKind, JournalFilter
from config.alarms import NODE_RULES, OWN_RULES
from config.site import Device, Site
from config.text import Text
from hmi import drawing
from hmi.words import alarm_journal as words
from hmi.words import say

TEXT_LENGTH: Final = 100
LANGUAGES: Final = ("zh", "en")
_OWN: Final = (*OWN_RULES.values(), *NODE_RULES.values())
"""The alarms that every device and every node has."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of the form, as they were filled in."""

    device: str = ""
    type: str = ""
    alarm: str = ""
    since: str = ""
    until: str = ""
    level: str = ""
    transition: str = ""
    user: str = ""
    zone: str = ""
    alarm_class: str = ""
    mode: str = ""
    annunciated: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        return cls(**{name: query.get(name, "").strip()[:TEXT_LENGTH] for name in cls.__slots__})

    def filled(self) -> dict[str, str]:
        """For an address."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}


def address(device: str, point: str, rule: str) -> str:
    """The page with what the journal knows of one alarm."""
    return f"/journal?{urlencode({'device': device, 'alarm': f'{point}/{rule}'})}"


class Unclear(Exception):
    """A field that says nothing, in the reader's language."""


def wanted(asked: Asked, site: Site, zone: ZoneInfo, language: str) -> JournalFilter:
    """Raises Unclear."""
    devices, profiles, zones = _whose(asked, site, language)
    alarms = tuple(_alarms(asked.alarm, site)) if asked.alarm else ()
    if asked.alarm and not alarms:
        raise Unclear(say(language, words.NO_SUCH_ALARM, named=asked.alarm))
    if len(alarms) > MOST_NAMES:
        raise Unclear(
            say(language, words.TOO_MANY_ALARMS, named=asked.alarm, count=len(alarms), most=MOST_NAMES)
        )
    return JournalFilter(
        devices=devices,
        profiles=profiles,
        zones=zones,
        alarms=alarms,
        priorities=(int(asked.level),) if asked.level in {"1", "2", "3", "4"} else (),
        transitions=(asked.transition,) if asked.transition else (),
        users=(asked.user,) if asked.user else (),
        classes=(asked.alarm_class,) if asked.alarm_class else (),
        modes=(asked.mode,) if asked.mode else (),
        annunciated=True if asked.annunciated else None,
        since_ns=time_ns(asked.since, zone, language),
        until_ns=time_ns(asked.until, zone, language),
    )


def types(site: Site) -> dict[str, Text]:
    """Profile -> the name of one of its templates."""
    return {template.profile: template.name for template in site.templates.values()}


def _whose(
    asked: Asked, site: Site, language: str
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Devices, types, and zones that keep alarms."""
    place = site.zones.get(asked.zone)
    keeps = place is not None and place.parent != "" and site.alarm_zone(asked.zone) == asked.zone
    zones = (asked.zone,) if asked.zone and (keeps or place is None) else ()
    inner = asked.zone if place is not None and not keeps and place.parent else ""
    if not asked.device and not inner:
        return (), (asked.type,) if asked.type else (), zones
    devices = [
        device
        for device in site.devices.values()
        if (not inner or inner in site.zone_path(device.zone))
        and (not asked.type or device.template.profile == asked.type)
    ]
    nodes = [
        node.id
        for node in site.nodes.values()
        if not asked.type
        and (not inner or inner in site.zone_path(node.zone))
        and (not asked.device or _has(asked.device, node.id, "", node.name))
    ]
    found = [*called(asked.device, devices)] if asked.device else devices
    if not found and not nodes:
        # Perhaps one that the site no longer has: the journal still knows its number.
        return (asked.device or inner,), (), zones
    if len(found) + len(nodes) <= MOST_NAMES:
        return (*(device.id for device in found), *nodes), (), zones
    singles, profiles = _wholes(found, site)
    if len(singles) + len(nodes) > MOST_NAMES:
        raise Unclear(say(language, words.TOO_MANY_DEVICES, count=len(found), most=MOST_NAMES))
    return (*singles, *nodes), profiles, zones


def called(text: str, devices: Iterable[Device]) -> Iterator[Device]:
    """The device with this number, or all whose number or name has the text in it."""
    among = [*devices]
    exact = [device for device in among if text in {device.id, device.tag}]
    for device in exact or among:
        if exact or _has(text, device.id, device.tag, device.name):
            yield device


def _has(text: str, id_: str, tag: str, name: Text) -> bool:
    plain = text.casefold()
    return any(plain in one.casefold() for one in (id_, tag, name.zh, name.en))


def _wholes(found: list[Device], site: Site) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Devices, without those of types that are found entirely, and these types."""
    there = Counter(device.template.profile for device in site.devices.values())
    whole = {
        name for name, count in Counter(one.template.profile for one in found).items() if count == there[name]
    }
    return tuple(device.id for device in found if device.template.profile not in whole), tuple(sorted(whole))


def _alarms(text: str, site: Site) -> Iterator[AlarmKind]:
    """Rules named so, or whose text on a screen has this in it, in either language; "point/rule" is exact."""
    plain = text.casefold()
    named: dict[tuple[str, str], dict[str, bool]] = {}
    for template in site.templates.values():
        for point in template.points:
            for rule in point.rules:
                texts = (drawing.rule_text(language, point, rule, rule.name) for language in LANGUAGES)
                hit = text == f"{point.id}/{rule.name}" if "/" in text else plain in {rule.name, point.id}
                hit = hit or any(plain in one.casefold() for one in texts)
                of = named.setdefault((point.id, rule.name), {})
                of[template.profile] = of.get(template.profile, False) or hit
    for (point_id, name), profiles in named.items():
        if all(profiles.values()):
            yield AlarmKind(point_id, name)
        else:
            yield from (AlarmKind(point_id, name, profile) for profile, hit in profiles.items() if hit)
    for own in _OWN:
        told = (own.text.zh, own.text.en)
        if text in {own.name, f"/{own.name}"} or any(plain in one.casefold() for one in told):
            yield AlarmKind("", own.name)


def time_ns(text: str, zone: ZoneInfo, language: str) -> int:
    """0 for an empty field."""
    if not text:
        return 0
    try:
        return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 10**9
    except (ValueError, OverflowError):
        raise Unclear(say(language, words.NO_TIME, time=text)) from None
