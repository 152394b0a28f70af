"""The historian as a program that can be killed."""

import os
import sys
import threading
from pathlib import Path

from actors.historian.service import HistorianService, HistoryLimits
from actors.paths import HistoryPaths


def die(error: BaseException) -> None:
    print(repr(error), file=sys.stderr, flush=True)
    os._exit(3)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    service = HistorianService(
        HistoryPaths(place / "history"),
        f"ipc://{place}/durable",
        f"ipc://{place}/query",
        on_failure=die,
        limits=HistoryLimits(hot_bytes=20_000, commit_every_s=0.05, keep_days=100_000),
    )
    service.start()
    threading.Event().wait()
