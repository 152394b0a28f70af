"""The past of a simulation is read page by page, and not without end."""

from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from actors.channels.query import QueryFailed
from actors.linkage import recalling
from actors.linkage.recalling import recall
from actors.linkage.rows import ns
from actors.messages import AlarmState, HistoryPage, Journal, JournalRow, ReadHistory, ReadJournal
from config.plans import Condition, Op
from tests.actors.linkage_bench import START_NS, name, plan, site, write

HOUR_NS = ns(3600)


def row(id_: int) -> JournalRow:
    return JournalRow(
        id=id_, time_ns=START_NS + id_, source_ns=0, device="ahu-1", point="smoke", rule="high", zone="",
        event=1, transition="alarm_occurs", state=AlarmState.NORMAL, priority=1, value=None, limit=None,
        limit_set="", user="", station="", note="", annunciated=True,
    )  # fmt: skip


class Core:
    def __init__(self, count: int) -> None:
        self.rows = [row(at) for at in range(count, 0, -1)]

    async def ask(self, query: Any, /) -> AsyncIterator[Any]:
        assert isinstance(query, ReadJournal)
        assert (query.wanted.since_ns, query.wanted.until_ns) == (START_NS, START_NS + HOUR_NS)
        found = [one for one in self.rows if not query.cursor or one.id < query.cursor]
        yield Journal(tuple(found[: query.limit]))


class Historian:
    def __init__(self, count: int) -> None:
        self.times = START_NS + np.arange(count, dtype=np.int64)

    async def ask(self, query: Any, /) -> AsyncIterator[Any]:
        assert isinstance(query, ReadHistory)
        assert query.point == "ahu-1/speed"
        found = self.times[self.times > query.after_ns]
        page = found[: query.limit]
        values, quality = np.arange(len(page), dtype=float), np.zeros(len(page), np.uint8)
        yield HistoryPage(query.point, page, page, values, (), quality, is_last=len(page) == len(found))


RUNS = Condition(name("ahu-1/speed"), Op.ABOVE, 1)
GUARDED = site(plan("p", write("w", "ahu-1/fan", 1), conditions=(RUNS,)))


async def test_all_of_it_comes_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalling, "PAGE", 10)
    past = await recall(GUARDED, "p", START_NS, START_NS + HOUR_NS, core=Core(30), historian=Historian(25))
    assert [one.id for one in past.rows] == [*range(1, 31)]
    (series,) = past.series.values()
    assert len(series.time_ns) == 25
    assert [*series.time_ns] == sorted(set(series.time_ns))


async def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recalling, "PAGE", 10)
    monkeypatch.setattr(recalling, "MOST_ROWS", 20)
    with pytest.raises(QueryFailed, match="choose a shorter one"):
        await recall(GUARDED, "p", START_NS, START_NS + HOUR_NS, core=Core(50), historian=Historian(1))
    with pytest.raises(QueryFailed, match="31 days"):
        await recall(GUARDED, "p", 0, START_NS, core=Core(1), historian=Historian(1))
