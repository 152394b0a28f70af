"""A half-duplex line, a serial port or a serial server, that carries one question at a time.

Whoever uses a line joins it, asks, and leaves. What arrives while nobody has asked belongs to nobody: noise,
or an answer that comes too late.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from config.text import Text
from drivers.backoff import Backoff
from drivers.errors import FramingError, LinkError, OptionsError, Unanswered
from drivers.line_patience import Patience
from drivers.line_schema import LineTerms
from drivers.line_wire import LONGEST, Wire
from drivers.reasons import unreachable
from drivers.serial_port import open_port
from drivers.shares import Opening, Shares

Cut = Callable[[bytes], bytes | None]
"""What came since the question -> the whole answer, None while more is to come. Raises FramingError."""

CALM_S = 0.05
"""After a time-out or garbage the line must be silent for so long; adapters hold bytes back for 16 ms."""
UNREST_S = 2.0
"""A line that is not silent for so long, though nobody is asked, is opened anew."""
GAP_CHARACTERS, SHORTEST_GAP_S = 3.5, 0.00175
"""Silence between two frames. Modbus over Serial Line 1.02, section 2.5.1.1."""
BROADCAST_REST_S = 0.1
"""Time to obey a broadcast. Modbus over Serial Line 1.02, section 2.4.1."""


async def join(shares: Shares, terms: LineTerms, asker: Hashable) -> "Line":
    """The line there, shared by all who name it. Raises OptionsError when they do not agree about it."""
    key = "line", terms.address
    line = shares.acquire(key, lambda: Line(terms, shares.backoff(key), shares.clock))
    if line.terms.medium != terms.medium:
        await shares.release(key, line)
        raise OptionsError(
            f"{terms.address} 已按 {line.terms.medium} 使用，{asker} 却要求 {terms.medium}；"
            "同一线路上的设备必须写法一致",
            f"{terms.address} is used as {line.terms.medium}, and {asker} wants it as {terms.medium}: "
            "all devices of a line must say the same",
        )
    line.terms = line.terms.cautious(terms)
    line.users[asker] += 1
    return line


async def leave(shares: Shares, line: "Line", asker: Hashable) -> None:
    """The asker no longer needs it; the line closes with its last user."""
    line.left(asker)
    await shares.release(("line", line.terms.address), line)


@dataclass(slots=True, eq=False)
class _Question:
    asker: Hashable
    frame: bytes
    cut: Cut | None
    """None for a broadcast."""
    timeout_s: float
    ahead: bool
    answer: asyncio.Future[bytes]
    patient: bool = True
    """Whether it gets its whole time though others wait."""


class _Postponed(LinkError):
    """It was not sent and can be asked over the next connection."""


class Line:
    """The connection, its queue and its users. Made by `join`."""

    def __init__(self, terms: LineTerms, backoff: Backoff, clock: Callable[[], float]) -> None:
        self.terms = terms
        self.users: Counter[Hashable] = Counter()
        self._backoff = backoff
        self._opening = Opening(str(self), self._open, backoff, clock)
        self._wire: Wire | None = None
        self._why = Text(f"{self} 未连接", f"{self} is not connected")
        self._task: asyncio.Task[None] | None = None
        self._ahead: deque[_Question] = deque()
        self._turns: OrderedDict[Hashable, deque[_Question]] = OrderedDict()
        self._stirred = asyncio.Event()
        self._free_s = 0.0
        self._calm_s = 0.0
        self._proven = False
        self._resumes = False
        """The other end has closed a connection that had brought an answer, as many do after each one or when
        it was idle for a while: who asks next opens another."""
        self._patience = Patience()

    def __str__(self) -> str:
        return self.terms.address

    @property
    def is_open(self) -> bool:
        return self._wire is not None

    def left(self, asker: Hashable) -> None:
        """One user less of that name; with its last, what was known of it is forgotten."""
        self.users[asker] -= 1
        if self.users[asker] <= 0:
            del self.users[asker]
            self._patience.forget(asker)

    async def opened(self) -> None:
        """Return once the connection stands. One attempt for all who wait. Raises LinkError.

        Paces itself: callers need not wait between failures.
        """
        if self._wire is None:
            await self._opening.opened()

    async def ask(
        self, asker: Hashable, frame: bytes, cut: Cut, timeout_s: float, *, ahead: bool = False
    ) -> bytes:
        """What `cut` makes of what comes after `frame`; `timeout_s` runs from when it has left.

        Askers take turns, the questions of one keep their order, those `ahead` (writes) go before all. Raises
        Unanswered when the frame was sent, LinkError when it was not; a cancelled question is not sent any
        more, or its answer is waited for and forgotten.
        """
        return await self._put(asker, frame, cut, timeout_s, ahead=ahead)

    async def tell(self, asker: Hashable, frame: bytes) -> None:
        """Send what nobody answers, ahead of all reads. Raises LinkError when it was not sent."""
        await self._put(asker, frame, None, 0.0, ahead=True)

    async def close(self) -> None:
        self._resumes = False
        await self._opening.cancel()
        if self._task is not None:
            task, self._task = self._task, None
            task.cancel()
            await asyncio.wait({task})

    # Waiting for a turn

    async def _put(
        self, asker: Hashable, frame: bytes, cut: Cut | None, timeout_s: float, *, ahead: bool
    ) -> bytes:
        if self._wire is None:
            if not self._resumes:
                raise self._not_sent(LinkError)
            try:
                await self.opened()
            except LinkError:
                self._resumes = False
                raise
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        question = _Question(asker, frame, cut, timeout_s, ahead, answer)
        if ahead:
            self._ahead.append(question)
        else:
            self._turns.setdefault(asker, deque()).append(question)
        self._stirred.set()
        try:
            return await answer
        except _Postponed:
            return await self._put(asker, frame, cut, timeout_s, ahead=ahead)

    def _next(self) -> _Question | None:
        while self._ahead or self._turns:
            if self._ahead:
                question = self._ahead.popleft()
            else:
                asker, queue = self._turns.popitem(last=False)
                question = queue.popleft()
                if queue:
                    self._turns[asker] = queue  # to the end: the others come first
            if not question.answer.done():  # nobody waits for one that was cancelled
                return question
        return None

    # The connection

    async def _open(self) -> None:
        terms, loop = self.terms, asyncio.get_running_loop()
        wire = Wire(self._stirred)
        if terms.characters is not None:
            await open_port(terms.serial, terms.characters, wire, terms.connect_timeout_s)
        else:
            try:
                async with asyncio.timeout(terms.connect_timeout_s):
                    await loop.create_connection(lambda: wire, terms.host, terms.port)
            except OSError as error:
                raise unreachable(self, error, terms.connect_timeout_s) from error
        self._wire = wire
        self._proven = False
        self._patience.connected()
        self._free_s, self._calm_s = loop.time(), CALM_S
        self._task = loop.create_task(self._serve(wire))

    async def _serve(self, wire: Wire) -> None:
        """Ask one question after the other for as long as the connection lives."""
        self._why, self._resumes = self._closed(), False
        try:
            self._why = await self._until_lost(wire)
            self._resumes = wire.gone is not None and self._proven
        finally:
            self._wire = None
            wire.abort()
            error = _Postponed if self._resumes else LinkError
            while question := self._next():
                question.answer.set_exception(self._not_sent(error))

    def _not_sent(self, kind: type[LinkError]) -> LinkError:
        return kind(f"{self._why.zh}；没有发送", f"{self._why.en}; nothing was sent")

    def _closed(self) -> Text:
        return Text(f"{self} 已关闭", f"{self} was closed")

    async def _until_lost(self, wire: Wire) -> Text:
        loop = asyncio.get_running_loop()
        unrest_s = None
        while True:
            if wire.gone is not None:
                return Text(f"{self} {wire.gone.zh}", f"{self} {wire.gone.en}")
            rest_s = max(self._free_s, wire.heard_s + self._calm_s) - loop.time()
            if not (self._ahead or self._turns):
                unrest_s = None
                await self._stir(None)
            elif rest_s > 0:
                unrest_s = unrest_s or max(loop.time(), self._free_s)
                if wire.heard_s > unrest_s + UNREST_S:
                    return Text(
                        f"{self} 没有询问也不断有数据", f"{self} never falls silent, though nobody is asked"
                    )
                await self._stir(loop.time() + rest_s)
            elif question := self._next():
                unrest_s = None
                await self._converse(wire, question)
                if self._patience.is_at_end(self.users):
                    return Text(f"{self} 已无任何应答", f"{self} has gone silent")

    async def _stir(self, until_s: float | None) -> None:
        """Until something came, is to be sent, or has ended; at most until then."""
        self._stirred.clear()
        try:
            async with asyncio.timeout_at(until_s):
                await self._stirred.wait()
        except TimeoutError:
            pass

    # One question

    async def _converse(self, wire: Wire, question: _Question) -> None:
        loop = asyncio.get_running_loop()
        wire.heard.clear()
        question.patient = question.ahead or self._patience.spares(question.asker, loop.time())
        wire.write(question.frame)
        left_s = loop.time() + self._travel_s(question.frame)
        try:
            if question.cut is None:
                answer = b""
            else:
                answer = await self._answer(wire, question, question.cut, left_s)
        except Unanswered as error:
            # An unanswered write says little: the next read will tell.
            self._patience.failed(question.asker, doubted=not question.ahead)
            self._calm_s = CALM_S
            if not question.answer.done():
                question.answer.set_exception(error)
        except Exception as error:  # noqa: BLE001 - whatever the asker's own parser raises is the asker's
            if not question.answer.done():
                question.answer.set_exception(error)
        else:
            if question.cut is not None:
                self._succeeded(question.asker)
            if not question.answer.done():
                question.answer.set_result(answer)
        finally:
            rest_s = self.terms.turnaround_s
            if question.cut is None:
                rest_s = max(rest_s, BROADCAST_REST_S)
            self._free_s = max(loop.time(), left_s) + rest_s
            if not question.answer.done():  # the line closes
                closed = self._closed()
                question.answer.set_exception(Unanswered(closed.zh, closed.en))

    async def _answer(self, wire: Wire, question: _Question, cut: Cut, left_s: float) -> bytes:
        seen = -1
        while True:
            if len(wire.heard) != seen:
                seen = len(wire.heard)
                received = self._without_echo(wire, question.frame)
                try:
                    answer = cut(received) if received else None
                except FramingError as error:
                    raise Unanswered(f"{self}：{error.why.zh}", f"{self}: {error}") from error
                if answer is not None:
                    self._calm_s = self._gap_s
                    return answer
            if wire.gone is not None:
                raise Unanswered(f"{self} {wire.gone.zh}", f"{self} {wire.gone.en}")
            if seen > LONGEST:
                raise Unanswered(
                    f"{self} 收到 {seen} 字节，其中没有应答",
                    f"{self} received {seen} bytes without an answer among them",
                )
            until_s = left_s + self._patience_s(question)
            if wire.heard:  # an answer that is still coming is not late
                until_s = max(until_s, wire.heard_s + CALM_S)
            if asyncio.get_running_loop().time() >= until_s:
                raise self._unanswered(wire, question)
            await self._stir(until_s)

    def _unanswered(self, wire: Wire, question: _Question) -> Unanswered:
        received = self._without_echo(wire, question.frame)
        if self.terms.echo and question.frame not in wire.heard:
            return Unanswered(
                f"{self} 没有回显所发内容，而配置为 echo = true",
                f"{self} did not give back what was sent, though echo = true",
                bytes(wire.heard),
            )
        if received:
            seen = received[:32].hex(" ")
            return Unanswered(
                f"{self} 收到 {seen}，不是应答", f"{self} received {seen}, which is no answer", received
            )
        return Unanswered(f"{self} 超时无应答", f"{self} brought no answer within its time-out")

    def _without_echo(self, wire: Wire, frame: bytes) -> bytes:
        if not self.terms.echo:
            return bytes(wire.heard)
        return bytes(wire.heard.partition(frame)[2])

    def _travel_s(self, frame: bytes) -> float:
        characters = self.terms.characters
        return len(frame) * characters.one_s if characters is not None else 0.0

    @property
    def _gap_s(self) -> float:
        characters = self.terms.characters
        return max(GAP_CHARACTERS * characters.one_s, SHORTEST_GAP_S) if characters is not None else 0.0

    def _patience_s(self, question: _Question) -> float:
        alone = not self._ahead and self._patience.doubts(self._turns)
        return question.timeout_s if question.patient or alone else self._patience.share_s(question.timeout_s)

    def _succeeded(self, asker: Hashable) -> None:
        self._patience.succeeded(asker)
        if not self._proven:
            self._proven = True
            self._backoff.succeeded()
