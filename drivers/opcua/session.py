"""What the devices of one server endpoint share: one session, opened anew whenever it was lost."""

from collections.abc import Callable
from typing import Protocol

from drivers.errors import LinkError
from drivers.opcua.client import Secrets, attach
from drivers.opcua.connection import Connection
from drivers.opcua.schema import Endpoint
from drivers.opcua.wire import Refused
from drivers.shares import Opening, Shares


class User(Protocol):
    """A device's driver."""

    def lost(self, error: LinkError) -> None: ...


class Session:
    def __init__(
        self, endpoint: Endpoint, shares: Shares, wall_ns: Callable[[], int], secret: Secrets
    ) -> None:
        self._endpoint = endpoint
        self._clock = shares.clock
        self._wall_ns = wall_ns
        self._secret = secret
        self._backoff = shares.backoff(("opcua", endpoint))
        self._opening = Opening(endpoint.url, self._open, self._backoff, shares.clock)
        self._connection: Connection | None = None
        self._users: dict[User, float] = {}
        """And how long each waits for an answer, in seconds."""

    def join(self, user: User, timeout_s: float) -> None:
        self._users[user] = timeout_s

    def leave(self, user: User) -> None:
        self._users.pop(user, None)

    async def opened(self) -> Connection:
        """The connection; one attempt for all who wait. Raises LinkError."""
        while self._connection is None or self._connection.is_over:
            await self._opening.opened()
        return self._connection

    async def close(self) -> None:
        await self._opening.cancel()
        if self._connection is not None:
            connection, self._connection = self._connection, None
            await connection.close()

    async def _open(self) -> None:
        self._connection = None
        patience_s = max(self._users.values(), default=1.0)
        client = await attach(self._endpoint, patience_s, self._secret)
        connection = Connection(client, self._clock, self._wall_ns, self._lost, self._backoff.succeeded)
        try:
            await connection.begin()
        except Refused as refused:
            await connection.close()
            raise LinkError(
                f"{self._endpoint.url} 应答 {refused.why.zh}", f"{self._endpoint.url} says {refused}"
            ) from refused
        except BaseException:
            await connection.close()
            raise
        self._connection = connection

    def _lost(self, error: LinkError) -> None:
        told = LinkError(f"{self._endpoint.url}：{error.why.zh}", f"{self._endpoint.url}: {error}")
        for user in list(self._users):
            user.lost(told)
