"""Content kept once: pieces of a fixed length, each in a file named by its hash.

SQLite changes pages in place, so from one snapshot of a database to the next nearly all pieces are the same.
"""

import os
import zlib
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path

from business.backup.files import sync
from business.backup.trouble import Damaged

PIECE = 64 * 1024


class Chunks:
    """A folder of pieces."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._touched: set[Path] = set()

    def put(self, content: bytes) -> str:
        """Keep a piece, on disk after the next `flush`; its name. Raises OSError."""
        name = sha256(content).hexdigest()
        if not self.has(name):
            self._write(name, zlib.compress(content, 1))
        return name

    def has(self, name: str) -> bool:
        return self._path(name).exists()

    def get(self, name: str) -> bytes:
        """Raises Damaged."""
        path = self._path(name)
        try:
            content = zlib.decompress(path.read_bytes())
        except (OSError, zlib.error) as error:
            raise Damaged(path, f"无法读取（{error}）", f"it cannot be read ({error})") from error
        if sha256(content).hexdigest() != name:
            raise Damaged(
                path, "内容与文件名中的校验值不符", "its content does not match the hash in its name"
            )
        return content

    def take(self, name: str, other: "Chunks") -> None:
        """The same piece from another folder. Raises Damaged, OSError."""
        if not self.has(name):
            self._write(name, zlib.compress(other.get(name), 1))

    def flush(self) -> None:
        """The names of what was put are on disk, too."""
        while self._touched:
            sync(self._touched.pop())

    def names(self) -> Iterator[str]:
        for path in self._folder.glob("??/*"):
            if not path.suffix:
                yield path.name

    def drop(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def sweep(self, keep: Collection[str]) -> int:
        """Remove every other piece, and what was written half; how many."""
        going = [path for path in self._folder.glob("??/*") if path.name not in keep]
        for path in going:
            path.unlink()
        return len(going)

    def _write(self, name: str, packed: bytes) -> None:
        path = self._path(name)
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True)
            self._touched.add(path.parent.parent)
        partial = path.with_suffix(".partial")
        with partial.open("wb") as file:
            file.write(packed)
            file.flush()
            os.fdatasync(file.fileno())
        partial.rename(path)
        self._touched.add(path.parent)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name
