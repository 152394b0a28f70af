"""What a site file may say of MQTT, and what is said of what it may not (M06)."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.problems import SiteError
from drivers import DRIVERS, SCHEMAS
from drivers.mqtt.driver import Mqtt
from drivers.mqtt.schema import Connection, MqttSchema, Options, Source
from drivers.mqtt.terms import Session
from tests.drivers.small_site import small_site

VALVE = """
[profile.valve]
name = {{ zh = "阀", en = "Valve" }}
driver = "mqtt"
parameters = {{ channel = 3 }}
[[profile.valve.point]]
id = "opening"
name = {{ zh = "开度", en = "Opening" }}
kind = "analogue"
low = 0
high = 100
source = {source}
write = {{ low = 0, high = 100, verify = "none" }}
[[device]]
id = "valve-1"
name = {{ zh = "阀", en = "Valve" }}
profile = "valve"
subsystem = "s"
zone = "z"
connection = {{ host = "127.0.0.1", base = "site/valve-1", password = "mqtt-password" }}
"""


def loaded(folder: Path, source: str) -> Source:
    (device,) = small_site(folder, VALVE.format(source=source)).devices.values()
    assert isinstance(device.connection, Connection)
    assert device.connection.password == "mqtt-password"
    found = device.template.points[0].source
    assert isinstance(found, Source)
    return found


def test_a_template_of_a_payload_keeps_its_place_for_the_value(tmp_path: Path) -> None:
    """The other braces are of parameters, and those written twice are meant."""
    write = """write = {topic = "ch{channel}/cmd", payload = '{{"channel": {channel}, "set": {value}}}'}"""
    source = loaded(tmp_path, f'{{ topic = "ch{{channel}}/up", path = "data.temp[0].value", {write} }}')
    assert source.topic == "ch3/up"
    assert source.write is not None
    assert source.write.topic == "ch3/cmd"
    assert source.write.payload == '{"channel": 3, "set": {value}}'


def test_a_place_for_something_else_is_found(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="unknown parameter 'values'"):
        loaded(tmp_path, """{ path = "v", write = {topic = "cmd", payload = "{values}"} }""")


@pytest.mark.parametrize(
    ("source", "options", "said"),
    [
        ({"path": "a..b"}, {}, "goes wrong at character"),
        ({"path": "a[99999]"}, {}, "beyond 9999"),
        ({"topic": "a/#/b"}, {}, "# before its end"),
        ({"path": "v", "type": "int16"}, {}, "give one of them"),
        ({"metric": "m"}, {}, 'needs payload = "sparkplug"'),
        ({}, {"payload": "sparkplug"}, "needs metric"),
        ({"metric": "m", "path": "v"}, {"payload": "sparkplug"}, "path says nothing of a Sparkplug metric"),
        ({"channel": 1, "type": "int16"}, {"network": "tts"}, "give both or neither"),
        ({"channel": 1, "type_code": 2}, {"network": "tts"}, "needs its type"),
        ({"meta": "rssi"}, {}, 'name network = "chirpstack"'),
        ({}, {"network": "tts"}, "a point of an uplink needs"),
        ({"type": "int16", "bit": 3}, {}, "needs an unsigned type"),
        ({"type": "uint8", "bit": 3, "bits": 8}, {}, "the last bit of a uint8 is 7"),
        ({"type": "uint8", "bits": 8}, {}, "needs bit"),
        ({"type": "uint24", "order": "CDAB"}, {}, "use ABCD or DCBA"),
        ({"type": "text", "encoding": "klingon"}, {}, "encoding 'klingon' is unknown"),
        ({"path": "v", "zone": "Asia/Nowhere"}, {}, "zone 'Asia/Nowhere' is unknown"),
        ({"path": "v", "time_path": "x["}, {}, "goes wrong at character"),
        ({"path": "v"}, {"sizes": {"xx": 1}}, "'xx' is no type"),
        ({"write": {"topic": "a/+"}}, {}, "must be one topic"),
        ({"write": {"topic": "a", "payload": "on"}}, {}, "has no {value} in it"),
        ({"write": {"topic": "a", "payload": "{value}", "path": "v"}}, {}, "a path and a payload"),
    ],
)
def test_what_is_wrong_with_a_point_is_said(
    source: Mapping[str, object], options: Mapping[str, object], said: str
) -> None:
    found = list(MqttSchema().problems(Source.model_validate(source), Options.model_validate(options)))
    assert any(said in one for one in found), found


@pytest.mark.parametrize(
    ("source", "options"),
    [
        ({"topic": "+/up", "path": 'a["b c"][0]', "time_path": "ts", "time_format": "ms"}, {}),
        ({"topic": "state", "map": {"on": 1}, "write": {"topic": "cmd", "path": "v"}}, {}),
        ({"type": "float32", "order": "BADC", "offset": 4}, {}),
        ({"metric": "Inputs/A"}, {"payload": "sparkplug"}),
        (
            {"channel": 3, "type_code": 0x67, "type": "int16"},
            {"network": "chirpstack", "sizes": {"06-65": 6}},
        ),
        ({"port": 2, "type": "uint16", "when": {"offset": 6, "value": 1}}, {"network": "tts"}),
        ({"path": "object.temperature"}, {"network": "chirpstack"}),
    ],
)
def test_nothing_is_said_of_what_is_right(
    source: Mapping[str, object], options: Mapping[str, object]
) -> None:
    found = MqttSchema().problems(Source.model_validate(source), Options.model_validate(options))
    assert list(found) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"session": "persistent"}, "needs a client_id"),
        ({"ca": "ca.pem"}, "write tls = true"),
        ({"tls": True, "key": "key.pem"}, "without its certificate"),
        ({"base": "a/#/b"}, "base 'a/#/b' has a wildcard amid a level"),
        ({"status_topic": "a/#/b"}, "status_topic 'a/#/b' has a wildcard amid a level"),
        ({"status_path": "state"}, "without the status_topic"),
        ({"status_topic": "s", "status_path": "a..b"}, "path 'a..b' goes wrong at character"),
        ({"fingerprint": "12:34", "tls": True}, "fingerprint"),
        ({"password": "Not A Name"}, "password"),
        ({"dev_eui": "123"}, "dev_eui"),
        ({"edge": "only-group"}, "edge"),
    ],
)
def test_what_is_wrong_with_a_connection_is_said(given: Mapping[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Connection.model_validate({"host": "broker", **given})


def test_devices_with_the_same_broker_and_credentials_have_the_same_terms() -> None:
    def connection(**given: object) -> Connection:
        return Connection.model_validate({"host": "broker", **given})

    assert connection(base="a").terms == connection(base="b", status_topic="s", dev_eui="0" * 16).terms
    for other in (
        {"port": 1884},
        {"user": "u"},
        {"version": "5"},
        {"session": "persistent", "client_id": "c"},
    ):
        assert connection(**other).terms != connection().terms
    print_of = "AB:" * 31 + "CD"
    assert connection(tls=True, fingerprint=print_of).terms.fingerprint == "ab" * 31 + "cd"
    assert connection().session is Session.CLEAN


def test_the_registry_knows_it() -> None:
    assert isinstance(DRIVERS["mqtt"], Mqtt)
    assert isinstance(SCHEMAS["mqtt"], MqttSchema)
    assert MqttSchema().references(Source()) == ()


@pytest.mark.parametrize(
    ("connection", "options", "topics", "said"),
    [
        ({}, {}, ["a", ""], "write base, such as"),
        ({}, {}, ["a", "b/+"], ""),
        ({"base": "site"}, {}, [""], ""),
        ({"dev_eui": "0" * 16}, {"network": "chirpstack"}, ["a"], "such as application/1/device/"),
        ({"base": "application/1/device/1"}, {"network": "chirpstack"}, [""], ""),
        ({"base": "site"}, {"payload": "sparkplug"}, [""], 'write edge = "group/node"'),
        ({"edge": "g/n"}, {"payload": "sparkplug"}, [""], ""),
    ],
)
def test_a_connection_that_leads_to_no_topic_is_told(
    connection: Mapping[str, str], options: Mapping[str, str], topics: Sequence[str], said: str
) -> None:
    """It would be online for ever, and read nothing."""
    found = MqttSchema().lacks(
        Connection.model_validate({"host": "broker", **connection}),
        Options.model_validate(options),
        [Source(topic=topic) for topic in topics],
    )
    lacking = [en for _, en in found]
    assert len(lacking) == bool(said)
    assert all(said in one for one in lacking)


def test_what_a_connection_lacks_is_told_at_the_device(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"valve-1 \.connection: it has no base"):
        small_site(tmp_path, VALVE.format(source='{ path = "v" }').replace(', base = "site/valve-1"', ""))
