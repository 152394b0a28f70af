"""What is remembered of alarm conditions between scans, and how delays turn a condition over. Pure."""

import numpy as np
from numpy.typing import NDArray

from actors.condition_plan import ConditionPlan, Flags, Group, Indices

Times = NDArray[np.int64]


class Readings:
    """The last usable reading of each point of a group, and what it and the one before make together."""

    def __init__(self, devices: int, group: Group) -> None:
        shape = devices, len(group)
        self.figure = np.full(shape, np.nan)
        """Of a rate: units a second between the last two readings, always positive. Of a leap: the growth."""
        self.value = np.full(shape, np.nan)
        self.time_ns = np.zeros(shape, np.int64)


class Standstill:
    """Since when each point of a group has not moved."""

    def __init__(self, devices: int, group: Group) -> None:
        shape = devices, len(group)
        self.anchor = np.full(shape, np.nan)
        """The value that it has not moved away from."""
        self.since = np.full(shape, np.nan)
        """Monotonic seconds; NaN while nobody can say: before a reading, after bad ones, when idle."""
        self.known = np.zeros(shape, np.bool_)
        """Whether the standstill was seen to begin; what was found standing may have stood for long."""
        self.wake = np.full(shape, np.inf)
        """When it will have lasted long enough, monotonic seconds; infinite when nothing is to come."""


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
        self.settled = np.zeros((devices, rules), np.bool_)
        """Whether a usable value has shown the rule as it is: what turns over before that is only found."""
        self.sets = np.zeros(devices, np.intp)
        """The limit set of each device, a row of `plan.limits`."""
        self.low = np.full((devices, points), np.inf)
        self.high = np.full((devices, points), -np.inf)
        """The calm band, open at both ends; empty (low > high) while the value must be looked at."""
        self.rates = Readings(devices, plan.rates)
        self.leaps = Readings(devices, plan.leaps)
        self.still = Standstill(devices, plan.unmoved)

    def use_limit_set(self, plan: ConditionPlan, rows: Indices, limit_set: str) -> None:
        """Switch devices to a limit set. Rules whose limit that changes lose their running delays and are not
        settled any more. Evaluate the last scan of these devices next."""
        index = plan.set_index(limit_set)
        before, after = plan.limits[self.sets[rows]], plan.limits[index]
        differs = (before != after) & ~(np.isnan(before) & np.isnan(after))
        self.sets[rows] = index
        if differs.any():
            self.drop(rows, differs)
            self.settled[rows] &= ~differs
            self.forget_calm(rows)

    def forget_calm(self, rows: Indices) -> None:
        """Look at every value of these devices in the next evaluation."""
        self.low[rows], self.high[rows] = np.inf, -np.inf

    def drop(self, rows: Indices, which: Flags) -> None:
        """Stop running delays; `which` has the shape (rows, R)."""
        due = self.due[rows]
        self.running -= int((which & np.isfinite(due)).sum())
        self.due[rows] = np.where(which, np.inf, due)

    def next_due(self) -> float:
        """When something changes by time alone, monotonic seconds; infinite when nothing does."""
        due = float(self.due.min()) if self.running else float("inf")
        return min(due, float(self.still.wake.min())) if self.still.wake.size else due

    def due_rows(self, now: float) -> Indices:
        """The devices to evaluate again with their last scan, because a delay has ended."""
        if not self.running and not self.still.wake.size:
            return np.empty(0, np.intp)
        return np.flatnonzero((self.due <= now).any(axis=1) | (self.still.wake <= now).any(axis=1))


def settle(
    plan: ConditionPlan, state: ConditionState, row: Indices, rule: Indices, wanted: Flags, now: float
) -> Flags:
    """Run delays and turn conditions over; which of the pairs (row, rule) changed."""
    active = state.active[row, rule]
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
    state.settled[row, rule] |= ~turning
    return changed
