"""Group robots of Feishu (飞书) and Lark: https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot.

Signed as that page says: HMAC-SHA256 of nothing, with the time in s, a line end and the secret as its key, as
Base64 in the body; the time may differ by an hour from theirs. A request has at most 20 KB; 100 messages a
minute and 5 a second. It mentions by open_id or all, not by number: whose number is given is not mentioned.
"""

import base64
import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel

from business.notifier.channels.account import Address, address_field, needed
from business.notifier.channels.port import (
    BadAccount,
    BadMessage,
    ChannelKind,
    House,
    Medium,
    Outgoing,
    TryLater,
)
from business.notifier.channels.robot import EVERYBODY, Refusal, Robot, mobile, table, token
from config.secrets import Secret
from config.table import Table
from config.text import Text

_TOKEN = Text("机器人标识", "robot's token")
_SECRET = Text("签名密钥", "signing secret")
_OPEN = Text("打开处理页面", "Open the page to answer")


class FeishuRobotTable(Table):
    """An account of this channel: one robot in one group; Lark's address is https://open.larksuite.com."""

    address: Address = address_field("https://open.feishu.cn")


def signature(secret: str, time_s: int) -> str:
    """Base64. The text to sign is the key here, and what is signed is empty."""
    return base64.b64encode(hmac.digest(f"{time_s}\n{secret}".encode(), b"", "sha256")).decode()


class FeishuRobot(Robot):
    provider = Text("飞书", "Feishu")
    most_bytes = 20 * 1024
    code = ("code", "StatusCode")
    words = "msg"
    refusals = table(
        (
            (11232,),
            TryLater,
            "每分钟最多 100 条、每秒最多 5 条，稍后重试",
            "a robot sends 100 messages a minute and 5 a second at most; it will be asked again",
        ),
        (
            (19001,),
            BadAccount,
            "机器人标识无效；请重新复制 Webhook 地址中最后一段",
            "the token is none; copy anew the last part of the webhook's address",
        ),
        (
            (19021,),
            BadAccount,
            "签名不符；请核对签名密钥，并校准本机时间（误差须小于一小时）",
            "the signature does not fit: compare the secret, and set this clock (within an hour)",
        ),
        (
            (19022, 19024),
            BadAccount,
            "安全设置不符；请在机器人安全设置中只选“签名校验”，去掉 IP 白名单和关键词",
            "against its security settings: choose only the signature there, no addresses, no keywords",
        ),
        (
            (9499, 19002, 19036),
            BadMessage,
            "内容不符合要求；请缩短或修改文本",
            "it does not take what the message says; shorten or change the text",
        ),
    )

    def __init__(
        self, base: str, secrets: Mapping[str, Secret], wall_ns: Callable[[], int] = time.time_ns
    ) -> None:
        super().__init__(base, secrets)
        self._wall_ns = wall_ns

    def target(self) -> tuple[str, dict[str, str]]:
        key = token(needed(self._secrets, "token", _TOKEN), "最后一段", "after the last slash")
        return f"/open-apis/bot/v2/hook/{key}", {}

    def content(self, message: Outgoing, text: str) -> dict[str, Any]:
        # A rich text: in a plain one a device's name could hold a tag that calls everybody.
        paragraphs: list[list[dict[str, str]]] = [[{"tag": "text", "text": text}]]
        if message.link:
            words = _OPEN.in_language(message.language)
            paragraphs.append([{"tag": "a", "text": words, "href": message.link}])
        if mobile(message.to) == EVERYBODY:
            paragraphs.append([{"tag": "at", "user_id": "all"}])
        language = "en_us" if message.language == "en" else "zh_cn"
        return {"msg_type": "post", "content": {"post": {language: {"title": "", "content": paragraphs}}}}

    def signed(self, content: dict[str, Any]) -> dict[str, Any]:
        if (secret := self._secrets.get("secret")) is None or not secret.reveal():
            return content
        time_s = self._wall_ns() // 1_000_000_000
        return {"timestamp": str(time_s), "sign": signature(secret.reveal(), time_s), **content}

    def refusal(self, code: int, words: str) -> Refusal:
        # 9499 is said of bad requests and, now and then, of too many.
        often = "too many" in words.lower() or "frequency" in words.lower()
        return super().refusal(11232 if often else code, words)


class FeishuRobotKind:
    name: ClassVar = "feishu-robot"
    label: ClassVar = Text("飞书群机器人", "Feishu group robot")
    medium: ClassVar = Medium.CHAT
    options: ClassVar[type[BaseModel]] = FeishuRobotTable
    secrets: ClassVar[Mapping[str, Text]] = {"token": _TOKEN, "secret": _SECRET}
    templated: ClassVar = False
    repeatable: ClassVar = False
    answered: ClassVar = False
    most_keys: ClassVar = 0

    def open(self, options: FeishuRobotTable, secrets: Mapping[str, Secret], house: House) -> FeishuRobot:
        return FeishuRobot(options.address, secrets)


KIND: ChannelKind = FeishuRobotKind()
