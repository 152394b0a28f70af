"""A serial server with meters behind it that misbehaves as told, and rigs around it and around twins."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from benchmarks.ports import free_port
from config.site import Device, Template
from drivers.driver import Cadence, DriverType
from drivers.line_schema import LineConnection, Parity
from drivers.line_twin import LineTwin
from drivers.twin import OnWrite
from tests.drivers import twin_rig
from tests.drivers.bad_peer import Session, TcpPeer
from tests.drivers.contract import Ailment
from tests.drivers.plant import device

TIMEOUT_S = 0.15


class BadLine(TcpPeer):
    """Answers each frame as its mood is; `spoilt` says how its protocol's answers go wrong."""

    def __init__(
        self,
        frames: Callable[[bytes], Iterator[bytes]],
        answer: Callable[[bytes], bytes],
        spoilt: Callable[[Ailment, bytes], bytes],
    ) -> None:
        super().__init__()
        self.answer = answer
        self.asked: list[bytes] = []
        """The frames that came, in order."""
        self.noise = b""
        """Comes before each answer."""
        self.echoes = False
        self.pieces = 0
        """Answers come in so many bytes at a time; 0 for whole."""
        self.deaf: set[int] = set()
        """The nth frames (from 1, in all) that are obeyed but not answered."""
        self._frames = frames
        self._spoilt = spoilt
        self._busy: set[asyncio.Task[None]] = set()

    async def listen(self) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: _Session(self), self.host, self.port)

    async def stop(self) -> None:
        for task in list(self._busy):
            task.cancel()
        await super().stop()

    @property
    def connections(self) -> int:
        return len(self.open)

    def hear(self, transport: asyncio.Transport, received: bytes) -> None:
        for frame in self._frames(received):
            self.asked.append(frame)
            answer = self.answer(frame)
            if answer and len(self.asked) not in self.deaf:
                task = asyncio.get_running_loop().create_task(self._send(transport, frame, answer))
                self._busy.add(task)
                task.add_done_callback(self._busy.discard)

    async def _send(self, transport: asyncio.Transport, frame: bytes, answer: bytes) -> None:
        match self.mood:
            case Ailment.HALF_OPEN:
                return
            case Ailment.GARBAGE:
                answer = b"\xde\xad\xbe\xef" * 5
            case Ailment.PARTIAL:
                answer = answer[:9]
            case Ailment.SLOW:
                await asyncio.sleep(10 * TIMEOUT_S)
            case Ailment() as mood:
                answer = self._spoilt(mood, answer)
            case None:
                pass
        answer = (frame if self.echoes else b"") + self.noise + answer
        step = self.pieces or len(answer)
        for at in range(0, len(answer), step):
            transport.write(answer[at : at + step])
            if self.pieces:
                await asyncio.sleep(0.002)


class _Session(Session):
    def __init__(self, line: BadLine) -> None:
        super().__init__(line)
        self._line = line

    def data_received(self, received: bytes) -> None:
        self._line.hear(self.transport, received)


class LineTwinRig(twin_rig.TwinRig[LineTwin[Any]]):
    """The driver against the twin of a meter that shows `shown`, over TCP or at a serial port."""

    AILMENTS = (Ailment.REFUSED, Ailment.HALF_OPEN, Ailment.EXCEPTION, Ailment.REBOOT)

    def __init__(
        self,
        protocol: DriverType,
        twin: Callable[[Iterable[Device], OnWrite], LineTwin[Any]],
        made: Template,
        connection: type[LineConnection],
        address: str,
        shown: Mapping[str, float],
        serial: str = "",
    ) -> None:
        super().__init__()
        self.protocol = protocol
        self.template = made
        self.decoder = protocol.decoder(made)
        self.serial = serial
        self.written: list[tuple[str, str, float | str]] = []
        self._twin = twin
        self._connection = connection
        self._address = address
        self._shown = shown

    async def start(self) -> None:
        self.twin = self._twin([self._device()], lambda *told: self.written.append(told))
        for name, value in self._shown.items():
            self.twin.put(self.PLAYED, name, value)
        self.port = await self.twin.start(free_port())
        self.driver = self.protocol.driver(
            self._device(), Cadence(0.05), self.decoder, self.process.surroundings
        )

    def _device(self) -> Device:
        if self.serial:  # a pseudo-terminal has no parity
            place: dict[str, Any] = {"serial": self.serial, "baud_rate": 115200, "parity": Parity.NONE}
        else:
            place = {"host": "127.0.0.1", "port": self.port or 1}
        said = {**place, "address": self._address, "turnaround_s": 0}
        return device(self.PLAYED, self.template, self._connection.model_validate(said))
