"""Requests to a provider over HTTP, and what their failures mean for the message that they carry."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from actors.said import said
from business.addresses import Address, pinned
from business.notifier.channels.port import DEADLINE_S, BadAccount, TryLater, Unclear, writing

MOST_BYTES = 1_000_000
"""Of an answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        """Raises ValueError."""
        return httpx.Response(200, content=self.body).json()


class Http:
    """The requests of one account: a connection is kept between them, and none lives longer than a minute."""

    def __init__(self, base: str, refused: Callable[[Address], bool] | None = None) -> None:
        """`base` is the provider's address, such as https://api.example.com; a site may name a proxy's.
        It is '' where receivers say whom to ask; then `refused` judges where that leads."""
        self._base = base.rstrip("/")
        self._refused = refused
        self._client: httpx.AsyncClient | None = None

    async def request(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        content: bytes = b"",
        sends: bool = True,
    ) -> Reply:
        """Whatever status the provider answers with, but for those by which it says that it is not there.

        `sends` says whether the request may have taken effect though no answer came. Raises TryLater,
        Unclear, BadAccount for an address that is none, and Forbidden for one that is refused.
        """
        until = asyncio.get_running_loop().time() + DEADLINE_S
        url, headers, extensions = await self._target(path, headers, until)
        if sends:
            extensions = {**(extensions or {}), "trace": _tell_writing}
        if self._client is None:
            # A connection to an address that was judged is good for one name only, so none of those is kept.
            kept = None if self._refused is None else 0
            limits = httpx.Limits(max_connections=16, max_keepalive_connections=kept, keepalive_expiry=50.0)
            self._client = httpx.AsyncClient(
                timeout=DEADLINE_S, limits=limits, follow_redirects=False, trust_env=False
            )
        try:
            async with (
                asyncio.timeout_at(until),
                self._client.stream(
                    method, url, headers=headers, params=query, content=content, extensions=extensions
                ) as answer,
            ):
                reply = Reply(answer.status_code, dict(answer.headers), await _body(answer))
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError) as error:
            raise BadAccount(
                said(
                    f"服务商地址不可用：{self._base}", f"the provider's address cannot be used: {self._base}"
                )
            ) from error
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise TryLater(_unreached(error)) from error
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise (Unclear if sends else TryLater)(_unreached(error)) from error
        if reply.status in {429, 503}:
            raise TryLater(_answered(reply.status), _after_s(reply))
        if reply.status in {500, 502, 504}:
            raise (Unclear if sends else TryLater)(_answered(reply.status))
        return reply

    async def _target(
        self, path: str, headers: Mapping[str, str] | None, until: float
    ) -> tuple[httpx.URL | str, Mapping[str, str] | None, dict[str, Any] | None]:
        if self._refused is None:
            return self._base + path, headers, None
        try:
            async with asyncio.timeout_at(until):
                to = await pinned(httpx.URL(self._base + path), self._refused)
        except (OSError, TimeoutError) as error:
            raise TryLater(_unreached(error)) from error
        return to.url, {**(headers or {}), "Host": to.host}, to.extensions

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None


async def _tell_writing(event: str, _info: Any) -> None:
    if event.endswith("send_request_headers.started"):
        await writing()


async def _body(answer: httpx.Response) -> bytes:
    found = bytearray()
    async for piece in answer.aiter_bytes():
        found += piece
        if len(found) > MOST_BYTES:
            raise httpx.ReadError(f"an answer of more than {MOST_BYTES} bytes")
    return bytes(found)


def _unreached(error: Exception) -> str:
    what = f"{type(error).__name__} {error}".strip()[:200]
    return said(f"服务商没有应答：{what}", f"the provider did not answer: {what}")


def _answered(status: int) -> str:
    return said(f"服务商暂时不可用：HTTP {status}", f"the provider is not available now: HTTP {status}")


def _after_s(reply: Reply) -> float:
    told = reply.headers.get("retry-after", "")
    return min(float(told), 3600.0) if told.isdigit() else 0.0
