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
class Batch:
    """Scans of one table, at most one a row; of the past as many as there are."""

    rows: Sequence[int]
    scans: Sequence[Scan]
    past: bool = False


@dataclass(frozen=True, slots=True)
class Gathered:
    """Whole turns of devices of one table, in the order of their scans: recorded in one transaction."""

    batches: Sequence[Batch]
    received_ns: int


def phase_s(row: int, devices: int, period_s: float) -> float:
    """When in the period a row is due: rows fill ticks in whole batches, spread evenly over the period."""
    batches = -(-devices // FULL_ROWS)
    batch = row * batches // devices
    return (batch * TICKS // batches % TICKS) * period_s / TICKS


class Gatherer:
    """Runs on the loop. `hand_on` gets there what was gathered."""

    def __init__(
        self, hand_on: Callable[[Gathered], object], wall_ns: Callable[[], int], full: int = FULL_ROWS
    ) -> None:
        self._hand_on = hand_on
        self._wall_ns = wall_ns
        self._full = full
        self._past: list[tuple[int, Scan]] = []
        self._scans: list[dict[int, Scan]] = []
        """A device may scan faster than the linger, or tell several times in one turn: each row's scans in
        their order, one in each."""
        self._timer: asyncio.TimerHandle | None = None

    def put(self, row: int, scan: Scan) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LINGER_S, self._flush)
        if scan.past:
            self._past.append((row, scan))
        else:
            self._batch_for(row)[row] = scan
        if not scan.goes_on and (len(self._past) >= FULL_ROWS or self._is_full()):
            self._flush()

    def _batch_for(self, row: int) -> dict[int, Scan]:
        """The one after the last that has this row."""
        at = next((at for at in range(len(self._scans), 0, -1) if row in self._scans[at - 1]), 0)
        if at == len(self._scans):
            self._scans.append({})
        return self._scans[at]

    def _is_full(self) -> bool:
        return bool(self._scans) and len(self._scans[0]) >= self._full

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        past, self._past = self._past, []
        scans, self._scans = self._scans, []
        batches = []
        for at in range(0, len(past), FULL_ROWS):
            rows, recorded = zip(*past[at : at + FULL_ROWS], strict=True)
            batches.append(Batch(rows, recorded, past=True))
        batches += [Batch(list(part), list(part.values())) for part in scans]
        self._hand_on(Gathered(batches, self._wall_ns()))
