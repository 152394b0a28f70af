"""What rows of the alarm journal and requests of plans come to. Pure."""

from collections.abc import Container
from typing import Any, Final

from actors.alarm_states import ACTIVE
from actors.messages import AlarmState, JournalRow, RequestRow
from actors.said import said
from business.alarm_kpi.labels import alarm_of, device_of
from business.alarm_orders.messages import ClearAlarmOrder, OpenAlarmOrder, VoidAlarmOrder
from business.alarm_orders.model import ID_LENGTH, Source
from business.alarm_orders.service import subject_of
from config.site import Site

BEGINNINGS: Final = frozenset({"alarm_occurs", "re_alarm", "annunciate", "event_begins"})
NOTHING_TO_REPAIR: Final = frozenset({"false", "test", "drill", "works"})
"""Verdicts that close the order."""
ORDER: Final = "order"
"""Kind of the requests that ask for one."""


def of_journal(row: JournalRow, site: Site, opened: Container[str]) -> Any:
    """The command that follows from a row; None for none. `opened` are the subjects with an open order."""
    place = (row.id, row.time_ns, row.device, row.point, row.rule)
    if subject_of(row.device, row.point, row.rule) in opened:
        if row.verdict in NOTHING_TO_REPAIR:
            return VoidAlarmOrder(*place, row.verdict, row.user)
        if row.state is AlarmState.NORMAL:
            return ClearAlarmOrder(*place)
    team = team_of(site, row.alarm_class, row.priority)
    if not team or row.mode or not _occurs(row):
        return None
    return OpenAlarmOrder(
        source=Source.JOURNAL,
        row=row.id,
        time_ns=row.time_ns,
        device=row.device,
        point=row.point,
        rule=row.rule,
        event=row.event,
        alarm_class=row.alarm_class,
        plan="",
        zone=row.zone,
        team=team,
        priority=row.priority,
        text=said(*(_told(site, row, language) for language in ("zh", "en"))),
    )


def team_of(site: Site, alarm_class: str, priority: int) -> str:
    """The team that the class of the alarm names, if it is urgent enough; '' for no order."""
    policy = site.classes.get(alarm_class)
    if policy is None or priority > policy.order_priority.rank:
        return ""
    return policy.order_team[:ID_LENGTH]


def delay_ns(site: Site, alarm_class: str) -> int:
    """How long an alarm of the class must stand before it gets an order."""
    policy = site.classes.get(alarm_class)
    return round(policy.order_after_s * 1e9) if policy is not None else 0


def stands(row: JournalRow) -> bool:
    """Whether the condition holds after this row and somebody is to see it: what is put aside, tried out,
    found to be nothing or explained by another alarm waits for no order."""
    aside = row.mode or row.root or row.verdict in NOTHING_TO_REPAIR
    return row.state in ACTIVE and not aside


def of_request(row: RequestRow) -> OpenAlarmOrder | None:
    """Under a mark nobody outside is called."""
    if row.kind != ORDER or row.mode:
        return None
    return OpenAlarmOrder(
        source=Source.REQUESTS,
        row=row.id,
        time_ns=row.time_ns,
        device=row.device,
        point="",
        rule="",
        event=0,
        alarm_class="",
        plan=row.plan,
        zone=row.zone,
        team=row.target[:ID_LENGTH],
        priority=row.priority,
        text=row.text,
    )


def _occurs(row: JournalRow) -> bool:
    """What another alarm explains is that one's to repair."""
    return row.annunciated or (row.transition in BEGINNINGS and row.fresh and not row.root)


def _told(site: Site, row: JournalRow, language: str) -> str:
    alarm = alarm_of(site, row.device, row.point, row.rule, language)
    return f"{device_of(site, row.device, language)} {alarm}"
