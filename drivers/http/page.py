"""One answer of a platform, fetched once a period for all devices that are in it."""

import asyncio
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from config.text import Text
from drivers import plain
from drivers.errors import LinkError
from drivers.fetched import Fetched
from drivers.http.access import address, authorisation, headers
from drivers.http.body import Body, BodyError, check_type, document
from drivers.http.client import Asked, Client
from drivers.http.pace import Pace
from drivers.http.schema import Connection, Options
from drivers.jsonpath import MISSING, path
from drivers.reasons import of_system
from drivers.shares import Shares

REDIRECTS = 3
LARGE = 256 * 1024
"""Bytes; JSON beyond that is read on a thread."""
ACCEPT = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "Steward"}


class Page:
    """Used on the loop. `secret` may raise LinkError."""

    def __init__(
        self,
        client: Client,
        pace: Pace,
        connection: Connection,
        options: Options,
        timeout_s: float,
        secret: Callable[[], str],
        shares: Shares,
        key: object,
    ) -> None:
        self.place = connection.place
        self._client = client
        self._pace = pace
        self._url = connection.url
        self._access = connection.access
        self._options = options
        self._limit_s = timeout_s
        self._secret = secret
        self._document: object = MISSING
        self._index: dict[tuple[str, ...], dict[tuple[str, ...], object]] = {}
        self._validators: dict[str, str] = {}
        self._fetched = Fetched(self.place, self._fetch, shares.backoff(("http", key)), shares.clock)

    async def opened(self) -> None:
        await self._fetched.opened()

    async def fresh(self, age_s: float) -> None:
        """What was fetched is `age_s` old at most. Raises LinkError."""
        await self._fetched.fresh(age_s)

    def item(self, match: Mapping[str, str]) -> object:
        """What the answer says of one device. Raises LinkError where it says nothing."""
        if self._options.items is None:
            return self._document
        names = tuple(sorted(match))
        if names not in self._index:
            self._index[names] = self._indexed(names)
        held = tuple(match[name] for name in names)
        try:
            return self._index[names][held]
        except KeyError:
            told = ", ".join(f"{name} = {value}" for name, value in match.items()) or "an empty match"
            raise LinkError(
                f"{self.place} 没有 {told} 的条目", f"{self.place} has no item with {told}"
            ) from None

    async def close(self) -> None:
        await self._fetched.cancel()

    # -- fetching

    async def _fetch(self) -> None:
        await self._pace.turn(self._options.min_interval_s)
        secret = self._secret()
        url = address(self._url, self._access, secret)
        for _ in range(REDIRECTS + 1):
            asked = Asked(
                "GET",
                url,
                {**ACCEPT, **self._options.headers, **headers(self._access, secret), **self._validators},
                authorisation(self._access, secret),
            )
            try:
                async with (
                    asyncio.timeout(self._limit_s + self._client.server.connect_timeout_s),
                    self._client.reading(asked, self._limit_s) as response,
                ):
                    led_to = await self._heard(response)
                url = urljoin(url, led_to)
                is_same = urlsplit(url)[:2] == urlsplit(self._url)[:2]
            except (BodyError, httpx.HTTPError, OSError, ValueError) as error:
                why = _said(error)
                raise LinkError(f"{self.place}：{why.zh}", f"{self.place}: {why.en}") from error
            if not led_to:
                return
            if not is_same:
                raise LinkError(
                    f"{self.place} 转到另一服务器 {_bare(url)}，不予跟随",
                    f"{self.place} leads to {_bare(url)}, another server, which is not followed",
                )
        raise LinkError(
            f"{self.place} 不断重定向；最多跟随 {REDIRECTS} 次",
            f"{self.place} leads on and on; {REDIRECTS} redirects are followed",
        )

    async def _heard(self, response: httpx.Response) -> str:
        """Takes the answer; where it is a redirect, the address to which it leads."""
        status = response.status_code
        self._pace.heed(status, response.headers.get("retry-after", ""))
        if status == HTTPStatus.NOT_MODIFIED and self._document is not MISSING:
            return ""
        if 300 <= status < 400 and (led_to := response.headers.get("location")):
            if self._options.redirects:
                return str(led_to)
            raise LinkError(
                f"{self.place} 转到 {_bare(str(led_to))}（{status}）；请改用该地址，或设置 redirects = true",
                f"{self.place} leads to {_bare(str(led_to))} ({status});"
                " give that address, or set redirects = true",
            )
        if status != HTTPStatus.OK:
            raise LinkError(f"{self.place} 应答 {_status(status)}", f"{self.place} answers {_status(status)}")
        kind = response.headers.get("content-type", "")
        check_type(kind)
        body = Body(response.headers.get("content-encoding", ""), self._options.body_limit)
        async for data in response.aiter_raw():
            body.feed(data)
        whole = body.whole()
        found = (
            document(whole, kind) if len(whole) < LARGE else await asyncio.to_thread(document, whole, kind)
        )
        self._index = {}
        self._document = found
        self._validators = {
            ask: told
            for ask, name in (("If-None-Match", "etag"), ("If-Modified-Since", "last-modified"))
            if (told := response.headers.get(name)) and told.isascii()  # else it cannot be sent back
        }
        return ""

    def _indexed(self, names: tuple[str, ...]) -> dict[tuple[str, ...], object]:
        assert self._options.items is not None
        items: Any = path(self._options.items).get(self._document)
        if not isinstance(items, list):
            items = self._options.items
            raise LinkError(
                f"{self.place} 在{items or '顶层'}处没有列表",
                f"{self.place} has no list at {items or 'its top'}",
            )
        index: dict[tuple[str, ...], object] = {}
        for item in items:
            held = tuple(plain.text(_found(item, name)) for name in names)
            index.setdefault(held, item)
        return index


def _found(item: object, name: str) -> object:
    found = path(name).get(item)
    return None if found is MISSING else found


def _bare(url: str) -> str:
    """Without its query, in which there may be a key."""
    return url.partition("?")[0][:200]


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _said(error: Exception) -> Text:
    if isinstance(error, BodyError):
        return error.why
    said = str(error)
    if isinstance(error, httpx.ConnectError) and isinstance(first := _first(error), OSError):
        why = of_system(first)
        return Text(why.zh, why.en if not said or "://" in said else said[:300])
    if isinstance(error, httpx.HTTPError) and (not said or "://" in said):  # it may hold the key
        meant = next((meant for kind, meant in _MEANT.items() if isinstance(error, kind)), None)
        return meant or Text(type(error).__name__, type(error).__name__)
    return of_system(error) if isinstance(error, OSError) else Text(said[:300], said[:300])


def _first(error: BaseException) -> BaseException:
    """What the error was at first, before libraries made others of it."""
    while (before := error.__cause__ or error.__context__) is not None:
        error = before
    return error


_MEANT = {
    httpx.ConnectTimeout: Text("连接超时", "no connection within its time-out"),
    httpx.TimeoutException: Text("应答超时", "no answer within its time-out"),
    httpx.NetworkError: Text("连接中断，没有应答", "the connection broke off without an answer"),
    httpx.ProtocolError: Text("应答的不是 HTTP", "what answers there does not speak HTTP"),
}
"""What a library's error that has no words of its own says."""
