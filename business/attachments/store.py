"""The store of attached files: by the hash of their content, of a few kinds, of a limited size.

What a file is follows from its first bytes, never from its name. Files are written once and never changed, so
a backup may link them. Which record holds which file stands in the record's own field.
"""

import re
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from actors.said import said
from business.backup.files import write_whole

MOST_BYTES: Final = 10_000_000
HEAD: Final = 16
"""Bytes that tell what a file is."""
KINDS: Final = (
    (re.compile(rb"\xff\xd8\xff", re.DOTALL), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n", re.DOTALL), "image/png"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"GIF8[79]a", re.DOTALL), "image/gif"),
    (re.compile(rb"%PDF-", re.DOTALL), "application/pdf"),
)
_NAME = re.compile("[0-9a-f]{64}")
ABANDONED_S: Final = 86_400
"""How long a file waits for the form that uploaded it to be saved."""


class FileNotKept(ValueError):
    """A file that is not taken: its text, `said` in both languages, tells why."""


@dataclass(frozen=True, slots=True)
class Kept:
    path: Path
    kind: str
    """Its media type, one of KINDS."""

    @property
    def is_picture(self) -> bool:
        return self.kind.startswith("image/")


class Attachments:
    """A folder; the same one for the process that writes and those that show."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """The name under which it is found again. Raises FileNotKept, OSError."""
        if len(content) > MOST_BYTES:
            raise FileNotKept(
                said(
                    f"文件有 {len(content) / 1e6:.1f} MB，最大 {MOST_BYTES // 1_000_000} MB，请压缩后再传",
                    f"the file has {len(content) / 1e6:.1f} MB, at most {MOST_BYTES // 1_000_000} MB; "
                    "make it smaller",
                )
            )
        if kind_of(content[:HEAD]) is None:
            raise FileNotKept(
                said(
                    "只接受图片（JPEG、PNG、WebP、GIF）和 PDF 文件",
                    "only pictures (JPEG, PNG, WebP, GIF) and PDF files are taken",
                )
            )
        name = sha256(content).hexdigest()
        path = self._path(name)
        if path.exists():
            path.touch()  # it waits anew for the form that uploaded it
        else:
            write_whole(path, content)
        return name

    def find(self, name: str) -> Kept | None:
        """None for a name that is none, and for a file that is not there."""
        if not _NAME.fullmatch(name):
            return None
        path = self._path(name)
        try:
            with path.open("rb") as file:
                kind = kind_of(file.read(HEAD))
        except OSError:
            return None
        return Kept(path, kind) if kind is not None else None

    def drop(self, name: str) -> None:
        """Take away one that nobody may have any more."""
        if _NAME.fullmatch(name):
            self._path(name).unlink(missing_ok=True)

    def sweep(self, used: Callable[[], Collection[str]], now: Callable[[], float] = time.time) -> int:
        """Take away what no record holds and no open form waits for; how many.

        `used` is asked after the old files are listed: what was attached meanwhile stays.
        """
        before = now() - ABANDONED_S
        old = [path for path in self._all() if path.stat().st_mtime < before]
        held = used() if old else ()
        gone = [path for path in old if path.name not in held]
        for path in gone:
            path.unlink(missing_ok=True)
        return len(gone)

    def _all(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("??/*") if _NAME.fullmatch(path.name))

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name


def kind_of(head: bytes) -> str | None:
    """The media type of a file by its first bytes; None for one that is not taken."""
    return next((kind for pattern, kind in KINDS if pattern.match(head)), None)
