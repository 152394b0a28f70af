"""The conditions that one value alone does not decide: between two readings, against another point, over a
time, of the quality itself. Pure.

A reading counts when it is usable; where one of its readings is not, a rule neither raises nor clears, and
its running delay is dropped. Each kind says of every rule of its group whether its condition is `wanted`, and
of which rules it can say so (`fit`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actors.condition_plan import ConditionPlan, Flags, Floats, Group, Indices
from actors.condition_state import ConditionState, Readings, Times, settle
from drivers.driver import BAD, Quality

Qualities = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan of m devices. `rows` and `time_ns` have the shape (m,), the others (m, p)."""

    rows: Indices
    values: Floats
    quality: Qualities
    usable: Flags | None
    """None when all are."""
    time_ns: Times
    now: float
    """Monotonic seconds."""

    def reading(self, column: Indices) -> tuple[Floats, Flags]:
        """The values of these columns, and which of them can be used; both (m, k)."""
        values = self.values[:, column]
        fit = ~np.isnan(values)
        if self.usable is not None:
            fit &= self.usable[:, column]
        return values, fit


@dataclass(frozen=True, slots=True)
class Turned:
    """The pairs of scan row and rule that changed, and the figure that decided; columns of shape (c,)."""

    at: Indices
    rule: Indices
    values: Floats


_NOTHING = Turned(np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0))


def judge_groups(plan: ConditionPlan, state: ConditionState, scan: Scan) -> list[Turned]:
    return [
        judge(plan, state, scan)
        for group, judge in (
            (plan.rates, _rates),
            (plan.leaps, _leaps),
            (plan.differences, _differences),
            (plan.unmoved, _unmoved),
            (plan.qualities, _qualities),
        )
        if len(group)
    ]


def _rates(plan: ConditionPlan, state: ConditionState, scan: Scan) -> Turned:
    """Renew the rates where a newer usable reading came."""
    group, kept = plan.rates, state.rates
    reading, fit = scan.reading(group.column)
    last, figure = kept.value[scan.rows], kept.figure[scan.rows]
    elapsed_s, newer, _ = _take(kept, scan, reading, fit)
    np.divide(np.abs(reading - last), elapsed_s, out=figure, where=newer)
    kept.figure[scan.rows] = figure
    wanted = figure > _limit(plan, state, scan, group) - _band(plan, state, scan, group)
    return _turn(plan, state, scan, group, fit & ~np.isnan(figure), wanted, figure)


def _leaps(plan: ConditionPlan, state: ConditionState, scan: Scan) -> Turned:
    """Growth from one usable reading to the next; over a long gap, its share in `within_s`."""
    group, kept = plan.leaps, state.leaps
    reading, fit = scan.reading(group.column)
    last, figure = kept.value[scan.rows], kept.figure[scan.rows]
    elapsed_s, newer, first = _take(kept, scan, reading, fit)
    grown = reading - last
    spread = np.ones_like(grown)
    np.divide(elapsed_s, group.within_s, out=spread, where=(group.within_s > 0) & (grown > 0))
    np.divide(grown, np.maximum(spread, 1.0), out=figure, where=newer)
    kept.figure[scan.rows] = figure
    # Before the first reading nothing can have leapt: a leap to the second one is seen.
    state.settled[scan.rows[:, None], group.rules] |= first
    wanted = figure > _limit(plan, state, scan, group) - _band(plan, state, scan, group)
    wanted |= group.falls & (figure < 0)
    return _turn(plan, state, scan, group, fit & ~np.isnan(figure), wanted, figure)


def _take(kept: Readings, scan: Scan, reading: Floats, fit: Flags) -> tuple[Floats, Flags, Flags]:
    """Keep what is newer: the seconds since the last, where there is one, and which are the first.

    The same scan judged again is not newer.
    """
    last, last_ns = kept.value[scan.rows], kept.time_ns[scan.rows]
    elapsed_s = (scan.time_ns[:, None] - last_ns) / 1e9
    first = fit & np.isnan(last)
    newer = fit & ~np.isnan(last) & (elapsed_s > 0)
    taken = first | newer
    kept.value[scan.rows] = np.where(taken, reading, last)
    kept.time_ns[scan.rows] = np.where(taken, scan.time_ns[:, None], last_ns)
    return elapsed_s, newer, first


def _differences(plan: ConditionPlan, state: ConditionState, scan: Scan) -> Turned:
    group = plan.differences
    reading, fit = scan.reading(group.column)
    beside, known = scan.reading(group.reference)
    apart = np.abs(reading - beside)
    wanted = apart > _limit(plan, state, scan, group) - _band(plan, state, scan, group)
    return _turn(plan, state, scan, group, fit & known, wanted, reading)


def _unmoved(plan: ConditionPlan, state: ConditionState, scan: Scan) -> Turned:
    """A standstill counts from the first reading of a value; time without usable readings does not count.

    One that was found, not seen to begin, says nothing until it has lasted or the value moves: so a condition
    that holds outlives a gap.
    """
    group, still, rows = plan.unmoved, state.still, scan.rows
    reading, fit = scan.reading(group.column)
    beside, known = scan.reading(group.reference)
    fit &= known
    idle = fit & (group.reference != group.column) & (beside == 0)
    anchor, since, seen = still.anchor[rows], still.since[rows], still.known[rows]
    moved = fit & ~idle & (np.abs(reading - anchor) > _limit(plan, state, scan, group))
    begins = fit & ~idle & (moved | np.isnan(since))
    anchor = np.where(idle, np.nan, np.where(moved | (begins & np.isnan(anchor)), reading, anchor))
    since = np.where(begins, scan.now, np.where(fit & ~idle, since, np.nan))
    seen = fit & (seen | moved | idle)
    until = since + group.within_s
    lasted = until <= scan.now  # NaN compares false
    still.anchor[rows], still.since[rows], still.known[rows] = anchor, since, seen
    still.wake[rows] = np.where(np.isnan(until) | lasted, np.inf, until)
    return _turn(plan, state, scan, group, fit & (seen | lasted), lasted, reading)


def _qualities(plan: ConditionPlan, state: ConditionState, scan: Scan) -> Turned:
    """A lost device is a condition of its own, and says nothing about its points."""
    group = plan.qualities
    code = scan.quality[:, group.column]
    wanted = (code >= BAD) | (code == Quality.UNCERTAIN_STALE)
    return _turn(
        plan, state, scan, group, code != Quality.BAD_COMM_LOSS, wanted, scan.values[:, group.column]
    )


def _limit(plan: ConditionPlan, state: ConditionState, scan: Scan, group: Group) -> Floats:
    limits: Floats = plan.limits[state.sets[scan.rows][:, None], group.rules]
    return limits


def _band(plan: ConditionPlan, state: ConditionState, scan: Scan, group: Group) -> Floats:
    """How much sooner than at its limit an active condition must stay."""
    band: Floats = plan.deadband[group.rules] * state.active[scan.rows[:, None], group.rules]
    return band


def _turn(
    plan: ConditionPlan,
    state: ConditionState,
    scan: Scan,
    group: Group,
    fit: Flags,
    wanted: Flags,
    values: Floats,
) -> Turned:
    """Drop the delays of what cannot be judged, run those of the rest. The last three are (m, k)."""
    here = scan.rows[:, None], group.rules
    calm = fit & (wanted == state.active[here])
    state.settled[here] |= calm
    if not state.running and calm.all():
        return _NOTHING
    runs = np.isfinite(state.due[here])
    if (lost := runs & ~fit).any():
        state.due[here] = np.where(lost, np.inf, state.due[here])
        state.running -= int(lost.sum())
    at, which = np.nonzero(fit & (runs | ~calm))
    rule = group.rules[which]
    changed = settle(plan, state, scan.rows[at], rule, wanted[at, which], scan.now)
    at, which = at[changed], which[changed]
    return Turned(at, rule[changed], values[at, which])
