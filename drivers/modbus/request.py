"""What a link is asked: the port between those who ask and the connection, and the two single questions."""

import asyncio
from typing import Protocol

from drivers.errors import LinkError, WriteUnknown


class Request(Protocol):
    """One question to a unit. Exactly one of `answered` and `failed` is called, on the loop, never twice."""

    unit: int
    frame: bytes
    """See `mbap.framed`."""
    timeout_s: float
    deadline_s: float
    """The link's own note."""

    def answered(self, pdu: bytes) -> None:
        """The device's answer, an exception answer included."""

    def failed(self, error: LinkError, *, sent: bool) -> None:
        """No answer will come."""


class Channel(Protocol):
    """What carries questions to the units of a gateway or to the one unit of a line."""

    async def opened(self) -> None:
        """Return once the connection stands; paces itself. Raises LinkError."""

    def read(self, request: Request) -> None:
        """Ask. Reads of one unit keep their order; units take turns; writes go ahead."""

    def write(self, request: Request) -> None:
        """Ask ahead of all reads."""

    def forget(self, requests: set[Request]) -> None:
        """The asker no longer wants these: what waits is not sent, answers to what was sent are skipped."""


class Question:
    """A read asked once: `answer` brings the PDU of the answer, or LinkError."""

    __slots__ = ("answer", "deadline_s", "frame", "timeout_s", "unit")

    def __init__(self, unit: int, frame: bytes, timeout_s: float) -> None:
        self.unit = unit
        self.frame = frame
        self.timeout_s = timeout_s
        self.deadline_s = 0.0
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def answered(self, pdu: bytes) -> None:
        if not self.answer.done():
            self.answer.set_result(pdu)

    def failed(self, error: LinkError, *, sent: bool) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class WriteQuestion(Question):
    """A write: once it has been sent, a lost answer is WriteUnknown, and it is never asked again."""

    __slots__ = ()

    def failed(self, error: LinkError, *, sent: bool) -> None:
        if not self.answer.done():
            unknown = WriteUnknown(
                f"{error.why.zh}；写入是否生效不明", f"{error}; whether the write took effect is unknown"
            )
            self.answer.set_exception(unknown if sent else error)
