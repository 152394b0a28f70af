"""How people are reached, trials, announcements and progress, as commands (section 4 of the notifier)."""

from dataclasses import replace
from typing import Any

import pytest

from actors.messages import Issuer, Stage
from business.duty.messages import CreateTeam
from business.duty.service import Duty
from business.gate import Execute
from business.identity.account_messages import SetContact, SetUserKind
from business.identity.messages import DisableUser
from business.identity.passwords import Passwords
from business.notifier.commands import (
    Announce,
    ReachLines,
    SayHowFar,
    SendTrial,
    SetPin,
    SetReach,
    SetReachOf,
    StartReachabilityTest,
    WishLine,
)
from business.notifier.messages import CheckReachable, SayProgress, SendMessage
from business.notifier.model import MessagePin
from business.notifier.outbox import Outbox, Task, read, waiting
from business.notifier.people import Reached, reached
from business.notifier.reach import USUAL, Reach, Wish
from business.notifier.reaching import is_trivial
from business.notifier.service import Messaging
from config.hours import ALWAYS, Hours
from config.notification import Account, Duties, Medium, Notification, Progress
from config.site import Site
from config.text import Text
from tests.actors.small_site import point, rule, site
from tests.business.conftest import CountingHasher, Office
from tests.business.desk import Desk

NUMBER = "13812345678"
SMTP = Account(
    "mail", Text("邮件", "Mail"), "email", 1, Duties.ALL, 0.0, (), 0, 0, (), {}
)  # fmt: skip
SITE: Site = replace(site(point("t", rule("high"))), notification=Notification(accounts={"mail": SMTP}))
LINES = ReachLines(
    (WishLine("sms", (1, 2)), WishLine("voice", (1,)), WishLine("email", (4, 3), "08:00", "18:30")),
    "22:00", "06:00", "en", ("announcement",),
)  # fmt: skip

pytestmark = pytest.mark.both_databases


class Talking(Desk):
    """A desk of messages, with a team and two people."""

    def __init__(self, office: Office) -> None:
        self.passwords = Passwords(CountingHasher())
        outbox = Outbox(office.wall_ns)
        module = Messaging(
            lambda: office.authority.here(), lambda: SITE, self.passwords, outbox, office.wall_ns
        )
        super().__init__(office, module)
        for user in ("li", "wu"):
            office.create(user, "operator")
        duty = Duty(lambda: office.authority.here(), lambda _: pytest.fail("no roster"), office.wall_ns)
        office.gate.carry_out(duty, Execute(self.chief, CreateTeam("guards", "保安队", "Guards")))
        office.create("guardian", "security-administrator")
        self.guardian = office.log_in("guardian")
        self.li = office.log_in("li")

    def seen(self, user: str = "li") -> Reached:
        with self.office.authority.open() as session:
            found = reached(session, user)
        assert found is not None
        return found

    def asked(self) -> list[Task]:
        with self.office.authority.open() as session:
            return [read(session, number) for number, _, _ in waiting(session, 100)]

    def account(self, command: Any) -> None:
        """Carried out by who manages accounts."""
        assert self.office.do(command, self.guardian).stage is Stage.DONE


@pytest.fixture
def desk(office: Office) -> Talking:
    return Talking(office)


def own(desk: Talking, lines: ReachLines) -> str:
    return desk.refused(SetReach(lines), desk.li)


# --- the matrix


def test_who_has_said_nothing_is_reached_as_usual(desk: Talking) -> None:
    seen = desk.seen()
    assert (seen.reach, seen.language, seen.opted_out, seen.has_pin) == (Reach(), "zh", frozenset(), False)
    assert seen.reach.wishes == USUAL


def test_what_somebody_says_is_read_back_and_changed_in_place(desk: Talking) -> None:
    assert desk.do(SetReach(LINES), desk.li).stage is Stage.DONE
    seen = desk.seen()
    assert seen.reach.wishes == (
        Wish(Medium.VOICE, frozenset({1})),
        Wish(Medium.SMS, frozenset({1, 2})),
        Wish(Medium.EMAIL, frozenset({3, 4}), Hours(480, 1110)),
    )
    assert (seen.reach.rest, seen.language) == (Hours(1320, 360), "en")
    assert seen.opted_out == {"announcement"}
    again = replace(
        LINES,
        wishes=(WishLine("voice", (1,)), WishLine("sms", (1,))),
        rest_start="",
        rest_end="",
        opted_out=(),
    )
    assert desk.do(SetReach(again), desk.li).stage is Stage.DONE
    seen = desk.seen()
    assert seen.reach == Reach((Wish(Medium.VOICE, frozenset({1})), Wish(Medium.SMS, frozenset({1}))))
    assert seen.opted_out == frozenset()
    assert desk.seen("wu").reach == Reach()


def test_hours_may_end_at_midnight_or_on_the_next_day(desk: Talking) -> None:
    for start, end, hours in (
        ("00:00", "24:00", ALWAYS), ("24:00", "00:00", ALWAYS), ("20:00", "08:00", Hours(1200, 480)),
        ("08:00", "24:00", Hours(480, 1440)), ("20:00", "00:00", Hours(1200, 1440)),
    ):  # fmt: skip
        wishes = (WishLine("voice", (1,), start, end), WishLine("sms", (1,)))
        assert desk.do(SetReach(ReachLines(wishes)), desk.li).stage is Stage.DONE
        assert desk.seen().reach.wishes[0].hours == hours


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        (ReachLines(()), "cannot be switched off"),
        (ReachLines((WishLine("sms", (1,)),)), "cannot be switched off"),
        (ReachLines((WishLine("voice", (1,)), WishLine("sms", (2, 3)))), "cannot be switched off"),
        (replace(LINES, wishes=(*LINES.wishes, WishLine("fax", (1,)))), "no medium"),
        (replace(LINES, wishes=(*LINES.wishes, WishLine("speaker", (1,)))), "no medium"),
        (replace(LINES, wishes=(*LINES.wishes, WishLine("sms", (1,)))), "comes twice"),
        (replace(LINES, wishes=(*LINES.wishes, WishLine("push", (0, 5)))), "no priority 0"),
        (replace(LINES, wishes=(*LINES.wishes, WishLine("push", (1,), "8", "9"))), "no time of day"),
        (replace(LINES, rest_end=""), "a beginning and an end"),
        (replace(LINES, rest_end="25:00"), "no time of day"),
        (replace(LINES, language="fr"), "no language"),
        (replace(LINES, opted_out=("alarm",)), "opt out of 'alarm'"),
        (replace(LINES, opted_out=("danger",)), "opt out of 'danger'"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(desk: Talking, lines: ReachLines, why: str) -> None:
    assert why in own(desk, lines)
    assert desk.seen().reach == Reach()


def test_others_are_set_by_who_manages_and_by_nobody_else(desk: Talking) -> None:
    desk.done(SetReachOf("li", LINES))
    assert desk.seen().language == "en"
    assert desk.do(SetReachOf("wu", LINES), desk.li).stage is Stage.REFUSED
    assert desk.seen("wu").language == "zh"
    assert desk.do(SetReachOf("nobody", LINES)).stage is Stage.REFUSED


def test_rules_are_for_staff_alone(desk: Talking) -> None:
    desk.account(SetUserKind("wu", "tenant"))
    assert "no staff" in desk.refused(SetReachOf("wu", LINES))


# --- the PIN


def test_a_pin_is_kept_as_a_password_is(desk: Talking) -> None:
    assert desk.do(SetPin("48215930"), desk.li).stage is Stage.DONE
    assert desk.seen().has_pin
    with desk.office.authority.open() as session:
        (kept,) = session.query(MessagePin).all()
    assert desk.passwords.verify(kept.pin_hash, "48215930")
    assert not desk.passwords.verify(kept.pin_hash, "48215931")
    assert "48215930" not in str(desk.office.rows("message_pins", "audit_records"))
    assert kept.pin_hash not in str(desk.office.rows("audit_changes"))
    assert desk.do(SetPin("738162"), desk.li).stage is Stage.DONE
    assert desk.do(SetPin(""), desk.li).stage is Stage.DONE
    assert desk.do(SetPin(""), desk.li).stage is Stage.DONE
    assert not desk.seen().has_pin


@pytest.mark.parametrize("pin", ["482", "482913074", "48a1", "４８２１", " 4821", "-482"])
def test_a_pin_has_four_to_eight_digits(desk: Talking, pin: str) -> None:
    assert "4 to 8 digits" in desk.refused(SetPin(pin), desk.li)


@pytest.mark.parametrize("pin", ["0000", "1234", "4321", "7890", "2109", "1212", "123123", "87654321"])
def test_a_pin_that_everybody_tries_is_refused(desk: Talking, pin: str) -> None:
    assert "easily guessed" in desk.refused(SetPin(pin), desk.li)


def test_other_pins_are_not_trivial() -> None:
    assert not any(is_trivial(one) for one in ("4821", "1357", "1223", "12341", "9013", "0019"))


# --- trials


def test_a_trial_goes_to_oneself_by_one_medium(desk: Talking) -> None:
    desk.account(SetContact("li", NUMBER, "li@example.com"))
    assert desk.do(SendTrial("sms"), desk.li).stage is Stage.DONE
    (task,) = desk.asked()
    assert isinstance(task, SendMessage)
    assert (task.event, task.persons, task.medium, task.account) == ("trial", ("li",), "sms", "")
    assert task.values == {"who": "Li"}
    assert task.until_ns - desk.office.now_ns == 600 * 10**9


def test_a_trial_may_name_an_account_of_its_medium(desk: Talking) -> None:
    desk.account(SetContact("li", NUMBER, "li@example.com"))
    assert desk.do(SendTrial("email", "mail"), desk.li).stage is Stage.DONE
    (task,) = desk.asked()
    assert isinstance(task, SendMessage)
    assert (task.medium, task.account) == ("email", "mail")
    desk.office.pass_minutes(1)
    assert "no account 'mail'" in desk.refused(SendTrial("sms", "mail"), desk.li)
    assert "no account 'none'" in desk.refused(SendTrial("sms", "none"), desk.li)


def test_trials_need_an_address_and_a_pause(desk: Talking) -> None:
    assert "no number or address" in desk.refused(SendTrial("sms"), desk.li)
    desk.account(SetContact("li", NUMBER, ""))
    assert "no number or address" in desk.refused(SendTrial("push"), desk.li)
    assert "no medium" in desk.refused(SendTrial("speaker"), desk.li)
    assert desk.do(SendTrial("sms"), desk.li).stage is Stage.DONE
    assert "30 s apart" in desk.refused(SendTrial("voice"), desk.li)
    desk.office.pass_minutes(0.5)
    assert desk.do(SendTrial("voice"), desk.li).stage is Stage.DONE


# --- announcements, progress, tests


def test_an_announcement_goes_to_teams_and_people_at_its_priority(desk: Talking) -> None:
    desk.done(
        Announce("电梯检修", "3月2日1号楼电梯检修", ("guards", "guards"), ("li", "LI", "wu")),
        Announce("燃气泄漏", "请勿进入B1", persons=("li",), urgent=True),
    )
    ordinary, urgent = desk.asked()
    assert isinstance(ordinary, SendMessage)
    assert isinstance(urgent, SendMessage)
    assert (ordinary.event, ordinary.priority) == ("announcement", 3)
    assert (ordinary.teams, ordinary.persons) == (("guards",), ("li", "wu"))
    assert ordinary.values == {
        "title": "电梯检修", "text": "3月2日1号楼电梯检修",
    }  # fmt: skip
    assert (urgent.event, urgent.priority) == ("danger", 1)


@pytest.mark.parametrize(
    ("announcement", "why"),
    [
        (Announce("x", "y"), "for nobody"),
        (Announce("", "y", ("guards",)), "the title"),
        (Announce("x", "", ("guards",)), "the text"),
        (Announce("x", "y" * 501, ("guards",)), "501 characters"),
        (Announce("x", "y", ("nobody",)), "no team"),
        (Announce("x", "y", persons=("gone",)), "no staff"),
        (Announce("x", "y", persons=("li",) * 501), "at most 500 people"),
        (Announce("x", "y", ("guards",) * 51), "at most 50 teams"),
    ],
)
def test_an_announcement_that_reaches_nobody_or_too_many_is_refused(
    desk: Talking, announcement: Announce, why: str
) -> None:
    desk.office.create("gone", "operator")
    desk.account(DisableUser("gone"))
    assert why in desk.refused(announcement)
    assert desk.asked() == []


def test_who_answers_says_how_far_he_is(desk: Talking) -> None:
    assert desk.do(SayHowFar("alarm-7", "on-the-way"), desk.li).stage is Stage.DONE
    assert desk.asked() == [SayProgress("alarm-7", "li", Progress.ON_THE_WAY)]
    assert "no progress" in desk.refused(SayHowFar("alarm-7", "asleep"), desk.li)
    assert "no such escalation" in desk.refused(SayHowFar("", "done"), desk.li)
    desk.office.create("viewer", "viewer")
    assert desk.do(SayHowFar("alarm-7", "done"), desk.office.log_in("viewer")).stage is Stage.REFUSED


def test_who_manages_tests_who_can_be_reached(desk: Talking) -> None:
    desk.done(StartReachabilityTest(), StartReachabilityTest(("guards",)))
    assert desk.asked() == [CheckReachable(), CheckReachable(("guards",))]
    assert "no team" in desk.refused(StartReachabilityTest(("nobody",)))


def test_who_does_not_manage_announces_and_tests_nothing(desk: Talking) -> None:
    issuer: Issuer = desk.li
    for command in (Announce("x", "y", ("guards",)), StartReachabilityTest()):
        assert desk.do(command, issuer).stage is Stage.REFUSED
    assert desk.asked() == []
