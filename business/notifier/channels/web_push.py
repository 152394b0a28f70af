"""Messages to browsers and phones that show pages of Steward: Web Push (RFC 8030), by whatever service each
browser has chosen. A receiver is the PushSubscription that its browser gave, as JSON.

A message is shown, and its link opened, by hmi/static/worker.js. Nothing is told of it once the service has
taken it; a later message of the same id replaces it.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, Field

from actors.said import said
from business.addresses import Address, Forbidden, is_not_public
from business.notifier.channels.account import needed
from business.notifier.channels.http import Http, Reply
from business.notifier.channels.port import (
    Answer,
    BadAccount,
    BadMessage,
    BadReceiver,
    Channel,
    ChannelKind,
    Handed,
    House,
    Medium,
    NotHanded,
    Outgoing,
    Receipt,
)
from business.notifier.channels.push_crypto import (
    decoded,
    encoded,
    point,
    private_key,
    public_key,
    sealed,
    vapid,
)
from business.notifier.channels.refusal import refusal, rubbish
from business.notifier.channels.texts import fitted
from config.secrets import Secret
from config.table import Flag, Table, Whole, shown
from config.text import Text

PROVIDER = Text("推送服务", "the push service")
MOST_BYTES: Final = 3_900
_SIGNED_S: Final = 12 * 3600
"""Services take no signature for more than a day."""
_KEY = Text("推送私钥", "private key of push messages")
_FAILURES: Mapping[int, type[NotHanded]] = {
    400: BadMessage,
    401: BadAccount,
    403: BadAccount,
    404: BadReceiver,
    410: BadReceiver,
    413: BadMessage,
}


class WebPushTable(Table):
    contact: str = Field(
        pattern=r"^(mailto:[^@\s]+@[^@\s]+|https://\S+)$",
        max_length=200,
        title="Contact",
        description="mailto: or https: address at which push services reach the site's administrator",
        json_schema_extra=shown("联系方式", "推送服务联系管理员的地址：mailto: 或 https: 开头"),
    )
    public_key: str = Field(
        pattern=r"^[A-Za-z0-9_-]{87}$",
        title="Public key",
        description="the half of the key pair that browsers see; with another all subscriptions end",
        json_schema_extra=shown("推送公钥", "与私钥成对，浏览器可见；更换后所有订阅失效"),
    )
    ttl_s: Whole = Field(
        3_600,
        ge=0,
        le=2_419_200,
        title="Keep for",
        description="seconds that a service keeps a message for a device that is off",
        json_schema_extra=shown("保留时间", "设备离线时推送服务保留消息多少秒", unit="s"),
    )
    to_private: Flag = Field(
        default=False,
        title="Private services",
        description="push services within the own network too, also without encryption on this machine",
        json_schema_extra=shown("允许内网推送服务", "也允许内网中的推送服务（本机可不加密）"),
    )


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where one browser is reached."""

    endpoint: httpx.URL
    key: bytes
    secret: bytes


class WebPush:
    def __init__(
        self,
        options: WebPushTable,
        secrets: Mapping[str, Secret],
        *,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self._options = options
        self._secrets = secrets
        self._wall_ns = wall_ns
        self._http = Http("", self._is_refused)

    async def hand_over(self, message: Outgoing) -> Handed:
        to = subscription(message.to)
        own = self._options.to_private and to.endpoint.host in {"127.0.0.1", "localhost"}
        if to.endpoint.scheme != "https" and not (own and to.endpoint.scheme == "http"):
            raise _no_receiver("https")
        headers = {
            "Authorization": self._signature(to.endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(self._options.ttl_s),
            "Urgency": "high" if message.urgent else "normal",
            "Topic": message.id,
        }
        body = sealed(content_of(message), to.key, to.secret)
        try:
            reply = await self._http.request("POST", str(to.endpoint), headers=headers, content=body)
        except Forbidden as why:
            raise BadReceiver(str(why)) from why
        _judge(reply)
        return Handed("")

    async def receipts(self, references: Sequence[tuple[str, str, int]]) -> Sequence[Receipt]:
        return ()

    async def answers(self, since_ns: int) -> Sequence[Answer]:
        return ()

    async def check(self) -> None:
        """Whether the two keys are a pair: services let nobody ask for more."""
        self._key()

    async def close(self) -> None:
        await self._http.close()

    def _is_refused(self, address: Address) -> bool:
        return not self._options.to_private and is_not_public(address)

    def _signature(self, endpoint: httpx.URL) -> str:
        audience = f"{endpoint.scheme}://{endpoint.netloc.decode()}"
        until_s = self._wall_ns() // 10**9 + _SIGNED_S
        return vapid(self._key(), audience, self._options.contact, until_s)

    def _key(self) -> ec.EllipticCurvePrivateKey:
        try:
            key = private_key(needed(self._secrets, "private-key", _KEY).reveal())
        except ValueError as error:
            raise BadAccount(
                said(
                    f"推送私钥无法使用（{error}）；请重新生成密钥对",
                    f"the private key of push messages cannot be used ({error}); make a new pair",
                )
            ) from error
        if encoded(point(key.public_key())) != self._options.public_key:
            raise BadAccount(
                said(
                    "推送私钥与公钥不是一对；请填写同时生成的一对",
                    "the private and the public key of push messages are no pair; set two made together",
                )
            )
        return key


def subscription(to: str) -> Subscription:
    """What PushSubscription.toJSON() says. Raises BadReceiver."""
    try:
        told = json.loads(to)
        endpoint = httpx.URL(told["endpoint"])
        key, secret = decoded(told["keys"]["p256dh"]), decoded(told["keys"]["auth"])
        public_key(key)
    except (ValueError, KeyError, TypeError, AttributeError, httpx.InvalidURL) as error:
        raise _no_receiver(type(error).__name__) from error
    if not endpoint.host or endpoint.userinfo or len(secret) != 16:
        raise _no_receiver("endpoint, auth")
    return Subscription(endpoint, key, secret)


def content_of(message: Outgoing) -> bytes:
    """What the worker in the browser reads; the text is cut to what fits. Raises BadMessage."""

    def build(text: str) -> bytes:
        told = {
            "title": message.subject,
            "body": text,
            "link": message.link,
            "tag": message.id,
            "urgent": message.urgent,
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    built = fitted(build, message.text, MOST_BYTES, message.language)
    if len(built) > MOST_BYTES:
        raise BadMessage(
            said(
                f"标题与链接超过 {MOST_BYTES} 字节；请缩短",
                f"subject and link are over {MOST_BYTES} bytes; shorten them",
            )
        )
    return built


def _judge(reply: Reply) -> None:
    if reply.status in {201, 202} or (reply.status == 200 and not reply.body):
        return
    if (kind := _FAILURES.get(reply.status)) is None:
        raise rubbish(PROVIDER, reply.status, sends=True)
    raise refusal(kind, PROVIDER, f"HTTP {reply.status}", reply.body.decode(errors="replace"))


def _no_receiver(why: str) -> BadReceiver:
    return BadReceiver(
        said(
            f"这不是可用的浏览器订阅（{why}）；请在该浏览器中重新订阅",
            f"this is no subscription of a browser that can be used ({why}); subscribe there anew",
        )
    )


class _WebPushKind:
    name: ClassVar[str] = "web-push"
    label: ClassVar[Text] = Text("浏览器推送", "Browser push")
    medium: ClassVar[Medium] = Medium.PUSH
    options: ClassVar[type[BaseModel]] = WebPushTable
    secrets: ClassVar[Mapping[str, Text]] = {"private-key": _KEY}
    templated: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True
    """A second one takes the place of the first, in the service and on the screen."""
    answered: ClassVar[bool] = False
    most_keys: ClassVar[int] = 0

    def open(self, options: Any, secrets: Mapping[str, Secret], house: House) -> Channel:
        return WebPush(options, secrets)


KIND: ChannelKind = _WebPushKind()
