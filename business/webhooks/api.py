"""REST: webhooks and what was sent to them."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.said import in_language
from business.access import ROOT
from business.happenings import types
from business.rest.asking import Outside, ReadSession, existing, needs, read
from business.rest.documents import both
from business.rest.paging import Page, Wanted, page
from business.rest.problems import Refusing, problems
from business.rest.sending import Send
from business.rest.shapes import (
    Bilingual,
    Moment,
    Name,
    Number,
    Shape,
    example,
    moment,
    moment_or_none,
)
from business.webhooks.messages import (
    MANAGE,
    ChangeWebhook,
    CreateWebhook,
    RemoveWebhook,
    RenewWebhookSecret,
    SendAgain,
    SendDeadAgain,
    TryWebhook,
)
from business.webhooks.model import Delivery, DeliveryState, Webhook
from business.webhooks.queries import deliveries
from business.webhooks.signing import new_secret
from config.text import Text

router = APIRouter(prefix="/webhooks", tags=["webhooks"], dependencies=[Depends(needs(MANAGE, ROOT))])
_SHOWN_ONCE = Text(
    "这个密钥已经显示过一次，不能再次显示；如已丢失，请更换密钥",
    "This secret was shown once; if it was lost, renew it",
)
_LINE = r"^[^\x00-\x1f\x7f]*$"
Kinds = Annotated[list[Name], Field(max_length=200, description="Types of events; none for all there are")]
Prefix = Annotated[
    str,
    StringConstraints(max_length=64, pattern=_LINE),
    Field(description="Only events about objects whose name begins so, such as 'house/'"),
]
Url = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=_LINE)]
_WEBHOOK: dict[str, Any] = {
    "name": "财务系统",
    "url": "https://erp.example.com/hook",
    "types": ["CreateRecord", "ChangeRecord"],
    "prefix": "",
}
_SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="  # noqa: S105  # an example


class NewWebhook(Shape):
    model_config = example(_WEBHOOK)
    name: Name
    url: Url
    types: Kinds = Field(default_factory=list)
    prefix: Prefix = ""


class WebhookChange(NewWebhook):
    model_config = example({**_WEBHOOK, "enabled": True})
    enabled: bool = True


class WebhookOut(BaseModel):
    model_config = example({"id": 2, **_WEBHOOK, "enabled": True, "created_at": "2026-03-01T00:00:00Z"})
    id: int
    name: str
    url: str
    types: list[str]
    prefix: str
    enabled: bool
    created_at: Moment


class WebhookSecret(WebhookOut):
    model_config = example(
        {
            "id": 2,
            **_WEBHOOK,
            "enabled": True,
            "created_at": "2026-03-01T00:00:00Z",
            "secret": _SECRET,
        }
    )
    secret: str = Field(description="Shown this once; with it the receiver checks signatures")


class EventType(BaseModel):
    model_config = example({"type": "CreateRecord", "label": {"zh": "新建档案", "en": "Create a record"}})
    type: str
    label: Bilingual


class DeliveryOut(BaseModel):
    model_config = example(
        {
            "id": 9,
            "webhook": 2,
            "event": "evt_42",
            "type": "CreateRecord",
            "body": {
                "id": "evt_42",
                "type": "CreateRecord",
                "timestamp": "2026-03-01T00:00:00.000000Z",
                "data": {"sequence": 42, "objects": ["houses/12"]},
            },
            "state": "dead",
            "attempts": 10,
            "created_at": "2026-03-01T00:00:00Z",
            "tried_at": "2026-03-04T00:00:00Z",
            "next_at": "2026-03-04T00:00:00Z",
            "status": 500,
            "trouble": "it was answered with HTTP 500",
        }
    )
    id: int
    webhook: int
    event: str
    type: str
    body: dict[str, Any]
    state: DeliveryState
    attempts: int
    created_at: Moment
    tried_at: Moment | None
    next_at: Moment
    status: int | None = Field(description="HTTP status of the last answer")
    trouble: str


class Queued(BaseModel):
    model_config = example({"queued": 3})
    queued: int


@router.get("/event-types", summary="列出事件类型 · List the types of events")
def list_event_types() -> list[EventType]:
    """A webhook is told what became of which object; what is in it is read over REST."""
    return [
        EventType(type=name, label=Bilingual(zh=label.zh, en=label.en)) for name, label in types().items()
    ]


@router.get("", summary="列出事件推送 · List the webhooks")
def list_webhooks(session: ReadSession, wanted: Wanted) -> Page[WebhookOut]:
    return page(session, select(Webhook), [Webhook.id], wanted, _webhook)


@router.post("", status_code=201, summary=both(CreateWebhook.label), responses=problems(404, 409))
async def create_webhook(body: NewWebhook, ports: Outside, send: Send) -> WebhookSecret:
    """404 when it comes again with its key and was removed since."""
    secret = new_secret()
    made = await send(CreateWebhook(body.name, body.url, tuple(body.types), body.prefix, secret))
    return await read(ports, lambda session: _with_secret(session, int(made), secret))


@router.get("/{webhook}", summary="查看事件推送 · Read a webhook", responses=problems(404))
def read_webhook(webhook: Number, session: ReadSession) -> WebhookOut:
    return _webhook(existing(session.get(Webhook, webhook)))


@router.put("/{webhook}", summary=both(ChangeWebhook.label), responses=problems(404))
async def change_webhook(webhook: Number, body: WebhookChange, ports: Outside, send: Send) -> WebhookOut:
    """All of it, as it is to be from now on."""
    await read(ports, lambda session: session.get(Webhook, webhook))
    await send(
        ChangeWebhook(webhook, body.name, body.url, tuple(body.types), body.prefix, enabled=body.enabled)
    )
    return _webhook(await read(ports, lambda session: session.get(Webhook, webhook)))


@router.delete("/{webhook}", status_code=204, summary=both(RemoveWebhook.label), responses=problems(404))
async def remove_webhook(webhook: Number, ports: Outside, send: Send) -> None:
    """With everything that was to be sent to it."""
    await read(ports, lambda session: session.get(Webhook, webhook))
    await send(RemoveWebhook(webhook))


@router.post("/{webhook}/secret", summary=both(RenewWebhookSecret.label), responses=problems(404, 409))
async def renew_webhook_secret(webhook: Number, ports: Outside, send: Send) -> WebhookSecret:
    """The one before signs beside the new one for a day."""
    await read(ports, lambda session: session.get(Webhook, webhook))
    secret = new_secret()
    await send(RenewWebhookSecret(webhook, secret))
    return await read(ports, lambda session: _with_secret(session, webhook, secret))


@router.post("/{webhook}/trial", status_code=202, summary=both(TryWebhook.label), responses=problems(404))
async def try_webhook(webhook: Number, ports: Outside, send: Send) -> Queued:
    """An event of the type Trial is on its way."""
    await read(ports, lambda session: session.get(Webhook, webhook))
    return Queued(queued=int(await send(TryWebhook(webhook))))


@router.get("/{webhook}/deliveries", summary="列出推送记录 · List the deliveries", responses=problems(404))
def list_deliveries(
    webhook: Number, session: ReadSession, wanted: Wanted, state: DeliveryState | None = None
) -> Page[DeliveryOut]:
    """The newest first; `state=dead` are those that were given up."""
    existing(session.get(Webhook, webhook))
    query = deliveries(webhook, state)
    return page(session, query, [Delivery.id], wanted, _delivery, newest_first=True)


@router.post(
    "/{webhook}/deliveries/{delivery}/again",
    status_code=202,
    summary=both(SendAgain.label),
    responses=problems(404),
)
async def send_again(webhook: Number, delivery: Number, ports: Outside, send: Send) -> Queued:
    await read(
        ports,
        lambda session: session.scalar(deliveries(webhook).where(Delivery.id == delivery)),
    )
    return Queued(queued=int(await send(SendAgain(delivery))))


@router.post("/{webhook}/again", status_code=202, summary=both(SendDeadAgain.label), responses=problems(404))
async def send_dead_again(webhook: Number, ports: Outside, send: Send) -> Queued:
    """At most 1000 at a time."""
    await read(ports, lambda session: session.get(Webhook, webhook))
    return Queued(queued=int(await send(SendDeadAgain(webhook))))


def _webhook(row: Webhook) -> WebhookOut:
    return WebhookOut(
        id=row.id,
        name=row.name,
        url=row.url,
        types=row.types,
        prefix=row.prefix,
        enabled=row.enabled,
        created_at=moment(row.created_ns),
    )


def _with_secret(session: Session, webhook: int, secret: str) -> WebhookSecret | None:
    row = session.get(Webhook, webhook)
    if row is None:
        return None
    if row.secret != secret:
        raise Refusing(409, _SHOWN_ONCE, code="key-shown-once")
    return WebhookSecret(**_webhook(row).model_dump(), secret=secret)


def _delivery(row: Delivery) -> DeliveryOut:
    return DeliveryOut(
        id=row.id,
        webhook=row.webhook_id,
        event=row.event,
        type=row.type,
        body=json.loads(row.body),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created_at=moment(row.created_ns),
        tried_at=moment_or_none(row.tried_ns),
        next_at=moment(row.next_ns),
        status=row.status,
        trouble=in_language(row.trouble, "en"),
    )
