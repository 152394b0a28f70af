"""The twin shows what it is told, hears what is written, sends traps; agents that look alike stay apart."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from benchmarks.ports import free_port
from config.site import Template
from drivers.driver import Cadence, Driver, LinkError, WriteError
from drivers.snmp.driver import Snmp
from drivers.snmp.schema import Connection, Options, Source
from drivers.snmp.terms import Kind, Syntax
from drivers.snmp.twin import SnmpTwin
from tests.drivers.contract import Pump
from tests.drivers.plant import Process, device, point, template, until, within
from tests.drivers.snmp.snmp_rig import CONNECTIONS, SECRETS

BASE = "1.3.6.1.4.1.32473.2"
UPS = "1.3.6.1.2.1.33"
ROW = f"{UPS}.1.6.2.1.2"


def trapped(number: int) -> dict[str, Any]:
    match = {ROW: f"{UPS}.1.6.3.{number}"}
    return {"trap": f"{UPS}.2.3", "clear": f"{UPS}.2.4", "match": match}


KINDS: dict[str, tuple[Source, float, float | str]] = {
    "integer": (Source(oid=f"{BASE}.1.0"), 0.1, -21.5),
    "large": (Source(oid=f"{BASE}.2.0"), 1.0, 2.0**40),
    "fraction": (Source(oid=f"{BASE}.3.0"), 1.0, 0.5),
    "gauge": (Source(oid=f"{BASE}.4", index=7, write_as=Syntax.GAUGE), 1.0, 4294967295.0),
    "ticks": (Source(oid=f"{BASE}.5.0", write_as=Syntax.TIMETICKS), 0.01, 36.5),
    "bit": (Source(oid=f"{BASE}.6.0", bit=3), 1.0, 1.0),
    "bits": (Source(oid=f"{BASE}.7.0", type=Kind.BITS, bit=9), 1.0, 1.0),
    "flag": (Source(oid=f"{BASE}.8.0", type=Kind.FLAGS, bit=40), 1.0, 1.0),
    "hex": (Source(oid=f"{BASE}.9.0", type=Kind.HEX), 1.0, 43981.0),
    "hex-bit": (Source(oid=f"{BASE}.10.0", type=Kind.HEX, bit=5), 1.0, 1.0),
    "text": (Source(oid=f"{BASE}.11.0", type=Kind.TEXT), 1.0, "机房 1"),
    "gb": (Source(oid=f"{BASE}.12.0", type=Kind.TEXT, encoding="gb18030"), 1.0, "空调"),
    "octets": (Source(oid=f"{BASE}.13.0", type=Kind.OCTETS), 1.0, "00:1b:44:11:3a:b7"),
    "oid": (Source(oid=f"{BASE}.14.0", type=Kind.TEXT, write_as=Syntax.OID), 1.0, "1.3.6.1.4.1.32473"),
    "alarm": (Source(alarm=f"{UPS}.1.6.3.9"), 1.0, 1.0),
    "trap": (Source(**trapped(2)), 1.0, 1.0),
    "both": (Source(alarm=f"{UPS}.1.6.3.3", **trapped(3)), 1.0, 1.0),
}
WRITABLE = ["integer", "large", "fraction", "gauge", "ticks", "text", "gb", "oid"]
TEMPLATE = template(
    "snmp",
    tuple(point(name, source, scale=scale) for name, (source, scale, _) in KINDS.items()),
    Options(max_rows=1),
    timeout_s=2.0,
)
OID_AT_FIRST = "0.0"


class Pair:
    """A twin and the driver that reads it."""

    def __init__(self, version: str, made_from: Template = TEMPLATE) -> None:
        self.process = Process(secrets=dict(SECRETS))
        self.heard: list[tuple[str, str, float | str]] = []
        self.about = {"host": "127.0.0.1", "trap_port": free_port(), **CONNECTIONS[version]}
        self.template = made_from
        self.twin = SnmpTwin(
            [device("d", made_from, Connection.model_validate(self.about))],
            lambda *write: self.heard.append(write),
            self.process.surroundings.secret,
        )
        self.decoder = Snmp().decoder(made_from)
        self.driver: Driver

    async def start(self) -> None:
        self.port = await self.twin.start(free_port())
        reached = device("d", self.template, Connection.model_validate({**self.about, "port": self.port}))
        self.driver = Snmp().driver(reached, Cadence(0.1), self.decoder, self.process.surroundings)

    async def close(self) -> None:
        await self.driver.close()
        await self.twin.stop()
        await self.process.close()

    def shown(self, pump: Pump) -> dict[str, float | str]:
        columns = self.decoder.decode([pump.scans[-1].raw])
        assert not columns.quality.any()
        return {
            name: columns.texts[at][0] if at in columns.texts else float(columns.values[0, at]) * row[1]
            for at, (name, row) in enumerate(KINDS.items())
        }


@pytest.fixture(params=list(CONNECTIONS))
async def pair(request: pytest.FixtureRequest) -> AsyncIterator[Pair]:
    pair = Pair(request.param)
    await pair.start()
    yield pair
    await pair.close()


async def test_every_kind_of_point_arrives_as_it_was_put(pair: Pair) -> None:
    expected: dict[str, Any] = {}
    for name, (_, _, value) in KINDS.items():
        expected[name] = value if isinstance(value, str) else pytest.approx(value)
        if name not in ("trap", "both"):
            pair.twin.put("d", name, value)
            assert pair.twin.value("d", name) == expected[name]
    async with Pump(pair.driver) as pump:
        await until(lambda: bool(pump.scans))
        assert pair.shown(pump) == {**expected, "trap": 0, "both": 0}
        for name in ("trap", "both"):  # these are told by notifications
            pair.twin.put("d", name, 1)
        await until(lambda: pair.shown(pump) == expected)
        for name in ("trap", "both", "alarm"):
            pair.twin.put("d", name, 0)
        await until(lambda: pair.shown(pump) == {**expected, "trap": 0, "both": 0, "alarm": 0})
        assert not pump.losses


@pytest.mark.parametrize("name", WRITABLE)
async def test_every_writable_kind_is_written_and_heard(name: str) -> None:
    pair = Pair("2c")
    await pair.start()
    _, scale, value = KINDS[name]
    first = OID_AT_FIRST if name == "oid" else "before" if isinstance(value, str) else value / 2
    pair.twin.put("d", name, first if name != "gauge" else 1)
    async with Pump(pair.driver) as pump:
        await until(lambda: bool(pump.scans))
        await within(
            pair.driver.write(list(KINDS).index(name), value if isinstance(value, str) else value / scale)
        )
        expected = value if isinstance(value, str) else pytest.approx(value)
        assert pair.heard == [("d", name, expected)]
        await until(lambda: pair.shown(pump)[name] == expected)
    await pair.close()


async def test_a_bit_and_an_alarm_are_not_written(pair: Pair) -> None:
    async with Pump(pair.driver) as pump:
        await until(lambda: bool(pump.scans))
        for name in ("bit", "alarm", "trap"):
            with pytest.raises(WriteError, match=f"d/{name} := 1: only a whole variable"):
                await within(pair.driver.write(list(KINDS).index(name), 1))
    assert not pair.heard


async def test_an_agent_with_little_room_is_asked_in_parts() -> None:
    points = tuple(point(f"p{at}", Source(oid=f"{BASE}.{at}.0", type=Kind.TEXT)) for at in range(1, 30))
    pair = Pair("3", template("snmp", points, Options(), timeout_s=2.0))
    pair.twin.largest = 484
    for at in range(1, 30):
        pair.twin.put("d", f"p{at}", f"value {at} " + "x" * 40)
    await pair.start()
    async with Pump(pair.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        columns = pair.decoder.decode([pump.scans[-1].raw])
        assert [columns.texts[at][0][:8].strip() for at in range(29)] == [
            f"value {at}" for at in range(1, 30)
        ]
    await pair.close()


async def test_agents_with_the_same_user_and_engine_id_stay_apart() -> None:
    """Cards that were cloned have one engine id, and each its own clock and passphrases."""
    process = Process(secrets={**SECRETS, "auth-2": "another-1", "priv-2": "another-2"})
    points = (point("p", Source(oid=f"{BASE}.1.0")),)
    kind = template("snmp", points, Options(), timeout_s=1.0)
    drivers, twins = [], []
    for number, keys in enumerate(({}, {"auth_key": "auth-2", "priv_key": "priv-2"}), start=1):
        about = {"host": "127.0.0.1", **CONNECTIONS["3"], **keys}
        twin = SnmpTwin(
            [device("d", kind, Connection.model_validate(about))], print, process.surroundings.secret
        )
        twin.put("d", "p", number)
        port = await twin.start(free_port())
        for _ in range(number):  # their boots differ
            await twin.stop()
            await twin.start(port)
        reached = device(f"d{number}", kind, Connection.model_validate({**about, "port": port}))
        drivers.append(Snmp().driver(reached, Cadence(0.05), Snmp().decoder(kind), process.surroundings))
        twins.append(twin)
    assert twins[0]._engine.id == twins[1]._engine.id
    async with Pump(drivers[0]) as first, Pump(drivers[1]) as second:
        await until(lambda: len(first.scans) >= 5 and len(second.scans) >= 5)
        assert [pump.scans[-1].raw.values[0] for pump in (first, second)] == [1, 2]
        assert not first.losses
        assert not second.losses
    for twin in twins:
        await twin.stop()
    await process.close()


async def test_contexts_of_one_agent_are_devices_of_their_own() -> None:
    process = Process(secrets=dict(SECRETS))
    kind = template("snmp", (point("p", Source(oid=f"{BASE}.1.0")),), Options(), timeout_s=1.0)
    about = {"host": "127.0.0.1", **CONNECTIONS["3"]}
    names = ("left", "right")
    played = [device(name, kind, Connection.model_validate({**about, "context": name})) for name in names]
    twin = SnmpTwin(played, print, process.surroundings.secret)
    port = await twin.start(free_port())
    for number, name in enumerate(names):
        twin.put(name, "p", number)
        reached = device(name, kind, Connection.model_validate({**about, "context": name, "port": port}))
        driver = Snmp().driver(reached, Cadence(0.05), Snmp().decoder(kind), process.surroundings)
        async with Pump(driver) as pump:
            await until(lambda: bool(pump.scans))
            assert pump.scans[-1].raw.values[0] == number
    await twin.stop()
    await process.close()


async def test_a_trap_port_that_is_taken_is_said_with_the_way_out() -> None:
    """Where the table tells of the same alarms, the device is read on without traps."""
    first, second = Pair("2c"), Pair("2c", template("snmp", (point("a", KINDS["both"][0]),), Options()))
    for pair in (first, second):
        await pair.start()
    await within(first.driver.connect())
    process = Process(secrets=dict(SECRETS))
    for pair, is_down in ((first, True), (second, False)):
        about = {**pair.about, "trap_port": first.about["trap_port"], "port": pair.port}
        reached = device("other", pair.template, Connection.model_validate(about))
        driver = Snmp().driver(reached, Cadence(0.1), pair.decoder, process.surroundings)
        if is_down:
            match = r"UDP port \d+ for traps cannot be opened.*set trap_port"
            with pytest.raises(LinkError, match=match) as raised:
                await within(driver.connect())
            assert "无法打开：地址已被占用；请将 trap_port 设为" in raised.value.why.zh
        else:
            await within(driver.connect())
        await driver.close()
    for pair in (first, second):
        await pair.close()
    await process.close()
