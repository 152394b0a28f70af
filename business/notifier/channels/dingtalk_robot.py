"""Group robots of DingTalk (钉钉): https://open.dingtalk.com/document/robots/custom-robot-access.

Signed as its security settings say: HMAC-SHA256 with the secret over the time in ms, a line end and the
secret, as Base64 in the query; the time may differ by an hour from theirs. 20 messages a minute.
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
from business.notifier.channels.robot import EVERYBODY, Robot, mobile, table, token
from business.notifier.channels.texts import with_line
from config.secrets import Secret
from config.table import Table
from config.text import Text

_TOKEN = Text("access_token", "access_token")
_SECRET = Text("加签密钥（SEC 开头）", "signing secret (begins with SEC)")


class DingtalkRobotTable(Table):
    """An account of this channel: one robot in one group."""

    address: Address = address_field("https://oapi.dingtalk.com")


def signature(secret: str, time_ms: int) -> str:
    """Base64; not yet quoted for a query."""
    digest = hmac.digest(secret.encode(), f"{time_ms}\n{secret}".encode(), "sha256")
    return base64.b64encode(digest).decode()


class DingtalkRobot(Robot):
    provider = Text("钉钉", "DingTalk")
    most_bytes = 20_000
    refusals = table(
        ((-1,), TryLater, "系统繁忙，稍后重试", "it is busy and will be asked again"),
        (
            (130101, 410100),
            TryLater,
            "每个机器人每分钟最多 20 条，稍后重试",
            "a robot sends 20 messages a minute at most; it will be asked again",
        ),
        (
            (310000,),
            BadAccount,
            "安全设置不符：请在机器人安全设置中只选“加签”，核对密钥和本机时间",
            "against its security settings: choose only signing there, compare the secret and this clock",
        ),
        (
            (300001, 300005, 400013, 400101, 400102),
            BadAccount,
            "access_token 无效，或机器人已停用、群已解散；请重新复制 Webhook 地址中 access_token= 之后的部分",
            "the token is none, the robot is off or its group gone; copy anew what follows access_token=",
        ),
        (
            (40035, 43004, 400105, 400106, 430101, 430102, 430103, 430104, 460101),
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
        key = token(needed(self._secrets, "token", _TOKEN), "“access_token=”之后", "after access_token=")
        query = {"access_token": key}
        if (secret := self._secrets.get("secret")) is not None and secret.reveal():
            time_ms = self._wall_ns() // 1_000_000
            query |= {"timestamp": str(time_ms), "sign": signature(secret.reveal(), time_ms)}
        return "/robot/send", query

    def content(self, message: Outgoing, text: str) -> dict[str, Any]:
        to = mobile(message.to)
        at = {"atMobiles": [to] if to not in {"", EVERYBODY} else [], "isAtAll": to == EVERYBODY}
        return {"msgtype": "text", "text": {"content": with_line(text, message.link)}, "at": at}


class DingtalkRobotKind:
    name: ClassVar = "dingtalk-robot"
    label: ClassVar = Text("钉钉群机器人", "DingTalk group robot")
    medium: ClassVar = Medium.CHAT
    options: ClassVar[type[BaseModel]] = DingtalkRobotTable
    secrets: ClassVar[Mapping[str, Text]] = {"token": _TOKEN, "secret": _SECRET}
    templated: ClassVar = False
    repeatable: ClassVar = False
    answered: ClassVar = False
    most_keys: ClassVar = 0

    def open(self, options: DingtalkRobotTable, secrets: Mapping[str, Secret], house: House) -> DingtalkRobot:
        return DingtalkRobot(options.address, secrets)


KIND: ChannelKind = DingtalkRobotKind()
