"""The Modbus driver on serial ports and over serial servers: the contract, and what is RTU's own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import serial

from drivers.driver import LinkError, OptionsError, Quality, WriteError, WriteUnknown
from drivers.modbus.decoding import RegisterDecoder
from drivers.modbus.poll import read_frame
from drivers.modbus.reach import let_go, reach
from drivers.modbus.request import Question
from drivers.modbus.schema import Options
from tests.drivers.contract import (
    Ailment,
    Pump,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
    writes_left_unknown,
)
from tests.drivers.modbus.modbus_rig import isolates_what_nothing_answers
from tests.drivers.modbus.rtu_rig import TIMEOUT_S, CableRig, RtuRig
from tests.drivers.plant import Process, until, within

NOISE = b"\x00\xff\x00"


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_over_a_serial_server_it_notices_and_comes_back_when_the_device(ailment: Ailment) -> None:
    """R-50"""
    await comes_back(RtuRig(), ailment)


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_on_a_serial_port_it_notices_and_comes_back_when_the_device(
    ailment: Ailment, tmp_path: Path
) -> None:
    """R-50"""
    await comes_back(CableRig(tmp_path), ailment)


async def test_a_dead_unit_does_not_hold_up_its_neighbour_behind_the_serial_server() -> None:
    await keeps_pace_beside_a_dead_neighbour(RtuRig())


async def test_a_dead_unit_does_not_hold_up_its_neighbour_on_the_line(tmp_path: Path) -> None:
    await keeps_pace_beside_a_dead_neighbour(CableRig(tmp_path))


async def test_it_comes_back_quietly_after_an_hour_without_the_serial_server() -> None:
    """R-51"""
    await comes_back_after_an_hour(lambda process: RtuRig(process=process))


async def test_it_comes_back_quietly_after_an_hour_without_the_serial_port(tmp_path: Path) -> None:
    """R-51"""

    def rig(process: Process) -> CableRig:
        return CableRig(tmp_path, process=process)

    await comes_back_after_an_hour(rig)


@pytest.fixture(params=["port", "server"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[RtuRig]:
    options = Options(mask_write=True)
    rig = CableRig(tmp_path, options) if request.param == "port" else RtuRig(options)
    await rig.start()
    yield rig
    await rig.stop()
    await rig.process.close()


async def test_many_units_share_a_line_with_a_dead_one(rig: RtuRig) -> None:
    rig.server.dead_units = {4}
    async with contextlib.AsyncExitStack() as stack:
        pumps = [await stack.enter_async_context(Pump(rig.unit(unit))) for unit in range(1, 9)]
        dead = pumps.pop(3)
        await until(lambda: all(len(pump.scans) >= 5 for pump in pumps) and len(dead.losses) >= 2)
        assert not dead.scans
        rig.server.dead_units = set()
        await until(lambda: len(dead.scans) >= 2)
        assert all(rig.is_right(pump.scans[-1]) for pump in (*pumps, dead))
        assert not any(pump.losses for pump in pumps)


@pytest.mark.parametrize(("before", "after"), [(NOISE, b""), (b"", NOISE), (b"\x01\x03", b"\x01")])
async def test_noise_around_answers_is_not_minded(rig: RtuRig, before: bytes, after: bytes) -> None:
    rig.server.before, rig.server.after = before, after
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 5)
    assert all(rig.is_right(scan) for scan in pump.scans)
    assert not pump.losses


async def test_answers_may_arrive_in_pieces(rig: RtuRig) -> None:
    rig.server.pieces = 6
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 5)
        await within(rig.driver.write(3, 9))
    assert all(rig.is_right(scan) for scan in pump.scans)
    assert not pump.losses


async def test_a_serial_server_that_closes_after_each_answer_is_used_all_the_same() -> None:
    rig = RtuRig()
    rig.server.closes = True
    await rig.start()
    async with contextlib.AsyncExitStack() as stack:
        pumps = [await stack.enter_async_context(Pump(rig.unit(unit))) for unit in range(1, 5)]
        await until(lambda: all(len(pump.scans) >= 5 for pump in pumps))
        assert not any(pump.losses for pump in pumps)
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 1)
        await within(rig.driver.write(3, 9))
    assert rig.server.writes.total() == 1
    await rig.stop()
    await rig.process.close()


async def test_a_read_whose_answer_was_spoilt_by_noise_is_repeated_once(rig: RtuRig) -> None:
    rig.server.spoilt = {4, 9}
    async with Pump(rig.driver) as pump:
        await until(lambda: next(rig.server.answered) > 20)
    assert all(rig.is_right(scan) for scan in pump.scans)
    assert not pump.losses


async def test_a_write_whose_answer_was_spoilt_is_not_repeated(rig: RtuRig) -> None:
    await within(rig.driver.connect())
    rig.server.spoilt = {*range(1000)}
    with pytest.raises(WriteUnknown):
        await within(rig.driver.write(3, 9))
    assert rig.server.writes.total() == 1


async def test_wrong_checksums_are_told_and_the_next_answer_counts(rig: RtuRig) -> None:
    """The second is that of what is asked so that no late answer is taken for another."""
    rig.server.spoilt = {4, 5}
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 5)
    assert all(rig.is_right(scan) for scan in pump.scans)
    assert len(pump.losses) == 1
    assert "the checksum of 01 03" in pump.losses[0]


async def test_a_late_answer_is_not_taken_for_that_of_the_next_question(rig: RtuRig) -> None:
    """The same is asked again at once, and while it is, the answer to the first question comes."""
    connection, shares = rig.connection(1), rig.process.shares
    unit = await reach(connection, shares)
    assert isinstance(rig.decoder, RegisterDecoder)
    frame = read_frame(1, rig.decoder.blocks[0])

    async def ask() -> bytes:
        await within(unit.opened())  # three silences, and the line is opened anew
        question = Question(1, frame, TIMEOUT_S)
        unit.read(question)
        return await within(question.answer)

    rig.server.latency_s = 2 * TIMEOUT_S
    late = pytest.raises(LinkError, match=r"where the answer takes|no answer within")
    for _ in range(5):
        with late:
            await ask()
    rig.server.latency_s = 0
    rig.server.values = {0: 1000}
    while True:
        with contextlib.suppress(LinkError):
            assert (await ask())[2:4] == (1000).to_bytes(2, "big")
            break
    await let_go(unit, connection, shares)


async def test_after_a_time_out_the_unit_is_asked_for_another_length_before_it_is_written_to(
    rig: RtuRig,
) -> None:
    await within(rig.driver.connect())
    rig.server.silent_writes = {1}
    with pytest.raises(WriteUnknown):
        await within(rig.driver.write(3, 7))
    before = rig.server.requests[1]
    await within(rig.driver.write(3, 7))
    assert rig.server.requests[1] - before == 2
    assert rig.server.writes.total() == 2
    rig.server.dead_units = {1}
    with pytest.raises(WriteUnknown):
        await within(rig.driver.write(3, 8))
    with pytest.raises(LinkError, match="no answer"):
        await within(rig.driver.write(3, 9))
    assert rig.server.writes.total() == 2
    await rig.driver.close()


async def test_an_echo_is_told_or_taken_off(rig: RtuRig) -> None:
    rig.server.echoes = True
    with pytest.raises(LinkError, match="set echo = true if the adapter echoes"):
        await within(rig.driver.connect())
    await rig.driver.close()
    rig.more["echo"] = True
    driver = rig.unit(1)
    async with Pump(driver) as pump:
        await until(lambda: len(pump.scans) >= 3)
        await within(driver.write(3, 9))
    assert rig.is_right(pump.scans[-1])
    assert not pump.losses
    assert rig.server.writes.total() == 1


async def test_a_register_that_disappears_is_isolated(rig: RtuRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.server.missing = {4}

        def isolated() -> bool:
            quality = rig.decoder.decode([pump.scans[-1].raw]).quality[0]
            return [at for at in range(11) if quality[at]] == [4] and quality[4] == Quality.BAD_ADDRESS

        await until(isolated)
        assert not pump.losses


async def test_registers_that_nothing_answers_are_isolated_and_the_others_keep_flowing(rig: RtuRig) -> None:
    await isolates_what_nothing_answers(rig)


async def test_every_write_is_sent_once_though_a_fifth_are_not_answered(rig: RtuRig) -> None:
    """S-63: the duplicate counter at the device stays at zero."""
    rig.server.silent_writes = {at for at in range(1, 51) if at % 5 == 0}
    assert await writes_left_unknown(rig.driver, range(1, 51)) == 10
    assert len(rig.server.writes) == 50
    assert set(rig.server.writes.values()) == {1}


async def test_a_refused_write_names_code_register_and_value(rig: RtuRig) -> None:
    await within(rig.driver.connect())
    await rig.ail(Ailment.EXCEPTION)
    with pytest.raises(WriteError, match=r"unit-1/r3 \(holding 3\) := 7: exception 6, device busy"):
        await within(rig.driver.write(3, 7))
    await rig.driver.close()
    with pytest.raises(LinkError, match="nothing was written"):
        await rig.driver.write(3, 7)


async def test_a_write_under_way_when_the_driver_closes_is_of_unknown_outcome(rig: RtuRig) -> None:
    await within(rig.driver.connect())
    rig.server.dead_units = {1}
    before = rig.server.requests[1]
    writing = asyncio.create_task(rig.driver.write(3, 7))
    await until(lambda: rig.server.requests[1] > before)
    await rig.driver.close()
    with pytest.raises(WriteUnknown):
        await within(writing)


async def test_a_broadcast_is_written_to_all_and_reads_nothing(rig: RtuRig) -> None:
    everybody, one = rig.unit(0), rig.unit(1)
    await within(asyncio.gather(everybody.connect(), one.connect()))
    await within(everybody.write(3, 7))
    await within(one.write(3, 8))
    assert [list(pdu) for pdu in rig.server.writes] == [[6, 0, 3, 0, 7], [6, 0, 3, 0, 8]]
    scans = everybody.scans()
    quality = rig.decoder.decode([(await within(anext(scans))).raw]).quality
    assert set(quality[0]) <= {Quality.BAD_NOT_READ, Quality.BAD_ADDRESS}
    await scans.aclose()  # type: ignore[attr-defined]
    await asyncio.gather(everybody.close(), one.close())


async def test_nothing_is_written_by_connecting_and_reading(rig: RtuRig) -> None:
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
        rig.server.reset()
        await until(lambda: bool(pump.losses) or len(pump.scans) > 4)
    assert not rig.server.writes


async def test_a_cancelled_connect_leaves_nothing_behind(rig: RtuRig) -> None:
    rig.server.mood = Ailment.HALF_OPEN
    task = asyncio.create_task(rig.driver.connect())
    await until(lambda: rig.server.requests[1] > 0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await rig.driver.close()
    await rig.driver.close()
    if rig.server.cable is None:
        await until(lambda: not rig.server.open)
    else:
        serial.Serial(rig.server.cable.ours, exclusive=True).close()


async def test_a_port_that_another_program_holds_is_told(tmp_path: Path) -> None:
    rig = CableRig(tmp_path)
    await rig.start()
    assert rig.server.cable is not None
    taken = pytest.raises(LinkError, match="ours is in use by another program")
    with serial.Serial(rig.server.cable.ours, exclusive=True), taken:
        await within(rig.driver.connect())
    async with Pump(rig.driver) as pump:
        await until(lambda: len(pump.scans) >= 2)
    await rig.stop()
    await rig.process.close()


async def test_units_that_disagree_about_their_line_are_told(tmp_path: Path) -> None:
    rig = CableRig(tmp_path)
    await rig.start()
    await within(rig.driver.connect())
    rig.more = {"baud_rate": 19200, "parity": "even"}
    with pytest.raises(OptionsError, match=r"9600 baud 8N1.* Modbus unit 2 wants it as 19200 baud 8E1"):
        await rig.unit(2).connect()
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()
