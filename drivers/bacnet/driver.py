"""BACnet/IP: one device, polled, subscribed to, or both."""

import asyncio
import contextlib
from collections.abc import Iterable, Mapping

from config.site import Device, Template
from config.text import Text
from drivers.backoff import Backoff
from drivers.bacnet import services
from drivers.bacnet.acknowledging import Acknowledger
from drivers.bacnet.address import Address
from drivers.bacnet.alarms import Recipient, standing
from drivers.bacnet.apdu import Confirmed, Kind, Pdu
from drivers.bacnet.clock import DeviceClock
from drivers.bacnet.cov import Subscriptions
from drivers.bacnet.exchange import InvokeBook, Silence
from drivers.bacnet.layout import STATUS_FLAGS, Layout
from drivers.bacnet.names import Abortion
from drivers.bacnet.poll import Poll
from drivers.bacnet.reports import BUFFER_READY, Change, Event
from drivers.bacnet.schema import EVENT_STATE, PRESENT_VALUE, Connection
from drivers.bacnet.services import Ref, Refusal
from drivers.bacnet.session import Session
from drivers.bacnet.station import Station
from drivers.bacnet.tags import NULL, Datum, Tag
from drivers.bacnet.trends import Trends
from drivers.bacnet.values import written
from drivers.driver import (
    Acknowledgement,
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
from drivers.paced import PacedDriver

GATHER_S = 0.1
"""What a device tells by itself within this time shares a scan."""
ENTRIES_KEPT_S = 600.0
"""How often our entries in the device are looked after."""
FAREWELL_S = 1.0
"""How long a close may take to tell the device."""
RETRY_S = 5.0
_NOT_DONE = (Abortion.BUFFER_OVERFLOW, Abortion.SEGMENTATION_NOT_SUPPORTED, Abortion.APDU_TOO_LONG)


class BacnetDriver(PacedDriver):
    """`connect` waits as long as the station's and the device's back-off say: just call it again."""

    follows = True

    def __init__(self, device: Device, cadence: Cadence, layout: Layout, surroundings: Surroundings) -> None:
        super().__init__(device, cadence, surroundings)
        assert isinstance(device.connection, Connection)
        self._connection = device.connection
        self._layout = layout
        self._timeout_s = device.template.timeout_s
        self._period_s = cadence.period_s
        self._backoff = Backoff()
        clock, wall_ns, options = surroundings.clock, surroundings.wall_ns, layout.options
        self._subscriptions = Subscriptions(
            layout.subscribed, options.cov_lifetime_s, clock, confirmed=options.cov == "confirmed"
        )
        self._poll = Poll(layout, self._subscriptions, clock, wall_ns)
        self._clock = DeviceClock(clock, wall_ns)
        self._trends = Trends(layout, self._clock, clock, wall_ns)
        self._recipient = Recipient(self._connection.notification_classes, confirmed=options.confirmed_events)
        self._acknowledger = Acknowledger(self._clock, wall_ns)
        self.address = Address("", 0)
        """Where the device is, or was last."""
        self._station: Station | None = None
        self._session: Session | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._woken = asyncio.Event()
        self._polls_now = True
        self._gathering: asyncio.TimerHandle | None = None

    # The driver

    async def connect(self) -> None:
        await self._let_go()
        clock, shares, terms = self.surroundings.clock, self.surroundings.shares, self._connection.terms
        if self._station is None:
            key = ("bacnet", terms)
            book = shares.lasting("bacnet", InvokeBook)
            self._station = shares.acquire(key, lambda: Station(terms, book, shares.backoff(key), clock))
        station = self._station
        await asyncio.sleep(self._backoff.delay_s(clock()))
        self._backoff.started(clock())
        await station.opened()
        self.address = await self._located(station)
        session = Session(
            station,
            self.address,
            self._connection.device,
            self._timeout_s,
            self._layout.options.max_properties,
            self._connection.pacing_s,
        )
        await session.known()
        self._session = session
        self._poll.begin()
        self._subscriptions.begin()
        self._clock.forget()
        self._polls_now = True
        station.watch(self._connection.device, self)

    async def turn(self) -> Iterable[Scan]:
        session = self._session
        if session is None:
            raise LinkError(f"{self.device.id} 未连接", f"{self.device.id} is not connected")
        past: list[Scan] = []
        if self._polls_now:
            self._polls_now = False
            until_s = self.surroundings.clock() + self._period_s / 2
            try:
                await self._poll.read(session)
                past = await self._trends.upload(session, until_s)
            except LinkError:
                self._session = None  # a close need not tell a device that is gone
                raise
            self._backoff.succeeded()
            self._show_logs()
        if self._keeper is None:  # only now, so that no change is told before all values are known
            self._keeper = asyncio.get_running_loop().create_task(self._keep(session))
        elif self._keeper.done():
            self._keeper.result()  # it never ends by itself: what it raises is a defect
        return [*past, *self._poll.samples.scans(self.surroundings.wall_ns())]

    async def write(self, point: int, value: Value) -> None:
        place, session = self._layout.places[point], self._session
        name = f"{self.device.id}/{self.device.template.points[point].id}"
        where = Text(f"{name}（{place.ref}）:= {value}", f"{name} ({place.ref}) := {value}")
        if place.is_log or place.form.bit is not None or place.form.one_of:
            raise WriteError(
                f"{where.zh}：日志或值的一部分不能写入；请写入其对象",
                f"{where.en}: part of a value or a log cannot be written; write to its object",
            )
        if place.relinquishes and value != 1:
            raise WriteError(
                f"{where.zh}：只能写入 1，即放弃控制",
                f"{where.en}: 1 gives up command, nothing else can be written",
            )
        if session is None:
            raise LinkError(f"{name}：未连接；未写入", f"{name}: not connected; nothing was written")
        ref = Ref(place.ref.object, PRESENT_VALUE) if place.relinquishes else place.ref
        try:
            datum = NULL if place.relinquishes else written(value, place.tag or await self._tag(session, ref))
        except WriteError as error:
            raise WriteError(f"{where.zh}：{error.why.zh}", f"{where.en}: {error}") from error
        priority = place.priority if ref.property == PRESENT_VALUE else None
        try:
            pdu = await session.command(
                Confirmed.WRITE_PROPERTY, services.write_property(ref, datum, priority)
            )
        except Silence as error:
            raise WriteUnknown(
                f"{where.zh}：{error.why.zh}；写入是否生效不明",
                f"{where.en}: {error}; whether the write took effect is unknown",
            ) from error
        if (kind := _refused(pdu)) is not None:
            at = "" if priority is None else f"，优先级 {priority}"
            raise kind(
                f"{where.zh}{at}：{pdu.refusal.zh}", f"{where.en} at priority {priority}: {pdu.refusal.en}"
            )

    async def acknowledge(self, point: int, told: Acknowledgement) -> bool:
        if self._session is None:
            raise LinkError(
                f"{self.device.id}：未连接；没有确认",
                f"{self.device.id}: not connected; nothing was acknowledged",
            )
        object_ = self._layout.places[point].ref.object
        return await self._acknowledger.acknowledge(self._session, object_, told)

    def hurry(self) -> None:
        self._polls_now = True
        super().hurry()

    async def close(self) -> None:
        await self._let_go()
        if self._station is not None:
            station, self._station = self._station, None
            await self.surroundings.shares.release(("bacnet", station.terms), station)

    def state(self) -> Mapping[str, float]:
        """Up to which record each trend log has been brought."""
        return self._trends.state()

    def restore(self, state: Mapping[str, float]) -> None:
        self._trends.restore(state)

    # From the station

    def announced(self) -> None:
        self._subscriptions.renew()
        self._woken.set()

    def changed(self, change: Change) -> None:
        now_ns, flags = self.surroundings.wall_ns(), change.values.get(STATUS_FLAGS)
        for property_, data in change.values.items():
            ref = Ref(change.object, property_)
            if ref in self._layout.columns:
                self._poll.tell(ref, data, now_ns, flags)
                self._gather()

    def happened(self, event: Event) -> None:
        if event.type == BUFFER_READY:
            self._trends.ready(event.object)
        self._acknowledger.heard(event)
        ref = Ref(event.object, EVENT_STATE)
        if ref in self._layout.columns:
            time_ns = self._clock.utc_ns(event.stamp) or self.surroundings.wall_ns()
            self._poll.tell(ref, [Datum(Tag.ENUMERATED, event.state)], time_ns)
            self._gather()

    # Inside

    def _tick(self) -> None:
        if self._polls_now or not self.surroundings.may_poll():
            self._missed += 1
        else:
            self.hurry()

    def _gather(self) -> None:
        """Hand on what came, with what else comes in the next moment."""
        if self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER_S, self._gathered)

    def _gathered(self) -> None:
        self._gathering = None
        self._due.set()

    async def _located(self, station: Station) -> Address:
        connection = self._connection
        if connection.address:
            return await station.located(connection.place, connection.router, self._timeout_s)
        last = self.address if self.address.host else None
        return (await station.find(connection.device, self._timeout_s, last))[0]

    async def _keep(self, session: Session) -> None:
        """Subscriptions and entries in recipient lists, for as long as the link lasts."""
        clock, entries_due_s, knows = self.surroundings.clock, 0.0, False
        while True:
            self._woken.clear()
            try:
                if self._layout.has_events and not knows:
                    await self._clock.look(session)
                    async for event in standing(session):
                        self.happened(event)
                    knows = True
                if entries_due_s <= clock():
                    await self._recipient.enter(session)
                    entries_due_s = clock() + ENTRIES_KEPT_S
                await self._subscriptions.keep(session)
                due_s = min(entries_due_s, self._subscriptions.due_s)
            except LinkError:  # the poll will notice, if the device is lost
                due_s = clock() + RETRY_S
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(max(due_s - clock(), 0.0)):
                    await self._woken.wait()

    async def _let_go(self) -> None:
        """Of the device, which hears of it if it is there to hear."""
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        if self._station is not None:
            self._station.unwatch(self._connection.device, self)
        if self._keeper is not None:
            keeper, self._keeper = self._keeper, None
            keeper.cancel()
            await asyncio.wait({keeper})  # awaited itself, it would keep our own cancelling to itself
            if not keeper.cancelled():
                keeper.result()
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(LinkError, TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await self._subscriptions.cancel(session)
                    await self._recipient.leave(session)

    async def _tag(self, session: Session, ref: Ref) -> int:
        """The type of a property to be written; read now, if nothing else tells it. Raises WriteError."""
        if (tag := self._poll.tag(ref)) is None:
            answer = (await session.read([ref]))[ref]
            if isinstance(answer, Refusal) or not answer or answer[0].tag == Tag.NULL:
                why = answer.why if isinstance(answer, Refusal) else Text("没有值", str(answer))
                raise WriteError(
                    f"其类型未知（{why.zh}）；请在 source 中写明 type",
                    f"its type is not known ({why.en}); give it as type in the source",
                )
            tag = answer[0].tag
        return tag

    def _show_logs(self) -> None:
        """Points that are only a log show its newest record."""
        for log, (value, quality) in self._trends.newest.items():
            for column in self._layout.logs[log]:
                if self._layout.places[column].is_log:
                    self._poll.samples.put(column, value, quality, self.surroundings.wall_ns())
        self._trends.newest.clear()


def _refused(pdu: Pdu) -> type[WriteError] | None:
    match pdu.kind:
        case Kind.SIMPLE_ACK:
            return None
        case Kind.ERROR | Kind.REJECT:
            return WriteError
        case Kind.ABORT if pdu.reason in _NOT_DONE:
            return WriteError
        case _:
            return WriteUnknown


class Bacnet:
    """The protocol as the composition root knows it."""

    name = "bacnet"

    def decoder(self, template: Template) -> Decoder:
        return Layout(template)

    def driver(
        self, device: Device, cadence: Cadence, decoder: Decoder, surroundings: Surroundings
    ) -> Driver:
        assert isinstance(decoder, Layout)
        return BacnetDriver(device, cadence, decoder, surroundings)
