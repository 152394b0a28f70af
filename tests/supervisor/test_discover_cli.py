"""`steward discover` finds by itself what a site file then names."""

import asyncio
import json
from pathlib import Path

import pytest

from benchmarks.ports import free_port
from drivers.dlt645.schema import Connection as Meter
from drivers.dlt645.schema import Options as MeterOptions
from drivers.dlt645.twin import Dlt645Twin
from drivers.explorers import EXPLORERS
from drivers.nut.schema import Connection as Ups
from drivers.nut.schema import Options as NutOptions
from drivers.nut.schema import Source as NutSource
from drivers.nut.twin import NutTwin
from supervisor.discover_cli import discover
from tests.drivers.bacnet.bacnet_rig import BacnetRig
from tests.drivers.cjt188.test_cjt188 import TwinRig as Cjt188Rig
from tests.drivers.dlt645.dlt645_rig import POINTS_2007
from tests.drivers.opcua.opcua_rig import LineRig
from tests.drivers.plant import device, point, template


async def found(protocol: str, *told: str) -> list[dict[str, str]]:
    """On a thread of its own, as the command has its own loop."""
    said: list[str] = []
    status = await asyncio.to_thread(
        discover, protocol, told, Path("nowhere"), "en", said.append, as_json=True
    )
    assert status == 0, said
    return [json.loads(line) for line in said]


def refused(protocol: str, *told: str, language: str = "en") -> str:
    said: list[str] = []
    assert discover(protocol, told, Path("nowhere"), language, said.append, as_json=False) == 1
    return "\n".join(said)


async def test_the_upses_of_an_upsd_and_the_variables_of_one() -> None:
    made = template("nut", (point("charge", NutSource(variable="battery.charge")),), NutOptions())
    twin = NutTwin([device("u", made, Ups(host="127.0.0.1", ups="rack"))], lambda *_: None)
    twin.put("u", "charge", 80)
    where = "host=127.0.0.1", f"port={await twin.start(free_port())}"
    assert [row["ups"] for row in await found("nut", *where)] == ["rack"]
    variables = {row["variable"]: row["value"] for row in await found("nut", *where, "ups=rack")}
    assert float(variables["battery.charge"]) == 80
    told = await asyncio.to_thread(refused, "nut", *where, "ups=rakc")
    assert told.endswith("rakc: UNKNOWN-UPS, there is no UPS of that name; it has rack")
    await twin.stop()


async def test_the_electricity_meters_of_a_line() -> None:
    """S4-6.3.2.2a: whoever commissions a collector need not type twelve digits of each meter."""
    made = template("dlt645", POINTS_2007, MeterOptions())
    meters = {"202311000123", "202311000124"}
    places = [Meter(host="127.0.0.1", port=1, address=one) for one in sorted(meters)]
    twin = Dlt645Twin([device(one.address, made, one) for one in places], lambda *_: None)
    where = "host=127.0.0.1", f"port={await twin.start(free_port())}", "timeout_s=0.2", "turnaround_s=0"
    assert {row["address"] for row in await found("dlt645", *where, "ending=0001")} == set()
    assert {row["address"] for row in await found("dlt645", *where, "ending=0123")} == {"202311000123"}
    assert {row["address"] for row in await found("dlt645", *where, "ending=23")} == {"202311000123"}
    await twin.stop()


async def test_the_meter_alone_on_a_line() -> None:
    rig = Cjt188Rig()
    await rig.start()
    (row,) = await found("cjt188", "host=127.0.0.1", f"port={rig.port}")
    assert len(row["address"]) == 14
    await rig.stop()


async def test_the_objects_of_a_bacnet_device() -> None:
    rig = BacnetRig()
    await rig.start()
    where = "interface=127.0.0.1/8", "port=0", f"device={rig.instance}", "wait_s=1"
    objects = {row["object"]: row for row in await found("bacnet", *where)}
    assert objects["analog-input,3"]["name"] == "played/ai3"
    await rig.stop()


async def test_a_bacnet_device_that_no_broadcast_reaches_is_found_by_its_address() -> None:
    """Who-Is goes to this host alone, where nobody listens but the search itself."""
    rig = BacnetRig()
    rig.host = "127.64.{}.{}".format(*divmod(rig.instance % 60_000, 250))
    port = await rig.twin.start(0, rig.host)
    alone = "interface=127.0.0.1/32", "broadcast=127.0.0.1:1", "port=0", "wait_s=1"
    told = await asyncio.to_thread(refused, "bacnet", *alone, f"device={rig.instance}")
    assert told.endswith("did not answer within 1 s; give its address, another interface, or a longer wait_s")
    assert await found("bacnet", *alone) == []
    where = f"device={rig.instance}", f"address={rig.host}:{port}"
    assert "analog-input,3" in {row["object"] for row in await found("bacnet", *alone, *where)}
    await rig.stop()


async def test_a_search_of_bacnet_does_not_find_itself() -> None:
    port = free_port()
    itself = f"broadcast=127.255.255.255:{port}", f"port={port}"
    assert await found("bacnet", "interface=127.0.0.1/8", *itself, "wait_s=0.5") == []


async def test_the_nodes_of_an_opc_ua_server() -> None:
    rig = LineRig()
    await rig.start()
    url = f"url=opc.tcp://127.0.0.1:{rig.line.upstream}"
    nodes = await found("opcua", url, "security=none", "count=200")
    assert any(row["type"] for row in nodes)
    assert all(row["node"] for row in nodes)
    assert len(nodes) > 10
    await rig.stop()


@pytest.mark.parametrize(
    ("protocol", "told", "reason"),
    [
        ("modbus", (), "'modbus' cannot be explored; these can: bacnet, cjt188, dlt645, nut, opcua"),
        ("nut", ("hots=x",), "unknown key 'hots'. Did you mean 'host'?"),
        ("nut", ("10.0.0.5",), "'10.0.0.5' is not one of these, as name=value:\n"),
        ("nut", (), "'host' is missing. Add host = ...: Name or address of upsd"),
        ("nut", ("host=a", "port=99999"), "port is 99999 and should be less than or equal to 65535"),
        ("dlt645", ("host=a",), "host = 'a' needs port, the TCP port of the serial server"),
        ("nut", ("host=127.0.0.1", "port=1"), "127.0.0.1:1"),
        ("dlt645", ("serial=/dev/no-such-port",), "/dev/no-such-port"),
        ("opcua", ("url=opc.tcp://127.0.0.1:1", "security=none"), "127.0.0.1:1"),
    ],
)
def test_what_cannot_be_explored_says_why(protocol: str, told: tuple[str, ...], reason: str) -> None:
    assert reason in refused(protocol, *told)


@pytest.mark.parametrize(
    ("protocol", "told", "reason"),
    [
        ("modbus", (), "不能探测 modbus；可用：bacnet、"),
        ("nut", ("10.0.0.5",), "'10.0.0.5' 不是 名称=值；可用：\n"),
        ("nut", ("hots=x",), "未知的键 'hots'；是否指 'host'？"),
        ("nut", (), "缺少host；请填写"),
        ("nut", ("host=a", "port=99999"), "port为 99999，应在 1 至 65535 之间"),
        ("nut", ("host=127.0.0.1", "port=1"), "nut 查找失败：127.0.0.1:1 无法连接：连接被拒绝"),
    ],
)
def test_it_says_so_in_chinese_too(protocol: str, told: tuple[str, ...], reason: str) -> None:
    assert reason in refused(protocol, *told, language="zh")


def test_every_explorer_says_what_it_must_be_told() -> None:
    for name, explorer in EXPLORERS.items():
        assert explorer.where.model_fields, name
