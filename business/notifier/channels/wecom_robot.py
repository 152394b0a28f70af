"""Group robots of WeCom (企业微信): https://developer.work.weixin.qq.com/document/path/91770.

Plain text, not markdown: only a text mentions somebody by number, and nothing in a device's name turns into a
link or a heading. It has at most 2048 bytes; a robot sends 20 messages a minute.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

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
from business.notifier.channels.robot import Robot, mobile, table, token
from business.notifier.channels.texts import cut, with_line
from config.secrets import Secret
from config.table import Table
from config.text import Text

MOST_BYTES: Final = 2048
"""Of a text."""
_KEY = Text("机器人密钥", "robot's key")


class WecomRobotTable(Table):
    """An account of this channel: one robot in one group."""

    address: Address = address_field("https://qyapi.weixin.qq.com")


class WecomRobot(Robot):
    provider = Text("企业微信", "WeCom")
    most_bytes = 100_000
    refusals = table(
        ((-1,), TryLater, "系统繁忙，稍后重试", "it is busy and will be asked again"),
        (
            (45009, 45033),
            TryLater,
            "每个机器人每分钟最多 20 条，稍后重试",
            "a robot sends 20 messages a minute at most; it will be asked again",
        ),
        (
            (93000,),
            BadAccount,
            "密钥无效或机器人已被移出群；请在群里重新复制 Webhook 地址中 key= 之后的部分",
            "the key is none, or the robot left its group; copy anew what follows key= in the address",
        ),
        (
            (40008, 40035, 40058, 44004, 45002),
            BadMessage,
            "内容不符合要求；请缩短或修改文本",
            "it does not take what the message says; shorten or change the text",
        ),
    )

    def target(self) -> tuple[str, dict[str, str]]:
        key = token(needed(self._secrets, "key", _KEY), "“key=”之后", "after key=")
        return "/cgi-bin/webhook/send", {"key": key}

    def content(self, message: Outgoing, text: str) -> dict[str, Any]:
        room = MOST_BYTES - len(message.link.encode()) - 1
        said_there: dict[str, Any] = {"content": with_line(cut(text, room, message.language), message.link)}
        if to := mobile(message.to):
            said_there["mentioned_mobile_list"] = [to]
        return {"msgtype": "text", "text": said_there}


class WecomRobotKind:
    name: ClassVar = "wecom-robot"
    label: ClassVar = Text("企业微信群机器人", "WeCom group robot")
    medium: ClassVar = Medium.CHAT
    options: ClassVar[type[BaseModel]] = WecomRobotTable
    secrets: ClassVar[Mapping[str, Text]] = {"key": _KEY}
    templated: ClassVar = False
    repeatable: ClassVar = False
    answered: ClassVar = False
    most_keys: ClassVar = 0

    def open(self, options: WecomRobotTable, secrets: Mapping[str, Secret], house: House) -> WecomRobot:
        return WecomRobot(options.address, secrets)


KIND: ChannelKind = WecomRobotKind()
