"""What a backup says about itself: every file with its hash, every table with its rows and checksum."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from business.backup.tables import Table
from business.backup.trouble import BackupError, Damaged

FORMAT = 1
NAME = "manifest.json"
STAMP = "%Y%m%d-%H%M%S"
"""UTC: no hour comes twice."""

Kind = Literal["full", "snapshot"]


@dataclass(frozen=True, slots=True)
class File:
    """A file of the run directory, as it stands in the backup."""

    path: str
    """Below the run directory, with slashes."""
    size: int
    sha256: str
    mtime_ns: int
    chunks: tuple[str, ...] = ()
    """In a snapshot, what it is put together from."""
    seen: tuple[int, ...] = ()
    """In a snapshot, what told that the live file had not changed: sizes and times of it and its log."""


@dataclass(frozen=True, slots=True)
class Database:
    """What stands in a database."""

    revision: str
    """Of its schema; '' for one that has no migrations."""
    tables: Mapping[str, Table]


@dataclass(frozen=True, slots=True)
class Manifest:
    kind: Kind
    name: str
    """`STAMP` of when it began."""
    steward: str
    """Version of the program that made it."""
    site: str
    configuration: int
    """Number of the version in force."""
    taken_ns: int
    """Everything committed before stands in it."""
    ended_ns: int
    files: tuple[File, ...]
    databases: Mapping[str, Database]
    """By the path of the file."""
    anchor: str
    """SEQUENCE:SEAL of the last audit record in it; '' without a business database."""
    keys: tuple[str, ...]
    """Ids of the keys that open its sealed columns (`business/fields/keyring.py`)."""
    has_secrets: bool
    """Whether they are in the backup, encrypted."""
    missing: tuple[str, ...] = ()
    """History files that had been lost before the backup was made."""

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def stamp_of(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns // 1_000_000_000, UTC).strftime(STAMP)


def free_stamp(time_ns: int, is_taken: Callable[[str], bool]) -> str:
    """The stamp of a time, or of the first second after it whose stamp nobody has."""
    while is_taken(stamp_of(time_ns)):
        time_ns += 1_000_000_000
    return stamp_of(time_ns)


def write(manifest: Manifest) -> bytes:
    content = {"format": FORMAT, **asdict(manifest)}
    return json.dumps({"digest": _digest(content), **content}, ensure_ascii=False, indent=1).encode()


def read(path: Path) -> Manifest:
    """Raises Damaged, and BackupError for one that only a newer program understands."""
    try:
        content = json.loads(path.read_bytes())
        digest = content.pop("digest")
        intact = digest == _digest(content)
    except (OSError, ValueError, AttributeError, KeyError) as error:
        raise Damaged(path, f"无法读取（{error}）", f"it cannot be read ({error})") from error
    if not intact:
        raise Damaged(path, "摘要与内容不符", "its digest does not match its content")
    if content.pop("format") != FORMAT:
        raise BackupError(
            f"{path}: made by a newer Steward ({content['steward']}); restore with that version"
        )
    return _manifest(content)


def _manifest(content: dict[str, Any]) -> Manifest:
    files = tuple(
        File(**{**file, "chunks": tuple(file["chunks"]), "seen": tuple(file["seen"])})
        for file in content.pop("files")
    )
    databases = {
        path: Database(one["revision"], {name: Table(**table) for name, table in one["tables"].items()})
        for path, one in content.pop("databases").items()
    }
    keys, missing = (tuple(content.pop(name)) for name in ("keys", "missing"))
    return Manifest(files=files, databases=databases, keys=keys, missing=missing, **content)


def _digest(content: Mapping[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()
