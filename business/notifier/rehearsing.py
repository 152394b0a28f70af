"""What would happen if something occurred, without sending anything. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from business.duty.queries import Plan
from business.notifier.audience import Target, people_of, team_of
from business.notifier.directory import Directory
from business.notifier.escalation import Slot, rehearsal
from business.notifier.policy import Cause, Misfit, misfit
from config.notification import Medium, Policy, Step

LONGEST_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Weighed:
    """A policy, and why it counts or not."""

    policy: Policy
    against: Misfit | None
    """None for one that means the cause: the first of them counts."""


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody by one medium."""

    at_ns: int
    target: Target
    medium: Medium | None
    """None where nothing reaches him then."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a step, with whoever would be told then; nobody where `told` is empty."""

    at_ns: int
    slot: Slot
    step: Step
    team: str
    told: tuple[Told, ...]

    @property
    def reaches_nobody(self) -> bool:
        return all(one.medium is None for one in self.told)


def weighed(
    policies: Sequence[Policy], cause: Cause, plan: Plan, parents: Mapping[str, str], at_ns: int
) -> tuple[Weighed, ...]:
    """All of them, in the order in which they are tried."""
    at = datetime.fromtimestamp(at_ns / 1e9, plan.zone)
    return tuple(Weighed(one, misfit(one, cause, at, plan.calendar, parents)) for one in policies)


def turns(policy: Policy, cause: Cause, plan: Plan, directory: Directory, at_ns: int) -> Iterator[Turn]:
    """If nobody answered: the first round, and the beginning of the second."""
    if cause.team:  # whom a linkage plan asks for
        policy = replace(policy, team=cause.team)
    last_s = max((step.last_s for step in policy.steps), default=0.0)
    for after_s, slot in rehearsal(policy, min(last_s + policy.again_s, LONGEST_S)):
        step, moment_ns = policy.steps[slot.step], at_ns + round(after_s * 1e9)
        found = people_of(step, policy, cause, plan, directory, moment_ns)
        told = tuple(one for target in found for one in _told(step, target, moment_ns))
        yield Turn(moment_ns, slot, step, team_of(step, policy, cause), told)


def _told(step: Step, target: Target, at_ns: int) -> Iterator[Told]:
    wait_ns = round(step.wait_s * 1e9) if step.in_order else 0
    if not target.media:
        yield Told(at_ns, target, None)
    for number, medium in enumerate(target.media):
        yield Told(at_ns + number * wait_ns, target, medium)
