"""Where urgent commands are recorded while `alarms.db` cannot grow: a file whose space was set aside before.

Append-only until what it holds stands in `alarms.db`. A line is `digest json`; a digest covers that before.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from actors.alarm_tables import CommandRecord
from actors.messages import Issuer

logger = logging.getLogger(__name__)

SPARE_BYTES = 256 * 1024
"""Room for some hundreds of commands."""
_DIGEST = 64
_FIRST = "0" * _DIGEST


class SpareLog:
    """For one thread. Without its file, which a full disk may prevent, it takes nothing."""

    def __init__(self, path: Path, size: int = SPARE_BYTES) -> None:
        self._path = path
        self._size = size
        self._file = -1
        self._end = 0
        self._last = _FIRST

    def open(self) -> None:
        """Set the space aside, and find the end of what an earlier process has written."""
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.posix_fallocate(self._file, 0, self._size)
        except OSError as error:
            logger.warning("no space for urgent commands could be set aside in %s: %s", self._path, error)
            self.close()
            return
        for line, _ in _lines(_content(self._path)):
            self._end += len(line.encode()) + 1
            self._last = line[:_DIGEST]

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def append(self, command: CommandRecord) -> bool:
        """Whether it is on disk now."""
        line = _line(command, self._last)
        written = line.encode() + b"\n"
        if self._file < 0 or self._end + len(written) > self._size:
            return False
        try:
            os.pwrite(self._file, written, self._end)
            os.fdatasync(self._file)
        except OSError:
            logger.exception("%s cannot be written", self._path)
            return False
        self._end += len(written)
        self._last = line[:_DIGEST]
        return True

    def commands(self) -> tuple[CommandRecord, ...]:
        """What waits. A line that was cut off or changed ends it, loudly."""
        return tuple(record for _, record in _lines(_content(self._path))) if self._end else ()

    def clear(self) -> None:
        """All of it stands in `alarms.db`."""
        if self._file >= 0 and self._end:
            os.pwrite(self._file, bytes(self._end), 0)
            os.fdatasync(self._file)
        self._end, self._last = 0, _FIRST


def waiting(path: Path) -> int:
    """How many commands wait in the file of another process."""
    return _content(path).count(b"\n") if path.exists() else 0


def _content(path: Path) -> bytes:
    return path.read_bytes().rstrip(b"\0")


def _line(command: CommandRecord, before: str) -> str:
    issuer = command.issuer
    fields = (
        command.id, command.kind, command.body.hex(), issuer.user, issuer.session, issuer.station,
        command.process, command.ttl_s, command.received_ns,
    )  # fmt: skip
    text = json.dumps(fields, ensure_ascii=False)
    return f"{_digest(before, text)} {text}"


def _digest(before: str, text: str) -> str:
    return hashlib.sha256(f"{before} {text}".encode()).hexdigest()


def _lines(content: bytes) -> Iterator[tuple[str, CommandRecord]]:
    before = _FIRST
    for raw in content.splitlines():
        line = raw.decode("utf-8", "replace")
        digest, _, text = line.partition(" ")
        if digest != _digest(before, text):
            logger.critical(
                "a line of the urgent commands is cut off or was changed; what follows is left out"
            )
            return
        id_, kind, body, user, session, station, process, ttl_s, received_ns = json.loads(text)
        issuer = Issuer(user, session, station)
        yield line, CommandRecord(id_, kind, bytes.fromhex(body), issuer, process, ttl_s, received_ns)
        before = digest
