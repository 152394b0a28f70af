"""What one process alone can have brings all devices that share it into one process."""

from pathlib import Path

import pytest

from config.load import load_site
from config.problems import SiteError
from config.site import Site
from drivers import SCHEMAS
from tests.config.conftest import DRIVERS

POINT = {
    "modbus": "address = 0",
    "dlt645": 'quantity = "voltage", phase = 1',
    "cjt188": 'quantity = "volume"',
    "bacnet": 'object = "analog-input,1"',
    "snmp": 'oid = "1.3.6.1.2.1.1.3.0"',
    "trap": 'trap = "1.3.6.1.4.1.9.1"',
    "mqtt": 'path = "t"',
}
"""The source of a point, by profile; `trap` is SNMP too."""

SUBSYSTEM = """
[[subsystem]]
id = "{name}"
kind = "other"
name = {{ zh = "系统", en = "System" }}
field = "{name}"
"""
PROFILE = """
[profile.{name}]
name = {{ zh = "设备", en = "Device" }}
driver = "{driver}"
[[profile.{name}.point]]
id = "p"
name = {{ zh = "点", en = "Point" }}
kind = "analogue"
high = 100
source = {{ {source} }}
"""
DEVICE = """
[[device]]
id = "{id}"
name = {{ zh = "设备", en = "Device" }}
profile = "{profile}"
subsystem = "{subsystem}"
zone = "building-a"
connection = {{ {connection} }}
"""

TTY = 'serial = "/dev/ttyUSB0"'
EVEN = f'{TTY}, baud_rate = 2400, parity = "even"'
SERVER = 'host = "10.0.0.9", port = 4001'
CLIENT = 'host = "{}", client_id = "{}", base = "device/{}"'
AGENT = 'host = "10.0.0.{}", community = "read"'


def loaded(site: Path, *devices: tuple[str, str, str]) -> Site:
    """Devices d-1, d-2 ... of (subsystem, profile, connection); each subsystem has a field process."""
    text = "".join(SUBSYSTEM.format(name=name) for name in sorted({subsystem for subsystem, _, _ in devices}))
    for name in sorted({profile for _, profile, _ in devices}):
        text += PROFILE.format(name=name, driver="snmp" if name == "trap" else name, source=POINT[name])
    for at, (subsystem, profile, connection) in enumerate(devices, start=1):
        text += DEVICE.format(id=f"d-{at}", profile=profile, subsystem=subsystem, connection=connection)
    (site / "more.toml").write_text(text, "utf-8")
    return load_site(site, {**DRIVERS, **SCHEMAS})


def served(site: Path, *devices: tuple[str, str, str]) -> list[str]:
    found = loaded(site, *devices).devices
    return [found[f"d-{at}"].process for at in range(1, len(devices) + 1)]


def test_every_device_of_a_serial_port_is_in_one_process_whatever_it_speaks(site: Path) -> None:
    """A port can be opened by one process; subsystems have processes of their own."""
    devices = [
        ("power", "dlt645", f'{TTY}, address = "000000000001"'),
        ("hall", "modbus", f"{EVEN}, unit = 1"),
        ("water", "cjt188", f'{TTY}, address = "00000000000001"'),
        ("hall", "modbus", 'serial = "/dev/ttyUSB1", unit = 1'),
    ]
    found = loaded(site, *devices)
    assert [found.devices[f"d-{at}"].process for at in (1, 2, 3, 4)] == ["power", "power", "power", "hall"]
    assert found.processes_of("hall") == ("hall", "power"), "its commands go to both"
    assert found.processes_of("water") == ("water", "power")


def test_a_serial_server_is_a_line_and_a_gateway_of_modbus_tcp_is_none(site: Path) -> None:
    meters = [(name, "dlt645", f'{SERVER}, address = "00000000000{at}"') for at, name in enumerate("ab")]
    units = [(name, "modbus", f'{SERVER}, framing = "rtu", unit = {at}') for at, name in enumerate("bc", 1)]
    assert served(site, *meters, *units) == ["a", "a", "a", "a"]
    assert served(site, ("a", "modbus", SERVER), ("b", "modbus", f"{SERVER}, unit = 2")) == ["a", "b"]


@pytest.mark.parametrize(
    ("profile", "one", "same", "other"),
    [
        ("bacnet", "device = 1", "device = 2", 'device = 3, interface = "10.0.0.2/24"'),
        ("bacnet", "device = 1", 'device = 2, address = "10.0.0.7"', "device = 3, port = 0"),
        ("trap", AGENT.format(1), AGENT.format(2), AGENT.format(3) + ", trap_port = 10162"),
        ("trap", AGENT.format(1), AGENT.format(2), AGENT.format(3) + ", trap_port = 0"),
        ("trap", AGENT.format(1), AGENT.format(2), AGENT.format(3) + ', trap_host = "10.0.0.2"'),
        ("mqtt", CLIENT.format("b", "x", 1), CLIENT.format("b", "x", 2), CLIENT.format("b", "y", 3)),
        ("mqtt", CLIENT.format("b", "x", 1), CLIENT.format("b", "x", 2), CLIENT.format("c", "x", 3)),
    ],
)
def test_ports_of_this_machine_and_names_at_a_broker_are_of_one_process_too(
    site: Path, profile: str, one: str, same: str, other: str
) -> None:
    heavy = "-bacnet" if profile == "bacnet" else ""
    found = served(site, ("b", profile, one), ("a", profile, same), ("c", profile, other))
    assert found == [f"b{heavy}", f"b{heavy}", f"c{heavy}"]


def test_what_every_process_can_have_of_its_own_brings_nobody_together(site: Path) -> None:
    assert served(site, ("a", "snmp", AGENT.format(1)), ("b", "snmp", AGENT.format(2))) == ["a", "b"]
    topics = [(name, "mqtt", f'host = "b", base = "{name}"') for name in "ab"]
    assert served(site, *topics) == ["a", "b"]
    free = [(name, "bacnet", f"device = {at}, port = 0") for at, name in enumerate("ab")]
    assert served(site, *free) == ["a-bacnet", "b-bacnet"]


@pytest.mark.parametrize(
    ("profile", "one", "other", "words"),
    [
        (
            "bacnet",
            "device = 1",
            'device = 2, bbmd = "10.0.0.1"',
            ("UDP port 0.0.0.0:47808 is local_device = 4194300", "bbmd = '10.0.0.1'", "device 'd-1'"),
        ),
        (
            "mqtt",
            CLIENT.format("b", "x", 1),
            f"{CLIENT.format('b', 'x', 2)}, keepalive_s = 60",
            ("client_id 'x' at broker b:1883 is user = ", "keepalive_s = 60", "keepalive_s = 15", "'d-1'"),
        ),
    ],
)
def test_those_that_would_take_it_from_each_other_are_told(
    site: Path, profile: str, one: str, other: str, words: tuple[str, ...]
) -> None:
    """The second socket of a port cannot be bound; the second client of a name ends the first's session."""
    with pytest.raises(SiteError) as raised:
        loaded(site, ("a", profile, one), ("a", profile, other))
    said = str(raised.value)
    for word in ("d-2", "Say the same", *words):
        assert word in said
