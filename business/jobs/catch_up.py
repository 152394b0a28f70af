"""What to run when a schedule's time has come, and how much of what was missed: no clock, no database."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from business.jobs.kinds import SECOND_NS

REWIND_NS = 86_400 * SECOND_NS
"""A clock that is further back than this from when a firing was planned was wrong then: plan anew."""
_FIRST_LOOK_NS = 60 * SECOND_NS


class CatchUp(StrEnum):
    """What becomes of firings that come later than the misfire window, after a stop or a clock's jump."""

    SKIP = "skip"
    ONCE = "once"
    """One run stands for all that were missed."""
    EACH = "each"
    """A run each, of the newest ones up to a limit."""


@dataclass(frozen=True, slots=True)
class Policy:
    catch_up: CatchUp
    limit: int
    """The most runs that EACH makes up for."""
    window_ns: int
    """A firing no later than this is on time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do now."""

    dues: tuple[int, ...]
    """The firings to run, oldest first, UTC ns."""
    missed_ns: int | None
    """The first firing that is not run; None when none is left out."""
    next_ns: int | None
    """The firing after now; None when there is none any more."""


def plan(
    after: Callable[[int], int | None], next_fire_ns: int, planned_ns: int, now_ns: int, policy: Policy
) -> Plan:
    """Plan from the firing that was to come next. `after(ns)` is the first firing strictly after a time.

    `planned_ns` is what the clock showed when `next_fire_ns` was planned.
    """
    if planned_ns - now_ns > REWIND_NS:
        return Plan((), None, after(now_ns))
    if next_fire_ns > now_ns:
        return Plan((), None, next_fire_ns)
    wanted = policy.limit if policy.catch_up is CatchUp.EACH else 1
    dues = _newest(after, next_fire_ns, now_ns, wanted)
    if policy.catch_up is CatchUp.SKIP:
        dues = tuple(due for due in dues if now_ns - due <= policy.window_ns)
    missed = next_fire_ns if next_fire_ns not in dues else None
    return Plan(dues, missed, after(now_ns))


def _newest(after: Callable[[int], int | None], first_ns: int, now_ns: int, wanted: int) -> tuple[int, ...]:
    """The newest `wanted` firings from `first_ns` to now.

    Looks back in windows that double, so that ten years of missed minutes cost no more than an hour of them.
    """
    look_ns = _FIRST_LOOK_NS
    while True:
        start_ns = max(first_ns - 1, now_ns - look_ns)
        found: list[int] = []
        due = after(start_ns)
        while due is not None and due <= now_ns:
            found.append(due)
            due = after(due)
        if len(found) >= wanted or start_ns < first_ns:
            return tuple(found[-wanted:])
        look_ns *= 2
