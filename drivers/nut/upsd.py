"""One TCP connection to upsd, shared by the UPSes behind it: one question at a time."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from config.text import Text
from drivers.backoff import Backoff
from drivers.errors import LinkError
from drivers.nut.answer import Listing, Refused, said
from drivers.nut.line import LONGEST, Malformed, Unsayable, line
from drivers.nut.schema import Connection, Tls
from drivers.reasons import of_system, unreachable
from drivers.shares import Opening

DENIALS = frozenset({"ACCESS-DENIED", "INVALID-USERNAME", "INVALID-PASSWORD"})


class Lost(LinkError):
    """The connection is gone; the question may have arrived, for it was sent."""


@dataclass(slots=True)
class _Stream:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    known: bool = False
    """Whether upsd has been told who asks."""
    denied: bool = False
    """Whether upsd has refused who asks, who can be said but once in a connection."""


class Upsd:
    def __init__(
        self,
        connection: Connection,
        password: Callable[[], str],
        backoff: Backoff,
        clock: Callable[[], float],
    ) -> None:
        """`password` raises LinkError."""
        self._connection = connection
        self._password = password
        self._backoff = backoff
        self._opening = Opening(str(self), self._open, backoff, clock)
        self._stream: _Stream | None = None
        self._turn = asyncio.Lock()

    def __str__(self) -> str:
        return f"{self._connection.host}:{self._connection.port}"

    async def opened(self) -> None:
        """Return once the connection stands; paces itself. Raises LinkError."""
        if self._stream is None:
            await self._opening.opened()

    async def listed(self, timeout_s: float, *what: str) -> list[list[str]]:
        """The lines of `LIST what`, each without the words of the question. Raises LinkError, Refused."""
        async with self._turn, self._asking(timeout_s) as stream:
            stream.writer.write(line("LIST", *what))
            listing = Listing(*what)
            while not listing.take(await self._answer(stream)):
                pass
            self._backoff.succeeded()
            return listing.rows

    async def without(self, ups: str, error: Refused, timeout_s: float) -> LinkError:
        """Why nothing is known of a UPS; of one that upsd does not know, which others it does."""
        why = Text(f"{self} {ups}：{error.why.zh}", f"{self} {ups}: {error}")
        if error.code == "UNKNOWN-UPS":
            with suppress(Refused):
                known = [row[0] for row in await self.listed(timeout_s, "UPS") if row]
                why = Text(f"{why.zh}；现有 {'、'.join(known)}", f"{why.en}; it has {', '.join(known)}")
        return LinkError(why.zh, why.en)

    async def order(self, timeout_s: float, *what: str) -> None:
        """Tell upsd to do something, as the user where there is one.

        Raises Refused, Unsayable, Lost when it was sent and not answered, and another LinkError when it was
        not sent.
        """
        async with self._turn:
            if self._stream is not None and self._stream.denied:  # upsd or the secret may know better now
                self._drop()
                await self._opening.opened()
            stream = self._stream
            try:
                if stream is not None and not stream.known and self._connection.user:
                    await self._introduce(timeout_s)
                    stream.known = True
                await self._tell(timeout_s, *what)
            except Refused as error:
                if stream is not None:
                    stream.denied = error.code in DENIALS
                raise

    async def close(self) -> None:
        await self._opening.cancel()
        self._drop()

    async def _open(self) -> None:
        connection = self._connection
        try:
            async with asyncio.timeout(connection.connect_timeout_s):
                reader, writer = await asyncio.open_connection(
                    connection.host, connection.port, limit=LONGEST
                )
                stream = _Stream(reader, writer)
                if connection.tls is not Tls.NONE:
                    await self._encrypted(stream)
        except OSError as error:
            raise unreachable(self, error, connection.connect_timeout_s) from error
        except Malformed as error:
            raise LinkError(
                f"{self} 无法连接：{error.why.zh}", f"{self} cannot be reached: {error}"
            ) from error
        self._stream = stream

    async def _encrypted(self, stream: _Stream) -> None:
        try:
            stream.writer.write(line("STARTTLS"))
            try:
                await self._answer(stream)
            except Refused as error:
                raise LinkError(
                    f"{self} 不提供加密：{error.why.zh}", f"{self} does not encrypt: {error}"
                ) from error
            context = await asyncio.get_running_loop().run_in_executor(None, self._context)
            await stream.writer.start_tls(context, server_hostname=self._connection.host)
        except BaseException:
            stream.writer.transport.abort()
            raise

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._connection.ca or None)
        if self._connection.tls is Tls.UNVERIFIED:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    async def _introduce(self, timeout_s: float) -> None:
        password = self._password()
        try:
            await self._tell(timeout_s, "USERNAME", self._connection.user)
            await self._tell(timeout_s, "PASSWORD", password)
        except Lost as error:
            raise LinkError(f"{error.why.zh}；未写入", f"{error}; nothing was written") from error

    async def _tell(self, timeout_s: float, *what: str) -> None:
        question = line(*what)
        async with self._asking(timeout_s) as stream:
            stream.writer.write(question)
            answer = await self._answer(stream)
            if answer[0] != "OK":
                raise Malformed(f"应答应为 OK，收到 {answer[:4]}", f"{answer[:4]} for OK")

    @asynccontextmanager
    async def _asking(self, timeout_s: float) -> AsyncIterator[_Stream]:
        """After a question that was not answered to its end nobody knows whose the next line is: all ends."""
        stream = self._stream
        if stream is None:
            raise LinkError(f"{self} 未连接；没有发送", f"{self} is not connected; nothing was sent")
        try:
            async with asyncio.timeout(timeout_s):
                yield stream
        except Refused:
            raise
        except TimeoutError:
            self._drop()
            raise Lost(
                f"{self} 在 {timeout_s:g} s 内无应答", f"{self} did not answer within {timeout_s:g} s"
            ) from None
        except (OSError, Malformed, Unsayable) as error:
            self._drop()
            why = of_system(error) if isinstance(error, OSError) else error.why
            raise Lost(f"{self}：{why.zh}", f"{self}: {why.en}") from error
        except BaseException:
            self._drop()
            raise

    async def _answer(self, stream: _Stream) -> list[str]:
        """One line. Raises Refused, Malformed, OSError."""
        try:
            received = await stream.reader.readline()
        except ValueError as error:
            raise Malformed(f"upsd 的一行超过 {LONGEST} 字节", str(error)) from error
        if not received.endswith(b"\n"):
            raise Malformed("upsd 关闭了连接", "upsd closed the connection")
        return said(received)

    def _drop(self) -> None:
        if self._stream is not None:
            stream, self._stream = self._stream, None
            stream.writer.transport.abort()
