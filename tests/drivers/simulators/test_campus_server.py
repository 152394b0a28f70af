"""The whole campus over real sockets, read and written by the real driver of each protocol."""

import asyncio
import itertools
import re
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from benchmarks.ports import free_port
from config.site import Device, Point, Site
from drivers import DRIVERS, SCHEMAS
from drivers.driver import Cadence, Columns, Decoder, Driver, LinkError
from drivers.modbus.schema import Connection
from drivers.simulators import Campus, CampusServer, campus_of
from drivers.simulators.faults import GATEWAY, SILENT, Fault
from tests.drivers.plant import Process, until

PATIENCE_S = 45.0
PROTOCOLS = {"modbus", "dlt645", "cjt188", "nut", "snmp", "mqtt", "bacnet", "opcua"}
"""What the demo speaks."""
_PORT = re.compile(r"\b156\d\d\b")
"""Of the demo's gateways."""


def elsewhere(site: Site) -> Site:
    """The same site on ports that are free now, gateway by gateway."""
    ports: dict[str, int] = {}

    def moved(found: re.Match[str]) -> str:
        if found[0] not in ports:
            ports[found[0]] = free_port()
        return str(ports[found[0]])

    devices = {}
    for device in site.devices.values():
        given = device.connection.model_dump_json(exclude_unset=True)
        connection = type(device.connection).model_validate_json(_PORT.sub(moved, given))
        devices[device.id] = replace(device, connection=connection)
    return replace(site, devices=devices)


def lean(site: Site) -> Site:
    """Without what takes seconds to be played."""
    kept = {id_: one for id_, one in site.devices.items() if not SCHEMAS[one.template.driver].heavy}
    return replace(site, devices=kept)


@pytest.fixture
def moved(demo: Site) -> Site:
    return elsewhere(lean(demo))


def campus_at(site: Site, start: str = "2026-07-15 10:00", *, seed: int = 3) -> Campus:
    local = datetime.strptime(start, "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(site.timezone))
    return campus_of(site, seed=seed, start_s=local.timestamp(), with_faults=False)


@asynccontextmanager
async def serving(server: CampusServer) -> AsyncIterator[CampusServer]:
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


def driver_of(device: Device, process: Process) -> tuple[Driver, Decoder]:
    protocol = DRIVERS[device.template.driver]
    decoder = protocol.decoder(device.template)
    return protocol.driver(device, Cadence(0.2), decoder, process.surroundings), decoder


def told(device: Device) -> Iterator[tuple[int, Point]]:
    """The points that a device tells; the others are commands of which nothing can be read."""
    for at, point in enumerate(device.template.points):
        if not point.write_only:
            yield at, point


def played(site: Site) -> Iterator[Device]:
    return (device for device in site.devices.values() if device.template.model)


async def read_device(device: Device, process: Process) -> Mapping[str, float | str]:
    """Every point once, in engineering units: of a publisher as soon as it has told them all."""
    driver, decoder = driver_of(device, process)
    untold = [point.id for _, point in told(device)]
    try:
        async with asyncio.timeout(PATIENCE_S):
            await driver.connect()
            async with aclosing(driver.scans()) as scans:  # type: ignore[type-var]
                async for scan in scans:
                    columns = decoder.decode([scan.raw])
                    untold = [point.id for at, point in told(device) if columns.quality[0, at] >= 0x80]
                    if not untold:
                        return in_units(device, columns)
    except TimeoutError:
        raise AssertionError(f"{device.id} does not tell {untold}") from None
    finally:
        await driver.close()
    raise AssertionError("a driver's scans never end")


def in_units(device: Device, columns: Columns) -> Mapping[str, float | str]:
    return {
        point.id: columns.texts[at][0]
        if at in columns.texts
        else float(columns.values[0, at]) * point.scale + point.offset
        for at, point in told(device)
    }


def stopped_clock() -> Callable[[], float]:
    """A clock that never lets the world's next step come due."""
    return lambda: 0.0


async def test_the_whole_campus_is_read_as_the_world_has_it(demo: Site, process: Process) -> None:
    moved = elsewhere(demo)
    server = CampusServer(campus_at(moved), period_s=3600, clock=stopped_clock())
    async with serving(server):
        truth = {
            device.id: {point: shown.last for point, shown in server._shown[device.id].items()}
            for device in played(moved)
        }
        compared = 0
        devices = list(played(moved))
        read = await asyncio.gather(*(read_device(device, process) for device in devices))
        for device, values in zip(devices, read, strict=True):
            for _, point in told(device):
                raw, value = truth[device.id][point.id], values[point.id]
                where = f"{device.id}/{point.id}"
                if isinstance(value, str):
                    assert value == (raw or ""), where
                else:
                    assert isinstance(raw, float | int), where
                    wanted = raw * point.scale + point.offset
                    # float32 carries seven digits, decimal ones are rounded, and a clock goes on
                    near = 3.0 if point.id == "clock-drift" else 0.51 * max(10**-point.decimals, point.scale)
                    near = 1e-6 if device.template.driver == "modbus" else near
                    assert value == pytest.approx(wanted, rel=2e-7, abs=near), where
                compared += 1
        assert {device.template.driver for device in devices} >= PROTOCOLS
        assert compared >= 1500


async def test_what_changes_is_pushed_and_what_does_not_is_not(moved: Site) -> None:
    server = CampusServer(campus_at(moved), period_s=3600, clock=stopped_clock())
    async with serving(server):
        assert server.push() < 1500, "noise of one instant, not every point"
        server.campus.step(1)
        assert server.push() > 100


async def test_a_lamp_switched_over_the_wire_lowers_the_meter_and_reads_back(
    moved: Site, process: Process
) -> None:
    campus = campus_at(moved)
    async with serving(CampusServer(campus, period_s=0.02)):
        lamp, meter = moved.devices["lc-a-2"], moved.devices["pm-a-light"]
        before = (await read_device(meter, process))["power"]
        assert (await read_device(lamp, process))["lamp-3-on"] == 1
        driver, _ = driver_of(lamp, process)
        await driver.connect()
        await driver.write(lamp.template.index["lamp-3"], 0)
        await driver.close()
        await until(lambda: campus.models["lc-a-2"].settings["lamp-3"] == 0)
        stepped = campus.world.time_s
        await until(lambda: campus.world.time_s > stepped + 0.05)
        after = await read_device(lamp, process)
        assert (after["lamp-3"], after["lamp-3-on"], after["lamp-3-current"]) == (0, 0, 0)
        power = (await read_device(meter, process))["power"]
        assert isinstance(before, float)
        assert isinstance(power, float)
        assert power < before - 0.8


async def test_a_setpoint_written_over_the_wire_reaches_the_physics(moved: Site, process: Process) -> None:
    campus = campus_at(moved)
    async with serving(CampusServer(campus, period_s=0.02, speed=50)):
        device = moved.devices["ahu-a2"]
        driver, _ = driver_of(device, process)
        await driver.connect()
        await driver.write(device.template.index["temp-setpoint"], 215)
        await driver.close()
        await until(lambda: campus.models["ahu-a2"].settings["temp-setpoint"] == pytest.approx(21.5))
        values = await read_device(device, process)
        assert values["temp-setpoint"] == pytest.approx(21.5)


async def test_a_broken_sensor_sends_its_fault_code(moved: Site, process: Process) -> None:
    campus = campus_at(moved)
    campus.faults.append(Fault("env-a-2", "sensor", "temperature", 0, float("inf")))
    async with serving(CampusServer(campus, period_s=3600, clock=stopped_clock())):
        values = await read_device(moved.devices["env-a-2"], process)
        assert values["temperature"] == pytest.approx(3276.7)
        assert values["humidity"] != values["temperature"]


async def test_a_silent_unit_leaves_its_neighbours_answering_and_comes_back(
    moved: Site, process: Process
) -> None:
    campus = campus_at(moved)
    async with serving(CampusServer(campus, period_s=0.02)) as server:
        fault = Fault("wm-a", SILENT, "", 0, campus.world.time_s + 0.5)
        campus.faults.append(fault)
        await until(lambda: server._silent == {"wm-a"})
        driver, _ = driver_of(moved.devices["wm-a"], process)
        with pytest.raises(LinkError):
            await driver.connect()
        await driver.close()
        assert await read_device(moved.devices["wm-b"], process)
        await until(lambda: not server._silent)
        assert await read_device(moved.devices["wm-a"], process)


async def test_a_gateway_that_vanishes_comes_back_on_its_port(moved: Site, process: Process) -> None:
    campus = campus_at(moved)
    async with serving(CampusServer(campus, period_s=0.02)) as server:
        campus.faults.append(Fault("lift-a1", GATEWAY, "", 0, campus.world.time_s + 0.5))
        await until(lambda: bool(server._down))
        driver, _ = driver_of(moved.devices["lift-b1"], process)
        with pytest.raises(LinkError):
            await driver.connect()
        await driver.close()
        await until(lambda: not server._down)
        assert (await read_device(moved.devices["lift-b1"], process))["power-ok"] == 1


async def test_a_taken_port_is_named_and_nothing_stays_open(moved: Site) -> None:
    device = moved.devices["lift-a1"]
    assert isinstance(device.connection, Connection)
    port = device.connection.port
    with socket.create_server(("127.0.0.1", port)):
        server = CampusServer(campus_at(moved))
        with pytest.raises(OSError, match=rf"127\.0\.0\.1:{port} cannot be served.*another demo"):
            await server.start()
    again = CampusServer(campus_at(moved))
    async with serving(again):
        pass


async def test_stopping_twice_is_harmless_and_ended_returns(moved: Site) -> None:
    server = CampusServer(campus_at(moved), period_s=0.02)
    await server.start()
    waiting = asyncio.create_task(server.ended())
    await asyncio.sleep(0)
    await server.stop()
    await server.stop()
    await asyncio.wait_for(waiting, PATIENCE_S)


async def test_a_defect_in_the_physics_ends_the_world_loudly(moved: Site) -> None:
    campus = campus_at(moved)
    server = CampusServer(campus, period_s=0.02)
    await server.start()
    try:
        campus.faults = itertools.repeat(None)  # type: ignore[assignment]
        with pytest.raises(AttributeError):
            await asyncio.wait_for(server.ended(), PATIENCE_S)
    finally:
        await server.stop()
