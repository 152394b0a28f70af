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
                except WriteUnknown:
                    unknown += 1
                except LinkError:
                    await asyncio.sleep(0.05)
                    continue  # nothing was sent: the last one cost the connection
                break
    assert unknown == 2
    assert len(rig.upsd.writes) == 12
    assert set(rig.upsd.writes.values()) == {1}


async def test_nothing_is_written_without_a_connection_or_with_the_end_of_a_line(rig: UpsdRig) -> None:
    with pytest.raises(LinkError, match="nothing was written"):
        await rig.driver.write(0, 1)
    await within(rig.driver.connect())
    with pytest.raises(WriteError, match="end of a line"):
        await within(rig.driver.write(0, "1\nINSTCMD one load.off"))
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
    with pytest.raises(LinkError):
        await within(rig.driver.connect())


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
