"""One CJ/T 188 meter on a line."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from config.site import Device, Point, PointKind, Template
from drivers import bcd, layout
from drivers.cjt188.layouts import READING, SET_CLOCK, SETTLEMENT_DAY, VALVE, VALVE_OPEN, VALVE_SHUT, Quantity
from drivers.cjt188.meter import Meter
from drivers.cjt188.plan import As, Item, Read, Reader, plan, settled_read
from drivers.cjt188.schema import Connection, Control, Options, Source, place_of
from drivers.cjt188.units import NAMES, OWN
from drivers.driver import (
    Cadence,
    Decoder,
    Driver,
    LinkError,
    Scan,
    Surroundings,
    Value,
    WriteError,
)
from drivers.errors import Unanswered
from drivers.line import Line
from drivers.line_driver import LineDriver
from drivers.questions import Poll, Refused, asked
from drivers.readings import Readings, ReadingsDecoder
from drivers.records import Past, Span, recorded, settlement

_CLOCK = layout.fields("CCYYMMDDhhmmss")[0]


class MeterDecoder(ReadingsDecoder):
    """What devices of one template share: where their points stand."""

    def __init__(self, template: Template) -> None:
        assert isinstance(template.options, Options)
        self.options = template.options
        self.points = len(template.points)
        self.texts = [at for at, point in enumerate(template.points) if point.kind is PointKind.TEXT]
        self.sources: list[Source] = []
        self.items: list[Item] = []
        self.every_s: list[float] = []
        self.quantities: list[Quantity | None] = []
        for column, point in enumerate(template.points):
            source = point.source
            assert isinstance(source, Source)
            self.sources.append(source)
            if source.control is not Control.CLOCK:
                self.items.append(_item(column, point, source, template.options))
                self.every_s.append(source.every_s)
                self.quantities.append(source.quantity)


def _item(column: int, point: Point, source: Source, options: Options) -> Item:
    place = place_of(source, options)
    target = None
    if place.dimension is not None:
        named = NAMES.get(point.unit)
        target = named if named is not None and named.dimension is place.dimension else OWN[place.dimension]
    bit, bits, read_as = source.bit, source.bits, As.VALUE
    if source.control is Control.VALVE or source.quantity is Quantity.VALVE:
        read_as = As.VALVE
    elif source.quantity is Quantity.CLOCK_DRIFT:
        read_as = As.DRIFT
    elif source.quantity is Quantity.BATTERY_LOW:
        bit = 2
    elif point.kind is PointKind.TEXT:
        read_as = As.TEXT
    return Item(column, place, target, NAMES.get(source.assumed_unit), bit, bits, read_as)


@dataclass(slots=True)
class MeterRecorder:
    """The settlements of the last twelve months: one amount each, D120 to D12B."""

    span: Span
    most: int
    meter: Meter
    settled: Read
    points: int
    texts: Sequence[int]
    retries: int
    day: int = 1

    async def begin(self) -> None:
        try:
            self.day = bcd.number((await asked(self.meter, SETTLEMENT_DAY, self.retries))[:1])
        except (Refused, ValueError, IndexError):
            self.day = 1
        self.day = self.day if 1 <= self.day <= 28 else 1

    async def time_s(self, back: int, now: datetime) -> float | None:
        return settlement(now, [(self.day, 0)], back).timestamp()

    async def read(self, back: int) -> Readings | None:
        read = Read(self.settled.identifier + back - 1, self.settled.items, self.settled.reader)
        return await recorded(self.meter, [read], self.points, self.texts, self.retries)


class Cjt188Driver(LineDriver):
    follows = True

    def __init__(
        self, device: Device, cadence: Cadence, decoder: MeterDecoder, surroundings: Surroundings
    ) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, Connection)
        self._connection = device.connection
        self._decoder = decoder
        self._options = options = decoder.options
        reader = Reader(options.utc_offset_s, options.unit_first, surroundings.wall_ns)
        self._reads = plan(decoder.items, decoder.every_s, reader)
        self._settled = (
            settled_read(decoder.items, decoder.quantities, reader) if options.past_months else None
        )
        self._poll = Poll(self._reads, decoder.points, decoder.texts, options.retries, surroundings.clock)
        self._meter: Meter | None = None
        self._past: Past | None = None
        self._known_s = -math.inf

    async def probe(self, line: Line) -> None:
        options, connection = self._options, self._connection
        self._meter = meter = Meter(
            line,
            self.device.id,
            connection.type if connection.type is not None else options.kind.type,
            connection.address,
            self.device.template.timeout_s,
            options.wake,
            options.identifier_order == "low-first",
            options.match_serial,
        )
        self._poll.reset()
        if self._settled is not None:
            points, texts, most = self._decoder.points, self._decoder.texts, options.past_months
            recorder = MeterRecorder(
                Span.MONTHS, most, meter, self._settled, points, texts, options.retries
            )  # fmt: skip
            self._past = Past(recorder, options.utc_offset_s)
            self._past.known_s = self._known_s
        await self._greet(meter)

    async def turn(self) -> Iterable[Scan]:
        meter = self._reached()
        await self._poll.run(meter)
        self.lives()
        now_ns = self.surroundings.wall_ns()
        scans: list[Scan] = []
        if self._past is not None:
            scans += await self._past.turn(self._local(now_ns))
            self._known_s = self._past.known_s
        return *scans, Scan(now_ns, self._poll.readings())

    async def write(self, point: int, value: Value) -> None:
        control = self._decoder.sources[point].control
        name = f"{self.device.id}/{self.device.template.points[point].id}"
        if control is None:
            raise WriteError(
                f"{name}：该测点不能下发命令；其 source 没有 control",
                f"{name}: nothing can be commanded there; its source has no control",
            )
        if value not in (0, 1):
            raise WriteError(
                f"{name}：control {control} 只接受 0 或 1，不接受 {value}",
                f"{name}: control {control} takes 0 or 1, not {value}",
            )
        meter = self._reached()
        where = f"{name} ({control}) := {value}"
        match control:
            case Control.VALVE:
                await meter.write(VALVE, bytes([VALVE_OPEN if value else VALVE_SHUT]), where)
            case Control.CLOCK if value:
                await meter.write(
                    SET_CLOCK, layout.timed(_CLOCK, self._local(self.surroundings.wall_ns())), where
                )
            case Control.CLOCK:
                raise WriteError(
                    f"{where}：写入 1 即校时，不能撤销",
                    f"{where}: the time is set by writing 1; there is nothing to take back",
                )
        self._poll.soon(point)

    def state(self) -> Mapping[str, float]:
        """How far the settlements of the meter have been handed on."""
        return {Span.MONTHS: self._known_s} if math.isfinite(self._known_s) else {}

    def restore(self, state: Mapping[str, float]) -> None:
        self._known_s = state.get(Span.MONTHS, -math.inf)

    # Inside

    def _reached(self) -> Meter:
        """Raises LinkError."""
        if self._meter is None or self._meter.line is not self.line:
            raise LinkError(
                f"{self.device.id} 尚未连上；没有发送",
                f"{self.device.id} was not reached yet; nothing was sent",
            )
        return self._meter

    def _local(self, wall_ns: int) -> datetime:
        return datetime.fromtimestamp(wall_ns / 1e9 + self._options.utc_offset_s, UTC)

    async def _greet(self, meter: Meter) -> None:
        """The line may stand and the meter be dead; it may also name data the other way round."""
        identifier = self._reads[0].identifier if self._reads else READING
        learns = self._options.identifier_order == "learn"
        failure: LinkError | None = None
        for low_first in (False, True) if learns else (meter.low_first,):
            meter.low_first = low_first
            try:
                await meter.read(identifier)
            except Refused as error:
                failure = LinkError(error.why.zh, error.why.en) if learns else None
            except Unanswered as error:
                failure = failure or error
            else:
                return
        if failure is not None:
            raise failure


class Cjt188:
    """The protocol as the composition root knows it."""

    name = "cjt188"

    def decoder(self, template: Template) -> Decoder:
        return MeterDecoder(template)

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        assert isinstance(decoder, MeterDecoder)
        return Cjt188Driver(device, cadence, decoder, surroundings)
