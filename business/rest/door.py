"""What holds for every request, of whatever route: size, kind, headers, and no bare error."""

import logging
from typing import Any

from fastapi import HTTPException, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from business.rest.asking import RATE_HEADERS
from business.rest.problems import Refusing, answer
from config.text import Text

logger = logging.getLogger(__name__)

BODY_BYTES = 1_000_000
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
_TOO_LARGE = Text(f"请求体超过 {BODY_BYTES} 字节；请分批", f"The body is over {BODY_BYTES} bytes; split it")
_NOT_JSON = Text("请求体须为 application/json", "The body must be application/json")


class _TooLarge(HTTPException):
    """More came than was announced. The framework lets only its own errors out of reading a body."""

    def __init__(self) -> None:
        super().__init__(413)


class Door:
    """Middleware around the REST app; its answers are problem documents too."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def sending(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                headers = MutableHeaders(scope=message)
                for name, value in {**_HEADERS, **scope.get(RATE_HEADERS, {})}.items():
                    headers.setdefault(name, value)
            await send(message)

        async def refuse(refusing: Refusing) -> None:
            if not began:
                await answer(Request(scope), refusing)(scope, receive, sending)

        unfit = _unfit(Headers(scope=scope))
        if unfit is not None:
            await refuse(unfit)
            return
        try:
            await self._app(scope, _limited(receive), sending)
        except ClientDisconnect:
            pass  # nobody waits for an answer
        except Exception:  # whatever it was, its inner workings stay in the log
            logger.exception("%s %s met a defect", scope["method"], scope["path"])
            await refuse(Refusing(500))


def _unfit(headers: Headers) -> Refusing | None:
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()) or int(length) > BODY_BYTES:
        return Refusing(413, _TOO_LARGE)
    has_body = length != "0" or "transfer-encoding" in headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if has_body and kind != "application/json":
        return Refusing(415, _NOT_JSON, headers={"Accept": "application/json"})
    return None


def _limited(receive: Receive) -> Receive:
    """A body sent in chunks announces no length."""
    taken = 0

    async def receiving() -> Message:
        nonlocal taken
        message: dict[str, Any] = dict(await receive())
        taken += len(message.get("body", b""))
        if taken > BODY_BYTES:
            raise _TooLarge
        return message

    return receiving
