"""A copy of a SQLite database while others write it: one moment of it, and nobody waits."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from actors.said import said
from business.backup.trouble import BackupError

STEP_BYTES = 4 * 1024 * 1024
"""Copied between two flushes: one flush of a whole database would hold up the commits of everybody else."""
BUSY_S = 30.0


class Cancelled(Exception):
    """Raised when nobody wants the copy any more."""


def copy(
    source: Path, target: Path, is_cancelled: Callable[[], bool] = lambda: False, *, passing: bool = False
) -> None:
    """Write the database as of now to `target`, whole, checked and on disk when this returns.

    A copy that is only `passing` through this file is neither checked nor flushed. The read transaction holds
    the moment: in WAL mode no writer waits for it, and no write makes the copy begin anew. Raises
    BackupError, Cancelled, OSError.
    """
    try:
        with closing(_open(source)) as live, closing(sqlite3.connect(target, isolation_level=None)) as copied:
            _copy(live, copied, None if passing else target, is_cancelled)
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL:
            raise OSError(28, "No space left on device", str(target)) from error
        raise BackupError(
            said(f"无法读取数据库 {source}：{error}", f"the database {source} cannot be read: {error}")
        ) from error
    except sqlite3.DatabaseError as error:
        raise _unsound(source, str(error)) from error
    if not passing:
        flush(target)


def _copy(
    live: sqlite3.Connection,
    copied: sqlite3.Connection,
    flushed: Path | None,
    is_cancelled: Callable[[], bool],
) -> None:
    copied.execute("PRAGMA synchronous = OFF")  # flushed step by step instead
    live.execute("BEGIN")
    pages, size = (live.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    live.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def stepped(_status: int, _remaining: int, _total: int) -> None:
        if is_cancelled():
            raise Cancelled
        if flushed is not None:
            flush(flushed)

    if pages:
        live.backup(copied, pages=max(1, STEP_BYTES // size), progress=stepped)
    live.execute("COMMIT")
    copied.execute("PRAGMA journal_mode = DELETE")  # one file, complete by itself
    if flushed is None:
        return
    found = copied.execute("PRAGMA integrity_check(3)").fetchall()
    if found != [("ok",)]:
        raise sqlite3.DatabaseError("; ".join(str(row[0]) for row in found))


def flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _open(path: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(path.absolute()))}?mode=rw"
    return sqlite3.connect(address, uri=True, isolation_level=None, timeout=BUSY_S)


def _unsound(path: Path, why: str) -> BackupError:
    return BackupError(
        said(
            f"数据库 {path} 自检未通过（{why}）；请用备份还原",
            f"the database {path} does not pass its own check ({why}); restore it from a backup",
        )
    )
