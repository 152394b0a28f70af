"""Which alarms a list shows: its tab, its filters, and how many it leaves out. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

from actors.messages import Alarm, AlarmState
from config.site import Site
from hmi import drawing
from hmi.alarm_index import Grouped, Sorted, grouped
from hmi.live import place_of
from hmi.stations import Zones

TEXT_LENGTH: Final = 100


class Tab(StrEnum):
    ACTIVE = "active"
    SHELVED = AlarmState.SHELVED.value
    SUPPRESSED = AlarmState.SUPPRESSED.value
    OUT_OF_SERVICE = AlarmState.OUT_OF_SERVICE.value


class Kind(StrEnum):
    """What the states of told alarms come to for the operator."""

    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned"
    LATCHED = "latched"


_KINDS = {
    AlarmState.UNACKNOWLEDGED: Kind.UNACKNOWLEDGED,
    AlarmState.ACKNOWLEDGED: Kind.ACKNOWLEDGED,
    AlarmState.RETURNED: Kind.RETURNED,
    AlarmState.LATCHED: Kind.LATCHED,
    AlarmState.LATCHED_ACKNOWLEDGED: Kind.LATCHED,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """As a person sets it; '' is any."""

    tab: Tab = Tab.ACTIVE
    kind: str = ""
    subsystem: str = ""
    alarm_class: str = ""
    priority: str = ""
    zone: str = ""
    text: str = ""
    everywhere: bool = False
    """Also what other stations answer for."""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filter":
        """As an address says."""
        found = cls()
        for name in ("tab", "kind", "subsystem", "class", "priority", "zone", "text", "everywhere"):
            if name in query:
                found = found.with_(name, query[name])
        return found

    def with_(self, name: str, value: str) -> "Filter":
        """What is not known changes nothing."""
        match name:
            case "tab" if value in set(Tab):
                return replace(self, tab=Tab(value), kind="")
            case "kind":
                return replace(self, kind=value if value in set(Kind) else "")
            case "subsystem":
                return replace(self, subsystem=value)
            case "class":
                return replace(self, alarm_class=value)
            case "priority":
                return replace(self, priority=value if value in {"1", "2", "3", "4"} else "")
            case "zone":
                return replace(self, zone=value)
            case "text":
                return replace(self, text=value.strip()[:TEXT_LENGTH])
            case "everywhere":
                return replace(self, everywhere=value == "1")
            case _:
                return self

    @property
    def narrows(self) -> bool:
        return any((self.kind, self.subsystem, self.alarm_class, self.priority, self.zone, self.text))

    def cleared(self) -> "Filter":
        return Filter(self.tab, everywhere=self.everywhere)


@dataclass(frozen=True, slots=True)
class Listing:
    """What comes of a filter as of one revision."""

    groups: tuple[Grouped, ...] = ()
    shown: int = 0
    """Alarms in the groups, those folded away too."""
    hidden: int = 0
    """Of the tab and the station, by the filter."""
    tabs: Mapping[Tab, int] = field(default_factory=dict)
    """Of the whole site."""
    kinds: Mapping[Kind, int] = field(default_factory=dict)
    own: int = 0
    """Of the tab, at this station."""
    everywhere: int = 0


def listing(site: Site, now: Sorted, wanted: Filter, zones: Zones) -> Listing:
    pool = now.told if wanted.tab is Tab.ACTIVE else now.hidden.get(AlarmState(wanted.tab.value), ())
    own = pool if zones is None else tuple(one for one in pool if _is_in(site, one, zones))
    among = pool if wanted.everywhere else own
    shown = tuple(one for one in among if matches(site, one, wanted)) if wanted.narrows else among
    return Listing(
        groups=grouped(shown),
        shown=len(shown),
        hidden=len(among) - len(shown),
        tabs={
            Tab.ACTIVE: len(now.told),
            **{tab: len(now.hidden.get(AlarmState(tab.value), ())) for tab in Tab if tab is not Tab.ACTIVE},
        },
        kinds=Counter(_KINDS[one.state] for one in among if one.state in _KINDS),
        own=len(own),
        everywhere=len(pool),
    )


def matches(site: Site, alarm: Alarm, wanted: Filter) -> bool:
    device = site.devices.get(alarm.device)
    return (
        (not wanted.kind or _KINDS.get(alarm.state) == wanted.kind)
        and (not wanted.subsystem or (device is not None and device.subsystem == wanted.subsystem))
        and (not wanted.alarm_class or alarm.alarm_class == wanted.alarm_class)
        and (not wanted.priority or alarm.priority == int(wanted.priority))
        and (not wanted.zone or wanted.zone in _path(site, alarm))
        and (not wanted.text or wanted.text.casefold() in _words(site, alarm))
    )


def _is_in(site: Site, alarm: Alarm, zones: frozenset[str]) -> bool:
    place = place_of(site, alarm)
    return place in zones or place not in site.zones


def _path(site: Site, alarm: Alarm) -> tuple[str, ...]:
    place = place_of(site, alarm)
    return site.zone_path(place) if place in site.zones else ()


def _words(site: Site, alarm: Alarm) -> str:
    return _searchable(_Ref(site), alarm.device, alarm.point, alarm.rule, place_of(site, alarm))


class _Ref:
    """A site by identity, so that what is remembered of it need not compare it."""

    __slots__ = ("site",)

    def __init__(self, site: Site) -> None:
        self.site = site

    def __hash__(self) -> int:
        return id(self.site)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Ref) and other.site is self.site


@lru_cache(20_000)
def _searchable(ref: _Ref, device: str, point: str, rule: str, zone: str) -> str:
    """All that an alarm may be found by, in both languages."""
    site = ref.site
    owner, found = site.devices.get(device), site.rule(device, point, rule)
    named = owner or site.nodes.get(device)
    texts = [device, point, rule, owner.tag if owner is not None else ""]
    for language in ("zh", "en"):
        texts.append(named.name.in_language(language) if named is not None else "")
        texts.append(drawing.rule_text(language, site.point(device, point), found, rule))
        texts.append(site.zones[zone].name.in_language(language) if zone in site.zones else "")
    return "\n".join(texts).casefold()
