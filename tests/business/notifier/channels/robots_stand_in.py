"""Stand-ins for the group robots of WeCom, DingTalk and Feishu, written from their published pages."""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable
from typing import Any

from tests.business.notifier.channels.provider import Provider, Request, Response

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
TOKEN = "bd3f2a1c9e8d7f6a5b4c3d2e1f0a9b8c"
SECRET = "SECthis-is-a-secret-of-a-robot"
HOUR_S = 3600


def answered(**fields: Any) -> Response:
    return Response(
        200, json.dumps(fields, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
    )


class _Refused(Exception):
    def __init__(self, code: int, words: str) -> None:
        self.code, self.words = code, words


class RobotProvider(Provider):
    """Takes messages of one group, and none that it would not take."""

    a_minute = 20

    def __init__(self, wall_s: Callable[[], float] = time.time) -> None:
        super().__init__()
        self.wall_s = wall_s
        self.messages: list[dict[str, Any]] = []
        self.refuse: tuple[int, str] | None = None
        """The next answer, whatever is asked."""
        self._taken: list[float] = []

    def take(self, request: Request) -> None:
        raise NotImplementedError

    def told(self, code: int, words: str) -> Response:
        return answered(errcode=code, errmsg=words)

    def answer(self, request: Request) -> Response:
        try:
            if self.refuse is not None:
                (code, words), self.refuse = self.refuse, None
                raise _Refused(code, words)
            self.take(request)
        except _Refused as why:
            return self.told(why.code, why.words)
        return self.told(0, "ok")

    def count(self, code: int, words: str) -> None:
        now = self.wall_s()
        self._taken = [one for one in self._taken if one > now - 60]
        if len(self._taken) >= self.a_minute:
            raise _Refused(code, words)
        self._taken.append(now)


def body_of(request: Request, code: int, words: str) -> dict[str, Any]:
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise _Refused(code, words)
    try:
        found = json.loads(request.body)
    except ValueError:
        raise _Refused(code, words) from None
    if not isinstance(found, dict):
        raise _Refused(code, words)
    return found


class Wecom(RobotProvider):
    """https://developer.work.weixin.qq.com/document/path/91770"""

    def take(self, request: Request) -> None:
        if (
            request.method != "POST"
            or request.path != "/cgi-bin/webhook/send"
            or dict(request.query) != {"key": KEY}
        ):
            raise _Refused(93000, "invalid webhook url, hint: [1592021214_50], from ip: 171.43.164.231")
        body = body_of(request, 40008, "invalid message type")
        if body.get("msgtype") != "text" or set(body) != {"msgtype", "text"}:
            raise _Refused(40008, "invalid message type")
        text = body["text"]
        if set(text) - {"content", "mentioned_list", "mentioned_mobile_list"} or not text.get("content"):
            raise _Refused(44004, "empty content")
        if len(text["content"].encode()) > 2048:
            raise _Refused(40058, "text.content exceed max length 2048. invalid Request Parameter")
        for one in text.get("mentioned_mobile_list", []):
            if one != "@all" and not re.fullmatch(r"1\d{10}|\+\d{7,15}", one):
                raise _Refused(40058, "invalid mentioned_mobile_list")
        self.count(45009, "api freq out of limit, hint: [1592021214_51]")
        self.messages.append(body)


class Dingtalk(RobotProvider):
    """https://open.dingtalk.com/document/robots/custom-robot-access, with signing chosen."""

    def take(self, request: Request) -> None:
        query = dict(request.query)
        if request.path != "/robot/send" or query.pop("access_token", "") != TOKEN:
            raise _Refused(300005, "token is not exist")
        stamp, sign = query.pop("timestamp", ""), query.pop("sign", "")
        if query or not stamp.isdigit() or abs(int(stamp) / 1000 - self.wall_s()) > HOUR_S:
            raise _Refused(310000, "invalid timestamp")
        signed = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        if base64.b64decode(sign) != signed:
            raise _Refused(310000, "sign not match")
        body = body_of(request, 43004, "invalid content type")
        if "msgtype" not in body:
            raise _Refused(400106, "msgtype is missing")
        if body["msgtype"] != "text" or set(body) - {"msgtype", "text", "at"}:
            raise _Refused(400105, "unsupported msgtype")
        if set(body.get("at", {})) - {"atMobiles", "atUserIds", "isAtAll"}:
            raise _Refused(40035, "invalid parameter at")
        if not body["text"].get("content") or len(request.body) > 20_000:
            raise _Refused(460101, "message too long, exceed 20000 bytes")
        self.count(130101, "send too fast, exceed 20 times per minute")
        self.messages.append(body)


class Feishu(RobotProvider):
    """https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot, with its signature chosen."""

    a_minute = 100

    def told(self, code: int, words: str) -> Response:
        if code == 0:
            return answered(StatusCode=0, StatusMessage="success", code=0, data={}, msg="success")
        return answered(code=code, data={}, msg=words)

    def take(self, request: Request) -> None:
        if request.path != f"/open-apis/bot/v2/hook/{TOKEN}" or request.query:
            raise _Refused(19001, "param invalid: incoming webhook access token invalid")
        body = body_of(request, 9499, "Bad Request")
        stamp, sign = body.pop("timestamp", ""), body.pop("sign", "")
        signed = hmac.new(f"{stamp}\n{SECRET}".encode(), digestmod=hashlib.sha256).digest()
        late = not str(stamp).isdigit() or abs(int(stamp) - self.wall_s()) > HOUR_S
        if late or base64.b64decode(sign) != signed:
            raise _Refused(19021, "sign match fail or timestamp is not within one hour from current time")
        if body.get("msg_type") != "post" or set(body) != {"msg_type", "content"}:
            raise _Refused(19002, "params error, msg_type need")
        if len(request.body) > 20 * 1024:
            raise _Refused(19036, "request body too large")
        (language, post), *others = body["content"]["post"].items()
        if others or language not in {"zh_cn", "en_us"} or set(post) != {"title", "content"}:
            raise _Refused(9499, "Bad Request")
        known = {"text": {"tag", "text"}, "a": {"tag", "text", "href"}, "at": {"tag", "user_id"}}
        for piece in (piece for line in post["content"] for piece in line):
            if set(piece) != known.get(piece.get("tag"), set()):
                raise _Refused(9499, "Bad Request")
        self.count(11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]")
        self.messages.append(body)
