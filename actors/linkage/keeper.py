"""Keeps what the executor decides on a disk that may be full, and forgets what is old."""

import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from actors.linkage.decision import Decision
from actors.linkage.store import Kept, LinkageStore

logger = logging.getLogger(__name__)

PURGE_S = 3600.0
"""Between two looks for what is old."""
PURGED = 100
"""Runs that are forgotten at once: whatever starts meanwhile waits for no more than these."""
TAKEN = "taken "
"""Marks that begin so hold up to which request a follower has taken them."""


class DiskFull(Exception):
    """Nothing can be kept, though the ballast is gone."""


class Keeper:
    """For one thread."""

    def __init__(self, path: Path, clock: Callable[[], float], on_disk_full: Callable[[], object]) -> None:
        """`on_disk_full` frees the ballast."""
        self._path = path
        self._clock = clock
        self._on_disk_full = on_disk_full
        self._store = LinkageStore(path)
        self._purged_s = float("-inf")

    def close(self) -> None:
        self._store.close()

    def load(self, now_ns: int) -> Kept:
        """Raises DiskFull: what cannot be kept is not even begun."""
        kept = self._store.load(now_ns)
        self.save(Decision(), kept.marks)
        return kept

    def save(self, decision: Decision, marks: Mapping[str, int]) -> None:
        """On the disk before it returns. Raises DiskFull; nothing of it is kept then."""
        try:
            with _full_disk():
                self._store.save(decision, marks)
        except DiskFull:
            self._on_disk_full()
            with _full_disk():
                self._store.save(decision, marks)

    def purge(self, before_ns: int, marks: Mapping[str, int]) -> None:
        """Now and then, a few at once: runs that ended before then and whose requests all have been taken."""
        if self._clock() - self._purged_s < PURGE_S:
            return
        taken = min((value for name, value in marks.items() if name.startswith(TAKEN)), default=0)
        gone = 0
        try:
            with _full_disk():
                gone = self._store.purge(before_ns, taken, PURGED)
        except DiskFull:
            logger.warning("%s: old runs go later, the disk is full", self._path)
        if gone < PURGED:
            self._purged_s = self._clock()
        if gone:
            logger.info("%d old runs of plans are no longer kept", gone)


@contextmanager
def _full_disk() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise DiskFull from error
