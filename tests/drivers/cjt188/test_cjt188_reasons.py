"""Why a CJ/T 188 meter is not reached or not written to, as the Chinese screens say it."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from drivers.cjt188.frame import parsed
from drivers.cjt188.layouts import Quantity
from drivers.cjt188.schema import Control, Options, Source
from drivers.driver import Driver, DriverError, LinkError, WriteError, WriteUnknown
from drivers.twin import Fault
from tests.drivers.cjt188.cjt188_rig import ADDRESS, READING, Cjt188Rig, of
from tests.drivers.contract import Ailment
from tests.drivers.plant import point, within

POINTS = (
    of("volume", Quantity.VOLUME, "m³"),
    point("valve", Source(control=Control.VALVE)),
    point("clock", Source(control=Control.CLOCK)),
)
VOLUME, VALVE, CLOCK = range(len(POINTS))
LOST = {
    Ailment.REFUSED: "device.test:{port} 无法连接：连接被拒绝",
    Ailment.HALF_OPEN: "device.test:{port} 超时无应答",
    Ailment.RESET: "关闭了连接",
    Ailment.GARBAGE: "收到 de ad be ef",
    Ailment.WRONG_UNIT: "不是应答",
    Ailment.EXCEPTION: "device.test:{port} 表计 78330011223344 对 901F 应答错误，状态 00 01",
}


@pytest.fixture
async def rig() -> AsyncIterator[Cjt188Rig]:
    rig = Cjt188Rig(Options(identifier_order="high-first"), points=POINTS)
    await rig.start()
    yield rig
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


async def lost(driver: Driver) -> str:
    """Why the meter cannot be read."""
    with pytest.raises(LinkError) as raised:
        await within(_read(driver))
    return raised.value.why.zh


async def _read(driver: Driver) -> None:
    await driver.connect()
    async for _ in driver.scans():
        pass


async def not_written(driver: Driver, kind: type[DriverError], point: int, value: float | str) -> str:
    with pytest.raises(kind) as raised:
        await within(driver.write(point, value))
    assert type(raised.value) is kind
    return raised.value.why.zh


@pytest.mark.parametrize(("ailment", "said"), LOST.items())
async def test_why_a_meter_is_not_reached(rig: Cjt188Rig, ailment: Ailment, said: str) -> None:
    await rig.ail(ailment)
    assert said.format(port=rig.line.port) in await lost(rig.driver)


async def test_identifiers_that_are_turned_round(rig: Cjt188Rig) -> None:
    whole = rig.line.answer

    def turned(raw: bytes) -> bytes:
        answer = parsed(whole(raw)[whole(raw).index(b"\x68") :])
        return replace(answer, data=answer.data[1::-1] + answer.data[2:]).framed()

    rig.line.answer = turned
    assert (
        f"表计 {ADDRESS} 的数据标识字节序与 identifier_order = high-first 相反；"
        '请写 identifier_order = "low-first" 或 "learn"'
    ) in await lost(rig.driver)


async def test_a_serial_number_that_is_not_repeated(rig: Cjt188Rig) -> None:
    whole = rig.line.answer

    def always_0(raw: bytes) -> bytes:
        answer = parsed(whole(raw)[whole(raw).index(b"\x68") :])
        return replace(answer, data=answer.data[:2] + b"\0" + answer.data[3:]).framed()

    rig.line.answer = always_0
    said = await lost(rig.driver)
    assert f"表计 {ADDRESS} 应答的序列号为 00，应为 01：" in said
    assert said.endswith("若是后者请写 match_serial = false")


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (3, "对 901F 的应答无效，应答只有 3 字节，止于自第 0 字节起的 XXXXXX.XX 之中；"),
        (0, "对 901F 的应答无效，只有 0 字节，不足以给出任何一个测点"),
    ],
)
async def test_answers_that_are_too_short(rig: Cjt188Rig, length: int, said: str) -> None:
    rig.meter.items[0x901F] = READING[:length]
    assert said in await lost(rig.driver)


async def test_writes_that_the_meter_does_not_obey(rig: Cjt188Rig) -> None:
    await within(rig.driver.connect())
    rig.meter.fault = Fault.FAILED
    said = await not_written(rig.driver, WriteError, VALVE, 0)
    at = f"{rig.HOST}:{rig.line.port}"
    assert said == f"meter-344/valve (valve) := 0：{at} 表计 {ADDRESS} 应答错误，状态 00 01"
    rig.meter.fault = Fault.SILENT
    said = await not_written(rig.driver, WriteUnknown, VALVE, 0)
    assert said == f"meter-344/valve (valve) := 0：{at} 超时无应答；写入是否生效不明"


@pytest.mark.parametrize(
    ("point", "value", "said"),
    [
        (VOLUME, 1, "meter-344/volume：该测点不能下发命令；其 source 没有 control"),
        (VALVE, 2, "meter-344/valve：control valve 只接受 0 或 1，不接受 2"),
        (CLOCK, 0, "meter-344/clock (clock) := 0：写入 1 即校时，不能撤销"),
    ],
)
async def test_values_that_are_not_sent(rig: Cjt188Rig, point: int, value: float, said: str) -> None:
    await within(rig.driver.connect())
    assert await not_written(rig.driver, WriteError, point, value) == said


async def test_a_meter_that_is_not_connected(rig: Cjt188Rig) -> None:
    await within(rig.driver.connect())
    await rig.driver.close()
    assert await not_written(rig.driver, LinkError, VALVE, 1) == "meter-344 未连接；没有发送"
