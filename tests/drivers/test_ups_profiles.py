"""The profiles of UPSes and switches: a site may name them, and each point can be played and read."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.ports import free_port
from config.site import Device
from drivers import DRIVERS
from drivers.driver import Cadence, Quality
from drivers.nut.twin import NutTwin
from drivers.snmp.twin import SnmpTwin
from drivers.twin import Twin
from tests.drivers.plant import Process, within
from tests.drivers.small_site import small_site

DEVICE = """
[[device]]
id = "d"
name = {{ zh = "设备", en = "Device" }}
profile = "{profile}"
subsystem = "s"
zone = "z"
{more}
[device.connection]
{connection}
"""
SNMP = 'host = "127.0.0.1"\nport = 16161\ncommunity = "snmp-read"\ntrap_port = 0'
PROFILES = {
    "ups-mib": (SNMP, ""),
    "ups-mib-3": (SNMP, ""),
    "apc-ups": (SNMP, ""),
    "switch-port": (SNMP, "parameters = { port = 3 }"),
    "nut-ups": ('host = "127.0.0.1"\nport = 13493\nups = "rack"', ""),
}


def loaded(profile: str, folder: Path) -> Device:
    connection, more = PROFILES[profile]
    text = DEVICE.format(profile=profile, connection=connection, more=more)
    return small_site(folder, text).devices["d"]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_alarm_of_a_profile_says_what_to_do_in_both_languages(profile: str, tmp_path: Path) -> None:
    device = loaded(profile, tmp_path)
    rules = [rule for point in device.template.points for rule in point.rules]
    assert rules
    for rule in rules:
        for text in (rule.text, rule.cause, rule.consequence, rule.action):
            assert text is not None
            assert text.zh
            assert text.en
        assert rule.severity is not None
        assert rule.response_s > 0
    for point in device.template.points:
        assert point.name.zh != point.name.en
    assert len({point.name.zh for point in device.template.points}) == len(device.template.points)


@pytest.mark.parametrize("profile", PROFILES)
async def test_every_point_of_a_profile_is_played_and_read(profile: str, tmp_path: Path) -> None:
    device = loaded(profile, tmp_path)
    process = Process(secrets={"snmp-read": "snmp-read"})
    twin: Twin
    twin = NutTwin([device], lambda *_: None) if profile == "nut-ups" else SnmpTwin([device], lambda *_: None)
    expected: dict[str, Any] = {}
    for at, point in enumerate(device.template.points):
        if point.kind == "text":
            expected[point.id] = f"text {at}" if point.id != "address" else "00:1b:44:11:3a:b7"
        else:
            expected[point.id] = point.high if point.kind == "discrete" else point.high * point.scale // 1
        if not point.write_only:
            twin.put("d", point.id, expected[point.id])
    if "alarms" in expected:  # the agent counts the rows of its own table
        expected["alarms"] = sum("alarm" in point.source.model_fields_set for point in device.template.points)
    port = await twin.start(free_port())
    reached = device.connection.model_copy(update={"port": port})
    moved = Device(*(getattr(device, name) for name in device.__dataclass_fields__))
    object.__setattr__(moved, "connection", reached)
    kind = DRIVERS[device.template.driver]
    decoder = kind.decoder(device.template)
    driver = kind.driver(moved, Cadence(0.1), decoder, process.surroundings)
    await within(driver.connect())
    scans = driver.scans()
    columns = decoder.decode([(await within(anext(scans))).raw])
    await scans.aclose()  # type: ignore[attr-defined]
    for at, point in enumerate(device.template.points):
        if point.write_only:
            assert columns.quality[0, at] == Quality.BAD_NOT_READ, point.id
            continue
        assert columns.quality[0, at] == Quality.GOOD, point.id
        value = columns.texts[at][0] if at in columns.texts else columns.values[0, at] * point.scale
        known = expected[point.id]
        assert value == (known if isinstance(known, str) else pytest.approx(known, rel=1e-6)), point.id
    await driver.close()
    await twin.stop()
    await process.close()
