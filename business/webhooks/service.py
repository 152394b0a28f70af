"""What the commands of webhooks do, each in one transaction."""

import base64
import secrets
from binascii import Error
from collections.abc import Callable, Iterable
from typing import Any

import httpx
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.audit.model import AuditRecord
from business.gate import Refused
from business.happenings import TRIAL, body_of, types
from business.webhooks.messages import (
    ChangeWebhook,
    CreateWebhook,
    DeliveriesQueued,
    RemoveWebhook,
    RenewWebhookSecret,
    SendAgain,
    SendDeadAgain,
    TryWebhook,
    WebhookCreated,
    WebhooksChanged,
)
from business.webhooks.model import NAME_LENGTH, URL_LENGTH, Delivery, DeliveryState, Webhook
from business.webhooks.signing import PREFIX

MOST_WEBHOOKS = 50
MOST_AGAIN = 1_000
"""Dead deliveries that one command sends again."""
_SECRET_BYTES = range(24, 65)


class Webhooks:
    """The module of `BusinessActor` that owns webhooks."""

    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns

    def handle(self, session: Session, _issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        match command:
            case CreateWebhook():
                return self._create(session, command)
            case ChangeWebhook():
                return self._change(session, command)
            case RenewWebhookSecret():
                row = _existing(session, command.webhook)
                row.old_secret, row.secret = row.secret, _secret(command.secret)
                row.renewed_ns = self._wall_ns()
                return (WebhooksChanged(row.id),)
            case RemoveWebhook():
                return _remove(session, _existing(session, command.webhook))
            case TryWebhook():
                return self._try(session, _existing(session, command.webhook))
            case SendAgain():
                return self._again(session, command)
            case SendDeadAgain():
                row = _existing(session, command.webhook)
                dead = select(Delivery).where(
                    Delivery.webhook_id == row.id, Delivery.state == DeliveryState.DEAD
                )
                return self._queue(row.id, session.scalars(dead.order_by(Delivery.id).limit(MOST_AGAIN)))
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of webhooks")

    def _create(self, session: Session, command: CreateWebhook) -> tuple[Any, ...]:
        if (session.scalar(select(func.count()).select_from(Webhook)) or 0) >= MOST_WEBHOOKS:
            raise Refused(
                said(
                    f"已有 {MOST_WEBHOOKS} 个事件推送，最多 {MOST_WEBHOOKS} 个；请先删除不用的",
                    f"there are {MOST_WEBHOOKS} webhooks, the most there may be; remove one first",
                )
            )
        now = self._wall_ns()
        row = Webhook(secret=_secret(command.secret), renewed_ns=now, created_ns=now, after=newest(session))
        _set(session, row, command)
        session.add(row)
        session.flush()
        return (WebhookCreated(row.id),)

    def _change(self, session: Session, command: ChangeWebhook) -> tuple[Any, ...]:
        row = _existing(session, command.webhook)
        _set(session, row, command)
        if command.enabled and not row.enabled:
            row.after = newest(session)
        row.enabled = command.enabled
        return (WebhooksChanged(row.id),)

    def _try(self, session: Session, row: Webhook) -> tuple[Any, ...]:
        now, event = self._wall_ns(), f"evt_trial_{secrets.token_hex(8)}"
        body = body_of(event, TRIAL, now, None, ())
        trial = waiting(row.id, event, TRIAL, body, now)
        session.add(trial)
        session.flush()
        return (DeliveriesQueued(row.id, (trial.id,)),)

    def _again(self, session: Session, command: SendAgain) -> tuple[Any, ...]:
        delivery = session.get(Delivery, command.delivery)
        if delivery is None:
            raise Refused(
                said(
                    f"没有编号为 {command.delivery} 的推送记录；请刷新列表",
                    f"there is no delivery {command.delivery}; reload the list",
                )
            )
        return self._queue(delivery.webhook_id, [delivery])

    def _queue(self, webhook: int, deliveries: Iterable[Delivery]) -> tuple[Any, ...]:
        queued = []
        for one in deliveries:
            one.state, one.attempts, one.next_ns = DeliveryState.WAITING, 0, self._wall_ns()
            queued.append(one.id)
        return (DeliveriesQueued(webhook, tuple(queued)),)


def newest(session: Session) -> int:
    """The sequence of the newest record of the trail."""
    return session.scalar(select(func.max(AuditRecord.sequence))) or 0


def waiting(webhook: int, event: str, kind: str, body: str, now_ns: int) -> Delivery:
    """A delivery before its first attempt."""
    return Delivery(
        webhook_id=webhook,
        event=event,
        type=kind,
        body=body,
        state=DeliveryState.WAITING,
        next_ns=now_ns,
        created_ns=now_ns,
    )


def _remove(session: Session, row: Webhook) -> tuple[Any, ...]:
    for delivery in session.scalars(select(Delivery).where(Delivery.webhook_id == row.id)):
        session.delete(delivery)
    session.flush()
    session.delete(row)
    return (WebhooksChanged(row.id),)


def _existing(session: Session, webhook: int) -> Webhook:
    row = session.get(Webhook, webhook)
    if row is None:
        raise Refused(
            said(
                f"没有编号为 {webhook} 的事件推送；请刷新列表",
                f"there is no webhook {webhook}; reload the list",
            )
        )
    return row


def _set(session: Session, row: Webhook, command: CreateWebhook | ChangeWebhook) -> None:
    name = command.name.strip()
    if not 1 <= len(name) <= NAME_LENGTH:
        raise Refused(
            said(f"名称要有 1 到 {NAME_LENGTH} 个字符", f"a name has 1 to {NAME_LENGTH} characters")
        )
    with session.no_autoflush:
        other = session.scalar(select(Webhook.id).where(Webhook.name == name))
    if other is not None and other != row.id:
        raise Refused(said(f"已有名为“{name}”的事件推送；请换一个", f"the name {name!r} is taken"))
    if unknown := sorted(set(command.types) - set(types())):
        raise Refused(
            said(f"没有事件类型“{unknown[0]}”；请刷新", f"there is no type of events {unknown[0]!r}; reload")
        )
    row.name, row.url = name, address(command.url)
    row.types, row.prefix = sorted(set(command.types)), command.prefix.strip()[:NAME_LENGTH]


def address(text: str) -> str:
    """Of a webhook. Raises Refused."""
    try:
        url = httpx.URL(text.strip())
    except (httpx.InvalidURL, UnicodeError):
        url = httpx.URL("")
    unfit = url.scheme not in {"http", "https"} or not url.host or url.userinfo or url.fragment
    if unfit or len(str(url)) > URL_LENGTH:
        raise Refused(
            said(
                f"“{text[:80]}”不是可推送的地址；须形如 https://erp.example.com/hook，"
                f"不含用户名，最长 {URL_LENGTH} 个字符",
                f"{text[:80]!r} is no address of a webhook; it is like https://erp.example.com/hook, "
                f"without a user name, at most {URL_LENGTH} characters",
            )
        )
    return str(url)


def _secret(text: str) -> str:
    try:
        length = len(base64.b64decode(text.removeprefix(PREFIX), validate=True))
    except Error:
        length = 0
    if not text.startswith(PREFIX) or length not in _SECRET_BYTES:
        raise Refused(
            said(
                f"密钥须为 {PREFIX} 加 24 到 64 字节的 Base64",
                f"a secret is {PREFIX} and the Base64 of 24 to 64 bytes",
            )
        )
    return text
