"""What is done about an alarm until somebody answers: policies as data, and which of them counts. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from business.notifier.channels.port import Medium
from business.notifier.hours import ALWAYS, Hours
from config.calendar import Calendar
from config.plans import DayKind
from config.text import Text


class Audience(StrEnum):
    """Who of a team is called."""

    ON_DUTY = "on-duty"
    LEADER = "leader"
    MANAGER = "manager"
    MEMBERS = "members"
    """Everybody in it, on duty or not."""
    PHONE = "phone"
    """The team's duty phone."""


class Stop(StrEnum):
    """What ends the calls."""

    ANSWER = "answer"
    RETURN = "return"
    """The alarm is over."""


class Progress(StrEnum):
    """How far an alarm has come with those who answer it."""

    CALLING = "calling"
    ACKNOWLEDGED = "acknowledged"
    ON_THE_WAY = "on-the-way"
    ON_SITE = "on-site"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Step:
    after_s: float
    """From the beginning of the calls."""
    audience: Audience
    team: str = ""
    """'' for the team of the policy."""
    media: tuple[Medium, ...] = ()
    """() for what each person's own rules say."""
    in_order: bool = False
    """One medium after the other: the next when the one before has failed, or brought no answer in time."""
    wait_s: float = 60.0
    """Between one medium and the next, where they are in order."""
    repeats: int = 0
    every_s: float = 0.0
    """Between one repeat and the next."""

    @property
    def last_s(self) -> float:
        """When its last repeat comes."""
        return self.after_s + self.repeats * self.every_s


@dataclass(frozen=True, slots=True)
class Policy:
    id: str
    name: Text
    team: str
    """'' for the team that the cause names."""
    steps: tuple[Step, ...]
    stops: frozenset[Stop] = frozenset({Stop.ANSWER})
    """None where every step is taken whatever happens: everybody is to know."""
    again_s: float = 0.0
    """So long after the last step all of it begins anew while nothing has stopped it; 0 for giving up."""
    promises_s: Mapping[Progress, float] = field(default_factory=dict)
    """How long whoever answered may stay at a stage before he is taken for silent; left out, for ever."""
    priorities: frozenset[int] = frozenset()
    """1 critical to 4 low; here and below none are all."""
    zones: frozenset[str] = frozenset()
    """With all below them."""
    subsystems: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    days: tuple[DayKind, ...] = ()
    """Kinds of the day on which its hours begin."""
    hours: Hours = ALWAYS
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Cause:
    """What somebody is called for."""

    priority: int
    zone: str = ""
    subsystem: str = ""
    alarm_class: str = ""
    team: str = ""
    """Whom a linkage plan asks for; '' for an alarm."""


def policy_for(
    policies: Iterable[Policy],
    cause: Cause,
    at_ns: int,
    zone: ZoneInfo,
    calendar: Calendar,
    parents: Mapping[str, str],
) -> Policy | None:
    """The first that means the cause at this time; None when nobody is to be called. `parents` are the zones
    above zones ('' above the highest)."""
    at = datetime.fromtimestamp(at_ns / 1e9, zone)
    around = set(_upward(cause.zone, parents))
    return next(
        (
            policy
            for policy in policies
            if policy.enabled
            and (not policy.priorities or cause.priority in policy.priorities)
            and (not policy.zones or around & policy.zones)
            and (not policy.subsystems or cause.subsystem in policy.subsystems)
            and (not policy.classes or cause.alarm_class in policy.classes)
            and (day := policy.hours.begun(at)) is not None
            and calendar.is_any(day, policy.days)
        ),
        None,
    )


def _upward(zone: str, parents: Mapping[str, str]) -> Iterable[str]:
    while zone:
        yield zone
        zone = parents.get(zone, "")
