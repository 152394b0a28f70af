"""Drivers ask for what was recorded, over the query channel, on their loop."""

import threading
from collections.abc import Coroutine, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from actors.channels.query import QueryFailed, QueryServer
from actors.codecs import QUERIES
from actors.historian.hours import HOUR_NS
from actors.loop import IoLoop
from actors.messages import ReadTrend, Trend
from actors.paths import RunPaths
from config.site import Site
from drivers.errors import LinkError
from supervisor.recorded import Recorded
from tests.actors.small_site import point, site

HOUR = 100 * HOUR_NS


def answer(query: ReadTrend) -> Iterator[Trend]:
    if query.points != ("meter/power",):
        raise QueryFailed("no history of it")
    times = query.since_ns + np.arange(query.buckets) * HOUR_NS // 12
    values = np.full(query.buckets, 7.0)
    ones = np.ones(query.buckets, np.int64)
    yield Trend("meter/power", times, values, values, values, values, np.zeros(query.buckets, np.uint8), ones)


class Asked:
    def __init__(self, paths: RunPaths) -> None:
        self.loop = IoLoop()
        self.loop.start()
        self.site: Site = site(point("p"))
        self.recorded = Recorded(self.loop, paths.query("historian"), lambda: self.site)
        self.recorded.start()

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """On the loop, as drivers do."""
        done, ended = [], threading.Event()

        async def worked() -> None:
            try:
                done.append(await work)
            except LinkError as error:
                done.append(error)
            finally:
                ended.set()

        self.loop.spawn(worked(), on_error=lambda error: None)
        assert ended.wait(60)
        return done[0]


@pytest.fixture
def asked(paths: RunPaths) -> Iterator[Asked]:
    made = Asked(paths)
    yield made
    assert made.recorded.stop(5)
    made.loop.stop(5)


def test_an_hour_is_asked_for_and_answered(paths: RunPaths, asked: Asked) -> None:
    server = QueryServer(
        paths.query("historian"), QUERIES, {ReadTrend: answer}, on_failure=lambda error: None
    )
    server.start()
    try:
        assert asked.run(asked.recorded.mean("meter/power", HOUR)) == 7.0
        refused = asked.run(asked.recorded.mean("meter/unknown", HOUR))
        assert isinstance(refused, LinkError)
        assert "no history of it" in str(refused)
    finally:
        assert server.stop(5)


def test_a_historian_that_is_away_is_no_link(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("supervisor.recorded.PATIENCE_S", 0.05)
    assert isinstance(asked.run(asked.recorded.mean("meter/power", HOUR)), LinkError)


def test_hours_are_those_of_the_site_as_it_is_now(asked: Asked) -> None:
    half = 1_795_221_000 * 10**9  # 2026-11-21 03:50 in Shanghai
    assert asked.recorded.hours(half, 1)[0] == half - half % HOUR_NS
    asked.site = replace(asked.site, timezone="Asia/Kolkata")
    assert (half - asked.recorded.hours(half, 1)[0]) % HOUR_NS != half % HOUR_NS
