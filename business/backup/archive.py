"""Making a full backup: copied under another name, on disk, read back, then named; then copied elsewhere."""

import json
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from sqlite3 import DatabaseError

from sqlalchemy import URL

from actors.paths import HistoryPaths, RunPaths
from actors.said import said
from business.backup import contents, history, manifest, postgres, sealed_secrets, sqlite_copy
from business.backup.files import copy_file, describe, take_over, verify, write_whole
from business.backup.manifest import Database, File, Manifest
from business.backup.place import Place, Places
from business.backup.tables import reading, sqlite_tables
from business.backup.trouble import BackupError, cannot_write
from business.jobs.kinds import Progress
from config.settings import BackupSettings

Work = Generator[Progress, None, Manifest]
RESERVE_BYTES = 256 * 1024 * 1024
"""A backup leaves so much free: alarms and commands need the disk more."""
SECOND = "second.json"
"""Beside the manifest: what became of the copy in the second place."""
BUSINESS = "business.db"


@dataclass(frozen=True, slots=True)
class Origin:
    """What is backed up."""

    paths: RunPaths
    site: str
    business: URL
    """The business database: it decides how that is copied."""
    keys: tuple[str, ...] = ()
    """Ids of the keys that open its sealed columns."""

    @property
    def has_postgres(self) -> bool:
        return self.business.get_backend_name() == "postgresql"

    def databases(self) -> tuple[Path, ...]:
        """SQLite files, in the order of copying."""
        return contents.databases(self.paths, has_business=not self.has_postgres)


@dataclass(frozen=True, slots=True)
class Wish:
    """How it is to be backed up."""

    settings: BackupSettings
    passphrase: str = ""
    """'' leaves the secrets out."""
    is_cancelled: Callable[[], bool] = lambda: False


def back_up(origin: Origin, places: Places, wish: Wish, now_ns: Callable[[], int]) -> Work:
    """Make one backup in the first place, copy it to the second, remove what is kept no longer. Raises
    BackupError; what stands in the first place by then stays there."""
    first = Place(places.first)
    with first.held():
        made = yield from _make(origin, first, wish, now_ns)
        first.prune(wish.settings)
        if places.second is not None:
            yield from _second(first, Place(places.second), made, wish, now_ns)
    return made


def _make(origin: Origin, place: Place, wish: Wish, now_ns: Callable[[], int]) -> Work:
    before = next(iter(place.whole()[::-1]), None)
    name = manifest.free_stamp(now_ns(), lambda name: (place.folder / name).exists())
    partial = place.partial(name)
    _leave_room(place.folder, _expected(origin, before))
    with _clean(place.folder, partial):
        partial.mkdir(mode=0o700)
        copying = _Copying(origin, partial, before, place.folder, wish)
        taken_ns = now_ns()
        done_bytes = 0
        for file in copying.files():
            done_bytes += file.size
            copying.found.append(file)
            yield Progress(done_bytes >> 20, None, said(f"正在复制 {file.path}", f"copying {file.path}"))
        yield from copying.count()
        done = Manifest(
            kind="full",
            name=name,
            steward=program_version(),
            site=origin.site,
            configuration=configuration_of(origin.paths),
            taken_ns=taken_ns,
            ended_ns=now_ns(),
            files=tuple(file for file in copying.found if (partial / file.path).exists()),
            databases=copying.databases,
            anchor=copying.anchor,
            keys=origin.keys,
            has_secrets=bool(wish.passphrase),
            missing=history.missing(HistoryPaths(partial / "history")),
        )
        yield from _verify(partial, done, wish)
        write_whole(partial / manifest.NAME, manifest.write(done))
        place.finish(name)
    return done


class _Copying:
    """What one backup has copied so far."""

    def __init__(
        self, origin: Origin, target: Path, before: Manifest | None, folder: Path, wish: Wish
    ) -> None:
        self._origin = origin
        self._target = target
        self._known = {file.path: file for file in before.files} if before else {}
        self._older = folder / before.name if before else None
        self._wish = wish
        self.found: list[File] = []
        self.databases: dict[str, Database] = {}
        self.anchor = ""

    def files(self) -> Iterator[File]:
        """In the order that keeps what follows from what: see `contents`."""
        paths, target = self._origin.paths, self._target
        for path in contents.documents(paths):
            yield copy_file(path, target / _name(paths, path), _name(paths, path))
        if self._origin.has_postgres:
            dumped = postgres.dump(self._origin.business, target / postgres.NAME)
            self.databases[postgres.NAME], self.anchor = (
                Database(dumped.revision, dumped.tables),
                dumped.anchor,
            )
            yield describe(target / postgres.NAME, postgres.NAME)
        for path in self._origin.databases():
            name = _name(paths, path)
            (target / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sqlite_copy.copy(path, target / name, self._wish.is_cancelled)
            yield describe(target / name, name)
        live, copied = paths.history, HistoryPaths(target / "history")
        yield from history.copy_history(
            live, copied, known=self._known, before=self._older, is_cancelled=self._wish.is_cancelled
        )
        if copied.hot.exists():
            yield describe(copied.hot, _name(paths, live.hot))
        for path in contents.attachments(paths):
            name = _name(paths, path)
            yield take_over(path, target / name, name, self._known, self._older)
        if self._wish.passphrase:
            sealed = sealed_secrets.seal(paths.secrets, self._wish.passphrase)
            write_whole(target / sealed_secrets.NAME, sealed)
            yield describe(target / sealed_secrets.NAME, sealed_secrets.NAME)

    def count(self) -> Iterator[Progress]:
        """Rows and checksums, of the copies."""
        for name in [file.path for file in self.found if file.path.endswith(".db")]:
            yield Progress(0, None, said(f"正在清点 {name}", f"counting {name}"))
            path = self._target / name
            self.databases[name] = Database(revision_of(path), sqlite_tables(path))
        if (business := self._target / BUSINESS).exists():
            self.anchor = anchor_of(business)


def _verify(folder: Path, made: Manifest, wish: Wish) -> Iterator[Progress]:
    done = 0
    for file in made.files:
        if wish.is_cancelled():
            raise sqlite_copy.Cancelled
        verify(folder, file)
        done += file.size
        yield Progress(done >> 20, made.size >> 20, said(f"正在核对 {file.path}", f"verifying {file.path}"))


def _second(
    first: Place, second: Place, made: Manifest, wish: Wish, now_ns: Callable[[], int]
) -> Iterator[Progress]:
    """A copy of its own, verified there. Raises BackupError, which is noted beside the first."""
    try:
        with second.held():
            yield from _copy_over(first, second, made, wish)
            second.prune(wish.settings)
    except BackupError as error:
        _note(first.folder / made.name, second.folder, str(error), 0)
        raise
    _note(first.folder / made.name, second.folder, "", now_ns())


def _copy_over(first: Place, second: Place, made: Manifest, wish: Wish) -> Iterator[Progress]:
    before = next(iter(second.whole()[::-1]), None)
    known = {file.path: file for file in before.files} if before else {}
    older = second.folder / before.name if before else None
    partial = second.partial(made.name)
    _leave_room(second.folder, sum(file.size for file in made.files if known.get(file.path) != file))
    with _clean(second.folder, partial):
        partial.mkdir(mode=0o700)
        for file in made.files:
            take_over(first.folder / made.name / file.path, partial / file.path, file.path, known, older)
            yield Progress(
                0, None, said(f"正在复制到第二处：{file.path}", f"to the second place: {file.path}")
            )
        yield from _verify(partial, made, wish)
        write_whole(partial / manifest.NAME, manifest.write(made))
        second.finish(made.name)


def _note(backup: Path, second: Path, error: str, verified_ns: int) -> None:
    same = second.exists() and backup.stat().st_dev == second.stat().st_dev
    told = {"folder": str(second), "error": error, "verified_ns": verified_ns, "same_disk": same}
    write_whole(backup / SECOND, json.dumps(told, ensure_ascii=False).encode())


@contextmanager
def _clean(folder: Path, partial: Path) -> Iterator[None]:
    """Whatever fails, no half backup stays; what the disk says is told as a person can use it."""
    try:
        yield
    except OSError as error:
        raise cannot_write(folder, error) from error
    except DatabaseError as error:
        raise BackupError(
            said(f"备份中的数据库不可用：{error}", f"a copied database is unfit: {error}")
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _expected(origin: Origin, before: Manifest | None) -> int:
    """Bytes that a new backup will need, those that are linked not among them."""
    known = {file.path: (file.size, file.mtime_ns) for file in before.files} if before else {}
    paths = origin.paths
    total = 0
    live = (*origin.databases(), paths.history.hot, *contents.attachments(paths))
    for path in (*live, *paths.history.root.glob("*/*.parquet")):
        try:
            now = path.stat()
        except FileNotFoundError:
            continue
        if known.get(_name(paths, path)) != (now.st_size, now.st_mtime_ns):
            total += now.st_size
    return total


def _leave_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + RESERVE_BYTES:
        need, left, have = needed >> 20, RESERVE_BYTES >> 20, free >> 20
        raise BackupError(
            said(
                f"备份目录 {folder} 空间不足：需要 {need} MB 并保留 {left} MB，只剩 {have} MB；请腾出空间，"
                "减少保留份数，或在 [settings.backup] 中改用别的目录",
                f"the backup folder {folder} has too little room: {need} MB are needed and {left} MB stay "
                f"free, {have} MB are left; make room, keep fewer backups, or name another folder in "
                "[settings.backup]",
            )
        )


def configuration_of(paths: RunPaths) -> int:
    """Number of the version in force; 0 before the first."""
    return int(paths.running.read_text() or 0) if paths.running.exists() else 0


def program_version() -> str:
    try:
        return version("campus-steward")
    except PackageNotFoundError:  # run from a checkout that was never installed
        return "0"


def revision_of(database: Path) -> str:
    with reading(database) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            return ""
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else ""


def anchor_of(business: Path) -> str:
    """SEQUENCE:SEAL of the last audit record."""
    if not business.exists():
        return ""
    with reading(business) as connection:
        row = connection.execute(
            "SELECT sequence, seal FROM audit_records ORDER BY sequence DESC LIMIT 1"
        ).fetchone()
    return f"{row[0]}:{row[1]}" if row else ""


def _name(paths: RunPaths, path: Path) -> str:
    return path.relative_to(paths.root).as_posix()
