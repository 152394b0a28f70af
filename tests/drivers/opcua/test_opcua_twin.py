"""The twin shows what it is told, in every kind of node, raises conditions, and hears what is written."""

import dataclasses
import math
from collections.abc import AsyncIterator

import pytest

from benchmarks.ports import free_port
from config.site import Point, PointKind
from drivers.driver import Acknowledgement, Acknowledging, Cadence, OptionsError, Quality
from drivers.opcua.driver import OpcUa
from drivers.opcua.schema import Connection, Event, Options, Show, Source
from drivers.opcua.twin import OpcUaTwin, OpcUaTwins
from tests.drivers.contract import Pump
from tests.drivers.opcua.opcua_rig import ROOT, plain, text_point
from tests.drivers.plant import Process, device, point, template, until, within

TRIP = Event(source="ns=2;s=AHU1", condition="Trip")
KINDS: dict[str, tuple[Point, float | str]] = {
    "number": (point("number", Source(node="$root.number"), scale=0.1, offset=5), 21.5),
    "state": (
        dataclasses.replace(point("state", Source(node="ns=3;i=7")), kind=PointKind.DISCRETE),
        2.0,
    ),
    "name": (text_point("name", Source(node="nsu=urn:maker;s=name")), "空调"),
    "path": (point("path", Source(node="2:Supply/nsu=urn:maker;Temperature")), -3.25),
    "first": (point("first", Source(node="$root.list", index=0)), 1.5),
    "third": (point("third", Source(node="$root.list", index=2)), 3.5),
}
WRITABLE = ["number", "state", "name", "path"]
ALARMS: tuple[Point, ...] = (
    point("active", Source(event=TRIP)),
    point("acknowledged", Source(event=TRIP, show=Show.ACKNOWLEDGED)),
    point("severity", Source(event=TRIP, show=Show.SEVERITY)),
    text_point("message", Source(event=TRIP, show=Show.MESSAGE)),
)
TEMPLATE = template(
    "opcua", (*(one for one, _ in KINDS.values()), *ALARMS), Options(), period_s=0.05, timeout_s=2.0
)


class Pair:
    """A twin and the driver that reads it."""

    def __init__(self) -> None:
        self.process = Process()
        self.heard: list[tuple[str, str, float | str]] = []
        played = device("d", TEMPLATE, plain("127.0.0.1", 4840))
        self.twin = OpcUaTwin([played], lambda *write: self.heard.append(write))
        self.decoder = OpcUa().decoder(TEMPLATE)

    async def start(self) -> None:
        self.port = await self.twin.start(free_port())
        reached = device("d", TEMPLATE, plain("127.0.0.1", self.port))
        self.driver = OpcUa().driver(reached, Cadence(0.05), self.decoder, self.process.surroundings)
        self.pump = Pump(self.driver)
        await self.pump.__aenter__()
        await until(lambda: bool(self.pump.scans))

    async def stop(self) -> None:
        await self.pump.__aexit__()
        await self.driver.close()
        await self.twin.stop()
        await self.process.close()

    def read(self) -> dict[str, float | str]:
        """Engineering values of the latest scan; NaN where the quality is not good."""
        columns = self.decoder.decode([self.pump.scans[-1].raw])
        read: dict[str, float | str] = {}
        for at, one in enumerate(TEMPLATE.points):
            if at in columns.texts:
                read[one.id] = columns.texts[at][0]
            else:
                value = float(columns.values[0, at]) * one.scale + one.offset
                read[one.id] = math.nan if columns.quality[0, at] else value
        return read

    async def shows(self, name: str, value: float | str) -> None:
        expected = value if isinstance(value, str) else pytest.approx(value)
        await until(lambda: self.read()[name] == expected)


@pytest.fixture
async def pair() -> AsyncIterator[Pair]:
    pair = Pair()
    await pair.start()
    yield pair
    await pair.stop()


async def test_every_kind_of_node_arrives_as_it_was_put(pair: Pair) -> None:
    for name, (_, value) in KINDS.items():
        pair.twin.put("d", name, value)
    for name, (_, value) in KINDS.items():
        await pair.shows(name, value)
        assert pair.twin.value("d", name) == (value if isinstance(value, str) else pytest.approx(value))
    pair.twin.put("d", "number", 300, raw=True)
    await pair.shows("number", 35.0)


async def test_every_writable_kind_is_written_and_heard(pair: Pair) -> None:
    for name in WRITABLE:
        made, value = KINDS[name]
        raw = value if isinstance(value, str) else (value - made.offset) / made.scale
        await within(pair.driver.write(TEMPLATE.index[name], raw))
        device_id, point_id, heard = pair.heard[-1]
        assert (device_id, point_id) == ("d", name)
        assert heard == (value if isinstance(value, str) else pytest.approx(value))
        await pair.shows(name, value)


async def test_a_condition_is_raised_and_told_again_to_who_comes_later(pair: Pair) -> None:
    await pair.shows("active", 0.0)
    for name, value in (("message", "跳闸"), ("severity", 800), ("acknowledged", 0), ("active", 1)):
        pair.twin.put("d", name, value)
    for name, shown in (("active", 1.0), ("acknowledged", 0.0), ("severity", 800.0), ("message", "跳闸")):
        await pair.shows(name, shown)
        assert pair.twin.value("d", name) == shown
    pair.twin.drop()
    await until(lambda: bool(pair.pump.losses))
    seen = len(pair.pump.scans)
    await until(lambda: len(pair.pump.scans) > seen)
    await pair.shows("active", 1.0)
    await pair.shows("message", "跳闸")
    pair.twin.put("d", "active", 0)
    await pair.shows("active", 0.0)
    await pair.shows("severity", 0.0)


async def test_a_value_that_is_none_is_a_sensor_s_fault(pair: Pair) -> None:
    pair.twin.put("d", "path", math.nan)
    at = TEMPLATE.index["path"]
    await until(lambda: pair.pump.scans[-1].raw.quality[at] == Quality.BAD_SENSOR_FAULT)


async def test_it_starts_again_with_what_it_showed(pair: Pair) -> None:
    pair.twin.put("d", "number", 50.0)
    await pair.shows("number", 50.0)
    await pair.twin.stop()
    await pair.twin.stop()
    await until(lambda: bool(pair.pump.losses))
    await pair.twin.start(pair.port)
    await pair.shows("number", 50.0)


def test_what_it_cannot_play_is_said() -> None:
    made = template("opcua", (point("low", Source(node="i=9", field="low")),), Options())
    with pytest.raises(OptionsError, match="d/low: the twin plays no structures"):
        OpcUaTwins().twin([device("d", made, plain("127.0.0.1", 4840))], lambda *_: None)


def test_devices_of_one_server_are_played_by_one_twin() -> None:
    one, two = (Connection.model_validate(plain("127.0.0.1", 4840, root)) for root in (ROOT, "ns=2;s=AHU2"))
    assert OpcUaTwins().home(one) == OpcUaTwins().home(two) == ("127.0.0.1", 4840)


async def test_a_condition_is_acknowledged_where_it_is_known_by_its_event(pair: Pair) -> None:
    for name, value in (("acknowledged", 0), ("active", 1)):
        pair.twin.put("d", name, value)
    await pair.shows("active", 1.0)
    await pair.shows("acknowledged", 0.0)
    driver, told = pair.driver, Acknowledgement("anna", "seen")
    assert isinstance(driver, Acknowledging)
    assert await within(driver.acknowledge(TEMPLATE.index["active"], told))
    await pair.shows("acknowledged", 1.0)
    assert pair.heard == [("d", "acknowledged", 1.0)]
    assert not await within(driver.acknowledge(TEMPLATE.index["severity"], told))
    assert pair.heard == [("d", "acknowledged", 1.0)]
