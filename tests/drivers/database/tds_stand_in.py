"""Speaks what SQL Server does (MS-TDS 7.1 to 7.4), as far as reading goes; behind it is SQLite.

No SQL Server can be had here. This holds the client library to its own wire: log-in, batches, types, errors.
"""

import asyncio
import contextlib
import re
import sqlite3
import struct
from datetime import datetime
from decimal import Decimal
from typing import Any

PRELOGIN, LOGIN, BATCH, ATTENTION, ANSWER = 0x12, 0x10, 0x01, 0x06, 0x04
NO_ENCRYPTION = 2
COLLATION = bytes.fromhex("0908d00034")
ERROR, INFO, LOGIN_ACK, ENV_CHANGE, COLUMNS, ROW, DONE = 0xAA, 0xAB, 0xAD, 0xE3, 0x81, 0xD1, 0xFD
FINAL, COUNTED, FAILED, ATTENDED = 0x00, 0x10, 0x02, 0x20
_EPOCH = datetime(1, 1, 1)  # noqa: DTZ001


def _text(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")


def _long_text(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def _token(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + struct.pack("<H", len(body)) + body


def _done(status: int = FINAL, rows: int = 0) -> bytes:
    return bytes([DONE]) + struct.pack("<HHQ", status, 0, rows)


def _error(number: int, said: str) -> bytes:
    body = struct.pack("<iBB", number, 1, 16) + _long_text(said) + _text("stand-in") + _text("")
    return _token(ERROR, body + struct.pack("<I", 1)) + _done(FAILED)


class StandIn:
    """One database, `base`, in memory. `statements` are the batches as they came."""

    def __init__(self, password: str) -> None:
        self.statements: list[str] = []
        self.port = 0
        self.base = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._password = password
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            server.close()
            for writer in list(self._open):
                writer.transport.abort()
            await server.wait_closed()

    def close(self) -> None:
        self.base.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while True:
                    kind, body = await _message(reader)
                    for start in range(0, len(answer := self._answer(kind, body)), 4000):
                        part = answer[start : start + 4000]
                        is_last = start + 4000 >= len(answer)
                        head = struct.pack(">BBHHBB", ANSWER, is_last, len(part) + 8, 0, 1, 0)
                        writer.write(head + part)
                    await writer.drain()
        finally:
            self._open.discard(writer)
            writer.transport.abort()

    def _answer(self, kind: int, body: bytes) -> bytes:
        if kind == PRELOGIN:
            options = struct.pack(">BHH", 0, 11, 6) + struct.pack(">BHH", 1, 17, 1) + b"\xff"
            return options + bytes([16, 0, 0, 0, 0, 0, NO_ENCRYPTION])
        if kind == LOGIN:
            return self._log_in(body)
        if kind == ATTENTION:
            return _done(ATTENDED)
        assert kind == BATCH, f"a message of kind {kind:#x}"
        (headers,) = struct.unpack_from("<I", body)
        return self._run(body[headers:].decode("utf-16-le"))

    def _log_in(self, body: bytes) -> bytes:
        at, size = struct.unpack_from("<HH", body, 36 + 8)
        sealed = body[at : at + 2 * size]
        plain = bytes(((one ^ 0xA5) >> 4) | ((one ^ 0xA5) << 4 & 0xF0) for one in sealed)
        if plain.decode("utf-16-le") != self._password:
            return _error(18456, "Login failed for user 'reader'.")
        changed = _token(ENV_CHANGE, b"\x01" + _text("parking") + _text("master"))
        changed += _token(ENV_CHANGE, b"\x07\x05" + COLLATION + b"\0")
        changed += _token(ENV_CHANGE, b"\x04" + _text("4096") + _text("4096"))
        version = body[4:8][::-1]
        ack = _token(LOGIN_ACK, b"\x01" + version + _text("Microsoft SQL Server") + bytes([16, 0, 0, 0]))
        return changed + ack + _done()

    def _run(self, statement: str) -> bytes:
        self.statements.append(statement)
        if "HAS_PERMS_BY_NAME" in statement:
            return _rows(["writable"], [(0,)])
        if not re.match(r"\s*SELECT\b", statement, re.IGNORECASE):
            return _done()
        asked = re.sub(r"\[([^\]]*)\]", r'"\1"', statement)
        asked = re.sub(r"\bN'", "'", asked)
        asked = asked.replace("dbo.", "").replace('"dbo".', "")
        if top := re.match(r"\s*SELECT TOP (\d+)", asked):
            asked = f"SELECT {asked[top.end() :]} LIMIT {top[1]}"
        try:
            cursor = self.base.execute(asked)
        except sqlite3.OperationalError as error:
            return _error(208, f"Invalid object name. {error}")
        names = [column[0] for column in cursor.description]
        return _rows(names, [tuple(map(_typed, row)) for row in cursor])


def _typed(value: Any) -> Any:
    """SQLite knows no times and no decimals: texts that look like one are one."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?", value):
        return datetime.fromisoformat(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+\.\d{2}", value):
        return Decimal(value)
    return value


async def _message(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    body = b""
    while True:
        kind, is_last, size = struct.unpack(">BBH", await reader.readexactly(4))
        await reader.readexactly(4)
        body += await reader.readexactly(size - 8)
        if is_last & 1:
            return kind, body


def _rows(names: list[str], rows: list[tuple[Any, ...]]) -> bytes:
    kinds = [next((type(row[at]) for row in rows if row[at] is not None), str) for at in range(len(names))]
    told = bytes([COLUMNS]) + struct.pack("<H", len(names))
    for name, kind in zip(names, kinds, strict=True):
        told += struct.pack("<IH", 0, 0x09) + _TYPES[kind] + _text(name)
    for row in rows:
        told += bytes([ROW])
        for value, kind in zip(row, kinds, strict=True):
            told += _cell(value, kind)
    return told + _done(COUNTED, len(rows))


_TYPES = {
    int: b"\x26\x08",
    float: b"\x6d\x08",
    str: b"\xe7" + struct.pack("<H", 8000) + COLLATION,
    datetime: b"\x2a\x07",
    Decimal: b"\x6a\x09\x12\x02",
}


def _cell(value: Any, kind: type) -> bytes:
    if kind is str:
        if value is None:
            return b"\xff\xff"
        data = str(value).encode("utf-16-le")
        return struct.pack("<H", len(data)) + data
    if value is None:
        return b"\0"
    if kind is int:
        return b"\x08" + struct.pack("<q", value)
    if kind is float:
        return b"\x08" + struct.pack("<d", value)
    if kind is datetime:
        since = value - _EPOCH
        ticks = since.seconds * 10_000_000 + since.microseconds * 10
        told: bytes = ticks.to_bytes(5, "little") + since.days.to_bytes(3, "little")
        return b"\x08" + told
    whole = int(value.scaleb(2))
    return b"\x09" + bytes([whole >= 0]) + abs(whole).to_bytes(8, "little")
