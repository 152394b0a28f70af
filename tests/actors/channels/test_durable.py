"""Sender and receiver: every row once and in order, whoever is away, slow, stopped or killed."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import zmq

from actors.channels.durable import Batch, Outbox, Receiver, Sender
from actors.channels.shipping import TO_RECEIVER, Rows

ENDS = Path(__file__).with_name("durable_ends.py")


class Store:
    """A receiving application in memory: remembers rows and how far it has come."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, bytes]] = []
        self.applied: dict[tuple[str, str], int] = {}
        self.batches: list[Batch] = []
        self.commits = True
        self._condition = threading.Condition()

    def apply(self, batch: Batch) -> None:
        with self._condition:
            self.batches.append(batch)
            if self.commits:
                self.commit(batch)
            self._condition.notify_all()

    def commit(self, batch: Batch) -> None:
        self.rows.extend(batch.rows)
        self.applied[batch.source, batch.epoch] = batch.last
        batch.committed()

    def until(self, holds: Callable[[], bool], deadline_s: float = 20) -> None:
        deadline = time.monotonic() + deadline_s
        with self._condition:
            while not holds():
                assert time.monotonic() < deadline
                self._condition.wait(0.02)

    def receiver(self, place: Path, failed: Any) -> Receiver:
        return Receiver(
            f"ipc://{place}/durable", self.apply, lambda *key: self.applied.get(key, 0), on_failure=failed
        )


@contextmanager
def running(*parts: Any) -> Iterator[None]:
    with ExitStack() as stack:
        for part in parts:
            part.start()
            stack.callback(_stop, part)
        yield


def _stop(part: Any) -> None:
    assert part.stop(5)


def outbox_at(place: Path, failed: Any, **options: Any) -> Outbox:
    return Outbox(place / "o.db", commit_every_s=0, on_failure=failed, **options)


def sender_of(outbox: Outbox, place: Path, failed: Any, **options: Any) -> Sender:
    return Sender(outbox, f"ipc://{place}/durable", "field", on_failure=failed, acknowledge_s=0.3, **options)


def test_rows_arrive_once_and_in_order_and_leave_the_outbox(place: Path, unfailing: Any) -> None:
    store = Store()
    outbox = outbox_at(place, unfailing)
    with running(outbox, store.receiver(place, unfailing), sender_of(outbox, place, unfailing)):
        for number in range(5_000):
            outbox.append(b"%d" % number)
        store.until(lambda: len(store.rows) == 5_000)
        store.until(lambda: outbox.lag().rows == 0)
    assert store.rows == [(at + 1, b"%d" % at) for at in range(5_000)]


def test_a_backlog_of_a_long_absence_arrives_before_what_is_new(place: Path, unfailing: Any) -> None:
    """R-70 in small: the rows are read back from disk, then the sender is live again."""
    store = Store()
    outbox = outbox_at(place, unfailing, window_bytes=1_000)
    sender = sender_of(outbox, place, unfailing, catch_up_bytes_s=5_000_000)
    with running(outbox, sender):
        for number in range(3_000):
            outbox.append(b"%05d" % number * 20)
        assert outbox.mark_seen("barrier")
        assert outbox.lag().is_behind
        with running(store.receiver(place, unfailing)):
            store.until(lambda: len(store.rows) == 3_000)
            store.until(lambda: outbox.lag().rows == 0 and not outbox.lag().is_behind)
            outbox.append(b"new")
            store.until(lambda: len(store.rows) == 3_001)
    assert [row[0] for row in store.rows] == list(range(1, 3_002))


def test_catching_up_is_throttled(place: Path, unfailing: Any) -> None:
    store = Store()
    outbox = outbox_at(place, unfailing, window_bytes=1_000)
    with running(outbox):
        for _ in range(20):
            outbox.append(b"x" * 1_000_000)
        assert outbox.mark_seen("barrier", timeout_s=60)
        began = time.monotonic()
        sender = sender_of(outbox, place, unfailing, catch_up_bytes_s=20_000_000)
        with running(store.receiver(place, unfailing), sender):
            store.until(lambda: len(store.rows) == 20)
    assert time.monotonic() - began > 0.5


def test_a_batch_without_commit_is_not_sent_again_to_the_receiver_that_has_it(
    place: Path, unfailing: Any
) -> None:
    store = Store()
    store.commits = False
    outbox = outbox_at(place, unfailing)
    sender = sender_of(outbox, place, unfailing)
    receiver = store.receiver(place, unfailing)
    with running(outbox, receiver, sender):
        outbox.append(b"slow")
        store.until(lambda: bool(store.batches))
        assert not threading.Event().wait(0.8), "longer than the acknowledgement may take"
        assert len(store.batches) == 1
        assert outbox.lag().rows == 1
        store.commit(store.batches[0])
        store.until(lambda: outbox.lag().rows == 0)
    assert store.rows == [(1, b"slow")]


def test_rows_given_to_a_receiver_that_ended_before_its_commit_are_sent_to_the_next(
    place: Path, unfailing: Any
) -> None:
    store = Store()
    store.commits = False
    outbox = outbox_at(place, unfailing)
    with running(outbox, sender_of(outbox, place, unfailing)):
        with running(store.receiver(place, unfailing)):
            for number in range(10):
                outbox.append(b"%d" % number)
            store.until(lambda: sum(len(batch.rows) for batch in store.batches) == 10)
        store.commits = True
        with running(store.receiver(place, unfailing)):
            store.until(lambda: len(store.rows) == 10)
            store.until(lambda: outbox.lag().rows == 0)
    assert [row[0] for row in store.rows] == list(range(1, 11))


def test_commits_out_of_order_acknowledge_only_what_is_complete(place: Path, unfailing: Any) -> None:
    store = Store()
    store.commits = False
    outbox = outbox_at(place, unfailing)
    with running(outbox, store.receiver(place, unfailing), sender_of(outbox, place, unfailing)):
        outbox.append(b"one")
        store.until(lambda: len(store.batches) == 1)
        outbox.append(b"two")
        store.until(lambda: len(store.batches) == 2)
        store.batches[1].committed()
        assert not threading.Event().wait(0.3)
        assert outbox.lag().rows == 2
        store.batches[0].committed()
        store.until(lambda: outbox.lag().rows == 0)


def test_a_receiver_that_lost_its_store_gets_what_is_left_and_does_not_wait_for_the_rest(
    place: Path, unfailing: Any
) -> None:
    store = Store()
    outbox = outbox_at(place, unfailing)
    with running(outbox, sender_of(outbox, place, unfailing)):
        with running(store.receiver(place, unfailing)):
            outbox.append(b"one")
            store.until(lambda: outbox.lag().rows == 0 and len(store.rows) == 1)
        restored = Store()
        with running(restored.receiver(place, unfailing)):
            outbox.append(b"two")
            restored.until(lambda: restored.rows == [(2, b"two")])


def test_malformed_frames_are_counted_and_nothing_else_happens(place: Path, unfailing: Any) -> None:
    store = Store()
    receiver = store.receiver(place, unfailing)
    outbox = outbox_at(place, unfailing)
    bad = [
        [b"nonsense"],
        [b""],
        [b"two", b"frames"],
        [TO_RECEIVER.encode(Rows("e", 0, (2, 1), (b"", b"")))],
        [TO_RECEIVER.encode(Rows("e", 0, (1,), ()))],
        [TO_RECEIVER.encode(Rows("e", 5, (1,), (b"",)))],
    ]
    with running(outbox, receiver), zmq.Context() as context, context.socket(zmq.DEALER) as stranger:
        stranger.linger = 0
        stranger.connect(f"ipc://{place}/durable")
        for frames in bad:
            stranger.send_multipart(frames)
        store.until(lambda: receiver.malformed == len(bad))
        with running(sender_of(outbox, place, unfailing)):
            outbox.append(b"good")
            store.until(lambda: store.rows == [(1, b"good")])


def test_an_application_that_fails_ends_the_receiver_and_says_so(place: Path, failures: Any) -> None:
    def apply(batch: Batch) -> None:
        raise OSError("the store is gone")

    receiver = Receiver(f"ipc://{place}/durable", apply, lambda *key: 0, on_failure=failures)
    outbox = outbox_at(place, failures)
    with running(outbox, receiver, sender_of(outbox, place, failures)):
        outbox.append(b"one")
        assert failures.came.wait(60)
    assert isinstance(failures.errors[0], OSError)


def test_an_endpoint_that_cannot_be_bound_is_an_error_of_start(place: Path, unfailing: Any) -> None:
    receiver = Receiver(f"ipc://{place}/none/durable", Store().apply, lambda *key: 0, on_failure=unfailing)
    with pytest.raises(zmq.ZMQError):
        receiver.start()


# --- kill -9 (R-40) ---


class Ends:
    """Both ends as processes, started again after each kill."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, role: str) -> None:
        self._running[role] = subprocess.Popen(
            [sys.executable, str(ENDS), role, str(self._place)],
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        )

    def kill(self, role: str) -> None:
        process = self._running.pop(role)
        assert process.poll() is None, f"the {role} ended by itself"
        process.send_signal(signal.SIGKILL)
        process.wait(60)

    def signal(self, role: str, number: int) -> None:
        self._running[role].send_signal(number)

    def stored(self) -> list[int]:
        if not (self._place / "store.db").exists():
            return []
        with closing(sqlite3.connect(self._place / "store.db", timeout=10)) as store:
            if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'row'").fetchone():
                return []
            return [int(row[0]) for row in store.execute("SELECT body FROM row ORDER BY rowid")]

    def until_stored(self, count: int) -> list[int]:
        deadline = time.monotonic() + 30
        pause = threading.Event()
        while len(rows := self.stored()) < count:
            assert time.monotonic() < deadline, f"{len(rows)} of {count} rows"
            pause.wait(0.05)
        return rows

    def stop(self) -> None:
        for role in list(self._running):
            self.kill(role)


@pytest.fixture
def ends(place: Path) -> Iterator[Ends]:
    ends = Ends(place)
    yield ends
    ends.stop()


def kill_at_random(ends: Ends, kills: int, seed: int) -> None:
    random_ = random.Random(seed)
    pause = threading.Event()
    ends.start("receiver")
    ends.start("sender")
    ends.until_stored(1)
    for _ in range(kills):
        role = random_.choice(["receiver", "sender"])
        pause.wait(random_.uniform(0.0, 0.6))
        ends.kill(role)
        ends.start(role)
    rows = ends.until_stored(len(ends.stored()) + 50)
    assert rows == list(range(1, len(rows) + 1)), "nothing lost, nothing twice, all in order"


def test_nothing_is_lost_or_doubled_when_either_end_is_killed_at_random(ends: Ends) -> None:
    kill_at_random(ends, 5, seed=1)


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_nothing_is_lost_or_doubled_in_500_kills(ends: Ends) -> None:
    kill_at_random(ends, 500, seed=2)


def test_a_peer_that_hangs_does_not_keep_its_successor_of_the_same_name_out(ends: Ends, place: Path) -> None:
    """ROUTER_HANDOVER: a stopped peer keeps its connection open; the new one is heard at once."""
    ends.start("receiver")
    ends.start("peer")
    deadline = time.monotonic() + 20
    pause = threading.Event()
    while not (place / "peer is connected").exists():
        assert time.monotonic() < deadline
        pause.wait(0.02)
    ends.signal("peer", signal.SIGSTOP)
    ends.start("sender")
    rows = ends.until_stored(100)
    assert rows == list(range(1, len(rows) + 1))
