"""Which backups there are, as their folders tell: a page and a terminal show the same."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from business.backup import manifest
from business.backup.archive import SECOND
from business.backup.place import Place, Places
from business.backup.snapshots import Shelf
from business.backup.trouble import BackupError


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


def backups(places: Places) -> Listing:
    """What the first place holds. Asks nothing of the second, which may be a share that does not answer."""
    place, shelf = Place(places.first), Shelf(places.first)
    snapshots = shelf.names()
    first, last = (_time_of(snapshots[at]) if snapshots else 0 for at in (0, -1))
    rows = tuple(_row(place, name) for name in reversed(place.names()))
    second = str(places.second) if places.second else ""
    return Listing(str(places.first), second, rows, len(snapshots), first, last)


def _row(place: Place, name: str) -> BackupRow:
    second = _second(place.folder / name / SECOND)
    try:
        made = place.manifest(name)
    except BackupError as error:
        return BackupRow(name, _time_of(name), 0, 0, 0, False, (), 0, str(error), second)  # noqa: FBT003
    return BackupRow(
        name,
        made.taken_ns,
        made.ended_ns - made.taken_ns,
        made.size,
        len(made.files),
        made.has_secrets,
        made.keys,
        len(made.missing),
        second=second,
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
