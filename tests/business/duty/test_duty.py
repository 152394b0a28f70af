"""Teams, rosters and absences as commands (G06, G07, H03)."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from actors.messages import Issuer, Stage
from business.duty.messages import (
    ChangeRoster,
    ChangeTeam,
    CreateRoster,
    CreateTeam,
    DischargeMember,
    EnlistMember,
    EnterAbsence,
    RemoveAbsence,
    RemoveRoster,
    RemoveTeam,
    RosterLine,
    SayReachable,
)
from business.duty.model import Rank
from business.duty.queries import Plan, plan, reachable
from business.duty.service import Duty
from business.identity.messages import DisableUser
from config.calendar import Calendar
from config.text import Text
from tests.business.conftest import Office
from tests.business.desk import Desk

ZONE = ZoneInfo("Asia/Shanghai")
HOUR_NS = 3600 * 10**9
DAY_AND_NIGHT = (RosterLine(1, "08:00", "20:00", "li"), RosterLine(1, "20:00", "08:00", "wu"))

pytestmark = pytest.mark.both_databases


@pytest.fixture
def desk(office: Office) -> Desk:
    def read(session: object) -> Plan:
        return plan(session, ZONE, Calendar())  # type: ignore[arg-type]

    desk = Desk(office, Duty(lambda: office.authority.here(), read, office.wall_ns))
    for user in ("li", "wu", "zhao"):
        office.create(user, "guard")
    desk.done(CreateTeam("security", "保安队", "Security", "021-5555 1234"))
    return desk


def seen(desk: Desk) -> Plan:
    with desk.office.authority.open() as session:
        return plan(session, ZONE, Calendar())


def staffed(
    desk: Desk, *shifts: RosterLine, first: str = "2027-01-01", last: str = "", length: int = 1
) -> int:
    desk.done(*(EnlistMember("security", user, "member") for user in ("li", "wu")))
    (event,) = desk.done(CreateRoster("security", "两班倒", first, last, length, shifts or DAY_AND_NIGHT))
    return int(event.roster)


def roster_of(line: RosterLine) -> CreateRoster:
    return CreateRoster("security", "x", "2027-01-01", "", 1, (line,))


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * 10**9


def test_a_team_has_names_a_duty_phone_and_members_by_rank(desk: Desk) -> None:
    desk.done(
        EnlistMember("security", "zhao", "manager"),
        EnlistMember("security", "wu", "member"),
        EnlistMember("security", "li", "leader"),
        EnlistMember("security", "zhao", "leader"),
        ChangeTeam("security", "秩序部", "Order", ""),
    )
    team = seen(desk).teams["security"]
    assert (team.name, team.phone) == (Text("秩序部", "Order"), "")
    assert [(one.user, one.rank) for one in team.members] == [
        ("wu", Rank.MEMBER), ("zhao", Rank.LEADER), ("li", Rank.LEADER),
    ]  # fmt: skip
    desk.done(DischargeMember("security", "zhao"))
    assert [one.user for one in seen(desk).teams["security"].of_rank(Rank.LEADER)] == ["li"]


def test_the_duty_phone_is_sealed_and_hidden_in_the_trail(desk: Desk) -> None:
    assert seen(desk).teams["security"].phone == "+862155551234"
    rows = desk.office.rows("teams", "audit_changes")
    assert "55551234" not in str(rows)


def test_a_roster_is_read_back_as_it_was_written(desk: Desk) -> None:
    roster = staffed(desk)
    found = seen(desk)
    assert [one.user for one in found.on_duty("security", at("2027-01-05 12:00"))] == ["li"]
    assert [one.user for one in found.on_duty("security", at("2027-01-05 23:00"))] == ["wu"]
    assert [one.user for one in found.next_after("security", at("2027-01-05 12:00"), 24 * HOUR_NS)] == ["wu"]
    assert found.uncovered("security", at("2027-01-05 00:00"), at("2027-01-09 00:00")) == ()
    workdays = RosterLine(2, "00:00", "24:00", "li", ("workday", "holiday"))
    desk.done(ChangeRoster(roster, "值班", "2027-01-04", "2027-01-10", 3, (workdays,)))
    (line,) = seen(desk).rosters[0].cycle.lines
    assert (line.day, line.start, line.end, line.days) == (1, 0, 1440, ("workday", "holiday"))
    found = seen(desk)
    assert [one.user for one in found.on_duty("security", at("2027-01-05 23:59"))] == ["li"]
    assert found.on_duty("security", at("2027-01-06 00:00")) == ()
    desk.done(RemoveRoster(roster))
    assert seen(desk).rosters == ()


def test_who_is_away_is_replaced_and_a_gap_is_found(desk: Desk) -> None:
    staffed(desk)
    since, until = at("2027-01-05 00:00"), at("2027-01-06 00:00")
    (event,) = desk.done(EnterAbsence("li", "zhao", since, until, "年假"))
    found = seen(desk)
    (shift,) = found.on_duty("security", at("2027-01-05 12:00"))
    assert (shift.user, shift.instead_of) == ("zhao", "li")
    desk.done(RemoveAbsence(event.absence), EnterAbsence("li", "", since, until))
    found = seen(desk)
    assert found.on_duty("security", at("2027-01-05 12:00")) == ()
    assert found.uncovered("security", since, until) == ((at("2027-01-05 08:00"), at("2027-01-05 20:00")),)


def test_what_cannot_be_is_refused_with_the_way_out(desk: Desk) -> None:
    roster = staffed(desk)
    since, until = at("2027-01-05 00:00"), at("2027-01-06 00:00")
    for command, why in (
        (CreateTeam("Security!", "保安", "Guards"), "'Security!' is no id of a team"),
        (CreateTeam("security", "保安", "Guards"), "there is a team 'security' already"),
        (CreateTeam("fire", "", "Fire"), "the Chinese label has 0 characters"),
        (CreateTeam("fire", "消防", "Fire", "12"), "phone"),
        (ChangeTeam("fire", "消防", "Fire"), "there is no team 'fire'"),
        (EnlistMember("security", "nobody", "member"), "user"),
        (EnlistMember("security", "li", "boss"), "'boss' is no rank"),
        (DischargeMember("security", "li"), "has shifts in roster '两班倒'"),
        (DischargeMember("security", "zhao"), "is not in team"),
        (CreateRoster("security", "x", "2027-01-01", "", 0, DAY_AND_NIGHT), "the cycle has 0 days"),
        (CreateRoster("security", "x", "2027-01-01", "", 367, DAY_AND_NIGHT), "give it 1 to 366"),
        (CreateRoster("security", "x", "1 May", "", 1, DAY_AND_NIGHT), "'1 May' is no date"),
        (CreateRoster("security", "x", "2027-01-02", "2027-01-01", 1, DAY_AND_NIGHT), "before the first day"),
        (CreateRoster("security", "x", "2027-01-01", "", 1, ()), "has 0 shifts"),
        (roster_of(RosterLine(2, "08:00", "20:00", "li")), "day 2"),
        (roster_of(RosterLine(1, "8", "20:00", "li")), "'8' is no time"),
        (roster_of(RosterLine(1, "08:00", "20:00", "zhao")), "who is not in team"),
        (roster_of(RosterLine(1, "08:00", "20:00", "li", ("mon",))), "'mon' is no kind of day"),
        (ChangeRoster(roster + 1, "x", "2027-01-01", "", 1, DAY_AND_NIGHT), "there is no roster"),
        (RemoveRoster(roster + 1), "there is no roster"),
        (EnterAbsence("li", "li", since, until), "nobody stands in for himself"),
        (EnterAbsence("li", "wu", until, since), "has to be after the beginning"),
        (EnterAbsence("li", "wu", 1, 2**62), "three years"),
        (RemoveAbsence(4711), "there is no absence 4711"),
    ):  # fmt: skip
        assert why in desk.refused(command), command
    assert [one.name for one in seen(desk).rosters] == ["两班倒"]


def test_nobody_stands_in_who_is_away_himself(desk: Desk) -> None:
    since, until = at("2027-01-05 00:00"), at("2027-01-06 00:00")
    desk.done(EnterAbsence("li", "wu", since, until))
    assert "already" in desk.refused(EnterAbsence("li", "zhao", since + HOUR_NS, until + HOUR_NS))
    assert "stands in for another" in desk.refused(EnterAbsence("wu", "zhao", since, until))
    assert "absent in that time" in desk.refused(EnterAbsence("zhao", "li", since, until))
    desk.done(EnterAbsence("wu", "zhao", until, until + HOUR_NS))


def test_a_disabled_account_is_no_staff_and_stays_visible_in_its_team(desk: Desk) -> None:
    staffed(desk)
    desk.office.create("boss", "security-administrator")
    boss = desk.office.log_in("boss", address="10.7.7.7")
    assert desk.office.do(DisableUser("li"), boss).stage is Stage.DONE
    assert "no staff" in desk.refused(EnlistMember("security", "li", "leader"))
    assert [one.disabled for one in seen(desk).teams["security"].members] == [True, False]


def test_a_team_goes_with_its_rosters(desk: Desk) -> None:
    staffed(desk)
    desk.done(RemoveTeam("security"))
    found = seen(desk)
    assert (found.teams, found.rosters) == ({}, ())


def test_who_is_on_duty_says_that_he_can_be_reached(desk: Desk) -> None:
    staffed(desk)
    desk.office.now_ns = at("2027-03-01 07:30")
    li, zhao = desk.office.log_in("li"), desk.office.log_in("zhao")
    assert desk.do(SayReachable("security"), li).stage is Stage.DONE
    desk.office.pass_minutes(5)
    assert desk.do(SayReachable("security"), li).stage is Stage.DONE
    assert "you are not on duty" in desk.refused(SayReachable("security"), zhao)
    with desk.office.authority.open() as session:
        assert reachable(session, at("2027-03-01 00:00")) == {
            ("security", "li", at("2027-03-01 08:00")): at("2027-03-01 07:30")
        }


def test_a_guard_sees_the_roster_and_changes_nothing(desk: Desk) -> None:
    guard: Issuer = desk.office.log_in("li")
    assert desk.refused(CreateTeam("fire", "消防", "Fire"), guard)
    person = desk.office.authority.person(guard.session)
    assert person is not None
    assert person.may("duty.read", desk.office.authority.here())
    assert not person.may("duty.manage", desk.office.authority.here())
