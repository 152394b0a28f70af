"""Commands and events of push subscriptions."""

from dataclasses import dataclass, field
from typing import ClassVar

from business.access import OWN
from config.text import Text

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SubscribePush:
    """From now on messages for the issuer appear in this browser too, and for nobody else there."""

    label: ClassVar[Text] = Text("订阅浏览器推送", "Subscribe a browser to push messages")
    permission: ClassVar[str] = OWN
    subscription: str = field(repr=False)
    """As PushSubscription.toJSON() says it."""
    device: str


@dataclass(frozen=True, slots=True)
class UnsubscribePush:
    """One of the issuer's own."""

    label: ClassVar[Text] = Text("取消浏览器推送", "Unsubscribe a browser from push messages")
    permission: ClassVar[str] = OWN
    about: ClassVar[str] = "push-subscriptions/{subscription}"
    subscription: int


COMMANDS: tuple[type, ...] = (SubscribePush, UnsubscribePush)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PushSubscriptionsChanged:
    user: str
