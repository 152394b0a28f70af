"""The requests of Twilio's SDK, sent by `Http`.

The SDK's own carriers have no deadline for a whole request (twilio-python #925), and take proxies and
passwords from the environment.
"""

import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from actors.said import said
from business.notifier.channels.http import Http, Reply
from business.notifier.channels.port import DEADLINE_S, NotHanded, TryLater, Unclear
from config.secrets import Secret


class Carrier:
    """An HttpClient of the SDK, called on a thread, that sends on our loop and to our address."""

    is_async = False

    def __init__(self, http: Http, loop: asyncio.AbstractEventLoop, account: str, token: Secret) -> None:
        self._http = http
        self._loop = loop
        self._account = account
        self._token = token
        self._stopped = False
        self._sending: asyncio.Task[Any] | None = None

    @property
    def has_sent(self) -> bool:
        """Whether any of a request may have left; before that, a `stop` keeps all of it back. On the loop."""
        return self._sending is not None

    def stop(self) -> None:
        """Nobody waits any more: what is under way is given up, and nothing follows. On the loop."""
        self._stopped = True
        if self._sending is not None:
            self._sending.cancel()

    def request(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **_own: Any,
    ) -> Any:
        """Its host is replaced by the account's, its password by the account's secret."""
        from twilio.http.response import Response

        parts = urlsplit(url)
        query = "&".join(one for one in (parts.query, urlencode(params or {}, doseq=True)) if one)
        basic = base64.b64encode(f"{self._account}:{self._token.reveal()}".encode()).decode()
        asked = self._send(
            method,
            f"{parts.path}?{query}" if query else parts.path,
            headers={**(headers or {}), "Authorization": f"Basic {basic}"},
            content=urlencode(data or {}, doseq=True).encode(),
            sends=method == "POST",
        )
        reply: Reply = asyncio.run_coroutine_threadsafe(asked, self._loop).result(DEADLINE_S + 1)
        text = reply.body.decode(errors="replace")
        if reply.status < 300 and not _is_object(text):
            raise unreadable(sends=method == "POST")
        return Response(reply.status, text, reply.headers)

    async def _send(self, method: str, path: str, **rest: Any) -> Reply:
        if self._stopped:
            raise TryLater(said("Twilio 请求已超时取消", "the request to Twilio came too late"))
        self._sending = asyncio.current_task()
        return await self._http.request(method, path, **rest)


def unreadable(*, sends: bool) -> NotHanded:
    """Of an answer that nobody at Twilio gave."""
    return (Unclear if sends else TryLater)(
        said(
            "应答不是 Twilio 的格式；请检查接口地址和网络",
            "the answer is none of Twilio's; check address and network",
        )
    )


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False
