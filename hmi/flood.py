"""How many alarms were annunciated of late, and whether that is a flood. Pure."""

from collections import Counter, deque
from typing import Final

WINDOW_S: Final = 600.0
BEGINS: Final = 10
"""More than so many within the window: nobody can answer them one by one (ISA-18.2)."""
ENDS: Final = 5
"""Fewer than so many: it is over."""


class FloodGauge:
    """Counts annunciations by zone."""

    def __init__(self) -> None:
        self._told: deque[tuple[float, str]] = deque()
        self._counts: Counter[str] = Counter()
        self._flooded: set[frozenset[str] | None] = set()

    def note(self, at_s: float, zone: str) -> None:
        self._told.append((at_s, zone))
        self._counts[zone] += 1

    def count(self, zones: frozenset[str] | None, now_s: float) -> int:
        """Within the window; None for all zones."""
        while self._told and now_s - self._told[0][0] > WINDOW_S:
            _, zone = self._told.popleft()
            self._counts[zone] -= 1
        if zones is None:
            return len(self._told)
        return sum(self._counts[zone] for zone in zones)

    def flood(self, zones: frozenset[str] | None, now_s: float) -> int:
        """How many, while it is a flood; 0 while it is none."""
        count = self.count(zones, now_s)
        if count > BEGINS:
            self._flooded.add(zones)
        elif count < ENDS:
            self._flooded.discard(zones)
        return count if zones in self._flooded else 0
