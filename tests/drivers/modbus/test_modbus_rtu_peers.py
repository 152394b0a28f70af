"""Modbus RTU against servers that are not ours: pymodbus, which is the twin, and libmodbus."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from drivers.driver import Cadence, Driver
from drivers.modbus.driver import Modbus
from drivers.modbus.registers import Kind, Table
from drivers.modbus.schema import Connection, Framing, Options, Source
from drivers.modbus.twin import ModbusTwin, ModbusTwins
from tests.drivers.contract import Ailment, Pump, comes_back
from tests.drivers.modbus.modbus_rig import POINTS, TwinRig
from tests.drivers.plant import Process, device, point, template, until, within
from tests.drivers.serial_line import Cable

LIBMODBUS = Path(__file__).with_name("libmodbus_server.py")
TIMEOUT_S = 1.0


class RtuTwinRig(TwinRig):
    """The twin behind a serial server, or at the far end of a cable."""

    TIMEOUT_S = 0.4

    def __init__(self, folder: Path | None) -> None:
        super().__init__()
        self.cable = Cable(folder) if folder else None

    async def start(self) -> None:
        if self.cable is not None:
            await self.cable.plug()
        await super().start()

    async def stop(self) -> None:
        await super().stop()
        if self.cable is not None:
            await self.cable.pull()

    def connection(self, *, far: bool) -> Connection:
        if self.cable is not None:
            return Connection(serial=self.cable.theirs if far else self.cable.ours)
        return Connection(host="127.0.0.1", port=self.port or 502, framing=Framing.RTU)


@pytest.mark.parametrize("ailment", RtuTwinRig.AILMENTS)
async def test_against_pymodbus_behind_a_serial_server_it_comes_back_when_the_device(
    ailment: Ailment,
) -> None:
    await comes_back(RtuTwinRig(None), ailment)


@pytest.mark.parametrize("ailment", RtuTwinRig.AILMENTS)
async def test_against_pymodbus_on_a_serial_port_it_comes_back_when_the_device(
    ailment: Ailment, tmp_path: Path
) -> None:
    await comes_back(RtuTwinRig(tmp_path), ailment)


async def test_units_of_a_twin_share_its_line_and_hear_what_is_written(tmp_path: Path) -> None:
    cable, process, made = (
        Cable(tmp_path),
        Process(),
        template("modbus", POINTS, Options(), timeout_s=TIMEOUT_S),
    )
    heard: list[tuple[str, str, float | str]] = []
    await cable.plug()
    units = range(1, 6)
    twin = ModbusTwin(
        [device(f"d{unit}", made, Connection(serial=cable.theirs, unit=unit)) for unit in units],
        lambda *write: heard.append(write),
    )
    for unit in units:
        twin.put(f"d{unit}", "r0", unit)
    await twin.start()
    decoder = Modbus().decoder(made)
    drivers = [
        Modbus().driver(
            device(f"d{unit}", made, Connection(serial=cable.ours, unit=unit)), Cadence(0.1), decoder,
            process.surroundings,
        )
        for unit in units
    ]  # fmt: skip
    async with contextlib.AsyncExitStack() as stack:
        pumps = [await stack.enter_async_context(Pump(driver)) for driver in drivers]
        await until(lambda: all(len(pump.scans) >= 3 for pump in pumps))
        await within(asyncio.gather(*(driver.write(1, 70 + at) for at, driver in enumerate(drivers))))
        shown = [decoder.decode([pump.scans[-1].raw]).values[0, 0] for pump in pumps]
        assert not any(pump.losses for pump in pumps)
    assert shown == list(units)
    assert sorted(heard) == [(f"d{unit}", "r1", 69.0 + unit) for unit in units]
    await twin.stop()
    await process.close()
    await cable.pull()


def test_twins_on_one_port_are_one() -> None:
    twins = ModbusTwins()
    port = Connection(serial="/dev/ttyS7", unit=1)
    assert twins.home(port) == twins.home(port.model_copy(update={"unit": 2})) == "/dev/ttyS7"
    assert twins.home(Connection(host="h", port=4001, framing=Framing.RTU)) == ("h", 4001)


class Foreign:
    """libmodbus at the far end of a cable; by `server` also behind a TCP port, as a serial server does it."""

    def __init__(self, folder: Path) -> None:
        self.cable = Cable(folder)
        self.process = Process()
        self.template = template(
            "modbus",
            (
                *(point(f"r{at}", Source(address=at)) for at in range(10)),
                point("wide", Source(address=20, type=Kind.UINT32)),
                point("lamp", Source(table=Table.COIL, address=0)),
            ),
            Options(mask_write=True),
            timeout_s=TIMEOUT_S,
        )
        self.decoder = Modbus().decoder(self.template)
        self._programs: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        await self.cable.plug()
        pipe = asyncio.subprocess.PIPE
        server = await asyncio.create_subprocess_exec(
            sys.executable, str(LIBMODBUS), self.cable.theirs, "7", stdout=pipe
        )
        self._programs.append(server)
        assert server.stdout is not None
        assert await within(server.stdout.readline()) == b"serves\n"

    async def stop(self) -> None:
        for program in self._programs:
            program.kill()
            await program.wait()
        await self.process.close()
        await self.cable.pull()

    async def serial_server(self) -> int:
        """The port's other end as a TCP port; a serial server with a driver nobody here has written."""
        with contextlib.closing(await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)) as probe:
            port = int(probe.sockets[0].getsockname()[1])
        listen = f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork"
        server = await asyncio.create_subprocess_exec("socat", listen, f"{self.cable.ours},raw,echo=0")
        self._programs.append(server)
        return port

    def driver(self, connection: Connection) -> Driver:
        made = device("d", self.template, connection)
        return Modbus().driver(made, Cadence(0.05), self.decoder, self.process.surroundings)


@pytest.fixture
async def foreign(tmp_path: Path) -> AsyncIterator[Foreign]:
    foreign = Foreign(tmp_path)
    await foreign.start()
    yield foreign
    await foreign.stop()


@pytest.mark.parametrize("over", ["port", "server"])
async def test_libmodbus_is_read_and_written(foreign: Foreign, over: str) -> None:
    connection = Connection(serial=foreign.cable.ours, unit=7)
    if over == "server":
        port = await foreign.serial_server()
        connection = Connection(host="127.0.0.1", port=port, unit=7, framing=Framing.RTU)
    driver = foreign.driver(connection)
    async with Pump(driver) as pump:
        await until(lambda: len(pump.scans) >= 5)
        columns = foreign.decoder.decode([pump.scans[-1].raw])
        assert columns.values[0].tolist() == [*range(10), 20 << 16 | 21, 1]
        await within(driver.write(3, 777))
        await within(driver.write(10, 70000))
        await within(driver.write(11, 0))
        seen = len(pump.scans)
        await until(lambda: len(pump.scans) >= seen + 2)
        columns = foreign.decoder.decode([pump.scans[-1].raw])
    assert columns.values[0].tolist() == [0, 1, 2, 777, *range(4, 10), 70000, 0]
    if over == "port":
        assert not pump.losses


async def test_what_libmodbus_does_not_have_is_isolated(foreign: Foreign) -> None:
    points = (*foreign.template.points, point("beyond", Source(address=300)))
    foreign.template = replace(foreign.template, points=points)
    foreign.decoder = Modbus().decoder(foreign.template)
    async with Pump(foreign.driver(Connection(serial=foreign.cable.ours, unit=7))) as pump:

        def isolated() -> bool:
            quality = foreign.decoder.decode([pump.scans[-1].raw]).quality[0] if pump.scans else [1]
            return list(quality) == [0] * 12 + [0x88]

        await until(isolated)
    assert not pump.losses
