"""Which policy counts for what. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
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
