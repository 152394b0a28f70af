"""What must not be lost, on disk before it is sent: rows, the state they belong to, commands seen.

One SQLite file owned by one thread. A row and the state that changed with it are one transaction, committed
in groups. Rows leave the file when the receiver has committed them.
"""

import contextlib
import errno
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

from actors.channels.outbox_file import Condense, OutboxFile, connect, is_full
from actors.channels.outbox_reader import OutboxReader, Window
from actors.channels.socket_owner import Failed

logger = logging.getLogger(__name__)

GROUP_BYTES = 8 * 1024 * 1024
"""A commit never waits for more than this, and never writes much more."""
IDLE_ACK_S = 0.2
"""Acknowledged rows are deleted with the next commit, or after this long without one."""
RETRY_S = 0.2
"""Between attempts while the disk is full."""


@dataclass(frozen=True, slots=True)
class Lag:
    """What the receiver has not committed yet."""

    rows: int
    bytes: int
    is_behind: bool
    """The sender reads from disk: the receiver is, or was, away."""


@dataclass(frozen=True, slots=True)
class _Work:
    bodies: Sequence[bytes] = ()
    state: Mapping[str, bytes | None] = field(default_factory=dict)
    finishes: str = ""
    seen: str = ""
    """A command id to mark; answered through `answer`. The rest of the work is done only if it is new."""
    answer: "Future[bool] | None" = None
    stops: bool = False

    @property
    def is_urgent(self) -> bool:
        return self.answer is not None or self.stops


_NUDGE = _Work()


class Outbox:
    """`append` from any thread; a `Sender` takes the rows out again.

    budget_bytes: rows beyond it are given up, oldest first, and `condense` says what is sent in their place;
    None: never. commit_every_s: 0 commits what is queued at once. on_disk_full is called in the outbox's
    thread before every further attempt; on_failure when the file cannot be written for another reason.
    """

    def __init__(
        self,
        path: Path,
        *,
        commit_every_s: float,
        on_failure: Failed,
        budget_bytes: int | None = None,
        condense: Condense | None = None,
        on_disk_full: Callable[[], None] = lambda: None,
        window_bytes: int = 32 * 1024 * 1024,
        queue_bytes: int = 64 * 1024 * 1024,
        clock_ns: Callable[[], int] = time.time_ns,
        open_file: Callable[[Path], sqlite3.Connection] = connect,
    ) -> None:
        if (budget_bytes is None) != (condense is None):
            raise ValueError(f"{path.name}: a budget needs `condense`, and `condense` a budget")
        self.path = path
        self._commit_every_s = commit_every_s
        self._on_failure = on_failure
        self._budget_bytes = budget_bytes
        self._condense = condense
        self._on_disk_full = on_disk_full
        self._queue_bytes = queue_bytes
        self._clock_ns = clock_ns
        self._open_file = open_file
        self._queue: queue.SimpleQueue[_Work] = queue.SimpleQueue()
        self._window = Window(window_bytes)
        self._lock = threading.Lock()
        self._appended_bytes = 0
        self._committed_bytes = 0
        self._acknowledged = 0
        self._lag = (0, 0)
        self._dropped = 0
        self._epoch = ""
        self._committed: Callable[[], None] = lambda: None
        self._thread: threading.Thread | None = None
        self._opened: Future[None] = Future()
        self._give_up_at: float | None = None

    # --- from any thread ---

    def start(self) -> None:
        """Open or create the file. Raises what opening raised."""
        self._thread = threading.Thread(target=self._run, name=f"outbox {self.path.stem}", daemon=True)
        self._thread.start()
        self._opened.result()

    def stop(self, timeout_s: float) -> bool:
        """Commit what was appended, then end; False when that takes longer than `timeout_s`."""
        self._give_up_at = time.monotonic() + timeout_s
        self._queue.put(_Work(stops=True))
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def append(
        self, body: bytes, state: Mapping[str, bytes | None] | None = None, finishes: str = ""
    ) -> None:
        """Queue a row; `state` (None removes a key) and the end of command `finishes` commit with it."""
        self._append(_Work((body,), state or {}, finishes))

    def append_all(self, bodies: Sequence[bytes], state: Mapping[str, bytes | None]) -> None:
        """Queue rows that commit together, and with `state`."""
        self._append(_Work(bodies, state))

    def put_state(self, state: Mapping[str, bytes | None]) -> None:
        """Change state without sending a row."""
        self._queue.put(_Work(state=state))

    def mark_seen(self, command: str, timeout_s: float = 5.0) -> bool:
        """Commit that `command` is about to be executed; False when it was seen before.

        Raises TimeoutError when it cannot be committed in time: the command must not be executed.
        """
        answer: Future[bool] = Future()
        return self._answered(_Work(seen=command, answer=answer), answer, timeout_s)

    def keep_once(self, name: str, state: Mapping[str, bytes | None], timeout_s: float = 5.0) -> bool:
        """Commit `state` and that `name` was seen; False, and nothing changes, when it was seen before.

        Raises TimeoutError when it cannot be committed in time.
        """
        answer: Future[bool] = Future()
        work = _Work(state=state, finishes=name, seen=name, answer=answer)
        return self._answered(work, answer, timeout_s)

    def finish_seen(self, command: str) -> None:
        """The command has its result, or needs none."""
        self._queue.put(_Work(finishes=command))

    def load_state(self) -> dict[str, bytes]:
        with contextlib.closing(connect(self.path)) as file:
            return dict(file.execute("SELECT key, body FROM state"))

    def interrupted(self) -> tuple[str, ...]:
        """Commands that were seen and have no result: after a restart they are *unknown*."""
        with contextlib.closing(connect(self.path)) as file:
            return tuple(
                row[0] for row in file.execute("SELECT id FROM seen WHERE finished = 0 ORDER BY at_ns")
            )

    @property
    def epoch(self) -> str:
        return self._epoch

    @property
    def may_poll(self) -> bool:
        """False while too much waits for its commit: skip the next poll rather than lose one."""
        return self._appended_bytes - self._committed_bytes < self._queue_bytes

    @property
    def dropped(self) -> int:
        """Rows given up since the start."""
        return self._dropped

    def lag(self) -> Lag:
        rows, size = self._lag
        return Lag(rows, size, self._window.is_behind)

    # --- for the sender ---

    def on_committed(self, wake: Callable[[], None]) -> None:
        self._committed = wake

    def reader(self) -> OutboxReader:
        """A reader for the thread that calls this."""
        return OutboxReader(self.path, self._window)

    def acknowledge(self, sequence: int) -> None:
        """The receiver has committed everything up to `sequence`."""
        if sequence > self._acknowledged:
            self._acknowledged = sequence
            self._window.forget(sequence)
            self._queue.put(_NUDGE)

    def _append(self, work: _Work) -> None:
        with self._lock:
            self._appended_bytes += sum(map(len, work.bodies))
        self._queue.put(work)

    def _answered(self, work: _Work, answer: "Future[bool]", timeout_s: float) -> bool:
        self._queue.put(work)
        try:
            return answer.result(timeout_s)
        except TimeoutError:
            if answer.cancel():
                raise TimeoutError(
                    f"{self.path.name}: {work.seen} could not be recorded within {timeout_s} s"
                ) from None
            return answer.result()

    # --- in the outbox's thread ---

    def _run(self) -> None:
        try:
            with contextlib.closing(self._open_file(self.path)) as connection:
                file = OutboxFile(connection, self._clock_ns, self._commit_every_s > 0)
                self._epoch = file.epoch
                self._window.restart(file.last, behind=file.rows > 0)
                self._lag = (file.rows, file.bytes)
                self._opened.set_result(None)
                stopping = False
                while not stopping:
                    group = self._collect()
                    stopping = any(work.stops for work in group)
                    self._commit(file, group)
        except Exception as error:
            if not self._opened.done():
                self._opened.set_exception(error)
                return
            logger.critical("outbox %s ends: %r", self.path, error, exc_info=error)
            self._on_failure(error)

    def _collect(self) -> list[_Work]:
        """What one transaction holds: all that is queued, or all that comes until the commit is due."""
        group = [self._queue.get()]
        wait_s = self._commit_every_s or (IDLE_ACK_S if group[0] is _NUDGE else 0.0)
        due = time.monotonic() + wait_s
        size = 0
        while size < GROUP_BYTES and not group[-1].is_urgent:
            left_s = due - time.monotonic()
            try:
                group.append(self._queue.get(timeout=left_s) if left_s > 0 else self._queue.get_nowait())
            except queue.Empty:
                break
            size += sum(map(len, group[-1].bodies))
            if self._commit_every_s == 0 and group[-1] is not _NUDGE:
                due = 0.0
        return group

    def _commit(self, file: OutboxFile, group: list[_Work]) -> None:
        bodies = [body for work in group for body in work.bodies]
        first = self._write(file, group, bodies, room_needed=False)
        while first is None:
            self._on_disk_full()
            if self._give_up_at is not None and time.monotonic() > self._give_up_at:
                raise OSError(
                    errno.ENOSPC, f"{len(bodies)} rows were not committed before the end", str(self.path)
                )
            time.sleep(RETRY_S)
            first = self._write(file, group, bodies, room_needed=True)
        self._committed_bytes += sum(map(len, bodies))
        self._lag = (file.rows, file.bytes)
        self._window.append(first, bodies)
        if bodies:
            self._committed()

    def _write(
        self, file: OutboxFile, group: list[_Work], bodies: list[bytes], *, room_needed: bool
    ) -> int | None:
        """One transaction; returns the sequence of its first row, None when the disk is full."""
        try:
            return self._transact(file, group, bodies, room_needed=room_needed)
        except sqlite3.OperationalError as error:
            if not is_full(error):
                raise
            if not room_needed:
                logger.warning("outbox %s: %s; %d rows wait", self.path, error, len(bodies))
            return None

    def _transact(
        self, file: OutboxFile, group: list[_Work], bodies: list[bytes], *, room_needed: bool
    ) -> int:
        """All of the group, or nothing; then answers those who wait for it."""
        answers: list[tuple[Future[bool], bool]] = []
        with file.transaction():
            file.delete(self._acknowledged)
            size = sum(map(len, bodies))
            if self._budget_bytes is not None and self._condense is not None:
                excess = file.bytes + size - self._budget_bytes
                if room_needed:
                    excess = max(excess, 2 * size)
                dropped = file.drop(excess, self._condense) if excess > 0 else 0
            else:
                dropped = 0
            first = file.insert(bodies)
            for work in group:
                if work.answer is not None:
                    if work.answer.cancelled():
                        continue
                    answers.append((work.answer, is_new := file.see(work.seen)))
                    if not is_new:
                        continue
                file.put_state(work.state)
                if work.finishes:
                    file.finish(work.finishes)
        if dropped:
            self._dropped += dropped
            self._window.forget(file.dropped_to)
            logger.warning("outbox %s: over its budget, %d rows given up", self.path, dropped)
        for answer, is_new in answers:
            if answer.set_running_or_notify_cancel():
                answer.set_result(is_new)
        return first
