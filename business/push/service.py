"""What the commands of push subscriptions do, each in one transaction."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.access import Refusal
from business.gate import Refused
from business.identity.model import User
from business.notifier.channels.port import BadReceiver
from business.notifier.channels.web_push import subscription
from business.push.messages import PushSubscriptionsChanged, SubscribePush, UnsubscribePush
from business.push.model import DEVICE_LENGTH, PushSubscription

MOST_DEVICES = 10
"""Of one person."""
MOST_CHARACTERS = 4_000
"""Of what a browser gives."""


class Push:
    """The module of `BusinessActor` that owns push subscriptions."""

    def __init__(self, wall_ns: Callable[[], int]) -> None:
        self._wall_ns = wall_ns

    def handle(self, session: Session, issuer: Issuer, command: Any) -> tuple[Any, ...]:
        """Carry out a command inside the caller's transaction. Raises Refused; nothing is then written."""
        user = session.scalar(select(User).where(User.name == issuer.user))
        if user is None:
            raise Refused(Refusal.UNKNOWN_USER)
        match command:
            case SubscribePush():
                self._subscribe(session, user, command)
            case UnsubscribePush():
                _unsubscribe(session, user, command.subscription)
            case _:
                raise TypeError(f"{type(command).__name__} is not a command of push subscriptions")
        return (PushSubscriptionsChanged(user.name),)

    def _subscribe(self, session: Session, user: User, command: SubscribePush) -> None:
        endpoint, body = _checked(command.subscription)
        row = session.scalar(select(PushSubscription).where(PushSubscription.endpoint == endpoint))
        if row is None or row.user_id != user.id:
            _leave_room(session, user)
        if row is None:
            row = PushSubscription(endpoint=endpoint)
            session.add(row)
        row.user_id, row.body = user.id, body
        row.device = command.device.strip()[:DEVICE_LENGTH]
        row.created_ns = self._wall_ns()


def fingerprint(endpoint: str) -> str:
    """By which a subscription is found."""
    return hashlib.sha256(endpoint.encode()).hexdigest()


def _checked(told: str) -> tuple[str, str]:
    """Fingerprint, and as much of it as messages need. Raises Refused."""
    if len(told) > MOST_CHARACTERS:
        raise Refused(
            said(
                f"浏览器订阅超过 {MOST_CHARACTERS} 个字符；请换用其他浏览器",
                f"the browser's subscription is over {MOST_CHARACTERS} characters; use another browser",
            )
        )
    try:
        found = subscription(told)
    except BadReceiver as why:
        raise Refused(str(why)) from why
    if found.endpoint.scheme != "https":
        raise Refused(
            said(
                "推送服务的地址不是 https；请换用其他浏览器",
                "the push service's address is not https; use another browser",
            )
        )
    whole = json.loads(told)
    endpoint, keys = whole["endpoint"], whole["keys"]
    body = {"endpoint": endpoint, "keys": {"p256dh": keys["p256dh"], "auth": keys["auth"]}}
    return fingerprint(endpoint), json.dumps(body)


def _unsubscribe(session: Session, user: User, id_: int) -> None:
    row = session.get(PushSubscription, id_)
    if row is None or row.user_id != user.id:
        raise Refused(
            said(
                "您没有这个推送订阅；可能已取消，请刷新页面",
                "there is no such subscription of yours; it may have ended, so load the page anew",
            )
        )
    session.delete(row)


def _leave_room(session: Session, user: User) -> None:
    own = select(func.count()).select_from(PushSubscription).where(PushSubscription.user_id == user.id)
    if (session.scalar(own) or 0) >= MOST_DEVICES:
        raise Refused(
            said(
                f"每人最多订阅 {MOST_DEVICES} 个浏览器；请先移除不用的",
                f"a person subscribes {MOST_DEVICES} browsers at most; remove one that you no longer use",
            )
        )
