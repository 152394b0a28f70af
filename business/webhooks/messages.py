"""Commands and events of webhooks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from business.access.model import Duty
from business.access.roles import SYSTEM
from config.text import Text

MANAGE = "webhook.manage"
PERMISSIONS: Mapping[str, Text] = {MANAGE: Text("管理事件推送", "Manage webhooks")}
DEFAULTS: Mapping[str, frozenset[str]] = {MANAGE: frozenset({SYSTEM})}
DUTIES: Mapping[str, Duty] = {MANAGE: Duty.SYSTEM}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateWebhook:
    """For the secret that is given; it is shown once, by whoever drew it."""

    label: ClassVar[Text] = Text("新建事件推送", "Create a webhook")
    permission: ClassVar[str] = MANAGE
    name: str
    url: str
    types: tuple[str, ...]
    """Of events; none for all."""
    prefix: str
    """Only events about objects whose name begins so; '' for all."""
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChangeWebhook:
    """All of it, as it is to be from now on; the secret stays."""

    label: ClassVar[Text] = Text("修改事件推送", "Change a webhook")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "webhooks/{webhook}"
    webhook: int
    name: str
    url: str
    types: tuple[str, ...]
    prefix: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class RenewWebhookSecret:
    """The one before signs beside it for a day."""

    label: ClassVar[Text] = Text("更换推送密钥", "Renew the secret of a webhook")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "webhooks/{webhook}"
    webhook: int
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RemoveWebhook:
    """With everything that was to be sent to it."""

    label: ClassVar[Text] = Text("删除事件推送", "Remove a webhook")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "webhooks/{webhook}"
    webhook: int


@dataclass(frozen=True, slots=True)
class TryWebhook:
    """Send it an event that means nothing."""

    label: ClassVar[Text] = Text("测试事件推送", "Try a webhook")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "webhooks/{webhook}"
    webhook: int


@dataclass(frozen=True, slots=True)
class SendAgain:
    """One delivery, whatever became of it; it gets all its attempts again."""

    label: ClassVar[Text] = Text("重新推送", "Send a delivery again")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "webhook_deliveries/{delivery}"
    delivery: int


@dataclass(frozen=True, slots=True)
class SendDeadAgain:
    """Everything of a webhook that was given up, in its order."""

    label: ClassVar[Text] = Text("重新推送全部失败事件", "Send all dead deliveries again")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "webhooks/{webhook}"
    webhook: int


COMMANDS: tuple[type, ...] = (
    CreateWebhook,
    ChangeWebhook,
    RenewWebhookSecret,
    RemoveWebhook,
    TryWebhook,
    SendAgain,
    SendDeadAgain,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WebhookCreated:
    webhook: int

    @property
    def answer(self) -> str:
        return str(self.webhook)


@dataclass(frozen=True, slots=True)
class WebhooksChanged:
    webhook: int


@dataclass(frozen=True, slots=True)
class DeliveriesQueued:
    webhook: int
    deliveries: tuple[int, ...]

    @property
    def answer(self) -> str:
        return str(len(self.deliveries))
