"""Calculated points: formulas, run hours, starts, energy, statistics, what is usual of other devices."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, Field

from config.site import Device, Template
from drivers.computed import CALCULATED, ComputedDriver, Nowhere
from drivers.driver import Cadence, Decoder, Driver, OptionsError, Quality, Reading, Surroundings
from drivers.expression import Expression, ExpressionError
from drivers.readings import Readings, ReadingsDecoder
from drivers.strict import Strict
from drivers.usual import LEAST_WEEKS, Key, Usual

_DIRECT = re.compile(r"\{([^{}/\s]+/[^{}/\s]+)\}")
_POINT = re.compile(r"[^/\s]+/[^/\s]+")


class Function(StrEnum):
    RUN_HOURS = "run-hours"
    """Hours during which the input was above `above`."""
    STARTS = "starts"
    """How often the input rose above `above`."""
    ENERGY = "energy"
    """The integral of the input over hours: kW become kWh."""
    SUM = "sum"
    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    USUAL = "usual"
    """The mean of the input in the same hour on like days, workdays or days off, of recent weeks."""
    USUAL_SPREAD = "usual-spread"
    """The standard deviation of that hour from day to day."""

    @property
    def accumulates(self) -> bool:
        return self in (Function.RUN_HOURS, Function.STARTS, Function.ENERGY)

    @property
    def is_usual(self) -> bool:
        return self in (Function.USUAL, Function.USUAL_SPREAD)


class Source(Strict):
    """Either a formula, its inputs named in `inputs` or directly as `{device/point}`, or a function."""

    expression: str = ""
    function: Function | None = None
    inputs: Mapping[str, str] | tuple[str, ...] = ()
    """Name -> `device/point` for a formula; a list of `device/point` for a function."""
    above: float = Field(default=0.5, description="Run hours and starts count while the input is above this.")
    weeks: int = Field(
        default=4, ge=LEAST_WEEKS, le=12, description="Usual is what was so in this many weeks."
    )


class Options(Strict):
    stale_s: float = Field(default=0.0, ge=0, description="An older input is stale; 0: three own periods.")


class CalcSchema:
    name = "calc"
    heavy = False
    connection: type[BaseModel] = Nowhere
    source: type[BaseModel] = Source
    options: type[BaseModel] = Options

    def problems(self, source: BaseModel, options: BaseModel) -> Iterator[str]:
        assert isinstance(source, Source)
        assert isinstance(options, Options)
        if bool(source.expression) == (source.function is not None):
            yield "a calculated point needs either expression or function, one of the two"
            return
        for reference in self.references(source):
            if not _POINT.fullmatch(reference):
                yield f"input {reference!r} is not of the form device/point"
        try:
            _formula(source)
        except OptionsError as error:
            yield str(error)

    def bars_writing(self, source: BaseModel, options: BaseModel) -> tuple[str, str] | None:
        return CALCULATED

    def references(self, source: BaseModel) -> Sequence[str]:
        assert isinstance(source, Source)
        named = source.inputs.values() if isinstance(source.inputs, Mapping) else source.inputs
        return tuple(dict.fromkeys([*named, *_DIRECT.findall(source.expression)]))


@dataclass(frozen=True, slots=True)
class Formula:
    """What one point computes: from the values of `points`, in order, to one number."""

    points: tuple[tuple[str, str], ...]
    compute: Callable[[Sequence[float]], float] | None
    """None for what accumulates or is looked up."""


def _formula(source: Source) -> Formula:
    """Raises OptionsError."""
    if source.function is not None:
        listed = source.inputs.values() if isinstance(source.inputs, Mapping) else source.inputs
        points = tuple(_split(point) for point in listed)
        single = source.function.accumulates or source.function.is_usual
        if not points or (single and len(points) != 1):
            wanted = "exactly one input" if single else "at least one input"
            raise OptionsError(
                f"函数 {source.function} 需要{'恰好' if single else '至少'}一个输入，给出了 {len(points)} 个",
                f"function {source.function} needs {wanted}, {len(points)} are given",
            )
        return Formula(points, _STATISTICS.get(source.function))
    if not isinstance(source.inputs, Mapping) and source.inputs:
        raise OptionsError(
            '公式须给输入命名：inputs = { a = "device/point" }',
            'a formula names its inputs: inputs = { a = "device/point" }',
        )
    names = dict(source.inputs) if isinstance(source.inputs, Mapping) else {}
    taken = list(names)

    def direct(found: re.Match[str]) -> str:
        name = f"_{len(taken)}"
        taken.append(name)
        names[name] = found.group(1)
        return name.ljust(len(found.group()))  # as long as before, so that positions in errors stay true

    try:
        expression = Expression(_DIRECT.sub(direct, source.expression), names)
    except ExpressionError as error:
        raise OptionsError(f"公式有误：{error}", str(error)) from error
    used = expression.names
    return Formula(
        tuple(_split(names[name]) for name in used),
        lambda values: expression.evaluate(dict(zip(used, values, strict=True))),
    )


def _split(point: str) -> tuple[str, str]:
    device, _, name = point.partition("/")
    return device, name


_STATISTICS: Mapping[Function, Callable[[Sequence[float]], float]] = {
    Function.SUM: math.fsum,
    Function.MEAN: lambda values: math.fsum(values) / len(values),
    Function.MIN: min,
    Function.MAX: max,
}


@dataclass(slots=True)
class _Total:
    """What one accumulating point remembers. Time is monotonic; bad input makes a hole, not a guess."""

    total: float = 0.0
    last: float = math.nan
    at_s: float = math.nan

    def add(self, function: Function, value: float, above: float, now_s: float, longest_s: float) -> None:
        elapsed_s = now_s - self.at_s
        known = not math.isnan(self.last)
        if function is Function.STARTS:
            self.total += known and self.last <= above < value
        elif known and 0 < elapsed_s <= longest_s:
            part = self.last > above if function is Function.RUN_HOURS else (self.last + value) / 2
            self.total += part * elapsed_s / 3600
        self.last, self.at_s = value, now_s


class CalcDriver(ComputedDriver):
    follows = False

    def __init__(self, device: Device, cadence: Cadence, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, surroundings)
        options = device.template.options
        assert isinstance(options, Options)
        self._stale_s = options.stale_s or 3 * device.period_s
        self._points = tuple(point.id for point in device.template.points)
        self._sources = tuple(
            point.source for point in device.template.points if isinstance(point.source, Source)
        )
        self._formulas = tuple(_formula(source) for source in self._sources)
        self._totals = {
            point: _Total()
            for point, source in zip(self._points, self._sources, strict=True)
            if source.function is not None and source.function.accumulates
        }
        usual = [
            self._usually(at)
            for at, source in enumerate(self._sources)
            if source.function is not None and source.function.is_usual
        ]
        self._usual = Usual(usual, surroundings.history, surroundings.clock, surroundings.wall_ns)

    def state(self) -> Mapping[str, float]:
        """`point` -> total, and `point.last` -> the input seen last, so that a start is not counted twice;
        beside them what is usual."""
        state: dict[str, float] = self._usual.state()
        for point, total in self._totals.items():
            state[point] = total.total
            if not math.isnan(total.last):
                state[f"{point}.last"] = total.last
        return state

    def restore(self, state: Mapping[str, float]) -> None:
        for point, total in self._totals.items():
            total.total = state.get(point, 0.0)
            total.last = state.get(f"{point}.last", math.nan)
        self._usual.restore(state)

    async def close(self) -> None:
        self._usual.cancel()

    def computed(self) -> Readings:
        self._usual.look()
        results = [self._point(at) for at in range(len(self._points))]
        return Readings([value for value, _ in results], [quality for _, quality in results])

    def _point(self, at: int) -> tuple[float, int]:
        source, formula = self._sources[at], self._formulas[at]
        if source.function is not None and source.function.is_usual:
            usual, trust = self._usual.of(self._usually(at))
            if usual is None or not usual.is_known:
                return math.nan, trust
            return (usual.mean if source.function is Function.USUAL else usual.spread), trust
        plant = self.surroundings.plant
        readings = [plant.reading(device, point) for device, point in formula.points]
        quality = max((self._quality(reading) for reading in readings), default=int(Quality.GOOD))
        good = quality < Quality.BAD_COMM_LOSS
        values = [reading.value for reading in readings if reading is not None]
        if source.function is not None and source.function.accumulates:
            total = self._totals[self._points[at]]
            if good:
                total.add(source.function, values[0], source.above, self.surroundings.clock(), self._stale_s)
            return (total.total if good else math.nan), quality
        if not good or formula.compute is None:
            return math.nan, quality
        try:
            result = formula.compute(values)
        except (ArithmeticError, ValueError):
            return math.nan, Quality.BAD_INPUT
        return (result, quality) if math.isfinite(result) else (math.nan, Quality.BAD_INPUT)

    def _usually(self, at: int) -> Key:
        ((device, point),) = self._formulas[at].points
        return f"{device}/{point}", self._sources[at].weeks

    def _quality(self, reading: Reading | None) -> int:
        if reading is None:
            return Quality.BAD_INPUT
        late = self.surroundings.wall_ns() - reading.time_ns > self._stale_s * 1e9
        if late and reading.quality < Quality.BAD_COMM_LOSS:
            return Quality.BAD_STALE
        return reading.quality


class Calc:
    """The protocol as the composition root knows it."""

    name = "calc"

    def decoder(self, template: Template) -> Decoder:
        del template  # raw scans carry everything
        return ReadingsDecoder()

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        del decoder
        return CalcDriver(device, cadence, surroundings)
