"""Calculated points: quality is the worst of the inputs, what accumulates survives a restart."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

from drivers import SCHEMAS
from drivers.calc import CalcDriver, Function, Options, Source
from drivers.computed import Nowhere
from drivers.driver import Cadence, Quality, Reading, Stateful, Surroundings, WriteError
from drivers.readings import ReadingsDecoder
from tests.drivers.plant import FakePlant, Process, device, point, template, until, within

HOUR_S = 3600.0


@dataclass
class Clock:
    now_s: float = 1000.0

    def monotonic(self) -> float:
        return self.now_s

    def wall_ns(self) -> int:
        return int(self.now_s * 1e9)


def calculated(
    source: Source, readings: Mapping[str, Reading], clock: Clock | None = None, stale_s: float = 1e9
) -> tuple[CalcDriver, FakePlant]:
    clock = clock or Clock()
    plant = FakePlant({("d", name): reading for name, reading in readings.items()})
    process = Process(plant)
    surroundings = Surroundings(
        process.shares, process.ticks, plant, lambda: True, clock.monotonic, clock.wall_ns
    )
    virtual = device("v", template("calc", (point("p", source),), Options(stale_s=stale_s)), Nowhere())
    return CalcDriver(virtual, Cadence(1.0), surroundings), plant


def good(value: float, time_ns: int = 10**12) -> Reading:
    return Reading(value, Quality.GOOD, time_ns)


async def scanned(driver: CalcDriver) -> tuple[float, int]:
    scans = driver.scans()
    scan = await within(anext(scans))
    await scans.aclose()  # type: ignore[attr-defined]
    driver.surroundings.ticks.close()
    columns = ReadingsDecoder().decode([scan.raw])
    return float(columns.values[0, 0]), int(columns.quality[0, 0])


async def test_a_formula_sees_its_inputs_by_name_or_directly() -> None:
    readings = {"a": good(20.0), "b-1": good(2.0)}
    named = Source(expression="a - b * 2", inputs={"a": "d/a", "b": "d/b-1"})
    direct = Source(expression="{d/a} - {d/b-1} * 2")
    assert await scanned(calculated(named, readings)[0]) == (16.0, Quality.GOOD)
    assert await scanned(calculated(direct, readings)[0]) == (16.0, Quality.GOOD)
    assert SCHEMAS["calc"].references(direct) == ("d/a", "d/b-1")


@pytest.mark.parametrize(
    ("reading", "expected"),
    [
        (Reading(1.0, Quality.UNCERTAIN_SUBSTITUTED, 10**12), Quality.UNCERTAIN_SUBSTITUTED),
        (Reading(math.nan, Quality.BAD_COMM_LOSS, 10**12), Quality.BAD_COMM_LOSS),
        (Reading(1.0, Quality.GOOD, 0), Quality.BAD_STALE),
        (None, Quality.BAD_INPUT),
    ],
)
async def test_the_quality_is_the_worst_of_the_inputs(reading: Reading | None, expected: Quality) -> None:
    readings = {"a": good(1.0)} | ({"b": reading} if reading is not None else {})
    source = Source(function=Function.SUM, inputs=("d/a", "d/b"))
    value, quality = await scanned(calculated(source, readings, stale_s=10.0)[0])
    assert quality == expected
    assert math.isnan(value) == expected.is_bad


@pytest.mark.parametrize("formula", ["a / 0", "sqrt(0 - a)", "a ** 9999", "1e308 * 10 * a"])
async def test_a_formula_without_a_result_is_bad_input_not_a_crash(formula: str) -> None:
    source = Source(expression=formula, inputs={"a": "d/a"})
    value, quality = await scanned(calculated(source, {"a": good(7.0)})[0])
    assert math.isnan(value)
    assert quality == Quality.BAD_INPUT


@pytest.mark.parametrize(("function", "expected"), [("sum", 9.0), ("mean", 3.0), ("min", 1.0), ("max", 6.0)])
async def test_statistics(function: str, expected: float) -> None:
    source = Source(function=Function(function), inputs=("d/a", "d/b", "d/c"))
    readings = {"a": good(1.0), "b": good(2.0), "c": good(6.0)}
    assert (await scanned(calculated(source, readings)[0]))[0] == expected


async def totals(function: Function, inputs: Sequence[tuple[float, float]]) -> CalcDriver:
    """Feeds (hours since the last, input) and returns the driver; an input of NaN is bad."""
    clock = Clock()
    driver, plant = calculated(Source(function=function, inputs=("d/a",)), {}, clock)
    for hours, value in inputs:
        clock.now_s += hours * HOUR_S
        quality = Quality.BAD_COMM_LOSS if math.isnan(value) else Quality.GOOD
        plant.readings["d", "a"] = Reading(value, quality, clock.wall_ns())
        await scanned(driver)
    return driver


async def test_run_hours_starts_and_energy_accumulate_and_skip_bad_input() -> None:
    story = [(0, 0.0), (1, 1.0), (2, 1.0), (0.5, math.nan), (0.5, 1.0), (1, 0.0), (1, 1.0)]
    assert (await totals(Function.RUN_HOURS, story)).state()["p"] == pytest.approx(4.0)
    assert (await totals(Function.STARTS, story)).state()["p"] == 2.0
    power = [(0, 10.0), (1, 20.0), (2, 20.0)]
    assert (await totals(Function.ENERGY, power)).state()["p"] == pytest.approx(55.0)


async def test_totals_go_on_after_a_restart_without_counting_a_start_twice() -> None:
    before = await totals(Function.STARTS, [(0, 0.0), (1, 1.0)])
    assert isinstance(before, Stateful)
    after, plant = calculated(Source(function=Function.STARTS, inputs=("d/a",)), {"a": good(1.0)})
    after.restore(before.state())
    assert await scanned(after) == (1.0, Quality.GOOD)
    plant.readings["d", "a"] = good(0.0)
    await scanned(after)
    plant.readings["d", "a"] = good(1.0)
    assert await scanned(after) == (2.0, Quality.GOOD)


async def test_a_calculated_point_follows_its_cadence_and_cannot_be_written() -> None:
    process = Process(FakePlant({("d", "a"): good(1.0)}))
    source = Source(expression="a", inputs={"a": "d/a"})
    virtual = device("v", template("calc", (point("p", source),), Options()), Nowhere())
    driver = CalcDriver(virtual, Cadence(0.02), process.surroundings)
    seen = 0
    async for _ in driver.scans():
        seen += 1
        if seen == 4:
            break
    with pytest.raises(WriteError, match="p is calculated"):
        await driver.write(0, 1.0)
    await process.close()
    await until(lambda: driver.missed >= 0)


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        (Source(), "either expression or function"),
        (Source(expression="a + b", inputs={"a": "d/a"}), "'b' is not an input"),
        (Source(function=Function.ENERGY, inputs=("d/a", "d/b")), "exactly one input"),
        (Source(function=Function.SUM), "at least one input"),
        (Source(expression="a", inputs={"a": "nowhere"}), "not of the form device/point"),
    ],
)
def test_what_is_wrong_with_a_source_is_said(source: Source, problem: str) -> None:
    assert any(problem in said for said in SCHEMAS["calc"].problems(source, Options()))
