"""Every built-in profile that speaks Modbus is polled from its twin, at both ends of every range."""

import math

import pytest

from benchmarks.ports import free_port
from config.parameters import Parameters
from config.problems import Problems
from config.profile_catalogue import Catalogue
from config.site import Point, PointKind, Template
from drivers import SCHEMAS
from drivers.driver import Cadence
from drivers.modbus.driver import Modbus
from drivers.modbus.registers import Kind
from drivers.modbus.schema import Connection, ModbusSchema, Options, Source, register_of
from drivers.modbus.twin import ModbusTwin
from tests.drivers.plant import Process, device, within

CATALOGUE = Catalogue(SCHEMAS)
NAMES = [one.family.id for one in CATALOGUE.all() if one.family.body["driver"] == "modbus"]
SCHEMA = ModbusSchema()


def changed(name: str) -> Parameters:
    """Every number a tenth larger, every word as it is."""
    profile = CATALOGUE.profile(name)
    assert profile is not None
    return {
        parameter: value * 1.1
        for parameter, value in profile.family.parameters.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def built(name: str, given: Parameters) -> Template:
    problems = Problems()
    profile = CATALOGUE.examined(name, given, problems)
    assert not len(problems), [str(problem) for problem in problems.all()]
    assert profile is not None
    assert profile.template is not None
    return profile.template


def ends(point: Point, options: Options) -> tuple[float | str, float | str]:
    """The least and the greatest that the point may show and its register can hold."""
    if point.kind is PointKind.TEXT:
        return "", "x"
    low, high = point.low, point.high
    if (span := SCHEMA.span(point.source, options)) is not None:
        least, greatest = sorted(end * point.scale + point.offset for end in span)
        low, high = max(low, least), min(high, greatest)
    return low, high


def nearly(value: float, point: Point, options: Options) -> object:
    assert isinstance(point.source, Source)
    kind = register_of(point.source, options).kind
    step = 0.0 if kind in (Kind.FLOAT32, Kind.FLOAT64) else abs(point.scale)
    return pytest.approx(value, abs=0.51 * step + 1e-9, rel=1e-6)


@pytest.mark.parametrize("end", [0, 1], ids=["low", "high"])
@pytest.mark.parametrize("name", NAMES)
async def test_what_the_device_shows_at_the_ends_of_its_ranges_is_what_is_read(name: str, end: int) -> None:
    template = built(name, changed(name) if end else {})
    options = template.options
    assert isinstance(options, Options)
    process = Process()
    twin = ModbusTwin([device("d", template, Connection(host="127.0.0.1", unit=3))], lambda *_: None)
    port = await twin.start(free_port())
    decoder = Modbus().decoder(template)
    reached = device("d", template, Connection(host="127.0.0.1", port=port, unit=3))
    driver = Modbus().driver(reached, Cadence(0.05), decoder, process.surroundings)
    try:
        shown = {point.id: ends(point, options)[end] for point in template.points}
        for name_of_point, value in shown.items():
            twin.put("d", name_of_point, value)
        await within(driver.connect())
        scans = driver.scans()
        scan = await within(anext(scans))
        await scans.aclose()  # type: ignore[attr-defined]
        columns = decoder.decode([scan.raw])
        assert not columns.quality.any()
        for at, point in enumerate(template.points):
            value = shown[point.id]
            if isinstance(value, str):
                assert columns.texts[at][0] == value
                continue
            read = float(columns.values[0, at]) * point.scale + point.offset
            assert math.isfinite(read)
            assert read == nearly(value, point, options), point.id
    finally:
        await driver.close()
        await twin.stop()
        await process.close()
