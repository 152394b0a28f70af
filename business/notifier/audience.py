"""Whom a step calls, and by what. Pure: the engine and the rehearsal of a page ask the same.

Who is away is called by no step; whoever stands in for him is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from business.duty.model import Rank
from business.duty.queries import Plan
from business.notifier.directory import Directory, Person
from business.notifier.policy import Cause
from business.notifier.reach import media_for
from config.notification import Audience, Medium, Policy, Step

DUTY_PHONE: Final = (Medium.VOICE, Medium.SMS)
_RANKS: Final = {Audience.LEADER: Rank.LEADER, Audience.MANAGER: Rank.MANAGER}


@dataclass(frozen=True, slots=True)
class Target:
    """Somebody who is called, or a duty phone."""

    user: str
    """'' for a duty phone."""
    display: str
    team: str
    language: str
    media: tuple[Medium, ...]
    """In the order in which they are used; () where nothing reaches him then."""
    addresses: Mapping[Medium, tuple[str, ...]] = field(repr=False)
    """Of each of `media`."""

    @property
    def key(self) -> str:
        """The user, or the duty phone of the team."""
        return self.user or f"@{self.team}"


def team_of(step: Step, policy: Policy, cause: Cause) -> str:
    """'' where nobody says which."""
    return step.team or policy.team or cause.team


def people_of(
    step: Step, policy: Policy, cause: Cause, plan: Plan, directory: Directory, at_ns: int
) -> tuple[Target, ...]:
    """Nobody twice, and nobody whose account is disabled; () where there is nobody."""
    team = plan.teams.get(team_of(step, policy, cause))
    if team is None:
        return ()
    if step.audience is Audience.PHONE:
        media = tuple(one for one in step.media or DUTY_PHONE if one in DUTY_PHONE)
        if not team.phone or not media:
            return ()
        addresses: dict[Medium, tuple[str, ...]] = dict.fromkeys(media, (team.phone,))
        return (Target("", team.name.zh, team.id, "zh", media, addresses),)
    at = datetime.fromtimestamp(at_ns / 1e9, plan.zone)
    known = (directory.people.get(user) for user in dict.fromkeys(_users(step, team.id, plan, at_ns)))
    return tuple(
        _target(person, team.id, step, cause.priority, at)
        for person in known
        if person is not None and not person.disabled
    )


def _users(step: Step, team: str, plan: Plan, at_ns: int) -> Iterator[str]:
    if step.audience is Audience.ON_DUTY:
        yield from (shift.user for shift in plan.on_duty(team, at_ns))
        return
    rank = _RANKS.get(step.audience)
    members = (one.user for one in plan.teams[team].members if rank is None or one.rank is rank)
    yield from _present(members, plan, at_ns)


def _present(users: Iterable[str], plan: Plan, at_ns: int) -> Iterator[str]:
    away = {one.user: one.substitute for one in plan.absences if one.since_ns <= at_ns < one.until_ns}
    for user in users:
        if there := away.get(user, user):
            yield there


def _target(person: Person, team: str, step: Step, priority: int, at: datetime) -> Target:
    media = media_for(person.reach, priority, at, step.media, person.media)
    return Target(
        person.user,
        person.display,
        team,
        person.language,
        media,
        {one: person.addresses[one] for one in media},
    )
