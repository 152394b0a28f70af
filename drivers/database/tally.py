"""What one device has made of its rows: newest values, counts, sums; and which rows it knows already."""

import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from drivers.database.marks import NO_MARK
from drivers.database.plan import Plan, Row
from drivers.database.schema import Fact
from drivers.driver import Quality, Scan
from drivers.readings import Readings

LATE_NS = 10_000_000_000
"""A newest row older than this is of now for the screens, and of its own time for the history."""
AHEAD_NS = 1_000_000_000
MOST_KNOWN = 100_000
"""Rows that are remembered at most, however many lie within the overlap."""


class Known(NamedTuple):
    mark: float
    fingerprint: int


class Tally:
    """Of one device. Rows come in the order of their watermark; those it knows already change nothing."""

    __slots__ = (
        "_came_ns", "_floor_ns", "_known", "_live_ns", "_newest", "_past", "_plan", "_qualities", "_settled",
        "_state", "_taken_ns", "_texts", "_time_ns", "_totals", "_values", "absent", "began", "position",
        "restarts", "writable",
    )  # fmt: skip

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        points = len(plan.points)
        self.position = NO_MARK
        """Everything up to here has been seen, but for what comes late."""
        self.began = False
        """Whether it has been read before, perhaps by an earlier process."""
        self.restarts = 0
        self.writable = math.nan
        self.absent: frozenset[str] = frozenset()
        """Columns that the table does not have."""
        self._values = [math.nan] * points
        self._qualities = [int(Quality.BAD_NOT_READ)] * points
        self._texts = dict.fromkeys(sorted(plan.texts), "")
        self._totals = {at: 0.0 for at, point in enumerate(plan.points) if point.kind in ("count", "sum")}
        self._known: dict[int, Known] = {}
        self._settled = self._newest = NO_MARK
        self._time_ns: int | None = None
        """Of the newest row that is shown."""
        self._taken_ns: int | None = None
        """Of the newest row that was taken."""
        self._came_ns = 0
        self._live_ns = 0
        self._floor_ns: int | None = None
        self._past: list[Scan] = []
        self._state: Mapping[str, float] | None = None
        """As it was told; None once it is another."""

    @property
    def low(self) -> float:
        """Rows from here on are wanted."""
        return self.position - self._plan.options.overlap

    def show(self, row: Row, now_ns: int) -> None:
        """The newest row of all is how the device is now."""
        self._newest, self._came_ns = row.mark, now_ns
        self._time_ns = row.time_ns if row.time_ns is not None else self._time_ns
        for at, point in enumerate(self._plan.points):
            if point.kind == "value" and point.concerns(row.cells):
                value, self._qualities[at] = point.value(row.cells)
                if isinstance(value, str):
                    self._texts[at] = value
                else:
                    self._values[at] = value

    def settle(self, position: float) -> None:
        """What there is up to `position` is old: it is remembered and does not count."""
        self.position = self._settled = position
        self._state = None

    def take(self, rows: Iterable[Row], now_ns: int) -> None:
        for row in rows:
            if row.mark < self.low:
                continue
            identity = self._plan.identity(row)
            before = self._known.pop(identity, None)
            if before is not None and before.mark >= row.mark:
                self._known[identity] = before
                continue
            self._known[identity] = Known(row.mark, self._plan.fingerprint(row))
            self._state = None
            if row.mark > self._settled and self._was_before(row):
                continue
            if row.mark >= self.position and row.time_ns is not None:
                self._taken_ns = row.time_ns
            if row.mark <= self._settled:
                continue
            if before is None:
                self._count(row)
            if row.mark >= self._newest:
                self.show(row, now_ns)
            if before is None and row.time_ns is not None:
                self._past.append(Scan(min(row.time_ns, now_ns), self._alone(row), past=True))

    def glimpse(self, rows: Iterable[Row], now_ns: int) -> None:
        """What the newest rows show while those before them are yet to be taken."""
        for row in rows:
            if row.mark >= self._newest:
                self.show(row, now_ns)

    def advance(self, position: float) -> None:
        """Every row up to `position` was among those taken."""
        if position < self.position:
            return  # they were another's backlog
        if position > self.position or not self.began:
            self._state = None
        self.began = True
        self.position = position
        self._settled = NO_MARK
        surplus = max(len(self._known) - self._plan.options.remember, 0)
        for identity, known in list(islice(self._known.items(), surplus)):
            if known.mark >= self.low and len(self._known) <= MOST_KNOWN:
                break
            del self._known[identity]
            self._state = None

    def knows(self, row: Row) -> bool:
        """Whether this very row, unchanged, was taken before."""
        known = self._known.get(self._plan.identity(row))
        return known is not None and known.fingerprint == self._plan.fingerprint(row)

    def restart(self, position: float) -> None:
        """The watermark went back: go on from `position`, up to which the rows are those that were there."""
        self.restarts += 1
        self._newest = position
        self.settle(position)
        if position == NO_MARK:
            self._floor_ns = self._taken_ns
        for identity, known in list(self._known.items()):
            if known.mark > position:  # its number will be another's; a key stays its own
                del self._known[identity]
                if self._plan.options.key:
                    self._known[identity] = known._replace(mark=position)

    def scans(self, now_ns: int) -> Iterator[Scan]:
        """What was recorded since, in the order of its time, then how everything is now."""
        past, self._past = self._past, []
        live = self._now(now_ns)
        past.sort(key=lambda scan: scan.time_ns)
        if past and past[-1].time_ns == live.time_ns:
            del past[-1]
        yield from past
        yield live

    # -- across restarts of the process

    def state(self) -> Mapping[str, float]:
        """The very same as long as it has not changed."""
        if self._state is None:
            self._state = self._new_state()
        return self._state

    def _new_state(self) -> Mapping[str, float]:
        kept = {f"total.{self._plan.points[at].id}": total for at, total in self._totals.items()}
        kept["restarts"] = float(self.restarts)
        kept["table"] = self._plan.table
        if self.began:
            kept["began"] = 1.0
            kept["time"] = float((self._taken_ns or 0) // 1_000_000)
            if self.position != NO_MARK:
                kept["position"] = self.position
        for identity, known in self._known.items():
            kept[f"known.{identity:x}.{known.fingerprint:x}"] = known.mark
        return kept

    def restore(self, state: Mapping[str, float]) -> None:
        self._state = None
        self.restarts = int(state.get("restarts", 0))
        for at in self._totals:
            self._totals[at] = state.get(f"total.{self._plan.points[at].id}", 0.0)
        if state.get("table") != self._plan.table:
            return  # where it stood in another table means nothing in this one
        self.began = "began" in state
        self.position = state.get("position", NO_MARK)
        self._time_ns = self._taken_ns = int(state.get("time", 0)) * 1_000_000 or None
        for key, mark in state.items():
            if key.startswith("known."):
                _, identity, fingerprint = key.split(".")
                self._known[int(identity, 16)] = Known(mark, int(fingerprint, 16))

    # -- rows

    def _was_before(self, row: Row) -> bool:
        """After a new beginning rows are old up to the first that is later than all that were seen."""
        if self._floor_ns is None or row.time_ns is None:
            return False
        if row.time_ns > self._floor_ns:
            self._floor_ns = None
            return False
        return True

    def _count(self, row: Row) -> None:
        for at in self._totals:
            point = self._plan.points[at]
            if point.concerns(row.cells):
                value = 1.0 if point.kind == "count" else point.value(row.cells)[0]
                if isinstance(value, float) and math.isfinite(value):
                    self._totals[at] += value

    # -- scans

    def _now(self, now_ns: int) -> Scan:
        time_ns = now_ns
        if self._time_ns is not None and now_ns - LATE_NS <= self._time_ns <= now_ns + AHEAD_NS:
            time_ns = self._time_ns
        if time_ns <= self._live_ns:
            time_ns = now_ns
        self._live_ns = time_ns
        values, qualities = list(self._values), list(self._qualities)
        stale_s = self._plan.options.stale_s
        age_s = (now_ns - (self._time_ns or self._came_ns)) / 1e9 if self._newest != NO_MARK else math.inf
        for at, point in enumerate(self._plan.points):
            if at in self._totals:
                values[at], qualities[at] = self._totals[at], Quality.GOOD
            elif point.fact is not None:
                values[at], qualities[at] = self._fact(point.fact, age_s)
            elif stale_s and age_s > stale_s and qualities[at] == Quality.GOOD:
                qualities[at] = Quality.UNCERTAIN_STALE
            if not self.absent.isdisjoint(point.columns):
                values[at], qualities[at] = math.nan, Quality.BAD_ADDRESS
        return Scan(time_ns, Readings(values, qualities, dict(self._texts)))

    def _fact(self, fact: Fact, age_s: float) -> tuple[float, int]:
        facts = {Fact.RESTARTS: self.restarts, Fact.WRITABLE: self.writable, Fact.AGE: age_s}
        value = facts[fact]
        return (value, Quality.GOOD) if math.isfinite(value) else (math.nan, Quality.BAD_NOT_READ)

    def _alone(self, row: Row) -> Readings:
        """One row of its own time, with the totals as they were after it."""
        values = [math.nan] * len(self._values)
        qualities = [int(Quality.BAD_NOT_READ)] * len(values)
        texts = dict.fromkeys(self._texts, "")
        for at, point in enumerate(self._plan.points):
            if point.kind == "fact" or not point.concerns(row.cells):
                continue
            if at in self._totals:
                values[at], qualities[at] = self._totals[at], Quality.GOOD
                continue
            value, qualities[at] = point.value(row.cells)
            if isinstance(value, str):
                texts[at] = value
            else:
                values[at] = value
        return Readings(values, qualities, texts)
