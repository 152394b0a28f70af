"""Why a device is not reached, not read or not written to is said in Chinese too."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable
from typing import Any

import pytest

from drivers.bacnet.exploring import BacnetExplorer, Where
from drivers.bacnet.resolving import resolved
from drivers.bacnet.twin import BacnetTwin
from drivers.driver import Acknowledgement, DriverError, LinkError, WriteError, WriteUnknown
from drivers.twin import Fault
from tests.drivers.bacnet.bacnet_rig import BacnetRig, an_instance
from tests.drivers.contract import Ailment
from tests.drivers.plant import until, within

ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
"""Words in a row: an identifier or an abbreviation stands alone."""


def a_host(instance: int) -> str:
    return "127.60.{}.{}".format(*divmod(instance % 60_000, 250))


async def why(promise: Awaitable[Any], kind: type[DriverError] = LinkError) -> str:
    with pytest.raises(kind) as told:
        await within(promise)
    assert type(told.value) is kind or kind is LinkError
    assert str(told.value) == told.value.why.en
    return told.value.why.zh


@pytest.fixture
async def rig() -> AsyncIterator[BacnetRig]:
    rig = BacnetRig(timeout_s=1.0)
    await rig.start()
    yield rig
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


@pytest.mark.parametrize(
    ("connection", "said"),
    [
        ({}, r"0\.3 s 内没有设备 \d+ 应答 Who-Is"),
        ({"address": "127.9.9.9:47810"}, r"127\.9\.9\.9:47810 在 0\.1 s 内无应答"),
        ({"address": "64000:5"}, r"没有通往网络 64000 的路由器应答；请写明 router"),
        (
            {"address": "64000:5", "router": "127.9.9.9:47810"},
            r"64000:0x05 经 127\.9\.9\.9:47810 在 0\.1 s 内无应答",
        ),
    ],
)
async def test_of_a_device_that_is_not_found(connection: dict[str, Any], said: str) -> None:
    rig = BacnetRig(timeout_s=0.1, **connection)
    zh = await why(rig.driver.connect())
    assert re.fullmatch(rf".*{said}", zh)
    assert not ENGLISH.search(zh)
    await rig.driver.close()
    await rig.process.close()


async def test_of_a_bbmd_that_is_away() -> None:
    host = a_host(an_instance())
    rig = BacnetRig(timeout_s=1.0, bbmd=host)
    assert re.fullmatch(
        rf"3 s 内没有设备 \d+ 应答 Who-Is：BBMD {host} 在 2 s 内无应答", await why(rig.driver.connect())
    )
    await rig.driver.close()
    await rig.process.close()


async def test_of_a_name_without_an_address() -> None:
    assert (await why(resolved("::1", 47808))).startswith("::1：无法解析主机名：")


async def test_of_a_port_that_another_has(rig: BacnetRig) -> None:
    await within(rig.driver.connect())
    assert rig.bacnet._station is not None
    port = rig.bacnet._station.own[1]
    other = rig.made(rig.connection.model_copy(update={"port": port}))
    zh = await why(other.connect())
    assert zh.startswith(f"BACnet 本机站 127.0.0.1:{port} 无法打开：地址已被占用；")
    assert zh.endswith("请换用其他 port")
    await other.close()


async def test_of_another_device_at_the_address(rig: BacnetRig) -> None:
    at = f"{rig.twin._host}:{rig.twin._port}"
    wrong = rig.made(rig.connection.model_copy(update={"device": 4194000, "address": at}))
    assert await why(wrong.connect()) == f"{at} 处的设备不是 4194000：错误（对象）：没有该对象"
    await wrong.close()


async def test_of_two_devices_of_one_instance(rig: BacnetRig) -> None:
    double = BacnetTwin([rig.device], lambda *_: None)
    host = a_host(rig.instance)
    await double.start(host=host)
    try:
        zh = await why(rig.driver.connect())
    finally:
        await double.stop()
    assert zh.startswith(f"2 个设备都自称 {rig.instance}：")
    assert f"{host}:" in zh
    assert "请给每个设备各自的实例号" in zh


async def test_of_a_device_that_tells_nothing_or_nonsense(rig: BacnetRig) -> None:
    scans = rig.driver.scans()
    assert await why(anext(scans)) == "played 未连接"
    await within(rig.driver.connect())
    rig.twin.misbehave("played", Fault.BUSY)
    zh = await why(anext(rig.driver.scans()))
    assert re.fullmatch(rf"BACnet 设备 {rig.instance}（127\.[\d.:]+） 给不出任何值：错误（设备）：.*", zh)
    rig.twin.misbehave("played", Fault.NONE)
    rig.mood = Ailment.WRONG_UNIT
    assert "的应答无法解读：" in await why(rig.driver.connect())


@pytest.mark.parametrize(
    ("point", "value", "said"),
    [
        ("mode", 2.5, "2.5 不是整数，而该属性只接受整数"),
        ("mode", -1.0, "-1 超出范围 0 至 4294967295"),
        ("command", 1e39, "1e+39 超出 32 位数的范围"),
        ("command", "hot", "“hot” 不能作为 real 写入"),
        ("released", 0.0, "只能写入 1，即放弃控制"),
    ],
)
async def test_of_a_value_that_cannot_be_written(
    rig: BacnetRig, point: str, value: float | str, said: str
) -> None:
    await within(rig.driver.connect())
    zh = await why(rig.driver.write(rig.template.index[point], value), WriteError)
    assert re.fullmatch(rf"played/{point}（.*）:= {re.escape(f'{value}：{said}')}", zh)
    assert not ENGLISH.search(zh)


async def test_of_a_write_that_fails(rig: BacnetRig) -> None:
    command = rig.template.index["command"]
    assert await why(rig.driver.write(command, 7)) == "played/command：未连接；未写入"
    await within(rig.driver.connect())
    rig.twin.misbehave("played", Fault.FAILED)
    assert (
        await why(rig.driver.write(command, 7), WriteError)
        == "played/command（analog-value,1 present-value）:= 7，优先级 8：错误（设备）：运行故障"
    )
    rig.twin.misbehave("played", Fault.SILENT)
    zh = await why(rig.driver.write(command, 7), WriteUnknown)
    assert zh.endswith(" 在 1 s 内无应答；写入是否生效不明")
    writing = asyncio.create_task(rig.driver.write(command, 7))
    station = rig.bacnet._station
    assert station is not None
    await until(lambda: bool(station.exchange._open))
    await station.close()
    assert (await why(writing, WriteUnknown)).endswith("：BACnet 本机站 127.0.0.1:0 已关闭；写入是否生效不明")


async def test_of_an_acknowledgement_that_nobody_hears(rig: BacnetRig) -> None:
    told = Acknowledgement("安娜", "")
    assert await why(rig.bacnet.acknowledge(0, told)) == "played：未连接；没有确认"


async def test_of_a_search_that_finds_nothing() -> None:
    rig = BacnetRig()
    where = Where(device=an_instance(), interface="127.0.0.1/8", port=0, wait_s=0.1)
    zh = await why(anext(aiter(BacnetExplorer().explore(where, rig.process.surroundings))))
    assert zh == (
        f"设备 {where.device} 在 0.1 s 内无应答；请写明其 address，换用其他 interface，或加大 wait_s"
    )
    await rig.process.close()
