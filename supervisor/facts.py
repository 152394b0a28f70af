"""What a field process tells of itself and its machine: the figures behind driver `host`."""

import os
import resource
import shutil
import time
from collections.abc import Callable, Mapping
from math import nan
from pathlib import Path

from actors.outlets import Counts
from business.notifier.state import Figures

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
MB = 1_000_000


class Facts:
    """Called on the loop, a few times a minute; differences are since the last call."""

    def __init__(
        self,
        directory: Path,
        counts: Counts,
        *,
        backlog_bytes: Callable[[], int],
        clock_offset_s: Callable[[], float],
        unrecorded: Callable[[], int],
        notifier: Callable[[], Figures | None],
    ) -> None:
        """`clock_offset_s` gives NaN while it is not known, `notifier` None while it is silent."""
        self._directory = directory
        self._counts = counts
        self._backlog_bytes = backlog_bytes
        self._clock_offset_s = clock_offset_s
        self._unrecorded = unrecorded
        self._notifier = notifier
        self._before = self._running()

    def __call__(self) -> Mapping[str, float]:
        before, self._before = self._before, self._running()
        elapsed_s, cpu_s, scans, late = (now - then for now, then in zip(self._before, before, strict=True))
        disk = shutil.disk_usage(self._directory)
        return {
            "disk-free": 100 * disk.free / disk.total,
            "clock-offset": self._clock_offset_s(),
            "history-backlog": self._backlog_bytes() / MB,
            "unrecorded-commands": self._unrecorded(),
            "late-scans": 100 * late / scans if scans else 0.0,
            "processor": 100 * cpu_s / elapsed_s if elapsed_s else 0.0,
            "memory": _resident_bytes() / MB,
            **_of_notifier(self._notifier()),
        }

    def _running(self) -> tuple[float, float, float, float]:
        used = resource.getrusage(resource.RUSAGE_SELF)
        return time.monotonic(), used.ru_utime + used.ru_stime, self._counts.scans, self._counts.late


def _of_notifier(told: Figures | None) -> Mapping[str, float]:
    """What is not known is bad quality."""
    return {
        "notifier-silent": float(told is None),
        "notifier-accounts": told.accounts_in_trouble if told else nan,
        "notifier-dear": told.dear if told else nan,
        "notifier-dead": told.dead_numbers if told else nan,
        "notifier-unanswered": told.unanswered if told else nan,
        "notifier-uncovered": told.uncovered if told else nan,
    }


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES
