"""When devices are due: absolute instants on the monotonic clock, one timer for all that share one."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass

SHORTEST_TICK_NS = 10_000_000
LONGEST_TICK_NS = 100_000_000


@dataclass(frozen=True, slots=True)
class Cadence:
    """When a device is due: every `period_s`, at `phase_s` into it, on the monotonic clock."""

    period_s: float
    phase_s: float = 0.0


def tick_ns(period_ns: int) -> int:
    """The grain to which phases of this period are rounded, so that few wake-ups serve many devices."""
    return min(max(period_ns // 10, SHORTEST_TICK_NS), LONGEST_TICK_NS)


def first_due_ns(period_ns: int, phase_ns: int, after_ns: int) -> int:
    """The first instant later than `after_ns` of the form n * period + phase rounded down to a tick."""
    phase_ns -= phase_ns % tick_ns(period_ns)
    return after_ns + period_ns - (after_ns - phase_ns) % period_ns


class Turn:
    """One device's place in the cadence. `missed` counts the due times that passed unserved."""

    __slots__ = ("_cancelled", "due", "due_ns", "missed", "period_ns")

    def __init__(self, period_ns: int, due_ns: int, due: Callable[[], None]) -> None:
        self.period_ns = period_ns
        self.due_ns = due_ns
        self.due = due
        self.missed = 0
        self._cancelled = False

    def cancel(self) -> None:
        self._cancelled = True

    @property
    def cancelled(self) -> bool:
        return self._cancelled


class Ticks:
    """The shared clockwork of one process: all devices due at one instant cost one wake-up of the loop.

    Runs on the asyncio loop. Due times are absolute: a late call shifts nothing, a call later than a
    whole period skips the due times in between and counts them.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._instants: list[int] = []
        self._turns: dict[int, list[Turn]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def every(self, cadence: Cadence, due: Callable[[], None]) -> Turn:
        """Call `due` at every instant of the cadence until the returned turn is cancelled."""
        period_ns = max(round(cadence.period_s * 1e9), SHORTEST_TICK_NS)
        now_ns = self._now_ns()
        turn = Turn(period_ns, first_due_ns(period_ns, round(cadence.phase_s * 1e9), now_ns), due)
        self._enter(turn)
        self._arm()
        return turn

    def close(self) -> None:
        """Forget every turn and the timer."""
        self._instants.clear()
        self._turns.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _now_ns(self) -> int:
        return int(self._clock() * 1e9)

    def _enter(self, turn: Turn) -> None:
        waiting = self._turns.get(turn.due_ns)
        if waiting is None:
            self._turns[turn.due_ns] = [turn]
            heapq.heappush(self._instants, turn.due_ns)
        else:
            waiting.append(turn)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._instants:
            delay_s = (self._instants[0] - self._now_ns()) / 1e9
            self._timer = asyncio.get_running_loop().call_later(max(delay_s, 0.0), self._fire)

    def _fire(self) -> None:
        self._timer = None
        now_ns = self._now_ns()
        while self._instants and self._instants[0] <= now_ns:
            for turn in self._turns.pop(heapq.heappop(self._instants)):
                if not turn.cancelled:
                    self._call(turn, now_ns)
        self._arm()

    def _call(self, turn: Turn, now_ns: int) -> None:
        skipped = (now_ns - turn.due_ns) // turn.period_ns
        turn.missed += skipped
        turn.due_ns += (skipped + 1) * turn.period_ns
        self._enter(turn)
        try:
            turn.due()
        except Exception as error:  # noqa: BLE001 - a boundary: one device's defect must not stop the others
            loop = asyncio.get_running_loop()
            loop.call_exception_handler({"message": "a device failed when it was due", "exception": error})
