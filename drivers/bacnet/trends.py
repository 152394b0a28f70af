"""Trend logs: what a device has recorded itself, brought over record by record, each once."""

import math
from collections.abc import Callable, Iterator, Mapping

from drivers.bacnet import reports
from drivers.bacnet.apdu import Confirmed, Kind
from drivers.bacnet.clock import DeviceClock
from drivers.bacnet.layout import Layout
from drivers.bacnet.names import PROPERTIES
from drivers.bacnet.reports import FAILURE, STATUS, TIME_CHANGE, Record
from drivers.bacnet.services import Ref, Refusal
from drivers.bacnet.session import Session
from drivers.bacnet.tags import Malformed, ObjectId
from drivers.bacnet.values import quality, shown
from drivers.driver import BAD, Quality, Scan, Value
from drivers.readings import Readings

LOG_BUFFER = PROPERTIES["log-buffer"]
RECORD_COUNT = PROPERTIES["record-count"]
TOTAL_RECORD_COUNT = PROPERTIES["total-record-count"]
_RECORD_BYTES = 40
_HEADER = 40
_DISABLED, _INTERRUPTED = 0, 2
"""Bits of a status record."""


class Trends:
    """The logs of one device. `upload` goes on where the last one ended, also after a restart."""

    def __init__(
        self,
        layout: Layout,
        device_clock: DeviceClock,
        clock: Callable[[], float],
        wall_ns: Callable[[], int],
    ) -> None:
        self.newest: dict[ObjectId, tuple[Value, int]] = {}
        """The last value of each log with its quality."""
        self._layout = layout
        self._device_clock = device_clock
        self._clock = clock
        self._wall_ns = wall_ns
        self._last: dict[ObjectId, int] = {}
        self._due_s = dict.fromkeys(layout.logs, 0.0)

    def state(self) -> Mapping[str, float]:
        """The last sequence number brought, by log."""
        return {f"{log.type},{log.instance}": float(last) for log, last in self._last.items()}

    def restore(self, state: Mapping[str, float]) -> None:
        for log in self._layout.logs:
            last = state.get(f"{log.type},{log.instance}", math.nan)
            if math.isfinite(last):
                self._last[log] = int(last)

    def ready(self, log: ObjectId) -> None:
        """The device says that there is much to bring."""
        if log in self._due_s:
            self._due_s[log] = 0.0

    async def upload(self, session: Session, until_s: float) -> list[Scan]:
        """What is new in the logs that are due, the oldest first, as far as it goes until `until_s` of the
        clock, but at least one request. Raises LinkError; then it is all brought again."""
        before = dict(self._last)
        try:
            return await self._upload(session, until_s)
        except BaseException:
            self._last = before
            self._due_s = dict.fromkeys(self._due_s, 0.0)
            raise

    async def _upload(self, session: Session, until_s: float) -> list[Scan]:
        brought: list[Scan] = []
        for log in [log for log, due_s in self._due_s.items() if due_s <= self._clock()]:
            await self._device_clock.look(session)
            while True:
                scans, is_all = await self._some(session, log)
                brought += scans
                if is_all:
                    self._due_s[log] = self._clock() + self._layout.options.log_period_s
                    break
                if self._clock() >= until_s:
                    return brought
        return brought

    async def _some(self, session: Session, log: ObjectId) -> tuple[list[Scan], bool]:
        """One request's worth of a log, and whether it is all there is."""
        counts = await session.read([Ref(log, TOTAL_RECORD_COUNT), Ref(log, RECORD_COUNT)])
        found = [
            answer[0].value if not isinstance(answer, Refusal) and len(answer) == 1 else None
            for answer in counts.values()
        ]
        total, held = found
        if not isinstance(total, int) or not isinstance(held, int):
            return [], True  # no such log: asked for again with the next period
        last = self._last.get(log, 0)
        if last > total:  # cleared, or counted through 32 bits
            last = 0
        first = max(last, total - held) + 1
        if first > total:
            self._last[log] = total
            return [], True
        ref = Ref(log, LOG_BUFFER)
        count = max(1, min((session.abilities.max_apdu - _HEADER) // _RECORD_BYTES, total - first + 1))
        pdu = await session.ask(Confirmed.READ_RANGE, reports.read_range(ref, first, count))
        if pdu.kind != Kind.COMPLEX_ACK:
            return [], True
        try:
            first, records = reports.range_read(pdu.payload, ref)
        except Malformed as error:
            raise session.nonsense(error) from error
        if not records or first <= last:
            return [], True
        self._last[log] = first + len(records) - 1
        scans = [scan for record in records for scan in self._scans(log, record)]
        return scans, self._last[log] >= total

    def _scans(self, log: ObjectId, record: Record) -> Iterator[Scan]:
        if record.kind == TIME_CHANGE:
            self._device_clock.forget()
            return
        time_ns = self._device_clock.utc_ns(record.stamp)
        if time_ns is None:
            return
        columns = self._layout.logs[log]
        values = [math.nan] * len(self._layout.places)
        told = [int(Quality.BAD_NOT_READ)] * len(self._layout.places)
        texts = dict.fromkeys(self._layout.texts, "")
        for column in columns:
            value, quality_ = self._value(record, column)
            if quality_ is None:
                return
            told[column] = int(quality_)
            if column in texts:
                texts[column] = str(value)
            elif quality_ < BAD:
                values[column] = float(value)
            if self._layout.places[column].is_log:
                self.newest[log] = value, int(quality_)
        yield Scan(time_ns, Readings(values, told, texts), past=True)

    def _value(self, record: Record, column: int) -> tuple[Value, Quality | None]:
        """None where a record says nothing of the value."""
        if record.kind == FAILURE:
            return math.nan, Quality.BAD_COMM_LOSS
        if record.kind == STATUS:
            told = record.datum.value if isinstance(record.datum.value, tuple) else ()
            # from here on nothing is recorded; that older records are gone is no news of the value
            stopped = any(bit is True for at, bit in enumerate(told) if at in (_DISABLED, _INTERRUPTED))
            return math.nan, Quality.BAD_STALE if stopped else None
        value, by_value = shown([record.datum], self._layout.places[column].form)
        return value, max(by_value, quality(record.flags, 0))
