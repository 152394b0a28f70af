"""Whom a step calls and by what (N02, G06)."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from business.duty.model import Rank
from business.duty.queries import AbsenceRow, Member, RosterRow, TeamRow
from business.duty.roster import Cycle, ShiftLine
from business.notifier.audience import Target, people_of
from business.notifier.directory import Directory, Person
from business.notifier.policy import Cause
from business.notifier.reach import Reach, Wish
from config.calendar import Calendar
from config.hours import Hours
from config.notification import Audience, Medium, Policy, Step
from config.text import Text

ZONE = ZoneInfo("Asia/Shanghai")
ALL = {one: (f"to-{one}",) for one in (Medium.SMS, Medium.VOICE, Medium.EMAIL)}
POLICY = Policy("p", Text("策略", "Policy"), "fire", ())
NEVER = (0, 2**62)


def at_ns(when: str) -> int:
    return round(datetime.fromisoformat(when).replace(tzinfo=ZONE).timestamp()) * 10**9


NIGHT, NOON = at_ns("2026-03-08 03:00"), at_ns("2026-03-08 12:00")
MEMBERS = tuple(
    Member(user, user.title(), rank, user == "gone")
    for user, rank in (
        ("li", Rank.MEMBER),
        ("wang", Rank.MEMBER),
        ("gone", Rank.MEMBER),
        ("boss", Rank.LEADER),
        ("chief", Rank.MANAGER),
    )
)
LINES = (ShiftLine(0, 480, 1200, "li"), ShiftLine(0, 1200, 480, "wang"), ShiftLine(0, 0, 0, "gone"))
DIRECTORY = Directory(
    {
        **{one.user: Person(one.user, one.display, addresses=ALL, disabled=one.disabled) for one in MEMBERS},
        "stand-in": Person("stand-in", "Stand-in", "en", addresses=ALL),
    },
    {
        "fire": TeamRow("fire", Text("消防", "Fire"), "+862155550119", MEMBERS),
        "guards": TeamRow("guards", Text("保安", "Guards"), "", MEMBERS[:1]),
    },
    (RosterRow(1, "fire", "day", Cycle("fire", date(2026, 3, 1), None, 1, LINES)),),
    (),
)


def called(
    audience: Audience, when_ns: int = NIGHT, directory: Directory = DIRECTORY, **more: object
) -> tuple[Target, ...]:
    step = replace(Step(0, audience), **more)  # type: ignore[arg-type]  # whatever a step has
    return people_of(step, POLICY, Cause(1), directory.plan(ZONE, Calendar()), directory, when_ns)


def users(*found: Target) -> list[str]:
    return [one.user for one in found]


def away(user: str, by: str) -> Directory:
    return replace(DIRECTORY, absences=(AbsenceRow(1, user, by, *NEVER, ""),))


def test_those_on_duty_are_called_and_nobody_disabled_with_them() -> None:
    assert users(*called(Audience.ON_DUTY)) == ["wang"]
    assert users(*called(Audience.ON_DUTY, NOON)) == ["li"]
    assert called(Audience.ON_DUTY, team="guards") == (), "no roster, nobody on duty"


@pytest.mark.parametrize(
    ("audience", "expected"),
    [
        (Audience.LEADER, ["boss"]),
        (Audience.MANAGER, ["chief"]),
        (Audience.MEMBERS, ["li", "wang", "boss", "chief"]),
    ],
)
def test_ranks_are_called_whoever_is_on_duty(audience: Audience, expected: list[str]) -> None:
    assert users(*called(audience)) == expected


def test_who_is_away_is_not_called_but_whoever_stands_in_is() -> None:
    assert users(*called(Audience.ON_DUTY, directory=away("wang", "stand-in"))) == ["stand-in"]
    assert called(Audience.ON_DUTY, directory=away("wang", "")) == ()
    assert users(*called(Audience.LEADER, directory=away("boss", "stand-in"))) == ["stand-in"]
    assert called(Audience.LEADER, directory=away("boss", "")) == ()
    found = users(*called(Audience.MEMBERS, directory=away("boss", "li")))
    assert found == ["li", "wang", "chief"], "nobody twice"


def test_a_duty_phone_rings_and_gets_a_text() -> None:
    (phone,) = called(Audience.PHONE)
    assert (phone.user, phone.display, phone.media) == ("", "消防", (Medium.VOICE, Medium.SMS))
    assert phone.addresses == {Medium.VOICE: ("+862155550119",), Medium.SMS: ("+862155550119",)}
    (phone,) = called(Audience.PHONE, media=(Medium.EMAIL, Medium.SMS))
    assert phone.media == (Medium.SMS,)
    assert called(Audience.PHONE, media=(Medium.EMAIL,)) == ()
    assert called(Audience.PHONE, team="guards") == (), "it has none"
    assert "2155550119" not in repr(phone)


def test_each_is_called_by_what_his_own_rules_say_in_the_order_of_the_step() -> None:
    (one,) = called(Audience.LEADER, media=(Medium.SMS, Medium.VOICE))
    assert one.media == (Medium.SMS, Medium.VOICE)
    assert one.addresses[Medium.SMS] == ("to-sms",)
    asleep = Reach((Wish(Medium.SMS, frozenset({1, 2})),), Hours(22 * 60, 7 * 60))
    people = {**DIRECTORY.people, "boss": replace(DIRECTORY.people["boss"], reach=asleep)}
    step, quiet = Step(0, Audience.LEADER), replace(DIRECTORY, people=people)
    plan = quiet.plan(ZONE, Calendar())
    (unreached,) = people_of(step, POLICY, Cause(2), plan, quiet, NIGHT)
    assert (unreached.user, unreached.media) == ("boss", ()), "told, so that a page can show it"
    assert people_of(step, POLICY, Cause(2), plan, quiet, NOON)[0].media == (Medium.SMS,)


def test_the_step_says_the_team_then_the_policy_then_the_plan_that_asks() -> None:
    plan, members = DIRECTORY.plan(ZONE, Calendar()), Step(0, Audience.MEMBERS)

    def teams(step: Step, policy: Policy, asked: str) -> set[str]:
        return {one.team for one in people_of(step, policy, Cause(1, team=asked), plan, DIRECTORY, NIGHT)}

    assert teams(replace(members, team="guards"), POLICY, "fire") == {"guards"}
    assert teams(members, POLICY, "guards") == {"fire"}
    assert teams(members, replace(POLICY, team=""), "guards") == {"guards"}
    assert teams(members, replace(POLICY, team=""), "") == set()
    assert teams(members, replace(POLICY, team="dissolved"), "") == set()
