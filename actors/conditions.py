"""Alarm conditions: which rules hold on which devices, judged as matrices, with deadbands and delays. Pure.

How a rule is judged
- A limit is exceeded beyond it (`>` or `<`), and left when the value has come back by the deadband; a state
  is an equal value. What takes more than one value stands in `condition_groups`.
- What exceeds its limit for the on-delay becomes active, what has left it for the off-delay ends. A value
  that goes back in between starts the delay anew.
- A bad or stale value neither raises nor clears, but for rules on the quality itself: running delays are
  dropped, and start again from the first usable value. Substituted and in-test values are judged like good
  ones, since a person answers for them (IEC 62682 leaves uncertain values to the site; the change carries the
  quality, so that everybody sees it).
- A change is **found** when no usable value since the start, a new configuration or another limit had shown
  the rule as it was before: it may have come about long ago, and nothing may be started by it.

Why it is cheap: every value has a **calm band**, the interval in which none of its rules can change. A sweep
compares all values with their bands, and judges rules only where a value has left its band or a delay runs.
"""

from dataclasses import dataclass

import numpy as np

from actors.condition_groups import Qualities, Scan, judge_groups
from actors.condition_plan import ConditionPlan, Flags, Floats, Indices
from actors.condition_state import ConditionState, Times, settle
from drivers.driver import BAD, Quality


@dataclass(frozen=True, slots=True)
class Changes:
    """Rules that became active or ended; all columns have the shape (c,)."""

    rows: Indices
    rules: Indices
    active: Flags
    time_ns: Times
    """Source time of the scan that decided."""
    values: Floats
    """The point's value; for a rate rule the rate, for a leap the growth."""
    quality: Qualities
    limits: Floats
    found: Flags
    """Found so with the first usable value, rather than seen to begin or end."""


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
    wanted = _beyond(plan, state, rows[at_pair], rule, judged)
    changed = settle(plan, state, rows[at_pair], rule, wanted, now)
    _calm(plan, state, rows[at], column, pair, rule, judged)
    at_pair, rule, judged = at_pair[changed], rule[changed], judged[changed]
    if not plan.is_banded.all():
        turned = judge_groups(plan, state, Scan(rows, values, quality, usable, time_ns, now))
        at_pair = np.concatenate([at_pair, *(each.at for each in turned)])
        rule = np.concatenate([rule, *(each.rule for each in turned)])
        judged = np.concatenate([judged, *(each.values for each in turned)])
    where = rows[at_pair]
    happened_ns = time_ns[at_pair] if changed_ns is None else np.full(len(where), changed_ns, np.int64)
    found = ~state.settled[where, rule]
    if len(where):
        state.since_ns[where, rule] = happened_ns
        state.settled[where, rule] = True
    return Changes(
        rows=where,
        rules=rule,
        active=state.active[where, rule],
        time_ns=happened_ns,
        values=judged,
        quality=quality[at_pair, plan.column[rule]],
        limits=plan.limits[state.sets[where], rule],
        found=found,
    )


def _rules_of(plan: ConditionPlan, column: Indices) -> tuple[Indices, Indices]:
    """All rules of these points: for each pair the index into `column`, and the rule."""
    count = plan.count[column]
    pair = np.repeat(np.arange(len(column)), count)
    ends = np.cumsum(count)
    rule = np.arange(len(pair)) - np.repeat(ends - count, count) + plan.first[column][pair]
    return pair, rule


def _beyond(plan: ConditionPlan, state: ConditionState, row: Indices, rule: Indices, judged: Floats) -> Flags:
    """Which of the pairs (row, rule) their value fulfils."""
    set_of = state.sets[row]
    sign, limit = plan.sign[rule], plan.limits[set_of, rule]
    beyond: Flags = sign * judged > sign * limit - plan.deadband[rule] * state.active[row, rule]
    of_state = plan.is_state[rule]
    if of_state.any():
        states = plan.states[set_of[of_state], rule[of_state]]
        beyond[of_state] = (judged[of_state, None] == states).any(axis=1)
    return beyond


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
    above = (sign > 0) == active
    low = np.where(above, threshold, -np.inf)
    high = np.where(above, np.inf, threshold)
    of_state = plan.is_state[rule]
    if of_state.any():
        states = plan.states[state.sets[at[of_state]], rule[of_state]]
        low[of_state], high[of_state] = _between(states, judged[of_state, None])
    running = np.isfinite(state.due[at, rule])
    low[running], high[running] = np.inf, -np.inf
    starts = np.searchsorted(pair, np.arange(len(row)))
    state.low[row, column] = np.maximum.reduceat(low, starts)
    state.high[row, column] = np.minimum.reduceat(high, starts)


def _between(states: Floats, judged: Floats) -> tuple[Floats, Floats]:
    """The states around each value, or the value's own neighbours where it is one of them."""
    low = np.where(states < judged, states, -np.inf).max(axis=1)
    high = np.where(states > judged, states, np.inf).min(axis=1)
    equal = (states == judged).any(axis=1)
    low[equal] = np.nextafter(judged[equal, 0], -np.inf)
    high[equal] = np.nextafter(judged[equal, 0], np.inf)
    return low, high


def _stop_delays(plan: ConditionPlan, state: ConditionState, rows: Indices, usable: Flags) -> None:
    """Drop the delays of values that cannot be used; the band stays empty, so that they start again."""
    state.drop(rows, ~usable[:, plan.column] & plan.is_banded)
