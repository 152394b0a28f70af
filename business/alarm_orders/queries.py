"""What pages, REST and other modules read of alarm orders; nothing here writes."""

from dataclasses import dataclass, fields

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from business.alarm_orders.model import AlarmOrder


@dataclass(frozen=True, slots=True)
class AlarmOrderRow:
    """An order, as `AlarmOrder` has it."""

    id: int
    number: str
    device: str
    point: str
    rule: str
    alarm_class: str
    plan: str
    zone: str
    team: str
    priority: int
    text: str
    first_event: int
    last_event: int
    joined: int
    first_row: int
    last_row: int
    opened_ns: int
    last_ns: int
    cleared_ns: int | None
    closed_ns: int | None
    closed_by: str
    verdict: str
    result: str


@dataclass(frozen=True, slots=True)
class WantedOrders:
    """Which orders; what is not said is any."""

    open: bool | None = None
    team: str = ""
    device: str = ""
    number: str = ""


def matching(wanted: WantedOrders) -> Select[AlarmOrder]:
    query = select(AlarmOrder)
    if wanted.open is not None:
        query = query.where(
            AlarmOrder.closed_ns.is_(None) if wanted.open else AlarmOrder.closed_ns.is_not(None)
        )
    for column, value in (
        (AlarmOrder.team, wanted.team),
        (AlarmOrder.device, wanted.device),
        (AlarmOrder.number, wanted.number),
    ):
        if value:
            query = query.where(column == value)
    return query


def orders(session: Session, wanted: WantedOrders, most: int = 200) -> tuple[AlarmOrderRow, ...]:
    """The open first, the most urgent of them before the others; then what was closed last."""
    found = matching(wanted).order_by(
        AlarmOrder.closed_ns.is_not(None),
        AlarmOrder.closed_ns.desc(),
        AlarmOrder.priority,
        AlarmOrder.id.desc(),
    )
    return tuple(order_row(one) for one in session.scalars(found.limit(most)))


def order(session: Session, order_id: int) -> AlarmOrderRow | None:
    found = session.get(AlarmOrder, order_id)
    return order_row(found) if found is not None else None


def teams(session: Session) -> tuple[str, ...]:
    return tuple(session.scalars(select(AlarmOrder.team).distinct().order_by(AlarmOrder.team)))


def order_row(one: AlarmOrder) -> AlarmOrderRow:
    return AlarmOrderRow(*(getattr(one, field.name) for field in fields(AlarmOrderRow)))
