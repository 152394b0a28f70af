"""Which alarms of a class get an order, and after how long: the least urgent, and what still stands (S4)."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import AlarmState, Issuer
from business.alarm_orders.following import ITSELF
from business.alarm_orders.messages import OpenAlarmOrder, OpenAwaitedAlarmOrder
from business.alarm_orders.model import AlarmOrdersFollowed, AwaitedAlarmOrder, Source
from business.follower import PAGE, NotTaken
from business.gate import Execute, Refused
from config.rules import Priority
from tests.business.alarm_orders.conftest import Desk

pytestmark = pytest.mark.both_databases

PATIENT: dict[str, Any] = {"alarm_class": "patient"}
DELAY_MINUTES = 10
STANDING = {"state": AlarmState.ACKNOWLEDGED, "annunciated": False}


def waiting(desk: Desk) -> list[tuple[str, int, int]]:
    """(device, event, row), by when they are due."""
    with desk.office.sessions() as session:
        rows = session.scalars(select(AwaitedAlarmOrder).order_by(AwaitedAlarmOrder.due_ns))
        return [(one.device, one.event, one.row) for one in rows]


def test_only_the_urgent_get_one_where_the_class_says_so(desk: Desk) -> None:
    for priority in Priority:
        desk.happens(device=f"ahu-{priority.rank}", alarm_class="urgent", priority=priority.rank)
    desk.follower.turn()
    assert sorted(one.device for one in desk.orders()) == ["ahu-1", "ahu-2"]


def test_one_that_still_stands_gets_it_after_its_time_and_from_its_occurrence_on(desk: Desk) -> None:
    first = desk.happens(**PATIENT)
    desk.follower.turn()
    desk.office.pass_minutes(DELAY_MINUTES - 1)
    desk.follower.turn()
    assert desk.orders() == ()
    desk.office.pass_minutes(1)
    desk.follower.turn()
    (order,) = desk.orders()
    assert (order.team, order.opened_ns, order.first_row, order.joined) == (
        "engineering", first.time_ns, first.id, 1,
    )  # fmt: skip
    assert desk.kinds() == ["OpenAwaitedAlarmOrder"]
    assert waiting(desk) == []
    desk.happens(event=2, **PATIENT)  # one is open: it joins at once
    desk.follower.turn()
    assert [one.joined for one in desk.orders()] == [2]
    assert waiting(desk) == []


@pytest.mark.parametrize(
    "then",
    [
        {"transition": "return_to_normal", "state": AlarmState.RETURNED},
        {"transition": "acknowledge", "state": AlarmState.NORMAL},
        {"transition": "return_to_normal", "state": AlarmState.LATCHED},
        {"transition": "shelve", "state": AlarmState.SHELVED},
        {"transition": "suppress", "state": AlarmState.SUPPRESSED},
        {"transition": "remove_from_service", "state": AlarmState.OUT_OF_SERVICE},
        {"transition": "verdict", "state": AlarmState.ACKNOWLEDGED, "verdict": "false"},
        {"transition": "acknowledge", "state": AlarmState.ACKNOWLEDGED, "mode": "works"},
        {"transition": "acknowledge", "state": AlarmState.ACKNOWLEDGED, "root": "feeder-1//NODE_OUT"},
        {"transition": "remove", "state": AlarmState.NORMAL},
    ],
)
def test_what_does_not_stand_any_more_gets_none(desk: Desk, then: dict[str, Any]) -> None:
    desk.happens(**PATIENT)
    desk.follower.turn()
    assert len(waiting(desk)) == 1
    desk.happens(**{**PATIENT, "annunciated": False, **then})
    desk.follower.turn()
    assert waiting(desk) == []
    desk.office.pass_minutes(2 * DELAY_MINUTES)
    desk.follower.turn()
    assert desk.orders() == ()


def test_an_acknowledgement_is_no_end_and_another_ring_no_beginning(desk: Desk) -> None:
    first = desk.happens(**PATIENT)
    desk.happens("acknowledge", **PATIENT, **STANDING)
    desk.follower.turn()
    desk.office.pass_minutes(DELAY_MINUTES - 1)
    desk.happens("re_alarm", **PATIENT)  # the same occurrence rings again
    desk.follower.turn()
    assert waiting(desk) == [("ahu-1", 1, first.id)]
    desk.office.pass_minutes(1)
    desk.follower.turn()
    assert [one.first_row for one in desk.orders()] == [first.id]


def test_one_that_comes_and_goes_gets_it_when_it_stays(desk: Desk) -> None:
    for event in range(1, 4):
        desk.happens(event=event, **PATIENT)
        desk.follower.turn()
        desk.office.pass_minutes(DELAY_MINUTES - 1)
        desk.happens("return_to_normal", event=event, state=AlarmState.NORMAL, **PATIENT)
    last = desk.happens(event=4, **PATIENT)
    desk.follower.turn()
    assert waiting(desk) == [("ahu-1", 4, last.id)]
    desk.office.pass_minutes(DELAY_MINUTES)
    desk.follower.turn()
    assert [(one.first_event, one.joined) for one in desk.orders()] == [(4, 1)]


def test_it_waits_across_restarts_and_what_cleared_meanwhile_gets_none(desk: Desk) -> None:
    desk.happens(device="ahu-1", **PATIENT)
    desk.happens(device="ahu-2", **PATIENT)
    desk.follower.turn()
    desk.office.pass_minutes(3 * DELAY_MINUTES)  # nobody follows
    desk.happens("return_to_normal", device="ahu-2", state=AlarmState.NORMAL, **PATIENT)
    desk.another().turn()
    assert [one.device for one in desk.orders()] == ["ahu-1"]
    assert waiting(desk) == []


def test_nothing_is_due_before_the_whole_journal_is_known(desk: Desk) -> None:
    desk.happens(**PATIENT)
    for number in range(PAGE):
        desk.happens("acknowledge", device=f"other-{number}", annunciated=False)
    desk.happens("return_to_normal", state=AlarmState.NORMAL, **PATIENT)
    desk.office.pass_minutes(2 * DELAY_MINUTES)
    assert desk.follower.turn() == PAGE
    assert desk.orders() == ()
    desk.follower.turn()
    assert desk.orders() == ()


def test_a_page_that_is_taken_twice_leaves_the_same(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.happens(event=1, **PATIENT)
    desk.happens("return_to_normal", event=1, state=AlarmState.NORMAL, **PATIENT)
    desk.happens(event=2, **PATIENT)
    desk.happens(device="ahu-2", **PATIENT)
    desk.happens("return_to_normal", device="ahu-2", state=AlarmState.NORMAL, **PATIENT)
    desk.happens(device="ahu-3")
    handle = desk.module.handle

    def refuses(session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        if isinstance(command, OpenAlarmOrder):
            raise Refused("not now")
        return handle(session, issuer, command)

    monkeypatch.setattr(desk.module, "handle", refuses)
    with pytest.raises(NotTaken):
        desk.follower.turn()
    assert waiting(desk) == [("ahu-1", 2, 3)]
    monkeypatch.undo()
    desk.another().turn()
    assert waiting(desk) == [("ahu-1", 2, 3)]
    assert [one.device for one in desk.orders()] == ["ahu-3"]


def test_an_order_that_waited_is_opened_once_whoever_sends_it_again(desk: Desk) -> None:
    desk.happens(**PATIENT)
    desk.follower.turn()
    command = OpenAwaitedAlarmOrder("ahu-1", "t", "high", 1, "engineering")
    for wrong in (replace(command, event=2), replace(command, device="ahu-9"), command, command):
        desk.office.gate.on_own_account(desk.module, Execute(ITSELF, wrong))
    assert [one.joined for one in desk.orders()] == [1]


@pytest.mark.parametrize("policy", [{"order_team": ""}, {"order_priority": Priority.CRITICAL}])
def test_a_policy_that_is_withdrawn_meanwhile_counts(desk: Desk, policy: dict[str, Any]) -> None:
    desk.happens(**PATIENT)
    desk.follower.turn()
    classes = {**desk.site.classes, "patient": replace(desk.site.classes["patient"], **policy)}
    desk.site = replace(desk.site, classes=classes)
    desk.office.pass_minutes(DELAY_MINUTES)
    desk.follower.turn()
    assert (desk.orders(), waiting(desk)) == ((), [])


def test_none_is_opened_ahead_of_one_that_was_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """They share a transaction: a later one that moved the place on would lose the one before for good."""
    for number in range(1, 21):
        desk.happens(device=f"ahu-{number}")
    handle, is_broken = desk.module.handle, True

    def refuses(session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        if is_broken and command.device == "ahu-11":
            raise Refused("not now")
        return handle(session, issuer, command)

    monkeypatch.setattr(desk.module, "handle", refuses)
    with pytest.raises(NotTaken):
        desk.follower.turn()
    assert len(desk.orders()) == 10
    told = len(desk.kinds())
    with pytest.raises(NotTaken):
        desk.follower.turn()
    assert len(desk.kinds()) == told + 1  # of it alone, and not of those behind it
    with desk.office.sessions() as session:
        place = session.get(AlarmOrdersFollowed, Source.JOURNAL)
        assert place is not None
        assert place.row == 10
    is_broken = False
    desk.follower.turn()
    assert sorted(one.first_row for one in desk.orders()) == list(range(1, 21))
    assert {one.joined for one in desk.orders()} == {1}
