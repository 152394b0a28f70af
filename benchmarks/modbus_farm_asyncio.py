"""The twin of modbus_farm.c for machines without a C compiler: same arguments, values, modes and answers."""

import asyncio
import os
import random
import resource
import socket
import struct
import sys
import time

from benchmarks.modbus_farm_values import Registers

MAX_FRAME = 260
HEADER = struct.Struct(">HHHB")
LOOPBACK = 0x7F000001
MODES = ("ok", "silent", "slow", "babble", "partial", "wrong_id", "reset", "dead", "deaf")
PORT_MODES = ("dead", "deaf")


class Connection(asyncio.Protocol):
    """One client of one device."""

    def __init__(self, farm: "FarmServer", index: int) -> None:
        self.index = index
        self.transport: asyncio.Transport
        self._farm = farm
        self._input = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._farm.connections.add(self)
        self._farm.accepted += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._farm.connections.discard(self)

    def pause_writing(self) -> None:
        self.transport.pause_reading()  # who does not take answers gets no more of them

    def resume_writing(self) -> None:
        self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self._input += data
        while len(self._input) > HEADER.size and not self.transport.is_closing():
            transaction, protocol, length, unit = HEADER.unpack_from(self._input)
            if protocol != 0 or not 2 <= length <= MAX_FRAME - 6:
                self.transport.close()
                return
            if len(self._input) < 6 + length:
                return
            pdu, self._input = self._input[7 : 6 + length], self._input[6 + length :]
            self._serve(transaction, unit, pdu)

    def _serve(self, transaction: int, unit: int, pdu: bytes) -> None:
        registers = self._farm.registers
        mode = registers.devices[self.index].mode
        match mode:
            case "silent":
                return
            case "reset":
                self.reset()
                return
            case "babble":
                self.transport.write(random.randbytes(random.randint(1, MAX_FRAME)))
                return
        answer = registers.answer(self.index, pdu)
        shown = transaction + 1 & 0xFFFF if mode == "wrong_id" else transaction
        frame = HEADER.pack(shown, 0, len(answer) + 1, unit) + answer
        match mode:
            case "slow":
                asyncio.get_running_loop().call_later(self._farm.delay_s, self._write_late, frame)
            case "partial":
                self.transport.write(frame[: len(frame) // 2])
            case _:
                self.transport.write(frame)

    def _write_late(self, frame: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(frame)

    def reset(self) -> None:
        peer: socket.socket = self.transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()


class FarmServer:
    """The ports of the devices and the control lines."""

    def __init__(self, registers: Registers, *, own_ports: bool, delay_s: float) -> None:
        self.registers = registers
        self.delay_s = delay_s
        self.connections: set[Connection] = set()
        self.accepted = 0
        self._own_ports = own_ports
        self._sockets: list[socket.socket] = []
        self._fillers: dict[int, socket.socket] = {}
        self._starting: set[asyncio.Task[object]] = set()

    def open_ports(self) -> list[int]:
        count = len(self.registers.devices) if self._own_ports else 1
        self._sockets = [self._open(0) for _ in range(count)]
        for i in range(count):
            self._listen(i)
        return [each.getsockname()[1] for each in self._sockets]

    def _open(self, port: int) -> socket.socket:
        each = socket.socket()
        each.setblocking(False)
        each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if not self._own_ports:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
        each.bind(("127.0.0.1" if self._own_ports else "", port))
        return each

    def _listen(self, number: int) -> None:
        self._sockets[number].listen(4096)
        asyncio.get_running_loop().add_reader(self._sockets[number], self._accept, number)

    def _accept(self, number: int) -> None:
        while True:
            try:
                peer, _ = self._sockets[number].accept()
            except BlockingIOError:
                return
            (address,) = struct.unpack(">I", socket.inet_aton(peer.getsockname()[0]))
            index = number if self._own_ports else address - LOOPBACK
            if 0 <= index < len(self.registers.devices):
                self._serve(peer, index)
            else:
                peer.close()

    def _serve(self, peer: socket.socket, index: int) -> None:
        loop = asyncio.get_running_loop()
        task = loop.create_task(loop.connect_accepted_socket(lambda: Connection(self, index), peer))
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    def _turn_port(self, number: int, mode: str) -> None:
        """A dead port refuses; a deaf one lets its accept queue run full, so that connecting never ends."""
        port: int = self._sockets[number].getsockname()[1]
        asyncio.get_running_loop().remove_reader(self._sockets[number])
        self._sockets[number].close()
        if filler := self._fillers.pop(number, None):
            filler.close()
        for connection in [c for c in self.connections if c.index == number and mode != "ok"]:
            connection.reset()
        self._sockets[number] = self._open(port)
        if mode == "ok":
            self._listen(number)
        elif mode == "deaf":
            self._sockets[number].listen(0)
            self._fillers[number] = filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))

    def command(self, line: str) -> str:
        """Obey one control line; the answer is the wall clock (ns) when it took effect, or what was asked."""
        devices = self.registers.devices
        match line.split():
            case ["set", device, register, value] if self._has(device, register) and int(value) in range(
                65536
            ):
                devices[int(device)].words[int(register)] = int(value)
            case ["free", device, register] if self._has(device, register):
                devices[int(device)].words.pop(int(register), None)
            case ["mode", device, mode] if self._has(device):
                if mode not in MODES or (mode in PORT_MODES and not self._own_ports):
                    return f"error no mode {mode} {'is known' if self._own_ports else 'on a shared port'}"
                self._set_mode(int(device), mode)
            case ["polls"]:
                return " ".join(str(device.reads) for device in devices)
            case ["writes"]:
                return " ".join(str(number) for write in self.registers.writes for number in write)
            case ["connections"]:
                return f"{len(self.connections)} {self.accepted}"
            case _:
                return f"error not understood: {line}"
        return str(time.time_ns())

    def _has(self, device: str, register: str = "0") -> bool:
        return int(device) in range(len(self.registers.devices)) and int(register) in range(
            self.registers.count
        )

    def _set_mode(self, device: int, mode: str) -> None:
        before, self.registers.devices[device].mode = self.registers.devices[device].mode, mode
        if mode in PORT_MODES or before in PORT_MODES:
            self._turn_port(device, mode if mode in PORT_MODES else "ok")


async def serve(devices: int, registers: int, period_ns: int, delay_s: float, *, own_ports: bool) -> None:
    farm = FarmServer(Registers(devices, registers, period_ns), own_ports=own_ports, delay_s=delay_s)
    loop = asyncio.get_running_loop()
    print("ready", *farm.open_ports(), flush=True)
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async for line in lines:
        print(farm.command(line.decode().strip()), flush=True)
    os._exit(0)  # whoever started this is gone, and nothing here outlives it


def main() -> None:
    devices, own_ports, registers, period_s, delay_s = sys.argv[1:]
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    period_ns = int(float(period_s) * 1e9 + 0.5)
    asyncio.run(serve(int(devices), int(registers), period_ns, float(delay_s), own_ports=own_ports != "0"))


if __name__ == "__main__":
    main()
