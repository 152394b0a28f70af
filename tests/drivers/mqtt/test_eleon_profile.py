"""The profile of the lift monitor Eleon S1 with the example payloads of its maker's public definition."""

import json
from collections.abc import Mapping

import pytest

from config.profile_catalogue import Catalogue
from config.site import Template
from drivers import SCHEMAS
from drivers.mqtt.driver import MqttDecoder
from drivers.mqtt.message import Message

NOW_NS = 1_719_394_512_000_000_000
SAID_NS = 1_719_394_510_000_000_000


@pytest.fixture(scope="module")
def template() -> Template:
    found = Catalogue(SCHEMAS).profile("eleon-s1")
    assert found is not None
    assert found.template is not None
    return found.template


@pytest.mark.parametrize(
    ("topic", "payload", "expected"),
    [
        ("connected-to-controller", {"timestamp": 1719394510, "value": True}, {"connected": 1}),
        ("connected-to-controller", {"timestamp": 1719394510, "value": False}, {"connected": 0}),
        (
            "elevator/information/current-floor/absolute",
            {"timestamp": 1719394510, "value": 0},
            {"landing": 0},
        ),
        (
            "elevator/information/current-floor/relative",
            {"timestamp": 1719394510, "value": -2},
            {"floor": -2},
        ),
    ],
)
def test_the_examples_of_the_maker(
    template: Template, topic: str, payload: object, expected: Mapping[str, float]
) -> None:
    (reader,) = (one for one in MqttDecoder(template).readers if one.topic == topic)
    told = reader.updates(Message(f"/4711/{topic}", json.dumps(payload).encode(), NOW_NS), 10_000)
    assert {template.points[one.column].id: one.value for one in told} == expected
    assert {(one.quality, one.time_ns) for one in told} == {(0, SAID_NS)}
