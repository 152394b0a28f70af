"""REST lists the work orders of alarms and closes them, the alarm with the closer's own rights (S4, N06)."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from actors.messages import AlarmState, RequestRow
from business.actor import BusinessActor
from business.alarm_orders.following import AlarmOrderFollower
from business.alarm_orders.service import AlarmOrders
from business.master_data import master_data
from business.notifier.outbox import Outbox
from tests.actors.alarm_zone import began, ended
from tests.business.rest.conftest import Desk
from tests.business.rest.plant import HIGH, SITE

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLASSES = {**SITE.classes, "process": replace(SITE.classes["process"], order_team="engineering")}


class Orders:
    """Orders that follow the real journal of the alarms behind REST."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        master_data(desk.gate, SHANGHAI, desk.wall_ns, ())
        module = AlarmOrders(desk.authority.here, lambda: SITE, Outbox(desk.wall_ns), SHANGHAI, desk.wall_ns)
        desk.actors["alarm-orders"] = BusinessActor.start("alarm-orders", module=module, gate=desk.gate)
        core = desk.plant.start()
        desk.now_ns = core.wall_ns()
        reader = core.reader()
        self.close = reader.close

        def requests(_after: int, _limit: int) -> tuple[RequestRow, ...]:
            return ()

        def fail(error: BaseException) -> None:
            raise error

        site = replace(SITE, classes=CLASSES)
        self.follower = AlarmOrderFollower(
            desk.sessions, desk.gate, module, lambda: site, reader.since, requests, desk.wall_ns,
            on_failure=fail,
        )  # fmt: skip

    def occurs(self) -> dict[str, Any]:
        core = self.desk.plant.start()
        self.desk.plant.hear(began(*HIGH, core.now_s))
        self.follower.turn()
        (order,) = self.desk.ask("GET", "/alarm-orders?open=true", self.desk.token("manager")).json()["items"]
        assert isinstance(order, dict)
        return order

    def post(self, order: dict[str, Any], user: str, **headers: str) -> Any:
        body = {"result": "换了皮带"}
        return self.desk.ask(
            "POST", f"/alarm-orders/{order['id']}/close", self.desk.token(user), body, **headers
        )

    def state(self) -> str:
        found = self.desk.ask("GET", "/alarms", self.desk.token("operator")).json()
        return str(found[0]["state"]) if found else "normal"


@pytest.fixture
def orders(desk: Desk) -> Any:
    made = Orders(desk)
    yield made
    made.close()


def test_an_alarm_has_an_order_that_is_listed_and_read(desk: Desk, orders: Orders) -> None:
    order = orders.occurs()
    assert (order["device"], order["rule"], order["team"]) == (HIGH[0], HIGH[2], "engineering")
    assert (order["joined"], order["closed_at"]) == (1, None)
    token = desk.token("viewer")
    assert desk.ask("GET", f"/alarm-orders/{order['id']}", token).json() == order
    for query, count in (("team=engineering", 1), ("team=guards", 0), ("open=false", 0), ("device=ahu-1", 1)):
        assert len(desk.ask("GET", f"/alarm-orders?{query}", token).json()["items"]) == count
    assert desk.ask("GET", "/alarm-orders/99", token).status_code == 404


def test_closing_acknowledges_the_alarm_with_the_number_and_the_result(desk: Desk, orders: Orders) -> None:
    order = orders.occurs()
    got = orders.post(order, "operator", Idempotency_Key="k-1")
    assert got.status_code == 200, got.text
    assert (got.json()["alarm"], got.json()["trouble"]) == ("acknowledged", "")
    assert (got.json()["order"]["closed_by"], got.json()["order"]["result"]) == ("operator", "换了皮带")
    assert orders.state() == AlarmState.ACKNOWLEDGED
    (row, *_) = desk.ask("GET", "/alarms/journal", desk.token("operator")).json()["items"]
    assert (row["transition"], row["note"]) == ("acknowledge", f"{order['number']} 换了皮带")
    again = orders.post(order, "operator", Idempotency_Key="k-1")
    assert (again.status_code, again.json()["alarm"]) == (200, "untouched")
    assert orders.post(order, "operator", Accept_Language="en").status_code == 422


def test_closing_puts_back_what_is_out_of_service_under_it(desk: Desk, orders: Orders) -> None:
    order = orders.occurs()
    body = {"device": HIGH[0], "point": HIGH[1], "rule": HIGH[2], "order": order["number"], "reason": "检修"}
    out = desk.ask("POST", "/alarms/remove-from-service", desk.token("operator"), body)
    assert out.status_code == 204, out.text
    desk.plant.hear(ended(*HIGH, desk.plant.start().now_s))
    assert orders.state() == AlarmState.OUT_OF_SERVICE
    assert orders.post(order, "operator").json()["alarm"] == "returned-to-service"
    assert orders.state() == "normal"


def test_what_the_closer_may_not_do_to_the_alarm_is_said_and_left(desk: Desk, orders: Orders) -> None:
    order = orders.occurs()
    got = orders.post(order, "manager", Accept_Language="en").json()
    assert got["alarm"] == "refused"
    assert got["trouble"] == "Your role does not permit this"
    assert got["order"]["closed_by"] == "manager"
    assert orders.state() == AlarmState.UNACKNOWLEDGED


def test_a_later_occurrence_is_not_acknowledged_unseen(desk: Desk, orders: Orders) -> None:
    order = orders.occurs()
    now_s = desk.plant.start().now_s
    desk.plant.hear(ended(*HIGH, now_s), began(*HIGH, now_s))
    got = orders.post(order, "operator", Accept_Language="en").json()
    assert got["alarm"] == "refused"
    assert "event 1 is past, now it is 2" in got["trouble"]
    assert orders.state() == AlarmState.UNACKNOWLEDGED


def test_who_may_only_read_does_not_close(desk: Desk, orders: Orders) -> None:
    order = orders.occurs()
    assert orders.post(order, "viewer").status_code == 403
    assert desk.ask("GET", "/alarm-orders", desk.token("auditor")).status_code == 403
