"""What would happen if an alarm occurred, and which templates would be missing then (N02, N10)."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from business.duty.model import Rank
from business.duty.queries import Member, RosterRow, TeamRow
from business.duty.roster import Cycle, ShiftLine
from business.notifier.directory import Directory, Person
from business.notifier.policy import Cause, Misfit, policy_for
from business.notifier.rehearsing import Turn, turns, weighed
from business.notifier.templates import Missing, events_of, missing
from config.calendar import Calendar
from config.hours import Hours
from config.notification import (
    Account,
    Approval,
    Audience,
    Duties,
    Medium,
    Notification,
    Policy,
    Review,
    Step,
)
from config.notify_events import EVENTS
from config.plans import DayKind
from config.text import Text
from config.value_rules import EVENT
from supervisor.cli import DEMO
from supervisor.site_files import loaded

ZONE = ZoneInfo("Asia/Shanghai")
PARENTS = {"site": "", "a": "site"}
SECOND_NS = 10**9


def at_ns(when: str) -> int:
    return round(datetime.fromisoformat(when).replace(tzinfo=ZONE).timestamp()) * SECOND_NS


SUNDAY = at_ns("2026-03-08 03:00")
PHONES = {Medium.VOICE: ("+8613800138000",), Medium.SMS: ("+8613800138000",)}
PEOPLE = {
    "li": Person("li", "Li", addresses=PHONES),
    "wang": Person("wang", "Wang", addresses=PHONES),
    "boss": Person("boss", "Boss"),
}
TEAM = TeamRow(
    "fire",
    Text("消防", "Fire"),
    "",
    (*(Member(one, one, Rank.MEMBER, disabled=False) for one in ("li", "wang")),
     Member("boss", "Boss", Rank.LEADER, disabled=False)),
)  # fmt: skip
LINES = (ShiftLine(0, 480, 182, "li"), ShiftLine(0, 182, 480, "wang"))
ROSTER = RosterRow(1, "fire", "day", Cycle("fire", date(2026, 3, 1), None, 1, LINES))
DIRECTORY = Directory(PEOPLE, {"fire": TEAM}, (ROSTER,), ())
POLICY = Policy(
    "p", Text("策略", "Policy"), "fire",
    (
        Step(0, Audience.ON_DUTY, "", (Medium.VOICE, Medium.SMS), True, 90, 1, 300),
        Step(60, Audience.LEADER),
        Step(120, Audience.PHONE),
    ),
    again_s=600,
)  # fmt: skip


def played(policy: Policy = POLICY, cause: Cause = Cause(1)) -> list[Turn]:  # noqa: B008  # frozen
    return list(turns(policy, cause, DIRECTORY.plan(ZONE, Calendar()), DIRECTORY, SUNDAY))


def test_every_turn_is_told_with_who_by_what_and_when() -> None:
    first, leader, phone, again, *_ = played()
    assert [(one.target.user, one.medium, one.at_ns - SUNDAY) for one in first.told] == [
        ("li", Medium.VOICE, 0),
        ("li", Medium.SMS, 90 * SECOND_NS),
    ]
    assert [(one.target.user, one.medium) for one in leader.told] == [("boss", None)]
    assert leader.reaches_nobody
    assert (phone.team, phone.told) == ("fire", ())
    assert phone.reaches_nobody
    assert (again.slot.repeat, again.at_ns - SUNDAY) == (1, 300 * SECOND_NS)
    assert again.told[0].target.user == "wang", "the shift has changed at 03:02"


def test_the_first_round_and_the_beginning_of_the_second_are_told() -> None:
    assert [(one.slot.round, one.slot.step) for one in played()] == [(0, 0), (0, 1), (0, 2), (0, 0), (1, 0)]
    assert [one.slot.round for one in played(replace(POLICY, again_s=0))] == [0, 0, 0, 0]
    assert played(replace(POLICY, steps=())) == []


def test_a_plan_s_team_is_the_one_that_it_asks_for() -> None:
    assert {one.team for one in played(replace(POLICY, team="other"), Cause(1, team="fire"))} == {"fire"}
    assert all(one.reaches_nobody for one in played(replace(POLICY, team="other")))


def test_each_policy_says_what_speaks_against_it() -> None:
    night, workdays = Hours(0, 360), (DayKind.WORKDAY,)
    cases = {
        Misfit.DISABLED: replace(POLICY, enabled=False),
        Misfit.PRIORITY: replace(POLICY, priorities=frozenset({2})),
        Misfit.ZONE: replace(POLICY, zones=frozenset({"b"})),
        Misfit.SUBSYSTEM: replace(POLICY, subsystems=frozenset({"hvac"})),
        Misfit.CLASS: replace(POLICY, classes=frozenset({"fire"})),
        Misfit.HOURS: replace(POLICY, hours=Hours(480, 1080)),
        Misfit.DAYS: replace(POLICY, hours=night, days=workdays),
        None: replace(POLICY, zones=frozenset({"site"}), hours=night),
    }
    cause, plan = Cause(1, "a"), DIRECTORY.plan(ZONE, Calendar())
    found = weighed(tuple(cases.values()), cause, plan, PARENTS, SUNDAY)
    assert [one.against for one in found] == list(cases)
    counts = policy_for(cases.values(), cause, SUNDAY, ZONE, Calendar(), PARENTS)
    assert counts is cases[None], "as the engine decides"


def account(kind: str = "aliyun-sms", duties: Duties = Duties.ALARMS, *languages: str) -> Account:
    return Account("texts", Text("短信", "Texts"), kind, 50, duties, 0, (), 0, 0, languages, {})


def approval(event: str, review: Review, language: str = "zh") -> Approval:
    return Approval(event, "texts", event, language, "SMS_1", (), review)


def test_an_event_without_an_approved_template_is_seen_before_it_is_needed() -> None:
    approvals = (approval("alarm", Review.APPROVED), approval("plan", Review.WAITING))
    said = Notification(accounts={"texts": account()}, approvals=approvals)
    assert list(missing(said)) == [
        Missing("texts", "alarm-over", "zh", None),
        Missing("texts", "plan", "zh", Review.WAITING),
        Missing("texts", "digest", "zh", None),
        Missing("texts", "reachability", "zh", None),
    ]
    english = replace(said, accounts={"texts": account("aliyun-sms", Duties.ALARMS, "zh", "en")})
    assert Missing("texts", "alarm", "en", None) in missing(english)
    assert list(missing(replace(said, accounts={"texts": account("email")}))) == []
    off = replace(account(), enabled=False)
    assert list(missing(replace(said, accounts={"texts": off}))) == []


def test_every_event_is_somebody_s() -> None:
    alarms, business = events_of(Duties.ALARMS), events_of(Duties.BUSINESS)
    assert not {*alarms} & {*business}
    assert {*alarms, *business, *events_of(Duties.WATCHDOG)} == {*EVENTS}
    assert {*events_of(Duties.ALL)} == {*alarms, *business}


def test_every_critical_alarm_of_the_demo_calls_somebody() -> None:
    site = loaded(DEMO)
    above = {zone.id: zone.parent for zone in site.zones.values()}
    for device in site.devices.values():
        for point in device.template.points:
            for rule in point.rules:
                cause = Cause(rule.priority.rank, device.zone, device.subsystem, rule.alarm_class)
                if cause.priority == 1 and rule.alarm_class != EVENT:
                    found = policy_for(
                        site.notification.policies, cause, SUNDAY, ZONE, Calendar(site.calendar), above
                    )
                    assert found is not None, (device.id, point.id, rule.name)
