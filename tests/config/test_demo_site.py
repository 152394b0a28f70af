"""The demo campus as a site: it builds, it is large enough, and it speaks both languages throughout."""

from collections import Counter
from pathlib import Path

import pytest

import config
from config.load import load_site
from config.resolve import built_in_profiles
from config.site import Point, PointKind, Priority, Site, Verify
from drivers import SCHEMAS
from drivers.modbus_schema import Connection, Source

DEMO = Path(config.__file__).parent / "demo"


@pytest.fixture(scope="module")
def site() -> Site:
    """Raises SiteError, with every problem, where the demo or a profile is wrong."""
    return load_site(DEMO, SCHEMAS)


def points(site: Site) -> list[tuple[str, Point]]:
    return [(f"{t.profile}/{point.id}", point) for t in site.templates.values() for point in t.points]


def test_the_demo_is_as_large_as_it_promises(site: Site) -> None:
    kinds = {subsystem.kind for subsystem in site.subsystems.values()}
    assert {"hvac", "fresh-air", "lighting", "power", "ups", "water", "lift", "environment"} <= kinds
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
        for rule in point.rules:
            assert rule.cause is not None, name
            assert rule.consequence is not None, name
            assert rule.action is not None, name
            for text in (rule.text, rule.cause, rule.consequence, rule.action):
                assert any("\u4e00" <= letter <= "\u9fff" for letter in text.zh), f"{name}: {text.zh}"
                assert text.en.strip(), name


def test_analogue_alarms_have_a_deadband_and_delays(site: Site) -> None:
    for name, point in points(site):
        for rule in point.rules:
            if point.kind is PointKind.ANALOGUE:
                assert rule.deadband > 0, f"{name}/{rule.name}"
                assert rule.on_delay_s >= 3, f"{name}/{rule.name}"
            assert rule.off_delay_s > 0, f"{name}/{rule.name}"


def test_every_kind_of_register_is_met_somewhere(site: Site) -> None:
    sources = [point.source for _, point in points(site) if isinstance(point.source, Source)]
    assert {source.table for source in sources} == {"coil", "discrete", "holding", "input"}
    types = {source.type for source in sources if source.type}
    assert types >= {"uint16", "int16", "uint32", "int32", "uint64", "float32", "bcd32", "string"}
    assert {source.order for source in sources if source.order} == {"ABCD", "CDAB", "BADC", "DCBA"}
    assert any(source.bit is not None and source.bits > 1 for source in sources)


def test_writable_points_are_limited_and_verified(site: Site) -> None:
    writable = [(name, point) for name, point in points(site) if point.write is not None]
    assert len(writable) >= 30
    for name, point in writable:
        assert point.write is not None
        assert point.low <= point.write.low < point.write.high <= point.high, name
        assert point.write.verify is not Verify.NONE, name


def test_lifts_are_read_only(site: Site) -> None:
    for device in site.devices.values():
        if device.subsystem == "lift":
            assert not any(point.write for point in device.template.points)


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
    assert urgent == {"lift/trapped", "ups/battery-charge"}


def test_every_built_in_profile_serves_a_site_that_declares_no_limit_sets(tmp_path: Path) -> None:
    """The smallest site is a newcomer's first: it must not have to know what other sites use."""
    own = ("campus", "water", "calc", "demo")
    names = [name for name in built_in_profiles() if not name.startswith(own)]
    lines = [
        '[site]\nid = "small"\nname = {zh = "小", en = "Small"}\ntimezone = "Asia/Shanghai"',
        '[[zone]]\nid = "z"\nname = {zh = "区", en = "Z"}\nkind = "site"',
        '[[subsystem]]\nid = "s"\nkind = "other"\nname = {zh = "系统", en = "S"}',
    ]
    for at, name in enumerate(names):
        profile = built_in_profiles()[name].table
        where = f'{{host = "127.0.0.1", port = 502, unit = {at + 1}}}'
        lines.append(
            f'[[device]]\nid = "d-{name}"\nname = {{zh = "设备", en = "D"}}\nprofile = "{name}"\n'
            f'subsystem = "s"\nzone = "z"'
            + ("" if profile.get("driver") in {"host", "calc"} else f"\nconnection = {where}")
        )
    (tmp_path / "site.toml").write_text("\n".join(lines), encoding="utf-8")
    assert len(load_site(tmp_path, SCHEMAS).devices) == len(names)
