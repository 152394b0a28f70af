"""Modbus RTU devices that misbehave as told, behind a serial server or at the far end of a cable."""

import asyncio
import itertools
from pathlib import Path

from pymodbus.framer.rtu import FramerRTU

from drivers.line_schema import Characters
from drivers.modbus.mbap import Function
from drivers.modbus.schema import Connection, Framing, Options
from drivers.serial_port import open_port
from tests.drivers.bad_peer import Session
from tests.drivers.contract import Ailment
from tests.drivers.modbus.modbus_rig import BadServer, ServerRig
from tests.drivers.plant import Process
from tests.drivers.serial_line import Cable

TIMEOUT_S = 0.6  # what passes through socat waits for two processes more
PIECE_S = 0.01
PORT_OPENS_WITHIN_S = 30.0


def frame(unit: int, pdu: bytes) -> bytes:
    body = bytes([unit]) + pdu
    return body + FramerRTU.compute_CRC(body).to_bytes(2, "big")


class RtuServer(BadServer):
    """Serves at a TCP port, or at the far end of `cable`."""

    def __init__(self, cable: Cable | None = None) -> None:
        super().__init__()
        self.cable = cable
        self.before, self.after = b"", b""
        """Noise around every answer."""
        self.echoes = False
        self.pieces = 1
        """In so many parts an answer arrives, a while apart."""
        self.spoilt: set[int] = set()
        """The nth answers (from 1) whose checksum is wrong."""
        self.latency_s = 0.0
        """How long a unit thinks; it thinks of one request after the other."""
        self.answered = itertools.count(1)
        self.values: dict[int, int] = {}
        """Registers that hold something other than their address."""

    async def start(self) -> None:
        if self.cable is None:
            await super().start()
            return
        await self.cable.plug()
        await open_port(self.cable.theirs, Characters(), self.session(), PORT_OPENS_WITHIN_S)

    async def stop(self) -> None:
        await super().stop()
        if self.cable is not None:
            self.reset()
            await self.cable.pull()

    def session(self) -> asyncio.Protocol:
        return _RtuSession(self)

    def answer(self, unit: int, pdu: bytes) -> bytes | None:
        right = super().answer(unit, pdu)
        if right is None or right[0] != Function.READ_HOLDING or not self.values:
            return right
        first = int.from_bytes(pdu[1:3], "big")
        words = range(first, first + right[1] // 2)
        return right[:2] + b"".join(self.values.get(at, at).to_bytes(2, "big") for at in words)


class _RtuSession(Session):
    def __init__(self, server: RtuServer) -> None:
        super().__init__(server)
        self._server = server
        self._requests = b""
        self._free_s = 0.0

    def data_received(self, data: bytes) -> None:
        if self._server.echoes:
            self.transport.write(data)
        self._requests += data
        while len(self._requests) >= 8:
            size = 8
            if self._requests[1] in (Function.WRITE_COILS, Function.WRITE_REGISTERS):
                size = 9 + self._requests[6]
            if len(self._requests) < size:
                return
            request, self._requests = self._requests[:size], self._requests[size:]
            assert request == frame(request[0], request[1:-2])
            self._one(request[0], request[1:-2])

    def _one(self, unit: int, request: bytes) -> None:
        server = self._server
        pdu = server.answer(unit, request)
        if pdu is None or unit == 0:
            return
        answer = frame(unit, pdu)
        match server.mood:
            case Ailment.HALF_OPEN:
                return
            case Ailment.GARBAGE:
                answer = b"\xde\xad\xbe\xef" * 5
            case Ailment.PARTIAL:
                answer = answer[:-4]
            case Ailment.WRONG_ID:  # there are none: a right answer to another function
                answer = frame(unit, bytes([Function.READ_INPUT]) + pdu[1:])
            case Ailment.WRONG_UNIT:
                answer = frame(unit + 1, pdu)
            case Ailment.WRONG_LENGTH:
                answer = frame(unit, pdu[:1] + bytes([pdu[1] - 2]) + pdu[2:-2])
            case Ailment.EXCEPTION:
                answer = frame(unit, bytes([pdu[0] | 0x80, 6]))
            case Ailment.SLOW:
                self._send(answer, 10 * TIMEOUT_S)
                return
            case _:
                pass
        nth = next(server.answered)
        if nth in server.spoilt:
            answer = answer[:-1] + bytes([answer[-1] ^ 0x10])
        self._send(server.before + answer + server.after, server.latency_s)

    def _send(self, answer: bytes, latency_s: float) -> None:
        loop = asyncio.get_running_loop()
        size = -(-len(answer) // self._server.pieces)
        self._free_s = max(self._free_s, loop.time()) + latency_s
        for at in range(0, len(answer), size):
            piece = answer[at : at + size]
            self.late.add(loop.call_at(self._free_s, self.transport.write, piece))
            self._free_s += PIECE_S
        if self._server.closes:
            self.late.add(loop.call_at(self._free_s - PIECE_S, self.transport.close))


class RtuRig(ServerRig):
    """Over a serial server, which is a TCP port."""

    server: RtuServer
    SERVER = RtuServer
    TIMEOUT_S = TIMEOUT_S
    more: dict[str, object]

    def __init__(
        self, options: Options | None = None, process: Process | None = None, **more: object
    ) -> None:
        super().__init__(options, process)
        self.more = more

    def connection(self, unit: int) -> Connection:
        said = {"host": self.HOST, "port": self.server.port, "unit": unit, "framing": Framing.RTU}
        return Connection.model_validate({**said, **self.more})


class CableRig(RtuRig):
    """Over a serial port."""

    def __init__(
        self, folder: Path, options: Options | None = None, process: Process | None = None, **more: object
    ) -> None:
        super().__init__(options, process, **more)
        self.server = self.bad = RtuServer(Cable(folder))

    def connection(self, unit: int) -> Connection:
        assert self.server.cable is not None
        return Connection.model_validate({"serial": self.server.cable.ours, "unit": unit, **self.more})

    async def ail(self, ailment: Ailment) -> None:
        """What resets a cable is to be pulled out and put in; by another name, it leads to another port."""
        await super().ail(ailment)
        if ailment is Ailment.RESET:
            await self.server.stop()

    async def heal(self) -> None:
        mood = self.server.mood
        await super().heal()
        if mood is Ailment.RESET:
            await self.server.start()
