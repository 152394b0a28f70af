"""The profiles of LoRaWAN sensors with the example payloads of their makers' public documents."""

import base64
import json
from collections.abc import Mapping

import pytest

from config.site import Site
from drivers.driver import Quality
from drivers.mqtt.driver import MqttDecoder
from drivers.mqtt.mapping import Update
from drivers.mqtt.message import Message
from tests.drivers.small_site import small_site

EUI = "24e124136b502217"
NOW_NS = 1_700_000_000_000_000_000
PROFILES = {
    "th": "milesight-em300-th", "sld": "milesight-em300-sld", "am107": "milesight-am107",
    "am319": "milesight-am319", "lwl02": "dragino-lwl02", "lht65": "dragino-lht65",
    "gs101": "milesight-gs101", "cayenne": "cayenne-lpp-th",
}  # fmt: skip

EXAMPLES = [
    # SensorDecoders EM300-TH; and the payload of its user guide
    ("th", 85, "01755C03673401046865", {"battery": 92, "temperature": 30.8, "humidity": 50.5}),
    ("th", 85, "01756403671001046871", {"battery": 100, "temperature": 27.2, "humidity": 56.5}),
    ("th", 85, "ff0bffff0101ff166785c38226020003ff090110ff0a0101ff0f00 036738ff", {"temperature": -20.0}),
    # SensorDecoders EM300-SLD and -MLD
    ("sld", 85, "01755C050000", {"battery": 92, "leak": 0}),
    (
        "sld", 85, "01755C03673401046865050001",
        {"battery": 92, "leak": 1, "temperature": 30.8, "humidity": 50.5},
    ),
    # SensorDecoders AM100
    (
        "am107", 85, "01755C03673401046865056A490006651C00790014 00077DE704087D070009733F27",
        {"battery": 92, "temperature": 30.8, "humidity": 50.5, "activity": 73, "illuminance": 28, "co2": 1255,
         "tvoc": 7, "pressure": 1004.7},
    ),
    # SensorDecoders AM300_Series
    (
        "am319", 85, "0367EE0004687C05000106CB02077DA803087D25000973 66270A7D04000B7D20000C7D3000",
        {"temperature": 23.8, "humidity": 62, "activity": 1, "illuminance": 2, "co2": 936, "tvoc": 37,
         "pressure": 1008.6, "hcho": 0.04, "pm25": 32, "pm10": 48},
    ),
    # GS101 user guide, 6.1 and 6.2: a device joins, its periodic report, and one that loses power
    ("gs101", 85, "ff0bff ff0101 ff166747c21194300001 ff090100 ff0a0101", {}),
    ("gs101", 85, "058e00 060101 070100", {"gas": 0, "valve": 1, "relay": 0}),
    ("gs101", 85, "ff3f00", {"event": 0}),
    # ... and after its table: gas, behind the answer to a setting; an end that is near (30 days)
    ("gs101", 85, "fe030a00 058e01 060100 070101", {"gas": 1, "valve": 0, "relay": 1}),
    ("gs101", 85, "ff3f04 0890008d2700", {"event": 4, "life": 30}),
    # LHT65 user manual, 2.4
    (
        "lht65", 2, "CBF60B0D0376010ADD7FFF",
        {"battery": 3.062, "battery-state": 3, "temperature": 28.29, "humidity": 88.6, "external": 27.81},
    ),
    # ... with an interrupt input in the place of the probe: nothing is said of a temperature
    (
        "lht65", 2, "CB040B55025A0401007FFF",
        {"battery": 2.82, "battery-state": 3, "temperature": 29.01, "humidity": 60.2},
    ),
    # LWL02: a wet sensor in mode 2, 3.062 V, 5 leaks, the last of 10 minutes; and a dry one
    ("lwl02", 10, "4BF60200000500000A00", {"leak": 1, "battery": 3.062, "leaks": 5, "last-minutes": 10}),
    ("lwl02", 10, "0BF60200000500000A00", {"leak": 0, "battery": 3.062, "leaks": 5, "last-minutes": 10}),
    # docs.mydevices.com: a device with two temperature sensors, of which the profile takes channel 3
    ("cayenne", 8, "03670110056700FF", {"temperature": 27.2}),
    ("cayenne", 8, "0167FFD7 0367FFD7 0488055D4AFFE0380064", {"temperature": -4.1}),
]  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    folder = tmp_path_factory.mktemp("site")
    lines: list[str] = []
    for device, profile in PROFILES.items():
        lines += [
            f'[[device]]\nid = "{device}-{network}"\nname = {{zh = "设备", en = "D"}}\n'
            f'profile = "{profile}"\nsubsystem = "s"\nzone = "z"\nparameters = {{network = "{network}"}}\n'
            f'connection = {{host = "127.0.0.1", base = "application/1/device/{EUI}", dev_eui = "{EUI}"}}'
            for network in ("chirpstack", "tts")
        ]
    return small_site(folder, *lines)


def chirpstack(port: int, data: bytes) -> object:
    """As ChirpStack v4 publishes it."""
    return {
        "deduplicationId": "3ac7e3c4-4401-4b8d-9386-a5c902f9202d",
        "time": "2023-11-14T22:13:10.500+00:00",
        "deviceInfo": {"tenantName": "ChirpStack", "deviceName": "sensor", "devEui": EUI},
        "devAddr": "00189440", "adr": True, "dr": 1, "fCnt": 4, "fPort": port, "confirmed": False,
        "data": base64.b64encode(data).decode(),
        "rxInfo": [
            {"gatewayId": "0016c001f153a14c", "rssi": -100, "snr": 2.0},
            {"gatewayId": "0016c001f153a14d", "rssi": -36, "snr": 10.5},
        ],
        "txInfo": {"frequency": 867100000},
    }  # fmt: skip


def chirpstack_v3(port: int, data: bytes) -> object:
    """Its EUI is Base64 where JSON is made from Protocol Buffers."""
    return {
        "applicationID": "1", "applicationName": "campus", "deviceName": "sensor",
        "devEUI": base64.b64encode(bytes.fromhex(EUI)).decode(),
        "rxInfo": [{"time": "2023-11-14T22:13:10.500Z", "rssi": -36, "loRaSNR": 10.5}],
        "txInfo": {"frequency": 868100000, "dr": 5}, "adr": True, "fCnt": 4, "fPort": port,
        "data": base64.b64encode(data).decode(),
    }  # fmt: skip


def tts(port: int, data: bytes) -> object:
    """As The Things Stack publishes it, where what is zero is left out: here the SNR."""
    return {
        "end_device_ids": {
            "device_id": "dev1", "application_ids": {"application_id": "app1"}, "dev_eui": EUI.upper(),
            "join_eui": "800000000000000C", "dev_addr": "00BCB929",
        },
        "correlation_ids": ["as:up:01..."],
        "received_at": "2023-11-14T22:13:11.040675223Z",
        "uplink_message": {
            "session_key_id": "AXA50...", "f_cnt": 4, "f_port": port,
            "frm_payload": base64.b64encode(data).decode(),
            "rx_metadata": [{"gateway_ids": {"gateway_id": "gtw1"}, "rssi": -36}],
            "settings": {"data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}}},
            "received_at": "2023-11-14T22:13:10.500000000Z",
        },
    }  # fmt: skip


SERVERS = {"chirpstack": (chirpstack, "chirpstack"), "v3": (chirpstack_v3, "chirpstack"), "tts": (tts, "tts")}


def read(site: Site, device: str, document: object) -> tuple[dict[str, float], Mapping[str, Update]]:
    """Values in engineering units of what is good, and every update, by point."""
    template = site.devices[device].template
    (reader,) = MqttDecoder(template).readers
    message = Message(f"application/1/device/{EUI}/event/up", json.dumps(document).encode(), NOW_NS)
    found = {template.points[one.column].id: one for one in reader.updates(message, 10_000)}
    good = {}
    for name, update in found.items():
        point = template.points[update.column]
        if not update.quality and not isinstance(update.value, str):
            good[name] = round(update.value * point.scale + point.offset, 6)
    return good, found


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize(("device", "port", "payload", "expected"), EXAMPLES)
def test_the_examples_of_the_makers(
    site: Site, server: str, device: str, port: int, payload: str, expected: Mapping[str, float]
) -> None:
    make, network = SERVERS[server]
    good, found = read(site, f"{device}-{network}", make(port, bytes.fromhex(payload)))
    assert good.pop("rssi") == -36
    assert good.pop("snr", None) in (None, 0 if server == "tts" else 10.5)
    assert good == expected
    assert {one.time_ns for one in found.values()} == {1_699_999_990_500_000_000}


def test_an_uplink_at_another_port_says_nothing_of_the_points_of_this_one(site: Site) -> None:
    good, _ = read(site, "lht65-chirpstack", chirpstack(5, bytes.fromhex("0B0100FF0B8A")))
    assert good == {"rssi": -36}


def test_a_torn_record_is_a_fault_of_its_point_alone(site: Site) -> None:
    good, found = read(site, "th-chirpstack", chirpstack(85, bytes.fromhex("01755C0367 34")))
    assert good.keys() == {"battery", "rssi", "snr"}
    assert found["temperature"].quality == Quality.BAD_SENSOR_FAULT
    assert found["temperature"].reason == "too short"


def test_a_record_that_nobody_knows_ends_the_reading_and_spoils_nothing(site: Site) -> None:
    good, found = read(site, "th-chirpstack", chirpstack(85, bytes.fromhex("01755C FE035802 03673401")))
    assert good == {"battery": 92, "rssi": -36, "snr": 10.5}
    assert "temperature" not in found


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data": "no base64!"}, "data is no Base64"),
        ({"data": 7}, "data is no Base64"),
        ({"fPort": "2"}, "no uplink"),
        ({"fPort": None, "data": None}, "no uplink"),
    ],
)
def test_what_is_no_uplink_spoils_the_points(site: Site, change: Mapping[str, object], reason: str) -> None:
    document = chirpstack(85, b"\x01\x75\x5c")
    assert isinstance(document, dict)
    good, found = read(site, "th-chirpstack", {**document, **change})
    assert not good
    assert {(one.quality, one.reason) for one in found.values()} == {(Quality.BAD_SENSOR_FAULT, reason)}
