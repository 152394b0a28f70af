"""One unit on a line: its questions one after the other, and no answer taken for that of another question.

Answers of Modbus RTU do not say what they answer, and that of a question whose time is out may still come.
Before anything else is asked, the unit is therefore asked something whose answer is of another length. Units
answer in order: once that answer has come, no earlier one is due.
"""

import asyncio
from collections import deque

from drivers.errors import LinkError, Unanswered
from drivers.line import Line
from drivers.modbus import rtu
from drivers.modbus.mbap import ERROR_FLAG, obeyed
from drivers.modbus.request import Request

PDU_AT = 5
"""Where the PDU begins in a request's frame, behind the unit; see `mbap.framed`."""
OVERDUE_S, OVERDUE_TIMEOUTS = 10.0, 20
"""An answer that has not come after both is not expected any more."""
ILLEGAL_FUNCTION = 1


class Debts:
    """The answers that the units of one line still owe; what is late outlives the connection."""

    def __init__(self) -> None:
        self._owed: dict[int, dict[bytes, float]] = {}

    def owed(self, unit: int, now_s: float) -> tuple[bytes, ...]:
        """How the answers begin that may still come; see `rtu.awaited`."""
        owed = self._owed.get(unit, {})
        for head in [head for head, until_s in owed.items() if until_s <= now_s]:
            del owed[head]
        return tuple(owed)

    def owe(self, unit: int, head: bytes, until_s: float) -> None:
        self._owed.setdefault(unit, {})[head] = until_s

    def settle(self, unit: int) -> None:
        self._owed.pop(unit, None)

    async def close(self) -> None:
        """Nothing to let go of."""


class RtuUnit:
    """A `Channel` to one unit. Made by `reach`, shared by the devices that name the same unit."""

    def __init__(self, line: Line, unit: int, asker: str, debts: Debts) -> None:
        self.line = line
        self.unit = unit
        self._asker = asker
        self._debts = debts
        self._readable: bytes | None = None
        """A read that the unit has been asked, from which others are made."""
        self._is_there = False
        """Whether its last question was answered: a read that is not may have met noise, and is repeated."""
        self._writes: deque[Request] = deque()
        self._reads: deque[Request] = deque()
        self._current: Request | None = None
        self._asking: asyncio.Task[bytes] | None = None
        self._pump: asyncio.Task[None] | None = None

    def __str__(self) -> str:
        return str(self.line)

    async def opened(self) -> None:
        await self.line.opened()

    def read(self, request: Request) -> None:
        if self.unit == rtu.BROADCAST:  # nobody would answer: refused, as a device refuses what it has not
            request.answered(bytes([request.frame[PDU_AT] | ERROR_FLAG, ILLEGAL_FUNCTION]))
            return
        self._reads.append(request)
        self._start()

    def write(self, request: Request) -> None:
        self._writes.append(request)
        self._start()

    def forget(self, requests: set[Request]) -> None:
        self._writes = deque(request for request in self._writes if request not in requests)
        self._reads = deque(request for request in self._reads if request not in requests)
        if self._current in requests and self._asking is not None:
            self._asking.cancel()

    async def close(self) -> None:
        if self._pump is not None:
            pump, self._pump = self._pump, None
            pump.cancel()
            await asyncio.wait({pump})
        error = LinkError(f"{self.line} 已关闭", f"{self.line} was closed")
        current, self._current = self._current, None
        if current is not None:
            current.failed(error, sent=True)  # for all that is known
        while self._writes or self._reads:
            (self._writes or self._reads).popleft().failed(error, sent=False)

    def _start(self) -> None:
        if self._pump is None:
            self._pump = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._writes or self._reads:
                ahead = bool(self._writes)
                request = self._current = (self._writes if ahead else self._reads).popleft()
                self._asking = loop.create_task(self._answer(request, ahead=ahead))
                try:
                    await asyncio.wait({self._asking})
                finally:
                    self._asking.cancel()
                self._current = None
                if not self._asking.cancelled():
                    _hand_over(request, self._asking)
        finally:
            self._pump = None

    async def _answer(self, request: Request, *, ahead: bool) -> bytes:
        pdu = request.frame[PDU_AT:]
        if self.unit == rtu.BROADCAST:
            await self.line.tell(self._asker, rtu.framed(self.unit, pdu))
            return obeyed(pdu)
        if pdu[0] in rtu.READS:
            self._readable = pdu
        try:
            return await self._asked(pdu, request.timeout_s, ahead=ahead)
        except Unanswered as error:
            was_there, self._is_there = self._is_there, False
            if ahead or not was_there:
                raise
            try:
                return await self._asked(pdu, request.timeout_s, ahead=False)
            except LinkError:
                raise error from None

    async def _asked(self, pdu: bytes, timeout_s: float, *, ahead: bool) -> bytes:
        await self._settle(timeout_s)
        answer = await self._ask(pdu, timeout_s, ahead=ahead)
        self._is_there = True
        return answer

    async def _settle(self, timeout_s: float) -> None:
        """Make sure that no answer is due any more. Raises LinkError: the unit still does not answer."""
        owed = self._debts.owed(self.unit, asyncio.get_running_loop().time())
        if not owed or self._readable is None:
            return
        probe = rtu.other_read(self._readable, owed)
        if probe is None:
            raise LinkError(
                f"{self.line} 从站 {self.unit} 尚欠的应答过多，暂时不能再询问",
                f"{self.line} unit {self.unit} owes too many answers to be asked again so soon",
            )
        try:
            await self._ask(probe, timeout_s, ahead=False)
        except Unanswered as error:
            raise LinkError(error.why.zh, error.why.en) from error
        self._debts.settle(self.unit)

    async def _ask(self, pdu: bytes, timeout_s: float, *, ahead: bool) -> bytes:
        frame, cut = rtu.framed(self.unit, pdu), rtu.cutter(self.unit, pdu)
        answered = False
        try:
            answer = await self.line.ask(self._asker, frame, cut, timeout_s, ahead=ahead)
            answered = True
        except Unanswered as error:
            if error.received:
                why = rtu.diagnosis(self.unit, pdu, error.received)
                raise Unanswered(f"{self.line}：{why.zh}", f"{self.line}: {why.en}") from error
            raise Unanswered(f"从站 {self.unit}：{error.why.zh}", f"unit {self.unit} on {error}") from error
        except LinkError:
            answered = True
            raise
        finally:
            if not answered:
                overdue_s = max(OVERDUE_S, OVERDUE_TIMEOUTS * timeout_s)
                until_s = asyncio.get_running_loop().time() + overdue_s
                self._debts.owe(self.unit, rtu.awaited(pdu)[0], until_s)
        return answer


def _hand_over(request: Request, asked: asyncio.Task[bytes]) -> None:
    match asked.exception():
        case None:
            request.answered(asked.result())
        case Unanswered() as error:
            request.failed(error, sent=True)
        case LinkError() as error:
            request.failed(error, sent=False)
        case error:
            raise error
