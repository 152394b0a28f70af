"""Notes what the history outbox of a field process has committed, by reading its file beside it.

A row leaves the file when the historian has committed it, so looking several times a second sees nearly all
of them; what was seen must be found in history, each scan once, whoever was killed in between.
"""

import contextlib
import sqlite3
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from actors.codecs import HISTORY
from actors.messages import History, TableDefined
from benchmarks.campus import Campus

LOOK_S = 0.1


class Witness:
    """`with Witness(campus) as witness: ...; witness.scans`."""

    def __init__(self, campus: Campus) -> None:
        self.scans: set[tuple[str, int]] = set()
        """(device, time in ns) of every scan that was seen committed."""
        self._path = campus.paths.field("field").history
        self._hot = campus.paths.history.hot
        self._devices: dict[str, tuple[str, ...]] = {}
        self._after = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="witness")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def all_applied(self) -> bool:
        """Whether the historian has committed every row that the outbox ever had."""
        committed = _one(self._path, "SELECT seq FROM sqlite_sequence WHERE name = 'row'")
        waiting = _one(self._path, "SELECT count(*) FROM row")
        applied = _one(self._hot, "SELECT max(sequence) FROM applied")
        return committed is not None and committed == applied and waiting == 0

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            with contextlib.suppress(sqlite3.OperationalError):  # whoever writes was killed: look again
                self._look()

    def _look(self) -> None:
        with contextlib.closing(_open(self._path)) as file:
            rows = file.execute(
                "SELECT sequence, body FROM row WHERE sequence > ?", (self._after,)
            ).fetchall()
        for sequence, body in rows:
            self._after = sequence
            match HISTORY.decode(body):
                case TableDefined(digest, devices):
                    self._devices[digest] = devices
                case History() as history if history.table in self._devices:
                    names = self._devices[history.table]
                    self.scans |= {
                        (names[row], int(time_ns))
                        for row, time_ns in zip(history.rows, history.time_ns, strict=True)
                    }
                case _:
                    pass


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


def _one(path: Path, sql: str) -> int | None:
    try:
        with contextlib.closing(_open(path)) as file:
            found = file.execute(sql).fetchone()
    except sqlite3.OperationalError:
        return None
    return int(found[0]) if found and found[0] is not None else None
