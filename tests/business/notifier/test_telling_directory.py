"""The notifier is told who is who whenever that has changed, and now and then anyway."""

from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actors.messages import CommandResult, Stage
from actors.said import said
from business.duty.messages import (
    CreateRoster,
    CreateTeam,
    DischargeMember,
    EnlistMember,
    EnterAbsence,
    RosterLine,
)
from business.duty.queries import plan
from business.duty.service import Duty
from business.follower import NotTaken
from business.gate import Execute
from business.identity.account_messages import SetContact, SetUserKind
from business.identity.messages import DisableUser
from business.identity.passwords import Passwords
from business.notifier.commands import ReachLines, SetPin, SetReach, WishLine
from business.notifier.directory import DIRECTORY, Directory
from business.notifier.messages import TellDirectory
from business.notifier.outbox import Outbox
from business.notifier.people import directory
from business.notifier.reach import Wish
from business.notifier.service import Messaging
from business.notifier.telling_directory import DirectoryTelling
from config.calendar import Calendar
from config.notification import Medium
from tests.actors.small_site import point, rule, site
from tests.business.conftest import CountingHasher, Office
from tests.business.desk import Desk

ZONE = ZoneInfo("Asia/Shanghai")
HOUR_NS = 3600 * 10**9
SITE = site(point("t", rule("high")))

pytestmark = pytest.mark.both_databases


def fail(error: BaseException) -> None:
    raise error


@dataclass
class Notifier:
    """Hears, as a process of its own would."""

    stage: Stage = Stage.DONE
    told: list[TellDirectory] = field(default_factory=list)

    def tell(self, body: Any, id_: str) -> CommandResult:
        assert isinstance(body, TellDirectory)
        self.told.append(body)
        return CommandResult(id_, self.stage, said("不在", "away"), None, 0)

    @property
    def knows(self) -> Directory:
        found = DIRECTORY.decode(self.told[-1].body)
        assert isinstance(found, Directory)
        return found


class Told(Desk):
    """Accounts, duty and reach, and a notifier that hears of them."""

    def __init__(self, office: Office) -> None:
        super().__init__(office, office.identity)
        outbox = Outbox(office.wall_ns)
        self.messaging = Messaging(
            office.authority.here, lambda: SITE, Passwords(CountingHasher()), outbox, office.wall_ns
        )
        self.duty = Duty(
            office.authority.here, lambda session: plan(session, ZONE, Calendar()), office.wall_ns
        )
        for user in ("guardian", "li", "wu"):
            office.create(user, "security-administrator" if user == "guardian" else "operator")
        self.guardian, self.li = office.log_in("guardian"), office.log_in("li")
        self.notifier = Notifier()
        self.follower = self.another()

    def another(self) -> DirectoryTelling:
        return DirectoryTelling(
            self.office.authority.open, self.notifier.tell, self.office.wall_ns, on_failure=fail
        )

    def at_duty(self, *commands: Any) -> None:
        for command in commands:
            outcome = self.office.gate.carry_out(self.duty, Execute(self.chief, command))
            assert outcome.stage is Stage.DONE, outcome.detail

    def account(self, command: Any) -> None:
        assert self.office.do(command, self.guardian).stage is Stage.DONE

    def say(self, command: Any) -> None:
        outcome = self.office.gate.carry_out(self.messaging, Execute(self.li, command))
        assert outcome.stage is Stage.DONE, outcome.detail

    def knows(self) -> Directory:
        self.follower.turn()
        return self.notifier.knows


@pytest.fixture
def told(office: Office) -> Told:
    return Told(office)


def test_staff_and_members_are_told_with_what_reaches_them(told: Told) -> None:
    told.account(SetContact("li", "13812345678", "li@example.com"))
    told.at_duty(
        CreateTeam("guards", "保安队", "Guards", "021-5555 1234"), EnlistMember("guards", "wu", "member")
    )
    told.account(SetUserKind("wu", "tenant"))
    told.account(SetUserKind("guardian", "service"))
    told.say(SetReach(ReachLines((WishLine("voice", (1,)), WishLine("sms", (1, 2))), language="en")))
    told.say(SetPin("4821"))
    known = told.knows()
    assert list(known.people) == ["chief", "li", "wu"], "whoever is in a team, and no programs"
    li = known.people["li"]
    number = ("+8613812345678",)
    assert li.addresses == {
        Medium.VOICE: number, Medium.SMS: number, Medium.CHAT: number, Medium.EMAIL: ("li@example.com",),
    }  # fmt: skip
    assert (li.display, li.language, li.disabled) == ("Li", "en", False)
    assert li.reach.wishes == (Wish(Medium.VOICE, frozenset({1})), Wish(Medium.SMS, frozenset({1, 2})))
    assert told.messaging._passwords.verify(li.pin_hash, "4821")
    assert known.people["wu"].addresses == {}
    assert known.people["wu"].pin_hash == ""
    team = known.teams["guards"]
    assert (team.phone, [one.user for one in team.members]) == ("+862155551234", ["wu"])


def test_it_is_told_again_only_when_it_has_changed(told: Told) -> None:
    told.knows()
    told.follower.turn()
    assert len(told.notifier.told) == 1
    told.account(SetContact("li", "13812345678", ""))
    assert told.knows().people["li"].addresses
    told.account(DisableUser("li"))
    assert told.knows().people["li"].disabled
    told.at_duty(CreateTeam("guards", "保安队", "Guards"), EnlistMember("guards", "wu", "member"))
    assert told.knows().teams["guards"].members
    day = RosterLine(1, "08:00", "08:00", "wu")
    told.at_duty(CreateRoster("guards", "日常", "2027-01-01", "", 1, (day,)))
    on_duty = told.knows().plan(ZONE, Calendar()).on_duty("guards", told.office.now_ns)
    assert [one.user for one in on_duty] == ["wu"]
    now = told.office.now_ns
    told.at_duty(EnterAbsence("wu", "chief", now, now + HOUR_NS))
    on_duty = told.knows().plan(ZONE, Calendar()).on_duty("guards", now)
    assert [one.user for one in on_duty] == ["chief"]
    count = len(told.notifier.told)
    told.at_duty(CreateTeam("none", "无", "None"))
    told.follower.turn()
    assert len(told.notifier.told) == count + 1


def test_what_changes_nothing_of_it_is_not_told(told: Told) -> None:
    told.knows()
    told.office.log_in("wu")
    told.account(SetContact("li", "", ""))
    told.follower.turn()
    assert len(told.notifier.told) == 1


def test_it_is_told_every_ten_minutes_and_after_a_restart(told: Told) -> None:
    told.knows()
    told.office.pass_minutes(9.9)
    told.follower.turn()
    assert len(told.notifier.told) == 1
    told.office.pass_minutes(0.2)
    told.follower.turn()
    first, second = told.notifier.told
    assert (first.body, second.time_ns) == (second.body, told.office.now_ns)
    told.another().turn()
    assert len(told.notifier.told) == 3


def test_while_the_notifier_is_away_it_is_told_again(told: Told) -> None:
    told.knows()
    told.notifier.stage = Stage.FAILED
    told.account(SetContact("li", "13812345678", ""))
    for _ in range(2):
        with pytest.raises(NotTaken, match="away"):
            told.follower.turn()
    told.notifier.stage = Stage.DONE
    assert told.knows().people["li"].addresses
    told.follower.turn()
    assert len(told.notifier.told) == 4


def test_an_absence_that_is_over_is_not_told(told: Told) -> None:
    now = told.office.now_ns
    told.at_duty(EnterAbsence("li", "", now, now + HOUR_NS), EnterAbsence("wu", "", now, now + 3 * HOUR_NS))
    with told.office.sessions() as session:
        assert [one.user for one in directory(session, now).absences] == ["li", "wu"]
        assert [one.user for one in directory(session, now + 2 * HOUR_NS).absences] == ["wu"]


def test_who_left_a_team_is_told_as_long_as_he_is_staff(told: Told) -> None:
    told.at_duty(CreateTeam("guards", "保安队", "Guards"), EnlistMember("guards", "wu", "member"))
    told.account(SetUserKind("wu", "tenant"))
    assert "wu" in told.knows().people
    told.at_duty(DischargeMember("guards", "wu"))
    assert "wu" not in told.knows().people
