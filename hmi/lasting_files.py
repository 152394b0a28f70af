"""The program's own files, read and compressed once and not anew for every browser.

NiceGUI's scripts and styles are a megabyte that gzip takes a tenth of a second of processor time for. At the
start of a shift every browser asks for them in the same minute.
"""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FILES = "/_nicegui/"
MOST_BYTES = 32_000_000
"""What is kept at most: one file has many addresses for somebody who makes them up."""


class LastingFiles:
    """Middleware that answers from memory what was once answered as `immutable`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._kept: dict[tuple[str, bool], list[Message]] = {}
        self._bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _asks_for_a_whole_file(scope):
            await self._app(scope, receive, send)
            return
        key = scope["path"], "gzip" in Headers(scope=scope).get("accept-encoding", "")
        answer = self._kept.get(key) or await self._answer(scope)
        if key not in self._kept and self._may_keep(answer):
            self._kept[key] = answer
        start, *body = answer
        await send({**start, "headers": list(start["headers"])})
        for message in body:
            await send(message)

    async def _answer(self, scope: Scope) -> list[Message]:
        """To nobody who could leave in the middle of it."""
        answer: list[Message] = []
        asked: asyncio.Queue[Message] = asyncio.Queue()
        asked.put_nowait({"type": "http.request", "body": b"", "more_body": False})

        async def sending(message: Message) -> None:
            answer.append(message)

        await self._app(scope, asked.get, sending)
        return answer

    def _may_keep(self, answer: list[Message]) -> bool:
        start, *body = answer
        lasts = "immutable" in Headers(raw=start["headers"]).get("cache-control", "")
        size = sum(len(message.get("body", b"")) for message in body)
        if start["status"] != 200 or not lasts or self._bytes + size > MOST_BYTES:
            return False
        self._bytes += size
        return True


def _asks_for_a_whole_file(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
        return False
    headers = Headers(scope=scope)
    changing = any(name in headers for name in ("range", "if-none-match", "if-modified-since"))
    return scope["path"].startswith(FILES) and not changing
