"""Configuration versions: numbered files that are written once and never change."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Literal

from config.entries import Documents
from config.export import difference

Origin = Literal["files", "screen"]


class VersionError(Exception):
    """Raised when a version cannot be had or made.

    VersionDamaged         its file is torn or was changed
    VersionMissing         there is no version of that number
    EditedOnScreen         files and screen were both edited; a person must choose
    Overtaken              somebody else has added a version first
    """


class VersionDamaged(VersionError):
    """Raised when the file of a version cannot be trusted."""


class VersionMissing(VersionError):
    """Raised when there is no version of that number."""


class EditedOnScreen(VersionError):
    """Raised when changed files would undo what was edited on the screen."""


class Overtaken(VersionError):
    """Raised when a version is not the newest any more on which somebody has built."""


@dataclass(frozen=True, slots=True)
class Version:
    number: int
    digest: str
    """SHA-256 of the documents in canonical form."""
    author: str
    reason: str
    origin: Origin
    created: str
    """UTC, ISO 8601."""
    base: int
    """The version that was the latest before; 0 for none."""
    documents: Documents


def digest_of(documents: Documents) -> str:
    """SHA-256 of the documents, whatever the order of their keys."""
    canonical = json.dumps(documents, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


class VersionStore:
    """The versions of one site, as files `000001.json` and so on in one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def numbers(self) -> list[int]:
        """Of all versions, ascending, damaged ones included."""
        return sorted(int(file.stem) for file in self._directory.glob("[0-9]*.json") if file.stem.isdecimal())

    def latest(self) -> Version | None:
        """The newest version, None before the first. Raises VersionDamaged."""
        numbers = self.numbers()
        return self.get(numbers[-1]) if numbers else None

    def get(self, number: int) -> Version:
        """Raises VersionMissing, VersionDamaged."""
        file = self._file(number)
        try:
            content = json.loads(file.read_text("utf-8"))
            version = Version(**content)
            intact = version.number == number and version.digest == digest_of(version.documents)
        except FileNotFoundError:
            numbers = self.numbers()
            have = f"{numbers[0]} to {numbers[-1]}" if numbers else "none"
            raise VersionMissing(f"there is no configuration version {number}; there are {have}") from None
        except (ValueError, TypeError) as error:
            raise self._damaged(number, str(error)) from error
        if not intact:
            raise self._damaged(number, "its digest does not match its content")
        return version

    def add(
        self,
        documents: Documents,
        author: str,
        reason: str,
        origin: Origin,
        clock: Callable[[], datetime],
        *,
        after: int | None = None,
    ) -> Version:
        """Stores a new version for good before it returns. `clock` gives an aware time.

        When two processes add at once each gets a number of its own, and the later one bases on the other;
        with `after`, the newest version that its author has seen, the later one raises Overtaken.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        while True:
            base = max(self.numbers(), default=0)
            if after is not None and base != after:
                raise Overtaken(f"version {base} was added after version {after}; look at it, and edit anew")
            version = Version(
                number=base + 1,
                digest=digest_of(documents),
                author=author,
                reason=reason,
                origin=origin,
                created=clock().astimezone(UTC).isoformat(timespec="milliseconds"),
                base=base,
                documents=documents,
            )
            if self._write(version):
                return version

    def import_files(
        self,
        documents: Documents,
        author: str,
        reason: str,
        clock: Callable[[], datetime],
        *,
        running: int = 0,
        site: str = "SITE",
        take_files: bool = False,
    ) -> Version:
        """The version that is to run after the site's files were read.

        Unchanged files leave the `running` version in force, also when it was edited on the screen since they
        were read, or went back to; changed ones become a new version. Files that changed beside an edit on
        the screen raise EditedOnScreen unless `take_files`. Without `running`, it is the latest version.
        `site` is how the message's commands name the site.
        """
        read = digest_of(documents)
        latest = self.latest()
        now = self.get(running) if running else latest
        if now is None or latest is None:
            return self.add(documents, author, reason, "files", clock)
        if now.digest == read:
            return now
        if not take_files and read == self._last_import(latest):
            return now
        if not take_files and now.origin == "screen":
            raise EditedOnScreen(
                f"version {now.number} was edited on the screen by {now.author} ({now.reason}),"
                f" and the files of the site were changed too:\n\n"
                f"{difference(now.documents, documents, f'version {now.number}', 'files')}\n\n"
                f"Settle it with one of\n"
                f"  steward config export {site}      takes the screen's version into the files\n"
                f"  steward run {site} --take-files   lets the files win"
            )
        return self.add(documents, author, reason, "files", clock)

    def _last_import(self, version: Version) -> str:
        """The digest of the newest version that came from files, '' if none did."""
        while version.origin != "files":
            if not version.base:
                return ""
            version = self.get(version.base)
        return version.digest

    def _write(self, version: Version) -> bool:
        """False when another process took the number first. The file appears whole or not at all."""
        with NamedTemporaryFile("w", encoding="utf-8", dir=self._directory, suffix=".draft") as draft:
            json.dump(asdict(version), draft, ensure_ascii=False, indent=1)
            draft.flush()
            os.fsync(draft.fileno())
            try:
                os.link(draft.name, self._file(version.number))
            except FileExistsError:
                return False
        directory = os.open(self._directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return True

    def _file(self, number: int) -> Path:
        return self._directory / f"{number:06}.json"

    def _damaged(self, number: int, why: str) -> VersionDamaged:
        older = [other for other in self.numbers() if other < number]
        rest = f"; older versions can still be read, the newest is {older[-1]}" if older else ""
        return VersionDamaged(
            f"configuration version {number} in {self._file(number)} is damaged: {why}{rest}."
            " Restore the file from a backup, or move it away to go on from the version before"
        )
