"""Alarms open work orders by the policy of their class: one while it is open, closed both ways (S4, F-8)."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from actors.messages import AlarmState, Issuer, JournalRow, RequestRow, Stage
from actors.said import in_language
from business.alarm_orders.following import ITSELF
from business.alarm_orders.messages import OpenAlarmOrder
from business.alarm_orders.model import AlarmOrder, AlarmOrdersFollowed
from business.alarm_orders.queries import teams
from business.follower import PAGE, NotTaken
from business.gate import Execute
from business.notifier.messages import SendMessage
from business.notifier.outbox import read, waiting
from tests.business.alarm_orders.conftest import Desk
from tests.business.conftest import Office

pytestmark = pytest.mark.both_databases


def test_an_occurrence_opens_one_order_and_further_ones_join_it(desk: Desk) -> None:
    first = desk.happens()
    desk.happens("acknowledge", state=AlarmState.ACKNOWLEDGED)
    desk.happens("return_to_normal", state=AlarmState.NORMAL)
    again = desk.happens(event=2, priority=1)
    desk.follower.turn()
    (order,) = desk.orders()
    assert (order.device, order.point, order.rule, order.team) == ("ahu-1", "t", "high", "engineering")
    assert (order.first_event, order.last_event, order.joined) == (1, 2, 2)
    assert (order.first_row, order.last_row, order.opened_ns) == (first.id, again.id, first.time_ns)
    assert (order.priority, order.cleared_ns, order.closed_ns) == (1, None, None)
    assert order.number.startswith("WO2027")
    assert in_language(order.text, "en") == "ahu-1 high"
    assert desk.kinds() == ["OpenAlarmOrder", "ClearAlarmOrder", "OpenAlarmOrder"]


def test_the_team_is_told_of_a_new_order_and_not_of_what_joins_it(desk: Desk) -> None:
    desk.happens(priority=1)
    desk.happens(event=2, priority=1)
    desk.ask(zone="gone", priority=3)
    desk.ask(target="", plan="fire", device="")
    desk.follower.turn()
    opened = {order.device: order for order in desk.orders()}
    with desk.office.sessions() as session:
        of_alarm, of_plan = (read(session, number) for number, _, _ in waiting(session, 10))
    assert isinstance(of_alarm, SendMessage)
    assert isinstance(of_plan, SendMessage)
    assert (of_alarm.event, of_alarm.teams, of_alarm.priority) == ("order", ("engineering",), 2)
    assert of_alarm.values["number"] == opened["ahu-1"].number
    assert in_language(of_alarm.values["title"], "en") == "ahu-1 high"
    assert in_language(of_alarm.values["place"], "en") == "A"
    assert (of_plan.values["place"], of_plan.priority) == ("", 3)


def test_what_is_over_is_marked_and_stays_open_for_the_work(desk: Desk) -> None:
    desk.happens()
    desk.follower.turn()
    desk.happens("return_to_normal", state=AlarmState.RETURNED)
    desk.follower.turn()
    assert desk.orders()[0].cleared_ns is None  # somebody has yet to see it
    over = desk.happens("acknowledge", state=AlarmState.NORMAL)
    desk.follower.turn()
    (order,) = desk.orders(open=True)
    assert (order.cleared_ns, order.last_row) == (over.time_ns, over.id)


@pytest.mark.parametrize(
    "given",
    [
        {"alarm_class": "process"},
        {"alarm_class": "gone"},
        {"mode": "test"},
        {"mode": "drill"},
        {"mode": "works"},
        {"annunciated": False, "fresh": False},
        {"annunciated": False, "root": "feeder-1//NODE_OUT"},
        {"transition": "acknowledge", "annunciated": False},
    ],
)
def test_what_opens_none(desk: Desk, given: dict[str, Any]) -> None:
    desk.happens(**given)
    desk.follower.turn()
    assert (desk.orders(), desk.kinds()) == ((), [])


def test_an_event_of_a_class_with_a_team_and_a_delayed_annunciation_open_one(desk: Desk) -> None:
    desk.happens("event_begins", alarm_class="metering", annunciated=False, rule="low")
    desk.happens(annunciated=False, fresh=False)
    desk.happens("annunciate", fresh=False)
    desk.follower.turn()
    assert [(one.team, one.joined) for one in desk.orders()] == [("engineering", 1), ("meters", 1)]
    with desk.office.authority.open() as session:
        assert teams(session) == ("engineering", "meters")


@pytest.mark.parametrize("verdict", ["false", "test", "drill", "works"])
def test_a_verdict_that_leaves_nothing_to_repair_closes_it(desk: Desk, verdict: str) -> None:
    desk.happens()
    desk.follower.turn()
    desk.happens("verdict", verdict=verdict, user="li", state=AlarmState.ACKNOWLEDGED)
    desk.follower.turn()
    (order,) = desk.orders(open=False)
    assert (order.verdict, order.closed_by) == (verdict, "li")


def test_a_real_one_stays_open(desk: Desk) -> None:
    desk.happens()
    desk.happens("verdict", verdict="real", user="li", state=AlarmState.ACKNOWLEDGED)
    desk.follower.turn()
    assert [one.verdict for one in desk.orders(open=True)] == [""]


def test_plans_open_one_for_a_device_and_team(desk: Desk) -> None:
    desk.ask()
    desk.ask(plan="storm", priority=3)
    desk.ask(target="guards")
    desk.ask(device="")
    desk.ask(kind="notify")
    desk.ask(mode="drill")
    desk.follower.turn()
    found = {(one.device, one.team, one.joined, one.priority, one.plan) for one in desk.orders()}
    assert found == {
        ("pump-1", "engineering", 2, 1, "flood"),
        ("pump-1", "guards", 1, 1, "flood"),
        ("", "engineering", 1, 1, "flood"),
    }


# --- closing by a person


def test_a_person_closes_it_with_what_was_done_and_the_next_opens_another(
    desk: Desk, operator: Issuer
) -> None:
    desk.happens()
    desk.follower.turn()
    (order,) = desk.orders()
    assert desk.close(order.id, " ", operator).stage is Stage.REFUSED
    assert desk.close(order.id, "x" * 401, operator).stage is Stage.REFUSED
    assert desk.close(99, "换了皮带", operator).stage is Stage.REFUSED
    assert desk.close(order.id, "换了皮带", operator).stage is Stage.DONE
    again = desk.close(order.id, "换了皮带", operator)
    assert again.stage is Stage.REFUSED
    assert in_language(again.detail, "en") == f"order {order.number} was closed by wang; reload the list"
    (closed,) = desk.orders(open=False)
    assert (closed.closed_by, closed.result, closed.verdict) == ("wang", "换了皮带", "")
    desk.happens("re_alarm", event=2)
    desk.follower.turn()
    (second,) = desk.orders(open=True)
    assert second.number != order.number
    assert [one.id for one in desk.orders()] == [second.id, order.id]


def test_closing_needs_the_permission_and_nobody_opens_one_by_hand(
    desk: Desk, office: Office, operator: Issuer
) -> None:
    desk.happens()
    desk.follower.turn()
    office.create("gao", "viewer")
    refused = desk.close(desk.orders()[0].id, "done", office.log_in("gao"))
    assert (refused.stage, refused.detail) == (Stage.REFUSED, "not-permitted")
    opened = opening(desk, 7)
    assert desk.office.do(opened, operator).stage is Stage.REFUSED
    assert len(desk.orders()) == 1


# --- once, whatever happens


def opening(desk: Desk, row: int) -> OpenAlarmOrder:
    return OpenAlarmOrder(
        "journal", row, desk.office.now_ns, "ahu-1", "t", "high", row, "equipment", "", "a", "engineering", 2,
        "x",
    )  # fmt: skip


def test_rows_count_once_whoever_follows_and_however_often(desk: Desk) -> None:
    for event in range(1, 21):
        desk.happens("alarm_occurs" if event == 1 else "re_alarm", event=event)
    desk.follower.turn()  # the place is known
    for event in range(21, 41):
        desk.happens("re_alarm", event=event)
    threads = [threading.Thread(target=desk.another().turn) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    (order,) = desk.orders()
    assert (order.joined, order.last_event) == (40, 40)


def test_an_end_between_reading_and_committing_loses_and_repeats_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        desk.happens(device=f"ahu-{number}")
    carried = 0
    carry_out = desk.module.handle

    def dies(session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        nonlocal carried
        carried += 1
        if carried == 3:
            raise SystemExit
        return carry_out(session, issuer, command)

    monkeypatch.setattr(desk.module, "handle", dies)
    with pytest.raises(SystemExit):
        desk.follower.turn()
    monkeypatch.undo()
    assert [one.device for one in desk.orders()] == ["ahu-2", "ahu-1"]  # those after it were ahead of turn
    desk.another().turn()
    assert sorted((one.device, one.joined) for one in desk.orders()) == [
        (f"ahu-{number}", 1) for number in range(1, 6)
    ]


def test_a_row_that_came_already_and_one_out_of_order_do_nothing(desk: Desk) -> None:
    desk.happens()
    desk.happens("re_alarm", event=2)
    desk.follower.turn()
    for row in (2, 1):
        done = desk.office.gate.on_own_account(desk.module, Execute(ITSELF, opening(desk, row)))
        assert (done.stage, done.events) == (Stage.DONE, ())
    (order,) = desk.orders()
    assert (order.joined, order.last_row) == (2, 2)


def test_the_database_itself_holds_one_open_order(desk: Desk) -> None:
    desk.happens()
    desk.follower.turn()
    with desk.office.sessions.begin() as session:
        (one,) = session.scalars(select(AlarmOrder))
        values = {
            column.key: getattr(one, column.key)
            for column in AlarmOrder.__table__.columns
            if column.key != "id"
        }
        session.add(AlarmOrder(**values))
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()


def test_pages_go_on_and_what_comes_to_nothing_is_not_read_again(desk: Desk) -> None:
    for number in range(PAGE):
        desk.happens("acknowledge", annunciated=False, event=number)
    desk.happens()
    assert desk.follower.turn() == PAGE
    assert desk.orders() == ()
    assert desk.follower.turn() == 1
    assert len(desk.orders()) == 1
    with desk.office.sessions() as session:
        place = session.get(AlarmOrdersFollowed, "journal")
        assert place is not None
        assert place.row == PAGE + 1


def test_what_is_long_past_at_the_first_look_opens_none_but_a_later_outage_loses_nothing(desk: Desk) -> None:
    desk.happens(device="ahu-1")
    desk.office.pass_minutes(61)
    desk.happens(device="ahu-2")
    desk.follower.turn()
    assert [one.device for one in desk.orders()] == ["ahu-2"]
    desk.happens(device="ahu-3")
    desk.office.pass_minutes(600)
    desk.another().turn()
    assert len(desk.orders()) == 2


def test_a_refusal_is_taken_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.happens()
    monkeypatch.setattr("business.alarm_orders.service.NUMBERING", "none")
    with pytest.raises(NotTaken, match="there is no numbering rule"):
        desk.follower.turn()
    monkeypatch.setattr("business.alarm_orders.service.NUMBERING", "work_order")
    desk.follower.turn()
    assert [one.joined for one in desk.orders()] == [1]


def test_while_core_is_away_nothing_is_lost_and_one_line_tells(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level("INFO", "business.follower")
    desk.happens()
    desk.is_away = True
    settled, turns = threading.Event(), 0
    read = desk._read_requests

    def requests(after: int, limit: int) -> Sequence[RequestRow]:
        settled.set()
        return read(after, limit)

    journal = desk._read_journal

    def counted(after: int, limit: int) -> Sequence[JournalRow]:
        nonlocal turns
        turns += 1
        desk.is_away = turns < 3
        return journal(after, limit)

    monkeypatch.setattr(desk, "_read_requests", requests)
    monkeypatch.setattr(desk, "_read_journal", counted)
    monkeypatch.setattr("business.follower.PERIOD_S", 0.01)
    follower = desk.another()
    follower.start()
    assert settled.wait(60)
    assert follower.stop(5.0)
    assert len(desk.orders()) == 1
    assert [record.levelname for record in caplog.records][:1] == ["WARNING"]
    assert sum(record.levelname == "WARNING" for record in caplog.records) == 1
