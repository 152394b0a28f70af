"""Modbus: one device behind a link or on a line.

The cadence calls `_due`, which sends; the poll collects the answers; only the finished scan wakes the
task that iterates `scans`.
"""

import asyncio
from collections.abc import AsyncIterator

from config.site import Device, Template
from drivers.backoff import Backoff
from drivers.cadence import Turn
from drivers.driver import (
    Cadence,
    Decoder,
    Driver,
    LinkError,
    Scan,
    Surroundings,
    Value,
    WriteError,
    WriteUnknown,
)
from drivers.modbus import mbap
from drivers.modbus.decoding import RawScan, RegisterDecoder
from drivers.modbus.encoding import write_request
from drivers.modbus.poll import Poll, read_frame, unusable
from drivers.modbus.reach import let_go, reach
from drivers.modbus.registers import Block
from drivers.modbus.request import Channel, Question, WriteQuestion
from drivers.modbus.schema import Connection, Options, Source, register_of

PERHAPS_OBEYED = frozenset({5, 11})
"""Exception answers to a write that leave its outcome open: still working, gateway got no answer."""


class Silence(LinkError):
    """A read was not answered."""


class ModbusDriver:
    """One unit. `connect` waits as long as the link's and the unit's back-off say: just call it again."""

    def __init__(
        self, device: Device, cadence: Cadence, decoder: RegisterDecoder, surroundings: Surroundings
    ) -> None:
        assert isinstance(device.connection, Connection)
        assert isinstance(device.template.options, Options)
        self._device = device
        self._connection = device.connection
        self._options = device.template.options
        self._timeout_s = device.template.timeout_s
        self._cadence = cadence
        self._decoder = decoder
        self._surroundings = surroundings
        self._backoff = Backoff()
        self._link: Channel | None = None
        self._poll = Poll(
            self._connection.unit, self._timeout_s, decoder, surroundings.clock, self._done, self._lost
        )
        self._turn: Turn | None = None
        self._again = False
        self._missed = 0
        self._ready: Scan | LinkError | None = None
        self._waiter: asyncio.Future[Scan] | None = None

    @property
    def missed(self) -> int:
        """Due scans that were skipped: not allowed to poll, or the last one not yet done or not yet taken."""
        return self._missed + (self._turn.missed if self._turn is not None else 0)

    async def connect(self) -> None:
        clock = self._surroundings.clock
        if self._link is None:
            self._link = await reach(self._connection, self._surroundings.shares)
        await asyncio.sleep(self._backoff.delay_s(clock()))
        await self._link.opened()
        self._backoff.started(clock())
        self._poll.reset()
        await self._probe(self._link)

    async def scans(self) -> AsyncIterator[Scan]:
        self._ready = None
        turn = self._turn = self._surroundings.ticks.every(self._cadence, self._due)
        try:
            self._due()
            while True:
                yield await self._next()
        finally:
            turn.cancel()
            self._missed += turn.missed
            self._turn = None
            self._poll.stop()

    async def write(self, point: int, value: Value) -> None:
        register = self._decoder.registers[point]
        name = f"{self._device.id}/{self._device.template.points[point].id}"
        try:
            pdu = write_request(
                register, value, multiple=self._options.write_multiple, mask=self._options.mask_write
            )
        except WriteError as error:
            raise WriteError(f"{name}：{error.why.zh}", f"{name}: {error}") from error
        if self._link is None:
            raise LinkError(f"{name}：未连接；未写入", f"{name}: not connected; nothing was written")
        unit = self._connection.unit
        question = WriteQuestion(unit, mbap.framed(unit, pdu), self._timeout_s)
        self._link.write(question)
        try:
            answer = await question.answer
        except asyncio.CancelledError:
            self._link.forget({question})
            raise
        place = register.place
        zh, en = f"{name}（{place.zh}）写入 {value}", f"{name} ({place.en}) := {value}"
        if answer[0] & mbap.ERROR_FLAG:
            kind = WriteUnknown if answer[1] in PERHAPS_OBEYED else WriteError
            why = mbap.exception_text(answer[1])
            raise kind(f"{zh}：{why.zh}", f"{en}: {why.en}")
        if answer != mbap.obeyed(pdu):
            raise WriteUnknown(
                f"{zh}：设备确认的是别的内容 {answer.hex()}",
                f"{en}: the device confirmed something else, {answer.hex()}",
            )

    def hurry(self) -> None:
        if self._turn is None:
            return
        if self._poll.busy:
            self._again = True
        elif self._ready is None and self._link is not None and self._surroundings.may_poll():
            self._poll.begin(self._link)

    async def close(self) -> None:
        self._poll.stop()
        if self._link is not None:
            link, self._link = self._link, None
            self._deliver(LinkError(f"{self._device.id} 已关闭", f"{self._device.id} was closed"))
            await let_go(link, self._connection, self._surroundings.shares)

    def _due(self) -> None:
        link = self._link
        if link is None or self._poll.busy or self._ready is not None or not self._surroundings.may_poll():
            self._missed += 1
        else:
            self._poll.begin(link)

    def _done(self, raw: RawScan) -> None:
        self._backoff.succeeded()
        self._deliver(Scan(self._surroundings.wall_ns(), raw))
        if self._again:
            self._again = False
            self.hurry()

    def _lost(self, error: LinkError) -> None:
        self._deliver(error)

    def _deliver(self, outcome: Scan | LinkError) -> None:
        waiter = self._waiter
        if waiter is None or waiter.done():
            self._ready = outcome
        elif isinstance(outcome, Scan):
            waiter.set_result(outcome)
        else:
            waiter.set_exception(outcome)

    async def _next(self) -> Scan:
        ready, self._ready = self._ready, None
        if ready is None:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                return await self._waiter
            finally:
                self._waiter = None
        if isinstance(ready, LinkError):
            raise ready
        return ready

    async def _probe(self, link: Channel) -> None:
        """A gateway's open connection says nothing about the unit behind it: ask for one block. It may be the
        one that the device says nothing to, so a silence is believed when another read meets it too."""
        blocks = self._decoder.blocks
        if not blocks:
            return
        try:
            await self._meet(link, blocks[0])
        except Silence as silence:
            other = blocks[1] if len(blocks) > 1 else self._decoder.first_of(blocks[0])
            try:
                await self._meet(link, other)
            except Silence:
                raise silence from None

    async def _meet(self, link: Channel, block: Block) -> None:
        """Raises Silence where nothing answers, LinkError where the answer is that nobody can."""
        unit = self._connection.unit
        question = Question(unit, read_frame(unit, block), self._timeout_s)
        link.read(question)
        try:
            answer = await question.answer
        except asyncio.CancelledError:
            link.forget({question})
            raise
        except LinkError as error:
            raise Silence(error.why.zh, error.why.en) from error
        if answer[0] & mbap.ERROR_FLAG and answer[1] not in mbap.REFUSED:
            raise unusable(link, unit, mbap.exception_text(answer[1]))
        self._poll.told(block)


class Modbus:
    """The protocol as the composition root knows it."""

    name = "modbus"

    def decoder(self, template: Template) -> Decoder:
        assert isinstance(template.options, Options)
        registers = []
        for point in template.points:
            assert isinstance(point.source, Source)
            registers.append(register_of(point.source, template.options))
        return RegisterDecoder(registers, template.options.limits)

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        assert isinstance(decoder, RegisterDecoder)
        return ModbusDriver(device, cadence, decoder, surroundings)
