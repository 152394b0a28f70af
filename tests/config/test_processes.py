"""Which field process serves a device, and which secrets its connection names."""

from collections.abc import Mapping
from pathlib import Path

from config.driver_schema import DriverSchema
from config.load import load_site
from config.secret_names import SecretName, secrets_named
from drivers.strict import Strict
from tests.config.conftest import PlainSchema

MORE = """
[profile.pump]
name = { zh = "泵", en = "Pump" }
driver = "stack"
[[profile.pump.point]]
id = "on"
name = { zh = "运行", en = "Running" }
kind = "discrete"
states = { 0 = { zh = "停", en = "Off" }, 1 = { zh = "开", en = "On" } }
source = { address = 2 }

[[device]]
id = "pump-1"
name = { zh = "1号泵", en = "Pump 1" }
profile = "pump"
subsystem = "hvac"
zone = "building-a"
connection = { host = "10.0.0.2" }
"""


class HeavySchema(PlainSchema):
    name = "stack"
    heavy = True


def test_devices_of_a_heavy_protocol_get_a_process_beside_that_of_their_subsystem(
    site: Path, drivers: Mapping[str, DriverSchema]
) -> None:
    (site / "more.toml").write_text(MORE, "utf-8")
    found = load_site(site, {**drivers, "stack": HeavySchema()})
    assert found.devices["ahu-1"].process == "field"
    assert found.devices["pump-1"].process == "field-stack"
    assert found.processes == ("field", "field-stack")
    assert found.processes_of("hvac") == ("field", "field-stack")
    assert found.processes_of("fire") == ("field",)


class Login(Strict):
    user: str = ""
    password: SecretName = ""


class Connection(Strict):
    host: str
    key: SecretName = ""
    login: Login = Login()


def test_the_secrets_that_a_connection_names_are_found_wherever_they_stand() -> None:
    connection = Connection(host="h", key="bms-key", login=Login(user="u", password="bms-password"))
    assert list(secrets_named(connection)) == [("key", "bms-key"), ("password", "bms-password")]
    assert not list(secrets_named(Connection(host="h")))
