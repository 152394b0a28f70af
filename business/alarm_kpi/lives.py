"""When alarms held: which chatter, fleet, are stale or stand; and how soon somebody acknowledged. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from business.alarm_kpi.columns import ACKNOWLEDGES, AGAIN, ENDS, LIVED, OCCURS, Period, Ranks, Rows, Times

OPEN: Final = np.iinfo(np.int64).max
"""The end of what still holds."""
LIFE: Final = np.dtype([("alarm", "i4"), ("event", "i8"), ("began", "i8"), ("ended", "i8"), ("sounded", "?")])
Lives = npt.NDArray[Any]
"""Of dtype LIFE, by alarm and then by time."""


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """How long it took, of what sounded and was acknowledged in the period."""

    priority: Ranks
    took_ns: Times
    waiting: Ranks
    """Priorities of what sounded and was not."""


def lives(period: Period) -> Lives:
    """Each time that an alarm held, also those that began before the period."""
    rows = _before(period, period.rows[np.isin(period.rows["kind"], LIVED)])
    rows["kind"][rows["kind"] == AGAIN] = OCCURS
    rows = rows[np.argsort(rows["alarm"], kind="stable")]
    same = np.zeros(len(rows), bool)
    same[1:] = (rows["alarm"][1:] == rows["alarm"][:-1]) & (rows["kind"][1:] == rows["kind"][:-1])
    rows = rows[~same]  # what occurs again while it holds still holds
    begun = np.flatnonzero(rows["kind"] == OCCURS)
    after = np.minimum(begun + 1, len(rows) - 1)
    ends = (rows["alarm"][after] == rows["alarm"][begun]) & (rows["kind"][after] == ENDS)
    found = np.empty(len(begun), LIFE)
    for name, column in (("alarm", "alarm"), ("event", "event"), ("began", "time"), ("sounded", "sounded")):
        found[name] = rows[column][begun]
    found["ended"] = np.where(ends, rows["time"][after], OPEN)
    return found


def _before(period: Period, rows: Rows) -> Rows:
    """With a beginning for each alarm that held when the period began."""
    held = np.zeros(len(period.held), rows.dtype)
    held["alarm"] = list(period.held)
    held["time"] = list(period.held.values())
    held["kind"] = OCCURS
    held["event"] = -1
    return np.concatenate([held, rows])


def chattering(found: Lives, *, returns: int, within_ns: int) -> Counter[int]:
    """Alarms that returned so often within the time -> how often they sounded in all."""
    ended = found[found["ended"] != OPEN]
    quick = np.zeros(0, np.int64)
    if len(ended) >= returns:
        first, last = ended[: len(ended) - returns + 1], ended[returns - 1 :]
        close = (first["alarm"] == last["alarm"]) & (last["ended"] - first["ended"] <= within_ns)
        quick = np.unique(first["alarm"][close])
    return _sounded(found[np.isin(found["alarm"], quick)])


def fleeting(found: Lives, *, within_ns: int, alone_ns: int) -> Counter[int]:
    """Alarms that returned by themselves within the time and did not repeat -> how often."""
    short = found["sounded"] & (found["ended"] != OPEN) & (found["ended"] - found["began"] <= within_ns)
    again = np.zeros(len(found), bool)
    again[:-1] = (found["alarm"][1:] == found["alarm"][:-1]) & (
        found["began"][1:] - found["ended"][:-1] < alone_ns
    )
    again[1:] |= again[:-1]
    return Counter(found["alarm"][short & ~again].tolist())


def _sounded(found: Lives) -> Counter[int]:
    return Counter(found["alarm"][found["sounded"]].tolist())


def stale_by_day(found: Lives, edges: Sequence[int], *, after_ns: int) -> list[int]:
    """How many alarms were stale at some time of each day."""
    old = [
        (alarm, began + after_ns, min(ended, edges[-1]))
        for alarm, began, ended in found[["alarm", "began", "ended"]].tolist()
        if ended - began > after_ns
    ]
    return [
        len({alarm for alarm, since, until in old if since < end and until > start})
        for start, end in pairwise(edges)
    ]


def standing(found: Lives) -> dict[int, int]:
    """What holds when the period ends -> since when."""
    return dict(found[["alarm", "began"]][found["ended"] == OPEN].tolist())


def acknowledged(rows: Rows) -> Acknowledged:
    """The first sounding of each occurrence, and its first acknowledgement."""
    sounded, answers = rows[rows["sounded"]], rows[rows["kind"] == ACKNOWLEDGES]
    key, at = np.unique(_key(sounded), return_index=True)
    first = sounded[at]
    answered, when = np.unique(_key(answers), return_index=True)
    place = np.minimum(np.searchsorted(answered, key), max(len(answered) - 1, 0))
    known = answered[place] == key if len(answered) else np.zeros(len(key), bool)
    took = answers["time"][when][place[known]] - first["time"][known] if len(answered) else key[:0]
    return Acknowledged(first["priority"][known], np.maximum(took, 0), first["priority"][~known])


def _key(rows: Rows) -> Times:
    """One number for an occurrence of an alarm."""
    keys: Times = (rows["alarm"].astype(np.int64) << 32) + rows["event"]
    return keys
