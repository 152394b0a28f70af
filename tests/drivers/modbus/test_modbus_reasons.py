"""Why a Modbus device is not reached or not written to, as the Chinese screens say it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.driver import Driver, DriverError, LinkError, OptionsError, WriteError, WriteUnknown
from drivers.modbus import mbap
from drivers.modbus.encoding import write_request
from drivers.modbus.registers import Kind, ReadLimits, Register, Table, plan
from tests.drivers.contract import Ailment
from tests.drivers.modbus.modbus_rig import ServerRig
from tests.drivers.modbus.rtu_rig import CableRig, RtuRig
from tests.drivers.plant import within

BY_TCP = {
    Ailment.REFUSED: "无法连接：连接被拒绝",
    Ailment.HALF_OPEN: "从站 1 超时无应答",
    Ailment.RESET: "关闭了连接",
    Ailment.GARBAGE: "使用的不是 Modbus TCP 协议：协议标识为 beef，应为 0000",
    Ailment.WRONG_UNIT: "询问从站 1，应答的却是从站 2",
    Ailment.WRONG_LENGTH: "从站 1：对保持寄存器 0 的读取，应答为 18 字节，应为 20 字节",
    Ailment.EXCEPTION: "从站 1：异常码 6，设备忙",
}
BY_RTU = {
    Ailment.REFUSED: "无法连接：连接被拒绝",
    Ailment.HALF_OPEN: "从站 1：device.test:{port} 超时无应答",
    Ailment.GARBAGE: "不是 01 03 00 00 00 0a",
    Ailment.WRONG_ID: "询问功能码 3，应答的却是功能码 4",
    Ailment.WRONG_UNIT: "询问从站 1，应答的却是从站 2",
    Ailment.WRONG_LENGTH: "收到 20 字节，应答应为 22 字节",
    Ailment.EXCEPTION: "从站 1：异常码 6，设备忙",
}


@pytest.fixture
async def tcp() -> AsyncIterator[ServerRig]:
    rig = ServerRig()
    await rig.start()
    yield rig
    await _end(rig)


@pytest.fixture
async def rtu() -> AsyncIterator[RtuRig]:
    rig = RtuRig()
    await rig.start()
    yield rig
    await _end(rig)


async def _end(rig: ServerRig) -> None:
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


async def lost(driver: Driver) -> str:
    """Why the device cannot be read."""
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


@pytest.mark.parametrize(("ailment", "said"), BY_TCP.items())
async def test_why_a_device_is_not_reached_over_tcp(tcp: ServerRig, ailment: Ailment, said: str) -> None:
    await tcp.ail(ailment)
    assert said in await lost(tcp.driver)


@pytest.mark.parametrize(("ailment", "said"), BY_RTU.items())
async def test_why_a_device_is_not_reached_on_a_line(rtu: RtuRig, ailment: Ailment, said: str) -> None:
    await rtu.ail(ailment)
    assert said.format(port=rtu.server.port) in await lost(rtu.driver)


async def test_a_wrong_checksum_and_an_echo_on_a_line(rtu: RtuRig) -> None:
    rtu.server.spoilt = {*range(100)}
    assert "的校验和不对" in await lost(rtu.driver)
    await rtu.driver.close()
    rtu.server.echoes = True
    assert "收到的是所发请求本身；转换器有回显时请设 echo = true" in await lost(rtu.driver)


async def test_units_that_disagree_about_their_line(tmp_path: Path) -> None:
    rig = CableRig(tmp_path)
    await rig.start()
    await within(rig.driver.connect())
    rig.more = {"baud_rate": 19200}
    with pytest.raises(OptionsError) as raised:
        await rig.unit(2).connect()
    assert "已按 9600 baud 8N1" in raised.value.why.zh
    assert "Modbus 从站 2 却要求 19200 baud 8N1" in raised.value.why.zh
    await _end(rig)


@pytest.mark.parametrize("rig_of", [ServerRig, RtuRig])
async def test_why_a_write_did_not_succeed(rig_of: type[ServerRig]) -> None:
    rig = rig_of()
    await rig.start()
    assert await not_written(rig.driver, LinkError, 3, 7) == "unit-1/r3：未连接；未写入"
    await within(rig.driver.connect())
    too_large = await not_written(rig.driver, WriteError, 3, 70000)
    assert too_large == "unit-1/r3：保持寄存器 3：70000 超出范围 0 至 65535"
    rig.server.silent_writes = {1}
    unanswered = await not_written(rig.driver, WriteUnknown, 3, 7)
    assert "从站 1" in unanswered
    assert unanswered.endswith("超时无应答；写入是否生效不明")
    await rig.ail(Ailment.EXCEPTION)
    refused = await not_written(rig.driver, WriteError, 3, 7)
    assert refused == "unit-1/r3（保持寄存器 3）写入 7：异常码 6，设备忙"
    await _end(rig)


@pytest.mark.parametrize(
    ("register", "value", "said"),
    [
        (
            Register(Table.INPUT, 1, Kind.UINT16),
            1,
            "输入寄存器 1：输入寄存器不能写入；请改用 coil 或 holding",
        ),
        (Register(Table.COIL, 1, Kind.BOOL), 2, "线圈 1：2 超出范围 0 至 1"),
        (Register(Table.HOLDING, 1, Kind.UINT16), float("nan"), "nan 不是 0 至 65535 之间的整数"),
        (Register(Table.HOLDING, 1, Kind.FLOAT32), float("inf"), "inf 不是可写入的数"),
        (Register(Table.HOLDING, 1, Kind.FLOAT32), 1e300, "1e+300 超出 float32 的范围"),
        (
            Register(Table.HOLDING, 1, Kind.UINT16, bit=3),
            1,
            "保持寄存器 1 第 3 位：寄存器的位只能用功能码 22",
        ),
        (Register(Table.HOLDING, 1, Kind.STRING), 5, "5 不能写入文本测点"),
        (Register(Table.HOLDING, 1, Kind.STRING), "long", "'long' 占 4 字节，测点只有 2 字节"),
        (Register(Table.HOLDING, 1, Kind.STRING, encoding="ascii"), "泵", "'泵' 不能用 ascii 编码写入"),
        (Register(Table.HOLDING, 1, Kind.UINT16), "text", "文本 'text' 不能写入类型为 uint16 的测点"),
    ],
)
def test_why_a_value_does_not_fit(register: Register, value: float | str, said: str) -> None:
    with pytest.raises(WriteError) as raised:
        write_request(register, value, multiple=False, mask=False)
    assert said in raised.value.why.zh


def test_why_a_point_cannot_be_read() -> None:
    with pytest.raises(OptionsError) as raised:
        plan([Register(Table.HOLDING, 0, Kind.STRING, length=8)], ReadLimits(registers=4))
    assert "保持寄存器 0：测点长 8 个寄存器，一次最多读取 4 个" in raised.value.why.zh


@pytest.mark.parametrize(("code", "said"), [(2, "异常码 2，非法数据地址"), (99, "异常码 99，标准中没有")])
def test_what_an_exception_means(code: int, said: str) -> None:
    assert mbap.exception_text(code).zh == said
