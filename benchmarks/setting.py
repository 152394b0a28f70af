"""How every benchmark begins: its flags, the cores it may use, and that Ctrl+C or SIGTERM cleans up."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType

import numpy as np

DEFAULT_CORES = "0,1"


def parser(module: str, about: str | None) -> argparse.ArgumentParser:
    """Flags that all share: `--cores` for Steward, the farm and the browser together."""
    made = argparse.ArgumentParser(
        prog=f"python -m benchmarks.{module}",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--cores",
        default=DEFAULT_CORES,
        help=f"CPUs for everything that is started, 'all' for every one (default {DEFAULT_CORES})",
    )
    return made


def begin(cores: str) -> None:
    """Stay on these cores, children too; let SIGTERM unwind `with` blocks as Ctrl+C does."""
    signal.signal(signal.SIGTERM, _leave)
    if cores == "all":
        return
    wanted = {int(core) for core in cores.split(",")}
    usable = wanted & os.sched_getaffinity(0)
    if len(usable) < len(wanted):
        missing = ",".join(map(str, sorted(wanted - usable)))
        raise SystemExit(f"--cores {cores}: this machine does not offer {missing}; choose others, or 'all'")
    os.sched_setaffinity(0, usable)


def _leave(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def percentile(samples: Sequence[float], share: float) -> float:
    """The sample that `share` (0 to 1) of all do not exceed."""
    if not samples:
        raise SystemExit("nothing was measured; the log above says why")
    return float(np.quantile(samples, share, method="higher"))


def until(is_so: Callable[[], object], timeout_s: float, what: str, *, every_s: float = 0.05) -> float:
    """Look until it is so; how long it took. Raises TimeoutError that names `what`."""
    began = time.monotonic()
    for _ in ticks(every_s):
        if is_so():
            break
        if time.monotonic() - began > timeout_s:
            raise TimeoutError(f"after {timeout_s:g} s still not so: {what}")
    return time.monotonic() - began


def ticks(every_s: float) -> Iterator[None]:
    """Yield at once, then after every pause, for ever."""
    while True:
        yield
        time.sleep(every_s)
