"""A folder of backups: which there are, which go, and that one process works in it at a time."""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from actors.said import in_both, said
from business.backup import manifest
from business.backup.files import sync
from business.backup.manifest import Manifest
from business.backup.trouble import BackupError, cannot_write
from config.settings import BackupSettings

logger = logging.getLogger(__name__)

PARTIAL = ".partial"
"""The end of the name of a folder that is no backup: not yet, or no more."""
LOCK = ".lock"
DAY_NS = 86_400 * 10**9


@dataclass(frozen=True, slots=True)
class Places:
    """Where the backups of a site go."""

    first: Path
    second: Path | None
    """Another disk or a share: what the first is lost with does not take it along."""

    @staticmethod
    def of(settings: BackupSettings, default: Path) -> "Places":
        second = Path(settings.second_folder) if settings.second_folder else None
        return Places(Path(settings.folder) if settings.folder else default, second)


class Place:
    """One of them. Every backup is a folder of its own, whole since it has its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def names(self) -> list[str]:
        """Of what looks like a backup, oldest first; nothing where the folder is away."""
        try:
            return sorted(
                path.name for path in self.folder.iterdir() if _is_stamp(path.name) and path.is_dir()
            )
        except OSError:
            return []

    def manifest(self, name: str) -> Manifest:
        """Raises BackupError."""
        return manifest.read(self.folder / name / manifest.NAME)

    def whole(self) -> list[Manifest]:
        """Those whose manifest can be read, oldest first."""
        found = []
        for name in self.names():
            try:
                found.append(self.manifest(name))
            except BackupError as error:
                logger.warning("%s", in_both(str(error)))
        return sorted(found, key=lambda one: one.taken_ns)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Alone in the folder, without what an interrupted backup left there. Raises BackupError."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = (self.folder / LOCK).open("a+b")
        except OSError as error:
            raise cannot_write(self.folder, error) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(
                    said(
                        f"另一个备份正在写入 {self.folder}；请等它结束",
                        f"another backup is being written to {self.folder}; wait for its end",
                    )
                ) from None
            for path in self.folder.glob(f"*{PARTIAL}"):
                shutil.rmtree(path, ignore_errors=True)
            yield

    def partial(self, name: str) -> Path:
        return self.folder / (name + PARTIAL)

    def finish(self, name: str) -> Path:
        """What is written and verified becomes a backup, at once."""
        path = self.folder / name
        partial = self.partial(name)
        for folder, _, _ in os.walk(partial):
            sync(Path(folder))
        partial.rename(path)
        sync(self.folder)
        return path

    def remove(self, name: str) -> None:
        """First its name goes, so that nobody takes the rest for a backup."""
        (self.folder / name).rename(self.partial(name))
        shutil.rmtree(self.partial(name), ignore_errors=True)

    def prune(self, settings: BackupSettings) -> list[str]:
        """Remove what the site's rule does not keep; the names."""
        found = self.whole()
        going = sorted({one.name for one in found} - kept(found, settings))
        for name in going:
            self.remove(name)
        return going


def kept(backups: Sequence[Manifest], settings: BackupSettings) -> set[str]:
    """All of the day before the newest, then the newest of each of the last days, weeks and months that have
    one; and the newest that holds the secrets."""
    ordered = sorted(backups, key=lambda one: one.taken_ns, reverse=True)
    stay = {one.name for one in ordered if one.taken_ns > ordered[0].taken_ns - DAY_NS}
    stay.update(one.name for one in [one for one in ordered if one.has_secrets][:1])
    for form, count in (
        ("%Y-%m-%d", settings.daily),
        ("%G-%V", settings.weekly),
        ("%Y-%m", settings.monthly),
    ):
        stay.update(_newest_of_each(ordered, form, count))
    return stay


def _newest_of_each(ordered: Iterable[Manifest], form: str, count: int) -> list[str]:
    found: dict[str, str] = {}
    for one in ordered:
        period = datetime.fromtimestamp(one.taken_ns // 1_000_000_000, UTC).strftime(form)
        found.setdefault(period, one.name)
    return list(found.values())[:count]


def _is_stamp(name: str) -> bool:
    try:
        datetime.strptime(name, manifest.STAMP).replace(tzinfo=UTC)
    except ValueError:
        return False
    return True
