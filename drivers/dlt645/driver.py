"""One DL/T 645 meter on a line."""

import math
from collections.abc import Iterable, Mapping
from datetime import timedelta

from config.problems import Unfit
from config.secrets import SecretError
from config.site import Device, PointKind, Template
from drivers.dlt645 import clock, commands
from drivers.dlt645.edition import Edition
from drivers.dlt645.load_profile import LoadCurve, LoadProfile, profile_reads
from drivers.dlt645.meter import Meter
from drivers.dlt645.plan import Item, Read, plan
from drivers.dlt645.recorder import MeterRecorder, record_reads
from drivers.dlt645.schema import Connection, Control, Options, Source, format_of, identifier_of
from drivers.driver import (
    Cadence,
    Decoder,
    Driver,
    LinkError,
    Quality,
    Scan,
    Surroundings,
    Value,
    WriteError,
)
from drivers.errors import Unanswered
from drivers.layout import Field, encoded, fields
from drivers.line import Line
from drivers.line_driver import LineDriver
from drivers.questions import Poll, Refused
from drivers.readings import ReadingsDecoder
from drivers.records import Past, Span

STATUS_3 = 0x04000503
"""The status word of relay and alarm; its bit 4 is set while the relay is open, its bit 7 before a trip."""
_SHOWN = {Control.RELAY: (4, True), Control.ALARM: (7, False)}
_MOMENTARY = frozenset({Control.CLOCK, Control.FREEZE, Control.CLEAR_DEMAND, Control.CLEAR_EVENTS})


class MeterDecoder(ReadingsDecoder):
    """What devices of one template share: where their points stand, and the questions that bring them."""

    def __init__(self, template: Template) -> None:
        assert isinstance(template.options, Options)
        self.options = options = template.options
        self.edition: Edition = options.tables
        self.points = len(template.points)
        self.texts = [at for at, point in enumerate(template.points) if point.kind is PointKind.TEXT]
        self.sources: list[Source] = []
        self.drifts: list[int] = []
        self.items: list[Item] = []
        every_s: list[float] = []
        for column, point in enumerate(template.points):
            source = point.source
            assert isinstance(source, Source)
            self.sources.append(source)
            if source.quantity == "clock-drift":
                self.drifts.append(column)
            elif source.control is None or source.control.is_told:
                self.items.append(self._item(column, source, text=point.kind is PointKind.TEXT))
                every_s.append(source.every_s)
        offset_s = options.utc_offset_s
        self.reads = plan(self.items, every_s, self.edition, offset_s, blocks=options.blocks)
        spans = {
            Span.MONTHS: options.past_months,
            Span.DAYS: options.past_days,
            Span.HOURS: options.past_hours,
        }
        self.records: dict[Span, tuple[int, tuple[Read, ...]]] = {}
        """How many records are wanted, and the questions for the newest of them."""
        for span, most in spans.items():
            reads = record_reads(self.items, self.edition, span, offset_s) if most else ()
            if reads:
                self.records[span] = most, reads
        self.profile = profile_reads(self.items, self.edition, offset_s) if options.load_hours else ()
        """The classes of its load profile."""

    def _item(self, column: int, source: Source, *, text: bool) -> Item:
        if source.control is not None:
            bit, inverted = _SHOWN[source.control]
            return Item(column, STATUS_3, "BBBB", bit=bit, inverted=inverted)
        form = format_of(source, self.edition)
        assert form is not None
        at = identifier_of(source, self.edition)
        return Item(column, at, form, source.field, source.bit, source.bits, text=text)


class Dlt645Driver(LineDriver):
    follows = True

    def __init__(
        self, device: Device, cadence: Cadence, decoder: MeterDecoder, surroundings: Surroundings
    ) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, Connection)
        self._connection = device.connection
        self._decoder = decoder
        self._options = options = decoder.options
        points, texts = decoder.points, decoder.texts
        self._poll = Poll(decoder.reads, points, texts, options.retries, surroundings.clock)
        self._drift_due_s = -math.inf
        self._meter: Meter | None = None
        self._known_s: dict[str, float] = {}
        self._pasts: list[Past | LoadProfile] = []

    async def probe(self, line: Line) -> None:
        self._meter = meter = self._on(line)
        self._poll.reset()
        self._drift_due_s = -math.inf
        self._pasts = [self._past(meter, span) for span in self._decoder.records]
        self._pasts.append(LoadProfile([self._curve(meter, read) for read in self._decoder.profile]))
        await self._greet(meter)

    async def turn(self) -> Iterable[Scan]:
        meter = self._reached()
        await self._poll.run(meter)
        await self._look_at_clock(meter)
        self.lives()
        now_ns = self.surroundings.wall_ns()
        scans: list[Scan] = []
        for past in self._pasts:
            scans += await past.turn(clock.local(now_ns, self._options.utc_offset_s))
        for past in self._pasts:
            self._known_s |= past.known
        return *sorted(scans, key=lambda scan: scan.time_ns), Scan(now_ns, self._poll.readings())

    async def write(self, point: int, value: Value) -> None:
        source = self._decoder.sources[point]
        name = f"{self.device.id}/{self.device.template.points[point].id}"
        where = f"{name} ({source.control or source.quantity or source.id}) := {value}"
        meter = self._reached()
        try:
            if source.control is not None:
                await self._command(meter, source.control, on=bool(float(value)), where=where)
            else:
                await self._set(meter, source, value, where)
        except Unfit as error:
            raise WriteError(f"{where}：{error.zh}", f"{where}: {error}") from error
        except ValueError as error:
            raise WriteError(f"{where}：值不适用：{error}", f"{where}: {error}") from error
        self._poll.soon(point)

    def state(self) -> Mapping[str, float]:
        """How far the records of the meter have been handed on."""
        return dict(self._known_s)

    def restore(self, state: Mapping[str, float]) -> None:
        self._known_s = dict(state)

    # Inside

    def _reached(self) -> Meter:
        """Raises LinkError."""
        if self._meter is None or self._meter.line is not self.line:
            raise LinkError(
                f"{self.device.id} 尚未连上；没有发送",
                f"{self.device.id} was not reached yet; nothing was sent",
            )
        return self._meter

    def _past(self, meter: Meter, span: Span) -> Past:
        most, reads = self._decoder.records[span]
        points, texts, options = self._decoder.points, self._decoder.texts, self._options
        past = Past(
            MeterRecorder(span, most, meter, reads, points, texts, options.retries), options.utc_offset_s
        )
        past.known_s = self._known_s.get(span, -math.inf)
        return past

    def _curve(self, meter: Meter, read: Read) -> LoadCurve:
        decoder, options = self._decoder, self._options
        most_s = options.load_hours * 3600.0
        curve = LoadCurve(meter, read, most_s, decoder.points, decoder.texts, options.retries)
        curve.known_s = self._known_s.get(curve.name, -math.inf)
        return curve

    def _on(self, line: Line) -> Meter:
        return Meter(
            line,
            self.device.id,
            self._connection.address,
            self._decoder.edition,
            self.device.template.timeout_s,
            self._options.wake,
            self._options.identifier_order == "reversed",
        )

    async def _greet(self, meter: Meter) -> None:
        """The line may stand and the meter be dead; it may also name data the other way round."""
        named = [read.identifier for read in self._decoder.reads] or [meter.edition.date_and_time[0]]
        learns = self._options.identifier_order == "learn"
        if not learns:
            try:
                await _answers(meter, named[0])
            except Unanswered:
                if not await _answers(meter, meter.edition.date_and_time[0]):
                    raise
            return
        telling = next((one for one in named if meter.named(one) != meter.named(one)[::-1]), named[0])
        failure: LinkError | None = None
        for meter.reversed in (False, True):
            try:
                if await _answers(meter, telling):
                    return
            except Unanswered as error:
                failure = failure or error
        meter.reversed = False
        if failure is not None:
            raise failure

    async def _look_at_clock(self, meter: Meter) -> None:
        columns, now_s = self._decoder.drifts, self.surroundings.clock()
        if not columns or now_s < self._drift_due_s:
            return
        options = self._options
        self._drift_due_s = now_s + min(self._decoder.sources[column].every_s for column in columns)
        try:
            ahead_s = await clock.drift_s(
                meter, self.surroundings.wall_ns, options.utc_offset_s, options.retries
            )
        except Refused:
            found = math.nan, "", int(Quality.BAD_ADDRESS)
        except ValueError:
            found = math.nan, "", int(Quality.BAD_SENSOR_FAULT)
        else:
            found = round(ahead_s, 1), "", int(Quality.GOOD)
        for column in columns:
            self._poll.put(column, found)

    async def _command(self, meter: Meter, control: Control, *, on: bool, where: str) -> None:
        options, now_ns = self._options, self.surroundings.wall_ns
        if control in _MOMENTARY and not on:
            raise Unfit(
                f"{control} 写入 1 即执行，不能撤销",
                f"{control} is done by writing 1; there is nothing to take back",
            )
        codes = meter.edition.functions
        match control:
            case Control.CLOCK:
                await clock.tell_time(meter, now_ns, options.utc_offset_s)
                self._drift_due_s = -math.inf
            case Control.FREEZE:
                await meter.command(codes["FREEZE"], commands.AT_ONCE, where)
            case Control.CLEAR_DEMAND:
                await meter.command(codes["CLEAR_DEMAND"], self._authority(), where)
            case Control.CLEAR_EVENTS:
                await meter.command(codes["CLEAR_EVENTS"], self._authority() + commands.EVERY_EVENT, where)
            case _:
                until = clock.local(now_ns(), options.utc_offset_s) + timedelta(
                    seconds=options.command_valid_s
                )
                code = commands.control_code(control, on=on, direct_close=options.direct_close)
                data = commands.control_data(self._authority(), code, until)
                await meter.command(codes["CONTROL"], data, where)

    async def _set(self, meter: Meter, source: Source, value: Value, where: str) -> None:
        form = format_of(source, meter.edition)
        assert form is not None
        found = fields(form)
        if len(found) > 1 or source.bit is not None:
            raise Unfit(
                f"格式 {form} 中的一个字段不能单独写入",
                f"one field of {form} cannot be written without the others",
            )
        identifier = identifier_of(source, meter.edition)
        data = meter.named(identifier) + self._authority() + _fitted(found[0], form, value)
        await meter.command(meter.edition.functions.WRITE, data, where)

    def _authority(self) -> bytes:
        """Raises LinkError where there is no password: nothing is sent."""
        connection = self._connection
        if not connection.password:
            raise Unfit(
                "连接未配置口令（password）；没有发送", "the connection names no password; nothing was sent"
            )
        try:
            password = self.surroundings.secret(connection.password).reveal()
        except SecretError as error:
            raise LinkError(
                f"{self.device.id}：{error.why.zh}；没有发送", f"{self.device.id}: {error}; nothing was sent"
            ) from error
        operator = connection.operator if self._decoder.edition.identifier_size == 4 else ""
        return commands.authority(connection.password_level, password, operator)


def _fitted(field: Field, form: str, value: Value) -> bytes:
    """Raises Unfit."""
    try:
        return encoded(field, value)
    except ValueError as error:
        raise Unfit(f"值超出格式 {form} 的范围，或不合该格式", str(error)) from error


async def _answers(meter: Meter, identifier: int) -> bool:
    """Whether it tells; a refusal shows only that it lives. Raises LinkError."""
    try:
        await meter.read(identifier)
    except Refused:
        return False
    return True


class Dlt645:
    """The protocol as the composition root knows it."""

    name = "dlt645"

    def decoder(self, template: Template) -> Decoder:
        return MeterDecoder(template)

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        assert isinstance(decoder, MeterDecoder)
        return Dlt645Driver(device, cadence, decoder, surroundings)
