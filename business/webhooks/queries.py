"""What the page and REST read of webhooks; nothing here writes."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from business.webhooks.model import Delivery, DeliveryState, Webhook


@dataclass(frozen=True, slots=True)
class WebhookRow:
    id: int
    name: str
    url: str
    types: tuple[str, ...]
    prefix: str
    enabled: bool
    counts: Mapping[DeliveryState, int]


def webhooks(session: Session) -> tuple[WebhookRow, ...]:
    counted = _counts(session)
    rows = session.scalars(select(Webhook).order_by(Webhook.name))
    return tuple(
        WebhookRow(
            row.id,
            row.name,
            row.url,
            tuple(row.types),
            row.prefix,
            row.enabled,
            {state: counted.get((row.id, state), 0) for state in DeliveryState},
        )
        for row in rows
    )


def deliveries(webhook: int = 0, state: DeliveryState | None = None) -> Select[Delivery]:
    """Of one webhook, or of all; in no order."""
    query = select(Delivery)
    if webhook:
        query = query.where(Delivery.webhook_id == webhook)
    return query if state is None else query.where(Delivery.state == state)


def _counts(session: Session) -> dict[tuple[int, str], int]:
    query = select(Delivery.webhook_id, Delivery.state, func.count())
    rows = session.execute(query.group_by(Delivery.webhook_id, Delivery.state))
    return {(webhook, state): count for webhook, state, count in rows}
