"""The twin's file fills as the physics go, and the driver reads it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from drivers.database.driver import Sql
from drivers.database.schema import Condition, Connection, Options, Product, Source
from drivers.database.twin import SqlTwin, SqlTwins
from drivers.driver import Cadence
from drivers.twin import Fault
from tests.drivers.contract import Pump
from tests.drivers.plant import Process, device, point, template, until

POINTS = (
    point("kwh", Source(column="kwh"), scale=0.5),
    point("state", Source(column="state", map={"开": 1, "关": 0})),
    point("plate", Source(text="plate")),
    point("entries", Source(count=True, where=(Condition(column="way", one_of=("in",)),))),
    point("fees", Source(sum="fee")),
)
TEMPLATE = template(
    "sql", POINTS, Options(table="dbo.records", watermark="id", time="at"), period_s=0.05, timeout_s=0.5
)


class Pair:
    def __init__(self, directory: Path) -> None:
        self.process = Process()
        place = {"product": "sqlite", "file": str(directory / "twin.db")}
        self.devices = [
            device(name, TEMPLATE, Connection.model_validate({**place, "match": {"gate": name}}))
            for name in ("north", "south")
        ]
        self.twin = SqlTwin(self.devices, lambda *_: None)
        reading = template(
            "sql", POINTS, Options(table="records", watermark="id", time="at"), period_s=0.05, timeout_s=0.5
        )
        self.driver = Sql().driver(
            device("north", reading, self.devices[0].connection),
            Cadence(0.05),
            Sql().decoder(reading),
            self.process.surroundings,
        )


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    pair = Pair(tmp_path)
    pair.twin.put("north", "kwh", 10.0)
    await pair.twin.start()
    yield pair
    await pair.twin.stop()
    await pair.process.close()


async def test_what_is_put_arrives_and_counts(pair: Pair) -> None:
    pair.twin.put("north", "state", 1.0)
    pair.twin.put("north", "plate", "京A1")
    pair.twin.put("south", "kwh", 99.0)
    async with Pump(pair.driver) as pump:
        await until(lambda: bool(pump.scans))
        raw = pump.scans[-1].raw
        assert (list(raw.values[:2]), raw.texts[2]) == ([20.0, 1.0], "京A1")
        assert not any(raw.quality)
        pair.twin.put("north", "entries", 3.0)
        pair.twin.put("north", "fees", 12.5)
        await until(lambda: list(pump.scans[-1].raw.values[3:]) == [3.0, 12.5] and not pump.scans[-1].past)
        pair.twin.put("north", "fees", 15.0)
        await until(lambda: pump.scans[-1].raw.values[4] == 15.0)
        assert pair.twin.value("north", "fees") == 15.0
        assert pair.twin.value("north", "kwh") == 10.0
        assert not pump.losses


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.BUSY, Fault.FAILED])
async def test_its_faults_are_lost_links_until_they_end(pair: Pair, fault: Fault) -> None:
    async with Pump(pair.driver) as pump:
        await until(lambda: bool(pump.scans))
        pair.twin.misbehave("north", fault)
        await until(lambda: bool(pump.losses))
        pair.twin.misbehave("north", Fault.NONE)
        before = len(pump.scans)
        await until(lambda: len(pump.scans) > before)
        await pair.twin.stop()
        lost = len(pump.losses)
        await until(lambda: len(pump.losses) > lost)
        await pair.twin.start()
        before = len(pump.scans)
        await until(lambda: len(pump.scans) > before)


def test_only_files_are_played() -> None:
    connection = Connection(product=Product.MYSQL, host="h", database="d")
    with pytest.raises(OSError, match="SQLite file only"):
        SqlTwins().home(connection)
