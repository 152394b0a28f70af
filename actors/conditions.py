"""Alarm conditions: which rules hold on which devices, judged as matrices, with deadbands and delays. Pure.

How a rule is judged
- A limit is exceeded beyond it (`>` or `<`), and left when the value has come back by the deadband; a rate
  counts in units a second between two usable readings of the source; a state is an equal value.
- What exceeds its limit for the on-delay becomes active, what has left it for the off-delay ends. A value
  that goes back in between starts the delay anew.
- A bad or stale value neither raises nor clears: running delays are dropped, and start again from the first
  usable value. Substituted and in-test values are judged like good ones, since a person answers for them (IEC
  62682 leaves uncertain values to the site; the change carries the quality, so that everybody sees it).

Why it is cheap: every value has a **calm band**, the interval in which none of its rules can change. A sweep
compares all values with their bands, and judges rules only where a value has left its band or a delay runs.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from actors.condition_plan import ConditionPlan, Flags, Floats, Indices
from drivers.driver import BAD, Quality

Times = NDArray[np.int64]
Qualities = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Changes:
    """Rules that became active or ended; all columns have the shape (c,)."""

    rows: Indices
    rules: Indices
    active: Flags
    time_ns: Times
    """Source time of the scan that decided."""
    values: Floats
    """The point's value; for a rate rule the rate."""
    quality: Qualities
    limits: Floats


class ConditionState:
    """What n devices of one plan remember between scans: R rules and p points each."""

    def __init__(self, plan: ConditionPlan, devices: int) -> None:
        rules, points = len(plan.rules), len(plan.first)
        self.active = np.zeros((devices, rules), np.bool_)
        self.since_ns = np.zeros((devices, rules), np.int64)
        """Source time of the last change; 0 before the first."""
        self.due = np.full((devices, rules), np.inf)
        """When a running delay ends, monotonic seconds; infinite without one."""
        self.running = 0
        """How many delays run."""
        self.sets = np.zeros(devices, np.intp)
        """The limit set of each device, a row of `plan.limits`."""
        self.low = np.full((devices, points), np.inf)
        self.high = np.full((devices, points), -np.inf)
        """The calm band, open at both ends; empty (low > high) while the value must be looked at."""
        self.rate = np.full((devices, len(plan.rates)), np.nan)
        """Units a second between the last two usable readings, always positive."""
        self.rate_value = np.full((devices, len(plan.rates)), np.nan)
        self.rate_ns = np.zeros((devices, len(plan.rates)), np.int64)

    def use_limit_set(self, plan: ConditionPlan, rows: Indices, limit_set: str) -> None:
        """Switch devices to a limit set and drop their running delays. Evaluate their last scan next."""
        self.sets[rows] = plan.set_index(limit_set)
        self.running -= int(np.isfinite(self.due[rows]).sum())
        self.due[rows] = np.inf
        self.forget_calm(rows)

    def forget_calm(self, rows: Indices) -> None:
        """Look at every value of these devices in the next evaluation."""
        self.low[rows], self.high[rows] = np.inf, -np.inf

    def next_due(self) -> float:
        """When the next delay ends, monotonic seconds; infinite when none runs."""
        return float(self.due.min()) if self.running else float("inf")

    def due_rows(self, now: float) -> Indices:
        """The devices to evaluate again with their last scan, because a delay has ended."""
        if not self.running:
            return np.empty(0, np.intp)
        return np.flatnonzero((self.due <= now).any(axis=1))


def evaluate(
    plan: ConditionPlan,
    state: ConditionState,
    rows: Indices,
    values: Floats,
    quality: Qualities,
    time_ns: Times,
    now: float,
    changed_ns: int | None = None,
) -> Changes:
    """Judge one scan of m devices, or their last scan again when a delay has ended.

    `rows` (m,) are distinct devices, `values` and `quality` (m, p), `time_ns` (m,) the source's time, `now`
    monotonic seconds. `changed_ns` is the time of changes that a delay brings between scans; without it they
    carry the time of their scan. For a lost device pass its row with bad quality, so that its delays stop.
    """
    everything = len(rows) == len(state.sets) and bool((rows == np.arange(len(rows))).all())
    low, high = (state.low, state.high) if everything else (state.low[rows], state.high[rows])
    stirred = ~((values > low) & (values < high))
    stirred &= plan.ruled
    usable: Flags | None = None
    if quality.any():
        usable = (quality < BAD) & (quality != Quality.UNCERTAIN_STALE)
        stirred &= usable
        if state.running:
            _stop_delays(plan, state, rows, usable)
    at, column = np.nonzero(stirred)
    known = ~np.isnan(values[at, column])
    if not known.all():
        at, column = at[known], column[known]
        usable = ~np.isnan(values) & (True if usable is None else usable)
        _stop_delays(plan, state, rows, usable)

    pair, rule = _rules_of(plan, column)
    at_pair = at[pair]
    judged = values[at_pair, column[pair]]
    changed = _settle(plan, state, rows[at_pair], rule, judged, now)
    _calm(plan, state, rows[at], column, pair, rule, judged)
    if len(plan.rates):
        rate_at, rate_rule, rates = _rates(plan, state, rows, values, usable, time_ns)
        rate_changed = _settle(plan, state, rows[rate_at], rate_rule, rates, now)
        at_pair, rule = np.concatenate([at_pair, rate_at]), np.concatenate([rule, rate_rule])
        judged = np.concatenate([judged, rates])
        changed = np.concatenate([changed, rate_changed])
    at_pair, rule, judged = at_pair[changed], rule[changed], judged[changed]
    where = rows[at_pair]
    happened_ns = time_ns[at_pair] if changed_ns is None else np.full(len(where), changed_ns, np.int64)
    state.since_ns[where, rule] = happened_ns
    return Changes(
        rows=where,
        rules=rule,
        active=state.active[where, rule],
        time_ns=happened_ns,
        values=judged,
        quality=quality[at_pair, plan.column[rule]],
        limits=plan.limits[state.sets[where], rule],
    )


def _rules_of(plan: ConditionPlan, column: Indices) -> tuple[Indices, Indices]:
    """All rules of these points: for each pair the index into `column`, and the rule."""
    count = plan.count[column]
    pair = np.repeat(np.arange(len(column)), count)
    ends = np.cumsum(count)
    rule = np.arange(len(pair)) - np.repeat(ends - count, count) + plan.first[column][pair]
    return pair, rule


def _settle(
    plan: ConditionPlan, state: ConditionState, row: Indices, rule: Indices, judged: Floats, now: float
) -> Flags:
    """Run delays and turn conditions over; which of the pairs (row, rule) changed."""
    active = state.active[row, rule]
    sign, limit = plan.sign[rule], plan.limits[state.sets[row], rule]
    beyond = sign * judged > sign * limit - plan.deadband[rule] * active
    wanted = np.where(plan.is_state[rule], judged == limit, beyond)
    turning = wanted != active
    before = state.due[row, rule]
    ran = np.isfinite(before)
    delay = np.where(active, plan.off_delay_s[rule], plan.on_delay_s[rule])
    due = np.where(turning, np.where(ran, before, now + delay), np.inf)
    changed = due <= now
    due[changed] = np.inf
    state.due[row, rule] = due
    state.running += int(np.isfinite(due).sum()) - int(ran.sum())
    state.active[row[changed], rule[changed]] = wanted[changed]
    return changed


def _calm(
    plan: ConditionPlan,
    state: ConditionState,
    row: Indices,
    column: Indices,
    pair: Indices,
    rule: Indices,
    judged: Floats,
) -> None:
    """Give the judged points their new calm bands: what all their rules leave in peace."""
    if not len(row):
        return
    at = row[pair]
    active, sign = state.active[at, rule], plan.sign[rule]
    limit = plan.limits[state.sets[at], rule]
    threshold = limit - sign * plan.deadband[rule] * active
    above = np.where(plan.is_state[rule], judged > limit, (sign > 0) == active)
    low = np.where(above, threshold, -np.inf)
    high = np.where(above, np.inf, threshold)
    equal = plan.is_state[rule] & (judged == limit)
    low[equal] = np.nextafter(limit[equal], -np.inf)
    high[equal] = np.nextafter(limit[equal], np.inf)
    running = np.isfinite(state.due[at, rule])
    low[running], high[running] = np.inf, -np.inf
    starts = np.searchsorted(pair, np.arange(len(row)))
    state.low[row, column] = np.maximum.reduceat(low, starts)
    state.high[row, column] = np.minimum.reduceat(high, starts)


def _rates(
    plan: ConditionPlan,
    state: ConditionState,
    rows: Indices,
    values: Floats,
    usable: Flags | None,
    time_ns: Times,
) -> tuple[Indices, Indices, Floats]:
    """Renew the rates where a newer usable reading came; the pairs whose rule must be looked at."""
    column = plan.column[plan.rates]
    reading = values[:, column]
    fit = ~np.isnan(reading)
    if usable is not None:
        fit &= usable[:, column]
    last, last_ns, rate = state.rate_value[rows], state.rate_ns[rows], state.rate[rows]
    elapsed_s = (time_ns[:, None] - last_ns) / 1e9
    first = fit & np.isnan(last)
    newer = fit & ~np.isnan(last) & (elapsed_s > 0)
    np.divide(np.abs(reading - last), elapsed_s, out=rate, where=newer)
    taken = first | newer
    state.rate[rows] = rate
    state.rate_value[rows] = np.where(taken, reading, last)
    state.rate_ns[rows] = np.where(taken, time_ns[:, None], last_ns)
    limit = plan.limits[state.sets[rows][:, None], plan.rates]
    here = rows[:, None], plan.rates
    active, due = state.active[here], state.due[here]
    beyond = rate > limit - plan.deadband[plan.rates] * active
    at, which = np.nonzero(fit & ~np.isnan(rate) & ((beyond != active) | np.isfinite(due)))
    return at, plan.rates[which], rate[at, which]


def _stop_delays(plan: ConditionPlan, state: ConditionState, rows: Indices, usable: Flags) -> None:
    """Drop the delays of values that cannot be used; the band stays empty, so that they start again."""
    at, rule = np.nonzero(np.isfinite(state.due[rows]))
    unusable = ~usable[at, plan.column[rule]]
    state.due[rows[at[unusable]], rule[unusable]] = np.inf
    state.running -= int(unusable.sum())
