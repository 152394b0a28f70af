"""Collects the scans of one table that come within a moment, so that they are judged as one matrix."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from drivers.driver import Scan

LINGER_S = 0.02
"""How long the first scan of a batch waits for the others of its tick."""
FULL_ROWS = 512
"""Devices that are due in one tick, and the most scans in a batch."""
TICKS = 10
"""Parts of the period over which the devices of a table are spread."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Scans of one table, at most one a row."""

    rows: Sequence[int]
    scans: Sequence[Scan]
    received_ns: int


def phase_s(row: int, devices: int, period_s: float) -> float:
    """When in the period a row is due: rows fill ticks in whole batches, spread evenly over the period."""
    batches = -(-devices // FULL_ROWS)
    batch = row * batches // devices
    return (batch * TICKS // batches % TICKS) * period_s / TICKS


class Gatherer:
    """Runs on the loop. `hand_on` gets each batch there."""

    def __init__(
        self, hand_on: Callable[[Gathered], object], wall_ns: Callable[[], int], full: int = FULL_ROWS
    ) -> None:
        self._hand_on = hand_on
        self._wall_ns = wall_ns
        self._full = full
        self._scans: dict[int, Scan] = {}
        self._timer: asyncio.TimerHandle | None = None

    def put(self, row: int, scan: Scan) -> None:
        if row in self._scans:  # a device may scan faster than the linger: keep the order of its scans
            self._flush()
        if not self._scans:
            self._timer = asyncio.get_running_loop().call_later(LINGER_S, self._flush)
        self._scans[row] = scan
        if len(self._scans) >= self._full:
            self._flush()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._scans:
            rows, scans = list(self._scans), list(self._scans.values())
            self._scans = {}
            self._hand_on(Gathered(rows, scans, self._wall_ns()))
