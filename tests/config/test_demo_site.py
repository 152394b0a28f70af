"""The demo campus as a site: it builds, it is large enough, and it speaks both languages throughout."""

from collections import Counter
from pathlib import Path
from tomllib import loads

import pytest

import config
from config.alarms import rated
from config.load import load_site
from config.notification import Audience
from config.plan_checks import faults
from config.plans import PlanGroup
from config.profile_catalogue import Catalogue
from config.rules import COMM_LOSS, NODE_OUT, Priority, Rule, RuleKind
from config.site import Picture, Point, PointKind, Site, Verify
from config.value_rules import EVENT
from drivers import SCHEMAS
from drivers.modbus.schema import Connection, Source
from drivers.simulators.wiring import Wiring

DEMO = Path(config.__file__).parent / "demo"


@pytest.fixture(scope="module")
def site() -> Site:
    """Raises SiteError, with every problem, where the demo or a profile is wrong."""
    return load_site(DEMO, SCHEMAS)


def points(site: Site) -> list[tuple[str, Point]]:
    return [(f"{t.profile}/{point.id}", point) for t in site.templates.values() for point in t.points]


def alarms(point: Point) -> list[Rule]:
    """Without what plans watch, which is journaled only."""
    return [rule for rule in point.rules if rule.alarm_class != EVENT]


def test_the_demo_is_as_large_as_it_promises(site: Site) -> None:
    kinds = {subsystem.kind for subsystem in site.subsystems.values()}
    assert {"hvac", "fresh-air", "lighting", "power", "ups", "water", "lift", "environment"} <= kinds
    assert {"fire", "security", "access", "parking", "video", "broadcast", "display"} <= kinds, "S0-3.7"
    used = {device.subsystem for device in site.devices.values()}
    assert used == set(site.subsystems)
    assert len(site.devices) >= 60
    assert sum(len(device.template.points) for device in site.devices.values()) >= 1500
    buildings = [zone for zone in site.zones.values() if zone.kind == "building"]
    assert len(buildings) == 3
    assert {zone.kind for zone in site.zones.values()} >= {"site", "building", "floor", "room"}


def test_several_units_share_each_gateway_and_none_its_unit_number(site: Site) -> None:
    places = [device.connection for device in site.devices.values()]
    units = Counter((place.host, place.port, place.unit) for place in places if isinstance(place, Connection))
    assert set(units.values()) == {1}
    gateways = Counter((host, port) for host, port, _ in units)
    assert len(gateways) >= 12
    assert min(gateways.values()) >= 3
    assert {host for host, _ in gateways} == {"127.0.0.1"}


def test_tags_and_names_are_given_once(site: Site) -> None:
    for text in (
        [device.tag for device in site.devices.values()],
        [device.name.zh for device in site.devices.values()],
        [device.name.en for device in site.devices.values()],
    ):
        assert [name for name, times in Counter(text).items() if times > 1 or not name] == []


def test_every_text_is_there_in_chinese_and_in_english(site: Site) -> None:
    for name, point in points(site):
        for text in (point.name, *point.states.values()):
            assert text.zh.strip(), name
            assert text.en.strip(), name
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in text.en), f"{name}: {text.en}"
        for rule in alarms(point):
            assert rule.cause is not None, name
            assert rule.consequence is not None, name
            assert rule.action is not None, name
            for text in (rule.text, rule.cause, rule.consequence, rule.action):
                assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh), f"{name}: {text.zh}"
                assert text.en.strip(), name


def test_every_alarm_says_how_bad_it_is_and_how_long_there_is(site: Site) -> None:
    """ISA-18.2: rationalised, so that the priority follows from consequence and time."""
    for name, point in points(site):
        for rule in point.rules:
            if not site.classes[rule.alarm_class].event:
                assert rated(rule.severity, rule.response_s) is rule.priority, f"{name}/{rule.name}"


def test_analogue_alarms_have_a_deadband_and_delays(site: Site) -> None:
    """What is told only now and then needs none: a value stands for as long as until the next."""
    for template in site.templates.values():
        if template.period_s >= 10:
            continue
        for point in template.points:
            for rule in alarms(point):
                where = f"{template.profile}/{point.id}/{rule.name}"
                if point.kind is PointKind.ANALOGUE:
                    assert rule.deadband > 0 or rule.kind is RuleKind.QUALITY, where
                    assert rule.on_delay_s >= 3, where
                assert rule.off_delay_s > 0, where


def test_every_kind_of_register_is_met_somewhere(site: Site) -> None:
    sources = [point.source for _, point in points(site) if isinstance(point.source, Source)]
    assert {source.table for source in sources} == {"coil", "discrete", "holding", "input"}
    types = {source.type for source in sources if source.type}
    assert types >= {"uint16", "int16", "uint32", "int32", "uint64", "float32", "bcd32", "string"}
    assert {source.order for source in sources if source.order} == {"ABCD", "CDAB", "BADC"}
    assert any(source.bit is not None and source.bits > 1 for source in sources)


def test_writable_points_are_limited_and_verified(site: Site) -> None:
    writable = [(name, point) for name, point in points(site) if point.write is not None]
    assert len(writable) >= 30
    blind = set()
    for name, point in writable:
        assert point.write is not None
        if point.write.verify is Verify.NONE:
            blind.add(point.id)
        elif point.kind is not PointKind.TEXT:
            assert point.low <= point.write.low < point.write.high <= point.high, name
    assert blind == {"clock-set", "keep", "mute", "quick-test"}, "commands of which nothing can be read"
    assert blind == {point.id for _, point in points(site) if point.write_only}


def test_whoever_cuts_a_tenant_off_needs_a_second_person_and_a_reason(site: Site) -> None:
    """Civil Code article 944: never to collect property fees."""
    supplies = [
        (name, point.write)
        for name, point in points(site)
        if point.id in ("relay", "valve") and point.write is not None
    ]
    assert len(supplies) >= 3
    for name, write in supplies:
        assert write.two_person, name
        assert write.reasons, name


def test_lifts_and_the_fire_alarm_system_are_read_only(site: Site) -> None:
    """Fire outputs belong to the fire-linkage controller (GB 50116)."""
    for device in site.devices.values():
        if device.subsystem in {"lift", "fire"}:
            assert not any(point.write for point in device.template.points)


def test_every_fire_output_shows_its_command_and_alarms_when_the_equipment_does_not_answer(
    site: Site,
) -> None:
    watched = set()
    for template in site.templates.values():
        for point in template.points:
            if template.profile.startswith("fire-") and point.id.endswith("-feedback"):
                output = point.id.removesuffix("-feedback")
                rule = point.rules[0]
                assert (rule.kind, rule.reference) == (RuleKind.MISMATCH, f"{output}-command")
                assert rule.reference in template.index
                watched.add(output)
    assert watched == {
        *("smoke-fan", "make-up-fan", "shutter", "lifts", "power-cut", "broadcast", "doors"),
        *("fire-pump", "sprinkler-pump"),
    }


def test_a_feeder_that_lost_its_supply_or_was_cut_off_is_no_alarm_of_its_own(site: Site) -> None:
    """S4-7.5e: one cause, one alarm; the others are suppressed by design while it lasts."""
    feeders = [one for one in site.devices.values() if one.template.profile.startswith("adw300")]
    assert len(feeders) == 16
    for feeder in feeders:
        rule = site.rule(feeder.id, "voltage-a", "low")
        assert rule is not None
        assert "ats-1/mains-ok/state" in rule.suppressed_by
        assert rule.off_delay_s < 30, "it has returned before what suppresses it"
    cut = {
        one.id for one in feeders if (r := site.rule(one.id, "voltage-a", "low")) and len(r.suppressed_by) > 1
    }
    assert cut == {"pm-a-air", "pm-a-socket", "pm-b-air", "pm-b-socket"}
    event = site.rule("fl-a", "power-cut-feedback", "cut")
    assert event is not None
    assert site.classes[event.alarm_class].event


def test_what_is_for_people_in_danger_asks_for_a_verdict(site: Site) -> None:
    """Fires, break-ins and opened meters are closed with what they were; faults of equipment are not."""
    for name, point in points(site):
        for rule in point.rules:
            danger = name.startswith("fire-loop/") and rule.name == "fire"
            danger |= name == "fire-linkage/confirmed" or name.endswith("-forced")
            danger |= name.startswith("intrusion-host/zone-") and rule.name == "alarm"
            danger |= name.endswith(("cover-openings", "programmings"))
            assert site.classes[rule.alarm_class].verdict is danger, f"{name}/{rule.name}"


def test_devices_with_a_local_switch_name_it(site: Site) -> None:
    for template in site.templates.values():
        if "remote" in template.index:
            assert template.remote_point == "remote", template.profile


def test_overviews_have_something_to_show_of_every_device(site: Site) -> None:
    for template in site.templates.values():
        main = [point.id for point in template.points if point.main]
        assert 1 <= len(main) <= 8, f"{template.profile}: {main}"


def test_urgent_alarms_are_few(site: Site) -> None:
    urgent = {
        name for name, point in points(site) for rule in point.rules if rule.priority is Priority.CRITICAL
    }
    assert urgent == {"lift/trapped", "fire-linkage/confirmed"}


def test_every_alarm_is_rationalised_and_priorities_are_few_at_the_top(site: Site) -> None:
    """ISA-18.2, EEMUA 191: near 80 % low, 15 % medium, 5 % high, under 1 % critical; each by its rating.

    Fire is not counted: how many detectors there are goes by the floors, and none may be less than high.
    """
    counts: Counter[Priority] = Counter()
    for device in site.devices.values():
        of_points = [rule for point in device.template.points for rule in point.rules]
        for rule in (*device.own_rules.values(), *of_points):
            if site.classes[rule.alarm_class].event:
                continue
            assert rule.severity is not None, f"{device.id}/{rule.name}"
            assert rule.response_s > 0, f"{device.id}/{rule.name}"
            assert "priority" in rule.follows, f"{device.id}/{rule.name}"
            if rule.alarm_class == "fire":
                assert rule.priority.rank <= Priority.HIGH.rank, f"{device.id}/{rule.name}"
            else:
                counts[rule.priority] += 1
    share = {priority: count / counts.total() for priority, count in counts.items()}
    assert 0.72 <= share[Priority.LOW] <= 0.85
    assert 0.12 <= share[Priority.MEDIUM] <= 0.18
    assert 0.03 <= share[Priority.HIGH] <= 0.08
    assert 0 < share[Priority.CRITICAL] < 0.01


def test_what_would_hide_an_emergency_is_no_low_alarm_when_it_is_lost(site: Site) -> None:
    """A fire, a break-in, a trapped passenger, water and emergency power go unseen while their device is."""
    hiding = ("fire-panel", "fire-linkage", "intrusion-host", "lift", "leak-detector", "sump", "ups")
    for device in site.devices.values():
        if device.template.model in (*hiding, "transfer-switch", "generator"):
            assert device.own_rules[COMM_LOSS].priority is Priority.MEDIUM, device.id


def test_of_lost_gateways_those_are_high_behind_which_people_are_in_danger(site: Site) -> None:
    high = {
        device.subsystem
        for device in site.devices.values()
        for node in device.upstream
        if site.nodes[node].own_rules[NODE_OUT].priority is Priority.HIGH
    }
    assert high == {"fire", "security", "lift", "water", "power"}


def test_every_camera_has_a_picture_where_the_simulators_serve_it(site: Site) -> None:
    cameras = [device for device in site.devices.values() if device.template.profile == "camera"]
    served = Wiring.read().snapshots
    assert served is not None
    address = "http://{}:{}".format(*served)
    assert [one.picture for one in cameras] == [Picture(f"{address}/{one.id}.svg") for one in cameras]


_CONNECTIONS = {
    "modbus": 'host = "127.0.0.1", unit = {unit}',
    "snmp": 'host = "127.0.0.1", community = "snmp-read"',
    "nut": 'host = "127.0.0.1", ups = "rack"',
    "mqtt": 'host = "127.0.0.1", base = "{name}"',
    "dlt645": 'host = "127.0.0.1", port = 8001, address = "{unit:012}"',
    "cjt188": 'host = "127.0.0.1", port = 8001, address = "{unit:014}"',
    "bacnet": "device = {unit}",
    "sql": 'product = "mysql", host = "127.0.0.1", database = "d", match = {{no = "{unit}"}}',
}
"""What a device's connection says, by driver."""


def test_every_built_in_profile_serves_a_site_that_declares_no_limit_sets(tmp_path: Path) -> None:
    """The smallest site is a newcomer's first: it must not have to know what other sites use."""
    own = ("campus", "water", "calc", "demo")
    families = {one.family.id: one.family for one in Catalogue(SCHEMAS).all()}
    drivers = {name: family.body.get("driver") for name, family in families.items()}
    served = {name: str(driver) for name, driver in drivers.items() if driver in SCHEMAS}
    assert set(served.values()) >= {*_CONNECTIONS} - {"bacnet"}
    lines = [
        '[site]\nid = "small"\nname = {zh = "小", en = "Small"}\ntimezone = "Asia/Shanghai"',
        '[[zone]]\nid = "z"\nname = {zh = "区", en = "Z"}\nkind = "site"',
        '[[subsystem]]\nid = "s"\nkind = "other"\nname = {zh = "系统", en = "S"}',
    ]
    names = [name for name in sorted(served) if not name.startswith(own)]
    for at, name in enumerate(names):
        where = _CONNECTIONS.get(served[name], "").format(unit=at + 1, name=name)
        given = ", ".join(f"{parameter} = 1" for parameter in families[name].required)
        lines.append(
            f'[[device]]\nid = "d-{name}"\nname = {{zh = "设备", en = "D"}}\nprofile = "{name}"\n'
            f'subsystem = "s"\nzone = "z"\nparameters = {{{given}}}'
            + (f"\nconnection = {{{where}}}" if where else "")
        )
    (tmp_path / "site.toml").write_text("\n".join(lines), encoding="utf-8")
    assert len(load_site(tmp_path, SCHEMAS).devices) == len(names)


def test_the_plans_of_the_demo_are_without_a_fault_and_meet_every_emergency(site: Site) -> None:
    """Issue 4: emergency plans (fire, flood, intrusion, power loss) ship as examples."""
    assert [*faults(site)] == []
    enabled = [plan for plan in site.plans.values() if plan.enabled]
    groups = Counter(plan.group for plan in enabled)
    assert groups[PlanGroup.FIRE] == groups[PlanGroup.INTRUSION] == 3, "one for each building"
    assert {PlanGroup.FLOOD, PlanGroup.POWER, PlanGroup.COMFORT, PlanGroup.ENERGY} <= set(groups)
    for plan in enabled:
        for text in (plan.name, *(step.name for step in plan.steps)):
            assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh), text
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in text.en), text


def test_everybody_whom_the_demo_calls_is_in_a_team_of_the_demo(site: Site) -> None:
    words = loads((DEMO / "estate" / "words.toml").read_text("utf-8"))
    teams = {team["id"]: team for team in words["team"]}
    policies = site.notification.policies
    assert {"fire", "intrusion", "lifts", "power", "water", "critical", "high"} <= {
        one.id for one in policies
    }
    called = {step.team or policy.team for policy in policies for step in policy.steps}
    assert called == teams.keys()
    for policy in policies:
        for step in policy.steps:
            phone = teams[step.team or policy.team].get("phone", "")
            assert step.audience is not Audience.PHONE or phone, "a duty phone that is called exists"
    kinds = {one.kind for one in site.notification.accounts.values()}
    assert kinds == {"station-speaker"}, "nothing leaves the machine"
