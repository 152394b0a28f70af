"""Copying files so that they are on disk, known by their hash, and read back before they count."""

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from business.backup.manifest import File
from business.backup.trouble import Damaged

PIECE = 1024 * 1024


def copy_file(source: Path, target: Path, name: str) -> File:
    """A copy of its own inode: what happens to the original does not happen to it. Raises OSError."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest, size = sha256(), 0
    with source.open("rb") as read, target.open("xb") as written:
        kept = os.fstat(read.fileno())
        while piece := read.read(PIECE):
            digest.update(piece)
            size += len(piece)
            written.write(piece)
        written.flush()
        os.utime(written.fileno(), ns=(kept.st_mtime_ns, kept.st_mtime_ns))
        os.fsync(written.fileno())
    return File(name, size, digest.hexdigest(), kept.st_mtime_ns)


def take_over(source: Path, target: Path, name: str, known: Mapping[str, File], before: Path | None) -> File:
    """As `copy_file`, but by a link to the backup before where that holds the very file already.

    Only for files that are written once: same name, size and time mean the same content. Raises OSError.
    """
    old = known.get(name)
    if before is not None and old is not None:
        now = source.stat()
        if (now.st_size, now.st_mtime_ns) == (old.size, old.mtime_ns) and link(before / name, target):
            return old
    return copy_file(source, target, name)


def link(source: Path, target: Path) -> bool:
    """Whether the file system made a second name for the file."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # no such file, another disk, no links on this share, too many links
        return False
    return True


def describe(path: Path, name: str) -> File:
    """What is at `path` now, read from the disk and not from what was just written. Raises OSError."""
    digest, size = sha256(), 0
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        while piece := file.read(PIECE):
            digest.update(piece)
            size += len(piece)
        return File(name, size, digest.hexdigest(), os.fstat(file.fileno()).st_mtime_ns)


def verify(folder: Path, file: File) -> None:
    """Raises Damaged when the file in `folder` is not the one that the manifest tells."""
    path = folder / file.path
    try:
        found = describe(path, file.path)
    except OSError as error:
        raise Damaged(
            path, f"无法读取（{error.strerror}）", f"it cannot be read ({error.strerror})"
        ) from error
    if found.size != file.size:
        raise Damaged(
            path,
            f"有 {found.size} 字节，应为 {file.size} 字节",
            f"it has {found.size} bytes, it was written with {file.size}",
        )
    if found.sha256 != file.sha256:
        raise Damaged(path, "内容与清单中的校验值不符", "its content does not match the hash in the manifest")


def write_whole(path: Path, content: bytes) -> None:
    """Written under another name, on disk, then named: nobody sees half of it. Raises OSError."""
    partial = path.with_name(path.name + ".partial")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync(path.parent)


def sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
