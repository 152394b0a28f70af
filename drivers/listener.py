"""The TCP port of a simulated twin, which can be cut and closed as a device loses its power."""

import asyncio
from collections.abc import Awaitable


class Listener:
    """Whoever serves a connection keeps its transport in `open` for as long as it lasts."""

    def __init__(self) -> None:
        self.open: set[asyncio.WriteTransport] = set()
        self._server: asyncio.Server | None = None

    async def start(self, server: Awaitable[asyncio.Server]) -> int:
        """Returns the port. Raises OSError."""
        self._server = await server
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            self.drop()
            await server.wait_closed()

    def drop(self) -> None:
        """Cut every connection; the port stays open."""
        for transport in list(self.open):
            transport.abort()
