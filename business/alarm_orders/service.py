"""What the commands of alarm orders do, each in one transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.alarm_orders.messages import (
    AlarmOrderChanged,
    AlarmOrderOpened,
    ClearAlarmOrder,
    CloseAlarmOrder,
    OpenAlarmOrder,
    OpenAwaitedAlarmOrder,
    VoidAlarmOrder,
)
from business.alarm_orders.model import (
    RESULT_LENGTH,
    AlarmOrder,
    AlarmOrdersFollowed,
    AwaitedAlarmOrder,
    Source,
)
from business.alarm_orders.telling import note
from business.gate import Refused
from business.notifier.outbox import Outbox
from business.numbering.counting import next_number
from config.site import Site

NUMBERING = "work_order"
"""The rule that numbers them, as it numbers all work orders."""


class AlarmOrders:
    """The module of `BusinessActor` that owns the orders of alarms."""

    def __init__(
        self,
        here: Callable[[], str],
        site: Callable[[], Site],
        outbox: Outbox,
        zone: ZoneInfo,
        wall_ns: Callable[[], int],
    ) -> None:
        """`here` is the path of this site; by `outbox` teams are told of their orders."""
        self._here = here
        self._site = site
        self._outbox = outbox
        self._zone = zone
        self._wall_ns = wall_ns

    def scopes_of(self, session: Session, command: Any) -> tuple[str, ...]:
        """The project whose alarms they are."""
        del session, command
        return (self._here(),)

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written.

        What tells of a row that has been taken already does nothing.
        """
        match command:
            case OpenAlarmOrder():
                return self._open(session, command) if _take(session, command.source, command) else ()
            case OpenAwaitedAlarmOrder():
                awaited = _awaited(session, command)
                return self._open(session, awaited) if awaited is not None else ()
            case ClearAlarmOrder():
                return _clear(session, command) if _take(session, Source.JOURNAL, command) else ()
            case VoidAlarmOrder():
                return _void(session, command) if _take(session, Source.JOURNAL, command) else ()
            case CloseAlarmOrder():
                return self._close(session, issuer, command)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of alarm orders")

    def _open(self, session: Session, command: OpenAlarmOrder) -> tuple[Any, ...]:
        subject = subject_of(command.device, command.point, command.rule, command.plan, command.team)
        order = _open_one(session, subject)
        if order is not None:
            order.joined += 1
            order.last_event = command.event
            order.last_row, order.last_ns = command.row, command.time_ns
            order.priority = min(order.priority, command.priority)
            order.cleared_ns = None
            return (AlarmOrderChanged(order.id),)
        now, site = datetime.fromtimestamp(self._wall_ns() / 1e9, self._zone), self._site()
        order = AlarmOrder(
            number=next_number(session, NUMBERING, now, site.id),
            subject=subject,
            device=command.device,
            point=command.point,
            rule=command.rule,
            alarm_class=command.alarm_class,
            plan=command.plan,
            zone=command.zone,
            team=command.team,
            priority=command.priority,
            text=command.text,
            first_event=command.event,
            last_event=command.event,
            joined=1,
            first_row=command.row,
            last_row=command.row,
            opened_ns=command.time_ns,
            last_ns=command.time_ns,
            cleared_ns=None,
            closed_ns=None,
            closed_by="",
            verdict="",
            result="",
        )
        session.add(order)
        session.flush()
        if order.team:
            self._outbox.put(session, note(site, order))
        return (AlarmOrderOpened(order.id, order.number),)

    def _close(self, session: Session, issuer: Issuer, command: CloseAlarmOrder) -> tuple[Any, ...]:
        order = session.get(AlarmOrder, command.order, with_for_update=True)
        if order is None:
            raise Refused(
                said(
                    f"没有编号为 {command.order} 的报警工单；请刷新列表",
                    f"there is no alarm order {command.order}; reload the list",
                )
            )
        if order.closed_ns is not None:
            raise Refused(
                said(
                    f"工单 {order.number} 已由 {order.closed_by} 关闭；请刷新列表",
                    f"order {order.number} was closed by {order.closed_by}; reload the list",
                )
            )
        result = command.result.strip()
        if not 1 <= len(result) <= RESULT_LENGTH:
            raise Refused(
                said(
                    f"处理结果要有 1 到 {RESULT_LENGTH} 个字",
                    f"the result has 1 to {RESULT_LENGTH} characters",
                )
            )
        order.closed_ns, order.closed_by, order.result = self._wall_ns(), issuer.user, result
        return (AlarmOrderChanged(order.id),)


def subject_of(device: str, point: str, rule: str, plan: str = "", team: str = "") -> str:
    """A plan's order is one for a device and team, whichever plan asks; without a device one for the plan."""
    if plan:
        return f"device {device} {team}" if device else f"plan {plan} {team}"
    return f"alarm {device}/{point}/{rule}"


def followed(session: Session, source: Source) -> AlarmOrdersFollowed | None:
    return session.get(AlarmOrdersFollowed, source.value, populate_existing=True, with_for_update=True)


def _take(session: Session, source: str, command: OpenAlarmOrder | ClearAlarmOrder | VoidAlarmOrder) -> bool:
    """Whether the row comes for the first time; from now on it has come. Raises Refused ahead of its turn."""
    place = followed(session, Source(source))
    if place is None or command.row <= place.row:
        return False
    if command.after > place.row:  # else what was refused before it would never come again
        raise Refused(
            said(
                f"前面的报警记录 {command.after} 尚未处理；稍后自动重试",
                f"row {command.after} before it has not been taken; both are taken again",
            )
        )
    place.row = command.row
    return True


def _awaited(session: Session, command: OpenAwaitedAlarmOrder) -> OpenAlarmOrder | None:
    """What has waited, which from now on does so no more; None when it had been taken already."""
    subject = subject_of(command.device, command.point, command.rule)
    one = session.get(AwaitedAlarmOrder, subject, populate_existing=True, with_for_update=True)
    if one is None or one.event != command.event:
        return None
    session.delete(one)
    return OpenAlarmOrder(
        source=Source.JOURNAL,
        row=one.row,
        time_ns=one.time_ns,
        device=one.device,
        point=one.point,
        rule=one.rule,
        event=one.event,
        alarm_class=one.alarm_class,
        plan="",
        zone=one.zone,
        team=command.team,
        priority=one.priority,
        text=one.text,
    )


def _open_one(session: Session, subject: str) -> AlarmOrder | None:
    query = select(AlarmOrder).where(AlarmOrder.subject == subject, AlarmOrder.closed_ns.is_(None))
    return session.scalar(query.with_for_update())


def _clear(session: Session, command: ClearAlarmOrder) -> tuple[Any, ...]:
    order = _open_one(session, subject_of(command.device, command.point, command.rule))
    if order is None:  # somebody has closed it meanwhile
        return ()
    order.cleared_ns, order.last_row = command.time_ns, command.row
    return (AlarmOrderChanged(order.id),)


def _void(session: Session, command: VoidAlarmOrder) -> tuple[Any, ...]:
    order = _open_one(session, subject_of(command.device, command.point, command.rule))
    if order is None:
        return ()
    order.closed_ns, order.closed_by = command.time_ns, command.user
    order.verdict, order.last_row = command.verdict, command.row
    return (AlarmOrderChanged(order.id),)
