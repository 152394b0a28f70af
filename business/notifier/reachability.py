"""The test call: whom it asks, and when the one of the week is due. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from business.duty.queries import Plan
from business.notifier.audience import people_of
from business.notifier.directory import Directory
from business.notifier.policy import Cause
from business.notifier.reach import CRITICAL
from config.calendar import Calendar
from config.notification import Audience, Medium, NotificationSettings, Policy, Step
from config.text import Text

LATE_MINUTES: Final = 60
"""A weekly test whose hour has passed while nothing ran is not made in the evening or at night."""
_AGAIN_S: Final = 600.0
_POLICY: Final = Policy("reachability", Text("可达性测试", "Reachability test"), "", ())


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody who is to answer, or a duty phone."""

    key: str
    """`Target.key`"""
    policy: Policy
    cause: Cause


def asked(teams: Sequence[str], plan: Plan, directory: Directory, now_ns: int) -> Iterator[Asked]:
    """Everybody on duty in the teams (() for all), and their duty phones, each once."""
    seen: set[str] = set()
    for team in teams or tuple(plan.teams):
        cause = Cause(CRITICAL, team=team)
        for audience in (Audience.ON_DUTY, Audience.PHONE):
            media = (Medium.VOICE, Medium.SMS)
            step = Step(0, audience, team, media, in_order=True, repeats=1, every_s=_AGAIN_S)
            policy = replace(_POLICY, team=team, steps=(step,))
            for target in people_of(step, policy, cause, plan, directory, now_ns):
                if target.key not in seen:
                    seen.add(target.key)
                    yield Asked(target.key, policy, cause)


def is_due(settings: NotificationSettings, calendar: Calendar, at: datetime) -> bool:
    """Whether it is the hour of the weekly test, on the site's clock."""
    late_minutes = at.hour * 60 + at.minute - settings.test_minute
    return 0 <= late_minutes < LATE_MINUTES and calendar.is_any(at.date(), (settings.test_day,))
