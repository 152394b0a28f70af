"""The historian: takes history from the durable channel, seals it, keeps it in shape, answers queries."""

import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import duckdb

from actors.channels.durable import Batch, Receiver
from actors.channels.outbox_file import is_full
from actors.channels.query import Handler, QueryServer
from actors.channels.socket_owner import Failed
from actors.codecs import QUERIES
from actors.historian import hot, parquet
from actors.historian.hot import HotStore, transaction
from actors.historian.merge import Merger
from actors.historian.reader import HistoryReader
from actors.historian.seal import Sealer, sweep
from actors.messages import CountHistory, ReadHistory, ReadTrend
from actors.paths import HistoryPaths

logger = logging.getLogger(__name__)

GROUP_BYTES = 8 * 1024 * 1024
"""Committed at once, without waiting for the second to end."""
HOUR_NS = 3_600 * 10**9
CHECK_S = 1.0
RETRY_S = 1.0
BACKGROUND_NICE = 10


@dataclass(frozen=True, slots=True)
class HistoryLimits:
    """hot_bytes: sealed before the hour ends when the hot store holds more. A trend reads what is hot."""

    hot_bytes: int = 64 * 1024 * 1024
    commit_every_s: float = 1.0
    keep_days: float = 400
    may_delete_oldest: bool = True
    """A full disk costs the oldest finished day; otherwise history waits in the outboxes."""


@dataclass(frozen=True, slots=True)
class HistoryStatistics:
    rows: int
    """Stored since the start."""
    hot_rows: int
    hot_bytes: int
    waiting: int
    """Batches received and not committed."""
    sealed_rows: int
    """Sealed since the start."""
    quarantined: int
    is_full: bool


class HistorianService:
    """Threads: the receiver's, a writer, a sealer of low priority, and those of the query server."""

    def __init__(
        self,
        paths: HistoryPaths,
        durable_endpoint: str,
        query_endpoint: str,
        *,
        on_failure: Failed,
        on_disk_full: Callable[[], None] = lambda: None,
        handlers: Mapping[type, Handler] = MappingProxyType({}),
        limits: HistoryLimits = HistoryLimits(),
        clock_ns: Callable[[], int] = time.time_ns,
        open_file: Callable[[Any], sqlite3.Connection] = hot.connect,
    ) -> None:
        self._paths = paths
        self._on_failure = on_failure
        self._on_disk_full = on_disk_full
        self._limits = limits
        self._clock_ns = clock_ns
        self._open_file = open_file
        self._batches: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._attention = threading.Event()
        self._counts = threading.Lock()
        self._rows = self._hot_rows = self._hot_bytes = self._sealed_rows = self._quarantined = 0
        self._is_full = False
        self._sealed_hour = 0
        self._threads: list[threading.Thread] = []
        self._local = threading.local()
        self._readers: list[HistoryReader] = []
        self._receiver = Receiver(durable_endpoint, self._batches.put, self._applied, on_failure=on_failure)
        self._queries = QueryServer(
            query_endpoint,
            QUERIES,
            {
                ReadTrend: lambda query: self._reader().trend(query),
                ReadHistory: lambda query: self._reader().page(query),
                CountHistory: lambda query: self._reader().count(query),
                **handlers,
            },
            on_failure=on_failure,
        )

    def start(self) -> None:
        self._paths.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        hot.create(self._paths.hot)
        store = HotStore(self._paths.hot)
        sweep(self._paths, store)
        _, self._hot_rows, self._hot_bytes = store.extent()
        store.close()
        self._sealed_hour = self._clock_ns() // HOUR_NS
        for name, run in (("history writer", self._write), ("history sealer", self._seal)):
            thread = threading.Thread(target=self._guard, args=(run,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._receiver.start()
        self._queries.start()

    def stop(self, timeout_s: float) -> bool:
        """Commit what was received, then end. A merge or seal under way is finished or starts over later."""
        deadline = time.monotonic() + timeout_s
        ended = self._queries.stop(timeout_s)
        self._stopping.set()
        self._attention.set()
        self._batches.put(None)
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            ended = ended and not thread.is_alive()
        ended = self._receiver.stop(max(0.1, deadline - time.monotonic())) and ended
        for reader in self._readers:
            reader.close()
        return ended

    def statistics(self) -> HistoryStatistics:
        with self._counts:
            return HistoryStatistics(
                self._rows,
                self._hot_rows,
                self._hot_bytes,
                self._batches.qsize(),
                self._sealed_rows,
                self._quarantined,
                self._is_full,
            )

    # --- the writer ---

    def _write(self) -> None:
        store = HotStore(self._paths.hot, self._open_file)
        try:
            while batches := self._collect():
                if not self._commit(store, batches):
                    return
                for batch in batches:
                    batch.committed()
        finally:
            store.close()

    def _collect(self) -> list[Batch]:
        """What one transaction holds; empty at the end."""
        first = self._batches.get()
        batches: list[Batch] = []
        size = 0
        due = time.monotonic() + self._limits.commit_every_s
        while first is not None:
            batches.append(first)
            size += sum(len(body) for _, body in first.rows)
            if size >= GROUP_BYTES:
                break
            try:
                first = self._batches.get(timeout=max(0.0, due - time.monotonic()))
            except queue.Empty:
                break
        if first is None and batches:
            self._batches.put(None)
        return batches

    def _commit(self, store: HotStore, batches: list[Batch]) -> bool:
        """Until it is done, however long the disk stays full; False when the service ends before."""
        while (rows := self._transact(store, batches)) is None:
            self._on_disk_full()
            self._attention.set()
            if self._stopping.wait(RETRY_S):
                return False
        self._is_full = False
        with self._counts:
            self._rows += rows
            self._hot_rows += rows
            self._hot_bytes += sum(len(body) for batch in batches for _, body in batch.rows)
            self._quarantined = store.quarantined
            if self._hot_bytes > self._limits.hot_bytes:
                self._attention.set()
        return True

    def _transact(self, store: HotStore, batches: list[Batch]) -> int | None:
        """The number of values stored; None when the disk is full."""
        try:
            with transaction(store.connection):
                return sum(store.store(batch.source, batch.epoch, batch.rows) for batch in batches)
        except sqlite3.OperationalError as error:
            store.forget_layouts()
            if not is_full(error):
                raise
            if not self._is_full:
                logger.warning("history: %s; it waits in the outboxes", error)
            self._is_full = True
            return None

    # --- the sealer ---

    def _seal(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BACKGROUND_NICE)
        store = HotStore(self._paths.hot, self._open_file)
        duck = parquet.session()
        sealer, merger = Sealer(self._paths, store, duck), Merger(self._paths, store, duck)
        try:
            while not self._stopping.is_set():
                self._attention.clear()
                try:
                    has_more = self._keep_in_shape(store, sealer, merger)
                except (sqlite3.OperationalError, duckdb.IOException, OSError) as error:
                    if not _is_disk_full(error):
                        raise
                    self._make_room(merger, error)
                    has_more = False
                if not has_more:
                    self._attention.wait(CHECK_S)
        finally:
            duck.close()
            store.close()

    def _keep_in_shape(self, store: HotStore, sealer: Sealer, merger: Merger) -> bool:
        """One piece of work; False when nothing is left to do now."""
        now_ns = self._clock_ns()
        if self._is_full and self._limits.may_delete_oldest:
            self._give_up_oldest_day(merger, now_ns)
        if self._hot_bytes > self._limits.hot_bytes or now_ns // HOUR_NS > self._sealed_hour:
            sealed = sealer.seal()
            self._sealed_hour = now_ns // HOUR_NS
            _, rows, size = store.extent()
            with self._counts:
                self._sealed_rows += sealed
                self._hot_rows, self._hot_bytes = rows, size
            return True
        if merger.merge_one(now_ns):
            return True
        merger.expire(now_ns, self._limits.keep_days)
        merger.delete_retired(now_ns)
        return False

    def _make_room(self, merger: Merger, error: Exception) -> None:
        logger.warning("history: the disk is full while sealing: %s", error)
        self._on_disk_full()
        if self._limits.may_delete_oldest:
            self._give_up_oldest_day(merger, self._clock_ns())

    def _give_up_oldest_day(self, merger: Merger, now_ns: int) -> None:
        if day := merger.delete_oldest_day(now_ns):
            logger.error("history: the disk is full; the history of %s was deleted", day)

    # --- everyone ---

    def _reader(self) -> HistoryReader:
        """The reader of this query thread."""
        reader: HistoryReader | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = HistoryReader(self._paths)
            self._readers.append(reader)
        return reader

    def _applied(self, source: str, epoch: str) -> int:
        store = HotStore(self._paths.hot)
        try:
            return store.applied(source, epoch)
        finally:
            store.close()

    def _guard(self, run: Callable[[], None]) -> None:
        try:
            run()
        except Exception as error:
            logger.critical("%s ends: %r", threading.current_thread().name, error, exc_info=error)
            self._on_failure(error)


def _is_disk_full(error: Exception) -> bool:
    if isinstance(error, sqlite3.Error):
        return is_full(error)
    return getattr(error, "errno", None) == 28 or "No space left" in str(error)
