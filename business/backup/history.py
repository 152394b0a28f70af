"""The history of a site: a copy of the hot store, and the sealed files that this copy knows.

The hot store is SQLite in WAL mode, so it is copied beside the historian without asking it. Sealed files are
immutable, but a merge or the end of their days removes them ten minutes later: when one has gone before it
was copied, the hot store is taken again, with what stands in its place.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from actors.paths import HistoryPaths
from business.backup import sqlite_copy
from business.backup.files import take_over
from business.backup.manifest import File
from business.backup.tables import reading

ATTEMPTS = 5


def sealed(hot: Path) -> list[str]:
    """The files that a copy of the hot store has registered, `<day>/<name>`."""
    with reading(hot) as connection:
        return [name for (name,) in connection.execute("SELECT file FROM sealed ORDER BY file")]


def copy_history(
    live: HistoryPaths,
    target: HistoryPaths,
    *,
    known: Mapping[str, File],
    before: Path | None,
    is_cancelled: Callable[[], bool],
) -> Iterator[File]:
    """Yields each sealed file as soon as it stands in `target`; the hot store beside them fits in the end.

    `before` is the folder of an earlier backup, and `known` its files. A file that is registered and stays
    missing is left out (see `missing`). Raises BackupError, OSError.
    """
    if not live.hot.exists():
        return
    target.root.mkdir(mode=0o700, parents=True)
    taken: set[str] = set()
    for _ in range(ATTEMPTS):
        target.hot.unlink(missing_ok=True)
        sqlite_copy.copy(live.hot, target.hot, is_cancelled)
        registered = sealed(target.hot)
        for name in sorted(taken.difference(registered)):
            (target.root / name).unlink()
            taken.remove(name)
        gone = False
        for name in registered:
            if name in taken:
                continue
            try:
                file = take_over(live.root / name, target.root / name, f"history/{name}", known, before)
            except FileNotFoundError:
                gone = True
                continue
            taken.add(name)
            yield file
        if not gone:
            return


def missing(folder: HistoryPaths) -> tuple[str, ...]:
    """Registered in a copy and not there: they had gone from the history itself before it was copied."""
    if not folder.hot.exists():
        return ()
    return tuple(name for name in sealed(folder.hot) if not (folder.root / name).exists())
