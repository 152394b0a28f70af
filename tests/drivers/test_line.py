"""The half-duplex line: one question at a time, whoever asks, over a port or a serial server."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import serial
from pydantic import ValidationError

from drivers.errors import FramingError, LinkError, OptionsError, Unanswered
from drivers.line import Line, join, leave
from drivers.line_schema import Characters, LineConnection, Parity
from drivers.serial_port import open_port
from tests.drivers.plant import Process, until, within
from tests.drivers.serial_line import Cable

TIMEOUT_S = 0.4


def cut(received: bytes) -> bytes | None:
    """Answers are lines of capital letters."""
    if b"?" in received:
        raise FramingError("有问号", "a question mark")
    end = received.find(b"\n") + 1
    return received[:end].lstrip(b"\0\xff") if end else None


class Crowd:
    """The far end: a unit for each letter, which answers its small letter with what it is told."""

    def __init__(self, folder: Path) -> None:
        self.cable = Cable(folder)
        self.process = Process()
        self.answers: dict[bytes, bytes] = {}
        self.asked: list[bytes] = []
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        await self.cable.plug()
        self._task = asyncio.create_task(self._answer())

    async def _answer(self) -> None:
        with serial.Serial(self.cable.theirs, timeout=0) as port:
            while True:
                try:
                    for letter in port.read(100):
                        self.asked.append(bytes([letter]))
                        port.write(self.answers.get(bytes([letter]), b""))
                except OSError:
                    return
                await asyncio.sleep(0.002)

    async def unplug(self) -> None:
        assert self._task is not None
        self._task.cancel()
        await asyncio.wait({self._task})
        await self.cable.pull()

    def connection(self, **more: object) -> LineConnection:
        return LineConnection.model_validate({"serial": self.cable.ours, **more})

    async def line(self, asker: str = "a", **more: object) -> Line:
        line = await join(self.process.shares, self.connection(**more).line, asker)
        await within(line.opened())
        return line


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[Crowd]:
    crowd = Crowd(tmp_path)
    await crowd.start()
    yield crowd
    await crowd.process.close()
    await crowd.unplug()


async def test_a_question_brings_its_answer(crowd: Crowd) -> None:
    crowd.answers[b"a"] = b"HELLO\n"
    line = await crowd.line()
    assert await within(line.ask("a", b"a", cut, TIMEOUT_S)) == b"HELLO\n"


async def test_askers_take_turns_and_writes_go_before_reads(crowd: Crowd) -> None:
    crowd.answers = dict.fromkeys((b"a", b"b", b"w"), b"X\n")
    line = await crowd.line()
    order: list[str] = []

    async def ask(letter: str, *, ahead: bool = False) -> None:
        await line.ask(letter, letter.encode(), cut, 5.0, ahead=ahead)
        order.append(letter)

    asked = [ask("a"), ask("a"), ask("a"), ask("b"), ask("b"), ask("w", ahead=True)]
    await within(asyncio.gather(*asked))
    assert order == ["w", "a", "b", "a", "b", "a"]


async def test_what_nobody_has_asked_for_is_no_answer(crowd: Crowd) -> None:
    line = await crowd.line()
    crowd.answers[b"a"] = b""
    with pytest.raises(Unanswered, match="no answer within its time-out"):
        await within(line.ask("a", b"a", cut, TIMEOUT_S))
    with serial.Serial(crowd.cable.theirs) as far:
        far.write(b"LATE\n")
    wire = line._wire
    assert wire is not None
    await until(lambda: wire.heard == b"LATE\n")
    crowd.answers[b"a"] = b"TRUE\n"
    assert await within(line.ask("a", b"a", cut, TIMEOUT_S)) == b"TRUE\n"


async def test_garbage_fails_at_once_and_the_line_goes_on(crowd: Crowd) -> None:
    crowd.answers = {b"a": b"??", b"b": b"YES\n"}
    line = await crowd.line()
    with pytest.raises(Unanswered, match="a question mark"):
        await within(line.ask("a", b"a", cut, 3600.0))
    assert await within(line.ask("b", b"b", cut, TIMEOUT_S)) == b"YES\n"


async def test_silent_units_do_not_starve_those_that_answer(crowd: Crowd) -> None:
    """Field experience 8, no. 7: ten silent units of 1 s each would make every turn take 10 s."""
    crowd.answers[b"z"] = b"YES\n"
    silent = "abcdefghij"
    line = await crowd.line("z")
    losses = 0

    async def complain(letter: str) -> None:
        nonlocal losses
        while True:
            with pytest.raises(LinkError):
                await line.ask(letter, letter.encode(), cut, 1.0)
            losses += 1

    complaints = [asyncio.create_task(complain(letter)) for letter in silent]
    await until(lambda: losses >= len(silent))
    began_s = asyncio.get_running_loop().time()
    for _ in range(4):
        await within(line.ask("z", b"z", cut, 1.0))
    took_s = asyncio.get_running_loop().time() - began_s
    for complaint in complaints:
        complaint.cancel()
    await asyncio.wait(complaints)
    assert took_s < 20


async def test_a_broadcast_is_told_and_not_waited_for(crowd: Crowd) -> None:
    crowd.answers[b"a"] = b"YES\n"
    line = await crowd.line()
    await within(line.tell("a", b"!"))
    assert await within(line.ask("a", b"a", cut, TIMEOUT_S)) == b"YES\n"
    assert crowd.asked == [b"!", b"a"]


async def test_an_echo_is_taken_off_and_its_lack_is_told(crowd: Crowd) -> None:
    crowd.answers = {b"a": b"aYES\n", b"b": b"NO\n"}
    line = await crowd.line(echo=True)
    assert await within(line.ask("a", b"a", cut, TIMEOUT_S)) == b"YES\n"
    with pytest.raises(Unanswered, match="did not give back what was sent"):
        await within(line.ask("a", b"b", cut, TIMEOUT_S))


async def test_a_port_that_disappears_is_told_and_comes_back(crowd: Crowd) -> None:
    line = await crowd.line()
    asking = asyncio.create_task(line.ask("a", b"a", cut, 60.0))
    waiting = asyncio.create_task(line.ask("b", b"b", cut, 60.0))
    await until(lambda: crowd.asked == [b"a"])
    await crowd.unplug()
    with pytest.raises(Unanswered, match="closed the connection"):
        await within(asking)
    with pytest.raises(LinkError, match="nothing was sent"):
        await within(waiting)
    with pytest.raises(LinkError, match="cannot be opened: no such file or directory"):
        await within(line.opened())
    await crowd.start()
    crowd.answers[b"a"] = b"YES\n"
    await within(_opened(line))
    assert await within(line.ask("a", b"a", cut, TIMEOUT_S)) == b"YES\n"


async def _opened(line: Line) -> None:
    while True:
        with contextlib.suppress(LinkError):
            return await line.opened()


async def test_a_port_in_use_is_not_shared_with_another_program(crowd: Crowd) -> None:
    taken = pytest.raises(LinkError, match="in use by another program")
    with serial.Serial(crowd.cable.ours, exclusive=True), taken:
        await crowd.line()
    await within(_opened(await join(crowd.process.shares, crowd.connection().line, "a")))
    with pytest.raises(LinkError, match="in use by another program"):
        await open_port(crowd.cable.ours, Characters(), asyncio.Protocol(), 5.0)


async def test_devices_that_disagree_about_their_line_are_told(crowd: Crowd) -> None:
    line = await crowd.line()
    with pytest.raises(OptionsError, match=r"is used as 9600 baud 8N1.* and b wants it as 2400 baud 8E1"):
        await join(crowd.process.shares, crowd.connection(baud_rate=2400, parity="even").line, "b")
    assert (await join(crowd.process.shares, crowd.connection(turnaround_s=1).line, "b")) is line
    assert line.terms.turnaround_s == 1
    await leave(crowd.process.shares, line, "a")
    assert line.is_open
    await leave(crowd.process.shares, line, "b")
    assert not line.is_open


async def test_a_cancelled_question_is_not_sent_and_its_answer_is_nobody_s(crowd: Crowd) -> None:
    crowd.answers[b"b"] = b"YES\n"
    line = await crowd.line()
    sent = asyncio.create_task(line.ask("a", b"a", cut, TIMEOUT_S))
    waiting = asyncio.create_task(line.ask("c", b"c", cut, TIMEOUT_S))
    await until(lambda: crowd.asked == [b"a"])
    sent.cancel()
    waiting.cancel()
    assert await within(line.ask("b", b"b", cut, TIMEOUT_S)) == b"YES\n"
    assert crowd.asked == [b"a", b"b"]


async def test_a_line_that_is_never_silent_is_opened_anew(crowd: Crowd) -> None:
    line = await crowd.line()

    async def babble() -> None:
        with serial.Serial(crowd.cable.theirs, timeout=0, write_timeout=0) as far:
            while True:
                with contextlib.suppress(serial.SerialTimeoutException):
                    far.write(b"NOISE")
                await asyncio.sleep(0.005)

    babbling = asyncio.create_task(babble())
    with pytest.raises(LinkError, match=r"never falls silent|has gone silent"):
        await within(_until_failing(lambda: line.ask("a", b"a", cut, TIMEOUT_S)))
    babbling.cancel()
    await asyncio.wait({babbling})


async def _until_failing(ask: Callable[[], Awaitable[bytes]]) -> None:
    while True:
        with contextlib.suppress(Unanswered):
            await ask()


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({}, "neither is given"),
        ({"serial": "/dev/ttyUSB0", "host": "h", "port": 1}, "both are given"),
        ({"serial": "/dev/ttyUSB0", "port": 1}, "port = 1 belongs to host"),
        ({"host": "h"}, "needs port"),
        (
            {"host": "h", "port": 1, "parity": "odd"},
            "parity: leave that out, the serial server at 'h' knows it",
        ),
        ({"serial": "/dev/ttyUSB0", "stop_bits": 3}, "stop_bits"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(said: dict[str, object], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        LineConnection.model_validate(said)


def test_a_character_takes_its_bits() -> None:
    assert Characters(9600).one_s == pytest.approx(10 / 9600)
    assert Characters(2400, 7, Parity.EVEN, 2).one_s == pytest.approx(11 / 2400)
