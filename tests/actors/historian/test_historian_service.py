"""The historian from outbox to answer: killed, with a full disk, and asked while it works."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from actors.channels.durable import Outbox, Sender
from actors.channels.query import QueryFailed
from actors.channels.query_client import BlockingQueryClient
from actors.codecs import QUERIES
from actors.historian import hot
from actors.historian.service import HistorianService, HistoryLimits
from actors.messages import CountHistory, HistoryCount, ReadTrend
from actors.paths import HistoryPaths
from tests.actors.historian.plant import BASE_NS, SECOND_NS, history

ROOT = Path(__file__).parents[3]
END = Path(__file__).with_name("historian_end.py")
DAY_NS = 86_400 * 10**9


@contextmanager
def field(place: Path, failed: Any) -> Iterator[Outbox]:
    """The sending side."""
    outbox = Outbox(place / "outbox.db", commit_every_s=0.05, on_failure=failed)
    outbox.start()
    sender = Sender(outbox, f"ipc://{place}/durable", "field", on_failure=failed, acknowledge_s=0.5)
    sender.start()
    try:
        yield outbox
    finally:
        assert sender.stop(5)
        assert outbox.stop(5)


@contextmanager
def historian(place: Path, failed: Any, **options: Any) -> Iterator[HistorianService]:
    service = HistorianService(
        HistoryPaths(place / "history"),
        f"ipc://{place}/durable",
        f"ipc://{place}/query",
        on_failure=failed,
        **{"limits": HistoryLimits(hot_bytes=20_000, commit_every_s=0.05, keep_days=100_000), **options},
    )
    service.start()
    try:
        yield service
    finally:
        assert service.stop(20)


def until(holds: Callable[[], bool], deadline_s: float = 30) -> None:
    deadline = time.monotonic() + deadline_s
    pause = threading.Event()
    while not holds():
        assert time.monotonic() < deadline
        pause.wait(0.02)


def count(place: Path) -> HistoryCount:
    client = BlockingQueryClient(f"ipc://{place}/query", QUERIES)
    found: HistoryCount = client.one(
        CountHistory(BASE_NS - DAY_NS, BASE_NS + 100 * DAY_NS, per_point=False), timeout_s=60
    )
    return found


def test_what_is_appended_can_be_asked_for_hot_sealed_and_after_a_restart(
    place: Path, unfailing: Any
) -> None:
    bodies, rows = history(random.Random(1), 200)
    client = BlockingQueryClient(f"ipc://{place}/query", QUERIES)
    query = ReadTrend(("d1/a",), BASE_NS, BASE_NS + 200 * SECOND_NS, 10)
    expected = sum(row.point == "d1/a" for row in rows)
    with field(place, unfailing) as outbox:
        with historian(place, unfailing) as service:
            for body in bodies:
                outbox.append(body)
            until(lambda: service.statistics().rows == len(rows))
            until(lambda: service.statistics().sealed_rows > 0)
            assert int(client.one(query).count.sum()) == expected
            until(lambda: outbox.lag().rows == 0)
            with pytest.raises(QueryFailed, match="no history of nothing"):
                client.one(ReadTrend(("nothing",), 0, 1, 1))
        with historian(place, unfailing):
            assert int(client.one(query).count.sum()) == expected
            found = count(place)
            assert (found.rows, found.distinct) == (len(rows), len(rows))


def test_an_hour_that_ended_is_sealed_however_little_it_holds(place: Path, unfailing: Any) -> None:
    now_ns = [BASE_NS]
    bodies, rows = history(random.Random(2), 3)
    with (
        field(place, unfailing) as outbox,
        historian(place, unfailing, limits=HistoryLimits(), clock_ns=lambda: now_ns[0]) as service,
    ):
        for body in bodies:
            outbox.append(body)
        until(lambda: service.statistics().rows == len(rows))
        assert service.statistics().sealed_rows == 0
        now_ns[0] += 3600 * SECOND_NS
        until(lambda: service.statistics().sealed_rows == len(rows))
        assert service.statistics().hot_rows == 0


def test_history_waits_in_the_outbox_while_the_disk_is_full_and_is_complete_after_it(
    place: Path, unfailing: Any
) -> None:
    """R-42: the hot store is full; what is not committed is not acknowledged."""
    opened: list[sqlite3.Connection] = []
    was_full = threading.Event()

    def open_file(path: Path) -> sqlite3.Connection:
        connection = hot.connect(path)
        if threading.current_thread().name == "history writer":
            connection.execute("PRAGMA max_page_count = 18")
            opened.append(connection)
        return connection

    def on_disk_full() -> None:
        was_full.set()
        if released.is_set():
            opened[0].execute("PRAGMA max_page_count = 100000")

    released = threading.Event()
    bodies, rows = history(random.Random(3), 600)
    limits = HistoryLimits(hot_bytes=1 << 30, commit_every_s=0.05, keep_days=100_000)
    with (
        field(place, unfailing) as outbox,
        historian(place, unfailing, limits=limits, open_file=open_file, on_disk_full=on_disk_full) as service,
    ):
        for body in bodies:
            outbox.append(body)
        assert was_full.wait(60)
        assert service.statistics().is_full
        assert outbox.lag().rows > 0
        released.set()
        until(lambda: service.statistics().rows == len(rows))
        until(lambda: outbox.lag().rows == 0)
        found = count(place)
        assert (found.rows, found.distinct) == (len(rows), len(rows))


def kill_at_random(place: Path, failed: Any, kills: int, seed: int) -> None:
    """R-40 for the historian: killed while it commits, seals and merges."""
    random_ = random.Random(seed)
    pause = threading.Event()

    def start() -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, str(END), str(place)], cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )

    bodies, rows = history(random_, 300 * (kills + 1))
    share = len(bodies) // (kills + 1)
    with field(place, failed) as outbox:
        process = start()
        try:
            for at in range(kills):
                for body in bodies[at * share : (at + 1) * share]:
                    outbox.append(body)
                pause.wait(random_.uniform(0.5, 2.0))
                assert process.poll() is None, "the historian ended by itself"
                process.send_signal(signal.SIGKILL)
                process.wait(60)
                process = start()
            for body in bodies[kills * share :]:
                outbox.append(body)
            assert outbox.mark_seen("everything is committed", timeout_s=60)
            until(lambda: outbox.lag().rows == 0, 60)
            found = count(place)
        finally:
            process.kill()
            process.wait(60)
    assert (found.rows, found.distinct) == (len(rows), len(rows)), "nothing lost, nothing twice"


def test_nothing_is_lost_or_doubled_when_the_historian_is_killed_at_random(
    place: Path, unfailing: Any
) -> None:
    kill_at_random(place, unfailing, 3, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_nothing_is_lost_or_doubled_when_the_historian_is_killed_100_times(
    place: Path, unfailing: Any
) -> None:
    kill_at_random(place, unfailing, 100, seed=2)
