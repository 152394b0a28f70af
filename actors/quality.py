"""The matrix pass before conditions: raw columns become values whose quality can be trusted. Pure.

In this order, and never making a quality better: fault codes of the raw value, scaling, implausible values,
frozen values; last the values that a person substitutes, which replace good and bad alike and say so.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from config.site import PointKind, Template
from drivers.driver import BAD, Columns, Quality

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Qualities = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class QualityPlan:
    """What a template says of the quality of its p points. Columns are (p,) unless said otherwise."""

    numeric: Flags
    """False for texts, whose number means nothing."""
    scale: Floats | None
    """None where nothing needs scaling."""
    offset: Floats | None
    fault_codes: Floats
    """Shape (c, p), raw values; NaN, which equals nothing, fills the gaps."""
    low: Floats
    """Plausible values lie between these two, both included."""
    high: Floats
    freezing: Indices
    """The points that must move; shape (f,)."""
    frozen_s: Floats
    """Shape (f,)."""


def compile_quality(template: Template) -> QualityPlan:
    points = template.points
    scale, offset = (np.array([getattr(point, name) for point in points]) for name in ("scale", "offset"))
    numeric = np.array([point.kind is not PointKind.TEXT for point in points], np.bool_)
    codes = np.full((max((len(point.fault_codes) for point in points), default=0), len(points)), np.nan)
    for column, point in enumerate(points):
        codes[: len(point.fault_codes), column] = point.fault_codes
    freezing = [
        at for at, point in enumerate(points) if point.kind is PointKind.ANALOGUE and point.frozen_s > 0
    ]
    return QualityPlan(
        numeric=numeric,
        scale=None if (scale == 1).all() else scale,
        offset=None if (offset == 0).all() else offset,
        fault_codes=codes,
        low=np.array([point.plausible_low for point in points]),
        high=np.array([point.plausible_high for point in points]),
        freezing=np.array(freezing, np.intp),
        frozen_s=np.array([points[at].frozen_s for at in freezing]),
    )


@dataclass(frozen=True, slots=True)
class Substitution:
    """A person's value for a point, until `until_ns` (UTC)."""

    value: float
    until_ns: int


class QualityState:
    """What n devices of one plan remember between scans."""

    def __init__(self, plan: QualityPlan, devices: int) -> None:
        self.last = np.full((devices, len(plan.freezing)), np.nan)
        self.moved = np.full((devices, len(plan.freezing)), -np.inf)
        """Monotonic seconds at which a freezing point last moved; before the first scan long ago."""
        self.substitutions: dict[tuple[int, int], Substitution] = {}
        """By (row, column)."""

    def ended(self, wall_ns: int) -> list[tuple[int, int]]:
        """Drop the substitutions whose end has come, and name them."""
        over = [where for where, each in self.substitutions.items() if each.until_ns <= wall_ns]
        for where in over:
            del self.substitutions[where]
        return over


def judge(
    plan: QualityPlan, state: QualityState, rows: Indices, columns: Columns, now: float, wall_ns: int
) -> tuple[Floats, Qualities]:
    """The scaled values and their quality, both (m, p), for the scans of m distinct devices.

    Works in place: the columns are used up. `now` is monotonic seconds. A value whose quality is bad is kept
    where it says something (implausible, frozen), NaN where it does not (fault code, no number at all).
    """
    values, quality = measured(plan, columns)
    if len(plan.freezing):
        _frozen(plan, state, rows, values, quality, now)
    _substitute(state, rows, values, quality, wall_ns)
    return values, quality


def measured(plan: QualityPlan, columns: Columns) -> tuple[Floats, Qualities]:
    """What scans say by themselves, whatever came before: scaled values and their quality, as of `judge`."""
    values, quality = columns.values, columns.quality
    _fault_codes(plan, values, quality)
    if plan.scale is not None:
        values *= plan.scale
    if plan.offset is not None:
        values += plan.offset
    _implausible(plan, values, quality)
    return values, quality


def comm_loss(state: QualityState, rows: Indices, values: Floats, wall_ns: int) -> tuple[Floats, Qualities]:
    """The rows of lost devices: their last values (m, p), which are not changed, all bad; only what a person
    substitutes stays. The time without an answer does not count towards frozen values."""
    values, quality = values.copy(), np.full(values.shape, Quality.BAD_COMM_LOSS, np.uint8)
    state.last[rows] = np.nan
    _substitute(state, rows, values, quality, wall_ns)
    return values, quality


def _fault_codes(plan: QualityPlan, values: Floats, quality: Qualities) -> None:
    for codes in plan.fault_codes:
        fault = values == codes
        if fault.any():
            quality[fault & (quality < BAD)] = Quality.BAD_SENSOR_FAULT
            values[fault] = np.nan


def _implausible(plan: QualityPlan, values: Floats, quality: Qualities) -> None:
    outside = ~((values >= plan.low) & (values <= plan.high))
    outside |= np.isinf(values)
    outside &= plan.numeric
    if outside.any():
        quality[outside & (quality < BAD)] = Quality.BAD_OUT_OF_RANGE
        values[np.isinf(values)] = np.nan


def _frozen(
    plan: QualityPlan, state: QualityState, rows: Indices, values: Floats, quality: Qualities, now: float
) -> None:
    seen, known = values[:, plan.freezing], quality[:, plan.freezing]
    last, moved = state.last[rows], state.moved[rows]
    answers = known < BAD
    moved[answers & (seen != last)] = now  # also the first value: nothing equals NaN
    state.moved[rows] = moved
    state.last[rows] = np.where(answers, seen, last)
    known[answers & (now - moved >= plan.frozen_s)] = Quality.BAD_FROZEN
    quality[:, plan.freezing] = known


def _substitute(state: QualityState, rows: Indices, values: Floats, quality: Qualities, wall_ns: int) -> None:
    for (row, column), each in state.substitutions.items():
        if each.until_ns > wall_ns:
            here = rows == row
            values[here, column] = each.value
            quality[here, column] = Quality.UNCERTAIN_SUBSTITUTED
