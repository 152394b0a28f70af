"""The SNMP driver over real sockets: the contract, and what is SNMP's own."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import numpy as np
import pytest

from drivers.driver import LinkError, Quality, Scan, WriteError, WriteUnknown
from drivers.snmp.polled import PolledDriver
from drivers.snmp.schema import Options
from tests.drivers.contract import (
    Ailment,
    Pump,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
    reads_connects_and_connects_anew,
    writes_left_unknown,
)
from tests.drivers.plant import until, within
from tests.drivers.snmp.snmp_rig import BASE, AgentRig, TwinRig

# Over UDP no connection can be reset; that nobody listens is told by the host at once (REFUSED).
AILMENTS = [ailment for ailment in Ailment if ailment is not Ailment.RESET]


@pytest.mark.parametrize("ailment", AILMENTS)
async def test_the_driver_notices_and_comes_back_when_the_agent(ailment: Ailment) -> None:
    await comes_back(AgentRig(), ailment)


async def test_an_agent_of_which_a_community_is_dead_is_read_on_with_the_other() -> None:
    await keeps_pace_beside_a_dead_neighbour(AgentRig())


async def test_it_comes_back_quietly_after_an_hour_without_the_agent() -> None:
    await comes_back_after_an_hour(lambda process: AgentRig(process=process))


@pytest.mark.parametrize("version", ["1", "2c", "3"])
@pytest.mark.parametrize("ailment", TwinRig.AILMENTS)
async def test_against_the_twin_it_notices_and_comes_back_when_the_agent(
    ailment: Ailment, version: str
) -> None:
    await comes_back(TwinRig(version), ailment)


async def test_it_comes_back_quietly_after_an_hour_without_a_restarted_engine() -> None:
    """Version 3: the agent's boots and time are others than before."""
    await comes_back_after_an_hour(lambda process: TwinRig(process=process))


@pytest.fixture
async def rig() -> AsyncIterator[AgentRig]:
    rig = AgentRig()
    await rig.start()
    yield rig
    await rig.stop()
    await rig.process.close()


async def test_a_variable_that_the_agent_does_not_have_is_bad_alone_and_not_asked_for_again(
    rig: AgentRig,
) -> None:
    del rig.agent.held[f"{BASE}.4.0"]
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 3)
        columns = rig.decoder.decode([pump.scans[-1].raw])
        assert columns.quality[0].tolist() == [Quality.BAD_ADDRESS if at == 3 else 0 for at in range(10)]
        assert np.isnan(columns.values[0, 3])
        asked = [request for request in rig.agent.requests if f"{BASE}.4.0" in request]
        assert len(asked) == 1
        assert not pump.losses


async def test_a_variable_that_the_agent_fails_to_give_spoils_no_other(rig: AgentRig) -> None:
    rig.agent.failing = {f"{BASE}.2.0", f"{BASE}.9.0"}
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 3)
        columns = rig.decoder.decode([pump.scans[-1].raw])
        bad = [at for at in range(10) if columns.quality[0, at]]
        assert bad == [1, 8]
        assert {columns.quality[0, at] for at in bad} == {Quality.BAD_SENSOR_FAULT}
        rig.agent.failing = set()
        await until(lambda: rig.is_right(pump.scans[-1]))
        assert not pump.losses


async def test_what_is_too_big_is_asked_in_parts_from_then_on(rig: AgentRig) -> None:
    rig.agent.most = 3
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 4)
        assert all(rig.is_right(scan) for scan in pump.scans)
        assert max(map(len, rig.agent.requests[-8:])) <= 3


async def test_few_messages_fetch_many_variables(rig: AgentRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 5)
        assert len(rig.agent.requests) <= len(pump.scans) + 2


async def test_a_lost_datagram_does_not_lose_the_link(rig: AgentRig) -> None:
    async with Pump(rig.driver) as pump:
        for _ in range(5):
            before = len(pump.scans)
            await until(lambda: len(pump.scans) > before)  # noqa: B023 - awaited in its turn
            seen = len(rig.agent.requests)
            rig.agent.mood = Ailment.GARBAGE
            await until(lambda: len(rig.agent.requests) > seen)  # noqa: B023
            rig.agent.mood = None
        before = len(pump.scans)
        await until(lambda: len(pump.scans) > before)
        assert not pump.losses


async def test_reading_connecting_and_reconnecting_never_writes(rig: AgentRig) -> None:
    await reads_connects_and_connects_anew(rig, Ailment.REBOOT)
    assert not rig.agent.writes


async def test_every_write_is_sent_once_though_a_fifth_are_not_answered(rig: AgentRig) -> None:
    """S-63: the duplicate counter at the device stays at zero."""
    rig.agent.silent_writes = {at for at in range(1, 26) if at % 5 == 0}
    assert await writes_left_unknown(rig.driver, range(1, 26)) == 5
    assert len(rig.agent.writes) == 25
    assert set(rig.agent.writes.values()) == {1}


@pytest.mark.parametrize(
    ("ailment", "said"),
    [
        (Ailment.REFUSED, "不在线：连接被拒绝"),
        (Ailment.HALF_OPEN, "在 0.15 s 内无应答，共询问 2 次"),
        (Ailment.EXCEPTION, "错误 5，设备内部错误"),
        (Ailment.WRONG_LENGTH, "询问 device.test:"),
    ],
)
async def test_why_the_agent_is_not_there_is_said_in_chinese(
    rig: AgentRig, ailment: Ailment, said: str
) -> None:
    await rig.ail(ailment)
    with pytest.raises(LinkError) as raised:
        await (await read_once(rig)).aclose()
    assert said in raised.value.why.zh
    await rig.driver.close()


async def test_a_write_whose_socket_is_closed_before_its_answer_came_is_unknown(rig: AgentRig) -> None:
    """The agent has it already: that nothing was sent would be a lie."""
    rig.agent.silent_writes = {1}
    scans = await read_once(rig)
    writing = asyncio.create_task(rig.driver.write(0, 5))
    await until(lambda: rig.agent.writes.total() == 1)
    await rig.driver.close()
    with pytest.raises(WriteUnknown, match="r1 := 5") as raised:
        await within(writing)
    assert "在应答到达前已关闭" in raised.value.why.zh
    await scans.aclose()


async def test_a_write_that_the_agent_could_not_undo_is_unknown(rig: AgentRig) -> None:
    scans = await read_once(rig)
    rig.agent.set_status = 15
    with pytest.raises(WriteUnknown, match="undo failed") as raised:
        await within(rig.driver.write(0, 5))
    assert "错误 15，写入失败且未能撤销" in raised.value.why.zh
    await scans.aclose()
    await rig.driver.close()


async def read_once(rig: AgentRig) -> AsyncGenerator[Scan, None]:
    """Connected, and with its first scan, so that the types are known; nothing more is polled."""
    await within(rig.driver.connect())
    scans = rig.driver.scans()
    await within(anext(scans))
    assert isinstance(scans, AsyncGenerator)
    return scans


async def test_a_write_that_is_refused_or_impossible_says_why(rig: AgentRig) -> None:
    with pytest.raises(LinkError, match="nothing was written") as unreached:
        await rig.driver.write(0, 1)
    assert "未连接；未写入" in unreached.value.why.zh
    await within(rig.driver.connect())
    with pytest.raises(WriteError, match="r1 := 1: not read yet") as refused:
        await within(rig.driver.write(0, 1))
    assert "r1 := 1：尚未读到" in refused.value.why.zh
    async with Pump(rig.driver) as pump:
        await until(lambda: bool(pump.scans))
        rig.agent.set_status = 17
        with pytest.raises(WriteError, match=r"of-community/r1 := 1: error 17, not writable") as refused:
            await within(rig.driver.write(0, 1))
        assert "of-community/r1 := 1：错误 17，变量不能写入" in refused.value.why.zh
        with pytest.raises(WriteError, match=r"1.5 is no whole number") as refused:
            await within(rig.driver.write(0, 1.5))
        assert "1.5 不是 -2147483648 到 2147483647 之间的整数" in refused.value.why.zh
        assert rig.agent.writes.total() == 1


async def test_a_missing_secret_is_a_link_error_that_names_it(rig: AgentRig) -> None:
    from drivers.driver import no_secret

    assert isinstance(rig.driver, PolledDriver)
    object.__setattr__(rig.driver.surroundings, "secret", no_secret)
    with pytest.raises(LinkError, match="no community") as raised:
        await within(rig.driver.connect())
    assert "缺少密钥 community" in raised.value.why.zh


async def test_a_passphrase_that_is_too_short_is_said_with_its_length() -> None:
    rig = TwinRig()
    await rig.start()
    rig.process.secrets["auth"] = "short"
    with pytest.raises(LinkError, match="the secret auth has 5 characters") as raised:
        await within(rig.driver.connect())
    assert "密钥 auth 只有 5 个字符，SNMP 至少需要 8 个" in raised.value.why.zh
    await rig.stop()
    await rig.process.close()


async def test_a_cancelled_connect_leaves_nothing_behind(rig: AgentRig) -> None:
    rig.agent.mood = Ailment.HALF_OPEN
    task = asyncio.create_task(rig.driver.connect())
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await rig.driver.close()
    await rig.driver.close()


async def test_nothing_is_polled_while_it_is_not_allowed_and_that_is_counted(rig: AgentRig) -> None:
    assert isinstance(rig.driver, PolledDriver)
    driver = rig.driver
    async with Pump(driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.process.polls = False
        missed, seen = driver.missed, len(pump.scans)
        await until(lambda: driver.missed >= missed + 3)
        assert len(pump.scans) <= seen + 1
        rig.process.polls = True
        await until(lambda: len(pump.scans) >= seen + 3)


@pytest.mark.parametrize("most", [1, 4])
async def test_no_more_variables_are_asked_for_at_once_than_the_options_say(most: int) -> None:
    rig = AgentRig(Options(max_oids=most))
    await rig.start()
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        assert rig.is_right(pump.scans[-1])
        assert max(map(len, rig.agent.requests)) == most
    await rig.stop()
    await rig.process.close()
