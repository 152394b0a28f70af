"""Drills as a control room plays and sees them: every scenario, over real sockets by the real driver."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest

from config.site import Site
from drivers.driver import Decoder, Driver, LinkError, Scan, WriteUnknown
from drivers.simulators import CampusServer
from drivers.simulators.wiring import Wiring
from tests.drivers.plant import Process
from tests.drivers.simulators.test_campus_server import (
    PATIENCE_S,
    campus_at,
    driver_of,
    elsewhere,
    lean,
)

Seen = tuple[str, str, float]

SHOWN: Mapping[str, tuple[Seen, ...]] = {
    "smoke-a-2": (("fz-a-2", "smoke-1", 1), ("fp-1", "state", 1)),
    "smoke-a-2-second": (("fz-a-2", "smoke-2", 1),),
    "call-point-a-2": (("fz-a-2", "call-point-1", 1),),
    "fire-a-2": (("fp-1", "confirmed", 1), ("fl-a", "smoke-fan-feedback", 1), ("lift-a1", "service", 2)),
    "fire-c-1": (("fl-c", "broadcast-feedback", 1), ("pa-c", "source", 3), ("door-c-1", "door-1-mode", 1)),
    "smoke-b-2": (("fz-b-2", "smoke-1", 1),),
    "hydrant-a-2": (("fz-a-2", "hydrant-1", 1),),
    "no-smoke-fan-a": (
        ("fl-a", "shutter-feedback", 1),
        ("fl-a", "smoke-fan-command", 1),
        ("fl-a", "smoke-fan-feedback", 0),
    ),
    "linkage-manual": (("fp-1", "linkage-mode", 0),),
    "detector-fault-b-1": (("fz-b-1", "smoke-1", 2), ("fp-1", "state", 2)),
    "mains-loss": (("ats-1", "mains-ok", 0), ("gen-1", "state", 2), ("ats-1", "position", 2)),
    "generator-fails": (("gen-1", "state", 4), ("ups-a", "state", 2)),
    "leak-c-b1": (("leak-c", "leak", 1), ("ws-1", "leak", 1)),
    "leak-a-b1": (("leak-a", "leak", 1),),
    "sump-pumps-c": (("sp-c", "pump-1-fault", 1), ("sp-c", "pump-2-fault", 1)),
    "valve-c-stuck": (("valve-c", "fault", 1), ("valve-c", "state", 1)),
    "intrusion-b-1": (("door-b-1", "door-1-forced", 1), ("intrusion-b", "zone-1", 2)),
    "hold-up-c": (("intrusion-c", "zone-2", 2), ("intrusion-c", "siren", 1)),
    "door-forced-a-1": (("door-a-1", "door-1-forced", 1),),
    "door-held-a-2": (("door-a-2", "door-2-held", 1),),
    "door-release-fails-a-2": (("door-a-1", "fire-input", 1), ("door-a-2", "fire-input", 0)),
    "camera-offline-a-2": (("cam-a-2", "online", 0),),
    "lift-trapped-a1": (("lift-a1", "trapped", 1),),
}
"""Scenario -> what some of the devices show before long."""

WITH: Mapping[str, tuple[str, ...]] = {
    "no-smoke-fan-a": ("smoke-a-2", "call-point-a-2"),
    "door-release-fails-a-2": ("smoke-a-2", "call-point-a-2"),
    "generator-fails": ("mains-loss",),
}
"""Scenario -> those without which nobody would see it."""


async def one_scan(driver: Driver) -> Scan:
    async with asyncio.timeout(PATIENCE_S), aclosing(driver.scans()) as scans:  # type: ignore[type-var]
        async for scan in scans:
            return scan
    raise AssertionError("a driver's scans never end")


@dataclass
class ControlRoom:
    """Reads and writes devices by their drivers, one connection each for the whole test."""

    site: Site
    process: Process
    drivers: dict[str, tuple[Driver, Decoder]] = field(default_factory=dict)

    async def driver(self, device: str) -> tuple[Driver, Decoder]:
        if device not in self.drivers:
            self.drivers[device] = driver_of(self.site.devices[device], self.process)
            await self.drivers[device][0].connect()
        return self.drivers[device]

    async def value(self, device: str, point: str) -> float | str:
        driver, decoder = await self.driver(device)
        columns = decoder.decode([(await one_scan(driver)).raw])
        template = self.site.devices[device].template
        at = template.index[point]
        if at in columns.texts:
            return columns.texts[at][0]
        return float(columns.values[0, at]) * template.points[at].scale + template.points[at].offset

    async def write(self, device: str, point: str, raw: float | str) -> None:
        """Asked again when a busy machine was late: writing twice what is written once is the same."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    driver, _ = await self.driver(device)
                    return await driver.write(self.site.devices[device].template.index[point], raw)
                except (LinkError, WriteUnknown):
                    await self.hang_up(device)

    async def sees(self, device: str, point: str, wanted: float | str) -> None:
        """Returns when the point shows what is wanted."""
        value: float | str = "nothing"
        try:
            async with asyncio.timeout(PATIENCE_S):
                while value != wanted:
                    try:
                        value = await self.value(device, point)
                    except LinkError:
                        await self.hang_up(device)
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"{device}/{point} shows {value!r}, not {wanted!r}") from None

    async def hang_up(self, device: str) -> None:
        await self.drivers.pop(device)[0].close()

    async def close(self) -> None:
        for device in list(self.drivers):
            await self.hang_up(device)


@pytest.fixture
async def room(demo: Site) -> AsyncIterator[ControlRoom]:
    """A control room before a campus on which a second passes in a twentieth of one."""
    moved, process = elsewhere(lean(demo)), Process()
    server = CampusServer(campus_at(moved), period_s=0.05, speed=20)
    await server.start()
    room = ControlRoom(moved, process)
    yield room
    await room.close()
    await process.close()
    await server.stop()


def test_every_scenario_is_tried_here() -> None:
    assert set(Wiring.read().scenarios) - {"gateway-lost-lifts"} == set(SHOWN)


@pytest.mark.parametrize("scenario", SHOWN)
async def test_a_scenario_started_at_the_console_shows_at_the_devices_and_ends_there(
    room: ControlRoom, scenario: str
) -> None:
    """S0-3.7, S4-6.3.4.1a, S4-6.3.4.3d, S4-7.2.1a, S4-6.3.4.7a."""
    for one in (scenario, *WITH.get(scenario, ())):
        await room.write("drill", one, 1)
        await room.sees("drill", one, 1)
    if scenario == "valve-c-stuck":
        await room.write("valve-c", "command", 0)
    for device, point, wanted in SHOWN[scenario]:
        await room.sees(device, point, wanted)
    await room.write("drill", "reset", 1)
    await room.sees("drill", "playing", 0)
    await room.sees("drill", scenario, 0)
    await room.sees("drill", "reset", 0)


async def test_a_lost_gateway_is_lost_until_the_reset(room: ControlRoom) -> None:
    await room.sees("lift-b1", "power-ok", 1)
    await room.write("drill", "gateway-lost-lifts", 1)
    with pytest.raises(LinkError):
        async with asyncio.timeout(PATIENCE_S):
            while True:
                driver, _ = driver_of(room.site.devices["lift-b1"], room.process)
                try:
                    await driver.connect()
                finally:
                    await driver.close()
    await room.write("drill", "reset", 1)
    driver, _ = driver_of(room.site.devices["lift-b1"], room.process)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await driver.connect()
                break
            except LinkError:
                await asyncio.sleep(0.05)
    await driver.close()


@pytest.mark.parametrize(
    ("device", "point", "value", "feedback"),
    [
        ("door-a-2", "door-1-command", 1, "door-1-mode"),
        ("turnstile-b", "command", 1, "open"),
        ("barrier-in", "command", 1, "position"),
        ("intrusion-a", "arm", 1, "armed"),
        ("valve-b", "command", 0, "state"),
        ("pa-b", "announcement", 3, "playing"),
        ("display-gate", "template", 2, "shown"),
        ("cam-gate", "preset", 4, "at-preset"),
        ("lc-a-1", "scene", 5, "scene"),
    ],
)
async def test_what_steward_may_write_is_obeyed_and_answered(
    room: ControlRoom, device: str, point: str, value: float, feedback: str
) -> None:
    await room.write(device, point, value)
    await room.sees(device, feedback, value)


async def test_a_line_of_chinese_text_reaches_a_display(room: ControlRoom) -> None:
    """S4-6.3.4.8a."""
    await room.write("display-c", "text", "地下一层积水，请勿前往")
    await room.sees("display-c", "text", "地下一层积水，请勿前往")


async def test_nothing_of_the_fire_alarm_system_can_be_written(demo: Site) -> None:
    """GB 50116 4.1.1: its outputs belong to the linkage controller; the registers are inputs throughout."""
    fire = [device for device in demo.devices.values() if device.subsystem == "fire"]
    assert len(fire) == 14
    for device in fire:
        for point in device.template.points:
            assert point.write is None
            assert point.source.table in {"input", "discrete"}  # type: ignore[attr-defined]
