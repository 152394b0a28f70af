"""How the office bears a flood of alarms whose class wants a work order for each: one JSON line.

    python -m benchmarks.alarms_orders [--alarms 10000] [--seconds 10]

The follower of the office takes a journal that grows as in a flood; meanwhile a clerk registers a person
twenty times a second, as others do their work, through the same gate. No processes and no channels.

orders_per_s         orders opened a second, from the first alarm to the last order
orders_behind_s      from the last alarm to the last order
orders_missing       alarms without an order afterwards; must be 0
orders_clerk_ms      99th percentile of the clerk's commands meanwhile; `orders_clerk_alone_ms` before it
orders_awaited_s     from the last alarm on, when the class wants the order only later: every one is waiting
"""

import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import func, make_url, select

from actors.messages import AlarmState, JournalRow, RequestRow
from benchmarks.report import report
from benchmarks.setting import begin, parser, percentile, until
from benchmarks.town import SITE, Town
from business.alarm_orders.following import AlarmOrderFollower
from business.alarm_orders.model import AlarmOrder, AwaitedAlarmOrder
from business.alarm_orders.service import AlarmOrders
from business.database import sqlite_url
from business.gate import Execute
from business.identity.bootstrap import ITSELF, prepare_access
from business.master_data import master_data
from business.notifier.outbox import Outbox
from business.registry.messages import CreateRecord, Raw
from config.alarms import standard_classes
from config.site import Site
from config.text import Text
from tests.actors.small_site import site

ZONE: Final = ZoneInfo("Asia/Shanghai")
CLERK_S: Final = 0.05
ALONE_S: Final = 5.0
TEAM: Final = "engineering"


def main() -> int:
    flags = parser("alarms_orders", __doc__)
    flags.add_argument("--alarms", type=int, default=10_000)
    flags.add_argument("--seconds", type=float, default=10.0)
    told = flags.parse_args()
    begin(told.cores)
    report("alarms_orders", **work_orders(told.alarms, told.seconds))
    return 0


def work_orders(alarms: int, seconds: float) -> dict[str, float]:
    figures: dict[str, float] = {}
    with _office() as office:
        office.clerk_ms(lambda: time.sleep(1.0))  # what is done for the first time takes longer
        alone_ms = office.clerk_ms(lambda: time.sleep(ALONE_S))
        lasted_s, behind_s = 0.0, 0.0

        def flood() -> None:
            nonlocal lasted_s, behind_s
            lasted_s, behind_s = office.flood(alarms, seconds, AlarmOrder)

        clerk_ms = office.clerk_ms(flood)
        figures |= {
            "orders_per_s": alarms / lasted_s,
            "orders_behind_s": behind_s,
            "orders_missing": float(alarms - office.count(AlarmOrder)),
            "orders_clerk_ms": percentile(clerk_ms, 0.99),
            "orders_clerk_alone_ms": percentile(alone_ms, 0.99),
        }
    with _office(after_s=3600.0) as office:
        _, figures["orders_awaited_s"] = office.flood(alarms, seconds, AwaitedAlarmOrder)
    return figures


class _Office:
    """A business database with its gate, and what in `office` follows the alarms."""

    def __init__(self, town: Town, site: Site) -> None:
        self._town = town
        self._rows: list[JournalRow] = []
        gate = town.gate
        prepare_access(gate, town.authority, town.access, SITE, Text("城", "Town"))
        master_data(gate, ZONE, time.time_ns)
        outbox = Outbox(time.time_ns)
        orders = AlarmOrders(town.authority.here, lambda: site, outbox, ZONE, time.time_ns)
        self._follower = AlarmOrderFollower(
            town.sessions, gate, orders, lambda: site,
            self._journal, _no_requests, time.time_ns, on_failure=_fail,
        )  # fmt: skip
        self._follower.start()

    def close(self) -> None:
        self._follower.stop(10.0)

    def _journal(self, after: int, limit: int) -> Sequence[JournalRow]:
        return self._rows[after : after + limit]

    def count(self, kind: type) -> int:
        with self._town.read() as session:
            return session.scalar(select(func.count()).select_from(kind)) or 0

    def flood(self, alarms: int, seconds: float, kind: type) -> tuple[float, float]:
        """How long until all had their row of a kind: from the first alarm, and from the last."""
        begun_s = time.monotonic()
        for number in range(1, alarms + 1):
            self._rows.append(_occurs(number))
            ahead_s = begun_s + number * seconds / alarms - time.monotonic()
            if ahead_s > 0.002:
                time.sleep(ahead_s)
        last_s = time.monotonic()
        until(lambda: self.count(kind) >= alarms, 300.0, "every alarm has its row")
        return time.monotonic() - begun_s, time.monotonic() - last_s

    def clerk_ms(self, meanwhile: Any) -> list[float]:
        """How long each of a clerk's commands took while something else went on."""
        found: list[float] = []
        ended = threading.Event()

        def work() -> None:
            number = 0
            while not ended.wait(CLERK_S):
                number += 1
                values: dict[str, Raw] = {"name": f"租户{number}", "category": "tenant"}
                begun_s = time.perf_counter()
                order = Execute(ITSELF, CreateRecord("person", values))
                self._town.gate.on_own_account(self._town.registry, order)
                found.append((time.perf_counter() - begun_s) * 1000)

        clerk = threading.Thread(target=work)
        clerk.start()
        try:
            meanwhile()
        finally:
            ended.set()
            clerk.join()
        return found


@contextmanager
def _office(after_s: float = 0.0) -> Iterator[_Office]:
    equipment = replace(standard_classes()["equipment"], order_team=TEAM, order_after_s=after_s)
    made = replace(site(), classes={"equipment": equipment})
    with tempfile.TemporaryDirectory(prefix="st-orders-") as folder:
        town = Town(make_url(sqlite_url(Path(folder) / "business.db")))
        office = _Office(town, made)
        try:
            yield office
        finally:
            office.close()
            town.close()


def _occurs(number: int) -> JournalRow:
    now_ns = time.time_ns()
    return JournalRow(
        id=number, time_ns=now_ns, source_ns=now_ns, device=f"ahu-{number}", point="t", rule="high",
        zone="building-a", event=1, transition="alarm_occurs", state=AlarmState.UNACKNOWLEDGED, priority=2,
        value=31.0, limit=30.0, limit_set="", user="", station="", note="", annunciated=True,
        alarm_class="equipment", fresh=True,
    )  # fmt: skip


def _no_requests(_after: int, _limit: int) -> Sequence[RequestRow]:
    return ()


def _fail(error: BaseException) -> None:
    raise error


if __name__ == "__main__":
    raise SystemExit(main())
