"""Devices on one serial line: one gateway of the topology, and one idea of how bytes travel on it."""

from pathlib import Path

import pytest

from config.load import load_site
from config.problems import SiteError
from config.site import NodeKind, Site
from drivers import SCHEMAS
from tests.config.conftest import DRIVERS

METER = """
[profile.meter]
name = { zh = "电表", en = "Meter" }
driver = "modbus"

[[profile.meter.point]]
id = "power"
name = { zh = "功率", en = "Power" }
kind = "analogue"
high = 100
source = { address = 0 }

"""


def loaded(site: Path, *connections: str) -> Site:
    devices = (
        f'[[device]]\nid = "m-{at}"\nname = {{ zh = "电表", en = "Meter" }}\nprofile = "meter"\n'
        f'subsystem = "hvac"\nzone = "building-a"\nconnection = {{ {connection}, unit = {at} }}\n'
        for at, connection in enumerate(connections, start=1)
    )
    (site / "meters.toml").write_text(METER + "".join(devices), "utf-8")
    return load_site(site, {**DRIVERS, **SCHEMAS})


def test_devices_on_one_port_hang_on_one_gateway_and_those_on_two_do_not(site: Path) -> None:
    """S4-7.5e"""
    first, second = 'serial = "/dev/ttyUSB0"', 'serial = "/dev/ttyUSB1"'
    found = loaded(site, first, first, second, 'host = "10.0.0.9", port = 4001, framing = "rtu"')
    assert found.devices["m-1"].upstream == found.devices["m-2"].upstream == ("modbus:/dev/ttyUSB0",)
    assert found.nodes["modbus:/dev/ttyUSB0"].kind is NodeKind.GATEWAY
    assert not found.devices["m-3"].upstream
    assert not found.devices["m-4"].upstream


def test_devices_that_disagree_about_their_line_are_told_of_each_other(site: Path) -> None:
    first = 'serial = "/dev/ttyUSB0"'
    with pytest.raises(SiteError) as raised:
        loaded(site, first, f'{first}, baud_rate = 2400, parity = "even"', f"{first}, turnaround_s = 1")
    said = str(raised.value)
    for words in ("m-2", "/dev/ttyUSB0 is 2400 baud 8E1", "9600 baud 8N1", "device 'm-1'", "Say the same"):
        assert words in said
    assert "m-3" not in said
