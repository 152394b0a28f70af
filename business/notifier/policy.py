"""Which policy counts for what. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from config.calendar import Calendar
from config.notification import Policy


@dataclass(frozen=True, slots=True)
class Cause:
    """What somebody is called for."""

    priority: int
    zone: str = ""
    subsystem: str = ""
    alarm_class: str = ""
    team: str = ""
    """Whom a linkage plan asks for; '' for an alarm."""


class Misfit(StrEnum):
    """Why a policy does not mean a cause."""

    DISABLED = "disabled"
    PRIORITY = "priority"
    ZONE = "zone"
    SUBSYSTEM = "subsystem"
    CLASS = "class"
    HOURS = "hours"
    DAYS = "days"
    """Not on the day on which its hours began."""


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
    fits = (one for one in policies if misfit(one, cause, at, calendar, parents) is None)
    return next(fits, None)


def misfit(
    policy: Policy, cause: Cause, at: datetime, calendar: Calendar, parents: Mapping[str, str]
) -> Misfit | None:
    """What first speaks against it, on the site's clock; None for a policy that means the cause."""
    day = policy.hours.begun(at)
    around = set(_upward(cause.zone, parents))
    against = (
        (Misfit.DISABLED, not policy.enabled),
        (Misfit.PRIORITY, policy.priorities and cause.priority not in policy.priorities),
        (Misfit.ZONE, policy.zones and not around & policy.zones),
        (Misfit.SUBSYSTEM, policy.subsystems and cause.subsystem not in policy.subsystems),
        (Misfit.CLASS, policy.classes and cause.alarm_class not in policy.classes),
        (Misfit.HOURS, day is None),
        (Misfit.DAYS, day is not None and not calendar.is_any(day, policy.days)),
    )
    return next((reason for reason, holds in against if holds), None)


def _upward(zone: str, parents: Mapping[str, str]) -> Iterable[str]:
    while zone:
        yield zone
        zone = parents.get(zone, "")
