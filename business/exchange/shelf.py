"""Files that people hand in and fetch: each under a token that nobody guesses, for a while."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KEPT_DAYS: Final = 7
_TOKEN = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder. A token may have several files, told apart by their ending."""

    folder: Path

    @staticmethod
    def token() -> str:
        return secrets.token_hex(16)

    @staticmethod
    def is_token(text: str) -> bool:
        return _TOKEN.fullmatch(text) is not None

    def path(self, token: str, ending: str) -> Path:
        """Raises KeyError for what is no token."""
        if not self.is_token(token):
            raise KeyError(token)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder / f"{token}.{ending}"

    def clear(self, token: str) -> None:
        for path in self.folder.glob(f"{token}.*"):
            path.unlink(missing_ok=True)

    def older(self, than_ns: int) -> Iterator[Path]:
        """The files that have lain for too long."""
        if self.folder.is_dir():
            for path in self.folder.iterdir():
                if path.stat().st_mtime_ns < than_ns:
                    yield path
