"""What people type into the search of the journal, as what `core` is asked (S0-3.5.4)."""

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from actors.messages import MOST_NAMES, AlarmKind, JournalFilter
from config.rules import COMM_LOSS, NODE_OUT
from config.site import Node, NodeKind, Site
from config.text import Text
from hmi.journal_filter import Asked, Unclear, types, wanted
from tests.hmi.campus import campus

SITE = campus()
SHANGHAI = ZoneInfo("Asia/Shanghai")


def asking(site: Site = SITE, **fields: str) -> JournalFilter:
    return wanted(Asked.of(fields), site, SHANGHAI, "en")


def test_nothing_said_is_everything() -> None:
    assert asking() == JournalFilter()


@pytest.mark.parametrize("text", ["hvac-1", "HVAC-001"])
def test_a_number_is_one_device_though_others_begin_with_it(text: str) -> None:
    assert asking(device=text).devices == ("hvac-1",)


@pytest.mark.parametrize("text", ["照明回路 1", "Lighting circuit 1", "lighting CIRCUIT 1"])
def test_a_name_finds_all_that_have_it_in_either_language(text: str) -> None:
    found = asking(device=text).devices
    assert {"lighting-1", "lighting-10", "lighting-12"} <= {*found}
    assert "lighting-2" not in found


def test_a_device_that_the_site_no_longer_has_is_found_by_its_number() -> None:
    assert asking(device="gone-9").devices == ("gone-9",)


def test_a_node_is_found_as_a_device_is() -> None:
    feeder = Node("feeder-1", Text("一号馈线", "Feeder one"), NodeKind.FEEDER, "b")
    site = replace(SITE, nodes={"feeder-1": feeder})
    assert asking(site, device="馈线").devices == ("feeder-1",)
    assert "feeder-1" not in asking(site, device="馈线", zone="a-1").devices
    assert asking(site, alarm=NODE_OUT).alarms == (AlarmKind("", NODE_OUT),)


def test_a_type_is_asked_as_such_and_bounds_a_name() -> None:
    assert asking(type="ahu") == JournalFilter(profiles=("ahu",))
    found = asking(type="lamp", device="-1").devices
    assert found
    assert all(SITE.devices[one].template.profile == "lamp" for one in found)
    assert {"ahu", "lamp", "meter"} == {*types(SITE)}


@pytest.mark.parametrize("text", ["送风温度过高", "air too WARM", "supply-temperature/high"])
def test_an_alarm_is_found_by_its_text_and_by_its_rule(text: str) -> None:
    assert asking(alarm=text).alarms == (AlarmKind("supply-temperature", "high"),)


def test_the_alarms_that_every_device_has_are_found_too() -> None:
    assert asking(alarm="通信").alarms == (AlarmKind("", COMM_LOSS),)
    assert asking(alarm=COMM_LOSS).alarms == (AlarmKind("", COMM_LOSS),)
    assert asking(alarm=f"/{COMM_LOSS}").alarms == (AlarmKind("", COMM_LOSS),)


def test_a_rule_that_is_called_otherwise_on_another_type_brings_its_type() -> None:
    other = SITE.devices["lighting-1"].template
    ahu = SITE.devices["hvac-1"].template
    air = ahu.points[0]
    named = replace(
        other, points=(replace(air, rules=tuple(replace(one, text=other.name) for one in air.rules)),)
    )
    site = replace(
        SITE, devices={"a": SITE.devices["hvac-1"], "b": replace(SITE.devices["lighting-1"], template=named)}
    )
    assert asking(site, alarm="送风温度过高").alarms == (AlarmKind("supply-temperature", "high", "ahu"),)
    assert asking(site, alarm="high").alarms == (AlarmKind("supply-temperature", "high"),)


def test_a_building_is_asked_as_such_and_a_floor_as_its_devices() -> None:
    assert asking(zone="a") == JournalFilter(zones=("a",))
    floor = asking(zone="a-1")
    assert floor.zones == ()
    assert {*floor.devices} == {one.id for one in SITE.devices.values() if one.zone == "a-1"}
    assert asking(zone="site") == JournalFilter()
    assert asking(zone="gone").zones == ("gone",)


def test_times_are_the_sites() -> None:
    asked = asking(since="2026-11-21T08:00", until="2026-11-21T08:00:30")
    assert asked.since_ns == 1_795_219_200 * 10**9
    assert asked.until_ns == asked.since_ns + 30 * 10**9


def test_levels_transitions_and_people() -> None:
    asked = asking(
        level="2", transition="acknowledge", user="anna", annunciated="1", alarm_class="fire", mode="drill"
    )
    assert asked == JournalFilter(
        priorities=(2,),
        transitions=("acknowledge",),
        users=("anna",),
        annunciated=True,
        classes=("fire",),
        modes=("drill",),
    )
    assert asking(level="9") == JournalFilter()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"alarm": "nonsense"}, 'No alarm has "nonsense" in its name'),
        ({"since": "yesterday"}, '"yesterday" is no time'),
        ({"until": "9999-99-99"}, '"9999-99-99" is no time'),
    ],
)
def test_what_says_nothing_is_told(fields: dict[str, str], said: str) -> None:
    with pytest.raises(Unclear, match=said):
        wanted(Asked.of(fields), SITE, SHANGHAI, "en")


def test_of_thousands_of_devices_those_of_a_whole_type_are_asked_as_the_type() -> None:
    lamp, ahu = SITE.devices["lighting-1"], SITE.devices["hvac-1"]
    many = {f"lamp-{number}": replace(lamp, id=f"lamp-{number}") for number in range(MOST_NAMES + 1)}
    site = replace(
        SITE, devices={**many, "ahu-lamp": replace(ahu, id="ahu-lamp"), "ahu": replace(ahu, id="ahu")}
    )
    assert asking(site, device="lamp") == JournalFilter(devices=("ahu-lamp",), profiles=("lamp",))
    but_one = replace(site, devices={**site.devices, "x": replace(lamp, id="x", name=ahu.name)})
    with pytest.raises(Unclear, match=f"1,?003 devices match|{MOST_NAMES + 2} devices match"):
        asking(but_one, device="lamp")
