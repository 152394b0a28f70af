"""Reads the past that a simulation plays, from `core` and the historian, for pages and for REST alike."""

from collections.abc import AsyncIterator
from typing import Any, Protocol

from actors.channels.query import QueryFailed
from actors.linkage.past import Series, needed
from actors.linkage.simulation import LONGEST_S, Past
from actors.linkage.triggers import BEGINS, ENDS
from actors.messages import JournalFilter, JournalRow, ReadHistory, ReadJournal
from config.site import PointKind, Site

BEFORE_NS = 3600 * 10**9
"""So far back the first values are looked for: a value is stored when it changes, and once in a while."""
PAGE = 10_000
MOST_ROWS = 200_000
"""Of the journal; more happened only in a flood, and a shorter time is to be played."""
MOST_VALUES = 1_000_000
"""Of one point."""


class Asks(Protocol):
    """Carries queries to one process, as `actors.channels.query_client.QueryClient` does."""

    def ask(self, query: Any, /) -> AsyncIterator[Any]: ...


async def recall(site: Site, plan: str, since_ns: int, until_ns: int, *, core: Asks, historian: Asks) -> Past:
    """What the journal and the historian know of the time. Raises QueryFailed, also when that is too much."""
    if not 0 < until_ns - since_ns <= LONGEST_S * 10**9:
        raise QueryFailed(f"at most {LONGEST_S // 86_400} days can be played; choose a shorter time")
    wanted = JournalFilter(transitions=tuple(sorted(BEGINS | ENDS)), since_ns=since_ns, until_ns=until_ns)
    rows: list[JournalRow] = []
    cursor = 0
    while len(page := await _page(core, ReadJournal(cursor, PAGE, wanted))) == PAGE:
        rows += page
        cursor = page[-1].id
        if len(rows) > MOST_ROWS:
            raise QueryFailed(f"more than {MOST_ROWS} alarms in that time; choose a shorter one")
    rows += page
    plans = [each for each in site.plans.values() if each.enabled or each.id == plan]
    series = {}
    for name in sorted(needed(plans), key=str):
        point = site.point(name.device, name.point)
        if point is not None and point.kind is not PointKind.TEXT:
            series[name] = await _series(historian, str(name), since_ns - BEFORE_NS, until_ns)
    return Past(tuple(reversed(rows)), series)


async def _page(core: Asks, query: ReadJournal) -> tuple[JournalRow, ...]:
    rows: list[JournalRow] = []
    async for chunk in core.ask(query):
        rows += chunk.rows
    return tuple(rows)


async def _series(historian: Asks, point: str, after_ns: int, until_ns: int) -> Series:
    times: list[int] = []
    values: list[float] = []
    quality: list[int] = []
    is_last = False
    while not is_last:
        is_last = True
        async for page in historian.ask(ReadHistory(point, after_ns, until_ns, PAGE)):
            part = Series.of(page)
            times += part.time_ns
            values += part.values
            quality += part.quality
            is_last = page.is_last
        if len(times) > MOST_VALUES:
            raise QueryFailed(f"more than {MOST_VALUES} values of {point} in that time; choose a shorter one")
        after_ns = times[-1] if times else until_ns
    return Series(tuple(times), tuple(values), tuple(quality))
