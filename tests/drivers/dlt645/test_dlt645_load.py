"""The load profile of DL/T 645-2007 meters: records as they travel, and their way into the history."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from drivers import layout
from drivers.dlt645.driver import Dlt645Driver, MeterDecoder
from drivers.dlt645.frame import parsed
from drivers.dlt645.load_profile import LATE_S, section_of
from drivers.dlt645.played_load import record
from drivers.dlt645.schema import Options
from drivers.driver import Quality, Scan
from tests.drivers.dlt645.dlt645_rig import Dlt645Rig, of, shanghai
from tests.drivers.plant import within

REAL = "A0A01C 0500010117 992310240724 000000000000000000 0050 AAAAAAAAAAAA E1E5"
"""A meter's answer to 06000002, as published with the tool that reads it: 239.9, 241.0 and 240.7 V, 50 Hz."""
QUARTER = timedelta(minutes=15)
POINTS = (
    of("voltage-1", "voltage", phase=1),
    of("voltage-2", "voltage", phase=2),
    of("power", "power"),
    of("energy", "energy-import"),
    of("energy-1", "energy-import", tariff=1),
    of("demand", "demand"),
)


def summed(text: str) -> bytes:
    """A record with the sum that belongs to it."""
    data = bytes.fromhex(text)
    return data + bytes((sum(data) & 0xFF, 0xE5))


def test_a_record_of_a_real_meter_is_read_and_written_alike() -> None:
    real = bytes.fromhex(REAL)
    when, section = section_of(real, 1)
    assert when == datetime(2017, 1, 1, 0, 5, tzinfo=UTC)
    assert section.hex() == "992310240724" + "00" * 10 + "50"
    assert section_of(real, 4) == (when, b"")
    assert record(when, (section, b"", b"", b"", b"", b"")) == real


def test_the_section_of_a_class_is_found_whether_or_not_the_empty_ones_before_it_are_there() -> None:
    energies = "78563412 00070000 00000000 FFFFFFFF"
    head, when = "A0A0", "4507020126"
    whole = summed(f"{head} 1B {when} AAAAAA {energies} AA AAAA")
    short = summed(f"{head} 16 {when} {energies} AA")
    for data in (whole, short):
        at, section = section_of(data, 4)
        assert at == datetime(2026, 1, 2, 7, 45, tzinfo=UTC)
        assert section == bytes.fromhex(energies)
    every = summed(f"{head} 2A {when} {'11' * 17} AA AA {'22' * 8} AA AA AA {'33' * 6} AA")
    assert [len(section_of(every, kind)[1]) for kind in range(1, 7)] == [17, 0, 8, 0, 0, 6]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ("68A0" + REAL[4:], "begins with 68a0"),
        (REAL[:-2] + "16", "does not end"),
        (REAL.replace("1C", "1D", 1), "does not end"),
        (REAL[:20], "does not end"),
        ("", "begins with"),
        (REAL.replace("0500010117", "0500011317"), "month"),
    ],
)
def test_what_is_no_record_is_said(changed: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        section_of(bytes.fromhex(changed), 1)


def test_of_a_spoilt_record_only_the_time_is_believed() -> None:
    when = datetime(2017, 1, 1, 0, 5, tzinfo=UTC)
    assert section_of(bytes.fromhex(REAL.replace("E1E5", "E2E5")), 1) == (when, b"")
    assert section_of(bytes.fromhex("E0E0" + REAL[4:]), 1) == (when, b"")


class Profiled:
    """A meter with a load profile every 15 minutes, and who reads it."""

    def __init__(self, hours: int = 24) -> None:
        self.rig = Dlt645Rig(Options(load_hours=hours), points=POINTS)
        for kind in (2, 3, 5, 7):  # of classes 1, 2, 4 and 6
            self.rig.meter.items[0x04000A00 + kind] = bytes((0x15, 0))
        now = shanghai().replace(second=0, microsecond=0)
        self.newest = now - timedelta(minutes=now.minute % 15)

    async def start(self) -> None:
        await self.rig.start()
        self.driver = self.rig.make()

    def keep(self, number: int, *, back: int) -> None:
        """`number` hundredths of kWh, so many quarters of an hour before the newest record."""
        self.rig.meter.items[0x00010000] = layout.encoded(layout.fields("XXXXXX.XX")[0], number / 100)
        self.rig.meter.record_load(self.newest - back * QUARTER)

    async def brought(self, driver: Dlt645Driver, turns: int = 12) -> list[tuple[int, float]]:
        """(quarters before the newest record, energy), in the order in which they came."""
        scans = await self.scans(driver, turns)
        columns = self.rig.decoder.decode([scan.raw for scan in scans])
        return [
            (self.quarters(scan), round(float(value) * 100, 6))
            for scan, value, quality in zip(scans, columns.values[:, 3], columns.quality[:, 3], strict=True)
            if quality == Quality.GOOD
        ]

    async def scans(self, driver: Dlt645Driver, turns: int = 12) -> list[Scan]:
        await within(driver.connect())
        found: list[Scan] = []
        for _ in range(turns):
            found += [scan for scan in await within(driver.turn()) if scan.past]
        return found

    def quarters(self, scan: Scan) -> int:
        at = datetime.fromtimestamp(scan.time_ns / 1e9, UTC) + timedelta(hours=8)
        return round((self.newest - at) / QUARTER)


@pytest.fixture
async def profiled() -> AsyncIterator[Profiled]:
    made = Profiled()
    await made.start()
    yield made
    await made.driver.close()
    await made.rig.stop()
    await made.rig.process.close()


async def test_the_load_profile_comes_into_the_history_once_class_by_class_with_its_own_time(
    profiled: Profiled,
) -> None:
    for number, back in enumerate((3, 2, 1, 0), start=1):
        profiled.keep(number, back=back)
    scans = await profiled.scans(profiled.driver, turns=12)
    columns = profiled.rig.decoder.decode([scan.raw for scan in scans])
    shown = [
        (profiled.quarters(scan), [at for at in range(len(POINTS)) if row[at] == Quality.GOOD])
        for scan, row in zip(scans, columns.quality, strict=True)
    ]
    of_classes = ([0, 1], [2], [3])
    assert sorted(shown) == sorted((back, at) for back in range(4) for at in of_classes)
    assert {tuple(row[:2]) for row in columns.values.tolist() if row[0] == row[0]} == {(229.8, 230.1)}
    assert {row[2] for row in columns.values.tolist() if row[2] == row[2]} == {-3.5}
    state = profiled.driver.state()
    await profiled.driver.close()
    later = profiled.rig.make()
    later.restore(state)
    assert not await profiled.scans(later)
    await later.close()


@pytest.mark.parametrize("exact", [False, True])
async def test_it_goes_on_after_the_last_that_was_read_and_over_what_the_meter_did_not_keep(
    profiled: Profiled, *, exact: bool
) -> None:
    """Of two kinds of meter: one answers with the record at the time or after it, one with that or none."""
    profiled.rig.meter.load.exact = exact
    for back in (9, 8, 3, 1, 0):
        profiled.keep(100 - back, back=back)
    profiled.driver.restore({"load-4": (profiled.newest - 9 * QUARTER).timestamp()})
    found = await profiled.brought(profiled.driver, turns=40)
    assert found == [(8, 92), (3, 97), (1, 99), (0, 100)]


async def test_no_more_is_brought_than_the_options_say(profiled: Profiled) -> None:
    for back in range(100, -1, -1):
        profiled.keep(back, back=back)
    found = await profiled.brought(profiled.driver, turns=60)
    assert [back for back, _ in found] == list(range(96, -1, -1))


async def test_a_turn_asks_for_eight_records_at_most_however_much_is_missing(profiled: Profiled) -> None:
    for back in range(90, -1, -1):
        profiled.keep(back, back=back)
    await within(profiled.driver.connect())
    for _ in range(5):
        before = len(profiled.rig.line.asked)
        await within(profiled.driver.turn())
        asked = [parsed(raw).data[:4][::-1].hex() for raw in profiled.rig.line.asked[before:]]
        assert len([name for name in asked if name.startswith(("06", "04000a"))]) == 8


async def test_what_is_recorded_later_is_looked_for_when_it_is_due(profiled: Profiled) -> None:
    profiled.keep(1, back=1)
    assert [back for back, _ in await profiled.brought(profiled.driver)] == [1]
    profiled.keep(2, back=0)
    curves = profiled.driver._pasts[-1]._curves  # type: ignore[union-attr]
    for curve in curves:
        assert curve.due_s >= profiled.newest.timestamp() + LATE_S
        curve.due_s = 0.0
    assert [back for back, _ in await profiled.brought(profiled.driver)] == [0]


async def test_a_meter_without_a_load_profile_or_an_interval_goes_on_as_before(profiled: Profiled) -> None:
    assert not await profiled.scans(profiled.driver, turns=4)
    for kind in (2, 3, 5, 7):
        del profiled.rig.meter.items[0x04000A00 + kind]
    profiled.keep(1, back=1)
    profiled.keep(2, back=0)
    again = profiled.rig.make()
    again.restore({"load-4": (profiled.newest - 2 * QUARTER).timestamp()})
    assert [back for back, _ in await profiled.brought(again, turns=60)] == [1, 0]
    await again.close()


def test_points_that_no_class_keeps_ask_for_nothing() -> None:
    rig = Dlt645Rig(Options(load_hours=24), points=(of("energy-1", "energy-import", tariff=1),))
    assert isinstance(rig.decoder, MeterDecoder)
    assert rig.decoder.profile == ()
