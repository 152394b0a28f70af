"""The database driver against real servers behind a wire that can be spoiled, and against files."""

import asyncio
import contextlib
import shutil
import sqlite3
from pathlib import Path
from typing import Any

from drivers.database.driver import Sql
from drivers.database.schema import Connection, Options, Product, Source
from drivers.driver import Cadence, Driver, Scan
from tests.drivers.bad_peer import BadPeerRig, TcpPeer
from tests.drivers.contract import Ailment
from tests.drivers.database.sql_servers import DATABASE, PASSWORD, USER, Peer
from tests.drivers.plant import Process, device, point, template

TIMEOUT_S = 1.0
PERIOD_S = 0.05
OPTIONS = Options(table="readings", watermark="id", time="taken_at", zone="UTC")
POINTS = (
    point("kwh", Source(column="kwh")),
    point("state", Source(column="state", map={"运行": 1, "停止": 0})),
    point("plate", Source(text="plate")),
    point("rows", Source(count=True)),
)
SHOWN = [1234.5, 1.0]
KINDS = {
    Product.POSTGRESQL: ("serial PRIMARY KEY", "timestamp", "varchar(40)"),
    Product.MYSQL: ("int AUTO_INCREMENT PRIMARY KEY", "datetime(3)", "varchar(40)"),
    Product.SQLITE: ("INTEGER PRIMARY KEY AUTOINCREMENT", "text", "text"),
}


def table(product: Product, name: str = "readings") -> list[str]:
    """Statements that make the table anew, with one row each of two meters."""
    id_, time, text = KINDS[product]
    columns = f"(id {id_}, meter {text}, kwh decimal(12,3), state {text}, plate {text}, taken_at {time})"
    made = [
        f"DROP TABLE IF EXISTS {name}",
        f"CREATE TABLE {name} {columns}",
        row(name),
        row(name, meter="B-2"),
    ]
    if product is Product.POSTGRESQL:
        made.append(f"GRANT SELECT ON {name} TO {USER}")
    return made


def row(
    name: str = "readings",
    *,
    meter: str = "A-101",
    kwh: float = 1234.5,
    plate: str = "京A12345",
    at: str = "2026-01-01 10:00:00",
) -> str:
    return (
        f"INSERT INTO {name} (meter, kwh, state, plate, taken_at)"
        f" VALUES ('{meter}', {kwh}, '运行', '{plate}', '{at}')"
    )


class Wire(TcpPeer):
    """What is between us and the server: it passes everything on, until it is told otherwise."""

    def __init__(self, product: Product, to: int) -> None:
        super().__init__()
        self._product = product
        self._to = to
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._accept, self.host, self.port)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await super().stop()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.open.add(writer.transport)
        try:
            if self.mood is Ailment.RESET:
                writer.transport.abort()
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            try:
                async with asyncio.TaskGroup() as both:
                    both.create_task(self._carry(reader, far_writer, spoilt=False))
                    both.create_task(self._carry(far_reader, writer, spoilt=True))
            finally:
                far_writer.transport.abort()
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self.open.discard(writer.transport)
            self._tasks.discard(task)

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, spoilt: bool
    ) -> None:
        while data := await reader.read(65536):
            if not spoilt and self.mood is Ailment.HALF_OPEN:
                continue
            if spoilt and self.mood is not None:
                if self.mood is Ailment.SLOW:
                    await asyncio.sleep(10 * TIMEOUT_S)
                data = self._spoil(data)
            writer.write(data)
            await writer.drain()
        writer.transport.abort()

    def _spoil(self, data: bytes) -> bytes:
        """MySQL's packets: length (3, little), number, body. PostgreSQL's: kind, length (4, big), body."""
        mysql = self._product is Product.MYSQL
        match self.mood:
            case Ailment.HALF_OPEN:
                return b""
            case Ailment.GARBAGE:
                return b"\xde\xad\xbe\xef" * 5
            case Ailment.PARTIAL:
                return data[: len(data) // 2]
            case Ailment.WRONG_ID if mysql:
                return data[:3] + bytes([data[3] + 5 & 0xFF]) + data[4:]
            case Ailment.WRONG_LENGTH:
                at = 0 if mysql else 4
                return data[:at] + bytes([data[at] - 2 & 0xFF]) + data[at + 1 :]
            case _:
                return data


class PeerRig(BadPeerRig):
    """A real server, whose wire or whose table ails."""

    HOST = "database.test"

    def __init__(self, peer: Peer, process: Process | None = None) -> None:
        self.peer = peer
        self.wire = Wire(peer.product, peer.port)
        super().__init__(self.wire, process)
        self.process.secrets["parking-password"] = PASSWORD
        self.template = template("sql", POINTS, OPTIONS, period_s=PERIOD_S, timeout_s=TIMEOUT_S)
        self.decoder = Sql().decoder(self.template)
        self._lock: Any = None

    async def start(self) -> None:
        await asyncio.to_thread(self.peer.execute, *table(self.peer.product))
        await super().start()

    async def stop(self) -> None:
        await super().stop()
        if self._lock is not None:
            self._lock.close()

    def make(self) -> Driver:
        return self.of()

    def of(
        self, name: str = "a", options: Options = OPTIONS, points: Any = POINTS, **connection: Any
    ) -> Driver:
        made = template("sql", points, options, period_s=PERIOD_S, timeout_s=TIMEOUT_S)
        place = {
            "product": self.peer.product,
            "host": self.HOST,
            "port": self.wire.port,
            "database": DATABASE,
            "user": USER,
            "password": "parking-password",
            "connect_timeout_s": 1.0,
            "match": {"meter": "A-101"},
        }
        connected = Connection.model_validate({**place, **connection})
        decoder = Sql().decoder(made)
        return Sql().driver(
            device(name, made, connected), Cadence(PERIOD_S), decoder, self.process.surroundings
        )

    def neighbour(self) -> Driver:
        """Its table is locked for ever."""
        self.peer.execute(*table(self.peer.product, "locked"))
        self._lock = self.peer.lock("locked")
        return self.of("b", OPTIONS.model_copy(update={"table": "locked"}))

    async def ail(self, ailment: Ailment) -> None:
        await super().ail(ailment)
        match ailment:
            case Ailment.EXCEPTION:
                await self._alter("readings RENAME TO away")
            case Ailment.WRONG_UNIT:
                await self._alter("readings RENAME COLUMN meter TO other")
            case _:
                pass

    async def heal(self) -> None:
        match self.wire.mood:
            case Ailment.EXCEPTION:
                await self._alter("away RENAME TO readings")
            case Ailment.WRONG_UNIT:
                await self._alter("readings RENAME COLUMN other TO meter")
            case _:
                pass
        await super().heal()

    def is_right(self, scan: Scan) -> bool:
        return is_right(self.decoder, scan)

    async def _alter(self, how: str) -> None:
        await asyncio.to_thread(self.peer.execute, f"ALTER TABLE {how}")


class FileRig:
    """A SQLite file and what can happen to it."""

    AILMENTS = (
        Ailment.REFUSED, Ailment.HALF_OPEN, Ailment.GARBAGE, Ailment.PARTIAL, Ailment.WRONG_UNIT,
        Ailment.WRONG_LENGTH, Ailment.EXCEPTION, Ailment.REBOOT, Ailment.MOVED,
    )  # fmt: skip
    """A file has no connection to reset and no questions to mix up; it is slow where it is locked."""

    def __init__(self, directory: Path, process: Process | None = None) -> None:
        self.file = directory / "parking 停车.db"
        self._kept = directory / "kept.db"
        self.process = process or Process()
        self.template = template("sql", POINTS, OPTIONS, period_s=PERIOD_S, timeout_s=TIMEOUT_S)
        self.decoder = Sql().decoder(self.template)
        self._lock: sqlite3.Connection | None = None
        self._ailment: Ailment | None = None

    async def start(self) -> None:
        self.execute(*table(Product.SQLITE))
        self.driver = self.of()

    async def stop(self) -> None:
        if self._lock is not None:
            self._lock.close()

    def execute(self, *statements: str) -> None:
        with contextlib.closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    def of(
        self, name: str = "a", options: Options = OPTIONS, points: Any = POINTS, **connection: Any
    ) -> Driver:
        made = template("sql", points, options, period_s=PERIOD_S, timeout_s=TIMEOUT_S)
        place = {"product": "sqlite", "file": str(self.file), "match": {"meter": "A-101"}}
        connected = Connection.model_validate({**place, **connection})
        return Sql().driver(
            device(name, made, connected), Cadence(PERIOD_S), Sql().decoder(made), self.process.surroundings
        )

    def neighbour(self) -> Driver:
        """Of a table that is not there."""
        return self.of("b", OPTIONS.model_copy(update={"table": "nowhere"}))

    async def ail(self, ailment: Ailment) -> None:
        self._ailment = ailment
        if ailment is Ailment.HALF_OPEN:
            self._lock = sqlite3.connect(self.file, isolation_level=None)
            self._lock.execute("BEGIN EXCLUSIVE")
            return
        if ailment is Ailment.EXCEPTION:
            self.execute("ALTER TABLE readings RENAME TO away")
            return
        self.file.replace(self._kept)
        whole = self._kept.read_bytes()
        match ailment:
            case Ailment.GARBAGE:
                self.file.write_bytes(b"\xde\xad\xbe\xef" * 1000)
            case Ailment.PARTIAL:
                self.file.write_bytes(whole[: len(whole) // 2 + 100])
            case Ailment.WRONG_LENGTH:
                self.file.write_bytes(whole[:16] + b"\x20\x00" + whole[18:])  # the size of its pages
            case Ailment.WRONG_UNIT:
                self.execute("CREATE TABLE other (a text)")
            case _:
                pass

    async def heal(self) -> None:
        match self._ailment:
            case Ailment.HALF_OPEN:
                assert self._lock is not None
                self._lock.close()
                self._lock = None
            case Ailment.EXCEPTION:
                self.execute("ALTER TABLE away RENAME TO readings")
            case Ailment.MOVED:
                shutil.copy(self._kept, self.file)
            case _:
                self._kept.replace(self.file)

    def is_right(self, scan: Scan) -> bool:
        return is_right(self.decoder, scan)


def is_right(decoder: Any, scan: Scan) -> bool:
    columns = decoder.decode([scan.raw])
    values = columns.values[0].tolist()
    return values[:2] == SHOWN and columns.texts[2] == ["京A12345"] and not columns.quality.any()
