"""An office that follows the journal and the requests of a `core` that the test writes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from actors.channels.query import QueryFailed
from actors.messages import AlarmState, Issuer, JournalRow, RequestRow
from business.actor import BusinessActor
from business.alarm_orders.following import AlarmOrderFollower
from business.alarm_orders.messages import CloseAlarmOrder
from business.alarm_orders.queries import AlarmOrderRow, WantedOrders, orders
from business.alarm_orders.service import AlarmOrders
from business.audit.model import AuditRecord
from business.gate import Outcome
from business.master_data import master_data
from business.notifier.outbox import Outbox
from config.rules import AlarmClass, Priority
from config.site import Site
from config.text import Text
from tests.actors.small_site import point, rule, site
from tests.business.conftest import Office

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLASSES = {
    "equipment": AlarmClass("equipment", Text("设备", "Equipment"), order_team="engineering"),
    "process": AlarmClass("process", Text("工艺", "Process")),
    "patient": AlarmClass("patient", Text("耐心", "Patient"), order_team="engineering", order_after_s=600),
    "urgent": AlarmClass(
        "urgent", Text("紧急", "Urgent"), order_team="engineering", order_priority=Priority.HIGH
    ),
    "metering": AlarmClass("metering", Text("抄表", "Metering"), event=True, order_team="meters"),
}
SITE = replace(site(point("t", rule("high"), rule("low"))), classes=CLASSES)


class Desk:
    """An office that follows the journal and the requests of a `core` that the test writes."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.journal: list[JournalRow] = []
        self.requests: list[RequestRow] = []
        self.is_away = False
        self.site: Site = SITE
        master_data(office.gate, SHANGHAI, office.wall_ns, ())
        self.module = AlarmOrders(
            office.authority.here,
            lambda: self.site,
            Outbox(office.wall_ns),
            SHANGHAI,
            office.wall_ns,
        )
        self.actor = BusinessActor.start("alarm-orders", module=self.module, gate=office.gate)
        office.actors["alarm-orders"] = self.actor
        self.follower = self.another()

    def another(self) -> AlarmOrderFollower:
        def failed(error: BaseException) -> None:
            raise error

        return AlarmOrderFollower(
            self.office.sessions, self.office.gate, self.module, lambda: self.site, self._read_journal,
            self._read_requests, self.office.wall_ns, on_failure=failed,
        )  # fmt: skip

    def _read_journal(self, after: int, limit: int) -> Sequence[JournalRow]:
        if self.is_away:
            raise QueryFailed("core did not answer within 1 s; ask again")
        return [row for row in self.journal if row.id > after][:limit]

    def _read_requests(self, after: int, limit: int) -> Sequence[RequestRow]:
        return [row for row in self.requests if row.id > after][:limit]

    def happens(self, transition: str = "alarm_occurs", **given: Any) -> JournalRow:
        self.office.now_ns += 10**9
        row = JournalRow(**{
            "id": len(self.journal) + 1, "time_ns": self.office.now_ns, "source_ns": self.office.now_ns,
            "device": "ahu-1", "point": "t", "rule": "high", "zone": "building-a", "event": 1,
            "transition": transition, "state": AlarmState.UNACKNOWLEDGED, "priority": 2, "value": 31.0,
            "limit": 30.0, "limit_set": "", "user": "", "station": "", "note": "",
            "annunciated": transition in {"alarm_occurs", "re_alarm", "annunciate"},
            "alarm_class": "equipment", "fresh": True, **given,
        })  # fmt: skip
        self.journal.append(row)
        return row

    def ask(self, **given: Any) -> None:
        self.office.now_ns += 10**9
        self.requests.append(RequestRow(**{
            "id": len(self.requests) + 1, "run": 1, "plan": "flood", "step": "s1", "kind": "order",
            "target": "engineering", "text": "查看集水井", "priority": 1, "device": "pump-1", "zone": "a",
            "mode": "", "time_ns": self.office.now_ns, **given,
        }))  # fmt: skip

    def orders(self, **wanted: Any) -> tuple[AlarmOrderRow, ...]:
        with self.office.authority.open() as session:
            return orders(session, WantedOrders(**wanted))

    def kinds(self) -> list[str]:
        """Of the commands of orders in the trail, the oldest first."""
        query = select(AuditRecord).where(AuditRecord.kind.contains("AlarmOrder"))
        with self.office.sessions() as session:
            return [one.kind for one in session.scalars(query.order_by(AuditRecord.sequence))]

    def close(self, order: int, result: str, issuer: Issuer) -> Outcome:
        return self.office.do(CloseAlarmOrder(order, result), issuer)


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


@pytest.fixture
def operator(office: Office) -> Issuer:
    office.create("wang", "operator")
    return office.log_in("wang")
