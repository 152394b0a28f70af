"""What the office tells the notifier of people travels and is kept as it was."""

from datetime import date

from business.duty.model import Rank
from business.duty.queries import AbsenceRow, Member, RosterRow, TeamRow
from business.duty.roster import Cycle, ShiftLine
from business.notifier.directory import DIRECTORY, Directory, Person
from business.notifier.reach import Reach, Wish
from config.hours import Hours
from config.notification import Medium
from config.plans import DayKind
from config.text import Text


def test_a_directory_comes_out_as_it_went_in() -> None:
    reach = Reach((Wish(Medium.SMS, frozenset({2, 1})),), Hours(1320, 420))
    line = ShiftLine(1, 480, 1200, "li", (DayKind.WORKDAY,))
    li = Person("li", "李工", "zh", reach, {Medium.SMS: ("+8613800138000",)}, "hash", frozenset({"order"}))
    leader = Member("li", "李工", Rank.LEADER, disabled=False)
    told = Directory(
        {"li": li},
        {"fire": TeamRow("fire", Text("消防", "Fire"), "+862155550119", (leader,))},
        (RosterRow(1, "fire", "day", Cycle("fire", date(2026, 3, 1), None, 2, (line,))),),
        (AbsenceRow(1, "li", "", 1, 2, "leave"),),
    )
    body = DIRECTORY.encode(told)
    assert DIRECTORY.decode(body) == told
    assert DIRECTORY.encode(DIRECTORY.decode(body)) == body, "equal directories have equal bytes"
    assert "13800138000" not in repr(told)
