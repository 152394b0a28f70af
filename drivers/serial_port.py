"""A serial port as an asyncio transport: nothing blocks the loop, and no other process may use the port."""

import asyncio
import errno
import os
import termios
import threading
from typing import Any

import serial

from drivers.errors import LinkError
from drivers.line_schema import Characters, Parity
from drivers.reasons import of_system

CHUNK_BYTES = 4096
PARITIES = {Parity.NONE: serial.PARITY_NONE, Parity.EVEN: serial.PARITY_EVEN, Parity.ODD: serial.PARITY_ODD}

UNUSABLE = (OSError, termios.error)
"""What a port raises that has gone or is none; pyserial's SerialException is an OSError."""
TAKEN = (errno.EWOULDBLOCK, errno.EBUSY)


async def open_port(path: str, characters: Characters, protocol: asyncio.Protocol, limit_s: float) -> None:
    """Connect `protocol` to the port. A driver that hangs is left behind in its thread. Raises LinkError."""
    loop = asyncio.get_running_loop()
    opened: asyncio.Future[serial.Serial] = loop.create_future()

    def hand_over(port: serial.Serial | None, error: Exception | None) -> None:
        if opened.done():
            if port is not None:
                _close(port)
        elif port is not None:
            opened.set_result(port)
        elif error is not None:
            opened.set_exception(error)

    def attempt() -> None:
        port, error = None, None
        try:
            port = _opened(path, characters)
        except (*UNUSABLE, ValueError) as failed:
            error = failed
        try:
            loop.call_soon_threadsafe(hand_over, port, error)
        except RuntimeError:  # the loop has ended meanwhile
            if port is not None:
                _close(port)

    threading.Thread(target=attempt, name=f"open {path}", daemon=True).start()
    try:
        async with asyncio.timeout(limit_s):
            port = await opened
    except TimeoutError:
        raise LinkError(
            f"{path} 在 {limit_s:g} s 内未能打开", f"{path} could not be opened within {limit_s:g} s"
        ) from None
    except (*UNUSABLE, ValueError) as error:
        if getattr(error, "errno", None) in TAKEN:
            raise LinkError(
                f"{path} 正被其他程序使用，或以另一名称使用",
                f"{path} is in use by another program, or under another name",
            ) from error
        why = of_system(error)
        raise LinkError(f"{path} 无法打开：{why.zh}", f"{path} cannot be opened: {why.en}") from error
    PortTransport(port, protocol)


class PortTransport(asyncio.Transport):
    """Feeds a protocol from an open port until one of them lets go."""

    def __init__(self, port: serial.Serial, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._port = port
        self._file = port.fileno()
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._unsent = b""
        self._loop.add_reader(self._file, self._readable)
        protocol.connection_made(self)

    def write(self, data: Any) -> None:
        if self._file < 0:
            return
        waiting = bool(self._unsent)
        self._unsent += data
        if not waiting:
            self._writable()

    def abort(self) -> None:
        self._end(None)

    close = abort

    def is_closing(self) -> bool:
        return self._file < 0

    def _readable(self) -> None:
        try:
            received = os.read(self._file, CHUNK_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            self._end(error)
            return
        if received:
            self._protocol.data_received(received)
        else:
            self._end(OSError(errno.ENODEV, "the port has disappeared"))

    def _writable(self) -> None:
        try:
            sent = os.write(self._file, self._unsent)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError as error:
            self._end(error)
            return
        self._unsent = self._unsent[sent:]
        if self._unsent:
            self._loop.add_writer(self._file, self._writable)
        else:
            self._loop.remove_writer(self._file)

    def _end(self, error: OSError | None) -> None:
        if self._file < 0:
            return
        self._loop.remove_reader(self._file)
        self._loop.remove_writer(self._file)
        self._file = -1
        _close(self._port)
        self._loop.call_soon(self._protocol.connection_lost, error)


def _opened(path: str, characters: Characters) -> serial.Serial:
    return serial.Serial(
        path,
        characters.baud_rate,
        characters.data_bits,
        PARITIES[characters.parity],
        characters.stop_bits,
        timeout=0,
        exclusive=True,
    )


def _close(port: serial.Serial) -> None:
    try:
        port.reset_output_buffer()  # else closing waits until everything has left, 30 s where nothing leaves
    except UNUSABLE:
        pass
    finally:
        port.close()
