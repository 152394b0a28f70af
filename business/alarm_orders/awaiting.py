"""Alarms that get an order only when they still stand later: kept as rows, so that no restart forgets one.

A row costs nothing until it is due. It is written with the page of the journal that it comes from, before
what else the page comes to; a page that is taken twice leaves the same.
"""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from actors.messages import JournalRow
from business.alarm_orders.messages import OpenAlarmOrder, OpenAwaitedAlarmOrder
from business.alarm_orders.model import AwaitedAlarmOrder
from business.alarm_orders.policy import delay_ns, stands, team_of
from business.alarm_orders.service import subject_of
from config.site import Site


class Awaiting:
    """What one page of the journal changes of it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._begun: dict[str, tuple[OpenAlarmOrder, int]] = {}
        self._over: set[str] = set()

    def holds_back(self, command: OpenAlarmOrder) -> bool:
        """Whether the order has to wait; then it does. Its time counts from the occurrence on."""
        wait_ns = delay_ns(self._site, command.alarm_class)
        subject = subject_of(command.device, command.point, command.rule)
        if not wait_ns:
            return False
        begun = self._begun.get(subject)
        if begun is None or begun[0].event != command.event:
            self._begun[subject] = command, command.time_ns + wait_ns
        return True

    def hear(self, row: JournalRow) -> None:
        """What does not stand any more waits no more."""
        if not stands(row):
            subject = subject_of(row.device, row.point, row.rule)
            self._begun.pop(subject, None)
            self._over.add(subject)

    def keep(self, sessions: sessionmaker[Session]) -> None:
        subjects = self._over | self._begun.keys()
        if not subjects:
            return
        known = select(AwaitedAlarmOrder.subject, AwaitedAlarmOrder.event).where(
            AwaitedAlarmOrder.subject.in_(subjects)
        )
        with sessions() as session:
            events = {one.subject: one.event for one in session.execute(known)}
        # One that rings again is the same occurrence: it goes on waiting for its first time.
        begun = {
            subject: one
            for subject, one in self._begun.items()
            if subject in self._over or events.get(subject) != one[0].event
        }
        gone = [subject for subject in events if subject in self._over or subject in begun]
        if not gone and not begun:
            return
        with sessions.begin() as session:
            session.execute(delete(AwaitedAlarmOrder).where(AwaitedAlarmOrder.subject.in_(gone)))
            session.add_all(_row(subject, *one) for subject, one in begun.items())


def _row(subject: str, command: OpenAlarmOrder, due_ns: int) -> AwaitedAlarmOrder:
    return AwaitedAlarmOrder(
        subject=subject,
        due_ns=due_ns,
        event=command.event,
        row=command.row,
        time_ns=command.time_ns,
        device=command.device,
        point=command.point,
        rule=command.rule,
        alarm_class=command.alarm_class,
        zone=command.zone,
        priority=command.priority,
        text=command.text,
    )


def due(
    sessions: sessionmaker[Session], site: Site, now_ns: int, most: int
) -> tuple[Sequence[OpenAwaitedAlarmOrder], int]:
    """The orders whose time has come, and how many rows had: by a policy that was changed meanwhile some
    get none."""
    query = select(AwaitedAlarmOrder).where(AwaitedAlarmOrder.due_ns <= now_ns)
    with sessions() as session:
        rows = session.scalars(query.order_by(AwaitedAlarmOrder.due_ns).limit(most)).all()
    found, none = [], []
    for one in rows:
        if team := team_of(site, one.alarm_class, one.priority):
            found.append(OpenAwaitedAlarmOrder(one.device, one.point, one.rule, one.event, team))
        else:
            none.append(one.subject)
    if none:
        with sessions.begin() as session:
            session.execute(delete(AwaitedAlarmOrder).where(AwaitedAlarmOrder.subject.in_(none)))
    return found, len(rows)
