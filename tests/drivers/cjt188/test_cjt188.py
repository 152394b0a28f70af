"""The CJ/T 188 driver over real sockets: the contract, and what is its own."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.site import Point
from drivers.cjt188.discovery import meters
from drivers.cjt188.driver import Cjt188, Cjt188Driver
from drivers.cjt188.frame import Frame, Function, parsed
from drivers.cjt188.layouts import HEATED, Kind, Quantity
from drivers.cjt188.schema import Connection, Control, Options, Source
from drivers.cjt188.twin import Cjt188Twin
from drivers.driver import LinkError, Quality, Scan, WriteError, WriteUnknown
from drivers.line import join, leave
from drivers.search import Found
from drivers.twin import Fault
from tests.drivers.bad_line import LineTwinRig
from tests.drivers.cjt188.cjt188_rig import ADDRESS, NEIGHBOUR, READING, VALUES, Cjt188Rig, of, played
from tests.drivers.contract import (
    Ailment,
    comes_back,
    comes_back_after_an_hour,
    keeps_pace_beside_a_dead_neighbour,
    reads_connects_and_connects_anew,
)
from tests.drivers.plant import point, template, until, within

VALVE = 4


@pytest.mark.parametrize("ailment", list(Ailment))
async def test_the_driver_notices_and_comes_back_when_the_meter(ailment: Ailment) -> None:
    """C27, M17, S4-6.3.2.2a: remote reading of water, gas and heat meters goes on by itself."""
    await comes_back(Cjt188Rig(), ailment)


async def test_a_dead_meter_does_not_hold_up_its_neighbour_on_the_line() -> None:
    await keeps_pace_beside_a_dead_neighbour(Cjt188Rig())


async def test_it_comes_back_quietly_after_an_hour_without_the_meter() -> None:
    await comes_back_after_an_hour(lambda process: Cjt188Rig(process=process))


HEAT = (
    of("heat", Quantity.HEAT, "GJ"),
    of("settled", Quantity.SETTLED_HEAT, "kWh"),
    of("power", Quantity.POWER, "kW"),
    of("flow", Quantity.FLOW, "m³/h"),
    of("volume", Quantity.VOLUME, "m³"),
    of("supply", Quantity.SUPPLY_TEMPERATURE, "°C"),
    of("return", Quantity.RETURN_TEMPERATURE, "°C"),
    of("hours", Quantity.HOURS, "h"),
    of("drift", Quantity.CLOCK_DRIFT, "s"),
    point("valve", Source(control=Control.VALVE)),
)
SHOWN = {"heat": 12.5, "settled": 1000.0, "power": 3.25, "flow": 0.1234, "volume": 88.0, "supply": 45.5}
SHOWN |= {"return": -1.25, "hours": 1234.0, "valve": 0.0}


class TwinRig(LineTwinRig):
    """A heat meter."""

    def __init__(self, serial: str = "") -> None:
        made = template("cjt188", HEAT, Options(kind=Kind.HEAT), period_s=0.05, timeout_s=0.15)
        super().__init__(Cjt188(), Cjt188Twin, made, Connection, ADDRESS, SHOWN, serial)

    def is_right(self, scan: Scan) -> bool:
        columns = self.decoder.decode([scan.raw])
        values = dict(zip((made.id for made in HEAT), columns.values[0].tolist(), strict=True))
        drift = values.pop("drift")
        return values == pytest.approx(SHOWN) and abs(drift) < 5 and not columns.quality.any()


@pytest.mark.parametrize("ailment", TwinRig.AILMENTS)
async def test_against_the_twin_it_notices_and_comes_back_when_the_meter(ailment: Ailment) -> None:
    await comes_back(TwinRig(), ailment)


@pytest.mark.parametrize("ailment", [Ailment.HALF_OPEN, Ailment.REBOOT])
async def test_over_a_serial_port_it_notices_and_comes_back_when_the_meter(
    ailment: Ailment, tmp_path: Path
) -> None:
    await comes_back(TwinRig(serial=str(tmp_path / "port")), ailment)


async def test_the_twin_hears_of_the_valve() -> None:
    rig = TwinRig()
    await rig.start()
    assert rig.twin.value("played", "valve") == 0.0
    await within(rig.driver.connect())
    await within(rig.driver.write(rig.template.index["valve"], 1))
    assert rig.twin.value("played", "valve") == 1.0
    assert rig.twin.value("played", "heat") == pytest.approx(12.5)
    await rig.driver.close()
    await rig.stop()
    await rig.process.close()


@pytest.fixture
async def rig() -> AsyncIterator[Cjt188Rig]:
    rig = Cjt188Rig()
    await rig.start()
    yield rig
    await rig.stop()
    await rig.process.close()


def questions(rig: Cjt188Rig) -> list[Frame]:
    return [parsed(frame) for frame in rig.line.asked]


async def first(driver: Cjt188Driver) -> Scan:
    await within(driver.connect())
    return next(iter(await within(driver.turn())))


async def one(points: tuple[Point, ...], reading: bytes, **options: object) -> tuple[list[float], list[int]]:
    """What a meter with this reading shows."""
    rig = Cjt188Rig(Options.model_validate(options), points=points)
    rig.meter.items[0x901F] = reading
    rig.meter.type = Kind(str(options.get("kind", "water"))).type
    await rig.start()
    driver = rig.make()
    try:
        scan = await first(driver)
    finally:
        await driver.close()
        await rig.stop()
        await rig.process.close()
    columns = rig.decoder.decode([scan.raw])
    return columns.values[0].tolist(), columns.quality[0].tolist()


async def test_noise_echo_and_pieces_do_no_harm(rig: Cjt188Rig) -> None:
    rig.line.noise = b"\x00\x68\x10\xfe\xfe\xfe"
    rig.line.echoes = True
    rig.line.pieces = 3
    assert rig.is_right(await first(rig.make()))
    await rig.process.shares.close()


@pytest.mark.parametrize(
    ("order", "low_first"), [("learn", True), ("learn", False), ("low-first", True), ("high-first", False)]
)
async def test_identifiers_travel_in_either_order(order: str, *, low_first: bool) -> None:
    """90 1F in meters of 2004, 1F 90 in those of 2018."""
    rig = Cjt188Rig(Options.model_validate({"identifier_order": order}))
    rig.meter.low_first = low_first
    await rig.start()
    driver = rig.make()
    assert rig.is_right(await first(driver))
    assert questions(rig)[-1].data[:2] == (b"\x1f\x90" if low_first else b"\x90\x1f")
    await driver.close()
    await rig.stop()
    await rig.process.close()


async def test_longer_answers_are_well_and_shorter_ones_lack_what_they_lack() -> None:
    assert await one(_points(), READING + bytes(9)) == (VALUES, [0] * 5)
    values, quality = await one(_points(), READING[:10])
    assert values[:3] == VALUES[:3]
    assert quality == [0, 0, 0, Quality.BAD_ADDRESS, Quality.BAD_ADDRESS]


def _points() -> tuple[Point, ...]:
    return Cjt188Rig().template.points


async def test_an_answer_that_ends_within_a_value_says_so() -> None:
    with pytest.raises(LinkError, match=r"ends after 12 bytes, within BBBB from 11 on.*leave that point out"):
        await one((point("status", Source(at=11, format="BBBB")),), READING[:12])


@pytest.mark.parametrize(
    ("code", "unit", "shown"),
    [
        (0x2C, "m³", 1.23),
        (0x29, "m³", 0.00123),
        (0x2C, "L", 1230.0),
        (0x2D, "m³", 12.3),
        (0x29, "L", 1.23),
    ],
)
async def test_the_unit_byte_is_converted_to_the_point_s_unit(code: int, unit: str, shown: float) -> None:
    reading = bytes((0x23, 0x01, 0, 0, code)) + READING[5:]
    values, _ = await one((of("volume", Quantity.VOLUME, unit),), reading)
    assert values == [pytest.approx(shown)]


async def test_a_unit_that_is_none_is_no_value_unless_one_is_assumed() -> None:
    reading = bytes((0x23, 0x01, 0, 0, 0x00)) + READING[5:]
    _, quality = await one((of("volume", Quantity.VOLUME, "m³"),), reading)
    assert quality == [Quality.BAD_SENSOR_FAULT]
    assumed = point("volume", Source(quantity=Quantity.VOLUME, assumed_unit="m³"))
    values, _ = await one((replace(assumed, unit="m³"),), reading)
    assert values == [1.23]
    _, quality = await one((of("volume", Quantity.VOLUME, "m³"),), reading[:4] + b"\x05" + reading[5:])
    assert quality == [Quality.BAD_SENSOR_FAULT]  # kWh


async def test_a_unit_byte_may_stand_first() -> None:
    """As JY heat meters have it: juejin and cnblogs call it their own reading of the standard."""
    reading = bytes.fromhex("0802000000 0802000000 1700000000 3500000000 2C34100000 352500 662500 000000")
    reading += bytes.fromhex("53001210071520 0000")
    points = tuple(of(str(name), name) for name in (Quantity.VOLUME, Quantity.SUPPLY_TEMPERATURE))
    values, _ = await one(points, reading, kind="heat", unit_first=True)
    assert values == [pytest.approx(10.34), 25.35]


@pytest.mark.parametrize(("status", "shown"), [(0b00, 1.0), (0b01, 0.0), (0b11, 2.0), (0b100, 1.0)])
async def test_the_valve_is_open_shut_or_out_of_order(status: int, shown: float) -> None:
    reading = READING[:17] + bytes((status, 0))
    values, _ = await one(_points(), reading)
    assert values[VALVE] == shown


async def test_the_valve_is_moved_once_by_55_and_99(rig: Cjt188Rig) -> None:
    driver = rig.make()
    await first(driver)
    await within(driver.write(VALVE, 0))
    await within(driver.write(VALVE, 1))
    writes = [asked.data for asked in questions(rig) if asked.function == Function.WRITE]
    assert [(data[:2].hex(), data[3]) for data in writes] == [("a017", 0x99), ("a017", 0x55)]
    rig.meter.fault = Fault.FAILED
    with pytest.raises(WriteError, match=r"valve \(valve\) := 0: .*answers an error, status 00 01"):
        await within(driver.write(VALVE, 0))
    rig.meter.fault = Fault.SILENT
    with pytest.raises(WriteUnknown, match="whether it took effect is unknown"):
        await within(driver.write(VALVE, 0))
    assert len([asked for asked in questions(rig) if asked.function == Function.WRITE]) == 4
    with pytest.raises(WriteError, match="takes 0 or 1, not 2"):
        await within(driver.write(VALVE, 2))
    with pytest.raises(WriteError, match="nothing can be commanded there"):
        await within(driver.write(0, 1))
    await driver.close()
    with pytest.raises(LinkError, match="nothing was sent"):
        await driver.write(VALVE, 1)


async def test_the_clock_is_set(rig: Cjt188Rig) -> None:
    rig = Cjt188Rig(points=(point("clock", Source(control=Control.CLOCK)), of("volume", Quantity.VOLUME)))
    await rig.start()
    driver = rig.make()
    await first(driver)
    await within(driver.write(0, 1))
    told = rig.meter.commanded[0].data[3:]
    when = datetime.strptime(told[::-1].hex(), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    assert abs(when.timestamp() - 8 * 3600 - time.time()) < 30
    await driver.close()
    await rig.stop()
    await rig.process.close()


async def test_a_meter_that_does_not_repeat_the_serial_number_is_told_apart_and_can_be_read() -> None:
    for match_serial in (True, False):
        rig = Cjt188Rig(Options(match_serial=match_serial, identifier_order="high-first"))
        whole = rig.line.answer

        def always_0(raw: bytes, whole: object = whole) -> bytes:
            assert callable(whole)
            answer = parsed(whole(raw)[2:])
            return replace(answer, data=answer.data[:2] + b"\0" + answer.data[3:]).framed()

        rig.line.answer = always_0
        await rig.start()
        driver = rig.make()
        if match_serial:
            with pytest.raises(LinkError, match=r"serial number 00 instead of 01.*match_serial = false"):
                await within(driver.connect())
        else:
            assert rig.is_right(await first(driver))
        await driver.close()
        await rig.stop()
        await rig.process.close()


async def test_settlements_are_brought_into_the_history_once() -> None:
    """D120 to D12B, each with one amount; the day is that of 8103."""
    rig = Cjt188Rig(Options(past_months=12, identifier_order="high-first"))
    rig.meter.items |= {0xD120: b"\0\x30\0\0\x2c", 0xD121: b"\0\x20\0\0\x2c", 0x8103: b"\x15"}
    await rig.start()
    driver = rig.make()
    await within(driver.connect())
    scans = [scan for _ in range(6) for scan in await within(driver.turn()) if scan.past]
    columns = rig.decoder.decode([scan.raw for scan in scans])
    assert columns.values[:, 0].tolist() == [20.0, 30.0]
    assert columns.values[:, 1].tolist() == [20000.0, 30000.0]
    assert columns.quality[0, 2:].tolist() == [Quality.BAD_NOT_READ] * 3
    for scan in scans:
        settled = datetime.fromtimestamp(scan.time_ns / 1e9 + 8 * 3600, UTC)
        assert (settled.day, settled.hour) == (15, 0)
    state = driver.state()
    await driver.close()
    later = rig.make()
    later.restore(state)
    await within(later.connect())
    assert not [scan for _ in range(4) for scan in await within(later.turn()) if scan.past]
    await later.close()
    await rig.stop()
    await rig.process.close()


async def test_starting_connecting_and_reconnecting_never_writes(rig: Cjt188Rig) -> None:
    await reads_connects_and_connects_anew(rig)
    assert {asked.function for asked in questions(rig)} == {Function.READ}


async def test_meters_share_one_connection_until_the_last_lets_go(rig: Cjt188Rig) -> None:
    one_, other = rig.on(ADDRESS), rig.on(NEIGHBOUR)
    await within(asyncio.gather(one_.connect(), other.connect()))
    assert rig.line.connections == 1
    await one_.close()
    await other.close()
    await other.close()
    await until(lambda: not rig.line.connections)


async def test_meters_are_found_by_their_addresses_and_told_apart(rig: Cjt188Rig) -> None:
    terms = Connection(host=rig.HOST, port=rig.line.port, address=ADDRESS, turnaround_s=0).line
    line = await join(rig.process.shares, terms, "search")
    await within(line.opened())
    third = "12345678901299"
    rig.meters.append(played(third))
    found = {one async for one in meters(line, 0.03)}
    assert found == {Found(ADDRESS), Found(NEIGHBOUR), Found(third)}
    rig.meters = [played("00000000000007")]
    assert [one async for one in meters(line, 0.03)] == [Found("00000000000007")]
    await leave(rig.process.shares, line, "search")


def test_what_a_heat_meter_shows_stands_where_the_standard_has_it() -> None:
    """46 bytes with identifier and serial number: CJ/T 188-2004."""
    assert max(place.at for place in HEATED.values() if place.identifier == 0x901F) + 2 + 3 == 0x2E
