"""Frequent snapshots of what changes all the time and cannot be had again: business, alarms, configuration.

History and attached files are left to the full backups: they are only ever added to.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from actors.said import said
from business.backup import contents, manifest, postgres, sqlite_copy
from business.backup.archive import (
    BUSINESS,
    Origin,
    Wish,
    Work,
    anchor_of,
    configuration_of,
    program_version,
    revision_of,
)
from business.backup.chunks import PIECE, Chunks
from business.backup.files import write_whole
from business.backup.manifest import Database, File, Manifest
from business.backup.place import PARTIAL, Place, Places
from business.backup.trouble import BackupError, Damaged, cannot_write
from business.jobs.kinds import Progress

FOLDER = "snapshots"
"""Within the folder of the backups."""
SETTLED_NS = 2 * 10**9
"""A file whose time is younger than this may change again within the same time."""
MANY = 12
"""Snapshots that are too old go together, since each time all pieces are looked through."""


class Shelf:
    """The snapshots in one place."""

    def __init__(self, place: Path) -> None:
        self.folder = place / FOLDER
        self.chunks = Chunks(self.folder / "chunks")
        self.place = Place(self.folder)

    def names(self) -> list[str]:
        """Oldest first."""
        return sorted(path.stem for path in self.folder.glob("????????-??????.json"))

    def manifest(self, name: str) -> Manifest:
        """Raises BackupError."""
        return manifest.read(self._path(name))

    def newest(self) -> Manifest | None:
        """The newest that can be read."""
        for name in reversed(self.names()):
            try:
                return self.manifest(name)
            except BackupError:
                continue
        return None

    def keep(self, taken: Manifest) -> None:
        """On disk when this returns. Raises OSError."""
        self.chunks.flush()
        write_whole(self._path(taken.name), manifest.write(taken))

    def prune(self, before_ns: int) -> int:
        """Remove those begun before a time, never the newest, and the pieces that nothing needs; how many."""
        limit = manifest.stamp_of(before_ns)
        old = [name for name in self.names()[:-1] if name < limit]
        if len(old) < MANY:
            return 0
        for name in old:
            self._path(name).unlink()
        self.chunks.sweep({chunk for name in self.names() for chunk in self._pieces(name)})
        return len(old)

    def verify(self) -> Iterator[Progress]:
        """Read every piece; what is damaged goes: the next snapshot writes it anew. Raises Damaged."""
        trouble: Damaged | None = None
        for at, name in enumerate(sorted(self.chunks.names())):
            try:
                self.chunks.get(name)
            except Damaged as damaged:
                self.chunks.drop(name)
                trouble = damaged
            if not at % 256:
                yield Progress(at, None, said("正在核对快照", "verifying the snapshots"))
        if trouble is not None:
            raise trouble

    def write(self, taken: Manifest, target: Path) -> None:
        """Put the files of a snapshot together below `target`. Raises Damaged, OSError."""
        for file in taken.files:
            path = target / file.path
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            digest = sha256()
            with path.open("xb") as written:
                for chunk in file.chunks:
                    content = self.chunks.get(chunk)
                    digest.update(content)
                    written.write(content)
            if digest.hexdigest() != file.sha256:
                path = self._path(taken.name)
                raise Damaged(path, f"{file.path} 拼接后校验不符", f"{file.path} is not what was taken")

    def _pieces(self, name: str) -> set[str]:
        """A damaged snapshot restores nothing, so it needs nothing. Raises BackupError for a newer format."""
        try:
            return {chunk for file in self.manifest(name).files for chunk in file.chunks}
        except Damaged:
            return set()

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"


def take_snapshot(origin: Origin, places: Places, wish: Wish, now_ns: Callable[[], int]) -> Work:
    """Take one, copy it to the second place, remove what is too old. Raises BackupError."""
    shelf = Shelf(places.first)
    with shelf.place.held(), _told(places.first):
        taken = yield from _take(origin, shelf, wish, now_ns)
        shelf.prune(taken.taken_ns - wish.settings.snapshot_hours * 3_600 * 10**9)
    if places.second is not None:
        second = Shelf(places.second)
        with second.place.held(), _told(places.second):
            for chunk in dict.fromkeys(chunk for file in taken.files for chunk in file.chunks):
                second.chunks.take(chunk, shelf.chunks)
            second.keep(taken)
            second.prune(taken.taken_ns - wish.settings.snapshot_hours * 3_600 * 10**9)
    return taken


def _take(origin: Origin, shelf: Shelf, wish: Wish, now_ns: Callable[[], int]) -> Work:
    paths, before = origin.paths, shelf.newest()
    known = {file.path: file for file in before.files} if before else {}
    settled_ns = before.taken_ns - SETTLED_NS if before else 0
    work = shelf.folder / ("work" + PARTIAL)
    work.mkdir(mode=0o700)
    taken_ns, databases, anchor = now_ns(), {}, ""
    files = [
        _keep(shelf.chunks, path, path.relative_to(paths.root).as_posix(), ())
        for path in contents.documents(paths)
    ]
    if origin.has_postgres:
        dumped = postgres.dump(origin.business, work / postgres.NAME, compressed=False)
        databases[postgres.NAME], anchor = Database(dumped.revision, dumped.tables), dumped.anchor
        files.append(_keep(shelf.chunks, work / postgres.NAME, postgres.NAME, ()))
    for path in origin.databases():
        name = path.relative_to(paths.root).as_posix()
        seen, old = _seen(path), known.get(name)
        if old and old.seen == seen and max(seen) < settled_ns and all(map(shelf.chunks.has, old.chunks)):
            files.append(old)
        else:
            copied = work / path.name
            sqlite_copy.copy(path, copied, wish.is_cancelled, passing=True)
            files.append(_keep(shelf.chunks, copied, name, seen))
            databases[name] = Database(revision_of(copied), {})
            anchor = anchor_of(copied) if name == BUSINESS else anchor
            copied.unlink()
        yield Progress(len(files), None, said(f"已保存 {name}", f"{name} is kept"))
    shutil.rmtree(work)
    taken = Manifest(
        kind="snapshot",
        name=manifest.free_stamp(taken_ns, set(shelf.names()).__contains__),
        steward=program_version(),
        site=origin.site,
        configuration=configuration_of(paths),
        taken_ns=taken_ns,
        ended_ns=now_ns(),
        files=tuple(files),
        databases={**({} if before is None else before.databases), **databases},
        anchor=anchor or (before.anchor if before else ""),
        keys=origin.keys,
        has_secrets=False,
    )
    shelf.keep(taken)
    return taken


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_write(folder, error) from error


def _keep(chunks: Chunks, path: Path, name: str, seen: tuple[int, ...]) -> File:
    digest, size, pieces = sha256(), 0, []
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
            pieces.append(chunks.put(piece))
    return File(name, size, digest.hexdigest(), 0, tuple(pieces), seen)


def _seen(path: Path) -> tuple[int, ...]:
    """Changes whenever the database is written, without opening it."""
    found = []
    for one in (path, path.with_name(path.name + "-wal")):
        try:
            now = one.stat()
        except FileNotFoundError:
            continue
        found += [now.st_size, now.st_mtime_ns]
    return tuple(found)
