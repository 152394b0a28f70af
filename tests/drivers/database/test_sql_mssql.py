"""SQL Server, as far as its protocol can be played: what is sent, what comes back, what is refused."""

from collections.abc import AsyncIterator

import pytest

from drivers.database.driver import Sql
from drivers.database.schema import Connection, Options, Product, Source
from drivers.driver import Cadence, Driver
from tests.drivers.contract import Pump
from tests.drivers.database.sql_rig import OPTIONS
from tests.drivers.database.tds_stand_in import StandIn
from tests.drivers.plant import Process, device, point, template, until

PASSWORD = "Pass 口令 'word'"
POINTS = (
    point("kwh", Source(column="kwh")),
    point("plate", Source(text="plate")),
    point("rows", Source(count=True)),
    point("writable", Source.model_validate({"fact": "writable"})),
    point("fee", Source(sum="fee")),
)


class Rig:
    def __init__(self) -> None:
        self.process = Process(secrets={"parking-password": PASSWORD})
        self.server = StandIn(PASSWORD)
        self.server.base.executescript(
            "CREATE TABLE records (id INTEGER PRIMARY KEY, gate, kwh REAL, plate TEXT, fee TEXT, at TEXT);"
            "INSERT INTO records VALUES (1, '东门', 12.5, '京A·12345', '5.00', '2026-01-01 10:00:00.123')"
        )

    def of(self, options: Options, gate: str = "东门") -> Driver:
        made = template("sql", POINTS, options, period_s=0.05, timeout_s=2)
        connection = Connection(
            product=Product.MSSQL, host="127.0.0.1", port=self.server.port, database="parking",
            user="reader", password="parking-password", connect_timeout_s=5, match={"gate": gate},
        )  # fmt: skip
        return Sql().driver(
            device("m", made, connection), Cadence(0.05), Sql().decoder(made), self.process.surroundings
        )


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    rig = Rig()
    await rig.server.start()
    yield rig
    await rig.server.stop()
    rig.server.close()
    await rig.process.close()


@pytest.mark.parametrize(
    "options",
    [
        OPTIONS.model_copy(update={"table": "dbo.records", "time": "at"}),
        Options(table="dbo.records", watermark="at", by="time", key=("id",), zone="UTC", overlap=60),
    ],
)
async def test_rows_are_read_with_their_types_and_nothing_is_written(rig: Rig, options: Options) -> None:
    async with Pump(rig.of(options)) as pump:
        await until(lambda: bool(pump.scans) or bool(pump.losses))
        assert not pump.losses
        raw = pump.scans[-1].raw
        assert (raw.values[0], raw.texts[1], raw.values[3]) == (12.5, "京A·12345", 0)
        rig.server.base.execute(
            "INSERT INTO records VALUES (2, '东门', 13.5, NULL, '7.25', '2026-01-01 10:00:01.456')"
        )
        rig.server.base.execute("INSERT INTO records VALUES (3, '西门', 1, 'x', NULL, '2026-01-01 10:00:02')")
        await until(lambda: pump.scans[-1].raw.values[2] == 1 and not pump.scans[-1].past)
        assert pump.scans[-1].raw.values[0] == 13.5
        assert pump.scans[-1].raw.values[4] == 7.25
        past = [scan for scan in pump.scans if scan.past]
        assert [scan.time_ns % 10**9 // 10**6 for scan in past] == [456]
        assert not pump.losses
    asked = " ".join(rig.server.statements)
    assert "SELECT TOP 1000" in asked
    assert "LOCK_TIMEOUT" in asked
    for word in ("INSERT ", "UPDATE ", "DELETE "):
        assert word not in asked


async def test_it_says_what_the_server_said_and_comes_back(rig: Rig) -> None:
    options = OPTIONS.model_copy(update={"table": "dbo.elsewhere", "time": "at"})
    async with Pump(rig.of(options)) as pump:
        await until(lambda: bool(pump.losses))
        assert "Invalid object name" in pump.losses[0]
        rig.server.base.execute("ALTER TABLE records RENAME TO elsewhere")
        await until(lambda: bool(pump.scans))
        lost = len(pump.losses)
        await rig.server.stop()
        await until(lambda: len(pump.losses) > lost)
        await rig.server.start()
        before = len(pump.scans)
        await until(lambda: len(pump.scans) > before + 2)


async def test_a_wrong_password_is_refused_and_never_shown(rig: Rig) -> None:
    rig.process.secrets["parking-password"] = "geheim-4711"
    async with Pump(rig.of(OPTIONS)) as pump:
        await until(lambda: bool(pump.losses))
        assert "Login failed" in pump.losses[0]
        assert not any("geheim" in said for said in pump.losses)
