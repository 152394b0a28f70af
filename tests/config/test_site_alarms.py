"""What a site says of its alarms: classes, priorities by consequence and time, own alarms, topology."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from config.alarms import rated, suppressors
from config.driver_schema import DriverSchema
from config.load import load_site
from config.problems import SiteError
from config.rules import Priority, Severity
from config.site import NodeKind, Site
from config.sounds import SOUNDS, sound_of

Drivers = Mapping[str, DriverSchema]

METER = """
[profile.meter]
name = { zh = "电表", en = "Meter" }
driver = "plain"
point = [
  { id = "power", name = { zh = "功率", en = "Power" }, kind = "analogue", high = 100, rule = [
    { kind = "high", limit = 80, severity = "major", response_s = 600, alarm_class = "energy" },
    { kind = "high-high", limit = 90, alarm_class = "fire", suppressed_by = ["power/high"] },
  ] },
]
"""
DEVICE = """
[[device]]
id = "{id}"
name = {{ zh = "{id}", en = "{id}" }}
profile = "meter"
subsystem = "hvac"
zone = "{zone}"
connection = {{ host = "{host}", unit = "{id}" }}
{more}
"""


def device(id_: str, host: str = "10.0.0.1", zone: str = "building-a", more: str = "") -> str:
    return DEVICE.format(id=id_, host=host, zone=zone, more=more)


def site_with(site: Path, drivers: Drivers, *texts: str) -> Site:
    (site / "alarms.toml").write_text("\n".join((METER, *texts)), "utf-8")
    return load_site(site, drivers)


def problems_of(site: Path, drivers: Drivers, *texts: str) -> str:
    with pytest.raises(SiteError) as raised:
        site_with(site, drivers, *texts)
    return str(raised.value)


def test_a_priority_follows_from_consequence_and_time(site: Path, drivers: Drivers) -> None:
    """ISA-18.2 rationalisation: N01, N06."""
    found = site_with(site, drivers, device("m-1"))
    high, highest = found.devices["m-1"].template.points[0].rules
    assert (high.priority, high.alarm_class) == (Priority.HIGH, "energy")
    assert highest.priority is Priority.MEDIUM  # nobody has said anything
    assert rated(Severity.SEVERE, 60) is Priority.CRITICAL
    assert rated(Severity.MINOR, 7200) is Priority.LOW
    assert rated(Severity.MAJOR, 0) is None


def test_what_a_class_says_holds_for_its_alarms(site: Path, drivers: Drivers) -> None:
    """A fire alarm needs a verdict, and so it latches and rings again."""
    found = site_with(site, drivers, device("m-1"))
    rule = found.devices["m-1"].template.points[0].rules[1]
    fire = found.classes["fire"]
    assert fire.verdict
    assert rule.latched
    assert rule.re_alarm_s == fire.re_alarm_s > 0
    assert [step.telephone for step in fire.checklist if step.telephone] == ["119", "120"]
    assert found.classes["event"].event


def test_a_site_replaces_a_class_of_the_program(site: Path, drivers: Drivers) -> None:
    own = '[[alarm_class]]\nid = "fire"\nname = { zh = "火警", en = "Fire" }\nre_alarm_s = 30\n'
    found = site_with(site, drivers, device("m-1"), own)
    assert not found.classes["fire"].verdict
    assert found.devices["m-1"].template.points[0].rules[1].re_alarm_s == 30


def test_one_device_has_alarms_of_its_own(site: Path, drivers: Drivers) -> None:
    """Its neighbour keeps what the profile says, and both keep the parts that are equal."""
    own = """
    [[alarm]]
    device = "m-1"
    point = "power"
    name = "high"
    limit = 70
    priority = "critical"
    [[alarm]]
    device = "m-1"
    point = "power"
    name = "low"
    kind = "low"
    limit = 5
    [[alarm]]
    device = "m-1"
    point = "power"
    name = "high-high"
    enabled = false
    [[alarm]]
    device = "m-1"
    name = "comm-loss"
    priority = "low"
    """
    found = site_with(site, drivers, device("m-1"), device("m-2"), own)
    mine, other = found.devices["m-1"], found.devices["m-2"]
    assert [(rule.name, rule.limit, rule.priority) for rule in mine.template.points[0].rules] == [
        ("high", 70, Priority.CRITICAL),
        ("low", 5, Priority.MEDIUM),
    ]
    assert mine.template.points[0].rules[0].alarm_class == "energy"
    assert [rule.limit for rule in other.template.points[0].rules] == [80, 90]
    assert mine.template.id != other.template.id
    assert mine.digest != other.digest
    loss = found.rule("m-1", "", "comm-loss")
    assert loss is not None
    assert loss.priority is Priority.LOW
    assert loss.action == found.devices["m-2"].own_rules["comm-loss"].action


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ('device = "m-9"\nname = "high"', "unknown device 'm-9'"),
        ('device = "m-1"\npoint = "pover"\nname = "high"', "unknown point 'pover'"),
        ('device = "m-1"\npoint = "power"\nname = "hight"', "unknown rule 'hight'"),
        (
            'device = "m-1"\npoint = "power"\nname = "high"\nlimit = 500',
            "limit 500 of rule 'high' is outside",
        ),
        (
            'device = "m-1"\npoint = "power"\nname = "high"\nalarm_class = "fyre"',
            "unknown alarm class 'fyre'",
        ),
        ('device = "m-1"\nname = "comm-loss"\nenabled = false', "comm-loss cannot be taken away"),
        ('device = "m-1"\nname = "comm-lost"', "unknown rule of a device 'comm-lost'"),
        ('device = "m-1"\npoint = "power"\nname = "high"\nlimits = 5', "unknown key 'limits'"),
        ('device = "m-1"\npoint = "power"', "an alarm is named by device, point and name"),
        ('device = "m-1"\npoint = "power"\nname = "high"\nsuppressed_by = ["power/hi"]', "m-1/power/hi"),
    ],
)
def test_what_is_wrong_with_an_own_alarm_is_said(site: Path, drivers: Drivers, own: str, said: str) -> None:
    assert said in problems_of(site, drivers, device("m-1"), f"[[alarm]]\n{own}\n")


def test_an_alarm_is_written_down_once(site: Path, drivers: Drivers) -> None:
    own = '[[alarm]]\ndevice = "m-1"\npoint = "power"\nname = "high"\nlimit = 60\n'
    assert "alarm 'm-1/power/high' is defined twice" in problems_of(site, drivers, device("m-1"), own * 2)


def test_what_suppresses_is_named_from_the_device_on(site: Path, drivers: Drivers) -> None:
    found = site_with(site, drivers, device("m-1"))
    rule = found.devices["m-1"].template.points[0].rules[1]
    assert list(suppressors("m-1", rule)) == [("m-1", "power", "high")]


def test_devices_at_one_address_hang_on_one_gateway(site: Path, drivers: Drivers) -> None:
    """S4-7.5e: grouped by topology, also where nobody wrote the gateway down."""
    found = site_with(
        site, drivers, device("m-1"), device("m-2"),
        device("m-3", host="10.0.0.2"), device("m-4", host="10.0.0.2"),
        '[[node]]\nid = "gw"\nname = { zh = "网关", en = "Gateway" }\nkind = "gateway"\nparent = "feeder"\n'
        '[[node]]\nid = "feeder"\nname = { zh = "馈线", en = "Feeder" }\nkind = "feeder"\n'
        'alarm = "m-1/power/high"\n',
        device("m-5", host="10.0.0.2", more='upstream = ["gw", "feeder"]'),
    )  # fmt: skip
    implied = "plain:10.0.0.2:502"
    assert found.devices["m-3"].upstream == found.devices["m-4"].upstream == (implied,)
    assert found.devices["m-5"].upstream == ("gw", "feeder")
    assert found.nodes[implied].kind is NodeKind.GATEWAY
    assert found.nodes[implied].zone == "building-a"
    rule = found.rule("gw", "", "node-out")
    assert rule is not None
    assert rule.priority is Priority.HIGH


def test_a_node_has_its_alarm_as_its_site_says(site: Path, drivers: Drivers) -> None:
    """Also the gateway that nobody wrote down; the others keep what is usual."""
    own = """
    [[alarm]]
    device = "gw"
    name = "node-out"
    priority = "critical"
    [[alarm]]
    device = "plain:10.0.0.2:502"
    name = "node-out"
    severity = "minor"
    response_s = 7200
    """
    found = site_with(
        site, drivers, device("m-1", host="10.0.0.2"), device("m-2", host="10.0.0.2"),
        *(f'[[node]]\nid = "{name}"\nname = {{ zh = "网关", en = "Gateway" }}\nkind = "gateway"\n'
          for name in ("gw", "other")),
        own,
    )  # fmt: skip
    rules = [found.rule(name, "", "node-out") for name in ("gw", "plain:10.0.0.2:502", "other")]
    assert [rule.priority for rule in rules if rule] == [Priority.CRITICAL, Priority.LOW, Priority.HIGH]
    assert len({rule.action for rule in rules if rule}) == 1


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ('name = "node-lost"', "unknown rule of a device 'node-lost'"),
        ('name = "node-out"\nenabled = false', "node-out cannot be taken away"),
        ('point = "power"\nname = "high"', "unknown point 'power'"),
    ],
)
def test_what_is_wrong_with_the_alarm_of_a_node_is_said(
    site: Path, drivers: Drivers, own: str, said: str
) -> None:
    node = '[[node]]\nid = "gw"\nname = { zh = "网关", en = "Gateway" }\nkind = "gateway"\n'
    assert said in problems_of(site, drivers, device("m-1"), f'{node}[[alarm]]\ndevice = "gw"\n{own}\n')


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ('parent = "b"', "unknown node 'b'"),
        ('parent = "a"', "node a hangs on itself"),
        ('zone = "moon"', "unknown zone 'moon'"),
        ('alarm = "m-1/power/hi"', "unknown alarm 'm-1/power/hi'"),
    ],
)
def test_what_is_wrong_with_a_node_is_said(site: Path, drivers: Drivers, node: str, said: str) -> None:
    text = f'[[node]]\nid = "a"\nname = {{ zh = "甲", en = "A" }}\nkind = "feeder"\n{node}\n'
    assert said in problems_of(site, drivers, device("m-1"), text)


def test_a_station_answers_for_zones_that_exist(site: Path, drivers: Drivers) -> None:
    text = '[[station]]\nid = "desk-1"\nname = {{ zh = "一号席", en = "Desk 1" }}\nzones = ["{}"]\n'
    found = site_with(site, drivers, device("m-1"), text.format("building-a"))
    assert found.stations["desk-1"].zones == ("building-a",)
    assert "unknown zone 'building-z'" in problems_of(site, drivers, device("m-1"), text.format("building-z"))


def test_a_rule_chooses_among_the_sounds_there_are(site: Path, drivers: Drivers) -> None:
    """S0-2.9: each alarm may have its own sound; what nobody could hear is refused."""
    text = METER.replace("suppressed_by", 'sound = "fire", suppressed_by')
    (site / "alarms.toml").write_text(text + device("m-1"), "utf-8")
    rule = load_site(site, drivers).devices["m-1"].template.points[0].rules[1]
    assert sound_of(rule, 3) == SOUNDS["fire"]
    assert sound_of(replace(rule, sound=""), 1) == SOUNDS["critical"]
    (site / "alarms.toml").write_text(text.replace('"fire", s', '"trumpet", s') + device("m-1"), "utf-8")
    with pytest.raises(SiteError, match="no sound 'trumpet'"):
        load_site(site, drivers)


def test_every_priority_has_a_sound_and_every_sound_can_be_heard() -> None:
    assert {priority.value for priority in Priority} <= SOUNDS.keys()
    for sound in SOUNDS.values():
        assert all(seconds > 0 and (hertz == 0 or 200 <= hertz <= 4000) for hertz, seconds in sound.notes)
        assert sound.every_s > sum(seconds for _, seconds in sound.notes)
