"""Steward's own figures as points of a device."""

import math
from dataclasses import replace

import pytest

from drivers.computed import Nowhere
from drivers.driver import Cadence, Quality, WriteError
from drivers.host import Fact, Host, HostDriver, Options, Source
from drivers.readings import ReadingsDecoder
from tests.drivers.plant import Process, device, point, template, within


async def test_facts_become_points_and_what_is_not_known_is_bad() -> None:
    process = Process()
    facts: dict[str, float] = {Fact.DISK_FREE: 42.5, Fact.CLOCK_OFFSET: math.nan}
    points = (
        point("disk", Source(fact=Fact.DISK_FREE)),
        point("clock", Source(fact=Fact.CLOCK_OFFSET)),
        point("memory", Source(fact=Fact.MEMORY)),
    )
    made_from = template("host", points, Options())
    surroundings = replace(process.surroundings, facts=lambda: facts)
    driver = Host().driver(
        device("steward", made_from, Nowhere()), Cadence(1.0), ReadingsDecoder(), surroundings
    )
    assert isinstance(driver, HostDriver)
    await driver.connect()
    scans = driver.scans()
    scan = await within(anext(scans))
    await scans.aclose()  # type: ignore[attr-defined]
    columns = Host().decoder(made_from).decode([scan.raw])
    assert columns.values[0, 0] == 42.5
    assert columns.quality[0].tolist() == [Quality.GOOD, Quality.BAD_INPUT, Quality.BAD_INPUT]
    with pytest.raises(WriteError, match=r"steward/disk is calculated; 1\.0 cannot be written"):
        await driver.write(0, 1.0)
    await driver.close()
    await process.close()


async def test_a_hurried_device_scans_again_at_once() -> None:
    process = Process()
    made_from = template("host", (point("disk", Source(fact=Fact.DISK_FREE)),), Options())
    driver = HostDriver(device("steward", made_from, Nowhere()), Cadence(3600.0), process.surroundings)
    scans = driver.scans()
    await within(anext(scans))
    driver.hurry()
    await within(anext(scans))
    await scans.aclose()  # type: ignore[attr-defined]
    await process.close()
