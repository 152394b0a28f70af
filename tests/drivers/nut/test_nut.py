"""The driver of Network UPS Tools over real sockets: the contract, and what is its own."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

from drivers.driver import LinkError, Quality, WriteError, WriteUnknown
from drivers.nut.line import Malformed, line, words
from tests.drivers.contract import (
    Ailment,
    Pump,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
    reads_connects_and_connects_anew,
)
from tests.drivers.nut.nut_rig import TwinRig, UpsdRig
from tests.drivers.plant import until, within


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_the_driver_notices_and_comes_back_when_upsd(ailment: Ailment) -> None:
    await comes_back(UpsdRig(), ailment)


async def test_a_ups_whose_driver_is_dead_does_not_hold_up_its_neighbour() -> None:
    await keeps_pace_beside_a_dead_neighbour(UpsdRig())


async def test_it_comes_back_quietly_after_an_hour_without_upsd() -> None:
    await comes_back_after_an_hour(UpsdRig)


@pytest.mark.parametrize("ailment", TwinRig.AILMENTS)
async def test_against_the_twin_it_notices_and_comes_back_when_upsd(ailment: Ailment) -> None:
    await comes_back(TwinRig(), ailment)


@pytest.fixture
async def rig() -> AsyncIterator[UpsdRig]:
    rig = UpsdRig()
    await rig.start()
    yield rig
    await rig.stop()
    await rig.process.close()


async def test_stale_data_is_stale_while_the_link_is_up(rig: UpsdRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.upsd.error = "DATA-STALE"
        await until(lambda: rig.decoder.decode([pump.scans[-1].raw]).quality[0, 0] != 0)
        columns = rig.decoder.decode([pump.scans[-1].raw])
        assert set(columns.quality[0].tolist()) == {Quality.BAD_STALE}
        assert np.isnan(columns.values).all()
        rig.upsd.error = ""
        await until(lambda: rig.is_right(pump.scans[-1]))
        assert not pump.losses


async def test_a_ups_that_upsd_does_not_know_is_said_with_those_that_it_does(rig: UpsdRig) -> None:
    rig.upsd.error = "UNKNOWN-UPS"
    with pytest.raises(LinkError, match=r"UNKNOWN-UPS, there is no UPS of that name; it has one, dead"):
        await within(rig.driver.connect())


@pytest.mark.parametrize(
    ("ailment", "said"),
    [
        (Ailment.REFUSED, "无法连接：连接被拒绝"),
        (Ailment.HALF_OPEN, "在 0.15 s 内无应答"),
        (Ailment.RESET, "upsd 关闭了连接"),
        (Ailment.GARBAGE, "中的引号没有结束"),
        (Ailment.WRONG_ID, "请检查该端口上是否为 upsd"),
        (Ailment.WRONG_UNIT, "的列表中有无关的行"),
        (Ailment.EXCEPTION, "one：DRIVER-NOT-CONNECTED，该 UPS 的驱动未连接到 upsd"),
    ],
)
async def test_why_upsd_is_not_there_is_said_in_chinese(rig: UpsdRig, ailment: Ailment, said: str) -> None:
    await rig.ail(ailment)
    with pytest.raises(LinkError) as raised:
        await within(rig.driver.connect())
    assert said in raised.value.why.zh


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("UNKNOWN-UPS", "UNKNOWN-UPS，没有该名称的 UPS；现有 one、dead"),
        ("ACCESS-DENIED", "拒绝访问；请检查 upsd.users"),
        ("NEWER-THAN-US", "upsd 报错 NEWER-THAN-US"),
    ],
)
async def test_what_upsd_answers_instead_of_variables_is_said_in_chinese(
    rig: UpsdRig, error: str, said: str
) -> None:
    rig.upsd.error = error
    with pytest.raises(LinkError) as raised:
        await within(rig.driver.connect())
    assert said in raised.value.why.zh


async def test_upses_share_one_connection_until_the_last_lets_go(rig: UpsdRig) -> None:
    first, second = rig.ups("one"), rig.ups("two")
    await within(asyncio.gather(first.connect(), second.connect()))
    assert len(rig.upsd.open) == 1
    await first.close()
    await first.close()
    await within(second.write(0, 5))
    assert len(rig.upsd.open) == 1
    await second.close()
    await until(lambda: not rig.upsd.open)


async def test_reading_connecting_and_reconnecting_never_writes(rig: UpsdRig) -> None:
    await reads_connects_and_connects_anew(rig)
    assert not rig.upsd.writes


async def test_every_write_is_sent_once_though_some_are_not_answered(rig: UpsdRig) -> None:
    """S-63: the duplicate counter at the device stays at zero."""
    rig.upsd.silent_writes = {5, 10}
    unknown = 0
    async with Pump(rig.driver) as pump:
        for value in range(1, 13):
            while True:
                await until(lambda: bool(pump.scans))
                try:
                    await within(rig.driver.write(0, value))
                except WriteUnknown as error:
                    unknown += 1
                    assert "在 0.15 s 内无应答" in error.why.zh
                except LinkError:
                    await asyncio.sleep(0.05)
                    continue  # nothing was sent: the last one cost the connection
                break
    assert unknown == 2
    assert len(rig.upsd.writes) == 12
    assert set(rig.upsd.writes.values()) == {1}


async def test_nothing_is_written_without_a_connection_or_with_the_end_of_a_line(rig: UpsdRig) -> None:
    with pytest.raises(LinkError, match="nothing was written") as unreached:
        await rig.driver.write(0, 1)
    assert "未连接；未写入" in unreached.value.why.zh
    await within(rig.driver.connect())
    for value, match, said in (
        ("1\nINSTCMD one load.off", "end of a line", "含有换行符"),
        ("\ud800", "can't encode", "不能编码为 UTF-8"),
    ):
        with pytest.raises(WriteError, match=match) as refused:
            await within(rig.driver.write(0, value))
        assert said in refused.value.why.zh
    assert not rig.upsd.writes
    await within(rig.driver.write(0, 'a "b" \\'))
    assert rig.upsd.writes == {r'SET VAR one value.0 "a \"b\" \\"': 1}
    await rig.driver.close()


async def test_a_cancelled_question_ends_the_connection_and_not_the_order_of_answers(rig: UpsdRig) -> None:
    rig.upsd.mood = Ailment.HALF_OPEN
    task = asyncio.create_task(rig.driver.connect())
    await until(lambda: bool(rig.upsd.open))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    rig.upsd.mood = None
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        assert rig.is_right(pump.scans[-1])


async def test_a_line_without_end_is_not_swallowed(rig: UpsdRig) -> None:
    rig.upsd.extra = "x" * 100_000
    with pytest.raises(LinkError) as raised:
        await within(rig.driver.connect())
    assert "超过 16384 字节" in raised.value.why.zh


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ('VAR one ups.model "Smart \\"X\\" \\\\ 1000"', ["VAR", "one", "ups.model", 'Smart "X" \\ 1000']),
        ('VAR one a ""', ["VAR", "one", "a", ""]),
        ("  OK  ", ["OK"]),
        ('UPS one "机房 1"', ["UPS", "one", "机房 1"]),
        ("a\\ b c", ["a b", "c"]),
        ("", []),
    ],
)
def test_words_are_read_with_their_quotes_and_escapes(said: str, meant: list[str]) -> None:
    assert words(said) == meant
    if meant:
        assert words(line(*meant).decode().rstrip("\n")) == meant


@pytest.mark.parametrize("said", ['VAR one "open', "trailing\\"])
def test_a_quote_that_does_not_end_is_refused(said: str) -> None:
    with pytest.raises(Malformed):
        words(said)
