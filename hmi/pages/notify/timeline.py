"""A policy as a picture: for each step where on the time axis its turns are. Pure."""

import math
from dataclasses import dataclass
from typing import Final

from business.notifier.escalation import slots
from config.notification import Policy, Step

NEAR: Final = 0.1
"""Ticks that are nearer to the one before are left out."""


@dataclass(frozen=True, slots=True)
class Tick:
    place: float
    """0 the beginning, 1 the end."""
    after_s: float


@dataclass(frozen=True, slots=True)
class Lane:
    step: Step
    marks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    ends_s: float
    """When all of it begins anew, else its last turn."""


def timeline(policy: Policy) -> Timeline:
    """The first round. The beginning is drawn wider than what follows: most happens there."""
    turns = [(after_ns / 1e9, slot) for after_ns, slot in slots(policy, 0)]
    ends_s = max((after_s for after_s, _ in turns), default=0.0) + policy.again_s

    def tick(after_s: float) -> Tick:
        return Tick(math.sqrt(after_s / ends_s) if ends_s else 0.0, after_s)

    lanes = tuple(
        Lane(step, tuple(tick(after_s) for after_s, slot in turns if slot.step == at))
        for at, step in enumerate(policy.steps)
    )
    times = sorted({after_s for after_s, _ in turns} | {ends_s})
    kept = [tick(times[-1])]
    for one in map(tick, times[:-1]):
        if all(abs(one.place - other.place) >= NEAR for other in kept):
            kept.append(one)
    return Timeline(lanes, tuple(sorted(kept, key=lambda one: one.place)), ends_s)
