"""What becomes of rows: each counts once, whenever and however often it comes (S0-5.e, S0-5.g, K17)."""

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from drivers.database.driver import SqlDriver
from drivers.database.schema import Options, Product, Source
from drivers.driver import Quality, WriteError
from tests.drivers.contract import Pump
from tests.drivers.database.sql_entries import (
    ENTRIES,
    RESTARTS,
    ROWS,
    SUM,
    live,
    plate,
    settled,
    values,
)
from tests.drivers.database.sql_rig import OPTIONS, FileRig, PeerRig, row, table
from tests.drivers.database.sql_servers import Mariadb, Peer
from tests.drivers.plant import point, until, within

KEYED = OPTIONS.model_copy(update={"key": ("plate", "taken_at")})


async def test_rows_are_counted_and_summed_from_the_first_connection_on(peer: Peer) -> None:
    rig = PeerRig(peer)
    await rig.start()
    try:
        async with Pump(rig.of(points=ENTRIES)) as pump:
            await until(lambda: bool(pump.scans))
            assert (values(pump)[ROWS], plate(pump)) == (0, "京A12345")
            await asyncio.to_thread(
                peer.execute, row(kwh=5, plate="粤B1"), row(meter="B-2", kwh=100), row(kwh=7, plate="粤B2")
            )
            await until(lambda: values(pump)[ROWS] == 2)
            await settled(pump)
            assert values(pump)[:3] == [2, 2, 12]
            assert plate(pump) == "粤B2"
            assert not pump.losses
    finally:
        await rig.stop()
        await rig.process.close()


async def test_rows_keep_their_own_time_in_the_history(file: FileRig) -> None:
    """M07: what the other system recorded is neither of now nor lost."""
    async with Pump(file.of(points=ENTRIES)) as pump:
        await until(lambda: bool(pump.scans))
        file.execute(row(kwh=1, at="2026-01-01 10:15:00"), row(kwh=2, at="2026-01-01 10:30:00"))
        await until(lambda: values(pump)[ROWS] == 2)
    past = [scan for scan in pump.scans if scan.past]
    times = [datetime.fromtimestamp(scan.time_ns / 1e9, UTC).strftime("%H:%M") for scan in past]
    assert times == ["10:15", "10:30"]
    assert [scan.raw.values[SUM] for scan in past] == [1, 3]


async def test_rows_that_come_late_with_lower_numbers_are_counted_once(file: FileRig) -> None:
    async with Pump(file.of(points=ENTRIES)) as pump:
        await until(lambda: bool(pump.scans))
        insert = "INSERT INTO readings (id, meter, kwh, plate, taken_at) VALUES ({0}, 'A-101', 1, 'x', '{1}')"
        file.execute(insert.format(50, "2026-01-01 12:00:00"))
        await until(lambda: values(pump)[ROWS] == 1)
        file.execute(insert.format(30, "2026-01-01 11:00:00"), insert.format(49, "2026-01-01 11:59:00"))
        await until(lambda: values(pump)[ROWS] == 3)
        await settled(pump)
        assert values(pump)[ROWS] == 3


async def test_a_row_inserted_again_with_a_new_number_is_counted_once(file: FileRig) -> None:
    async with Pump(file.of(points=ENTRIES, options=KEYED)) as pump:
        await until(lambda: bool(pump.scans))
        file.execute(row(kwh=5, plate="粤B1", at="2026-01-01 11:00:00"))
        await until(lambda: values(pump)[ROWS] == 1)
        file.execute(row(kwh=6, plate="粤B1", at="2026-01-01 11:00:00"), row(kwh=1, plate="粤B9"))
        await until(lambda: values(pump)[ROWS] == 2)
        await settled(pump)
        assert values(pump)[:3] == [2, 1, 6]


async def test_a_table_that_begins_anew_is_noticed_and_read_from_its_beginning(peer: Peer) -> None:
    rig = PeerRig(peer)
    await rig.start()
    try:
        async with Pump(rig.of(points=ENTRIES)) as pump:
            await until(lambda: bool(pump.scans))
            await asyncio.to_thread(
                peer.execute, row(at="2026-01-02 10:00:00"), row(at="2026-01-02 10:00:01")
            )
            await until(lambda: values(pump)[ROWS] == 2)
            again = "TRUNCATE TABLE readings"
            if peer.product is Product.POSTGRESQL:
                again += " RESTART IDENTITY"
            await asyncio.to_thread(
                peer.execute, again, row(plate="新1", at="2026-01-03 10:00:00"), row(at="2026-01-03 10:00:00")
            )
            await until(lambda: values(pump)[RESTARTS] == 1)
            await until(lambda: values(pump)[ROWS] == 4)
            await asyncio.to_thread(peer.execute, row(plate="新2", at="2026-01-03 10:00:02"))
            await until(lambda: values(pump)[ROWS] == 5)
            await settled(pump)
            assert (values(pump)[ROWS], values(pump)[RESTARTS], plate(pump)) == (5, 1, "新2")
            assert not pump.losses
    finally:
        await rig.stop()
        await rig.process.close()


@pytest.mark.parametrize("same_process", [True, False])
async def test_a_table_that_begins_anew_while_nobody_reads_it_counts_whole(
    file: FileRig, *, same_process: bool
) -> None:
    """The newest row is shown before the others are read, and makes none of them an old one."""
    driver = file.of(points=ENTRIES)
    assert isinstance(driver, SqlDriver)
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        file.execute(*(row(at=f"2026-01-02 10:0{minute}:00") for minute in range(5)))
        await until(lambda: values(pump)[ROWS] == 5)
    state = dict(driver.state())
    again = ("2026-01-02 10:01:00", "2026-01-03 09:00:00", "2026-01-03 10:00:00", "2026-01-03 10:00:00")
    file.execute("DELETE FROM readings", "DELETE FROM sqlite_sequence", *(row(at=at) for at in again))
    if not same_process:
        driver = file.of(points=ENTRIES)
        assert isinstance(driver, SqlDriver)
        driver.restore(state)
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        await settled(pump)
        assert (values(pump)[ROWS], values(pump)[RESTARTS]) == (8, 1)  # one of the new rows is an old one


@pytest.mark.parametrize("timed", [True, False])
async def test_a_table_restored_from_an_older_copy_counts_nothing_twice(
    file: FileRig, tmp_path: Path, *, timed: bool
) -> None:
    options = OPTIONS if timed else OPTIONS.model_copy(update={"time": ""})
    async with Pump(file.of(points=ENTRIES, options=options)) as pump:
        await until(lambda: bool(pump.scans))
        file.execute(*(row(at=f"2026-01-02 10:{minute:02}:00") for minute in range(30)))
        await until(lambda: values(pump)[ROWS] == 30)
        shutil.copy(file.file, tmp_path / "copy.db")
        file.execute(*(row(at=f"2026-01-02 11:{minute:02}:00") for minute in range(10)))
        await until(lambda: values(pump)[ROWS] == 40)
        (tmp_path / "copy.db").replace(file.file)
        await until(lambda: values(pump)[RESTARTS] == 1)
        await settled(pump)
        assert values(pump)[ROWS] == 40
        file.execute(row(at="2026-01-02 12:00:00", plate="后来"))
        await until(lambda: values(pump)[ROWS] == 41)
        await settled(pump)
        assert (values(pump)[ROWS], plate(pump)) == (41, "后来")


@pytest.mark.parametrize("kept", [True, False])
async def test_counts_go_on_after_a_restart_of_the_process(file: FileRig, *, kept: bool) -> None:
    """Without its state, as after a kill before it was kept, the rows since are those of the older state."""
    driver = file.of(points=ENTRIES)
    assert isinstance(driver, SqlDriver)
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        file.execute(row())
        await until(lambda: values(pump)[ROWS] == 1)
        state = dict(driver.state())
        file.execute(row())
        await until(lambda: values(pump)[ROWS] == 2)
        if kept:
            state = dict(driver.state())
    assert all(isinstance(value, float) for value in state.values())
    file.execute(row(), row(plate="最后"))
    successor = file.of(points=ENTRIES)
    assert isinstance(successor, SqlDriver)
    successor.restore(state)
    async with Pump(successor) as pump:
        await until(lambda: bool(pump.scans) and values(pump)[ROWS] == 4)
        await settled(pump)
        assert (values(pump)[ROWS], plate(pump)) == (4, "最后")


async def test_the_state_of_another_table_keeps_the_counts_only(file: FileRig) -> None:
    file.execute(*table(Product.SQLITE, "others"))
    driver = file.of(points=ENTRIES, options=OPTIONS.model_copy(update={"table": "others"}))
    assert isinstance(driver, SqlDriver)
    driver.restore({"total.rows": 7.0, "position": 99.0, "began": 1.0, "table": 5.0, "known.1.1": 4.0})
    async with Pump(driver) as pump:
        await until(lambda: bool(pump.scans))
        file.execute(row("others"))
        await until(lambda: values(pump)[ROWS] == 8)
        assert values(pump)[RESTARTS] == 0


async def test_what_was_there_before_counts_where_the_profile_says_so(file: FileRig) -> None:
    file.execute(*(row(at=f"2026-01-01 10:{minute:02}:00") for minute in range(25)))
    options = OPTIONS.model_copy(update={"begin": "start", "batch": 10})
    async with Pump(file.of(points=ENTRIES, options=options)) as pump:
        await until(lambda: bool(pump.scans) and values(pump)[ROWS] == 26)
        await settled(pump)
        assert values(pump)[ROWS] == 26


async def test_a_time_may_be_the_watermark_and_be_shared_by_more_rows_than_a_batch(peer: Peer) -> None:
    rig = PeerRig(peer)
    await rig.start()
    options = Options(
        table="readings", watermark="taken_at", by="time", key=("id",), zone="UTC", overlap=60, batch=10
    )
    try:
        async with Pump(rig.of(points=ENTRIES, options=options)) as pump:
            await until(lambda: bool(pump.scans))
            await asyncio.to_thread(peer.execute, *(row(at="2026-01-02 10:00:00") for _ in range(45)))
            await until(lambda: values(pump)[ROWS] == 45)
            await asyncio.to_thread(
                peer.execute, row(at="2026-01-02 10:00:01"), row(at="2026-01-02 09:59:30", plate="晚到")
            )
            await until(lambda: values(pump)[ROWS] == 47)
            await settled(pump)
            assert values(pump)[ROWS] == 47
            assert not pump.losses
    finally:
        await rig.stop()
        await rig.process.close()


async def test_rows_stamped_years_ahead_hide_none_that_come_after_them(peer: Peer) -> None:
    rig = PeerRig(peer)
    await rig.start()
    options = Options(table="readings", watermark="taken_at", by="time", key=("id",), zone="UTC", overlap=60)
    ahead = row(at="2098-01-01 00:00:00", plate="钟坏了")
    try:
        await asyncio.to_thread(peer.execute, ahead)
        async with Pump(rig.of(points=ENTRIES, options=options)) as pump:
            await until(lambda: bool(pump.scans))
            assert plate(pump) == "京A12345"
            await asyncio.to_thread(peer.execute, ahead, row(at="2026-01-02 10:00:00", plate="粤B1"))
            await until(lambda: values(pump)[ROWS] == 1)
            await asyncio.to_thread(peer.execute, row(at="2026-01-02 10:05:00", plate="粤B2"))
            await until(lambda: plate(pump) == "粤B2")
            assert values(pump)[ROWS] == 2
            assert values(pump)[RESTARTS] == 0
            assert not pump.losses
    finally:
        await rig.stop()
        await rig.process.close()


@pytest.mark.parametrize(
    "written", ["2026-01-02T10:00:{:02}.5", "2026/01/02 10:00:{:02}", "202601021000{:02}"]
)
async def test_a_time_may_be_the_watermark_as_a_text(file: FileRig, written: str) -> None:
    file.execute("DELETE FROM readings", row(at=written.format(1)))
    options = Options(
        table="readings", watermark="taken_at", by="time", key=("plate",), zone="UTC", overlap=5, batch=10
    )
    async with Pump(file.of(points=ENTRIES, options=options)) as pump:
        await until(lambda: bool(pump.scans))
        file.execute(*(row(at=written.format(at), plate=f"P{at}") for at in range(2, 60)))
        await until(lambda: values(pump)[ROWS] == 58)
        await settled(pump)
        assert values(pump)[ROWS] == 58
        assert not pump.losses


async def test_a_query_may_stand_in_the_place_of_a_table(peer: Peer) -> None:
    rig = PeerRig(peer)
    await rig.start()
    query = (
        "SELECT r.id, r.meter, r.kwh * 2 AS kwh, r.plate, r.taken_at FROM readings r"
        " WHERE r.id >= :watermark AND r.plate LIKE '%1%' ORDER BY r.id LIMIT :limit"
    )
    options = Options(query=query, watermark="id", time="taken_at", zone="UTC")
    try:
        async with Pump(rig.of(points=ENTRIES, options=options)) as pump:
            await until(lambda: bool(pump.scans) and values(pump)[ROWS] == 1)
            await asyncio.to_thread(peer.execute, row(kwh=3, plate="粤B1"), row(plate="粤B2"))
            await until(lambda: values(pump)[ROWS] == 2)
            assert values(pump)[SUM] == 2 * 1234.5 + 6
            assert not pump.losses
    finally:
        await rig.stop()
        await rig.process.close()


async def test_fifty_devices_of_a_table_cost_one_reading_a_period(mariadb: Mariadb) -> None:
    rig = PeerRig(mariadb)
    await rig.start()
    options = OPTIONS.model_copy(update={"begin": "start"})
    try:
        await asyncio.to_thread(mariadb.execute, *(row(meter=f"M-{at}", kwh=at) for at in range(50)))
        drivers = [
            rig.of(f"m-{at}", points=ENTRIES, options=options, match={"meter": f"M-{at}"}) for at in range(50)
        ]
        pumps = [Pump(driver) for driver in drivers]
        try:
            for pump in pumps:
                await pump.__aenter__()
            await until(lambda: all(pump.scans and values(pump)[ROWS] == 1 for pump in pumps))
            before, seen = await asyncio.to_thread(selects, mariadb), [len(pump.scans) for pump in pumps]
            await until(
                lambda: all(len(pump.scans) >= had + 10 for pump, had in zip(pumps, seen, strict=True))
            )
            asked = await asyncio.to_thread(selects, mariadb) - before
            scans = sum(len(pump.scans) for pump in pumps) - sum(seen)
            assert [values(pump)[SUM] for pump in pumps] == list(range(50))
            assert not any(pump.losses for pump in pumps)
            assert asked < scans / 10, f"{asked} statements for {scans} scans"
            assert len(rig.wire.open) <= 4
        finally:
            for pump in pumps:
                await pump.__aexit__()
    finally:
        await rig.stop()
        await rig.process.close()


def selects(server: Mariadb) -> int:
    with server.connection() as connection, connection.cursor() as cursor:
        cursor.execute("SHOW GLOBAL STATUS LIKE 'Com_select'")
        found: Any = cursor.fetchone()
        return int(found[1])


async def test_a_column_that_is_not_there_spoils_its_own_points_only(file: FileRig) -> None:
    points = (*ENTRIES, point("none", Source(column="nowhere")))
    async with Pump(file.of(points=points)) as pump:
        await until(lambda: bool(pump.scans))
        assert live(pump).raw.quality[-1] == Quality.BAD_ADDRESS
        assert live(pump).raw.quality[ROWS] == Quality.GOOD
        assert not pump.losses


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"table": "nowhere"}, "no such table"),
        ({"watermark": "nr"}, "has no column nr; it has id, kwh, meter, plate, state, taken_at"),
        ({"watermark": "plate"}, "watermark plate holds '京A12345', not a number"),
    ],
)
async def test_what_cannot_be_read_says_why(file: FileRig, changed: dict[str, str], said: str) -> None:
    async with Pump(file.of(options=OPTIONS.model_copy(update=changed))) as pump:
        await until(lambda: bool(pump.losses))
        assert said in pump.losses[0]


async def test_a_match_on_a_column_that_is_not_there_says_why(file: FileRig) -> None:
    async with Pump(file.of(match={"meter_no": "A-101"})) as pump:
        await until(lambda: bool(pump.losses))
        assert "has no column meter_no" in pump.losses[0]


async def test_old_rows_are_shown_as_stale_where_the_profile_says_when(file: FileRig) -> None:
    async with Pump(file.of(options=OPTIONS.model_copy(update={"stale_s": 3600.0}))) as pump:
        await until(lambda: bool(pump.scans))
        assert list(live(pump).raw.quality) == [Quality.UNCERTAIN_STALE] * 3 + [Quality.GOOD]
        file.execute(row(kwh=3, at=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")))
        await until(lambda: live(pump).raw.values[0] == 3)
        assert list(live(pump).raw.quality[:2]) == [Quality.GOOD, Quality.BAD_SENSOR_FAULT] or not any(
            live(pump).raw.quality
        )


async def test_a_database_is_never_written_to(file: FileRig) -> None:
    driver = file.of()
    await within(driver.connect())
    with pytest.raises(WriteError, match="only read"):
        await driver.write(0, 5)
    await driver.close()
    await driver.close()
