"""How many alarms come in which time: periods of ten minutes, hours, days, and floods. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from business.alarm_kpi.columns import Times

MINUTE_NS: Final = 60 * 10**9
TEN_MINUTES_NS: Final = 10 * MINUTE_NS
HOUR_NS: Final = 60 * MINUTE_NS


@dataclass(frozen=True, slots=True)
class Flood:
    """From the first period with too many alarms to the last before they were few again."""

    first: int
    """Place of its first period."""
    periods: int
    alarms: int


def counted(times: Times, since_ns: int, until_ns: int, width_ns: int) -> Times:
    """Alarms in each period of `width_ns` from `since_ns` on, the last one perhaps shorter."""
    periods = max(-(-(until_ns - since_ns) // width_ns), 0)
    return np.bincount((times - since_ns) // width_ns, minlength=periods).astype(np.int64)


def between(times: Times, edges: Sequence[int]) -> list[int]:
    """Alarms from each edge to before the next: days, whose lengths differ."""
    found: list[int] = np.diff(np.searchsorted(np.sort(times), edges)).tolist()
    return found


def floods(counts: Times, *, start: int, end: int) -> list[Flood]:
    """A flood begins with more than `start` in a period of ten minutes and is over with fewer than `end`."""
    found: list[Flood] = []
    first: int | None = None
    for at, count in enumerate([*counts.tolist(), -1]):
        if first is None and count > start:
            first = at
        elif first is not None and count < end:
            found.append(Flood(first, at - first, int(counts[first:at].sum())))
            first = None
    return found
