"""Why a DL/T 645 meter is not reached or not written to, as the Chinese screens say it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from drivers.dlt645.driver import Dlt645Driver, MeterDecoder
from drivers.dlt645.edition import Edition, Function
from drivers.dlt645.edition_1997 import EDITION_1997
from drivers.dlt645.edition_2007 import EDITION_2007
from drivers.dlt645.frame import ANSWER, FAILED, MORE, Frame, parsed
from drivers.dlt645.meter import Meter
from drivers.dlt645.schema import Connection, Control, Source
from drivers.driver import Cadence, Driver, DriverError, LinkError, WriteError, WriteUnknown
from drivers.errors import Unanswered
from drivers.line import join, leave
from drivers.twin import Fault
from tests.drivers.bad_line import TIMEOUT_S
from tests.drivers.contract import Ailment
from tests.drivers.dlt645.dlt645_rig import ADDRESS, PASSWORD, Dlt645Rig, control, of
from tests.drivers.plant import point, within

POINTS = (
    of("energy", "energy-import"),
    of("energy-1", "energy-import", tariff=1),
    control("relay", Control.RELAY),
    control("clock", Control.CLOCK),
    control("freeze", Control.FREEZE),
    point("limit", Source(id="04001003")),
)
ENERGY, _, RELAY, CLOCK, FREEZE, LIMIT = range(len(POINTS))
DATE, TIME = EDITION_2007.date_and_time

LOST = {
    Ailment.REFUSED: "device.test:{port} 无法连接：连接被拒绝",
    Ailment.HALF_OPEN: "device.test:{port} 超时无应答",
    Ailment.RESET: "关闭了连接",
    Ailment.GARBAGE: "收到 de ad be ef",
    Ailment.WRONG_UNIT: "不是应答",
    Ailment.WRONG_LENGTH: "表计 202311000123：对 1FF00 的应答无效，11 字节不是每项 4 字节的整数倍",
    Ailment.EXCEPTION: "0001FF00：device.test:{port} 表计 202311000123 应答错误 01，其他错误",
}


@pytest.fixture
async def rig() -> AsyncIterator[Dlt645Rig]:
    rig = Dlt645Rig(points=POINTS)
    rig.meter.items[0x04001003] = bytes(4)
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


def instead(rig: Dlt645Rig, wanted: Callable[[Frame], bool], control: int, data: bytes) -> None:
    """What is asked for like this is answered like that, the rest as ever."""
    whole = rig.line.answer

    def answer(raw: bytes) -> bytes:
        asked = parsed(raw)
        return Frame(ADDRESS, asked.function | control, data).framed() if wanted(asked) else whole(raw)

    rig.line.answer = answer


def names(identifier: int) -> Callable[[Frame], bool]:
    return lambda asked: asked.data[:4] == identifier.to_bytes(4, "little")


@pytest.mark.parametrize(("ailment", "said"), LOST.items())
async def test_why_a_meter_is_not_reached(rig: Dlt645Rig, ailment: Ailment, said: str) -> None:
    await rig.ail(ailment)
    assert said.format(port=rig.line.port) in await lost(rig.driver)


async def test_identifiers_that_are_turned_round(rig: Dlt645Rig) -> None:
    rig.line.answer = lambda raw: Frame(ADDRESS, 0x91, parsed(raw).data[:4][::-1] + bytes(4)).framed()
    assert (
        f"表计 {ADDRESS} 的数据标识字节序与 identifier_order = standard 相反；"
        '请写 identifier_order = "reversed" 或 "learn"'
    ) in await lost(rig.driver)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (7, "应答的帧序号为 07，应为 01"),
        (None, "对 10000 的应答没有结束：已收 82"),
    ],
)
async def test_data_that_do_not_go_on_as_they_should(rig: Dlt645Rig, number: int | None, said: str) -> None:
    def answer(raw: bytes) -> bytes:
        asked = parsed(raw)
        more = bytes(120)
        if asked.function == Function.READ_ON:
            more += asked.data[-1:] if number is None else bytes([number])
        return Frame(ADDRESS, asked.function | ANSWER | MORE, asked.data[:4] + more).framed()

    rig.line.answer = answer
    terms = Connection(host=rig.HOST, port=rig.line.port, address=ADDRESS, turnaround_s=0).line
    line = await join(rig.process.shares, terms, "test")
    await within(line.opened())
    with pytest.raises(Unanswered) as raised:
        await within(Meter(line, "test", ADDRESS, EDITION_2007, TIMEOUT_S).read(0x00010000))
    assert f"表计 {ADDRESS} {said}" in raised.value.why.zh
    await leave(rig.process.shares, line, "test")


async def test_writes_that_the_meter_does_not_obey(rig: Dlt645Rig) -> None:
    await within(rig.driver.connect())
    rig.meter.password = "02999999"
    where = f"meter-123/relay (relay) := 0：{rig.HOST}:{rig.line.port}"
    said = await not_written(rig.driver, WriteError, RELAY, 0)
    assert said == f"{where} 表计 {ADDRESS} 应答错误 04，口令错误或未授权"
    instead(rig, lambda asked: asked.function == Function.CONTROL, ANSWER | FAILED, b"")
    said = await not_written(rig.driver, WriteError, RELAY, 0)
    assert said == f"{where} 表计 {ADDRESS} 拒绝，没有说明原因"
    rig.meter.fault = Fault.SILENT
    said = await not_written(rig.driver, WriteUnknown, FREEZE, 1)
    assert "meter-123/freeze (freeze) := 1：" in said
    assert "超时无应答；写入是否生效不明" in said
    assert (await not_written(rig.driver, LinkError, FREEZE, 1)).endswith("超时无应答；未写入")


@pytest.mark.parametrize(
    ("point", "value", "said"),
    [
        (FREEZE, 0, "freeze 写入 1 即执行，不能撤销"),
        (LIMIT, 1e9, "值超出格式 XXXXXX.XX 的范围，或不合该格式"),
        (LIMIT, "much", "值超出格式 XXXXXX.XX 的范围，或不合该格式"),
        (RELAY, "off", "值不适用：could not convert"),
    ],
)
async def test_values_that_are_not_sent(rig: Dlt645Rig, point: int, value: float | str, said: str) -> None:
    await within(rig.driver.connect())
    assert said in await not_written(rig.driver, WriteError, point, value)


async def test_a_field_that_shares_its_identifier_is_not_sent() -> None:
    rig = Dlt645Rig(points=(of("demand", "demand-import"),))
    await rig.start()
    await within(rig.driver.connect())
    said = await not_written(rig.driver, WriteError, 0, 1.0)
    assert said.endswith("：格式 XX.XXXX,YYMMDDhhmm 中的一个字段不能单独写入")
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


async def test_passwords_that_are_none(rig: Dlt645Rig) -> None:
    await within(rig.driver.connect())
    rig.process.secrets[PASSWORD] = "12345"
    assert "表计的口令应为 6 位数字" in await not_written(rig.driver, WriteError, RELAY, 0)
    del rig.process.secrets[PASSWORD]
    said = await not_written(rig.driver, LinkError, RELAY, 0)
    assert said.startswith("meter-123：缺少密钥 meter-password")
    assert said.endswith("；没有发送")
    unnamed = without_password(rig)
    await within(unnamed.connect())
    said = await not_written(unnamed, WriteError, RELAY, 0)
    assert said.endswith("：连接未配置口令（password）；没有发送")
    await unnamed.close()


def without_password(rig: Dlt645Rig) -> Dlt645Driver:
    made = rig.device(ADDRESS)
    assert isinstance(made.connection, Connection)
    connection = made.connection.model_copy(update={"password": ""})
    assert isinstance(rig.decoder, MeterDecoder)
    device = replace(made, connection=connection)
    return Dlt645Driver(device, Cadence(0.05), rig.decoder, rig.process.surroundings)


async def test_clocks_that_are_not_set(rig: Dlt645Rig) -> None:
    await within(rig.driver.connect())
    rig.meter.ahead = -1000.0
    said = await not_written(rig.driver, WriteError, CLOCK, 1)
    assert f"表计 {ADDRESS} 的时钟偏差 -" in said
    assert "广播校时只在 300 s 以内有效（DL/T 645-2007，7.2）：请在现场用编程键校时" in said
    instead(rig, names(TIME), ANSWER, TIME.to_bytes(4, "little") + b"\xff\xff\xff")
    said = await not_written(rig.driver, WriteError, CLOCK, 1)
    assert said == "时钟无法读取，没有校时：应答无法解读：FF are no decimal digits"
    instead(rig, names(DATE), ANSWER | FAILED, b"\x02")
    said = await not_written(rig.driver, WriteError, CLOCK, 1)
    assert said.startswith("时钟无法读取，没有校时：04000101：")
    assert said.endswith("应答错误 02，没有该数据")


async def test_a_meter_that_was_not_reached_yet(rig: Dlt645Rig) -> None:
    await rig.ail(Ailment.HALF_OPEN)
    with pytest.raises(LinkError):
        await within(rig.driver.connect())
    await rig.driver.close()
    assert await not_written(rig.driver, LinkError, RELAY, 0) == "meter-123 未连接；没有发送"


@pytest.mark.parametrize(
    ("edition", "word", "said"),
    [
        (EDITION_2007, 0x06, "错误 06，没有该数据、口令错误或未授权"),
        (EDITION_2007, 0x08, "错误 08，通信速率不能更改"),
        (EDITION_2007, 0x80, "错误 80，标准中没有该错误"),
        (EDITION_1997, 0x01, "错误 01，非法数据"),
        (EDITION_1997, 0x70, "错误 70，年时区数超限、日时段数超限、费率数超限"),
    ],
)
def test_error_words(edition: Edition, word: int, said: str) -> None:
    assert edition.refusal(word).zh == said
