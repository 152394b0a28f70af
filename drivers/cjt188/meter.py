"""One meter on a line: a question, and the answer that is really to it."""

from dataclasses import dataclass, field

from config.text import Text
from drivers.cjt188.frame import ANY_TYPE, Frame, Function, frames, parsed
from drivers.errors import Unanswered, WriteError
from drivers.line import Line
from drivers.line_frames import concerns
from drivers.questions import Refused, sent_once


@dataclass(slots=True)
class Meter:
    line: Line
    asker: str
    """Who takes turns on the line."""
    type: int
    address: str
    timeout_s: float
    wake: int = 0
    low_first: bool = False
    """Whether it writes identifiers the low byte first, as the edition of 2018 has it."""
    match_serial: bool = True
    serial: int = 0
    """Of the last question."""
    told: set[int] = field(default_factory=set)

    def __str__(self) -> str:
        return f"{self.line} meter {self.address}"

    @property
    def zh(self) -> str:
        """As `str`, in Chinese."""
        return f"{self.line} 表计 {self.address}"

    async def read(self, identifier: int) -> bytes:
        """What stands behind identifier and serial number. Raises Refused or LinkError."""
        answer = await self._ask(Function.READ, identifier, b"", ahead=False)
        if answer.failed:
            status = self._status(answer)
            raise Refused(
                f"{self.zh} 对 {identifier:04X} 应答错误{status.zh}",
                f"{self} answers an error{status.en} to {identifier:04X}",
                absent=False,
            )
        self.told.add(identifier)
        return answer.data[3:]

    async def write(self, identifier: int, data: bytes, what: str) -> bytes:
        """Once, ahead of all reads; what the meter answers. Raises WriteError, WriteUnknown or LinkError."""
        with sent_once(what):
            answer = await self._ask(Function.WRITE, identifier, data, ahead=True)
        if answer.failed:
            status = self._status(answer)
            raise WriteError(
                f"{what}：{self.zh} 应答错误{status.zh}", f"{what}: {self} answers an error{status.en}"
            )
        return answer.data[3:]

    def named(self, identifier: int) -> bytes:
        """An identifier as it travels."""
        return identifier.to_bytes(2, "little" if self.low_first else "big")

    async def _ask(self, function: int, identifier: int, data: bytes, *, ahead: bool) -> Frame:
        self.serial = serial = (self.serial + 1) & 0xFF
        name = self.named(identifier)
        question = Frame(self.type, self.address, function, name + bytes([serial]) + data)
        odd: list[Frame] = []

        def cut(received: bytes) -> bytes | None:
            odd.clear()
            for raw in frames(received):
                answer = parsed(raw)
                if self._is_to(answer, question):
                    if self._repeats(answer, name, serial):
                        return raw
                    odd.append(answer)
            return None

        frame = question.framed(self.wake)
        try:
            raw = await self.line.ask(self.asker, frame, cut, self.timeout_s, ahead=ahead)
        except Unanswered as error:
            for answer in odd:
                if hint := self._hint(answer, name, serial):
                    raise Unanswered(f"{self.zh} {hint.zh}", f"{self} {hint.en}", error.received) from error
            raise
        return parsed(raw)

    def _is_to(self, answer: Frame, question: Frame) -> bool:
        """What is not is passed over: our own echo, another meter, a late answer to an older question."""
        return (
            answer.is_answer
            and answer.function == question.function
            and question.type in (ANY_TYPE, answer.type)
            and concerns(self.address, answer.address)
        )

    def _repeats(self, answer: Frame, name: bytes, serial: int) -> bool:
        if answer.failed:  # without the identifier
            return not (self.match_serial and answer.data) or answer.data[0] == serial
        return answer.data.startswith(name) and (not self.match_serial or answer.data[2:3] == bytes([serial]))

    def _hint(self, answer: Frame, name: bytes, serial: int) -> Text | None:
        if answer.data.startswith(name[::-1]):
            order, other = ("low-first", "high-first") if self.low_first else ("high-first", "low-first")
            return Text(
                f"的数据标识字节序与 identifier_order = {order} 相反；"
                f'请写 identifier_order = "{other}" 或 "learn"',
                f"names data the other way round than identifier_order = {order}; "
                f'write identifier_order = "{other}" or "learn"',
            )
        if answer.data.startswith(name) and len(answer.data) > 2:
            return Text(
                f"应答的序列号为 {answer.data[2]:02X}，应为 {serial:02X}："
                "是迟到的应答，或该表从不回送序列号；若是后者请写 match_serial = false",
                f"answers with serial number {answer.data[2]:02X} instead of {serial:02X}: an answer that "
                "comes late, or a meter that never repeats it; for such a one write match_serial = false",
            )
        return None

    @staticmethod
    def _status(answer: Frame) -> Text:
        told = answer.data[1:].hex(" ").upper()
        return Text(f"，状态 {told}", f", status {told}") if told else Text("", "")
