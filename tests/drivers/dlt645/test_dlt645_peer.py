"""Against an implementation of DL/T 645-2007 that is not ours, both ways."""

import pytest

from benchmarks.ports import free_port
from drivers.dlt645.discovery import meters
from drivers.dlt645.driver import Dlt645
from drivers.dlt645.edition_2007 import EDITION_2007
from drivers.dlt645.schema import Connection, Options
from drivers.dlt645.twin import Dlt645Twin
from drivers.driver import Cadence, Quality
from drivers.line import join, leave
from drivers.search import Found
from tests.drivers.contract import Pump
from tests.drivers.dlt645.dlt645_peer import METER, READER, line, running
from tests.drivers.dlt645.dlt645_rig import ADDRESS, of
from tests.drivers.plant import Process, device, template, until, within

AS_IT_TRAVELS = bytes.fromhex(ADDRESS)[::-1].hex()
"""How the foreign package wants an address to be written."""
POINTS = (
    of("combined", "energy"),
    of("energy", "energy-import"),
    of("voltage", "voltage", phase=1),
    of("power", "power"),
    of("frequency", "frequency"),
    of("trips", "trips"),
)


@pytest.mark.timeout(600)
async def test_a_foreign_meter_is_read_and_found() -> None:
    """C27: what it does not know (a fee-controlled identifier) is missing alone."""
    process = Process()
    made_from = template("dlt645", POINTS, Options(), period_s=0.05, timeout_s=2.0)
    decoder = Dlt645().decoder(made_from)
    async with running(METER, AS_IT_TRAVELS) as peer:
        port = int(await within(line(peer)))
        connection = Connection(host="127.0.0.1", port=port, address=ADDRESS)
        driver = Dlt645().driver(
            device("peer", made_from, connection), Cadence(0.05), decoder, process.surroundings
        )
        async with Pump(driver) as pump:
            await until(lambda: len(pump.scans) >= 3)
        columns = decoder.decode([pump.scans[-1].raw])
        assert columns.values[0, :5].tolist() == [12345.67, 23456.78, 229.8, -3.5, 49.98]
        assert columns.quality[0].tolist() == [0] * 5 + [Quality.BAD_ADDRESS]
        assert not pump.losses
        joined = await join(process.shares, connection.line, "search")
        await within(joined.opened())
        assert [found async for found in meters(joined, EDITION_2007, 2.0)] == [Found(ADDRESS)]
        await leave(process.shares, joined, "search")
    await process.close()


@pytest.mark.timeout(600)
async def test_a_foreign_reader_reads_the_twin() -> None:
    made_from = template("dlt645", POINTS, Options())
    twin = Dlt645Twin(
        [device("played", made_from, Connection(host="127.0.0.1", port=1, address=ADDRESS))], lambda *_: None
    )
    for name, value in (("energy", 4321.09), ("voltage", 231.5), ("power", -0.25)):
        twin.put("played", name, value)
    port = await twin.start(free_port())
    async with running(READER, AS_IT_TRAVELS, str(port)) as peer:
        told = [await within(line(peer)) for _ in range(5)]
    await twin.stop()
    assert told == [AS_IT_TRAVELS, "4321.09", "231.5", "-0.25", "None"]
