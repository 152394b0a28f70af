"""One meter on a line: a question, and the answer that is really to it."""

from dataclasses import dataclass, field

from config.text import Text
from drivers.dlt645.edition import Edition
from drivers.dlt645.frame import Frame, frames, parsed
from drivers.errors import LinkError, Unanswered, WriteError, WriteUnknown
from drivers.line import Line
from drivers.line_frames import concerns
from drivers.questions import Refused, sent_once

MOST_BYTES = 8192
"""Of data that go on from frame to frame; what is longer is no answer."""


@dataclass(slots=True)
class Meter:
    line: Line
    asker: str
    """Who takes turns on the line."""
    address: str
    edition: Edition
    timeout_s: float
    wake: int = 0
    reversed: bool = False
    """Whether it writes identifiers the high byte first."""
    told: set[int] = field(default_factory=set)
    unsure: bool = False
    """Whether the answer to a command may still come; it would not say which it is to."""

    def __str__(self) -> str:
        return f"{self.line} meter {self.address}"

    @property
    def zh(self) -> str:
        """As `str`, in Chinese."""
        return f"{self.line} 表计 {self.address}"

    async def read(self, identifier: int, about: bytes = b"") -> bytes:
        """What stands behind an identifier, all its frames together; `about` says which part of it.

        Raises Refused or LinkError.
        """
        functions, name = self.edition.functions, self.named(identifier)
        answer = await self._read(functions.READ, identifier, name + about)
        data = bytearray(answer.data[len(name) :])
        frame = 0
        while answer.goes_on:
            frame = frame % 255 + 1
            number = bytes([frame]) if self.edition.numbers_frames else b""
            answer = await self._read(functions.READ_ON, identifier, name + number)
            if number and answer.data[-1:] != number:
                seen = answer.data[-1:].hex()
                raise Unanswered(
                    f"{self.zh} 应答的帧序号为 {seen}，应为 {frame:02x}",
                    f"{self} answers with frame {seen} instead of {frame:02x}",
                )
            data += answer.data[len(name) : len(answer.data) - len(number)]
            if len(data) > MOST_BYTES:
                raise Unanswered(
                    f"{self.zh} 对 {identifier:X} 的应答没有结束：已收 {len(data)} 字节",
                    f"{self} does not come to an end of {identifier:X}: {len(data)} bytes",
                )
        self.told.add(identifier)
        return bytes(data)

    async def command(self, function: int, data: bytes, what: str) -> Frame:
        """Once, ahead of all reads. Raises WriteError, WriteUnknown or LinkError as a write does."""
        try:
            with sent_once(what):
                if self.unsure and self.told:  # answers keep their order: after this one none is due
                    await self._settled()
                answer = await self._ask(Frame(self.address, function, data), b"", ahead=True)
        except WriteUnknown:
            self.unsure = True
            raise
        if answer.failed:
            why = self._why(answer)
            raise WriteError(f"{what}：{why.zh}", f"{what}: {why.en}")
        return answer

    async def _settled(self) -> None:
        """Raises LinkError."""
        try:
            await self.read(min(self.told))
        except Unanswered as error:
            raise LinkError(f"{error.why.zh}；未写入", f"{error}; nothing was written") from error
        except Refused:
            pass  # an answer too
        self.unsure = False

    async def tell(self, frame: Frame) -> None:
        """What all meters of the line hear and none answers. Raises LinkError."""
        await self.line.tell(self.asker, frame.framed(self.wake))

    def named(self, identifier: int) -> bytes:
        """An identifier as it travels."""
        size = self.edition.identifier_size
        return identifier.to_bytes(size, "big" if self.reversed else "little")

    async def _read(self, function: int, identifier: int, data: bytes) -> Frame:
        answer = await self._ask(Frame(self.address, function, data), self.named(identifier), ahead=False)
        if answer.failed:
            absent = bool(answer.data and answer.data[0] & self.edition.no_data)
            name, why = f"{identifier:0{2 * self.edition.identifier_size}X}", self._why(answer)
            raise Refused(f"{name}：{why.zh}", f"{name}: {why.en}", absent=absent)
        return answer

    async def _ask(self, question: Frame, name: bytes, *, ahead: bool) -> Frame:
        turned: list[Frame] = []

        def cut(received: bytes) -> bytes | None:
            turned.clear()
            for raw in frames(received):
                answer = parsed(raw)
                if self._is_to(answer, question):
                    if answer.failed or answer.data.startswith(name):
                        return raw
                    if answer.data.startswith(name[::-1]):
                        turned.append(answer)
            return None

        frame = question.framed(self.wake)
        try:
            raw = await self.line.ask(self.asker, frame, cut, self.timeout_s, ahead=ahead)
        except Unanswered as error:
            if turned:
                why = self._other_order
                raise Unanswered(f"{self.zh} {why.zh}", f"{self} {why.en}", error.received) from error
            raise
        return parsed(raw)

    def _is_to(self, answer: Frame, question: Frame) -> bool:
        """What is not is passed over: our own echo, another meter, a late answer to an older question."""
        return (
            answer.is_answer
            and answer.function == question.function
            and concerns(self.address, answer.address)
        )

    @property
    def _other_order(self) -> Text:
        order, other = ("reversed", "standard") if self.reversed else ("standard", "reversed")
        return Text(
            f"的数据标识字节序与 identifier_order = {order} 相反；"
            f'请写 identifier_order = "{other}" 或 "learn"',
            f"names data the other way round than identifier_order = {order}; "
            f'write identifier_order = "{other}" or "learn"',
        )

    def _why(self, answer: Frame) -> Text:
        if not answer.data:
            return Text(f"{self.zh} 拒绝，没有说明原因", f"{self} refuses without a reason")
        why = self.edition.refusal(answer.data[0])
        return Text(f"{self.zh} 应答{why.zh}", f"{self} answers {why.en}")
