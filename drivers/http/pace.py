"""How often a server may be asked, by us and by its own word; outlives the connections to it."""

import asyncio
import email.utils
from collections.abc import Callable

from drivers.errors import LinkError
from drivers.http.schema import Server

NOT_NOW = (429, 503)
LONGEST_HOLD_S = 3600.0
"""What a server may ask us to wait."""


class Pace:
    def __init__(self, server: Server, clock: Callable[[], float], wall_ns: Callable[[], int]) -> None:
        self._server = server
        self._clock = clock
        self._wall_ns = wall_ns
        self._next_s = self._hold_s = clock()

    async def turn(self, interval_s: float) -> None:
        """Wait until a request may be sent. Raises LinkError while the server wants to be left alone."""
        now_s = self._clock()
        if (left_s := self._hold_s - now_s) > 0:
            raise LinkError(
                f"{self._server} 要求 {left_s:.0f} s 内不再询问",
                f"{self._server} asked not to be asked for {left_s:.0f} s more",
            )
        wait_s = self._next_s - now_s
        self._next_s = max(now_s, self._next_s) + interval_s
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def heed(self, status: int, retry_after: str) -> None:
        """Leave a server alone for as long as it asks (RFC 9110, 10.2.3)."""
        if status in NOT_NOW:
            self._hold_s = max(self._hold_s, self._clock() + min(self._wait_s(retry_after), LONGEST_HOLD_S))

    async def close(self) -> None:
        """There is nothing to let go of."""

    def _wait_s(self, told: str) -> float:
        """Of seconds or a date; 0 for anything else."""
        if told.isascii() and told.isdigit():
            return float(told[:9])
        try:
            moment = email.utils.parsedate_to_datetime(told)
            return max(0.0, moment.timestamp() - self._wall_ns() / 1e9)
        except (ValueError, TypeError, OverflowError, IndexError):
            return 0.0
