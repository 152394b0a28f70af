"""The whole campus over real sockets, read and written by the real Modbus driver."""

import asyncio
import itertools
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.site import Device, Site
from drivers.decoding import RegisterDecoder
from drivers.driver import Cadence, LinkError, Scan
from drivers.modbus import Modbus, ModbusDriver
from drivers.modbus_schema import Connection
from drivers.simulators import Campus, CampusServer, campus_of
from drivers.simulators.faults import GATEWAY, SILENT, Fault
from tests.drivers.plant import Process, until

PATIENCE_S = 45.0


BELOW_CLIENTS = range(20_000, 32_000)
"""Ports that no system hands to a client, so that none is taken between here and the server's start."""


def elsewhere(site: Site) -> Site:
    """The same site on ports that are free now, gateway by gateway."""
    ports: dict[int, int] = {}
    devices: dict[str, Device] = {}
    free = free_ports()
    for device in site.devices.values():
        connection = device.connection
        if isinstance(connection, Connection):
            if connection.port not in ports:
                ports[connection.port] = next(free)
            connection = connection.model_copy(update={"port": ports[connection.port]})
        devices[device.id] = replace(device, connection=connection)
    return replace(site, devices=devices)


def free_ports() -> Iterator[int]:
    """Each process begins at a place of its own."""
    first = os.getpid() * 211 % len(BELOW_CLIENTS)
    for port in (*BELOW_CLIENTS[first:], *BELOW_CLIENTS[:first]):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        yield port


@pytest.fixture
def moved(demo: Site) -> Site:
    return elsewhere(demo)


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


def driver_of(device: Device, process: Process) -> tuple[ModbusDriver, RegisterDecoder]:
    decoder = Modbus().decoder(device.template)
    assert isinstance(decoder, RegisterDecoder)
    return ModbusDriver(device, Cadence(0.2), decoder, process.surroundings), decoder


async def one_scan(driver: ModbusDriver) -> Scan:
    async with asyncio.timeout(PATIENCE_S), aclosing(driver.scans()) as scans:  # type: ignore[type-var]
        async for scan in scans:
            return scan
    raise AssertionError("a driver's scans never end")


def played(site: Site) -> Iterator[Device]:
    return (device for device in site.devices.values() if device.template.model)


async def read_device(device: Device, process: Process) -> Mapping[str, float | str]:
    """Every point once, in engineering units."""
    driver, decoder = driver_of(device, process)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await driver.connect()
        scan = await one_scan(driver)
    finally:
        await driver.close()
    columns = decoder.decode([scan.raw])
    assert not np.any(columns.quality[0] >= 0x80), f"{device.id}: {columns.quality[0]}"
    return {
        point.id: columns.texts[at][0]
        if at in columns.texts
        else float(columns.values[0, at]) * point.scale + point.offset
        for at, point in enumerate(device.template.points)
    }


def stopped_clock() -> Callable[[], float]:
    """A clock that never lets the world's next step come due."""
    return lambda: 0.0


async def test_the_whole_campus_is_read_as_the_world_has_it(moved: Site, process: Process) -> None:
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
            for point in device.template.points:
                raw, value = truth[device.id][point.id], values[point.id]
                if isinstance(raw, str) or isinstance(value, str):
                    assert raw == value, f"{device.id}/{point.id}"
                else:
                    assert raw is not None
                    wanted = raw * point.scale + point.offset
                    # float32 carries seven digits
                    assert value == pytest.approx(wanted, rel=2e-7, abs=1e-6), f"{device.id}/{point.id}"
                compared += 1
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
