"""A file of the program is made once for all browsers, and nothing else is kept."""

from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message

from hmi import lasting_files
from hmi.lasting_files import LastingFiles

LASTING = {"Cache-Control": "public, max-age=31536000, immutable"}


class Site:
    """Counts what it is asked for; a file lasts, a page does not, and what is gone is not there."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        routes = [
            Route(path, self._answer, methods=["GET", "POST"])
            for path in ("/_nicegui/file", "/_nicegui/other", "/_nicegui/page", "/_nicegui/gone")
        ]
        app = Starlette(routes=routes)
        app.add_middleware(BaseHTTPMiddleware, dispatch=lambda request, answer: answer(request))
        app.add_middleware(LastingFiles)
        self.app = app
        self.client = AsyncClient(transport=ASGITransport(app), base_url="http://steward")

    def _answer(self, request: Request) -> Response:
        path = request.url.path
        self.asked.append(path)
        kind = "gzip" if "gzip" in request.headers.get("accept-encoding", "") else "plain"
        headers = {} if path == "/_nicegui/page" else LASTING | {"X-Made": kind}
        parts = [f"{path} {len(self.asked)} ".encode(), kind.encode()]
        return StreamingResponse(iter(parts), 404 if path == "/_nicegui/gone" else 200, headers)

    async def text(self, path: str, **headers: str) -> str:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = await self.client.get(path, headers=named)
        return answer.text


@pytest.fixture
def site() -> Site:
    return Site()


async def test_a_lasting_file_is_made_once_for_each_encoding(site: Site) -> None:
    for _ in range(3):
        assert await site.text("/_nicegui/file") == "/_nicegui/file 1 gzip"
        assert await site.text("/_nicegui/file", accept_encoding="identity") == "/_nicegui/file 2 plain"
    answer = await site.client.get("/_nicegui/file")
    assert (answer.status_code, answer.headers["x-made"]) == (200, "gzip")
    assert answer.headers["cache-control"] == LASTING["Cache-Control"]
    assert site.asked == ["/_nicegui/file"] * 2


@pytest.mark.parametrize("path", ["/_nicegui/page", "/_nicegui/gone", "/_nicegui/file?of=me"])
async def test_what_does_not_last_is_asked_anew(site: Site, path: str) -> None:
    assert await site.text(path) != await site.text(path)


@pytest.mark.parametrize(
    "asked", [{"range": "bytes=0-1"}, {"if_none_match": "x"}, {"if_modified_since": "x"}]
)
async def test_who_asks_for_a_part_or_a_change_is_answered_by_the_site(
    site: Site, asked: dict[str, Any]
) -> None:
    await site.text("/_nicegui/file")
    assert await site.text("/_nicegui/file", **asked) == "/_nicegui/file 2 gzip"
    await site.client.post("/_nicegui/file")
    assert len(site.asked) == 3


async def test_addresses_that_somebody_makes_up_fill_no_memory(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lasting_files, "MOST_BYTES", 30)
    assert await site.text("/_nicegui/file") == await site.text("/_nicegui/file") == "/_nicegui/file 1 gzip"
    assert await site.text("/_nicegui/other") != await site.text("/_nicegui/other")


async def test_a_browser_that_leaves_in_the_middle_leaves_no_half_file(site: Site) -> None:
    """NiceGUI's middleware ends such an answer early, as if it were whole."""

    async def leave() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        pass

    scope = {"type": "http", "method": "GET", "path": "/_nicegui/file", "query_string": b"", "headers": []}
    await site.app(scope, leave, send)
    assert await site.text("/_nicegui/file", accept_encoding="identity") == "/_nicegui/file 1 plain"
