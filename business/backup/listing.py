"""Which backups there are, as their folders tell: a page and a terminal show the same."""

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from business.backup import manifest
from business.backup.archive import SECOND
from business.backup.place import Place, Places
from business.backup.snapshots import Shelf
from business.backup.trouble import BackupError, Damaged


@dataclass(frozen=True, slots=True)
class BackupRow:
    name: str
    taken_ns: int
    took_ns: int
    size: int
    """Bytes, linked files included."""
    files: int
    has_secrets: bool
    keys: tuple[str, ...]
    """Ids of the keys that its sealed columns need."""
    missing: int
    """History files that had been lost before."""
    trouble: str = ""
    """Why it cannot be used, `said`; '' for one that was verified."""
    second: "Second | None" = None


@dataclass(frozen=True, slots=True)
class Second:
    """What became of the copy in the second place."""

    folder: str
    error: str
    """Why there is none, `said`; '' for one that was verified."""
    same_disk: bool
    """It lies on the disk of the first, and is lost with it."""


@dataclass(frozen=True, slots=True)
class Listing:
    folder: str
    second_folder: str
    rows: tuple[BackupRow, ...]
    """The newest first."""
    snapshots: int
    first_snapshot_ns: int
    last_snapshot_ns: int

    @property
    def lacking_keys(self) -> tuple[str, ...]:
        """Keys that the newest backup needs and that none holds, as far as the manifests tell."""
        needed = next((row.keys for row in self.rows if not row.trouble), ())
        held = {key for row in self.rows if row.has_secrets and not row.trouble for key in row.keys}
        return tuple(key for key in needed if key not in held)


def backups(places: Places) -> Listing:
    """What the first place holds. Asks nothing of the second, which may be a share that does not answer."""
    place, shelf = Place(places.first), Shelf(places.first)
    snapshots = shelf.names()
    first, last = (_time_of(snapshots[at]) if snapshots else 0 for at in (0, -1))
    rows = tuple(_row(place, name) for name in reversed(place.names()))
    second = str(places.second) if places.second else ""
    return Listing(str(places.first), second, rows, len(snapshots), first, last)


def _row(place: Place, name: str) -> BackupRow:
    path = place.folder / name / manifest.NAME
    second = _second(path.with_name(SECOND))
    try:
        now = path.stat()
        return replace(_whole(path, now.st_mtime_ns, now.st_size), second=second)
    except OSError as error:
        trouble = str(Damaged(path, f"无法读取（{error.strerror}）", f"it cannot be read ({error.strerror})"))
    except BackupError as error:
        trouble = str(error)
    return BackupRow(
        name, _time_of(name), 0, 0, 0, has_secrets=False, keys=(), missing=0, trouble=trouble, second=second
    )


@lru_cache(512)
def _whole(path: Path, _mtime_ns: int, _size: int) -> BackupRow:
    """A manifest never changes, and may name many files: it is read once. Raises BackupError."""
    made = manifest.read(path)
    return BackupRow(
        made.name,
        made.taken_ns,
        made.ended_ns - made.taken_ns,
        made.size,
        len(made.files),
        made.has_secrets,
        made.keys,
        len(made.missing),
    )


def _second(path: Path) -> Second | None:
    try:
        told = json.loads(path.read_bytes())
        return Second(str(told["folder"]), str(told["error"]), bool(told["same_disk"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _time_of(name: str) -> int:
    told = datetime.strptime(name, manifest.STAMP).replace(tzinfo=UTC)
    return int(told.timestamp()) * 1_000_000_000
