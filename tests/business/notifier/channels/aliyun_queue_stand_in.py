"""The queues of Alibaba Cloud's reports: temporary keys and the message service, as its documentation says.

help.aliyun.com/document_detail/27487.html (signature), 35137.html (BatchReceiveMessage), 35138.html
(DeleteMessage), 27501.html (errors).
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from xml.sax.saxutils import escape

from tests.business.notifier.channels.provider import Request, Response

CHINA = timezone(timedelta(hours=8))
VISIBLE_AGAIN_S = 30
LIFE_S = 600


@dataclass
class Kept:
    id: str
    body: str
    handle: str = ""
    hidden_until: float = 0.0


@dataclass(frozen=True)
class Temporary:
    id: str
    secret: str
    token: str
    until: float


class Queues:
    def __init__(self, account: str, now: Callable[[], float]) -> None:
        self.account = account
        self.now = now
        self.kept: dict[str, list[Kept]] = {}
        self.keys: dict[str, Temporary] = {}
        self._count = 0

    def name(self, kind: str) -> str:
        return f"Alicom-Queue-{self.account}-{kind}"

    def subscribe(self, kind: str) -> str:
        self.kept[self.name(kind)] = []
        return self.name(kind)

    def put(self, kind: str, fields: dict[str, Any]) -> None:
        self.put_raw(kind, base64.b64encode(json.dumps(fields, ensure_ascii=False).encode()).decode())

    def put_raw(self, kind: str, body: str) -> None:
        self._count += 1
        self.kept[self.name(kind)].append(Kept(f"5F290C926D472878-2-14D9529A8FA-20000000{self._count}", body))

    def token(self, kind: str, name: str) -> dict[str, Any] | None:
        """The DTO of QueryTokenForMnsQueue."""
        if name not in self.kept or name != self.name(kind):
            return None
        self._count += 1
        key = Temporary(
            f"STS.key{self._count}",
            f"temporary-secret-{self._count}",
            f"token{self._count}",
            self.now() + LIFE_S,
        )
        self.keys[key.id] = key

        def told(time: float) -> str:
            return datetime.fromtimestamp(time, CHINA).strftime("%Y-%m-%d %H:%M:%S")

        return {
            "AccessKeyId": key.id,
            "AccessKeySecret": key.secret,
            "SecurityToken": key.token,
            "CreateTime": told(self.now()),
            "ExpireTime": told(key.until),
        }

    def answer(self, request: Request) -> Response:
        refused = self._stranger(request)
        if refused is not None:
            return refused
        found = re.fullmatch("/queues/([A-Za-z0-9-]+)/messages", request.path)
        if not found:
            return _error(400, "InvalidRequestURL")
        messages = self.kept.get(found[1])
        if messages is None:
            return _error(404, "QueueNotExist")
        if request.method == "GET":
            return self._receive(messages, dict(request.query))
        if request.method == "DELETE":
            return self._delete(messages, dict(request.query))
        return _error(400, "InvalidRequestURL")

    def _stranger(self, request: Request) -> Response | None:
        headers = request.headers
        if headers.get("x-mns-version") != "2015-06-06":
            return _error(400, "InvalidArgument")
        try:
            date = parsedate_to_datetime(headers["date"])
        except (KeyError, ValueError):
            return _error(400, "InvalidDateHeader")
        if abs(date.astimezone(UTC).timestamp() - self.now()) > 900:
            return _error(408, "TimeExpired")
        written = re.fullmatch("MNS ([^:]+):(.+)", headers.get("authorization", ""))
        if not written:
            return _error(400, "InvalidAuthorizationHeader")
        key = self.keys.get(written[1])
        if key is None or key.until < self.now() or headers.get("security-token") != key.token:
            return _error(403, "AccessDenied")
        resource = request.path
        if request.query:
            resource += "?" + "&".join(f"{name}={value}" for name, value in request.query.items())
        own = "".join(f"{n}:{headers[n]}\n" for n in sorted(headers) if n.startswith("x-mns-"))
        parts = [
            request.method,
            headers.get("content-md5", ""),
            headers.get("content-type", ""),
            headers["date"],
        ]
        digest = hmac.digest(
            key.secret.encode(), ("\n".join(parts) + "\n" + own + resource).encode(), hashlib.sha1
        )
        if base64.b64encode(digest).decode() != written[2]:
            return _error(403, "SignatureDoesNotMatch")
        return None

    def _receive(self, messages: list[Kept], query: dict[str, str]) -> Response:
        if query.keys() - {"numOfMessages", "waitseconds"}:
            return _error(400, "InvalidQueryString")
        if not 1 <= int(query["numOfMessages"]) <= 16 or not 0 <= int(query.get("waitseconds", "0")) <= 30:
            return _error(400, "InvalidArgument")
        visible = [one for one in messages if one.hidden_until <= self.now()][: int(query["numOfMessages"])]
        if not visible:
            return _error(404, "MessageNotExist")
        for one in visible:
            self._count += 1
            one.handle = f"1-{base64.b64encode(f'handle-{self._count}'.encode()).decode()}"
            one.hidden_until = self.now() + VISIBLE_AGAIN_S
        return Response(200, _xml("Messages", "".join(_message(one) for one in visible)))

    def _delete(self, messages: list[Kept], query: dict[str, str]) -> Response:
        if query.keys() != {"ReceiptHandle"}:
            return _error(400, "MissingReceiptHandle")
        for one in messages:
            if one.handle == query["ReceiptHandle"]:
                if one.hidden_until <= self.now():
                    return _error(404, "MessageNotExist")
                messages.remove(one)
                return Response(204)
        return _error(400, "ReceiptHandleError")


def _message(one: Kept) -> str:
    digest = hashlib.md5(one.body.encode()).hexdigest().upper()
    return (
        f"<Message><MessageId>{one.id}</MessageId><ReceiptHandle>{one.handle}</ReceiptHandle>"
        f"<MessageBody>{escape(one.body)}</MessageBody><MessageBodyMD5>{digest}</MessageBodyMD5>"
        "<EnqueueTime>1250700979248</EnqueueTime><NextVisibleTime>1250700799348</NextVisibleTime>"
        "<FirstDequeueTime>1250700779318</FirstDequeueTime><DequeueCount>1</DequeueCount>"
        "<Priority>8</Priority></Message>"
    )


def _xml(root: str, inside: str) -> bytes:
    return f'<?xml version="1.0"?><{root} xmlns="http://mns.aliyuncs.com/doc/v1/">{inside}</{root}>'.encode()


def _error(status: int, code: str) -> Response:
    inside = f"<Code>{code}</Code><Message>no</Message><RequestId>512B2A</RequestId><HostId>h</HostId>"
    return Response(status, _xml("Error", inside))
