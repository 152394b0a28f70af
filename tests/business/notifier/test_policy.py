"""Which policy counts for an alarm (N02)."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from business.notifier.policy import Cause, policy_for
from config.calendar import Calendar
from config.hours import Hours
from config.notification import Policy
from config.plans import DayKind
from config.text import Text

ZONE = ZoneInfo("Asia/Shanghai")
PARENTS = {"site": "", "a": "site", "a-2": "a", "b": "site"}
CRITICAL = Policy("critical", Text("紧急", "Critical"), "t", (), priorities=frozenset({1}))
BUILDING = Policy("building", Text("A座", "A"), "t", (), zones=frozenset({"a"}))
REST = Policy("rest", Text("其他", "Rest"), "t", ())


def chosen(*policies: Policy, cause: Cause, when: str = "2026-03-04 12:00") -> str:
    at_ns = round(datetime.fromisoformat(when).replace(tzinfo=ZONE).timestamp()) * 10**9
    found = policy_for(policies, cause, at_ns, ZONE, Calendar(), PARENTS)
    return found.id if found is not None else ""


def test_the_first_that_means_it_counts() -> None:
    assert chosen(CRITICAL, BUILDING, REST, cause=Cause(1, "a-2")) == "critical"
    assert chosen(CRITICAL, BUILDING, REST, cause=Cause(2, "a-2")) == "building"
    assert chosen(CRITICAL, BUILDING, REST, cause=Cause(2, "b")) == "rest"
    assert chosen(replace(REST, enabled=False), cause=Cause(2, "b")) == ""
    assert chosen(CRITICAL, BUILDING, cause=Cause(3, "")) == ""


def test_subsystem_and_class_narrow_it() -> None:
    fire = replace(REST, subsystems=frozenset({"fire"}), classes=frozenset({"fire", "security"}))
    assert chosen(fire, cause=Cause(1, "a", "fire", "fire")) == "rest"
    assert chosen(fire, cause=Cause(1, "a", "hvac", "fire")) == ""
    assert chosen(fire, cause=Cause(1, "a", "fire", "equipment")) == ""


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("2026-03-04 17:59", ""),
        ("2026-03-04 18:00", "rest"),
        ("2026-03-05 07:59", "rest"),
        ("2026-03-05 08:00", ""),
        ("2026-03-06 23:00", "rest"),
        ("2026-03-07 03:00", "rest"),  # Saturday, in the night of the Friday
        ("2026-03-07 23:00", ""),
        ("2026-03-09 03:00", ""),  # Monday, in the night of the Sunday
    ],
)
def test_nights_belong_to_the_day_on_which_they_begin(when: str, found: str) -> None:
    nights = replace(REST, hours=Hours(18 * 60, 8 * 60), days=(DayKind.WORKDAY,))
    assert chosen(nights, cause=Cause(1), when=when) == found
