"""Against a server of asyncua that is strange in ways that the standard allows."""

import asyncio
import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from config.site import Point
from drivers.driver import Cadence, Scan
from drivers.opcua.driver import OpcUa
from drivers.opcua.schema import Connection, Options, Source
from tests.drivers.contract import Pump
from tests.drivers.plant import Process, device, point, template, until, within

SERVER = Path(__file__).with_name("strange_server.py")
NODE = "nsu=urn:strange:plant;s="
PATHS = tuple(point(f"v{at}", Source(node=f"2:v{at}")) for at in range(40))
STRUCTURES = (
    point("v", Source(node=f"{NODE}inner", field="v")),
    point("x", Source(node=f"{NODE}outer", field="x")),
    point("nested", Source(node=f"{NODE}outer", field="inner.v")),
)


@contextlib.asynccontextmanager
async def strange(**tells: int) -> AsyncIterator[Connection]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SERVER), json.dumps(tells), stdin=-1, stdout=-1, stderr=asyncio.subprocess.DEVNULL
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        ready, port = (await within(process.stdout.readline())).decode().split()
        assert ready == "ready"
        yield Connection(url=f"opc.tcp://127.0.0.1:{port}", security="none", root=f"{NODE}plant")
    finally:
        process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class Shown:
    """What the scans of a device showed."""

    def __init__(self, connection: Connection, points: tuple[Point, ...], process: Process) -> None:
        self.template = template("opcua", points, Options(), period_s=0.1, timeout_s=2.0)
        self.decoder = OpcUa().decoder(self.template)
        self.driver = OpcUa().driver(
            device("plant", self.template, connection), Cadence(0.1), self.decoder, process.surroundings
        )
        self.pump = Pump(self.driver)

    def of(self, scan: Scan) -> list[Any]:
        """Values, None where the quality is not good."""
        columns = self.decoder.decode([scan.raw])
        return [
            None if quality else value
            for value, quality in zip(columns.values[0].tolist(), columns.quality[0].tolist(), strict=True)
        ]

    @property
    def last(self) -> list[Any]:
        return self.of(self.pump.scans[-1]) if self.pump.scans else []


@pytest.fixture
async def process() -> AsyncIterator[Process]:
    process = Process()
    yield process
    await process.close()


async def test_a_structure_is_not_shown_by_half_of_a_definition_that_another_asked_for(
    process: Process,
) -> None:
    """One definition is still being read when another, which holds it, is complete."""
    async with strange() as connection:
        shown = Shown(connection, STRUCTURES, process)
        async with shown.pump as pump:
            await until(lambda: shown.last == [7.0, 42.0, 7.0])
            good = [set(values) - {None} for values in zip(*map(shown.of, pump.scans), strict=True)]
            assert good == [{7.0}, {42.0}, {7.0}]


@pytest.mark.parametrize("at_once", [1, 2, 7])
async def test_a_server_that_takes_little_at_once_without_saying_so_is_asked_for_less(
    at_once: int, process: Process
) -> None:
    async with strange(at_once=at_once) as connection:
        shown = Shown(connection, PATHS, process)
        async with shown.pump as pump:
            await until(lambda: bool(pump.scans or pump.losses))
            assert not pump.losses
            await until(lambda: shown.last == [*map(float, range(40))])
            await within(shown.driver.write(3, 33))
            await until(lambda: shown.last[3] == 33.0)


async def test_what_a_server_left_out_of_its_results_is_asked_for_again(process: Process) -> None:
    async with strange(items=7) as connection:
        shown = Shown(connection, PATHS, process)
        async with shown.pump as pump:
            await until(lambda: shown.last == [*map(float, range(40))])
            assert not pump.losses
