"""The connections to one platform."""

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import httpcore
import httpx

from drivers.errors import LinkError
from drivers.http.guard import Guarded, trust
from drivers.http.schema import Server
from drivers.reasons import of_system

for _name in ("httpx", "httpcore"):  # they would tell every request, with the keys in its address
    logging.getLogger(_name).setLevel(logging.WARNING)

CONNECTIONS = 10
KEEP_S = 60.0
MOST_COOKIES = 50
"""Some servers make a session for each request that brings no cookie; some a cookie for each request."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, but for the address's host."""

    method: str
    url: str
    headers: Mapping[str, str]
    auth: httpx.Auth | None
    content: bytes | None = None


class Client:
    """Shared by all pages of a server. `close` ends every request."""

    def __init__(self, server: Server) -> None:
        """Raises LinkError where the certificates cannot be read."""
        self.server = server
        try:
            context = trust(server.ca, server.fingerprint)
        except OSError as error:
            why = of_system(error)
            raise LinkError(
                f"{server}：{server.ca} 中的证书无法读取：{why.zh}",
                f"{server}: the certificates in {server.ca} cannot be read: {why.en}",
            ) from error
        self._reading = _client(httpcore.AsyncConnectionPool(
            context, max_connections=CONNECTIONS, keepalive_expiry=KEEP_S,
            network_backend=Guarded(server.fingerprint),
        ))  # fmt: skip
        # What is written goes over a connection of its own: one that the server was about to close could
        # swallow it, and nobody could tell.
        self._writing = _client(httpcore.AsyncConnectionPool(
            context, max_connections=CONNECTIONS, max_keepalive_connections=0,
            network_backend=Guarded(server.fingerprint),
        ))  # fmt: skip

    @asynccontextmanager
    async def reading(self, asked: Asked, limit_s: float) -> AsyncIterator[httpx.Response]:
        """The answer, whose body has not been read. Raises httpx.HTTPError."""
        if len(self._reading.cookies.jar) > MOST_COOKIES:
            self._reading.cookies.clear()
        with _in_one_kind():
            async with self._reading.stream(
                asked.method,
                asked.url,
                headers=asked.headers,
                auth=asked.auth,
                timeout=httpx.Timeout(limit_s, connect=self.server.connect_timeout_s),
            ) as response:
                yield response

    async def write(self, asked: Asked, limit_s: float) -> httpx.Response:
        """Sent once. Raises httpx.HTTPError. Of the body nothing is read."""
        with _in_one_kind():
            async with self._writing.stream(
                asked.method,
                asked.url,
                headers={**asked.headers, "Connection": "close"},
                auth=asked.auth,
                content=asked.content,
                timeout=httpx.Timeout(limit_s, connect=self.server.connect_timeout_s),
            ) as response:
                return response

    async def close(self) -> None:
        await self._reading.aclose()
        await self._writing.aclose()


@contextmanager
def _in_one_kind() -> Iterator[None]:
    """Where a redirect leads is looked at though it is not followed, and what is no address raises."""
    try:
        yield
    except httpx.InvalidURL as error:
        raise httpx.RemoteProtocolError(str(error)) from error


def _client(pool: httpcore.AsyncConnectionPool) -> httpx.AsyncClient:
    transport = httpx.AsyncHTTPTransport(verify=False, trust_env=False)
    transport._pool = pool  # httpx has no way to give it one
    return httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)
