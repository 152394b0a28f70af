"""Confirmed requests under way: invoke ids, time-outs, answers in segments (clause 5.4).

An answer counts only if it comes from the station that was asked, with the invoke id and the service of the
question. Nothing is repeated here: who asks decides whether a question may be asked twice.
"""

import asyncio
import random
from collections.abc import Callable, Hashable

from config.text import Text
from drivers.bacnet import apdu
from drivers.bacnet.address import Address
from drivers.bacnet.apdu import SEGMENTS, Kind, Pdu
from drivers.bacnet.names import Abortion
from drivers.errors import LinkError

REST_S = 60.0
"""The invoke id of a question that was not answered is not used again for so long."""
WINDOW = 16
"""Segments between two acknowledgements."""
INVOKE_IDS = 256
LONGEST_BOOK = 10_000

Key = tuple[tuple[str, int] | tuple[int, bytes], int]


class Silence(LinkError):
    """The question left, and no answer came in time."""


class InvokeIds:
    """Those of one remote station: each is used again as late as possible."""

    __slots__ = ("_last", "_resting")

    def __init__(self) -> None:
        self._last = random.randrange(INVOKE_IDS)  # a new process must not take answers to the old one
        self._resting: dict[int, float] = {}

    def take(self, now_s: float) -> int:
        if self._resting:
            self._resting = {id_: until_s for id_, until_s in self._resting.items() if until_s > now_s}
        if len(self._resting) == INVOKE_IDS:
            raise LinkError(
                "256 个询问未得到应答，暂时不能再询问",
                "256 questions were not answered; none can be asked now",
            )
        self._last = (self._last + 1) % INVOKE_IDS
        while self._last in self._resting:
            self._last = (self._last + 1) % INVOKE_IDS
        return self._last

    def rest(self, id_: int, now_s: float) -> None:
        self._resting[id_] = now_s + REST_S


class InvokeBook:
    """The invoke ids of all remote stations of a process: they outlive links, as late answers do."""

    def __init__(self) -> None:
        self._of: dict[Hashable, InvokeIds] = {}

    def of(self, own: Hashable, station: Hashable) -> InvokeIds:
        """Those that `own`, one of our stations, uses with another station."""
        if len(self._of) >= LONGEST_BOOK:
            self._of.pop(next(iter(self._of)))
        return self._of.setdefault((own, station), InvokeIds())

    async def close(self) -> None:
        self._of.clear()


class Exchange:
    """All questions under way from one local station."""

    def __init__(self, send: Callable[[bytes, Address], None]) -> None:
        """`send` takes an APDU and where it goes."""
        self._send = send
        self._open: dict[Key, _Question] = {}

    async def ask(self, to: Address, ids: InvokeIds, service: int, payload: bytes, timeout_s: float) -> Pdu:
        """The answer: an acknowledgement, an error, a reject or an abort. Raises Silence, LinkError."""
        loop = asyncio.get_running_loop()
        invoke = ids.take(loop.time())
        key = to.station, invoke
        question = self._open[key] = _Question(to, service, timeout_s)
        try:
            self._send(apdu.confirmed(invoke, service, payload), to)
            return await question.answer
        except (Silence, asyncio.CancelledError):
            ids.rest(invoke, loop.time())
            raise
        finally:
            question.over()
            del self._open[key]

    def received(self, source: Address, pdu: Pdu) -> None:
        """Anything that may be an answer."""
        question = self._open.get((source.station, pdu.invoke))
        if question is None or question.answer.done():
            return
        match pdu.kind:
            case Kind.REJECT | Kind.ABORT:
                question.answer.set_result(pdu)
            case Kind.COMPLEX_ACK if pdu.segmented and pdu.service == question.service:
                self._segment(source, question, pdu)
            case Kind.SIMPLE_ACK | Kind.COMPLEX_ACK | Kind.ERROR if pdu.service == question.service:
                question.answer.set_result(pdu)
            case _:
                pass

    def unreachable(self, network: int, router: tuple[str, int]) -> None:
        """A router cannot reach a network behind it."""
        where = f"{router[0]}:{router[1]}"
        for question in self._open.values():
            if question.to.network == network and question.to[:2] == router:
                question.fail(
                    LinkError(
                        f"路由器 {where} 报告无法到达网络 {network}",
                        f"router {where} says that network {network} cannot be reached",
                    )
                )

    def end(self, why: Text) -> None:
        """No more answers can come."""
        for question in self._open.values():
            question.fail(Silence(why.zh, why.en))

    def _segment(self, source: Address, question: "_Question", pdu: Pdu) -> None:
        got = len(question.segments)
        window = min(max(pdu.window, 1), WINDOW)
        if pdu.sequence != got % INVOKE_IDS:  # lost or doubled: say up to which all came
            last = (got - 1) % INVOKE_IDS
            self._send(apdu.segment_ack(pdu.invoke, last, window, negative=True), source)
            return
        if got == SEGMENTS:
            self._send(apdu.abort(pdu.invoke, Abortion.BUFFER_OVERFLOW, server=False), source)
            question.fail(
                LinkError(
                    f"{source.name.zh} 的应答超过 {SEGMENTS} 个分段",
                    f"{source} answers in more than {SEGMENTS} segments",
                )
            )
            return
        question.segments.append(pdu.payload)
        question.wait()
        if not pdu.more or got % window == 0:
            self._send(apdu.segment_ack(pdu.invoke, pdu.sequence, window, negative=False), source)
        if not pdu.more:
            whole = b"".join(question.segments)
            question.answer.set_result(pdu._replace(payload=whole, segmented=False, more=False))


class _Question:
    """One request under way."""

    __slots__ = ("_timeout_s", "_timer", "answer", "segments", "service", "to")

    def __init__(self, to: Address, service: int, timeout_s: float) -> None:
        self.to = to
        self.service = service
        self.segments: list[bytes] = []
        self.answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._timeout_s = timeout_s
        self._timer: asyncio.TimerHandle | None = None
        self.wait()

    def wait(self) -> None:
        """From now on for the full time-out."""
        self.over()
        self._timer = asyncio.get_running_loop().call_later(self._timeout_s, self._silent)

    def over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def fail(self, error: LinkError) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)

    def _silent(self) -> None:
        self.fail(
            Silence(
                f"{self.to.name.zh} 在 {self._timeout_s:g} s 内无应答",
                f"{self.to} did not answer within {self._timeout_s:g} s",
            )
        )
