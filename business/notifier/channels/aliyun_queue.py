"""What Alibaba Cloud's messages and calls report, taken from the queue that the console has set up for it.

The queue belongs to the provider: a temporary key is asked for (Dybaseapi 2017-05-25, QueryTokenForMnsQueue),
and with it messages are received and deleted by the protocol of the message service (MNS, now called SMQ,
version 2015-06-06; help.aliyun.com/document_detail/27487.html). Nobody has to reach this site from outside.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree  # type: ignore[import-untyped]
from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from pydantic import Field

from business.notifier.channels.aliyun_api import PROVIDER, AliyunApi
from business.notifier.channels.http import Http, Reply
from business.notifier.channels.mainland import told_ns
from business.notifier.channels.many import ENOUGH_S, late
from business.notifier.channels.port import BadAccount, NotHanded, TryLater
from business.notifier.channels.refusal import refusal, rubbish
from config.secrets import Secret
from config.table import shown

_SPACE = "{http://mns.aliyuncs.com/doc/v1/}"
_AT_ONCE = 16
"""The most that BatchReceiveMessage gives."""
_EARLIER_NS = 120_000_000_000
"""By which a key is renewed before it expires, as the provider's examples do."""


@dataclass(frozen=True, slots=True)
class Report:
    id: str
    """The queue's name of it, the same whenever it is received again."""
    fields: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Key:
    id: str
    secret: Secret
    token: Secret
    until_ns: int


class ReportQueue:
    """A report is deleted only when it comes again after an earlier call has given it away: until then who
    took it may have stopped before writing it down. So each is received twice, and none is lost; who calls
    again says that what he got before is written down."""

    def __init__(
        self,
        tokens: AliyunApi,
        base: str,
        kind: str,
        name: str,
        *,
        wall_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """`kind` is the provider's type of report, such as SmsUp; `name` the queue's, such as
        Alicom-Queue-1234567890-SmsUp."""
        self._tokens = tokens
        self._http = Http(base)
        self._kind = kind
        self._path = f"/queues/{name}/messages"
        self._name = name
        self._wall_ns = wall_ns
        self._key: _Key | None = None
        self._given: set[str] = set()

    async def take(self) -> list[Report]:
        """What waits and has not been given yet. Raises NotHanded where there is nothing to give."""
        found: list[Report] = []
        given = frozenset(self._given)
        try:
            async with asyncio.timeout(ENOUGH_S):
                while await self._batch(given, found):
                    pass
        except (TimeoutError, NotHanded) as why:
            if not found:  # else it is given now, and the rest next time
                raise late() if isinstance(why, TimeoutError) else why from None
        self._given.update(report.id for report in found)
        return found

    async def close(self) -> None:
        await self._http.close()

    async def _batch(self, given: frozenset[str], found: list[Report]) -> bool:
        """Whether more may wait."""
        reply = await self._request("GET", f"{self._path}?numOfMessages={_AT_ONCE}&waitseconds=0")
        if reply.status == 404 and _told(reply) == "MessageNotExist":
            return False
        messages = [] if reply.status != 200 else _messages(reply)
        if not messages:
            raise self._refused(reply)
        for message in messages:
            fields = _fields(message["MessageBody"])
            if fields is not None and message["MessageId"] not in given:
                found.append(Report(message["MessageId"], fields))
            else:  # taken before, or what nobody can read
                gone = await self._request("DELETE", f"{self._path}?ReceiptHandle={message['ReceiptHandle']}")
                if gone.status < 300:
                    self._given.discard(message["MessageId"])
        return len(messages) == _AT_ONCE

    async def _request(self, method: str, resource: str) -> Reply:
        key = await self._current_key()
        date = formatdate(self._wall_ns() / 1e9, usegmt=True)
        text = f"{method}\n\n\n{date}\nx-mns-version:2015-06-06\n{resource}"
        headers = {
            "date": date,
            "x-mns-version": "2015-06-06",
            "authorization": mns_authorization(key.id, key.secret, text),
            "security-token": key.token.reveal(),
        }
        return await self._http.request(method, resource, headers=headers, sends=False)

    async def _current_key(self) -> _Key:
        if self._key is None or self._wall_ns() >= self._key.until_ns:
            asked = {"MessageType": self._kind, "QueueName": self._name}
            answer = await self._tokens.call("QueryTokenForMnsQueue", asked, sends=False)
            try:
                told = answer["MessageTokenDTO"]
                until_ns = told_ns(told["ExpireTime"]) - _EARLIER_NS
                self._key = _Key(
                    str(told["AccessKeyId"]),
                    Secret(str(told["AccessKeySecret"])),
                    Secret(str(told["SecurityToken"])),
                    until_ns,
                )
            except (KeyError, TypeError, ValueError):
                raise rubbish(PROVIDER, 200, sends=False) from None
        return self._key

    def _refused(self, reply: Reply) -> NotHanded:
        code = _told(reply)
        if not code:
            return rubbish(PROVIDER, reply.status, sends=False)
        if reply.status == 403:
            self._key = None  # it may be the temporary key that has gone: the next call asks for another
        return refusal(BadAccount if code == "QueueNotExist" else TryLater, PROVIDER, f"MNS {code}")


def mns_authorization(key_id: str, key: Secret, text: str) -> str:
    """Of the lines to sign: method, MD5, type, date, x-mns-* headers, and the resource with its query."""
    digest = hmac.new(key.reveal().encode(), text.encode(), hashlib.sha1).digest()
    return f"MNS {key_id}:{base64.b64encode(digest).decode()}"


def _root(reply: Reply) -> Element | None:
    try:
        root: Element = ElementTree.fromstring(reply.body)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return root


def _told(reply: Reply) -> str:
    """The code of an error; '' where it is none."""
    root = _root(reply)
    return "" if root is None else (root.findtext(f"{_SPACE}Code") or "")


def _messages(reply: Reply) -> list[dict[str, str]]:
    root = _root(reply)
    if root is None:
        return []
    found = [
        {child.tag.removeprefix(_SPACE): (child.text or "").strip() for child in message}
        for message in root.iter(f"{_SPACE}Message")
    ]
    needed = {"MessageId", "ReceiptHandle", "MessageBody"}
    return [message for message in found if needed <= message.keys()]


def _fields(body: str) -> dict[str, Any] | None:
    """Of a body, which is JSON in Base64."""
    try:
        fields = json.loads(base64.b64decode(body, validate=True))
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def token_address_field() -> Any:
    return Field(
        "https://dybaseapi.aliyuncs.com",
        title="Address for queue keys",
        description="where temporary keys of the queue are asked for",
        json_schema_extra=shown("队列凭证地址", "获取队列临时凭证的地址"),
    )


def queue_address_field() -> Any:
    return Field(
        "https://1943695596114318.mns.cn-hangzhou.aliyuncs.com",
        title="Address of queues",
        description="where the provider keeps the queues of its customers",
        json_schema_extra=shown("队列地址", "服务商为客户保存回执队列的地址"),
    )
