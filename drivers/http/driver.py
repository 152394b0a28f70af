"""The HTTP driver: one device is an answer of a platform, or an item of one."""

import asyncio
from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import urljoin

import httpx

from config.secrets import SecretError
from config.site import Device, Template
from drivers import plain
from drivers.driver import (
    Cadence,
    Decoder,
    Driver,
    LinkError,
    Scan,
    Surroundings,
    Value,
    WriteError,
    WriteUnknown,
)
from drivers.http.access import address, authorisation, headers
from drivers.http.client import Asked, Client
from drivers.http.hook import HookDriver
from drivers.http.pace import Pace
from drivers.http.page import ACCEPT, Page
from drivers.http.schema import Connection
from drivers.http.values import Plan, filled_path, payload
from drivers.paced import PacedDriver
from drivers.readings import ReadingsDecoder

FRESH = 0.9
"""Of a period: what was fetched this long ago for another device serves this one too."""
LATE_NS, AHEAD_NS = 10_000_000_000, 1_000_000_000
"""A value's own time is that of the scan within these; else it is of now, which it still is."""
NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.LocalProtocolError,
    httpx.UnsupportedProtocol,
)
PERHAPS_OBEYED = (HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT)


class HttpDecoder(ReadingsDecoder):
    def __init__(self, plan: Plan) -> None:
        self.plan = plan


class HttpDriver(PacedDriver):
    def __init__(self, device: Device, cadence: Cadence, plan: Plan, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, Connection)
        self._connection = device.connection
        self._match = {name: plain.text(value) for name, value in device.connection.match.items()}
        self._plan = plan
        self._fresh_s = FRESH * cadence.period_s
        self._last_ns = 0
        self._client: Client | None = None
        self._page: Page | None = None

    @property
    def _keys(self) -> tuple[tuple[object, ...], tuple[object, ...]]:
        connection, template = self._connection, self.device.template
        server = ("http", connection.server)
        # Options are as equal as their texts are: they hold a mapping, which has no hash.
        told = self._plan.options.model_dump_json()
        return server, (*server, connection.url, connection.access, template.timeout_s, told)

    async def connect(self) -> None:
        shares, (server_key, page_key) = self.surroundings.shares, self._keys
        if self._client is None:
            self._client = shares.acquire(server_key, lambda: Client(self._connection.server))
        client, server = self._client, self._connection.server
        pace = shares.lasting(
            ("http-pace", server), lambda: Pace(server, shares.clock, self.surroundings.wall_ns)
        )
        if self._page is None:
            self._page = shares.acquire(
                page_key,
                lambda: Page(
                    client,
                    pace,
                    self._connection,
                    self._plan.options,
                    self.device.template.timeout_s,
                    self._secret,
                    shares,
                    page_key,
                ),
            )
        await self._page.opened()
        self._page.item(self._match)

    async def turn(self) -> Iterable[Scan]:
        if self._page is None:
            raise LinkError(f"{self.device.id} 未连接", f"{self.device.id} is not connected")
        await self._page.fresh(self._fresh_s)
        now_ns = self.surroundings.wall_ns()
        readings, time_ns = self._plan.readings(self._page.item(self._match), now_ns)
        if time_ns is None or not max(self._last_ns, now_ns - LATE_NS) < time_ns <= now_ns + AHEAD_NS:
            time_ns = now_ns
        self._last_ns = time_ns
        return (Scan(time_ns, readings),)

    async def write(self, point: int, value: Value) -> None:
        name = f"{self.device.id}/{self.device.template.points[point].id}"
        how = self._plan.sources[point].write
        if how is None:
            raise WriteError(
                f"{name} 不能写入：source 中没有相应的请求",
                f"{name} cannot be written: its source says no request for it",
            )
        if self._client is None:
            raise LinkError(f"{name}：未连接；未写入", f"{name}: not connected; nothing was written")
        connection, secret = self._connection, self._secret()
        url = urljoin(connection.url, filled_path(how.path, value, self._match))
        asked = Asked(
            how.method,
            address(url, connection.access, secret),
            {
                **ACCEPT,
                **self._plan.options.headers,
                **headers(connection.access, secret),
                "Content-Type": "application/json",
            },
            authorisation(connection.access, secret),
            payload(how.body, value, self._match),
        )
        where = f"{name} := {value}"
        limit_s = self.device.template.timeout_s
        try:
            async with asyncio.timeout(limit_s + connection.connect_timeout_s):
                response = await self._client.write(asked, limit_s)
        except NEVER_SENT as error:
            raise LinkError(
                f"{where}：{connection.server} 无法连接；未写入",
                f"{where}: {connection.server} cannot be reached; nothing was written",
            ) from error
        except (httpx.HTTPError, TimeoutError, OSError) as error:
            raise WriteUnknown(
                f"{where}：{connection.server} 收到后没有应答",
                f"{where}: {connection.server} took it and did not answer",
            ) from error
        except ValueError as error:
            kind_of = type(error).__name__
            raise WriteError(
                f"{where}：无法组成请求：{kind_of}", f"{where}: the request cannot be made: {kind_of}"
            ) from error
        if not response.is_success:
            kind = WriteUnknown if response.status_code in PERHAPS_OBEYED else WriteError
            raise kind(
                f"{where}：{connection.server} 应答 {response.status_code}",
                f"{where}: {connection.server} answers {response.status_code}",
            )

    async def close(self) -> None:
        shares, (server_key, page_key) = self.surroundings.shares, self._keys
        if self._page is not None:
            page, self._page = self._page, None
            await shares.release(page_key, page)
        if self._client is not None:
            client, self._client = self._client, None
            await shares.release(server_key, client)

    def _secret(self) -> str:
        name = self._connection.secret
        if not name:
            return ""
        try:
            return self.surroundings.secret(name).reveal()
        except SecretError as error:
            place = self._connection.place
            raise LinkError(f"{place}：{error.why.zh}", f"{place}: {error}") from error


class Http:
    """The protocol as the composition root knows it."""

    name = "http"

    def decoder(self, template: Template) -> Decoder:
        return HttpDecoder(Plan(template))

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        assert isinstance(decoder, HttpDecoder)
        assert isinstance(device.connection, Connection)
        if device.connection.webhook:
            return HookDriver(device, cadence, decoder.plan, surroundings)
        return HttpDriver(device, cadence, decoder.plan, surroundings)
