"""What every benchmark measures and says alike: CPU and memory of a process tree, and one JSON line last."""

import json
import os
import platform
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil


def report(name: str, **figures: float | str | None) -> str:
    """Print the figures of one run as one JSON line, keys sorted, with the machine they were taken on."""
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in figures.items()}
    line = json.dumps({"benchmark": name, **machine(), **rounded}, sort_keys=True, ensure_ascii=False)
    print(line, flush=True)
    return line


def machine() -> dict[str, float | str]:
    """Facts without which a figure says nothing."""
    return {
        "machine_cores": len(os.sched_getaffinity(0)),
        "machine_memory_mb": psutil.virtual_memory().total // 2**20,
        "machine_python": platform.python_version(),
        "machine_load": os.getloadavg()[0],  # of the last minute, our own included
    }


class Meter:
    """Samples a process and all that it starts, while the `with` block runs.

    Processes of `leave_out` (the load generator, the browser) are not counted, nor are theirs.  CPU is that
    of the block only, and includes processes that ended, up to their last sample.
    """

    def __init__(self, root: int, *, leave_out: Collection[int] = (), period_s: float = 1.0) -> None:
        self.pss_mb = 0.0  # at the last sample
        self.pss_max_mb = 0.0
        self._root = root
        self._leave_out = frozenset(leave_out)
        self._period_s = period_s
        self._cpu_s: dict[psutil.Process, float] = {}
        self._cpu_before_s = 0.0
        self._begun_s = self._ended_s = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="meter")

    def __enter__(self) -> Self:
        self.sample()
        self._cpu_before_s = sum(self._cpu_s.values())
        self._begun_s = time.monotonic()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self.sample()
        self._ended_s = time.monotonic()

    @property
    def cpu_s(self) -> float:
        """CPU seconds since the block began, at the last sample."""
        return sum(self._cpu_s.values()) - self._cpu_before_s

    @property
    def cores(self) -> float:
        """CPU seconds a second over the whole block; 1.0 is one core."""
        return self.cpu_s / (self._ended_s - self._begun_s)

    def sample(self) -> None:
        pss_mb = 0.0
        for process in _tree(self._root, self._leave_out):
            try:
                times = process.cpu_times()
                pss_mb += pss_bytes(process.pid) / 2**20
            except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
                continue  # it ended since it was listed
            self._cpu_s[process] = times.user + times.system
        self.pss_mb = pss_mb
        self.pss_max_mb = max(self.pss_max_mb, pss_mb)

    def _run(self) -> None:
        while not self._stop.wait(self._period_s):
            self.sample()


def pss_bytes(pid: int) -> int:
    """Memory of one process, shared pages divided among those who share them (proportional set size)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0  # a process that has ended and was not yet waited for


def _tree(root: int, leave_out: frozenset[int]) -> Iterator[psutil.Process]:
    """The process and its descendants, without those left out and theirs."""
    if root in leave_out:
        return
    try:
        process = psutil.Process(root)
        children = process.children()
    except psutil.NoSuchProcess:
        return
    yield process
    for child in children:
        yield from _tree(child.pid, leave_out)
