"""One device's conversation with its agent: a UDP socket, one question at a time, its answer by id."""

import asyncio
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.text import Text
from drivers.errors import LinkError, Unanswered, WriteError, WriteUnknown
from drivers.reasons import of_system
from drivers.snmp.ber import Malformed
from drivers.snmp.engine import NOT_IN_WINDOW, REPORTS
from drivers.snmp.message import Plain, Secured, received
from drivers.snmp.pdu import Pdu, Status, Type, Varbind, status_text
from drivers.snmp.security import Association, Community, Untrusted

RESYNCHRONISATIONS = 2
"""So many times in a row an agent may correct the clock before it is not believed."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer is waited for."""

    timeout_s: float
    retries: int
    """How often a read is asked again, for datagrams get lost. A write is sent once."""


class Wire(asyncio.DatagramProtocol):
    """The socket, connected: only what comes from the agent's own address arrives."""

    def __init__(self, session: "Session") -> None:
        self._session = session

    def datagram_received(self, data: bytes, _: object) -> None:
        self._session.received(data)

    def error_received(self, error: Exception) -> None:
        self._session.refused(error)


class Session:
    """Reads go one at a time, and so does whatever else the device is asked: small agents bear no more."""

    def __init__(self, host: str, port: int, security: Community | Association, patience: Patience) -> None:
        self._host, self._port = host, port
        self._security = security
        self._patience = patience
        self._transport: asyncio.DatagramTransport | None = None
        self._ids = itertools.count(random.getrandbits(30))
        self._turn = asyncio.Lock()
        self._waiting: tuple[int, asyncio.Future[Pdu]] | None = None
        self.skipped = 0
        """Datagrams that answered nothing that was asked, or were no messages."""

    def __str__(self) -> str:
        return f"{self._host}:{self._port}"

    @property
    def address(self) -> str:
        """Of the agent, as it was looked up for this connection."""
        assert self._transport is not None
        return str(self._transport.get_extra_info("peername")[0])

    @property
    def is_open(self) -> bool:
        return self._transport is not None

    @property
    def engine(self) -> tuple[bytes, int, int] | None:
        """Id, boots and time of the agent's engine, as it told them last; None where it has none."""
        security = self._security
        if isinstance(security, Community) or not security.engine_id:
            return None
        return security.engine_id, security.clock.boots, security.clock.time_s

    async def open(self) -> None:
        """Look the name up and open the socket; of the agent nothing is known yet. Raises LinkError."""
        self.close()
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._patience.timeout_s * (1 + self._patience.retries) + 1):
                self._transport, _ = await loop.create_datagram_endpoint(
                    lambda: Wire(self), remote_addr=(self._host, self._port)
                )
        except TimeoutError:
            raise LinkError(
                f"{self}：未能及时解析主机名", f"{self}: the name was not looked up in time"
            ) from None
        except OSError as error:
            why = of_system(error)
            raise LinkError(f"{self} 无法连接：{why.zh}", f"{self} cannot be reached: {why.en}") from error
        if isinstance(self._security, Association):
            self._security.forget()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            self._transport = None
        if self._waiting is not None and not self._waiting[1].done():
            self._waiting[1].set_exception(
                Unanswered(f"{self} 在应答到达前已关闭", f"{self} was closed before the answer came")
            )

    async def read(self, question: Pdu) -> Pdu:
        """The response, asked for again when it stays away; the id of the question does not count.

        Raises LinkError.
        """
        async with self._turn:
            await self._discovered()
            answer = await self._asked(question)
            for _ in range(RESYNCHRONISATIONS):
                if answer.type is Type.REPORT and _report(answer) == NOT_IN_WINDOW:
                    answer = await self._asked(question)
            if answer.type is Type.REPORT:
                raise self.failed(_report_text(answer))
            return answer

    async def write(self, varbinds: Sequence[Varbind]) -> Pdu:
        """The response to a SET, sent once.

        Raises LinkError when nothing was sent, WriteError when the agent did not even look at it, and
        WriteUnknown when no answer came, or one that leaves the outcome open.
        """
        async with self._turn:
            await self._discovered()
            id_ = self._next_id()
            try:
                answer = await self._sent(id_, Pdu(Type.SET, id_, varbinds))
            except Unanswered as error:
                raise WriteUnknown(error.why.zh, error.why.en) from None
            except OSError as error:
                why = self._silent() if isinstance(error, TimeoutError) else of_system(error)
                raise WriteUnknown(f"{self}：{why.zh}", f"{self}: {why.en}") from None
            if answer.type is Type.REPORT:
                why = _report_text(answer)
                raise WriteError(
                    f"{why.zh}；未写入，请重新写入", f"{why.en}; nothing was written, write again"
                )
            if answer.status == Status.UNDO_FAILED:
                why = status_text(answer.status)
                raise WriteUnknown(f"{self}：{why.zh}", f"{self}: {why.en}")
            return answer

    def failed(self, why: Text) -> LinkError:
        """For what the agent itself says."""
        return LinkError(f"{self}：{why.zh}", f"{self}: {why.en}")

    # From the wire

    def received(self, data: bytes) -> None:
        try:
            pdu = self._believed(received(data))
        except (Malformed, Untrusted):
            pdu = None
        waiting = self._waiting
        if pdu is None or waiting is None or waiting[1].done():
            self.skipped += 1
            return
        waiting[1].set_result(pdu)

    def refused(self, error: Exception) -> None:
        """The host says that nobody listens there."""
        if self._waiting is not None and not self._waiting[1].done():
            self._waiting[1].set_exception(error)

    def _believed(self, message: Plain | Secured) -> Pdu | None:
        """None for what answers another question. Raises Malformed, Untrusted."""
        if self._waiting is None:
            return None
        id_ = self._waiting[0]
        if isinstance(self._security, Community):
            pdu = self._security.accepted(message)
            return pdu if pdu.type is Type.RESPONSE and pdu.id == id_ else None
        if not isinstance(message, Secured) or message.header.id != id_:
            return None
        pdu, is_trusted = self._security.accepted(message)
        if pdu.type is Type.REPORT:
            if not self._security.engine_id and message.header.engine_id:
                self._security.discovered(message.header)
            elif _report(pdu) == NOT_IN_WINDOW and not is_trusted:
                return None
            return pdu
        return pdu if pdu.type is Type.RESPONSE and pdu.id == id_ else None

    # Inside

    async def _discovered(self) -> None:
        """Ask version 3's agent who it is, unless that is known. Raises LinkError."""
        security = self._security
        if isinstance(security, Community) or security.engine_id:
            return
        answer = await self._asked(Pdu(Type.GET, 0, ()))
        if not security.engine_id:
            why = _report_text(answer)
            raise LinkError(f"{self} 未告知其引擎标识：{why.zh}", f"{self} did not tell its engine: {why.en}")

    async def _asked(self, question: Pdu) -> Pdu:
        for _ in range(1 + self._patience.retries):
            id_ = self._next_id()
            try:
                return await self._sent(id_, replace(question, id=id_))
            except TimeoutError:
                continue
            except OSError as error:
                why = of_system(error)
                raise LinkError(f"{self} 不在线：{why.zh}", f"{self} is not there: {why.en}") from error
        silent = self._silent()
        if not self._patience.retries:
            raise LinkError(f"{self} {silent.zh}", f"{self} {silent.en}")
        tries = 1 + self._patience.retries
        raise LinkError(f"{self} {silent.zh}，共询问 {tries} 次", f"{self} {silent.en} in {tries} tries")

    def _silent(self) -> Text:
        limit_s = self._patience.timeout_s
        return Text(f"在 {limit_s:g} s 内无应答", f"did not answer within {limit_s:g} s")

    async def _sent(self, id_: int, pdu: Pdu) -> Pdu:
        """Raises TimeoutError, OSError, Unanswered; LinkError when nothing was sent."""
        if self._transport is None:
            raise LinkError(f"{self} 未连接；没有发送", f"{self} is not connected; nothing was sent")
        security = self._security
        data = security.encoded(pdu) if isinstance(security, Community) else security.encoded(pdu, id_)
        answer: asyncio.Future[Pdu] = asyncio.get_running_loop().create_future()
        self._waiting = id_, answer
        self._transport.sendto(data)
        try:
            async with asyncio.timeout(self._patience.timeout_s):
                return await answer
        finally:
            self._waiting = None

    def _next_id(self) -> int:
        return next(self._ids) & 0x7FFFFFFF


def _report(pdu: Pdu) -> bytes:
    """The counter that a report brings."""
    return pdu.varbinds[0].oid if pdu.varbinds else b""


def _report_text(pdu: Pdu) -> Text:
    return REPORTS.get(_report(pdu), Text("设备报告了未知的情况", "the agent reported something unknown"))
