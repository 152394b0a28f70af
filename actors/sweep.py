"""Judges the scans of one table as a matrix: decode, scale, quality, conditions; then hands on what is new.

One actor per table, on the dispatcher. Device actors hear only of what changes for them. Should a batch
raise, its rows are judged one by one, so that a device whose data or profile is broken fails alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from actors import kept
from actors.actor import Actor
from actors.condition_plan import compile_rules
from actors.condition_set import conditions_read, load, messages, stored
from actors.condition_state import ConditionState
from actors.conditions import Changes, evaluate
from actors.dispatcher import Dispatcher
from actors.gather import Gathered
from actors.history_filter import HistoryFilter
from actors.life import Control, Listener
from actors.loop import Timer
from actors.matrices import Matrices
from actors.messages import Float64, Int64, Scans, UInt8
from actors.outlets import Outlets, Tell
from actors.quality import QualityState, Substitution, comm_loss, compile_quality, judge, measured
from actors.sweep_history import HistoryWriter
from actors.table import Table
from drivers.driver import BAD, Decoder, Quality, Scan

Rows = NDArray[np.intp]
Texts = tuple[tuple[int, tuple[str, ...]], ...]
Take = Callable[[Sequence[int], Sequence[Scan], int], None]
"""(rows, scans, received_ns) -> judged and handed on; raises what a defect of profile or data raises."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The link of this row is down: its values stay, marked bad."""

    row: int


@dataclass(frozen=True, slots=True)
class Watch:
    """Tell `observer` what (row, column) reads in every scan from now on, as `Observed` with this id."""

    id: str
    row: int
    column: int
    observer: Tell


@dataclass(frozen=True, slots=True)
class Unwatch:
    id: str


@dataclass(frozen=True, slots=True)
class Observed:
    """Answer to a `Watch`."""

    id: str
    value: float | str
    quality: int


@dataclass(frozen=True, slots=True)
class Broken:
    """A scan of this device cannot be decoded or judged: a defect of its profile or its data."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Substitute:
    """Show `value` instead of what is measured, marked as substituted."""

    row: int
    column: int
    value: float
    until_ns: int


@dataclass(frozen=True, slots=True)
class EndSubstitute:
    row: int
    column: int


@dataclass(frozen=True, slots=True)
class UseLimits:
    """Switch the devices of a subsystem to a limit set."""

    subsystem: str
    limit_set: str


@dataclass(frozen=True, slots=True)
class SayConditions:
    """Send the whole condition set of every device that was read."""


@dataclass(frozen=True, slots=True)
class SayEverything:
    """The configuration has another version in which this table is the same: say all anew under it."""


@dataclass(frozen=True, slots=True)
class Look(Control):
    """A delay has ended, or it is time to look for stale rows."""


class SweepActor(Actor):
    """Keeps the newest matrix of its table; other threads may read it through `reading`."""

    def __init__(
        self,
        name: str,
        supervisor: Listener | None,
        *,
        dispatcher: Dispatcher,
        table: Table,
        decoder: Decoder,
        matrices: Matrices,
        devices: Sequence[Tell],
        limit_sets: Mapping[str, str],
        outlets: Outlets,
    ) -> None:
        """`devices[row]` is told `Observed` and `Broken`; `limit_sets` are in force now, by subsystem."""
        super().__init__(name, supervisor, dispatcher=dispatcher)
        self._table = table
        self._decoder = decoder
        self._devices = devices
        self._limit_sets = limit_sets
        self._out = outlets
        self._ids = [device.id for device in table.devices]
        self._matrix = matrices.of(table)
        self._quality_plan = compile_quality(table.template)
        self._quality = QualityState(self._quality_plan, len(table.devices))
        self._plan = compile_rules(table.template)
        self._conditions = ConditionState(self._plan, len(table.devices))
        self._filter = HistoryFilter(table.template, len(table.devices))
        self._history = HistoryWriter(table, outlets.history)
        self._seen = np.zeros(len(table.devices))
        """Monotonic time of each row's last scan; 0 before the first, and while the row is lost."""
        self._said = np.zeros(len(table.devices), np.bool_)
        """Whether the whole condition set of a row was sent since the start."""
        self._watches: dict[str, Watch] = {}
        self._timer: Timer | None = None

    def setup(self) -> None:
        forgotten = load(self._plan, self._conditions, self._ids, conditions_of(self._out.recall))
        if forgotten:
            self._out.remember(dict.fromkeys(forgotten))
        for subsystem, limit_set in self._limit_sets.items():
            self._conditions.use_limit_set(self._plan, self._rows_of(subsystem), limit_set)
        for one in kept.substitutions(self._out.recall):
            row, column = self._table.row.get(one.device), self._table.template.index.get(one.point)
            if row is not None and column is not None:
                self._quality.substitutions[row, column] = Substitution(one.value, one.until_ns)
        self._history.define()
        self._wait()

    def handle(self, message: Any) -> None:
        match message:
            case Gathered(batches, received_ns):
                for batch in batches:
                    self._take(
                        self._record if batch.past else self._sweep, batch.rows, batch.scans, received_ns
                    )
                self._history.commit()
            case Look():
                self._look()
            case Lost(row):
                self._seen[row] = 0.0
                self._spoil(np.array([row], np.intp), Quality.BAD_COMM_LOSS)
            case Watch():
                self._watches[message.id] = message
            case Unwatch(id_):
                self._watches.pop(id_, None)
            case Substitute(row, column, value, until_ns):
                self._quality.substitutions[row, column] = Substitution(value, until_ns)
            case EndSubstitute(row, column):
                self._quality.substitutions.pop((row, column), None)
            case UseLimits(subsystem, limit_set):
                self._use_limits(subsystem, limit_set)
            case SayConditions():
                self._say(np.flatnonzero(self._said))
            case SayEverything():
                self._say_everything()
            case _:
                super().handle(message)

    def teardown(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    # -- scans

    def _take(self, take: Take, rows: Sequence[int], scans: Sequence[Scan], received_ns: int) -> None:
        try:
            take(rows, scans, received_ns)
        except Exception as error:  # noqa: BLE001  # a boundary: whichever device broke it, the others go on
            if len(rows) == 1:
                self._devices[rows[0]].tell(Broken(error))
                return
            for row, scan in zip(rows, scans, strict=True):
                self._take(take, (row,), (scan,), received_ns)

    def _record(self, rows: Sequence[int], scans: Sequence[Scan], received_ns: int) -> None:
        """What devices have recorded themselves: into the history, whatever is known since."""
        columns = self._decoder.decode([scan.raw for scan in scans])
        values, quality = measured(self._quality_plan, columns)
        self._history.write_past(
            np.array(rows, np.int32), np.array([scan.time_ns for scan in scans], np.int64), received_ns,
            values, quality, columns.texts,
        )  # fmt: skip
        self._history.keep(scans)

    def _sweep(self, rows: Sequence[int], scans: Sequence[Scan], received_ns: int) -> None:
        now = self._out.clock()
        at = np.array(rows, np.intp)
        time_ns = np.array([scan.time_ns for scan in scans], np.int64)
        columns = self._decoder.decode([scan.raw for scan in scans])
        values, quality = judge(self._quality_plan, self._quality, at, columns, now, self._out.wall_ns())
        changes = evaluate(self._plan, self._conditions, at, values, quality, time_ns, now)
        self._count(at, time_ns)
        self._seen[at] = now
        texts: Texts = tuple((column, tuple(each)) for column, each in columns.texts.items())
        self._hand_on(at, time_ns, received_ns, values, quality, texts)
        self._tell_changes(changes)
        fresh = at[~self._said[at] & (quality < BAD).any(axis=1)]
        if len(fresh):
            self._say(fresh)
        for watch in list(self._watches.values()):
            if watch.row in rows:
                self._observe(watch)
        self._history.keep(scans)
        self._wait()

    def _count(self, at: Rows, time_ns: Int64) -> None:
        counts = self._out.counts
        counts.scans += len(at)
        counts.points += len(at) * len(self._table.template.points)
        before = np.where(self._seen[at] > 0, self._matrix.time_ns[at], time_ns)
        counts.late += int(((time_ns - before) > 1.1e9 * self._table.period_s).sum())

    def _hand_on(
        self,
        at: Rows,
        time_ns: Int64,
        received_ns: int,
        values: Float64,
        quality: UInt8,
        texts: Texts,
    ) -> None:
        rows = at.astype(np.int32)
        scans = Scans(self._out.version, self._table.id, rows, time_ns, values, quality, texts)
        self._matrix.apply(scans)
        self._out.publish(f"scan/{self._table.id}/", scans)
        changed = self._filter.keep(at, values, quality, self._out.clock())
        self._history.write(rows, time_ns, received_ns, values, quality, changed)
        for column, each in texts:
            kept = self._filter.keep_texts(at, column, each, quality)
            self._history.write_texts(rows, time_ns, received_ns, column, each, quality, kept)

    def _tell_changes(self, changes: Changes) -> None:
        for change in messages(self._plan, changes, self._ids, self._out.version, self._conditions):
            key, body = stored(change)
            self._out.condition(change, {key: body})

    def _say(self, rows: Rows) -> None:
        for row in rows:
            self._said[row] = True
            whole = conditions_read(
                self._plan, self._conditions, int(row), self._ids[row], self._out.version,
                int(self._matrix.time_ns[row]), self._matrix.values[row], self._matrix.quality[row],
            )  # fmt: skip
            self._out.condition(whole, {})

    def _say_everything(self) -> None:
        if (whole := self._matrix.scans(self._table.id)) is not None:
            self._out.publish(f"scan/{self._table.id}/", whole)
        self._say(np.flatnonzero(self._said))

    def _observe(self, watch: Watch) -> None:
        texts = self._matrix.texts.get(watch.column)
        value = texts[watch.row] if texts is not None else float(self._matrix.values[watch.row, watch.column])
        watch.observer.tell(Observed(watch.id, value, int(self._matrix.quality[watch.row, watch.column])))

    # -- what time does

    def _wait(self) -> None:
        """Look again when the next delay ends, and at least once a period or second for stale rows."""
        wait_s = max(1.0, self._table.period_s)
        due = self._conditions.next_due() - self._out.clock()
        wait_s = max(0.0, min(wait_s, due))
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._out.loop.call_later(wait_s, partial(self.tell_self, Look()))

    def _look(self) -> None:
        now = self._out.clock()
        stale = (self._seen > 0) & (now - self._seen > self._table.devices[0].stale_s)
        if stale.any():
            rows = np.flatnonzero(stale)
            self._seen[rows] = 0.0
            self._spoil(rows, Quality.BAD_STALE)
        self._again(self._conditions.due_rows(now))
        self._wait()

    def _again(self, rows: Rows) -> None:
        """Judge the last scan of these rows once more."""
        if len(rows):
            matrix = self._matrix
            changes = evaluate(
                self._plan, self._conditions, rows, matrix.values[rows], matrix.quality[rows],
                matrix.time_ns[rows], self._out.clock(),
                # It is now that a delay has ended; the scan it began with may be long ago.
                changed_ns=self._out.wall_ns(),
            )  # fmt: skip
            self._tell_changes(changes)

    def _spoil(self, rows: Rows, quality: Quality) -> None:
        """The last values of these rows are no longer the plant's: keep them, marked bad."""
        rows = rows[self._matrix.time_ns[rows] > 0]
        if not len(rows):
            return
        wall_ns = self._out.wall_ns()
        values, spoiled = comm_loss(self._quality, rows, self._matrix.values[rows], wall_ns)
        if quality is not Quality.BAD_COMM_LOSS:
            spoiled[spoiled == Quality.BAD_COMM_LOSS] = quality
        self._hand_on(rows, np.full(len(rows), wall_ns, np.int64), wall_ns, values, spoiled, ())
        self._history.commit()
        self._again(rows)

    def _use_limits(self, subsystem: str, limit_set: str) -> None:
        rows = self._rows_of(subsystem)
        self._conditions.use_limit_set(self._plan, rows, limit_set)
        self._again(rows[self._matrix.time_ns[rows] > 0])
        self._wait()

    def _rows_of(self, subsystem: str) -> Rows:
        rows = [at for at, device in enumerate(self._table.devices) if device.subsystem == subsystem]
        return np.array(rows, np.intp)


def conditions_of(recall: Mapping[str, bytes]) -> dict[str, bytes]:
    """The stored conditions among everything a field process remembers: their keys begin with a device id."""
    return {key: body for key, body in recall.items() if not key.startswith("~")}
