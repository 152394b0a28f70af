"""What is fetched once for many: one attempt at a time, and its result is good for a while."""

from collections.abc import Awaitable, Callable

from drivers.backoff import Backoff
from drivers.errors import LinkError
from drivers.shares import Attempt, Opening


class Fetched:
    """Fifty devices that are read out of one table or one page cost one request a period."""

    def __init__(
        self, name: str, fetch: Callable[[], Awaitable[None]], backoff: Backoff, clock: Callable[[], float]
    ) -> None:
        """`fetch` keeps what it brings and raises LinkError."""
        self._fetch = fetch
        self._backoff = backoff
        self._clock = clock
        self._opening = Opening(name, self._anew, backoff, clock)
        self._attempt = Attempt(name, self._run)
        self._begun_s: float | None = None

    async def opened(self) -> None:
        """Fetched since this was called, as often as the back-off allows. Raises LinkError."""
        await self._opening.opened()

    async def fresh(self, age_s: float) -> None:
        """What there is was asked for `age_s` ago at most; else it is fetched. Raises LinkError."""
        if self._begun_s is not None and self._clock() - self._begun_s <= age_s:
            return
        await self._attempt.made()

    async def cancel(self) -> None:
        """End what is under way; those who wait get LinkError."""
        await self._opening.cancel()
        await self._attempt.cancel()

    async def _anew(self) -> None:
        await self.fresh(-1.0)

    async def _run(self) -> None:
        begun_s = self._clock()
        try:
            await self._fetch()
        except LinkError:
            self._begun_s = None
            raise
        self._begun_s = begun_s
        self._backoff.succeeded()
