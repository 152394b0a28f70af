"""Which alarms a list shows and in which order, what sounds where, and when it is a flood."""

from dataclasses import replace
from typing import Any

import pytest

from actors.messages import Alarm, AlarmChanged, AlarmState, Frame
from hmi.alarm_filter import Filter, Tab, listing
from hmi.alarm_index import AlarmIndex, grouped, key_of
from hmi.flood import FloodGauge
from hmi.live import Live
from hmi.stations import Stations
from tests.hmi.campus import alarm, campus

SITE = campus()
S = 10**9
START_NS = 1_790_000_000 * S


class Desk:
    """A live store, its index and the stations that are attended."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.attended: list[str] = []
        self.live = Live(SITE, lambda: self.now_s, lambda: START_NS + int(self.now_s * S))
        self.live.restore(Frame("core", "e", 0), [])
        self.index = AlarmIndex(self.live)
        self.stations = Stations(self.live, self.index, lambda: self.attended)
        self._sequence = 0

    def hear(self, device: str, **changes: Any) -> Alarm:
        one = alarm(device, **{"time_ns": self.live.wall_ns(), **changes})
        self._sequence += 1
        self.live.receive(Frame("core", "e", self._sequence), AlarmChanged(one))
        self.now_s += 1.0
        return one


@pytest.fixture
def desk() -> Desk:
    return Desk()


def devices(alarms: Any) -> list[str]:
    return [one.device for one in alarms]


def test_what_needs_somebody_stands_first(desk: Desk) -> None:
    """S0-2.9: unacknowledged, then priority, then the newest."""
    desk.hear("hvac-1", priority=3)
    desk.hear("hvac-2", priority=1, state=AlarmState.ACKNOWLEDGED)
    desk.hear("hvac-3", priority=2)
    desk.hear("hvac-4", priority=2)
    desk.hear("hvac-5", priority=4, state=AlarmState.LATCHED)
    assert devices(desk.index.now.told) == ["hvac-4", "hvac-3", "hvac-1", "hvac-5", "hvac-2"]
    assert desk.index.now.waiting == 4


def test_hidden_alarms_have_lists_of_their_own(desk: Desk) -> None:
    """S4-7.5: shelved, suppressed and out of service are each in sight with their count."""
    for number, state in enumerate(
        (AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE, AlarmState.SHELVED)
    ):
        desk.hear(f"hvac-{number + 1}", state=state)
    found = listing(SITE, desk.index.now, Filter(tab=Tab.SHELVED), None)
    assert found.tabs == {Tab.ACTIVE: 0, Tab.SHELVED: 2, Tab.SUPPRESSED: 1, Tab.OUT_OF_SERVICE: 1}
    assert sorted(devices(group.alarm for group in found.groups)) == ["hvac-1", "hvac-4"]


@pytest.mark.parametrize(
    ("name", "value", "left"),
    [
        ("subsystem", "hvac", {"hvac-1", "hvac-2"}),
        ("class", "fire", {"hvac-2"}),
        ("priority", "1", {"water-1"}),
        ("text", "空调机组 1", {"hvac-1", "fresh-1", "water-1"}),
        ("text", "AIR HANDLER 2", {"hvac-2"}),
        ("text", "hvac-001", {"hvac-1"}),
        ("text", "无此设备", set()),
        ("kind", "acknowledged", {"fresh-1"}),
    ],
)
def test_a_filter_always_says_what_it_hides(desk: Desk, name: str, value: str, left: set[str]) -> None:
    desk.hear("hvac-1")
    desk.hear("hvac-2", alarm_class="fire")
    desk.hear("fresh-1", state=AlarmState.ACKNOWLEDGED)
    desk.hear("water-1", priority=1)
    found = listing(SITE, desk.index.now, Filter().with_(name, value), None)
    assert set(devices(group.alarm for group in found.groups)) == left
    assert found.shown == len(left)
    assert found.hidden == 4 - len(left)


def test_a_zone_has_all_that_lies_in_it(desk: Desk) -> None:
    for number in range(1, 7):
        desk.hear(f"hvac-{number}")
    found = listing(SITE, desk.index.now, Filter(zone="a"), None)
    inside = {f"hvac-{number}" for number in range(1, 7) if SITE.devices[f"hvac-{number}"].zone != "b"}
    assert set(devices(group.alarm for group in found.groups)) == inside


@pytest.mark.parametrize("query", [{"tab": "x"}, {"priority": "9"}, {"kind": "<b>"}, {"nothing": "1"}])
def test_an_address_that_makes_no_sense_filters_nothing(query: dict[str, str]) -> None:
    assert Filter.of(query) == Filter()


def test_what_one_alarm_explains_stands_under_it_at_the_most_urgent_place() -> None:
    """S4-7.5e: one root, its consequences folded."""
    root = alarm("gateway-1", point="", rule="node-out", priority=3)
    below = alarm("hvac-1", point="", rule="comm-loss", priority=2, root="gateway-1//node-out")
    deeper = alarm("hvac-1", priority=1, root="hvac-1//comm-loss")
    other = alarm("hvac-2", priority=2)
    groups = grouped((deeper, other, below, root))
    assert [key_of(one.alarm) for one in groups] == [key_of(root), key_of(other)]
    assert groups[0].members == (below, deeper)


def test_a_ring_of_roots_loses_no_alarm_and_does_not_hang() -> None:
    one = alarm("hvac-1", root="hvac-2/supply-temperature/high")
    two = alarm("hvac-2", root="hvac-1/supply-temperature/high")
    three = alarm("hvac-3")
    shown = [member for group in grouped((one, two, three)) for member in (group.alarm, *group.members)]
    assert set(map(key_of, shown)) == set(map(key_of, (one, two, three)))


def test_the_index_follows_as_fast_as_it_may_and_no_faster(desk: Desk) -> None:
    first = desk.index.revision
    assert desk.index.revision == first
    desk.hear("hvac-1")
    second = desk.index.revision
    assert second == first + 1
    desk.live.receive(Frame("core", "e", 2), AlarmChanged(alarm("hvac-2")))
    desk.index._due_s = desk.now_s + 0.4  # it took 40 ms to make
    assert desk.index.revision == second
    desk.now_s += 0.5
    assert desk.index.revision == second + 1


# -- stations


def test_a_station_hears_its_zones_and_those_nobody_answers_for(desk: Desk) -> None:
    """Nobody may be deaf to a zone."""
    east = next(one for one in SITE.devices.values() if one.zone == "a-1").id
    west = next(one for one in SITE.devices.values() if one.zone == "b").id
    desk.hear(east)
    assert desk.stations.sounding("east").count == 1
    assert desk.stations.sounding("west").count == 1, "nobody attends the east"
    desk.attended = ["east", "west"]
    assert desk.stations.sounding("east").count == 1
    assert desk.stations.sounding("west").count == 0
    assert desk.stations.sounding("").count == 1, "no station chosen: the whole site"
    desk.hear(west)
    assert desk.stations.sounding("west").count == 1
    desk.attended = ["west"]
    assert desk.stations.sounding("west").count == 2


@pytest.mark.parametrize(
    ("changes", "sounds"),
    [
        ({}, True),
        ({"state": AlarmState.LATCHED}, True),
        ({"state": AlarmState.ACKNOWLEDGED}, False),
        ({"state": AlarmState.RETURNED}, False),
        ({"state": AlarmState.SHELVED}, False),
        ({"mode": "drill"}, True),
        ({"mode": "test"}, False),
        ({"mode": "works"}, False),
        ({"root": "gateway-1//node-out"}, False),
    ],
)
def test_what_is_heard(desk: Desk, changes: dict[str, Any], sounds: bool) -> None:
    desk.hear("hvac-1", **changes)
    assert (desk.stations.sounding("").alarm is not None) == sounds


def test_silence_ends_after_ten_minutes_and_lets_new_alarms_through(desk: Desk) -> None:
    """S0-2.9: silenced is not acknowledged."""
    one = desk.hear("hvac-1", priority=1)
    desk.hear("hvac-1", priority=1, silenced_ns=desk.live.wall_ns())
    assert desk.stations.sounding("").alarm is None
    two = desk.hear("hvac-2", priority=4)
    assert desk.stations.sounding("").alarm == two
    desk.now_s += 600
    heard = desk.stations.sounding("").alarm
    assert heard is not None
    assert heard.device == one.device


def test_hushing_a_station_works_at_once_and_only_there(desk: Desk) -> None:
    desk.hear("hvac-1")
    desk.stations.hush("east")
    assert desk.stations.sounding("east").count == 0
    assert desk.stations.sounding("west").count == 1
    later = desk.hear("hvac-2")
    assert desk.stations.sounding("east").alarm == later
    desk.now_s += 600
    assert desk.stations.sounding("east").count == 2


def test_the_most_urgent_sounds_and_of_those_the_newest(desk: Desk) -> None:
    desk.hear("hvac-1", priority=2)
    newest = desk.hear("hvac-2", priority=2)
    desk.hear("hvac-3", priority=3)
    assert desk.stations.sounding("").alarm == newest


# -- flood


def test_a_flood_begins_above_ten_and_ends_below_five() -> None:
    """S4-7.5e: more than 10 annunciated in 10 minutes, until fewer than 5."""
    gauge = FloodGauge()
    for number in range(10):
        gauge.note(float(number * 10), "a")
    assert gauge.flood(None, 100.0) == 0
    gauge.note(100.0, "a")
    assert gauge.flood(None, 100.0) == 11
    assert gauge.flood(frozenset({"b"}), 100.0) == 0
    assert gauge.flood(None, 655.0) == 5
    assert gauge.flood(None, 665.0) == 0
    assert gauge.count(None, 665.0) == 4
    assert gauge.flood(None, 2000.0) == 0


def test_only_annunciations_count_towards_a_flood(desk: Desk) -> None:
    one = desk.hear("hvac-1")
    desk.hear("hvac-1", state=AlarmState.ACKNOWLEDGED, time_ns=one.changed_ns)
    desk.hear("hvac-1", state=AlarmState.RETURNED)
    desk.hear("hvac-2", mode="test")
    desk.hear("hvac-3", state=AlarmState.SHELVED)
    assert desk.live.flood.count(None, desk.now_s) == 1
    desk.hear("hvac-1", event=2)
    assert desk.live.flood.count(None, desk.now_s) == 2


def test_a_snapshot_again_counts_no_alarm_twice(desk: Desk) -> None:
    kept = [desk.hear(f"hvac-{number}") for number in range(1, 6)]
    desk.live.restore(Frame("core", "f", 9), [AlarmChanged(one) for one in kept])
    assert desk.live.flood.count(None, desk.now_s) == 5
    old = replace(kept[0], device="hvac-9", changed_ns=START_NS - 3600 * S)
    desk.live.restore(Frame("core", "g", 9), [AlarmChanged(one) for one in (*kept, old)])
    assert desk.live.flood.count(None, desk.now_s) == 5
