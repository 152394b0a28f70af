"""One TCP connection to a Modbus device or gateway, shared by the units behind it."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from config.text import Text
from drivers.backoff import Backoff
from drivers.errors import LinkError
from drivers.modbus.mbap import ERROR_FLAG, Answer
from drivers.modbus.request import Request, WriteQuestion
from drivers.modbus.wire import Wire
from drivers.reasons import unreachable
from drivers.shares import Opening

SILENCES = 3
"""So many time-outs in a row, with no answer from any unit, mean that the connection is dead."""
SUSPECT_SHARE_S = 1.25
"""Out of every five seconds, what all silent units of a link together may take from the healthy ones."""
SHORTEST_PATIENCE_S = 0.1
ABANDONED = 64
"""How many time-outs are remembered, to recognise an answer that comes too late."""

Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Terms:
    """How a connection may be used."""

    pipeline: int = 1
    """Requests under way at once. Many gateways take only one."""
    pacing_s: float = 0.0
    """Shortest time between two requests."""
    connect_timeout_s: float = 3.0

    def cautious(self, other: "Terms") -> "Terms":
        """What suits both: units behind one gateway may ask for different terms."""
        return Terms(
            min(self.pipeline, other.pipeline),
            max(self.pacing_s, other.pacing_s),
            max(self.connect_timeout_s, other.connect_timeout_s),
        )


class Surface(Protocol):
    """What a link needs of the pool that it belongs to."""

    clock: Callable[[], float]
    connecting: asyncio.Semaphore
    scratch: memoryview
    """Where every connection receives."""

    def watch(self, link: "Link", deadline_s: float) -> None:
        """Call `link.expire` soon after `deadline_s`."""


class Link:
    """A connection, its queue and its users. Made by `Links.acquire`, which also counts the users."""

    def __init__(self, address: Address, terms: Terms, surface: Surface, backoff: Backoff) -> None:
        self.address = address
        self.terms = terms
        self.units: dict[int, int] = {}
        """Unit -> number of users."""
        self.skipped = 0
        """Answers that belonged to no open request."""
        self.scratch = surface.scratch
        self._surface = surface
        self._clock = surface.clock
        self._backoff = backoff
        self._wire: Wire | None = None
        self._opening = Opening(str(self), self._open, backoff, surface.clock)
        self._transaction = 0
        self._in_flight: dict[int, Request] = {}
        self._abandoned: OrderedDict[int, int] = OrderedDict()
        self._writes: deque[Request] = deque()
        self._reads: OrderedDict[int, deque[Request]] = OrderedDict()
        self._watched = False
        self._last_sent_s = 0.0
        self._pace: asyncio.TimerHandle | None = None
        self._timeouts = 0
        self._silent: set[int] = set()
        self._suspects: set[int] = set()
        self._proven = False
        self._resuming: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        return self._wire is not None

    async def opened(self) -> None:
        """Return once the connection stands. One attempt for all who wait. Raises LinkError.

        Paces itself: callers need not wait between failures.
        """
        if self._wire is not None:
            return
        await self._opening.opened()

    def read(self, request: Request) -> None:
        """Ask. Reads of one unit keep their order; units take turns; writes go ahead."""
        wire = self._wire
        if not self._carries:
            request.failed(LinkError(f"{self} 未连接", f"{self} is not connected"), sent=False)
        elif (
            wire is not None
            and len(self._in_flight) < self.terms.pipeline
            and not self._reads
            and not self.terms.pacing_s
        ):
            self._send(wire, request)
        else:
            self._reads.setdefault(request.unit, deque()).append(request)
            self._pump()

    def write(self, request: Request) -> None:
        """Ask ahead of all reads."""
        if not self._carries:
            error = LinkError(f"{self} 未连接；未写入", f"{self} is not connected; nothing was written")
            request.failed(error, sent=False)
            return
        self._writes.append(request)
        self._pump()

    def forget(self, requests: set[Request]) -> None:
        """The asker no longer wants these: the waiting are dropped, answers to the sent are skipped."""
        for unit in {request.unit for request in requests}:
            if queue := self._reads.get(unit):
                kept = deque(request for request in queue if request not in requests)
                if kept:
                    self._reads[unit] = kept
                else:
                    del self._reads[unit]
        self._writes = deque(request for request in self._writes if request not in requests)
        for transaction, request in list(self._in_flight.items()):
            if request in requests:
                self._abandon(transaction)
        self._pump()

    def expire(self, now_s: float) -> float | None:
        """Give up what is overdue. Returns the next deadline, None when nothing is under way."""
        overdue = [(t, request) for t, request in self._in_flight.items() if request.deadline_s <= now_s]
        for transaction, _ in overdue:
            self._abandon(transaction)
        for _, request in overdue:
            self._timed_out(request)
        self._pump()
        self._watched = bool(self._in_flight)
        return min((request.deadline_s for request in self._in_flight.values()), default=None)

    async def close(self) -> None:
        """Drop the connection and whatever waits for it."""
        if self._resuming is not None:
            self._resuming.cancel()
            await asyncio.wait({self._resuming})
        await self._opening.cancel()
        if self._wire is not None:
            wire = self._wire
            self.lost(wire, self._closed())
            await wire.gone.wait()
        self._give_up(self._closed())

    def __str__(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"

    # From the wire

    def received(self, wire: "Wire", answers: list[Answer]) -> None:
        if wire is not self._wire:
            return
        for transaction, unit, pdu in answers:
            request = self._in_flight.pop(transaction, None)
            if request is None:
                self._late(transaction, unit)
                continue
            if unit != request.unit:
                error = LinkError(
                    f"{self}：询问从站 {request.unit}，应答的却是从站 {unit}",
                    f"{self}: unit {unit} answered for unit {request.unit}",
                )
                request.failed(error, sent=True)
                continue
            if pdu[0] & ~ERROR_FLAG != request.frame[5] or (pdu[0] & ERROR_FLAG and len(pdu) != 2):
                reason = Text(
                    f"{self} 对功能码 {request.frame[5]} 的应答无法解读：{pdu[:8].hex()}",
                    f"{self} answered function {request.frame[5]} with {pdu[:8].hex()}",
                )
                self._in_flight[transaction] = request
                self.lost(wire, reason)
                return
            if self._timeouts or self._suspects or not self._proven:
                self._heard(unit)
            request.answered(pdu)
        self._pump()

    def closed(self, wire: "Wire", reason: Text) -> None:
        """The other end has ended it, as many do after an answer, or when it was idle for a while.

        Where it has brought an answer, reads go on over the next one; only a write is never sent again.
        """
        if wire is not self._wire or not self._proven:
            self.lost(wire, reason)
            return
        for request in reversed(self._let_go(wire)):
            if isinstance(request, WriteQuestion):
                request.failed(_error(reason), sent=True)
            else:
                self._reads.setdefault(request.unit, deque()).appendleft(request)
        self._pump()

    def lost(self, wire: "Wire", reason: Text) -> None:
        """The connection is gone or not to be trusted: everybody is told."""
        if wire is not self._wire:
            return
        self._proven = False
        for request in self._let_go(wire):
            request.failed(_error(reason), sent=True)
        self._give_up(reason)

    # Inside

    @property
    def _carries(self) -> bool:
        """Whether there is a connection, or will be as soon as somebody asks."""
        return self._wire is not None or self._proven

    def _let_go(self, wire: "Wire") -> list[Request]:
        """Of the connection; what was asked over it and not answered."""
        self._wire = None
        wire.abort()
        if self._pace is not None:
            self._pace.cancel()
            self._pace = None
        sent = list(self._in_flight.values())
        self._in_flight.clear()
        self._abandoned.clear()
        return sent

    def _give_up(self, reason: Text) -> None:
        """Whoever waits is told, and who asks from now on."""
        self._proven = False
        waiting = [*self._writes, *(request for queue in self._reads.values() for request in queue)]
        self._writes.clear()
        self._reads.clear()
        for request in waiting:
            request.failed(_error(reason), sent=False)

    def _closed(self) -> Text:
        return Text(f"{self} 已关闭", f"{self} was closed")

    async def _resume(self) -> None:
        reason = self._closed()
        try:
            await self._opening.opened()
        except LinkError as error:
            reason = error.why
        finally:
            self._resuming = None
            if self._wire is None:
                self._give_up(reason)
        self._pump()

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with self._surface.connecting, asyncio.timeout(self.terms.connect_timeout_s):
                _, wire = await loop.create_connection(lambda: Wire(self), *self.address)
        except OSError as error:
            raise unreachable(self, error, self.terms.connect_timeout_s) from error
        if wire.gone.is_set():
            raise LinkError(f"{self} 随即关闭了连接", f"{self} closed the connection at once")
        self._wire = wire
        self._proven = False
        self._timeouts = 0
        self._silent.clear()

    def _pump(self) -> None:
        if self._wire is None and self._proven and (self._writes or self._reads) and self._resuming is None:
            self._resuming = asyncio.get_running_loop().create_task(self._resume())
        while self._wire is not None and len(self._in_flight) < self.terms.pipeline:
            if not self._writes and not self._reads:
                return
            if self.terms.pacing_s:
                wait_s = self._last_sent_s + self.terms.pacing_s - self._clock()
                if wait_s > 0:
                    if self._pace is None:
                        self._pace = asyncio.get_running_loop().call_later(wait_s, self._paced)
                    return
            self._send(self._wire, self._next())

    def _paced(self) -> None:
        self._pace = None
        self._pump()

    def _next(self) -> Request:
        if self._writes:
            return self._writes.popleft()
        unit, queue = self._reads.popitem(last=False)
        request = queue.popleft()
        if queue:
            self._reads[unit] = queue  # to the end: the other units come first
        return request

    def _send(self, wire: "Wire", request: Request) -> None:
        transaction = self._transaction = (self._transaction + 1) & 0xFFFF
        if transaction in self._in_flight or transaction in self._abandoned:
            self._send(wire, request)
            return
        timeout_s = request.timeout_s
        if self._suspects and request.unit in self._suspects:
            timeout_s = self._patience_s(timeout_s)
        now_s = self._last_sent_s = self._clock()
        request.deadline_s = now_s + timeout_s
        self._in_flight[transaction] = request
        wire.write(transaction.to_bytes(2, "big") + request.frame)
        if not self._watched:
            self._watched = True
            self._surface.watch(self, request.deadline_s)

    def _patience_s(self, timeout_s: float) -> float:
        """A silent unit keeps the healthy ones waiting for less, the more there are of it.

        Its late answer still counts as a sign of life, and the next question gets the full time again.
        """
        if len(self._suspects) == len(self.units):
            return timeout_s
        return min(timeout_s, max(SUSPECT_SHARE_S / len(self._suspects), SHORTEST_PATIENCE_S))

    def _abandon(self, transaction: int) -> None:
        self._abandoned[transaction] = self._in_flight.pop(transaction).unit
        if len(self._abandoned) > ABANDONED:
            self._abandoned.popitem(last=False)

    def _timed_out(self, request: Request) -> None:
        unit = request.unit
        self._timeouts += 1
        self._silent.add(unit)
        error = LinkError(
            f"{self} 从站 {unit} 超时无应答", f"{self} unit {unit} did not answer within its time-out"
        )
        request.failed(error, sent=True)
        if not isinstance(request, WriteQuestion):  # an unanswered write says little: the next read will tell
            self._suspects.add(unit)
            for waiting in self._reads.pop(unit, ()):
                error = LinkError(f"{self} 从站 {unit} 无应答", f"{self} unit {unit} did not answer")
                waiting.failed(error, sent=False)
        if self._timeouts >= SILENCES and self._silent >= self.units.keys() and self._wire is not None:
            self.lost(self._wire, Text(f"{self} 已无任何应答", f"{self} has gone silent"))

    def _late(self, transaction: int, unit: int) -> None:
        self.skipped += 1
        if self._abandoned.pop(transaction, None) == unit:
            self._heard(unit)

    def _heard(self, unit: int) -> None:
        self._timeouts = 0
        self._silent.clear()
        self._suspects.discard(unit)
        if not self._proven:
            self._proven = True
            self._backoff.succeeded()


def _error(reason: Text) -> LinkError:
    return LinkError(reason.zh, reason.en)
