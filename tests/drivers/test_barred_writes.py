"""A profile that makes writable what its protocol cannot write is refused when the site is read."""

from pathlib import Path

import pytest

from config.problems import SiteError
from drivers import SCHEMAS
from tests.drivers.small_site import small_site

PROFILE = """
[profile.p]
name = {{ zh = "模板", en = "P" }}
driver = "{driver}"
options = {options}
[[profile.p.point]]
id = "a"
name = {{ zh = "点", en = "A" }}
kind = "analogue"
high = 100
source = {source}
write = {{ verify = "none" }}
"""
BARRED = [
    ("modbus", "{}", '{ table = "input", address = 1 }', "table input is only read"),
    ("modbus", "{}", '{ table = "discrete", address = 1 }', "table discrete is only read"),
    ("modbus", "{}", '{ table = "holding", address = 1, bit = 3 }', "say mask_write = true"),
    ("opcua", "{}", '{ event = { condition = "High" } }', "it follows events"),
    ("opcua", "{}", '{ node = "ns=2;i=1", field = "a" }', "a is a field of a structure"),
    (
        "bacnet",
        "{}",
        '{ object = "binary-input,1", property = "status-flags", bit = 1 }',
        "write to its object",
    ),
    (
        "bacnet",
        "{}",
        '{ object = "analog-value,1", property = "event-state", one_of = [3] }',
        "part of a value",
    ),
    ("bacnet", "{}", '{ object = "trend-log,1" }', "a log or part of a value"),
    ("snmp", "{}", '{ oid = "1.3.6.1.2.1.33.1.2.1.0", bit = 0 }', "use a whole variable"),
    ("snmp", "{}", '{ alarm = "1.3.6.1.2.1.33.1.6.3.1" }', "alarms, traps and bits"),
    ("nut", "{}", '{ variable = "ups.status", flag = "OB" }', "say by which command"),
    ("mqtt", "{}", '{ topic = "a" }', "its source names no topic"),
    ("dlt645", "{}", '{ quantity = "clock-drift" }', "or calculated from it"),
    ("dlt645", "{}", '{ quantity = "status", bit = 1 }', "part of what the meter holds"),
    ("cjt188", "{}", '{ quantity = "volume" }', 'use control = "valve"'),
    ("sql", '{ table = "t", watermark = "id" }', '{ column = "a" }', "databases are only read"),
    ("http", "{}", '{ path = "a" }', "add write = {path = ...} to the source"),
    ("calc", "{}", '{ expression = "1 + 1" }', "it is calculated"),
    ("host", "{}", '{ fact = "memory" }', "it is calculated"),
]
ALLOWED = [
    ("modbus", "{}", '{ table = "holding", address = 1 }'),
    ("modbus", "{ mask_write = true }", '{ table = "holding", address = 1, bit = 3 }'),
    ("modbus", "{}", '{ table = "coil", address = 1 }'),
    ("opcua", "{}", '{ node = "ns=2;i=1" }'),
    ("bacnet", "{}", '{ object = "analog-value,1" }'),
    ("bacnet", "{}", '{ object = "analog-value,1", relinquish = true }'),
    ("snmp", "{}", '{ oid = "1.3.6.1.2.1.33.1.9.7.0" }'),
    ("nut", "{}", '{ variable = "ups.delay.shutdown" }'),
    ("nut", "{}", '{ variable = "ups.beeper.status", equals = "enabled", command = "beeper.enable" }'),
    ("mqtt", "{}", '{ topic = "a", write = { topic = "a/set" } }'),
    ("mqtt", '{ payload = "sparkplug" }', '{ metric = "a" }'),
    ("dlt645", "{}", '{ control = "relay" }'),
    ("cjt188", "{}", '{ control = "valve" }'),
    ("http", "{}", '{ path = "a", write = { path = "/a" } }'),
]


def problems(folder: Path, *parts: str) -> tuple[str, ...]:
    try:
        small_site(folder, *parts)
    except SiteError as error:
        return tuple(f"{one.path}: {one.message} / {one.zh}" for one in error.problems)
    return ()


@pytest.mark.parametrize(("driver", "options", "source", "said"), BARRED)
def test_what_can_only_be_read_is_not_made_writable(
    driver: str, options: str, source: str, said: str, tmp_path: Path
) -> None:
    """Else an operator would be offered it, and refused when he tries."""
    (found,) = problems(tmp_path, PROFILE.format(driver=driver, options=options, source=source))
    assert "point 'a' cannot be written" in found
    assert said in found
    assert "测点 a 不能写入：" in found


@pytest.mark.parametrize(("driver", "options", "source"), ALLOWED)
def test_what_can_be_written_may_be(driver: str, options: str, source: str, tmp_path: Path) -> None:
    profile = PROFILE.format(driver=driver, options=options, source=source)
    assert problems(tmp_path, profile) == ()


def test_every_protocol_is_asked() -> None:
    assert {driver for driver, *_ in BARRED} == set(SCHEMAS)


def test_a_webhook_is_given_no_profile_with_points_to_write(tmp_path: Path) -> None:
    profile = PROFILE.format(driver="http", options="{}", source='{ path = "a", write = { path = "/a" } }')
    device = """
[[device]]
id = "d"
name = { zh = "设备", en = "D" }
profile = "p"
subsystem = "s"
zone = "z"
connection = { CONNECTION }
"""
    posting = device.replace("CONNECTION", 'webhook = "gate", secret = "key"')
    (found,) = problems(tmp_path, profile, posting)
    assert "a webhook only tells" in found
    assert "webhook 由对方推送" in found
    assert not problems(tmp_path, profile, device.replace("CONNECTION", 'url = "http://127.0.0.1/a"'))
