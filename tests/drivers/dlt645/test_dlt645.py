"""The DL/T 645 driver over real sockets: the contract, and what is its own."""

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.site import PointKind
from drivers.dlt645.discovery import meters
from drivers.dlt645.driver import Dlt645, Dlt645Driver, MeterDecoder
from drivers.dlt645.edition import Function
from drivers.dlt645.edition_1997 import EDITION_1997
from drivers.dlt645.edition_2007 import EDITION_2007
from drivers.dlt645.frame import Frame, parsed
from drivers.dlt645.schema import Connection, Control, Options, Source
from drivers.dlt645.twin import Dlt645Twin
from drivers.driver import Driver, LinkError, Quality, Scan, WriteError, WriteUnknown
from drivers.line import join, leave
from drivers.search import Found
from drivers.twin import Fault
from tests.drivers.bad_line import LineTwinRig
from tests.drivers.contract import (
    Ailment,
    Pump,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
    reads_connects_and_connects_anew,
)
from tests.drivers.dlt645.dlt645_rig import (
    ADDRESS,
    NEIGHBOUR,
    PASSWORD,
    POINTS_1997,
    POINTS_2007,
    Dlt645Rig,
    control,
    of,
    played_1997,
    played_2007,
    shanghai,
)
from tests.drivers.plant import point, template, until, within

RELAY = [made.id for made in POINTS_2007].index("relay")


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_the_driver_notices_and_comes_back_when_the_meter(ailment: Ailment) -> None:
    """C27, M17, S4-6.3.2.2a: remote reading of power meters goes on by itself."""
    await comes_back(Dlt645Rig(), ailment)


async def test_a_dead_meter_does_not_hold_up_its_neighbour_on_the_line() -> None:
    await keeps_pace_beside_a_dead_neighbour(Dlt645Rig())


async def test_it_comes_back_quietly_after_an_hour_without_the_meter() -> None:
    await comes_back_after_an_hour(lambda process: Dlt645Rig(process=process))


class TwinRig(LineTwinRig):
    def __init__(self, serial: str = "") -> None:
        made = template("dlt645", POINTS_2007, Options(), period_s=0.05, timeout_s=0.15)
        shown = {"energy": 123.45, "power": -1.5, "relay": 1.0}
        super().__init__(Dlt645(), Dlt645Twin, made, Connection, ADDRESS, shown, serial)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        values = dict(zip((made.id for made in POINTS_2007), columns.values[0].tolist(), strict=True))
        return (values["energy"], values["power"], values["relay"]) == (123.45, -1.5, 1.0)


@pytest.mark.parametrize("ailment", TwinRig.AILMENTS)
async def test_against_the_twin_it_notices_and_comes_back_when_the_meter(ailment: Ailment) -> None:
    await comes_back(TwinRig(), ailment)


async def test_a_connection_that_ends_now_and_then_costs_nothing_but_another_one() -> None:
    rig = TwinRig()
    await rig.start()
    async with Pump(rig.driver) as pump:
        for _ in range(5):
            await pump.goes_on()
            rig.twin.drop()
        await pump.goes_on(3)
    assert all(rig.is_right(scan) for scan in pump.scans)
    assert not pump.losses
    await rig.stop()
    await rig.process.close()


@pytest.mark.parametrize("ailment", [Ailment.HALF_OPEN, Ailment.EXCEPTION, Ailment.REBOOT])
async def test_over_a_serial_port_it_notices_and_comes_back_when_the_meter(
    ailment: Ailment, tmp_path: Path
) -> None:
    await comes_back(TwinRig(serial=str(tmp_path / "port")), ailment)


@pytest.fixture
async def rig() -> AsyncIterator[Dlt645Rig]:
    rig = Dlt645Rig()
    await rig.start()
    yield rig
    await rig.stop()
    await rig.process.close()


def shown(rig: Dlt645Rig, scan: Scan, name: str) -> tuple[float, Quality]:
    column = rig.template.index[name]
    columns = rig.decoder.decode([scan.raw])
    return float(columns.values[0, column]), Quality(columns.quality[0, column])


def questions(rig: Dlt645Rig) -> list[Frame]:
    return [parsed(frame) for frame in rig.line.asked]


async def turn(driver: Driver) -> list[Scan]:
    assert isinstance(driver, Dlt645Driver)
    return list(await driver.turn())


async def first(driver: Driver) -> Scan:
    await within(driver.connect())
    scans = driver.scans()
    scan = await within(anext(scans))
    await scans.aclose()  # type: ignore[attr-defined]
    return scan


async def test_what_one_answer_can_bring_together_is_asked_once(rig: Dlt645Rig) -> None:
    scan = await first(rig.driver)
    asked = [int.from_bytes(question.data, "little") for question in questions(rig)]
    assert rig.is_right(scan)
    blocks = {0x0001FF00, 0x0201FF00, 0x0203FF00, 0x040005FF}
    assert blocks <= set(asked)
    assert len(asked) == 1 + 9  # the probe, then: 4 blocks, export, frequency, demand, amount, losses
    await rig.driver.close()


async def test_noise_echo_and_pieces_do_no_harm(rig: Dlt645Rig) -> None:
    rig.line.noise = b"\x00\x68\x13\xfe\xfe\xfe"
    rig.line.echoes = True
    rig.line.pieces = 3
    assert rig.is_right(await first(rig.driver))
    await rig.driver.close()


async def test_a_meter_without_blocks_is_asked_one_by_one_and_what_it_lacks_is_told_apart(
    rig: Dlt645Rig,
) -> None:
    whole = rig.line.answer

    def no_blocks(raw: bytes) -> bytes:
        asked = parsed(raw)
        name = int.from_bytes(asked.data[:4], "little")
        if name & 0xFF00 == 0xFF00 or name & 0xFF == 0xFF or name == 0x00900200:
            return Frame(ADDRESS, 0xD1, b"\x02").framed()
        return whole(raw)

    rig.line.answer = no_blocks
    scan = await first(rig.driver)
    assert shown(rig, scan, "energy-2") == (200.5, Quality.GOOD)
    assert shown(rig, scan, "relay") == (1.0, Quality.GOOD)
    assert shown(rig, scan, "remaining")[1] is Quality.BAD_ADDRESS
    before = len(rig.line.asked)
    again = await within(turn(rig.driver))
    asked = {int.from_bytes(question.data[:4], "little") for question in questions(rig)[before:]}
    assert not asked & {0x0001FF00, 0x040005FF, 0x00900200}  # not before ten minutes have passed
    assert shown(rig, again[0], "energy-2") == (200.5, Quality.GOOD)
    await rig.driver.close()


async def test_a_block_that_is_shorter_brings_what_it_holds(rig: Dlt645Rig) -> None:
    """A single-phase meter answers the block of voltages with one."""
    for identifier in (0x02010200, 0x02010300):
        del rig.meter.items[identifier]
    scan = await first(rig.driver)
    assert shown(rig, scan, "voltage-1") == (229.8, Quality.GOOD)
    assert shown(rig, scan, "voltage-3")[1] is Quality.BAD_ADDRESS
    await rig.driver.close()


async def test_digits_that_are_none_are_a_fault_of_the_meter(rig: Dlt645Rig) -> None:
    rig.meter.items[0x02800002] = b"\xff\xff"
    scan = await first(rig.driver)
    value, quality = shown(rig, scan, "frequency")
    assert math.isnan(value)
    assert quality is Quality.BAD_SENSOR_FAULT
    await rig.driver.close()


async def test_data_that_go_on_in_further_frames_are_joined() -> None:
    """Control codes 11 and 12: 63 tariffs take 256 bytes, three frames of this meter."""
    points = tuple(of(f"tariff-{tariff}", "energy-import", tariff=tariff) for tariff in (0, 40, 63))
    rig = Dlt645Rig(points=points)
    for tariff in range(64):
        rig.meter.items[0x00010000 + 0x100 * tariff] = bytes((tariff % 10, 0, 0, 0))
    await rig.start()
    scan = await first(rig.driver)
    assert rig.decoder.decode([scan.raw]).values[0].tolist() == [0.0, 0.0, 0.03]
    ons = [question.data[4] for question in questions(rig) if question.function == Function.READ_ON]
    assert ons == [1, 2, 1, 2]  # of the probe and of the scan
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


@pytest.mark.parametrize(("order", "reversed_"), [("reversed", True), ("learn", True), ("learn", False)])
async def test_identifiers_travel_in_either_order(order: str, *, reversed_: bool) -> None:
    rig = Dlt645Rig(Options.model_validate({"identifier_order": order}))
    rig.meter.reversed = reversed_
    await rig.start()
    assert rig.is_right(await first(rig.make()))
    await rig.stop()
    await rig.process.close()


async def test_a_meter_that_turns_identifiers_round_is_told_apart(rig: Dlt645Rig) -> None:
    def turned(raw: bytes) -> bytes:
        asked = parsed(raw)
        return Frame(ADDRESS, 0x91, asked.data[:4][::-1] + b"\0\0\0\0").framed()

    rig.line.answer = turned
    with pytest.raises(LinkError, match=r'the other way round.*identifier_order = "reversed" or'):
        await within(rig.driver.connect())
    await rig.driver.close()


async def test_the_relay_is_tripped_once_and_shows_it(rig: Dlt645Rig) -> None:
    """1C: PA P0 P1 P2, operator, 1A, valid until."""
    await first(rig.driver)
    rig.meter.password = "02123456"
    await within(rig.driver.write(RELAY, 0))
    commands = [asked for asked in questions(rig) if asked.function == Function.CONTROL]
    assert len(commands) == 1
    data = commands[0].data
    assert data[:10].hex() == "0256341242000000" + "1a00"
    until_ = datetime.strptime(data[10:][::-1].hex(), "%y%m%d%H%M%S").replace(tzinfo=UTC)
    assert abs((until_ - shanghai()).total_seconds() - 300) < 30
    [scan] = await within(turn(rig.driver))
    assert shown(rig, scan, "relay") == (0.0, Quality.GOOD)
    await within(rig.driver.write(RELAY, 1))
    assert [asked.data[8] for asked in questions(rig) if asked.function == Function.CONTROL] == [0x1A, 0x1B]
    await rig.driver.close()


async def test_a_wrong_password_is_refused_by_the_meter_and_never_shown(rig: Dlt645Rig) -> None:
    await first(rig.driver)
    rig.meter.password = "02999999"
    with pytest.raises(WriteError, match=r"relay\) := 0: .*error 04, wrong password") as refused:
        await within(rig.driver.write(RELAY, 0))
    assert "123456" not in str(refused.value)
    await rig.driver.close()
    with pytest.raises(LinkError, match="nothing was sent"):
        await rig.driver.write(RELAY, 0)


async def test_every_write_is_sent_once_though_some_are_not_answered(rig: Dlt645Rig) -> None:
    """S-63: the duplicate counter at the device stays at zero."""
    await first(rig.driver)
    begun = len(rig.line.asked)
    rig.line.deaf = {begun + at for at in range(1, 11) if at % 5 == 0}
    unknown = 0
    for at in range(10):
        try:
            await within(rig.driver.write(RELAY, at % 2))
        except WriteUnknown:
            unknown += 1
    assert unknown == 2
    assert len(rig.meter.commanded) == 10
    await rig.driver.close()


async def test_starting_connecting_and_reconnecting_never_writes(rig: Dlt645Rig) -> None:
    await reads_connects_and_connects_anew(rig)
    assert {asked.function for asked in questions(rig)} == {Function.READ}


async def test_meters_share_one_connection_until_the_last_lets_go(rig: Dlt645Rig) -> None:
    one, other = rig.on(ADDRESS), rig.on(NEIGHBOUR)
    await within(asyncio.gather(one.connect(), other.connect()))
    assert rig.line.connections == 1
    await one.close()
    await one.close()
    assert rig.line.connections == 1
    await other.close()
    await until(lambda: not rig.line.connections)


async def test_one_answer_lost_on_a_noisy_line_is_asked_for_again(rig: Dlt645Rig) -> None:
    rig.line.deaf = {3, 7}
    assert rig.is_right(await first(rig.driver))
    await rig.driver.close()


CLOCK_POINTS = (of("drift", "clock-drift"), control("clock", Control.CLOCK), of("energy", "energy-import"))


async def test_the_clock_s_drift_is_a_point_and_a_broadcast_puts_it_right() -> None:
    """08 to 999999999999, which the meter does not answer."""
    rig = Dlt645Rig(points=CLOCK_POINTS)
    await rig.start()
    rig.meter.ahead = rig.other.ahead = 100.0
    scan = await first(rig.driver)
    assert shown(rig, scan, "drift")[0] == pytest.approx(100.0, abs=3)
    assert shown(rig, scan, "clock")[1] == Quality.BAD_NOT_READ
    await within(rig.driver.write(1, 1))
    await until(lambda: any(asked.function == Function.CLOCK for asked in questions(rig)))
    [told] = [asked for asked in questions(rig) if asked.function == Function.CLOCK]
    assert told.address == "9" * 12
    assert len(told.data) == 6
    await until(lambda: abs(rig.meter.ahead) < 3)
    assert abs(rig.other.ahead) < 3
    [scan] = await within(turn(rig.driver))
    assert shown(rig, scan, "drift")[0] == pytest.approx(0.0, abs=3)
    rig.meter.ahead = -1000.0
    with pytest.raises(WriteError, match=r"is -(999|100\d) s off; a broadcast is obeyed within 300 s only"):
        await within(rig.driver.write(1, 1))
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


ENERGY_POINTS = (
    of("energy", "energy-import"),
    of("energy-1", "energy-import", tariff=1),
    of("export", "energy-export"),
    of("voltage-1", "voltage", phase=1),
)


async def pasts(driver: Dlt645Driver, at_least: int) -> list[Scan]:
    found: list[Scan] = []
    await within(driver.connect())
    for _ in range(60):
        found += [scan for scan in await within(turn(driver)) if scan.past]
        if len(found) >= at_least:
            break
    found += [scan for scan in await within(turn(driver)) if scan.past]
    return found


async def test_a_meter_that_is_silent_about_what_it_does_not_have_is_read_for_the_rest(
    rig: Dlt645Rig,
) -> None:
    """Of a block nothing, of the losses neither, and of its records no time."""
    rig.mute = {0x0001FF00, 0x03110000, 0x05060001}
    async with Pump(rig.driver) as pump:
        await pump.goes_on(3)
        columns = rig.decoder.decode([pump.scans[-1].raw])
        losses = [made.id for made in POINTS_2007].index("losses")
        assert columns.quality[0].nonzero()[0].tolist() == [losses]
        assert columns.quality[0, losses] == Quality.BAD_ADDRESS
        assert not pump.losses
        rig.meter.fault = Fault.SILENT
        await until(lambda: bool(pump.losses))


async def test_a_meter_that_is_silent_about_blocks_is_greeted_by_its_date(
    rig: Dlt645Rig,
) -> None:
    rig.mute = {0x0001FF00}
    rig.meter.items[0x04000101] = bytes(4)
    await within(rig.driver.connect())


async def test_frozen_readings_are_brought_into_the_history_once_with_their_own_time() -> None:
    """05 06: daily freezes, as scans of the past in the columns of the energies they are of."""
    rig = Dlt645Rig(Options(past_days=62), points=ENERGY_POINTS)
    await rig.start()
    midnight = shanghai().replace(hour=0, minute=0, second=0, microsecond=0)
    for back in (3, 2, 1):
        rig.meter.items[0x00010000] = bytes((back, 0, 0, 0))
        rig.meter.freeze(midnight - timedelta(days=back))
    driver = rig.make()
    found = await pasts(driver, 3)
    columns = rig.decoder.decode([scan.raw for scan in found])
    assert [scan.time_ns for scan in found] == [
        int((midnight - timedelta(days=back, hours=8)).timestamp()) * 10**9 for back in (3, 2, 1)
    ]
    assert columns.values[:, 0].tolist() == [0.03, 0.02, 0.01]
    assert columns.values[:, 1].tolist() == [100.25] * 3
    assert columns.quality[:, 3].tolist() == [Quality.BAD_NOT_READ] * 3
    state = driver.state()
    await driver.close()
    later = rig.make()
    later.restore(state)
    assert not await pasts(later, 1)
    await later.close()
    await rig.stop()
    await rig.process.close()


async def test_a_reading_frozen_while_the_clock_was_years_ahead_hides_none_that_come_after_it() -> None:
    rig = Dlt645Rig(Options(past_days=62), points=ENERGY_POINTS)
    await rig.start()
    midnight = shanghai().replace(hour=0, minute=0, second=0, microsecond=0)
    for days in (-3, 4000, -2):
        rig.meter.freeze(midnight + timedelta(days=days))
    driver = rig.make()
    assert await days_of(driver, midnight) == [-3, -2]
    state = driver.state()
    await driver.close()
    rig.meter.freeze(midnight + timedelta(days=4000))
    rig.meter.freeze(midnight - timedelta(days=1))
    later = rig.make()
    later.restore(state)
    assert await days_of(later, midnight) == [-1]
    await later.close()
    await rig.stop()
    await rig.process.close()


async def days_of(driver: Dlt645Driver, midnight: datetime) -> list[int]:
    """How many days from midnight on the records lie that are brought."""
    times = [scan.time_ns / 1e9 + 8 * 3600 for scan in await pasts(driver, 2)]
    return [round((time - midnight.timestamp()) / 86400) for time in times]


async def test_settlements_and_hourly_freezes_too() -> None:
    rig = Dlt645Rig(Options(past_months=3, past_hours=24), points=ENERGY_POINTS)
    await rig.start()
    rig.meter.items[0x04000B01] = bytes((0x00, 0x25))  # DDhh: the 25th at midnight
    for total in (0x10, 0x20):
        rig.meter.items[0x00010000] = bytes((0, total, 0, 0))
        rig.meter.items[0x00010100] = bytes(4)
        rig.meter.settle()
    hour = shanghai().replace(minute=0, second=0, microsecond=0)
    rig.meter.freeze(hour, hourly=True)
    driver = rig.make()
    found = await pasts(driver, 3)
    assert len(found) == 3
    hourly_ns = int((hour - timedelta(hours=8)).timestamp()) * 10**9
    of_month = [scan for scan in found if scan.time_ns != hourly_ns]
    assert rig.decoder.decode([scan.raw for scan in of_month]).values[:, 0].tolist() == [10.0, 20.0]
    days = [datetime.fromtimestamp(scan.time_ns / 1e9 + 8 * 3600, UTC).day for scan in of_month]
    assert days == [25, 25]
    await driver.close()
    await rig.stop()
    await rig.process.close()


async def test_the_edition_of_1997_has_its_own_identifiers_codes_and_blocks() -> None:
    rig = Dlt645Rig(Options(edition="1997", past_months=2), points=POINTS_1997)
    rig.meters = [played_1997()]
    rig.meters[0].settle()
    await rig.start()
    driver = rig.make()
    await within(driver.connect())
    scans = await within(turn(driver))
    values = rig.decoder.decode([scans[-1].raw]).values[0].tolist()
    assert values[:5] == [4567.89, 1000.0, 220.0, 221.0, 1.5]
    assert abs(values[5]) < 3
    asked = {int.from_bytes(question.data, "little") for question in questions(rig)}
    assert {0x901F, 0xB61F, 0xB630, 0x941F} <= asked
    assert {question.function for question in questions(rig)} == {0x01}
    assert [scan.past for scan in scans] == [True, False]
    await driver.close()
    await rig.stop()
    await rig.process.close()


async def test_a_late_answer_to_one_command_is_not_taken_for_that_to_the_next(rig: Dlt645Rig) -> None:
    """The first answer comes with the next one; the second command is refused for its password."""
    late: list[bytes] = []
    real = rig.line.answer

    def answer(raw: bytes) -> bytes:
        if parsed(raw).function == Function.CONTROL and not late:
            late.append(real(raw))
            return b""
        before = b"".join(late)
        late[:] = [b""] * len(late)
        return before + real(raw)

    driver = rig.driver
    rig.meter.password = "02123456"
    await within(driver.connect())
    rig.line.answer = answer
    relay = [made.id for made in POINTS_2007].index("relay")
    with pytest.raises(WriteUnknown):
        await within(driver.write(relay, 0))
    rig.process.secrets[PASSWORD] = "654321"
    with pytest.raises(WriteError, match="wrong password"):
        await within(driver.write(relay, 1))
    await driver.close()


async def test_parameters_freezes_and_clearings_are_written(rig: Dlt645Rig) -> None:
    points = (
        point("limit", Source(id="04001003")),
        control("freeze", Control.FREEZE),
        control("clear", Control.CLEAR_DEMAND),
        of("energy", "energy-import"),
        replace(point("number", Source(id="04000402")), kind=PointKind.TEXT),
    )
    rig = Dlt645Rig(points=points)
    rig.meter.items[0x04001003] = bytes(4)
    rig.meter.items[0x04000402] = bytes.fromhex("230100112320")
    await rig.start()
    driver = rig.make()
    scan = await first(driver)
    assert scan.raw.texts[4] == "202311000123"
    await within(driver.write(0, 50.5))
    assert rig.meter.items[0x04001003].hex() == "50500000"
    await within(driver.write(1, 1))
    await within(driver.write(2, 1))
    assert [asked.function for asked in rig.meter.commanded] == [
        Function.WRITE, Function.FREEZE, Function.CLEAR_DEMAND,
    ]  # fmt: skip
    with pytest.raises(WriteError, match="is done by writing 1"):
        await within(driver.write(1, 0))
    with pytest.raises(WriteError, match="outside 0 to 99999999"):
        await within(driver.write(0, 1e9))
    await driver.close()
    await rig.stop()
    await rig.process.close()


async def test_meters_are_found_by_their_addresses_and_told_apart(rig: Dlt645Rig) -> None:
    """C28: what hangs on a concentrator's line is listed, also where all answer at once."""
    third = "555500000123"
    rig.meters.append(played_2007(third))
    for meter in rig.meters:
        meter.items[0x04000401] = bytes.fromhex(meter.address)[::-1]
    terms = Connection(host=rig.HOST, port=rig.line.port, address=ADDRESS, turnaround_s=0).line
    line = await join(rig.process.shares, terms, "search")
    await within(line.opened())
    found = {one async for one in meters(line, EDITION_2007, 0.03, wake=0)}
    assert found == {Found(ADDRESS), Found(NEIGHBOUR), Found(third)}
    rig.meters = [rig.meter]
    before = len(rig.line.asked)
    assert [one async for one in meters(line, EDITION_2007, 0.03)] == [Found(ADDRESS)]
    assert len(rig.line.asked) == before + 1
    await leave(rig.process.shares, line, "search")


def test_the_editions_know_their_quantities() -> None:
    for edition in (EDITION_2007, EDITION_1997):
        for name, quantity in edition.quantities.items():
            phase = quantity.lowest_phase if quantity.phase else 0
            assert edition.layout_of(edition.identifier(name, 0, phase, 0, 1)) is not None, name


def test_the_decoder_is_shared_by_all_meters_of_a_template() -> None:
    made = Dlt645().decoder(template("dlt645", POINTS_2007, Options()))
    assert isinstance(made, MeterDecoder)
    assert {asked.parts != () for asked in made.reads} == {True, False}
