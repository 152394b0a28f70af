"""The profiles of databases read what such systems write (S0-5.e, S0-5.g, S0-5.h, M05, M07, K17)."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from drivers.database.driver import Sql
from drivers.driver import Cadence
from tests.drivers.contract import Pump
from tests.drivers.plant import Process, until
from tests.drivers.small_site import small_site

DEVICE = """
[[device]]
id = "d"
name = {{zh = "设备", en = "D"}}
profile = "{profile}"
subsystem = "s"
zone = "z"
connection = {{product = "sqlite", file = "{file}", match = {match}}}
parameters = {parameters}
"""
CASES = {
    "sql-parking": (
        "进出记录 (id INTEGER PRIMARY KEY, pass_time TEXT, plate_no TEXT, direction INT, gate, fee)",
        '{gate = "东门"}',
        '{table = "进出记录", in_word = 1, out_word = 2}',
        (
            "('2026-01-01 08:00:00', '京A1', 1, '东门', NULL)",
            "('2026-01-01 08:01:00', '京A2', 1, '西门', NULL)",
            "('2026-01-01 09:00:00', '京A1', 2, '东门', '12.50')",
            "('2026-01-01 09:00:00', '京A1', 2, '东门', '12.50')",
        ),
        {"entries": 1, "exits": 1, "fees": 12.5, "last-in": "京A1", "last-out": "京A1", "last-fee": 12.5},
    ),
    "sql-one-card": (
        "door_event (id INTEGER PRIMARY KEY, event_time TEXT, door_no TEXT, card_no, person_name, result)",
        '{door_no = "A-1"}',
        "{}",
        (
            "('2026-01-01 08:00:00', 'A-1', '7', '张三', '允许')",
            "('2026-01-01 08:00:01', 'A-1', '8', '李四', '拒绝')",
            "('2026-01-01 08:00:02', 'A-2', '7', '张三', '允许')",
        ),
        {"granted": 1, "refused": 1, "duress": 0, "last-person": "李四", "last-result": "拒绝"},
    ),
    "sql-energy-meter": (
        "meter_reading (id INTEGER PRIMARY KEY, read_time TEXT, meter_no TEXT, kwh REAL, kw REAL)",
        '{meter_no = "M-1"}',
        "{stale_min = 0}",
        ("('2026-01-01 08:00:00', 'M-1', 1000.5, 12)", "('2026-01-01 08:15:00', 'M-1', 1003.5, 12.5)"),
        {"energy": 1003.5, "power": 12.5, "read-at": "2026-01-01 08:15:00", "restarts": 0, "writable": 1},
    ),
}


@pytest.mark.parametrize("profile", CASES)
async def test_a_profile_reads_what_such_a_system_writes(tmp_path: Path, profile: str) -> None:
    made, match, parameters, rows, shown = CASES[profile]
    file = tmp_path / "system.db"
    table = made.split()[0]
    with closing(sqlite3.connect(file, isolation_level=None)) as base:
        base.execute(f"CREATE TABLE {made}")
        text = DEVICE.format(profile=profile, file=file, match=match, parameters=parameters)
        device = small_site(tmp_path, text).devices["d"]
        process, decoder = Process(), Sql().decoder(device.template)
        driver = Sql().driver(device, Cadence(0.05), decoder, process.surroundings)
        points = device.template.index
        async with Pump(driver) as pump:
            await until(lambda: bool(pump.scans))
            columns = ", ".join(part.strip(")").split()[0] for part in made.partition("(")[2].split(",")[1:])
            for row in rows:
                base.execute(f"INSERT INTO {table} ({columns}) VALUES {row}")

            def found() -> dict[str, object]:
                raw = next(scan for scan in reversed(pump.scans) if not scan.past).raw
                return {
                    name: raw.texts[points[name]] if points[name] in raw.texts else raw.values[points[name]]
                    for name in shown
                }

            await until(lambda: found() == shown)
            assert not pump.losses
        await process.close()
