"""Who hears what: stations and their zones, what sounds at each, and what nobody else answers for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from actors.alarm_states import SILENCE_S
from actors.messages import Alarm
from config.site import Site
from hmi.alarm_index import AlarmIndex, key_of
from hmi.live import Live, place_of

EVERYWHERE: Final = ""
"""The station of a browser at which nobody has chosen one: it hears the whole site."""

Zones = frozenset[str] | None
"""None for all."""


@dataclass(frozen=True, slots=True)
class Sounding:
    """What is to be heard at a station now."""

    alarm: Alarm | None
    """The most urgent; None for silence."""
    count: int
    """How many are unsilenced."""


class Stations:
    """One a process. `open_` tells at which stations somebody can hear."""

    def __init__(self, live: Live, index: AlarmIndex, open_: Callable[[], Iterable[str]]) -> None:
        self._live = live
        self._index = index
        self._open = open_
        self.dismissed: set[tuple[str, str]] = set()
        """Calls of plans and notices that somebody closed: station and id."""
        self.played: set[str] = set()
        """Notices that a browser has played."""
        self._hushed: dict[str, tuple[float, int]] = {}
        """Station -> since when it is hushed, monotonic, and the newest change that is covered."""
        self._known: dict[str, tuple[object, Sounding]] = {}
        self._zones: tuple[Site, frozenset[str], dict[str, Zones]] = (live.site, frozenset(), {})

    def is_known(self, station: str) -> bool:
        return station in self._live.site.stations

    def attended(self) -> set[str]:
        """Stations at which somebody can hear."""
        return set(self._open())

    def heard(self, station: str) -> Zones:
        """Its own zones, and those for which no open station answers: nobody may be deaf to a zone."""
        site, answering = self._live.site, frozenset(self._open())
        if self._zones[0] is not site or self._zones[1] != answering:
            self._zones = (site, answering, {})
        if station not in self._zones[2]:
            own = below(site, station)
            if own is not None:
                others: set[str] = set()
                for one in answering - {EVERYWHERE}:
                    zones = below(site, one) if one in site.stations else frozenset()
                    others |= site.zones.keys() if zones is None else zones
                own = frozenset(own | (site.zones.keys() - others))
            self._zones[2][station] = own
        return self._zones[2][station]

    def sounding(self, station: str) -> Sounding:
        revision, now = self._index.revision, self._live.clock()
        zones = self.heard(station)
        watched = (revision, int(now), zones, self._hushed.get(station))
        known = self._known.get(station)
        if known is None or known[0] != watched:
            known = self._known[station] = (watched, self._listen(station, zones))
        return known[1]

    def to_silence(self, station: str) -> tuple[Alarm, ...]:
        """All that are heard at the station now."""
        zones = self.heard(station)
        return tuple(one for one in self._index.now.sounding if self._is_heard(one, station, zones))

    def hush(self, station: str) -> None:
        """At once, without waiting for the answers of the commands. What comes later is heard."""
        newest = max((alarm.changed_ns for alarm in self._index.now.sounding), default=0)
        self._hushed[station] = (self._live.clock(), newest)

    def is_called(self, station: str, zone: str) -> bool:
        """Whether what is for a zone ('' for all) is for this station."""
        zones = self.heard(station)
        return not zone or zones is None or zone in zones

    def is_own(self, station: str, alarm: Alarm) -> bool:
        return self._is_in(alarm, self.heard(station))

    def flood(self, station: str) -> int:
        """Alarms annunciated within ten minutes, while that is a flood."""
        return self._live.flood.flood(self.heard(station), self._live.clock())

    def _listen(self, station: str, zones: Zones) -> Sounding:
        first: Alarm | None = None
        count = 0
        for alarm in self._index.now.sounding:
            if self._is_heard(alarm, station, zones):
                first, count = first or alarm, count + 1
        return Sounding(first, count)

    def _is_in(self, alarm: Alarm, zones: Zones) -> bool:
        place = place_of(self._live.site, alarm)
        return zones is None or place in zones or place not in self._live.site.zones

    def _is_heard(self, alarm: Alarm, station: str, zones: Zones) -> bool:
        if not self._is_in(alarm, zones):
            return False
        if alarm.silenced_ns and self._live.wall_ns() - alarm.silenced_ns < SILENCE_S * 1e9:
            return False
        since_s, newest_ns = self._hushed.get(station, (float("-inf"), 0))
        return alarm.changed_ns > newest_ns or self._live.clock() - since_s >= SILENCE_S


def below(site: Site, station: str) -> Zones:
    """None for the whole site, also for a station that the site does not have."""
    found = site.stations.get(station)
    if found is None or not found.zones:
        return None
    return frozenset(zone for zone in site.zones if not set(found.zones).isdisjoint(site.zone_path(zone)))


def said_of(alarm: Alarm) -> str:
    """What tells one annunciation from the next."""
    return f"{key_of(alarm)}@{alarm.changed_ns}"
