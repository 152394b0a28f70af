"""Space set aside for the day the disk fills: freed at once, so that what matters most can still be written.

The order of survival is alarms, audit, commands, history. The journal and the conditions outboxes free the
ballast when they find the disk full; history never does, it gives up its own oldest rows.
"""

import logging
import os
import shutil
from pathlib import Path

logger = logging.getLogger(__name__)

MIB = 1024 * 1024


class Ballast:
    """One file for all processes of a run directory."""

    def __init__(self, path: Path, size_mb: int) -> None:
        self._path = path
        self._bytes = size_mb * MIB

    def keep(self) -> bool:
        """Set the space aside, unless it is or the disk has less than four times as much free."""
        if not self._bytes or (self._path.exists() and self._path.stat().st_size >= self._bytes):
            return True
        if shutil.disk_usage(self._path.parent).free < 4 * self._bytes:
            return False
        partial = self._path.with_suffix(".partial")
        try:
            with partial.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, self._bytes)
        except OSError as error:
            partial.unlink(missing_ok=True)
            logger.warning("no ballast of %d MiB could be set aside: %s", self._bytes // MIB, error)
            return False
        partial.replace(self._path)
        return True

    def free(self) -> None:
        """Give the space back. Every process may call it, only the first finds something."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return
        logger.critical("the disk is full: the ballast was freed; make room, history is given up first")
